// SPDX-License-Identifier: Apache-2.0
#include "verdict/conditions.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace boxlite {

namespace {

const std::string reload_command = "boxlite-bwrap-apparmor reload";
const std::string reinstall_bwrap = "apt-get install --reinstall bubblewrap";

Finding pass(std::string summary) {
    return {Status::pass, std::move(summary)};
}
Finding skip(std::string summary) {
    return {Status::skip, std::move(summary)};
}
Finding unknown(std::string reason) {
    return {Status::unknown, std::move(reason)};
}
Finding warn(std::string summary, std::string why, std::string fix) {
    return {Status::warn, std::move(summary), std::move(why), std::move(fix)};
}
Finding fail(std::string summary, std::string why, std::string fix) {
    return {Status::fail, std::move(summary), std::move(why), std::move(fix)};
}

Finding skip_image() {
    return skip("this is a system being built; decided at first boot");
}
Finding skip_container() {
    return skip("this container may not load policy; what counts is its host's");
}

/// A failure where this host needs the thing, and nothing to mind where it does not.
Finding needed_if_restricted(const Facts& facts, Finding failure) {
    if (can_restrict(facts)) {
        return failure;
    }
    return skip(failure.summary + "; not needed here");
}

Finding judge_userns(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& kernel = facts.kernel;
    if (kernel.user_namespaces.is_unreadable()) {
        return unknown(kernel.user_namespaces.reason);
    }
    if (kernel.user_namespaces.is_absent()) {
        return fail("this kernel has none", "it was built without CONFIG_USER_NS",
                    "boot a kernel of the distribution's");
    }
    if (kernel.max_user_namespaces.is_unreadable()) {
        return unknown(kernel.max_user_namespaces.reason);
    }
    if (kernel.max_user_namespaces.is_present() && kernel.max_user_namespaces.value <= 0) {
        return fail("the limit is 0", "user.max_user_namespaces=0 forbids all of them",
                    "sysctl -w user.max_user_namespaces=10000");
    }
    if (kernel.unprivileged_userns_clone.is_unreadable()) {
        return unknown(kernel.unprivileged_userns_clone.reason);
    }
    if (kernel.unprivileged_userns_clone.is(0)) {
        return fail("switched off for unprivileged users", "kernel.unprivileged_userns_clone=0",
                    "sysctl -w kernel.unprivileged_userns_clone=1");
    }
    return pass(kernel.release.is_present() ? fmt::format("allowed by this kernel ({})", kernel.release.value)
                                            : "allowed by this kernel");
}

Finding judge_restriction(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& restriction = facts.kernel.userns_restriction;
    if (restriction.is_unreadable()) {
        return unknown(restriction.reason);
    }
    if (restriction.is_absent()) {
        return pass("this kernel has none");
    }
    if (restriction.value == 0) {
        return warn("switched off",
                    "kernel.apparmor_restrict_unprivileged_userns=0 protects no program; "
                    "bwrap does not need it off",
                    "sysctl -w kernel.apparmor_restrict_unprivileged_userns=1");
    }
    if (facts.apparmor.loaded.is_unreadable()) {
        return unknown(facts.apparmor.loaded.reason);
    }
    if (!is_loaded(facts, "unprivileged_userns")) {
        return warn(
            "on, without its profile",
            "unprivileged_userns is not loaded, so that other programs cannot create user namespaces at all",
            "systemctl reload apparmor");
    }
    return pass("on");
}

Finding judge_enabled(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    if (is_container(facts)) {
        return skip_container();
    }
    const auto& apparmor = facts.apparmor;
    if (apparmor.enabled.is_unreadable()) {
        return unknown(apparmor.enabled.reason);
    }
    if (!apparmor.enabled.is(true)) {
        return needed_if_restricted(
            facts, fail("not enabled in this kernel", "the kernel was booted without it",
                        "boot with apparmor=1 security=apparmor on the kernel's command line"));
    }
    if (apparmor.securityfs.is_unreadable()) {
        return unknown(apparmor.securityfs.reason);
    }
    if (apparmor.securityfs.is_absent()) {
        return needed_if_restricted(facts, fail("enabled, but /sys/kernel/security is not mounted",
                                                "profiles are loaded through it",
                                                "mount -t securityfs securityfs /sys/kernel/security"));
    }
    return pass("enabled");
}

Finding judge_features(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& apparmor = facts.apparmor;
    if (is_container(facts)) {
        return skip_container();
    }
    if (!apparmor.enabled.is(true)) {
        return skip("AppArmor is not enabled");
    }
    if (apparmor.mediates_userns.is_unreadable()) {
        return unknown(apparmor.mediates_userns.reason);
    }
    if (apparmor.stacks.is_unreadable()) {
        return unknown(apparmor.stacks.reason);
    }
    if (apparmor.policy_versions.is_unreadable()) {
        return unknown(apparmor.policy_versions.reason);
    }
    const std::string fix = "boot a kernel of the distribution's";
    if (!apparmor.mediates_userns.is(true)) {
        return needed_if_restricted(facts, fail("this kernel does not mediate user namespaces",
                                                "features/namespaces/mask has no userns_create", fix));
    }
    if (!apparmor.stacks.is(true)) {
        return needed_if_restricted(
            facts, fail("this kernel does not stack profiles", "features/domain/stack is not yes", fix));
    }
    const auto& versions = apparmor.policy_versions.value;
    const bool recent = std::any_of(versions.begin(), versions.end(), [](const auto& version) {
        return version.starts_with('v') && major_version(std::string_view(version).substr(1)) >= 8;
    });
    if (!recent) {
        return needed_if_restricted(facts, fail("this kernel does not take the policy of AppArmor 4",
                                                "features/policy/versions ends before v8", fix));
    }
    return pass("user namespaces mediated, profiles stack");
}

Finding judge_parser(const Facts& facts) {
    const auto& apparmor = facts.apparmor;
    if (apparmor.parser_version.is_unreadable()) {
        return unknown(apparmor.parser_version.reason);
    }
    if (apparmor.parser_version.is_absent()) {
        return needed_if_restricted(facts, fail("/sbin/apparmor_parser is not there",
                                                "nothing can load the profile", "apt-get install apparmor"));
    }
    const auto& version = apparmor.parser_version.value;
    if (major_version(version) < 4) {
        return needed_if_restricted(facts, fail(version + ", too old for the profile",
                                                "rules for user namespaces came with AppArmor 4.0",
                                                "apt-get install apparmor (4.0 or later)"));
    }
    if (apparmor.abi_4.is_unreadable()) {
        return unknown(apparmor.abi_4.reason);
    }
    if (apparmor.abi_4.is_absent()) {
        return needed_if_restricted(
            facts, fail("/etc/apparmor.d/abi/4.0 is not there", "the profile is written against it",
                        "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss apparmor"));
    }
    return pass(version);
}

Finding judge_binary(const Facts& facts) {
    const auto& bwrap = facts.bwrap;
    if (bwrap.file.is_unreadable()) {
        return unknown(bwrap.file.reason);
    }
    if (bwrap.file.is_absent()) {
        return fail("/usr/bin/bwrap is not there", "bubblewrap is not installed",
                    "apt-get install bubblewrap");
    }
    const auto& file = bwrap.file.value;
    if (!file.regular) {
        return fail("/usr/bin/bwrap is not a regular file",
                    "the profile is attached to that path, and a link leads to another", reinstall_bwrap);
    }
    if (file.owner != 0 || (file.permissions & 0022U) != 0) {
        return fail(fmt::format("/usr/bin/bwrap can be changed by others (uid {}, mode {:04o})", file.owner,
                                file.permissions),
                    "whoever can write it gets what the profile allows", reinstall_bwrap);
    }
    if ((file.permissions & 0001U) == 0) {
        return fail(fmt::format("/usr/bin/bwrap is not for everybody (mode {:04o})", file.permissions),
                    "unprivileged users cannot run it", "chmod 0755 /usr/bin/bwrap");
    }
    if (bwrap.diverted_by.is_present()) {
        return warn("diverted by " + bwrap.diverted_by.value, "what is at /usr/bin/bwrap is not bubblewrap's",
                    "dpkg-divert --list /usr/bin/bwrap");
    }
    if (file.kind == BwrapFacts::Kind::script) {
        return warn("a script in place of bubblewrap",
                    "the profile then confines its interpreter and whatever else it runs", reinstall_bwrap);
    }
    if ((file.permissions & 04000U) != 0) {
        return warn("set-user-ID root", "it then works without user namespaces, and with root's power",
                    "chmod u-s /usr/bin/bwrap");
    }
    if (bwrap.version.is_unreadable()) {
        return unknown(bwrap.version.reason);
    }
    return pass(bwrap.version.value);
}

Finding judge_kvm(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    if (facts.kvm.is_unreadable()) {
        return unknown(facts.kvm.reason);
    }
    if (facts.kvm.is_absent()) {
        return warn("/dev/kvm is not there", "BoxLite's micro-VMs need it; bubblewrap does not",
                    "modprobe kvm_intel || modprobe kvm_amd");
    }
    return pass("/dev/kvm");
}

Finding judge_profile_state(const Facts& facts) {
    const auto& profile = facts.profile;
    if (profile.file.is_absent()) {
        return needed_if_restricted(
            facts,
            fail("/etc/apparmor.d/boxlite-bwrap is not there", "somebody removed it",
                 "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor"));
    }
    const auto decision = decide(facts);
    const bool disabled = !profile.disabled_by.is(ProfileFacts::DisabledBy::nobody);
    switch (decision.action) {
    case Decision::Action::activate:
        return disabled ? fail("inactive, and ought to be active", decision.reason, reload_command)
                        : pass("active: " + decision.reason);
    case Decision::Action::deactivate:
        return disabled ? pass("inactive: " + decision.reason)
                        : warn("active, and ought not to be", decision.reason, reload_command);
    case Decision::Action::leave:
        break;
    }
    if (!profile.disabled_by.is(ProfileFacts::DisabledBy::administrator)) {
        return unknown(decision.reason);
    }
    const std::string summary = "disabled by an administrator";
    return can_restrict(facts) ? warn(summary, decision.reason,
                                      "rm /etc/apparmor.d/disable/boxlite-bwrap && " + reload_command)
                               : pass(summary);
}

/// Whether our profile ought to be in force on the kernel that runs.
bool is_wanted(const Facts& facts) {
    return !is_image(facts) && decide(facts).action == Decision::Action::activate;
}

Finding judge_profile_loaded(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& loaded = facts.apparmor.loaded;
    if (has_drifted(facts)) {
        return fail(
            "not what " + facts.profile.compiled_from + " says",
            "the file, or one it includes, was edited since it was loaded, or other policy was loaded "
            "under its name",
            reload_command);
    }
    if (!is_wanted(facts)) {
        return skip("ours is inactive");
    }
    if (loaded.is_unreadable()) {
        return unknown(loaded.reason);
    }
    for (const std::string name : {"bwrap", "unpriv_bwrap"}) {
        const auto found = std::find_if(loaded.value.begin(), loaded.value.end(),
                                        [&](const auto& profile) { return profile.name == name; });
        if (found == loaded.value.end()) {
            return fail(name + " is not loaded", "the kernel has no such profile", reload_command);
        }
        if (found->mode != "enforce") {
            return fail(fmt::format("{} is loaded in {} mode", name, found->mode),
                        "it does not take capabilities from what bwrap starts", reload_command);
        }
    }
    return pass("bwrap and unpriv_bwrap, enforced");
}

Finding judge_label(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& label = facts.probe.label;
    if (label.is_unreadable()) {
        return unknown(label.reason);
    }
    if (label.is_absent()) {
        return skip("AppArmor is not enabled");
    }
    if (is_wanted(facts) && label.value != bwrap_label) {
        return fail(label.value + " instead of " + std::string(bwrap_label),
                    label.value == "unconfined"
                        ? "no profile is attached to /usr/bin/bwrap, or two that differ in name"
                        : "another profile takes its place",
                    reload_command);
    }
    return pass(label.value);
}

/// Other files are there to give bwrap a profile, and it has none: they block each other, or the
/// only one is not loaded.
Finding explain_providers(const std::vector<Provider>& providers, const std::string& complaint) {
    std::set<std::string> names;
    std::string files;
    for (const auto& provider : providers) {
        names.insert(provider.profiles.begin(), provider.profiles.end());
        files += (files.empty() ? "" : ", ") + name_with_owner(provider);
    }
    if (names.size() < 2) {
        return fail(complaint, "the profile of " + files + " is not in force",
                    "apparmor_parser --replace " + providers.front().path);
    }
    const auto surplus = std::find_if_not(providers.begin(), providers.end(), shares_our_name);
    const auto& path = (surplus == providers.end() ? providers.front() : *surplus).path;
    return fail(complaint,
                "profiles of different names for /usr/bin/bwrap block each other: the kernel takes none of " +
                    files,
                fmt::format("ln -s {0} /etc/apparmor.d/disable/ && apparmor_parser --remove {0} && {1}", path,
                            reload_command));
}

std::string join(const std::vector<std::string>& parts) {
    return fmt::format("{}", fmt::join(parts, ", "));
}

Finding judge_configuration(const Facts& facts) {
    const auto& configuration = facts.configuration;
    if (configuration.is_unreadable()) {
        return unknown(configuration.reason);
    }
    if (!configuration.value.complaints.empty()) {
        return warn(fmt::format("{}", fmt::join(configuration.value.complaints, "; ")),
                    "a setting that is not understood has no effect",
                    "dpkg-reconfigure boxlite-bwrap-apparmor (or edit /etc/boxlite-bwrap-apparmor.conf)");
    }
    static constexpr std::array<std::string_view, 3> modes{"auto", "always", "never"};
    return pass(fmt::format("mode {}{}", modes.at(static_cast<std::size_t>(mode_of(facts))),
                            configuration.value.strict ? ", strict" : ""));
}

Finding judge_links(const Facts& facts) {
    const auto& dangling = facts.profile.dangling_links;
    if (dangling.empty()) {
        return pass("none leads nowhere");
    }
    std::string summary;
    for (const auto& link : dangling) {
        summary += fmt::format("{}{} -> {} ({}) leads nowhere", summary.empty() ? "" : "; ", link.path,
                               link.target, link.owner ? "package " + *link.owner : "no package");
    }
    constexpr std::string_view extra = "/usr/share/apparmor/extra-profiles/";
    return warn(summary, "a profile that was meant to be loaded is not",
                dangling.front().target.starts_with(extra) ? "apt-get install apparmor-profiles"
                                                           : "rm " + dangling.front().path);
}

Finding judge_overrides(const Facts& facts) {
    const auto& overrides = facts.profile.local_overrides;
    if (overrides.is_unreadable()) {
        return unknown(overrides.reason);
    }
    return pass(overrides.value.empty() ? "none" : "in use: " + join(overrides.value));
}

/// Why a run of bwrap failed and what mends it, as far as the other facts explain it.
Finding explain_failed_run(const Facts& facts, const std::string& complaint) {
    if (const auto kernel = judge_userns(facts); kernel.status == Status::fail) {
        return fail(complaint, "user namespaces: " + kernel.summary, kernel.fix);
    }
    if (const auto binary = judge_binary(facts); binary.status == Status::fail) {
        return fail(complaint, binary.summary, binary.fix);
    }
    if (is_container(facts)) {
        return fail(complaint, "this container may not load policy, so what bwrap may do is up to its host",
                    "on the host: apt-get install boxlite-bwrap-apparmor && boxlite-bwrap-apparmor status");
    }
    if (restricts(facts) && mode_of(facts) == Mode::never && facts.probe.label.is("unconfined")) {
        return fail(complaint, "mode=never keeps the profile that bwrap needs here inactive",
                    "sed -i s/^mode=.*/mode=auto/ /etc/boxlite-bwrap-apparmor.conf && " + reload_command);
    }
    if (restricts(facts) && facts.probe.label.is("unconfined") &&
        !facts.profile.other_providers.value.empty()) {
        return explain_providers(facts.profile.other_providers.value, complaint);
    }
    if (restricts(facts) && facts.probe.label.is("unconfined")) {
        return fail(complaint, "nothing lets /usr/bin/bwrap keep capabilities in a user namespace",
                    facts.profile.disabled_by.is(ProfileFacts::DisabledBy::administrator)
                        ? "rm /etc/apparmor.d/disable/boxlite-bwrap && " + reload_command
                        : reload_command);
    }
    return fail(complaint, "neither the kernel's settings nor AppArmor's profiles explain it",
                "journalctl --dmesg --grep bwrap");
}

Finding judge_run(const Facts& facts, const Fact<SandboxRun>& run, std::string_view worked) {
    if (is_image(facts)) {
        return skip_image();
    }
    if (run.is_unreadable()) {
        return unknown(run.reason);
    }
    if (run.is_absent()) {
        return unknown("bwrap was not run");
    }
    return run.value.worked ? pass(std::string(worked)) : explain_failed_run(facts, run.value.complaint);
}

Finding judge_preflight(const Facts& facts) {
    return judge_run(facts, facts.probe.preflight, "works");
}

Finding judge_jail(const Facts& facts) {
    return judge_run(facts, facts.probe.jail, "works");
}

Finding judge_confinement(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& jail = facts.probe.jail;
    if (!jail.is_present() || !jail.value.worked) {
        return skip("there is no sandbox to look into");
    }
    const auto& label = jail.value.label;
    if (jail.value.capabilities.find_first_not_of('0') != std::string::npos) {
        return fail("code in the sandbox has capabilities: " + jail.value.capabilities,
                    "bwrap did not drop them", "bwrap --version; dpkg --verify bubblewrap");
    }
    if (is_wanted(facts) && label != sandbox_label) {
        return fail("code in the sandbox runs as " + label, "it ought to be " + std::string(sandbox_label),
                    reload_command);
    }
    if (restricts(facts) && label.find("unpriv_bwrap") == std::string::npos) {
        return warn("code in the sandbox runs as " + label,
                    "it can get capabilities in a user namespace of its own, which this kernel denies others",
                    "use the profile of this package: boxlite-bwrap-apparmor(1), OTHER PROFILES");
    }
    return pass(label.empty() ? "no capabilities" : "no capabilities, " + label);
}

} // namespace

