// SPDX-License-Identifier: Apache-2.0
#include "verdict/conditions.h"
#include "verdict/findings.h"

#include <fmt/format.h>

namespace boxlite {

namespace {

Finding judge_run(const Facts& facts, const Fact<SandboxRun>& run) {
    if (is_image(facts)) {
        return skip_image();
    }
    if (run.is_unreadable()) {
        const bool cannot_start = judge_binary(facts).status == Status::fail;
        return cannot_start ? explain_failed_run(facts, run.reason) : unknown(run.reason);
    }
    if (run.is_absent()) {
        return unknown("bwrap was not run");
    }
    return run.value.worked ? pass("works") : explain_failed_run(facts, run.value.complaint);
}

} // namespace

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
        return fail(label.value == "unconfined" ? Cause::label_unconfined : Cause::label_other,
                    label.value + " instead of " + std::string(bwrap_label));
    }
    return pass(label.value);
}

Finding judge_preflight(const Facts& facts) {
    return judge_run(facts, facts.probe.preflight);
}

Finding judge_jail(const Facts& facts) {
    return judge_run(facts, facts.probe.jail);
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
        return fail(Cause::capabilities_kept,
                    "code in the sandbox has capabilities: " + jail.value.capabilities);
    }
    if (is_wanted(facts) && label != sandbox_label) {
        return fail(Cause::sandbox_label_wrong, "code in the sandbox runs as " + label);
    }
    if (restricts(facts) && label.find("unpriv_bwrap") == std::string::npos) {
        return warn(Cause::sandbox_loose, "code in the sandbox runs as " + label);
    }
    return note(label.empty() ? "no capabilities" : "no capabilities, " + label);
}

Finding judge_refusals(const Facts& facts) {
    const auto& refusals = facts.refusals;
    if (!refusals.is_present()) {
        return skip(refusals.is_absent() ? "not looked for" : "not seen: " + refusals.reason);
    }
    const std::string since = refusals.value.since_loaded ? "since the profile was loaded" : "since boot";
    if (refusals.value.breaking == 0) {
        return pass("none that matters " + since);
    }
    const auto summary =
        fmt::format("{} {}, the last at {}", refusals.value.breaking, since, refusals.value.last);
    // Where bwrap does not work, what was refused is no news; the run above says why.
    if (!facts.probe.jail.is_present() || !facts.probe.jail.value.worked || !refusals.value.since_loaded) {
        return skip(summary);
    }
    return warn(refusals.value.without_profile > 0 ? Cause::bwrap_elsewhere : Cause::sandbox_refused,
                summary);
}

} // namespace boxlite
