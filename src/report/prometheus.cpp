// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <fmt/format.h>

#include <array>

namespace boxlite {

namespace {

constexpr std::string_view prefix = "boxlite_bwrap_apparmor";

/// A value between the quotes of a label. What is neither ASCII nor visible becomes a question mark:
/// the format wants UTF-8, and a terminal no surprises.
std::string escape(std::string_view value) {
    std::string escaped;
    for (const char character : value) {
        if (character == '\\' || character == '"') {
            escaped += '\\';
            escaped += character;
        } else if (character == '\n') {
            escaped += "\\n";
        } else {
            escaped += character < ' ' || character > '~' ? '?' : character;
        }
    }
    return escaped;
}

std::string label(std::string_view name, std::string_view value) {
    return fmt::format("{}=\"{}\"", name, escape(value));
}

std::string begin_metric(std::string_view name, std::string_view type, std::string_view help) {
    return fmt::format("# HELP {0}_{1} {2}\n# TYPE {0}_{1} {3}\n", prefix, name, help, type);
}

std::string sample(std::string_view name, std::string_view labels, std::int64_t value) {
    return fmt::format("{}_{}{} {}\n", prefix, name, labels.empty() ? "" : fmt::format("{{{}}}", labels),
                       value);
}

/// A state set: one series for each state, so that none comes and goes, and the one that holds is 1.
/// OpenMetrics has a type for that; in the text that the textfile collector reads it is a gauge.
template <class State, std::size_t count>
std::string state_set(std::string_view name, std::string_view labels, std::string_view state_label,
                      const std::array<State, count>& states, State holds) {
    std::string text;
    for (const auto state : states) {
        text +=
            sample(name, std::string(labels) + label(state_label, name_of(state)), state == holds ? 1 : 0);
    }
    return text;
}

std::string render_verdict(const Verdict& verdict) {
    using enum Readiness;
    return begin_metric("verdict", "gauge",
                        "Whether bwrap works for unprivileged users: 1 for the verdict that holds.") +
           state_set("verdict", "", "verdict", std::array{ready, not_ready, unknown}, verdict.readiness);
}

std::string render_checks(const std::vector<JudgedCheck>& checks) {
    using enum Status;
    auto text = begin_metric("check_status", "gauge", "What a check found: 1 for the status that holds.");
    for (const auto& check : checks) {
        text += state_set("check_status", label("check", check.id) + ",", "status",
                          std::array{pass, warn, fail, skip, unknown}, check.finding.status);
    }
    return text;
}

std::string render_profile(const ProfileReport& profile) {
    return begin_metric("profile_info", "gauge",
                        "State of this package's profile, the file and package that provide the profile of "
                        "bwrap, and the label bwrap gets; always 1.") +
           sample("profile_info",
                  fmt::format("{},{},{},{}", label("state", profile.state),
                              label("provider", profile.provider.value_or("")),
                              label("owner", profile.owner.value_or("")),
                              label("label", profile.label.value_or(""))),
                  1);
}

std::string render_denials(const DenialCount& denials) {
    auto text = begin_metric("denials_total", "counter", "AppArmor's denials of bwrap since boot.") +
                sample("denials_total", "", denials.total);
    if (denials.newest) {
        text += begin_metric("last_denial_timestamp_seconds", "gauge",
                             "When AppArmor last denied bwrap something, in seconds since the epoch.") +
                sample("last_denial_timestamp_seconds", "", *denials.newest);
    }
    return text;
}

} // namespace

std::string render_prometheus(const Verdict& verdict, const ProfileReport* profile, std::string_view version,
                              const DenialCount* denials) {
    auto text =
        begin_metric("build_info", "gauge", "Version of boxlite-bwrap-apparmor that reports; always 1.") +
        sample("build_info", label("version", version), 1) + render_verdict(verdict) +
        render_checks(verdict.checks);
    if (profile != nullptr) {
        text += render_profile(*profile);
    }
    if (denials != nullptr) {
        text += render_denials(*denials);
    }
    return text;
}

} // namespace boxlite
