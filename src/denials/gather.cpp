// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "denials/denials.h"
#include "denials/logs.h"

#include <fmt/format.h>

#include <algorithm>

namespace boxlite {

namespace {

/// The clock may have been set a little since the boot was timed.
constexpr long long boot_slack = 5;
/// Or by more while a log was written, so that its lines are not all in order.
constexpr long long order_slack = 3600;

/// "audit: kauditd_printk_skb: 12 callbacks suppressed": printk_ratelimit, since Linux 2.6.
unsigned long long count_suppressed(std::string_view line) {
    constexpr std::string_view lead = "printk_skb: ";
    const auto start = line.find(lead);
    if (start == std::string_view::npos ||
        line.find(" callbacks suppressed", start) == std::string_view::npos) {
        return 0;
    }
    const auto rest = line.substr(start + lead.size());
    const auto number = parse_number(rest.substr(0, rest.find(' ')));
    return number && *number > 0 ? static_cast<unsigned long long>(*number) : 0;
}

/// The text of a record of /dev/kmsg, where bytes that are not printable, and backslashes, are
/// written as \xNN.
std::string unescape(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const auto byte = text.starts_with("\\x") ? parse_hexadecimal(text.substr(2, 2)) : std::nullopt;
        plain += byte ? static_cast<char>(*byte) : text.front();
        text.remove_prefix(byte ? std::min<std::size_t>(4, text.size()) : 1);
    }
    return plain;
}

} // namespace

bool may_concern_us(std::string_view line) {
    return line.find("apparmor=") != std::string_view::npos ||
           line.find("suppressed") != std::string_view::npos;
}

std::chrono::milliseconds LogReading::time_left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ -
                                                                 std::chrono::steady_clock::now());
}

void LogReading::take(std::string_view line, Span span) {
    const bool in_time = span == Span::asked || (span == Span::since_boot && since_.boot);
    if (in_time) {
        suppressed_here_ += count_suppressed(line); // these lines have no stamp
    }
    if (line.find("apparmor=") == std::string_view::npos || line.find("bwrap") == std::string_view::npos) {
        return;
    }
    const auto record = parse_record_in(line);
    if (record && (in_time || record->stamp.seconds >= since_.seconds - (since_.boot ? boot_slack : 0))) {
        tally_.count(*record);
    }
}

bool LogReading::is_too_old(std::string_view line) const {
    const auto stamp = find_stamp(line);
    return stamp && stamp->seconds < since_.seconds - order_slack;
}

void LogReading::end_log() {
    suppressed_ = std::max(suppressed_, suppressed_here_);
    suppressed_here_ = 0;
}

Source read_ring_buffer(const Host& host, LogReading& reading) {
    Source source{.state = Source::State::read, .name = "kernel ring buffer"};
    bool first = true;
    const auto done = host.read_ring_buffer([&](std::string_view record) {
        const auto semicolon = record.find(';');
        const auto comma = record.find(',');
        if (semicolon == std::string_view::npos || comma > semicolon) {
            return true;
        }
        const auto number = record.substr(comma + 1, record.find(',', comma + 1) - comma - 1);
        if (first && number != "0") {
            source = {Source::State::cut_short, source.name, "the oldest messages are overwritten"};
        }
        first = false;
        // Below 8 the facility is the kernel; others are programs that wrote to /dev/kmsg.
        const auto priority = parse_number(record.substr(0, comma));
        const auto text = record.substr(semicolon + 1);
        if (!priority || *priority >= 8 || !may_concern_us(text)) {
            return true;
        }
        reading.take(unescape(text.substr(0, text.find('\n'))), LogReading::Span::since_boot);
        return !reading.is_over();
    });
    reading.end_log();
    if (!done) {
        return is_missing(done.error()) ? Source{.name = source.name}
                                        : unreadable_source(source.name, done.error());
    }
    return source;
}

DenialReport gather_denials(const Host& host, const Since& since, const DenialLimits& limits) {
    LogReading reading(since, limits);
    DenialReport report{.since = since};
    report.sources.push_back(read_ring_buffer(host, reading));
    report.sources.push_back(read_audit_log(host, reading));
    report.sources.push_back(read_journal(host, reading));
    const auto journal = report.sources.back().state;
    if (journal == Source::State::absent || journal == Source::State::unreadable) {
        report.sources.push_back(read_syslog(host, reading));
    }
    report.rows = reading.tally().rows();
    for (std::size_t weight = 0; weight < weight_count; ++weight) {
        report.left_out.at(weight) = reading.tally().left_out(static_cast<Weight>(weight));
    }
    report.suppressed = reading.suppressed();
    report.inexact = reading.tally().is_inexact();
    return report;
}

DenialReport parse_log(std::string_view text) {
    const DenialLimits limits;
    Tally tally(limits.rows, limits.events);
    (void)take_backwards(text, [&](std::string_view line) {
        if (const auto record = parse_record_in(line)) {
            tally.count(*record);
        }
        return true;
    });
    DenialReport report{.since = {.boot = false, .seconds = 0},
                        .sources = {{.state = Source::State::read, .name = "text"}},
                        .rows = tally.rows(),
                        .inexact = tally.is_inexact()};
    for (std::size_t weight = 0; weight < weight_count; ++weight) {
        report.left_out.at(weight) = tally.left_out(static_cast<Weight>(weight));
    }
    return report;
}

long long read_boot_time(const Host& host) {
    const auto text = host.read("/proc/stat", 16UL * 1024 * 1024); // it has a long line for interrupts
    for (const auto line : lines(text ? std::string_view(*text) : std::string_view())) {
        if (line.starts_with("btime ")) {
            return parse_number(trimmed(line.substr(6))).value_or(0);
        }
    }
    return 0;
}

} // namespace boxlite
