// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "denials/denials.h"

#include <chrono>

namespace boxlite {

/// One reading of the logs of a host: from when on, until when, and what was found.
class LogReading {
public:
    LogReading(const Since& since, const DenialLimits& limits)
        : since_(since), deadline_(std::chrono::steady_clock::now() + limits.time),
          tally_(limits.rows, limits.events) {}

    [[nodiscard]] const Since& since() const { return since_; }
    [[nodiscard]] Tally& tally() { return tally_; }
    /// Nothing when the time is up.
    [[nodiscard]] std::chrono::milliseconds time_left() const;
    [[nodiscard]] bool is_over() const { return time_left().count() <= 0; }

    enum class Span {
        asked,      ///< the log was asked for the time wanted
        since_boot, ///< it holds nothing from before this boot
        any_time,
    };
    /// Counts what is in a line of a log.
    void take(std::string_view line, Span span);
    /// The line is so old that none before it in its file can be of use.
    [[nodiscard]] bool is_too_old(std::string_view line) const;

    /// The log is read; the next may tell the same again.
    void end_log();
    /// Messages that the kernel says it dropped, by the log that tells of most.
    [[nodiscard]] unsigned long long suppressed() const { return suppressed_; }

private:
    Since since_;
    std::chrono::steady_clock::time_point deadline_;
    Tally tally_;
    unsigned long long suppressed_ = 0;
    unsigned long long suppressed_here_ = 0;
};

/// Whether a line of the kernel's could count: few do, and the rest need no closer look.
[[nodiscard]] bool may_concern_us(std::string_view line);

/// The logs, each as far as it can be read.
[[nodiscard]] Source read_ring_buffer(const Host& host, LogReading& reading);
[[nodiscard]] Source read_journal(const Host& host, LogReading& reading);
[[nodiscard]] Source read_audit_log(const Host& host, LogReading& reading);
[[nodiscard]] Source read_syslog(const Host& host, LogReading& reading);

} // namespace boxlite
