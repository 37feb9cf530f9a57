// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"
#include "facts/host.h"

namespace boxlite {

/// Where things are. All of these are fixed: nothing root runs is looked up in PATH.
namespace paths {
inline const std::string bwrap = "/usr/bin/bwrap";
inline const std::string apparmor_parser = "/sbin/apparmor_parser";
/// Where the kernel says what AppArmor can do and has loaded: its directory in securityfs.
inline const std::string apparmor_in_kernel = "/sys/kernel/security/apparmor";
inline const std::string policy_directory = "/etc/apparmor.d";
inline const std::string profile = "/etc/apparmor.d/boxlite-bwrap";
inline const std::string local_directory = "/etc/apparmor.d/local";
/// The names of the distribution's profile: who wrote to them for that one has them honoured here.
inline const std::string local_bwrap = "/etc/apparmor.d/local/bwrap-userns-restrict";
inline const std::string local_unpriv_bwrap = "/etc/apparmor.d/local/unpriv_bwrap";
/// Where apparmor_parser(8) keeps what it compiled, in a directory for each set of kernel features.
inline const std::string parser_cache = "/var/cache/apparmor";
/// Our profile as the package installs it, and the same without an attachment. Outside of
/// /etc/apparmor.d, so that a link in its directory `disable` does not keep the parser from them.
inline const std::string profile_as_installed = "/usr/share/boxlite-bwrap-apparmor/attached";
inline const std::string detached_profile = "/usr/share/boxlite-bwrap-apparmor/detached";
inline const std::string configuration = "/etc/boxlite-bwrap-apparmor.conf";
inline const std::string disable_directory = "/etc/apparmor.d/disable";
inline const std::string disable_link = "/etc/apparmor.d/disable/boxlite-bwrap";
/// Where our own disabling link points. aa-disable(8) and the usual advice make an absolute link,
/// so whose a link is can be read off it.
inline const std::string disable_target = "../boxlite-bwrap";
} // namespace paths

/// Looks at `host`. Never fails: what could not be seen is unreadable in the facts. Runs programs
/// as `user`, or as this process's own user if null. Leaves `probe` empty; see probe/probe.h.
[[nodiscard]] Facts gather_facts(const Host& host, const User* user);

/// Looks again at what policy/policy.h may have changed since `facts` were gathered: whose link disables
/// our profile, and what the kernel has loaded.
void gather_changes(const Host& host, Facts& facts);

/// The parts of gather_facts, each from its own corner of the host.
[[nodiscard]] KernelFacts gather_kernel(const Host& host);
/// `foreign`: other profiles to look for among those loaded.
[[nodiscard]] AppArmorFacts gather_apparmor(const Host& host, const std::vector<std::string>& foreign = {});
[[nodiscard]] Fact<std::vector<LoadedProfile>> gather_loaded(const Host& host,
                                                             const std::vector<std::string>& foreign);
/// The compiled policy, of up to `limit` bytes, that the kernel has the profile of that name from: that
/// profile's alone or a whole file of the parser's cache, where the kernel keeps them (the module's parameter
/// export_binary, Linux 6.0; before, always), for who may manage policy.
[[nodiscard]] Result<std::string> read_loaded_policy(const Host& host, std::string_view name,
                                                     std::size_t limit);
[[nodiscard]] BwrapFacts gather_bwrap(const Host& host, const User* user);
[[nodiscard]] ProfileFacts gather_profile(const Host& host);
[[nodiscard]] Fact<ProfileFacts::DisabledBy> gather_disabled(const Host& host);
[[nodiscard]] CallerFacts gather_caller(const Host& host);
[[nodiscard]] KvmFacts gather_kvm(const Host& host, const User* user);
[[nodiscard]] Fact<Configuration> gather_configuration(const Host& host);

/// Whether `path` is there, links followed.
[[nodiscard]] Fact<bool> gather_existence(const Host& host, const std::string& path);

} // namespace boxlite
