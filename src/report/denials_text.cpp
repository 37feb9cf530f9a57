// SPDX-License-Identifier: Apache-2.0
#include "report/layout.h"
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
    if (source.name == "syslog") {
        return "Syslog";
    }
    return source.name == "journal" ? "Journal" : "Text";
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
            .finding = {.status = status_of(explanation.weight),
                        .summary = fmt::format("{} ({})", explanation.what, when(denial)),
                        .why = std::string(explanation.why),
                        .fix = std::string(explanation.fix),
                        .notable = true}};
}

/// What is not in the rows above.
std::string render_losses(const DenialReport& report, const Look& look) {
    std::string text;
    const auto say = [&](const std::string& line) { text += wrap(line, look.width, 0, 2) + "\n"; };
    const auto left_out = std::accumulate(report.left_out.begin(), report.left_out.end(), 0ULL);
    if (left_out > 0) {
        say(fmt::format("{} more denials are counted but not shown: too many that differ", left_out));
    }
    if (report.suppressed > 0) {
        say(fmt::format(
            "{} audit messages were dropped by the kernel, which had too many at once: some may have "
            "been of bwrap",
            report.suppressed));
    }
    if (report.inexact) {
        say("there are too many to tell which of them are in two logs: counts may be too high");
    }
    return text;
}

} // namespace

std::string render_text(const DenialReport& report, Detail detail, const Look& look) {
    std::vector<JudgedCheck> rows;
    rows.reserve(report.sources.size() + report.rows.size());
    for (const auto& source : report.sources) {
        rows.push_back(judge_source(source));
    }
    for (const auto& denial : report.rows) {
        rows.push_back(judge_denial(denial));
    }
    const auto summary = summarize(report);
    return render_checks(rows, detail, look) + render_losses(report, look) +
           fmt::format("{}: {}\n", name_of(summary.verdict),
                       wrap(summary.text, look.width, name_of(summary.verdict).size() + 2, 2));
}

} // namespace boxlite
