// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/host.h"

namespace boxlite {

/// The host whose files are below `root`: "" for this machine, a fixture's directory in a test.
/// Programs are run as they are, whatever the root; a test overrides those.
class RootedHost : public MutableHost {
public:
    explicit RootedHost(std::string root) : root_(std::move(root)) {}

    [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override;
    [[nodiscard]] Result<std::string> read_start(const std::string& path, std::size_t count) const override;
    [[nodiscard]] Result<struct stat> examine(const std::string& path) const override;
    [[nodiscard]] Result<struct stat> examine_target(const std::string& path) const override;
    [[nodiscard]] Result<std::string> read_link(const std::string& path) const override;
    [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
    [[nodiscard]] Result<std::string> policy_cache() const override;
    [[nodiscard]] bool may_use(const std::string& path) const override;
    [[nodiscard]] Result<Outcome> run(const Command& command) const override;
    [[nodiscard]] Result<Outcome> run(const Command& command, const TakeLine& take) const override;
    [[nodiscard]] Result<void> read_backwards(const std::string& path, const TakeLine& take) const override;
    [[nodiscard]] Result<void> read_ring_buffer(const TakeLine& take) const override;
    [[nodiscard]] Result<std::string> bwrap_label(const User* user) const override;

    Result<Fd> take_turn() override;
    Result<void> make_link(const std::string& target, const std::string& path) override;
    Result<void> make_directory(const std::string& path) override;
    Result<void> remove(const std::string& path) override;
    Result<void> unload_profile(const std::string& name) override;
    Result<Outcome> run_changing(const Command& command) override;

private:
    [[nodiscard]] std::string at(const std::string& path) const { return root_ + path; }

    std::string root_;
};

} // namespace boxlite
