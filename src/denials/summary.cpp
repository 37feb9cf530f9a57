// SPDX-License-Identifier: Apache-2.0
#include "denials/denials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace boxlite {

namespace {

using Verdict = DenialSummary::Verdict;

/// Why nothing can be said of what was not seen; nothing when all of it was. The kernel's records
/// are in the ring buffer, the journal or syslog, any of which will do, or else in the audit log.
std::optional<std::string> find_gap(const DenialReport& report) {
    bool kernel_read = false;
    std::string gap;
    for (const auto& source : report.sources) {
        const bool read = source.state == Source::State::read;
        auto told = source.detail.empty() ? fmt::format("the {} was not read to its end", source.name)
                                          : std::string(source.detail);
        if (source.name == "audit log") {
            if (!read && source.state != Source::State::absent) {
                return told;
            }
        } else if (read) {
            kernel_read = true;
        } else if (source.state != Source::State::absent && gap.empty()) {
            gap = told;
        }
    }
    if (kernel_read) {
        return std::nullopt;
    }
    return gap.empty() ? "there is no log of the kernel's here" : gap;
}

std::string times(unsigned long long count) {
    return count == 1 ? "once" : fmt::format("{} times", count);
}

} // namespace

Source unreadable_source(std::string_view name, const Error& error) {
    return {.state = Source::State::unreadable,
            .name = name,
            .detail = error.message(),
            .forbidden = error.code == EACCES || error.code == EPERM};
}

DenialSummary summarize(const DenialReport& report) {
    DenialSummary summary{.breaking = report.left_out.at(static_cast<std::size_t>(Weight::breaking)),
                          .intended = report.left_out.at(static_cast<std::size_t>(Weight::intended)),
                          .unclear = report.left_out.at(static_cast<std::size_t>(Weight::unclear))};
    for (const auto& row : report.rows) {
        const auto weight = row.explanation.weight;
        summary.breaking += weight == Weight::breaking ? row.count : 0;
        summary.intended += weight == Weight::intended ? row.count : 0;
        summary.unclear += weight == Weight::unclear ? row.count : 0;
        if (weight == Weight::breaking) {
            summary.last_breaking = std::max(summary.last_breaking, row.last);
        }
    }
    const auto since = report.since.boot ? std::string("boot") : format_time(report.since.seconds);
    const auto gap = find_gap(report);
    if (summary.breaking > 0) {
        summary.verdict = Verdict::breaking;
        summary.text =
            fmt::format("AppArmor refused what sandboxes need {} since {}, last at {}",
                        times(summary.breaking), since, format_time(summary.last_breaking.seconds));
    } else if (summary.unclear > 0) {
        summary.verdict = Verdict::unknown;
        summary.text = fmt::format("{} since {} AppArmor logged something of bwrap that is not understood",
                                   times(summary.unclear), since);
    } else if (gap) {
        summary.verdict = Verdict::unknown;
        summary.text = *gap;
    } else if (summary.intended > 0) {
        summary.verdict = Verdict::intended;
        summary.text = fmt::format("since {} only what sandboxed code is not meant to have was refused, {}",
                                   since, times(summary.intended));
    } else {
        summary.verdict = Verdict::none;
        summary.text = fmt::format("since {} nothing of bwrap was refused", since);
    }
    return summary;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::none:
        return "none";
    case Verdict::intended:
        return "intended";
    case Verdict::breaking:
        return "breaking";
    case Verdict::unknown:
        break;
    }
    return "unknown";
}

std::string_view name_of(Source::State state) {
    switch (state) {
    case Source::State::read:
        return "read";
    case Source::State::absent:
        return "absent";
    case Source::State::unreadable:
        return "unreadable";
    case Source::State::cut_short:
        break;
    }
    return "cut-short";
}

} // namespace boxlite
