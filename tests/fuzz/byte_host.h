// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "expectations.h"
#include "facts/host.h"

namespace boxlite::fuzz {

/// A host without any sense: whatever it is asked, the next piece of the input is the answer. A
/// piece that begins with a byte below 8 is an error; after the last one nothing is there.
class ByteHost : public Host {
public:
    explicit ByteHost(std::string_view input) : pieces_(pieces_of(input)) {}

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

private:
    [[nodiscard]] Result<std::string> answer(const std::string& path) const;

    std::vector<std::string_view> pieces_;
    mutable std::size_t next_ = 0;
};

} // namespace boxlite::fuzz