const std::vector<Check>& all_checks() {
    using enum Subject;
    static const std::vector<Check> checks{
        {"kernel.userns", "User namespaces", host, judge_userns},
        {"kernel.userns-restriction", "Restriction of them", host, judge_restriction},
        {"apparmor.enabled", "AppArmor", host, judge_enabled},
        {"apparmor.features", "AppArmor in the kernel", host, judge_features},
        {"apparmor.parser", "AppArmor parser", host, judge_parser},
        {"bwrap.binary", "bubblewrap", host, judge_binary},
        {"host.kvm", "KVM", host, judge_kvm},
        {"profile.configuration", "Configuration", profile, judge_configuration},
        {"profile.state", "Profile", profile, judge_profile_state},
        {"profile.loaded", "Profile in the kernel", profile, judge_profile_loaded},
        {"profile.local", "Local overrides", profile, judge_overrides},
        {"profile.links", "Links to profiles", profile, judge_links},
        {"bwrap.label", "Label of bwrap", sandbox, judge_label},
        {"bwrap.preflight", "BoxLite's preflight", sandbox, judge_preflight},
        {"bwrap.jail", "BoxLite's jail", sandbox, judge_jail},
        {"sandbox.confinement", "Code in the jail", sandbox, judge_confinement},
    };
    return checks;
}

} // namespace boxlite
