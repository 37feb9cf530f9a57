// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace boxlite {

namespace {

/// Blank, tabulator, line feed, vertical tabulator, form feed and carriage return, whatever the locale. Not a
/// function: the algorithms would call it for every character of every policy file.
constexpr auto is_white = [](char character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
};

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

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_white(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_white(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_word(std::string_view& text) {
    const auto* const start = std::find_if_not(text.begin(), text.end(), is_white);
    const auto* const end = std::find_if(start, text.end(), is_white);
    const std::string_view word(start, end);
    text = {end, text.end()};
    return word;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> parts;
    parts.reserve(8);
    for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
        parts.push_back(word);
    }
    return parts;
}

std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find('\n');
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

std::string_view find_value(std::string_view text, std::string_view key) {
    for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
        if (at == 0 || text[at - 1] == '\n') {
            const auto rest = text.substr(at + key.size());
            return trimmed(rest.substr(0, rest.find('\n')));
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
        if (character == '\\') {
            shown += "\\\\";
        } else if (is_visible(character)) {
            shown += character;
        } else {
            shown += visible({&character, 1});
        }
    }
    return shown;
}

std::string in_one_line(std::string_view text, std::size_t limit) {
    std::string joined;
    for (const auto line : lines(text)) {
        if (const auto said = trimmed(line); !said.empty()) {
            joined += joined.empty() ? "" : "; ";
            joined += said;
        }
    }
    return printable(joined, limit);
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

std::string shell_word(std::string_view text) {
    constexpr std::string_view harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char character : text) {
        if (character == '\'') {
            quoted += "'\\'"; // ends the quotes, and the character below begins them again
        }
        quoted += character;
    }
    return quoted + "'";
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
