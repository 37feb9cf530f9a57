// SPDX-License-Identifier: Apache-2.0
#include "facts/gather.h"

#include "base/text.h"

namespace boxlite {

namespace {

/// What is mounted at / according to a mountinfo file, proc_pid_mountinfo(5): the file system and
/// the directory in it. Nothing when no mount point is /, which is so in a chroot.
std::string root_mount(std::string_view mountinfo) {
    std::string mount;
    for (const auto line : lines(mountinfo)) {
        const auto fields = words(line); // ID, parent's ID, major:minor, directory, mount point, ...
        if (fields.size() > 4 && fields[4] == "/") {
            mount = std::string(fields[2]) + " " + std::string(fields[3]);
        }
    }
    return mount;
}

/// Our root is not the root of process 1. Told from what is mounted there, since that is open to
/// everybody, while to look into /proc/1/root takes the right to trace process 1. Without /proc
/// there is nothing to compare, and no kernel to ask anything else either.
Fact<bool> gather_chroot(const Host& host) {
    const auto ours = host.read("/proc/self/mountinfo");
    const auto theirs = host.read("/proc/1/mountinfo");
    for (const auto& mounts : {ours, theirs}) {
        if (!mounts) {
            return is_missing(mounts.error()) ? Fact<bool>::present(true)
                                              : Fact<bool>::unreadable(mounts.error().message());
        }
    }
    const auto root = root_mount(*ours);
    return root.empty() || root != root_mount(*theirs) ? Fact<bool>::present(true) : Fact<bool>{};
}

} // namespace

Fact<bool> gather_existence(const Host& host, const std::string& path) {
    const auto status = host.examine_target(path);
    if (status) {
        return Fact<bool>::present(true);
    }
    return is_missing(status.error()) ? Fact<bool>{} : Fact<bool>::unreadable(status.error().message());
}

Facts gather_facts(const Host& host, const User* user) {
    Facts facts;
    facts.chroot = gather_chroot(host);
    facts.kernel = gather_kernel(host);
    facts.profile = gather_profile(host);
    std::vector<std::string> foreign;
    for (const auto& provider : facts.profile.other_providers.value) {
        foreign.insert(foreign.end(), provider.profiles.begin(), provider.profiles.end());
    }
    facts.apparmor = gather_apparmor(host, foreign);
    facts.bwrap = gather_bwrap(host, user);
    facts.kvm = gather_existence(host, "/dev/kvm");
    return facts;
}

} // namespace boxlite
