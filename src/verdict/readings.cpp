// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace boxlite {

namespace {

std::string say(bool value) {
    return value ? "yes" : "no";
}

std::string say(long long value) {
    return std::to_string(value);
}

std::string say(const std::string& value) {
    return printable(value);
}

std::string say(const LoadedProfile& profile) {
    const auto hash = profile.sha256.empty() ? "" : ", sha256 " + profile.sha256.substr(0, 12);
    return printable(fmt::format("{} ({}){}", profile.name, profile.mode, hash));
}

std::string say(const CompiledProfile& profile) {
    return printable(fmt::format("{}, sha256 {}", profile.name, profile.sha256.substr(0, 12)));
}

std::string say(const Provider& provider) {
    return printable(
        fmt::format("{} ({})", provider.path, provider.owner ? "package " + *provider.owner : "no package"));
}

std::string say(const DanglingLink& link) {
    return printable(fmt::format("{} -> {}", link.path, link.target));
}

std::string say(BwrapFacts::Kind kind) {
    static constexpr std::array<std::string_view, 3> names{"ELF", "script", "other"};
    return std::string(names.at(static_cast<std::size_t>(kind)));
}

std::string say(const BwrapFacts::File& file) {
    return fmt::format("{}, uid {}, mode {:04o}, {}", file.regular ? "regular file" : "no regular file",
                       file.owner, file.permissions, say(file.kind));
}

std::string say(const KvmFacts::Device& device) {
    return fmt::format("mode {:04o}, group {}", device.permissions, printable(device.group));
}

std::string say(ProfileFacts::DisabledBy by) {
    static constexpr std::array<std::string_view, 3> names{"not there", "this program's",
                                                           "an administrator's"};
    return std::string(names.at(static_cast<std::size_t>(by)));
}

std::string say(const Configuration& configuration) {
    static constexpr std::array<std::string_view, 3> modes{"auto", "always", "never"};
    return fmt::format("mode={} strict={}", modes.at(static_cast<std::size_t>(configuration.mode)),
                       configuration.strict);
}

std::string say(const RefusalFacts& refusals) {
    return printable(fmt::format("{} that break sandboxes, {} of them to a bwrap without a profile{}{}",
                                 refusals.breaking, refusals.without_profile,
                                 refusals.last.empty() ? "" : ", the last at ", refusals.last));
}

std::string say(const SandboxRun& run) {
    if (!run.worked) {
        return "failed: " + printable(run.complaint);
    }
    return run.capabilities.empty()
               ? "worked"
               : printable(fmt::format("worked; label {}, CapEff {}", run.label, run.capabilities));
}

template <class T> std::string say(const std::vector<T>& values) {
    std::string said;
    for (const auto& value : values) {
        said += (said.empty() ? "" : "; ") + say(value);
    }
    return said.empty() ? "none" : said;
}

template <class T> std::string say(const Fact<T>& fact) {
    if (fact.is_unreadable()) {
        return "not seen: " + printable(fact.reason);
    }
    return fact.is_present() ? say(fact.value) : "not there";
}

/// A row of the table of what is read, and for which check.
struct Source {
    std::string_view check;
    std::string_view name;
    std::string (*read)(const Facts& facts);
};

const std::vector<Source>& all_sources() {
    using F = Facts;
    static const std::vector<Source> sources{
        {"kernel.userns", "kernel", [](const F& f) { return say(f.kernel.release); }},
        {"kernel.userns", "/proc/self/ns/user", [](const F& f) { return say(f.kernel.user_namespaces); }},
        {"kernel.userns", "user.max_user_namespaces",
         [](const F& f) { return say(f.kernel.max_user_namespaces); }},
        {"kernel.userns", "kernel.unprivileged_userns_clone",
         [](const F& f) { return say(f.kernel.unprivileged_userns_clone); }},
        {"kernel.userns-restriction", "kernel.apparmor_restrict_unprivileged_userns",
         [](const F& f) { return say(f.kernel.userns_restriction); }},
        {"kernel.userns-restriction", "profiles loaded", [](const F& f) { return say(f.apparmor.loaded); }},
        {"apparmor.enabled", "/sys/module/apparmor/parameters/enabled",
         [](const F& f) { return say(f.apparmor.enabled); }},
        {"apparmor.enabled", "/sys/kernel/security/apparmor",
         [](const F& f) { return say(f.apparmor.securityfs); }},
        {"apparmor.enabled", "SELinux enforcing", [](const F& f) { return say(f.selinux_enforcing); }},
        {"apparmor.features", "features/namespaces/mask has userns_create",
         [](const F& f) { return say(f.apparmor.mediates_userns); }},
        {"apparmor.features", "features/domain/stack", [](const F& f) { return say(f.apparmor.stacks); }},
        {"apparmor.features", "features/policy/versions",
         [](const F& f) { return say(f.apparmor.policy_versions); }},
        {"apparmor.parser", "/sbin/apparmor_parser",
         [](const F& f) { return say(f.apparmor.parser_version); }},
        {"apparmor.parser", "/etc/apparmor.d/abi/4.0", [](const F& f) { return say(f.apparmor.abi_4); }},
        {"bwrap.binary", "/usr/bin/bwrap", [](const F& f) { return say(f.bwrap.file); }},
        {"bwrap.binary", "bwrap --version", [](const F& f) { return say(f.bwrap.version); }},
        {"bwrap.binary", "diverted by", [](const F& f) { return say(f.bwrap.diverted_by); }},
        {"bwrap.path", "bwrap earlier on PATH", [](const F& f) { return say(f.bwrap.first_on_path); }},
        {"host.kvm", "/dev/kvm", [](const F& f) { return say(f.kvm.device); }},
        {"host.kvm", "usable", [](const F& f) { return say(f.kvm.usable); }},
        {"profile.configuration", "/etc/boxlite-bwrap-apparmor.conf",
         [](const F& f) { return say(f.configuration); }},
        {"profile.state", "/etc/apparmor.d/boxlite-bwrap", [](const F& f) { return say(f.profile.file); }},
        {"profile.state", "/etc/apparmor.d/disable/boxlite-bwrap",
         [](const F& f) { return say(f.profile.disabled_by); }},
        {"profile.state", "other files with a profile for bwrap",
         [](const F& f) { return say(f.profile.other_providers); }},
        {"profile.state", "chroot", [](const F& f) { return say(f.chroot); }},
        {"profile.state", "may load policy", [](const F& f) { return say(f.apparmor.may_load_policy); }},
        {"profile.loaded", "profiles loaded", [](const F& f) { return say(f.apparmor.loaded); }},
        {"profile.loaded", "compiled from",
         [](const F& f) {
             return f.profile.compiled_from.empty() ? "nothing" : printable(f.profile.compiled_from);
         }},
        {"profile.loaded", "compiled", [](const F& f) { return say(f.profile.compiled); }},
        {"profile.local", "local files with rules",
         [](const F& f) { return say(f.profile.local_overrides); }},
        {"profile.links", "links that lead nowhere",
         [](const F& f) { return say(f.profile.dangling_links); }},
        {"bwrap.label", "label", [](const F& f) { return say(f.probe.label); }},
        {"bwrap.label", "label of this process", [](const F& f) { return say(f.caller.label); }},
        {"bwrap.preflight", "run", [](const F& f) { return say(f.probe.preflight); }},
        {"bwrap.jail", "run", [](const F& f) { return say(f.probe.jail); }},
        {"bwrap.jail", "/tmp", [](const F& f) { return say(f.temporary_directory); }},
        {"bwrap.jail", "seccomp of this process", [](const F& f) { return say(f.caller.seccomp); }},
        {"bwrap.jail", "unit of this process", [](const F& f) { return say(f.caller.unit); }},
        {"bwrap.jail", "mounted over in /proc", [](const F& f) { return say(f.caller.masked_proc); }},
        {"sandbox.confinement", "run", [](const F& f) { return say(f.probe.jail); }},
        {"bwrap.denials", "kernel's log and audit log", [](const F& f) { return say(f.refusals); }},
    };
    return sources;
}

} // namespace

std::vector<Reading> readings_for(std::string_view check, const Facts& facts) {
    std::vector<Reading> readings;
    for (const auto& source : all_sources()) {
        if (source.check == check) {
            readings.push_back({source.name, source.read(facts)});
        }
    }
    return readings;
}

void add_readings(Verdict& verdict, const Facts& facts) {
    for (auto& check : verdict.checks) {
        check.readings = readings_for(check.id, facts);
    }
}

} // namespace boxlite
