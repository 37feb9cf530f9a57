// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <fmt/format.h>

#include <numeric>

namespace boxlite {

namespace {

const std::string as_root = "sudo boxlite-bwrap-apparmor denials";

std::string_view title_of(const Source& source) {
    if (source.name == "kernel ring buffer") {
        return "Kernel ring buffer";
    }
    if (source.name == "audit log") {
        return "Audit log";
    }
    return source.name == "journal" ? "Journal" : "Syslog";
}

JudgedCheck judge_source(const Source& source) {
    JudgedCheck check{.id = source.name, .title = title_of(source), .subject = Subject::host, .finding = {}};
    switch (source.state) {
    case Source::State::read:
        check.finding = {Status::pass, "read"};
        break;
    case Source::State::absent:
        check.finding = {Status::skip, "there is none"};
        break;
    case Source::State::unreadable:
        check.finding = {Status::unknown, source.detail, {}, source.forbidden ? as_root : ""};
        break;
    case Source::State::cut_short:
        check.finding = {Status::warn, "read in part",
                         source.detail.empty() ? "the time was up" : source.detail};
        break;
    }
    return check;
}

Status status_of(Weight weight) {
    switch (weight) {
    case Weight::breaking:
        return Status::fail;
    case Weight::note:
        return Status::warn;
    case Weight::intended:
        return Status::pass;
    case Weight::unclear:
        break;
    }
    return Status::unknown;
}

std::string when(const Denial& denial) {
    const auto last = format_time(denial.last.seconds);
    return denial.count == 1
               ? fmt::format("once, {}", last)
               : fmt::format("{} times, {} to {}", denial.count, format_time(denial.first.seconds), last);
}

JudgedCheck judge_denial(const Denial& denial) {
    const auto& explanation = denial.explanation;
    return {.id = explanation.kind,
            .title = explanation.title,
            .subject = Subject::sandbox,
            .finding = {status_of(explanation.weight), fmt::format("{} ({})", explanation.what, when(denial)),
                        std::string(explanation.why), std::string(explanation.fix)}};
}

/// What is not in the rows above.
std::string render_losses(const DenialReport& report) {
    std::string text;
    const auto left_out = std::accumulate(report.left_out.begin(), report.left_out.end(), 0ULL);
    if (left_out > 0) {
        text += fmt::format("{} more denials are counted but not shown: too many that differ\n", left_out);
    }
    if (report.suppressed > 0) {
        text += fmt::format("{} more messages were dropped by the kernel, which had too many at once\n",
                            report.suppressed);
    }
    if (report.inexact) {
        text += "there are too many to tell which of them are in two logs: counts may be too high\n";
    }
    return text;
}

} // namespace

std::string render_text(const DenialReport& report, Detail detail, Colour colour) {
    const auto shown = [&](Status status) {
        return detail == Detail::everything || (status != Status::pass && status != Status::skip);
    };
    std::string text;
    for (const auto& source : report.sources) {
        const auto check = judge_source(source);
        text += shown(check.finding.status) ? render_check(check, colour) : "";
    }
    for (const auto& denial : report.rows) {
        const auto check = judge_denial(denial);
        text += shown(check.finding.status) ? render_check(check, colour) : "";
    }
    const auto summary = summarize(report);
    return text + render_losses(report) + fmt::format("{}: {}\n", name_of(summary.verdict), summary.text);
}

} // namespace boxlite
