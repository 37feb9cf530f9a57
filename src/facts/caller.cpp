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

/// The last service or scope in "0::/system.slice/runner.service", cgroups(7).
Fact<std::string> gather_unit(const Host& host) {
    const auto cgroup = host.read("/proc/self/cgroup");
    if (!cgroup) {
        return {};
    }
    auto path = find_value(*cgroup, "0::");
    while (!path.empty()) {
        const auto slash = path.rfind('/');
        const auto name = path.substr(slash + 1);
        if (name.ends_with(".service") || name.ends_with(".scope")) {
            return Fact<std::string>::present(printable(name, 100));
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
        const auto fields = words(line); // ID, parent's ID, major:minor, directory, mount point, ...
        if (fields.size() > 4 && hides_something(fields[4])) {
            masked.push_back(printable(fields[4], 100));
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
