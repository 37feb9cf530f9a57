// SPDX-License-Identifier: Apache-2.0
#include "denials/since.h"

#include "base/text.h"

#include <array>
#include <ctime>
#include <optional>
#include <string_view>

namespace boxlite {

namespace {

std::optional<long long> unit_of(char letter) {
    switch (letter) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'w':
        return 7 * 86400;
    default:
        return std::nullopt;
    }
}

/// "10m" in seconds.
std::optional<long long> parse_duration(std::string_view text) {
    if (text.size() < 2) {
        return std::nullopt;
    }
    const auto unit = unit_of(text.back());
    const auto number = parse_number(text.substr(0, text.size() - 1));
    if (!unit || !number || *number < 0 || *number > 1'000'000'000) {
        return std::nullopt;
    }
    return *number * *unit;
}

/// A time of ISO 8601 with a blank or a T between date and time.
std::optional<long long> parse_date(std::string text) {
    if (text.size() > 10 && text[10] == ' ') {
        text[10] = 'T';
    }
    static constexpr std::array<const char*, 5> formats{"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S",
                                                        "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"};
    for (const char* format : formats) {
        std::tm parts{};
        parts.tm_isdst = -1;
        const char* end = strptime(text.c_str(), format, &parts);
        if (end == nullptr || *end != '\0') {
            continue;
        }
        const bool zoned = std::string_view(format).ends_with("%z");
        const auto offset = zoned ? parts.tm_gmtoff : 0;
        const int day = parts.tm_mday;
        const auto seconds = zoned ? timegm(&parts) - offset : mktime(&parts);
        // The 31st of February is made a day in March.
        return parts.tm_mday == day ? std::optional<long long>(seconds) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<long long> parse_moment(const std::string& text, long long now) {
    if (text.starts_with('@')) {
        return parse_number(std::string_view(text).substr(1));
    }
    if (const auto duration = parse_duration(text)) {
        return now - *duration;
    }
    return parse_date(text);
}

} // namespace

Result<Since> parse_since(const std::string& text, long long now, long long boot) {
    const auto failed = [&](std::string detail) {
        return std::unexpected(Error{"look since", "'" + text.substr(0, 60) + "'", 0, std::move(detail)});
    };
    if (text == "boot") {
        return Since{.boot = true, .seconds = boot};
    }
    const auto moment = parse_moment(text, now);
    if (!moment || *moment < 0) {
        return failed(
            "say boot, a duration (10m, 2h, 3d), a time (2026-11-24 22:00) or @ and seconds since 1970");
    }
    if (*moment > now) {
        return failed("that is yet to come");
    }
    return Since{.boot = false, .seconds = *moment};
}

std::string format_time(long long seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    std::array<char, 32> text{};
    if (gmtime_r(&time, &parts) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        return "@" + std::to_string(seconds);
    }
    return text.data();
}

} // namespace boxlite
