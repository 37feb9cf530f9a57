// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "denials/since.h"
#include "denials/tally.h"
#include "facts/host.h"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// A log that was looked into.
struct Source {
    enum class State {
        read,       ///< to its end, or back to where the time asked for begins
        absent,     ///< there is none
        unreadable, ///< there is one, and no permission, or an error
        cut_short,  ///< the time limit passed; what was read counts
    } state = State::absent;
    std::string_view name;   ///< "kernel ring buffer"
    std::string detail = {}; ///< why it could not be read, or not all of it
    bool forbidden = false;  ///< unreadable, but not for root
};

/// A log that could not be read.
[[nodiscard]] Source unreadable_source(std::string_view name, const Error& error);

/// What the logs say.
struct DenialReport {
    Since since;
    std::vector<Source> sources = {};
    std::vector<Denial> rows = {};
    std::array<unsigned long long, weight_count> left_out{}; ///< denials in no row, by weight; see Tally
    unsigned long long suppressed = 0; ///< messages the kernel itself dropped, having too many
    bool inexact = false;              ///< some counts may be too high, see Tally
};

/// How much may be read and kept.
struct DenialLimits {
    std::chrono::milliseconds time{20'000}; ///< for all logs together
    std::size_t rows = 100;                 ///< of each weight
    std::size_t events = 200'000;
};

/// Reads the denials of bwrap, and of what runs under it, out of every log of `host`, latest first
/// where that is possible: the kernel's ring buffer, the audit log, the journal, and, where there is
/// no journal, syslog's files. Never fails: what could not be read is said in `sources`.
[[nodiscard]] DenialReport gather_denials(const Host& host, const Since& since,
                                          const DenialLimits& limits = {});

/// The same for a text that somebody holds already: lines of any of these logs, as any bytes. Pure.
[[nodiscard]] DenialReport parse_log(std::string_view text);

/// When `host` was booted, in seconds since 1970; 0 when it does not say.
[[nodiscard]] long long read_boot_time(const Host& host);

/// All of a report in a few words.
struct DenialSummary {
    enum class Verdict {
        none,     ///< all logs were read, and nothing of bwrap's was refused
        intended, ///< likewise, but for what the profile is there to refuse
        breaking, ///< something was refused that a sandbox needs
        unknown,  ///< nothing of the kind was seen, but not everything could be
    } verdict = Verdict::unknown;
    unsigned long long breaking = 0; ///< denials
    unsigned long long intended = 0;
    unsigned long long unclear = 0;
    AuditStamp last_breaking = {};
    std::string text = {}; ///< one sentence
};

/// Pure.
[[nodiscard]] DenialSummary summarize(const DenialReport& report);

[[nodiscard]] std::string_view name_of(DenialSummary::Verdict verdict); ///< "none", "intended", …
[[nodiscard]] std::string_view name_of(Source::State state);            ///< "read", "absent", …

} // namespace boxlite
