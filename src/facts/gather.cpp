// SPDX-License-Identifier: Apache-2.0
#include "facts/gather.h"

#include "base/text.h"
#include "facts/compiled_policy.h"
#include "facts/configuration.h"

#include <algorithm>

namespace boxlite {

namespace {

/// What is mounted at / according to a mountinfo file, proc_pid_mountinfo(5): the file system and
/// the directory in it. Nothing when no mount point is /, which is so in a chroot.
std::string root_mount(std::string_view mountinfo) {
    std::string mount;
    for (const auto line : lines(mountinfo)) {
        if (line.find(" / r") == std::string_view::npos) {
            continue; // the options that follow begin with rw or ro
        }
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

/// What other providers call their profiles.
std::vector<std::string> foreign_names(const ProfileFacts& profile) {
    std::vector<std::string> names;
    for (const auto& provider : profile.other_providers.value) {
        names.insert(names.end(), provider.profiles.begin(), provider.profiles.end());
    }
    return names;
}

/// What is loaded under the name bwrap is to be compared with the file it comes from: a provider's
/// of the same name if there is one, except where the configuration prefers ours.
void gather_policy_on_disk(const Host& host, Facts& facts) {
    auto& profile = facts.profile;
    profile.compiled = {};
    profile.compiled_from.clear();
    const auto& loaded = facts.apparmor.loaded.value;
    const auto bwrap =
        std::find_if(loaded.begin(), loaded.end(), [](const auto& one) { return one.name == "bwrap"; });
    if (facts.chroot.is_present() || bwrap == loaded.end() || bwrap->sha256.empty()) {
        return;
    }
    const auto& others = profile.other_providers.value;
    const auto same = std::find_if(others.begin(), others.end(), [](const auto& other) {
        return std::find(other.profiles.begin(), other.profiles.end(), "bwrap") != other.profiles.end();
    });
    if (same != others.end() && facts.configuration.value.mode != Mode::always) {
        profile.compiled_from = same->path;
    } else if (profile.file.is_present() && profile.disabled_by.is(ProfileFacts::DisabledBy::nobody)) {
        profile.compiled_from = paths::profile;
    } else {
        return;
    }
    profile.compiled = gather_compiled(host, profile.compiled_from, loaded);
}

Fact<bool> gather_directory(const Host& host, const std::string& path) {
    const auto status = host.examine_target(path);
    if (status) {
        return Fact<bool>::present(S_ISDIR(status->st_mode));
    }
    return is_missing(status.error()) ? Fact<bool>{} : Fact<bool>::unreadable(status.error().message());
}

/// A file of the kernel's that holds 0 or 1.
Fact<bool> gather_switch(const Host& host, const std::string& path) {
    const auto text = host.read(path);
    if (!text) {
        return is_missing(text.error()) ? Fact<bool>{} : Fact<bool>::unreadable(text.error().message());
    }
    return Fact<bool>::present(trimmed(*text) == "1");
}

} // namespace

Fact<bool> gather_existence(const Host& host, const std::string& path) {
    const auto status = host.examine_target(path);
    if (status) {
        return Fact<bool>::present(true);
    }
    return is_missing(status.error()) ? Fact<bool>{} : Fact<bool>::unreadable(status.error().message());
}

Fact<Configuration> gather_configuration(const Host& host) {
    const auto text = host.read(paths::configuration, 64UL * 1024);
    if (!text) {
        return is_missing(text.error()) ? Fact<Configuration>{}
                                        : Fact<Configuration>::unreadable(text.error().message());
    }
    return Fact<Configuration>::present(parse_configuration(*text));
}

Facts gather_facts(const Host& host, const User* user) {
    Facts facts;
    facts.chroot = gather_chroot(host);
    facts.booted = gather_existence(host, "/run/systemd/system");
    facts.configuration = gather_configuration(host);
    facts.kernel = gather_kernel(host);
    facts.profile = gather_profile(host);
    facts.apparmor = gather_apparmor(host, foreign_names(facts.profile));
    gather_policy_on_disk(host, facts);
    facts.bwrap = gather_bwrap(host, user);
    facts.caller = gather_caller(host);
    facts.kvm = gather_kvm(host, user);
    facts.temporary_directory = gather_directory(host, "/tmp");
    facts.selinux_enforcing = gather_switch(host, "/sys/fs/selinux/enforce");
    return facts;
}

void gather_changes(const Host& host, Facts& facts) {
    facts.profile.disabled_by = gather_disabled(host);
    facts.apparmor.loaded = gather_loaded(host, foreign_names(facts.profile));
    gather_policy_on_disk(host, facts);
}

} // namespace boxlite
