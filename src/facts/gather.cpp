// SPDX-License-Identifier: Apache-2.0
#include "facts/gather.h"

#include "base/text.h"

namespace boxlite {

namespace {

/// The same directory, or the same file, by device and inode.
bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// As systemd-detect-virt(1) --chroot tells it: our root is not the root of process 1. Without
/// /proc there is nothing to compare, and no kernel to ask anything else either.
Fact<bool> gather_chroot(const Host& host) {
    const auto ours = host.examine_target("/");
    if (!ours) {
        return Fact<bool>::unreadable(ours.error().message());
    }
    const auto theirs = host.examine_target("/proc/1/root");
    if (theirs) {
        return is_same(*ours, *theirs) ? Fact<bool>{} : Fact<bool>::present(true);
    }
    if (is_missing(theirs.error())) {
        return Fact<bool>::present(true);
    }
    return Fact<bool>::unreadable(theirs.error().message());
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
    facts.apparmor = gather_apparmor(host);
    facts.bwrap = gather_bwrap(host, user);
    facts.profile = gather_profile(host);
    facts.kvm = gather_existence(host, "/dev/kvm");
    return facts;
}

} // namespace boxlite
