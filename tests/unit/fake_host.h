// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/rooted_host.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace boxlite::test {

/// A host that is a directory of files made for one test, and a list of what commands answer. It
/// keeps what it was asked to change.
class FakeHost : public RootedHost {
public:
    FakeHost();
    ~FakeHost() override;

    void write(const std::string& path, const std::string& text, unsigned mode = 0644);
    void link(const std::string& target, const std::string& path);
    void make_directories(const std::string& path);
    [[nodiscard]] std::string real(const std::string& path) const { return directory_ + path; }

    /// `command` is argv joined by blanks; what is not listed here ends with exit status 127.
    void answer(const std::string& command, Outcome outcome) { answers_[command] = std::move(outcome); }
    /// From now on this path cannot be read: EACCES.
    void forbid(const std::string& path) { forbidden_.push_back(path); }

    Result<std::string> read(const std::string& path, std::size_t limit) const override;
    Result<std::string> read_start(const std::string& path, std::size_t count) const override;
    Result<std::vector<std::string>> list(const std::string& path) const override;
    Result<Outcome> run(const Command& command) const override;
    Result<Outcome> run(const Command& command, const TakeLine& take) const override;
    Result<void> read_backwards(const std::string& path, const TakeLine& take) const override;
    Result<void> read_ring_buffer(const TakeLine& take) const override;
    Result<std::string> bwrap_label(const User* user) const override;
    Result<Outcome> run_changing(const Command& command) override;
    Result<void> unload_profile(const std::string& name) override;

    Result<std::vector<std::string>> ring_buffer = std::vector<std::string>{}; ///< records of /dev/kmsg
    Result<std::string> label = std::string("unconfined");
    mutable std::vector<std::string> runs;                                  ///< what was run, changing or not
    std::vector<std::string> changes;                                       ///< "run …" and "unload …"
    std::function<void(const std::string&)> on_change = [](const auto&) {}; ///< called with each of them

private:
    explicit FakeHost(std::string directory);

    [[nodiscard]] bool is_forbidden(const std::string& path) const;

    std::string directory_;
    std::map<std::string, Outcome> answers_;
    std::vector<std::string> forbidden_;
};

/// An Ubuntu 24.04 host on which the package has just been unpacked: kernel 6.8, AppArmor 4.0.1,
/// bubblewrap 0.9.0, the restriction on, nothing loaded for bwrap.
void furnish_restricted(FakeHost& host);
/// A Debian 13 host: no restriction.
void furnish_unrestricted(FakeHost& host);
/// A policy file, and what apparmor_parser says its names and its rule expressions are.
void furnish_policy(FakeHost& host, const std::string& path, const std::string& text,
                    const std::string& names, const std::string& dump);
/// dpkg has these versions of the packages apparmor and bubblewrap, whose programs are in place.
void furnish_packages(FakeHost& host, const std::string& apparmor, const std::string& bubblewrap);
/// Until the file system's clock has moved on.
void let_time_pass();
/// From now on the host is a container that may not load policy, booted by systemd.
void furnish_container(FakeHost& host);
/// The kernel has loaded this profile.
void furnish_loaded(FakeHost& host, const std::string& name, const std::string& mode = "enforce",
                    const std::string& sha256 = "");

} // namespace boxlite::test
