// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>

namespace boxlite {

/// From when on logs are looked at.
struct Since {
    bool boot = true;      ///< the start of this boot
    long long seconds = 0; ///< the same as a time, since 1970
};

/// "boot", a duration before `now` ("90s", "10m", "2h", "3d", "1w"), a date or time of ISO 8601
/// (local time unless it says "Z" or "+hh:mm"), or "@" and seconds since 1970. Fails when it is none
/// of these, or later than `now`. `boot` is when this boot began.
[[nodiscard]] Result<Since> parse_since(const std::string& text, long long now, long long boot);

/// A time as "2026-11-24T22:04:36Z".
[[nodiscard]] std::string format_time(long long seconds);

} // namespace boxlite
