// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/gather.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace boxlite {

namespace {

Fact<std::string> gather_own_label(const Host& host) {
    const auto text = host.read("/proc/self/attr/apparmor/current"); // Linux 5.1
    if (text) {
        return Fact<std::string>::present(printable(trimmed(*text), 200));
    }
    // EINVAL: AppArmor is built in and not enabled.
    return is_missing(text.error()) || text.error().code == EINVAL
               ? Fact<std::string>{}
               : Fact<std::string>::unreadable(text.error().message());
}

Fact<long long> gather_seccomp(const Host& host) {
    const auto status = host.read("/proc/self/status");
    if (!status) {
        return is_missing(status.error()) ? Fact<long long>{}
                                          : Fact<long long>::unreadable(status.error().message());
    }
    const auto mode = parse_number(find_value(*status, "Seccomp:"));
    return mode ? Fact<long long>::present(*mode) : Fact<long long>{}; // absent without CONFIG_SECCOMP
}

/// A service as `systemctl edit` takes it: of an instance the template, since an instance is named for
/// its user, host or address ("user@1000.service", "ssh@5-10.0.0.1:22-10.0.0.9:51.service").
std::string without_instance(std::string_view service) {
    const auto at = service.find('@');
    return printable(
        at == std::string_view::npos ? service : std::string(service.substr(0, at + 1)) + ".service", 100);
}

/// The last service in "0::/system.slice/runner.service", cgroups(7). A scope, such as the session of
/// somebody who logged in, has no settings that could be in the way; nor has what is below user@.
Fact<std::string> gather_unit(const Host& host) {
    const auto cgroup = host.read("/proc/self/cgroup");
    if (!cgroup) {
        return {};
    }
    auto path = find_value(*cgroup, "0::");
    path = path.substr(0, path.find("/user@"));
    while (!path.empty()) {
        const auto slash = path.rfind('/');
        const auto name = path.substr(slash + 1);
        if (name.ends_with(".service")) {
            return Fact<std::string>::present(without_instance(name));
        }
        path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
    return {};
}

/// Directories of /proc that are always empty, so that a mount there hides nothing:
/// proc_create_mount_point of fs/proc (6.12).
bool hides_something(std::string_view mount_point) {
    constexpr std::array<std::string_view, 3> empty{"/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd",
                                                    "/proc/openprom"};
    return mount_point.starts_with("/proc/") &&
           std::find(empty.begin(), empty.end(), mount_point) == empty.end();
}

Fact<std::vector<std::string>> gather_masked_proc(const Host& host) {
    using Paths = Fact<std::vector<std::string>>;
    const auto mounts = host.read("/proc/self/mountinfo");
    if (!mounts) {
        return is_missing(mounts.error()) ? Paths{} : Paths::unreadable(mounts.error().message());
    }
    std::vector<std::string> masked;
    for (const auto line : lines(*mounts)) {
        if (line.find(" /proc/") == std::string_view::npos) {
            continue;
        }
        const auto fields = words(line); // ID, parent's ID, major:minor, directory, mount point, ...
        if (fields.size() < 5 || !hides_something(fields[4])) {
            continue;
        }
        auto path = printable(fields[4], 100);
        if (std::find(masked.begin(), masked.end(), path) == masked.end()) {
            masked.push_back(std::move(path));
        }
    }
    return Paths::present(std::move(masked));
}

} // namespace

CallerFacts gather_caller(const Host& host) {
    return {
        .label = gather_own_label(host),
        .seccomp = gather_seccomp(host),
        .unit = gather_unit(host),
        .masked_proc = gather_masked_proc(host),
    };
}

} // namespace boxlite
