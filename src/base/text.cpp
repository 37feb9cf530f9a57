// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace boxlite {

namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

/// Levenshtein's distance: insertions, deletions and substitutions from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

bool is_visible(char character) {
    return character >= ' ' && character <= '~';
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::vector<std::string_view> words(std::string_view text) {
    auto parts = split(text, white_space);
    std::erase(parts, std::string_view{});
    return parts;
}

std::vector<std::string_view> lines(std::string_view text) {
    return split(text, "\n");
}

std::string_view find_value(std::string_view text, std::string_view key) {
    for (const auto line : lines(text)) {
        if (line.starts_with(key)) {
            return trimmed(line.substr(key.size()));
        }
    }
    return {};
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string shown;
    for (const char character : text) {
        if (shown.size() >= limit) {
            shown += "...";
            break;
        }
        shown += character == '\\' ? "\\\\" : visible({&character, 1});
    }
    return shown;
}

std::string visible(std::string_view text) {
    std::string shown;
    for (const char character : text) {
        if (is_visible(character)) {
            shown += character;
        } else {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
        }
    }
    return shown;
}

std::optional<long long> parse_number(std::string_view text) {
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<unsigned long long> parse_hexadecimal(std::string_view text) {
    unsigned long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace boxlite
