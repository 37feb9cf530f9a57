// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/conditions.h"
#include "verdict/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace boxlite {

namespace {

/// What is known of a run that failed: the host, and bwrap's own last words, which are in English
/// (it is run with LC_ALL=C).
struct FailedRun {
    const Facts& facts;
    std::string_view complaint;

    [[nodiscard]] bool says(std::string_view words) const {
        return complaint.find(words) != std::string_view::npos;
    }
    /// The kernel refused the namespace itself. AppArmor's restriction does not: it lets the
    /// namespace be made and takes the capabilities in it.
    [[nodiscard]] bool refused_namespace() const {
        return says("No permissions to create") || says("Creating new namespace failed") ||
               says("creating new namespace");
    }
    /// The kernel restricts, and bwrap has no profile.
    [[nodiscard]] bool is_restricted() const {
        return restricts(facts) && facts.probe.label.is("unconfined");
    }
};

bool starts_elsewhere(const Facts& facts) {
    const auto& label = facts.caller.label;
    return label.is_present() && label.value != "unconfined" && label.value != bwrap_label;
}

/// Names of the profiles that other files have for bwrap.
std::set<std::string> names_of_others(const Facts& facts) {
    std::set<std::string> names;
    for (const auto& provider : facts.profile.other_providers.value) {
        names.insert(provider.profiles.begin(), provider.profiles.end());
    }
    return names;
}

/// A reason why bwrap can fail, and how to tell that it is the one. The first that fits is it.
struct Reason {
    Cause cause;
    bool (*fits)(const FailedRun& run);
};

constexpr std::array reasons{
    Reason{Cause::container_host,
           [](const FailedRun& run) {
               return is_container(run.facts) && restricts(run.facts) && run.says("uid map");
           }},
    Reason{Cause::bwrap_hangs, [](const FailedRun& run) { return run.says("no answer within"); }},
    Reason{Cause::bwrap_foreign,
           [](const FailedRun& run) {
               return run.facts.bwrap.version.is_unreadable() || run.says("Unknown option") ||
                      run.says("killed by signal");
           }},
    Reason{Cause::proc_masked, [](const FailedRun& run) { return run.says("mount proc"); }},
    Reason{Cause::root_not_pivotable, [](const FailedRun& run) { return run.says("pivot_root"); }},
    Reason{Cause::tmp_unusable,
           [](const FailedRun& run) {
               return run.facts.temporary_directory.is_absent() || run.facts.temporary_directory.is(false);
           }},
    Reason{Cause::userns_used_up,
           [](const FailedRun& run) {
               return run.says("ENOSPC") || run.says("No space left on device") || run.says("nesting depth");
           }},
    Reason{Cause::mode_never,
           [](const FailedRun& run) { return run.is_restricted() && mode_of(run.facts) == Mode::never; }},
    Reason{Cause::providers_conflict,
           [](const FailedRun& run) { return run.is_restricted() && names_of_others(run.facts).size() > 1; }},
    Reason{Cause::provider_not_loaded,
           [](const FailedRun& run) {
               return run.is_restricted() && !run.facts.profile.other_providers.value.empty();
           }},
    Reason{Cause::profile_disabled,
           [](const FailedRun& run) {
               return run.is_restricted() &&
                      run.facts.profile.disabled_by.is(ProfileFacts::DisabledBy::administrator);
           }},
    Reason{Cause::caller_confined,
           [](const FailedRun& run) {
               return starts_elsewhere(run.facts) && run.facts.probe.label.is(run.facts.caller.label.value);
           }},
    Reason{Cause::namespace_refused,
           [](const FailedRun& run) {
               return run.refused_namespace() && run.says("ermi") && !run.facts.caller.seccomp.is(0) &&
                      run.facts.caller.seccomp.is_present();
           }},
    Reason{Cause::nothing_allows, [](const FailedRun& run) { return run.is_restricted(); }},
    Reason{Cause::mount_refused,
           [](const FailedRun& run) { return run.says("make / slave") || run.says("Failed to mount"); }},
    Reason{Cause::selinux_enforcing,
           [](const FailedRun& run) { return run.facts.selinux_enforcing.is(true); }},
    Reason{Cause::unexplained, [](const FailedRun&) { return true; }},
};

std::vector<Replacement> replacements_for(const Facts& facts) {
    std::string files;
    const auto& providers = facts.profile.other_providers.value;
    for (const auto& provider : providers) {
        files += (files.empty() ? "" : ", ") + name_with_owner(provider);
    }
    // Of two that block each other, the one that goes is not the one with our profile's name.
    const auto surplus = std::find_if_not(providers.begin(), providers.end(), shares_our_name);
    const bool conflict = names_of_others(facts).size() > 1;
    std::string file;
    if (!providers.empty()) {
        file = (conflict && surplus != providers.end() ? *surplus : providers.front()).path;
    }
    const auto& masked = facts.caller.masked_proc.value;
    const auto limit = facts.kernel.max_user_namespaces.value;
    return {
        {"files", files},
        {"file", printable(file)},
        {"limit", std::to_string(limit)},
        {"more", std::to_string(std::max(2 * limit, 10'000LL))},
        {"unit", facts.caller.unit.is_present() ? facts.caller.unit.value : "UNIT"},
        {"label", facts.caller.label.value},
        {"paths", masked.empty() ? "/proc" : fmt::format("{}", fmt::join(masked, ", "))},
    };
}

} // namespace

Finding explain_failed_run(const Facts& facts, const std::string& complaint) {
    for (const auto& judge : {judge_userns, judge_binary}) {
        if (const auto finding = judge(facts); finding.status == Status::fail) {
            return {.status = Status::fail,
                    .summary = complaint,
                    .why = finding.why,
                    .fix = finding.fix,
                    .cause = finding.cause};
        }
    }
    const FailedRun run{.facts = facts, .complaint = complaint};
    const auto* reason =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& row) { return row.fits(run); });
    return fail(reason->cause, complaint, replacements_for(facts));
}

} // namespace boxlite
