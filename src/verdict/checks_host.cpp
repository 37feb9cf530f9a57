// SPDX-License-Identifier: Apache-2.0
#include "verdict/conditions.h"
#include "verdict/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace boxlite {

namespace {

/// A failure where this host needs the thing, a warning where mode=always asks for it all the same, and
/// nothing to mind elsewhere.
Finding needed_if_restricted(const Facts& facts, Finding failure) {
    if (can_restrict(facts)) {
        return failure;
    }
    if (mode_of(facts) == Mode::always) {
        failure.status = Status::warn;
        return failure;
    }
    return skip(failure.summary + "; not needed here");
}

} // namespace

Finding judge_userns(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& kernel = facts.kernel;
    if (kernel.user_namespaces.is_unreadable()) {
        return unknown(kernel.user_namespaces.reason);
    }
    if (kernel.user_namespaces.is_absent()) {
        return fail(Cause::userns_not_built, "this kernel has none");
    }
    if (kernel.max_user_namespaces.is_unreadable()) {
        return unknown(kernel.max_user_namespaces.reason);
    }
    if (kernel.max_user_namespaces.is_present() && kernel.max_user_namespaces.value <= 0) {
        return fail(Cause::userns_limit_zero, "the limit is 0");
    }
    if (kernel.unprivileged_userns_clone.is_unreadable()) {
        return unknown(kernel.unprivileged_userns_clone.reason);
    }
    if (kernel.unprivileged_userns_clone.is(0)) {
        return fail(Cause::userns_clone_off, "switched off for unprivileged users");
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
        return warn(Cause::restriction_off, "switched off");
    }
    if (facts.apparmor.securityfs.is_absent()) {
        return skip("on; whether with its profile is " + skip_unseen().summary);
    }
    if (facts.apparmor.loaded.is_unreadable()) {
        return unknown(facts.apparmor.loaded.reason);
    }
    if (!is_loaded(facts, "unprivileged_userns")) {
        return warn(Cause::unprivileged_userns_missing, "on, without its profile");
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
        return needed_if_restricted(facts, fail(Cause::apparmor_off, "not enabled in this kernel"));
    }
    if (apparmor.securityfs.is_unreadable()) {
        return unknown(apparmor.securityfs.reason);
    }
    if (apparmor.securityfs.is_absent()) {
        return needed_if_restricted(
            facts, fail(Cause::securityfs_missing, "enabled, but /sys/kernel/security is not mounted"));
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
    if (apparmor.securityfs.is_unreadable()) {
        return unknown(apparmor.securityfs.reason);
    }
    if (apparmor.securityfs.is_absent()) {
        return skip_unseen();
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
    if (!apparmor.mediates_userns.is(true)) {
        return needed_if_restricted(
            facts, fail(Cause::userns_not_mediated, "this kernel does not mediate user namespaces"));
    }
    if (!apparmor.stacks.is(true)) {
        return needed_if_restricted(facts,
                                    fail(Cause::stacking_missing, "this kernel does not stack profiles"));
    }
    const auto& versions = apparmor.policy_versions.value;
    const bool recent = std::any_of(versions.begin(), versions.end(), [](const auto& version) {
        return version.starts_with('v') && major_version(std::string_view(version).substr(1)) >= 8;
    });
    if (!recent) {
        return needed_if_restricted(
            facts, fail(Cause::policy_version_old, "this kernel does not take the policy of AppArmor 4"));
    }
    return pass("user namespaces mediated, profiles stack");
}

Finding judge_parser(const Facts& facts) {
    const auto& apparmor = facts.apparmor;
    if (apparmor.parser_version.is_unreadable()) {
        return unknown(apparmor.parser_version.reason);
    }
    if (apparmor.parser_version.is_absent()) {
        return needed_if_restricted(facts, fail(Cause::parser_missing, "/sbin/apparmor_parser is not there"));
    }
    const auto& version = apparmor.parser_version.value;
    if (major_version(version) < 4) {
        return needed_if_restricted(facts, fail(Cause::parser_old, version + ", too old for the profile"));
    }
    if (apparmor.abi_4.is_unreadable()) {
        return unknown(apparmor.abi_4.reason);
    }
    if (apparmor.abi_4.is_absent()) {
        return needed_if_restricted(facts, fail(Cause::abi_missing, "/etc/apparmor.d/abi/4.0 is not there"));
    }
    return pass(version);
}

Finding judge_binary(const Facts& facts) {
    const auto& bwrap = facts.bwrap;
    if (bwrap.file.is_unreadable()) {
        return unknown(bwrap.file.reason);
    }
    if (bwrap.file.is_absent()) {
        return fail(Cause::bwrap_missing, "/usr/bin/bwrap is not there");
    }
    const auto& file = bwrap.file.value;
    if (!file.regular) {
        return fail(Cause::bwrap_not_a_file, "/usr/bin/bwrap is not a regular file");
    }
    if (file.owner != 0 || (file.permissions & 0022U) != 0) {
        return fail(Cause::bwrap_writable, fmt::format("can be changed by others (uid {}, mode {:04o})",
                                                       file.owner, file.permissions));
    }
    if ((file.permissions & 0001U) == 0) {
        return fail(Cause::bwrap_not_executable,
                    fmt::format("not for everybody to run (mode {:04o})", file.permissions));
    }
    if (bwrap.diverted_by.is_present()) {
        return warn(Cause::bwrap_diverted, "diverted by " + bwrap.diverted_by.value);
    }
    if (file.kind == BwrapFacts::Kind::script) {
        return warn(Cause::bwrap_script, "a script in place of bubblewrap");
    }
    if ((file.permissions & 04000U) != 0) {
        return warn(Cause::bwrap_setuid, "set-user-ID root");
    }
    if (bwrap.version.is_unreadable()) {
        return unknown(bwrap.version.reason);
    }
    return pass(bwrap.version.value);
}

Finding judge_path(const Facts& facts) {
    const auto& first = facts.bwrap.first_on_path;
    if (first.is_unreadable()) {
        return unknown(first.reason);
    }
    if (first.is_present()) {
        return warn(Cause::bwrap_shadowed, first.value + " comes before it", {{"file", first.value}});
    }
    return pass("/usr/bin/bwrap is the first");
}

Finding judge_kvm(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    const auto& kvm = facts.kvm;
    if (kvm.device.is_unreadable()) {
        return unknown(kvm.device.reason);
    }
    if (kvm.device.is_absent()) {
        return warn(Cause::kvm_missing, "/dev/kvm is not there");
    }
    if (kvm.usable.is(false)) {
        return warn(Cause::kvm_refused,
                    fmt::format("/dev/kvm is not for the user asked about (mode {:04o}, group {})",
                                kvm.device.value.permissions, kvm.device.value.group),
                    {{"group", kvm.device.value.group}});
    }
    return pass("/dev/kvm");
}

} // namespace boxlite
