// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/conditions.h"
#include "verdict/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
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

/// Ours is inactive and yet loaded, beside one of another name.
bool ours_is_in_the_way(const Facts& facts) {
    const auto names = names_of_others(facts);
    return !is_wanted(facts) && !names.contains("bwrap") && is_loaded(facts, "bwrap") &&
           std::any_of(names.begin(), names.end(), [&](const auto& name) { return is_loaded(facts, name); });
}

/// bwrap runs under a profile that another file has for it, and that is enforced.
bool another_confines(const Facts& facts) {
    constexpr std::string_view enforced = " (enforce)";
    std::string_view label = facts.probe.label.value;
    if (!label.ends_with(enforced)) {
        return false;
    }
    label.remove_suffix(enforced.size());
    return names_of_others(facts).contains(std::string(label));
}

/// bwrap runs under our profile, which refuses it nothing as it is shipped. A rule that denies may be
/// without a record, so that an override is reason enough.
bool ours_refuses(const FailedRun& run) {
    return run.facts.probe.label.is(std::string(bwrap_label)) && run.says("Permission denied") &&
           (run.facts.refusals.value.breaking > 0 || !run.facts.profile.local_overrides.value.empty());
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
    Reason{Cause::root_not_pivotable,
           [](const FailedRun& run) { return run.says("pivot_root: Invalid argument"); }},
    Reason{Cause::tmp_unusable,
           [](const FailedRun& run) {
               return run.facts.temporary_directory.is_absent() || run.facts.temporary_directory.is(false);
           }},
    Reason{Cause::userns_used_up,
           [](const FailedRun& run) {
               return run.says("ENOSPC") || run.says("No space left on device") || run.says("nesting depth");
           }},
    Reason{Cause::tasks_used_up,
           [](const FailedRun& run) { return run.says("Resource temporarily unavailable"); }},
    Reason{Cause::mode_never,
           [](const FailedRun& run) { return run.is_restricted() && mode_of(run.facts) == Mode::never; }},
    Reason{Cause::providers_conflict,
           [](const FailedRun& run) { return run.is_restricted() && names_of_others(run.facts).size() > 1; }},
    Reason{Cause::profile_in_the_way,
           [](const FailedRun& run) { return run.is_restricted() && ours_is_in_the_way(run.facts); }},
    Reason{Cause::provider_not_loaded,
           [](const FailedRun& run) {
               return run.is_restricted() && !run.facts.profile.other_providers.value.empty();
           }},
    Reason{Cause::provider_refuses, [](const FailedRun& run) { return another_confines(run.facts); }},
    Reason{Cause::profile_refuses, ours_refuses},
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
           [](const FailedRun& run) {
               return run.says("make / slave") || run.says("Failed to mount") || run.says("pivot_root");
           }},
    Reason{Cause::selinux_enforcing,
           [](const FailedRun& run) { return run.facts.selinux_enforcing.is(true); }},
    Reason{Cause::unexplained, [](const FailedRun&) { return true; }},
};

/// The first few of them: a container has a dozen.
std::string name_masked(const std::vector<std::string>& paths) {
    constexpr std::size_t named = 3;
    if (paths.empty()) {
        return "/proc";
    }
    const auto end = paths.begin() + static_cast<std::ptrdiff_t>(std::min(paths.size(), named));
    return fmt::format("{}{}", fmt::join(paths.begin(), end, ", "),
                       paths.size() > named ? fmt::format(" and {} more", paths.size() - named) : "");
}

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
    const auto limit = facts.kernel.max_user_namespaces.value;
    return {
        {"files", files},
        {"file", printable(file)},
        {"limit", std::to_string(limit)},
        {"more", std::to_string(std::max(2 * limit, 10'000LL))},
        {"unit", facts.caller.unit.is_present() ? facts.caller.unit.value : "UNIT"},
        {"label", facts.caller.label.value},
        {"confinement", facts.probe.label.value},
        {"paths", name_masked(facts.caller.masked_proc.value)},
    };
}

/// The first of these checks that fails, as what is behind the complaint.
std::optional<Finding> first_failure(const Facts& facts, const std::string& complaint,
                                     std::initializer_list<std::string_view> ids) {
    for (const auto& check : all_checks()) {
        if (std::find(ids.begin(), ids.end(), check.id) == ids.end()) {
            continue;
        }
        if (auto finding = check.judge(facts); finding.status == Status::fail) {
            finding.why = fmt::format("{}: {}; {}", check.title, finding.summary, finding.why);
            finding.summary = complaint;
            finding.quoted = true;
            return finding;
        }
    }
    return std::nullopt;
}

} // namespace

Finding explain_failed_run(const Facts& facts, const std::string& complaint) {
    if (auto finding = first_failure(facts, complaint, {"kernel.userns", "bwrap.binary"})) {
        return *finding;
    }
    const FailedRun run{.facts = facts, .complaint = complaint};
    const auto* reason =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& row) { return row.fits(run); });
    if (reason->cause == Cause::nothing_allows) { // perhaps since nothing can
        if (auto finding = first_failure(
                facts, complaint,
                {"apparmor.enabled", "apparmor.features", "apparmor.parser", "profile.state"})) {
            return *finding;
        }
    }
    auto finding = fail(reason->cause, complaint, replacements_for(facts));
    finding.quoted = reason->cause != Cause::unexplained;
    return finding;
}

} // namespace boxlite
