// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/conditions.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace boxlite {

namespace {

std::vector<JudgedCheck> judge_checks(const Facts& facts, std::initializer_list<Subject> subjects) {
    std::vector<JudgedCheck> judged;
    for (const auto& check : all_checks()) {
        if (std::find(subjects.begin(), subjects.end(), check.subject) != subjects.end()) {
            judged.push_back({check.id, check.title, check.subject, check.judge(facts)});
        }
    }
    return judged;
}

/// The first check about `subject` that came out as `status`, or null.
const JudgedCheck* find(const std::vector<JudgedCheck>& checks, Subject subject, Status status) {
    const auto found = std::find_if(checks.begin(), checks.end(), [&](const auto& check) {
        return check.subject == subject && check.finding.status == status;
    });
    return found == checks.end() ? nullptr : &*found;
}

/// The first failed check of all.
const JudgedCheck* find_first_failed(const std::vector<JudgedCheck>& checks) {
    const auto found = std::find_if(checks.begin(), checks.end(),
                                    [](const auto& check) { return check.finding.status == Status::fail; });
    return found == checks.end() ? nullptr : &*found;
}

/// The check that tells best why bwrap does not work: a run of it that failed and is explained, if there is
/// one.
const JudgedCheck* find_not_working(const std::vector<JudgedCheck>& checks) {
    const auto explained =
        std::find_if(checks.begin(), checks.end(), [](const auto& check) { return check.finding.quoted; });
    return explained == checks.end() ? find(checks, Subject::sandbox, Status::fail) : &*explained;
}

std::string say(const JudgedCheck& check) {
    const auto& finding = check.finding;
    return finding.quoted ? finding.why : fmt::format("{}: {}", check.title, finding.summary);
}

/// What `reload` mends is no matter of the host's.
bool is_mended_by_reload(const JudgedCheck& check) {
    return check.subject == Subject::profile && check.finding.fix == "boxlite-bwrap-apparmor reload";
}

constexpr std::string_view image_summary =
    "this is a system being built (a chroot, or a container without an init system); whether bwrap works is "
    "decided at first boot";

std::string summarize_ready(const Facts& facts) {
    constexpr std::string_view works = "bwrap works for unprivileged users";
    const auto& providers = facts.profile.other_providers;
    if (!providers.value.empty() && decide(facts).action != Decision::Action::activate) {
        return fmt::format("{}; {} provides the profile, and ours stands back", works,
                           printable(providers.value.front().path));
    }
    if (!can_restrict(facts) && mode_of(facts) != Mode::always) {
        return fmt::format("{}; nothing is needed: this kernel does not restrict user namespaces", works);
    }
    return std::string(works);
}

/// What runs of bwrap showed is what counts; that nothing else failed is asked for as well, since
/// what works now might not after the next reload or boot.
void conclude_from_probe(const Facts& facts, Verdict& verdict) {
    if (is_image(facts)) {
        verdict.readiness = Readiness::unknown;
        verdict.summary = image_summary;
    } else if (const auto* failed = find_not_working(verdict.checks)) {
        verdict.readiness = Readiness::not_ready;
        verdict.summary = "bwrap does not work as it should: " + say(*failed);
    } else if (const auto* unseen = find(verdict.checks, Subject::sandbox, Status::unknown)) {
        verdict.readiness = Readiness::unknown;
        verdict.summary = "cannot tell whether bwrap works: " + say(*unseen);
    } else if (const auto* amiss = find_first_failed(verdict.checks)) {
        verdict.readiness = Readiness::not_ready;
        verdict.summary = "bwrap works now, but not as it should: " + say(*amiss);
    } else {
        verdict.readiness = Readiness::ready;
        verdict.summary = summarize_ready(facts);
    }
}

} // namespace

Verdict judge_capability(const Facts& facts) {
    Verdict verdict{.checks = judge_checks(facts, {Subject::host, Subject::profile})};
    for (auto& check : verdict.checks) {
        if (is_mended_by_reload(check)) {
            check.finding = {.status = Status::skip,
                             .summary = check.finding.summary + "; reload mends it",
                             .notable = true};
        }
    }
    if (const auto* failed = find(verdict.checks, Subject::host, Status::fail)) {
        verdict.readiness = Readiness::not_ready;
        verdict.summary = "this host cannot run the jail: " + say(*failed);
    } else if (is_image(facts)) {
        verdict.readiness = Readiness::unknown;
        verdict.summary = image_summary;
    } else if (is_container(facts)) {
        verdict.readiness = Readiness::unknown;
        verdict.summary = "this container may not load policy, so only a run of bwrap can tell: "
                          "boxlite-bwrap-apparmor status";
    } else if (const auto* amiss = find(verdict.checks, Subject::profile, Status::fail)) {
        verdict.readiness = Readiness::not_ready;
        verdict.summary = "this host would not run the jail as it should: " + say(*amiss);
    } else if (const auto* unseen = find(verdict.checks, Subject::host, Status::unknown)) {
        verdict.readiness = Readiness::unknown;
        verdict.summary = "cannot tell whether this host can run the jail: " + say(*unseen);
    } else {
        verdict.readiness = Readiness::ready;
        verdict.summary = "this host can run the jail";
    }
    return verdict;
}

Verdict judge_state(const Facts& facts) {
    Verdict verdict{
        .checks = judge_checks(facts, {Subject::host, Subject::profile, Subject::sandbox, Subject::log})};
    conclude_from_probe(facts, verdict);
    return verdict;
}

Verdict judge_probe(const Facts& facts) {
    Verdict verdict{.checks = judge_checks(facts, {Subject::sandbox})};
    conclude_from_probe(facts, verdict);
    return verdict;
}

std::optional<JudgedCheck> find_obstacle(const Facts& facts) {
    for (const auto& check : judge_checks(facts, {Subject::host})) {
        if (check.id.starts_with("apparmor.") && check.finding.cause) {
            return check;
        }
    }
    return std::nullopt;
}

ProfileReport summarize_profile(const Facts& facts) {
    const auto& profile = facts.profile;
    ProfileReport report{.state = "inactive"};
    if (profile.file.is_absent()) {
        report.state = "absent";
    } else if (is_active(facts)) {
        report.state = "active";
    }
    if (facts.probe.label.is_present()) {
        report.label = facts.probe.label.value;
    }
    if (!profile.other_providers.value.empty() && decide(facts).action != Decision::Action::activate) {
        report.provider = profile.other_providers.value.front().path;
        report.owner = profile.other_providers.value.front().owner;
    } else if (report.state == "active") {
        report.provider = "/etc/apparmor.d/boxlite-bwrap";
        report.owner = "boxlite-bwrap-apparmor";
    }
    return report;
}

std::string_view name_of(Status status) {
    static constexpr std::array<std::string_view, 5> names{"pass", "warn", "fail", "skip", "unknown"};
    return names.at(static_cast<std::size_t>(status));
}

std::string_view name_of(Readiness readiness) {
    static constexpr std::array<std::string_view, 3> names{"ready", "not-ready", "unknown"};
    return names.at(static_cast<std::size_t>(readiness));
}

} // namespace boxlite
