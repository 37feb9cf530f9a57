// SPDX-License-Identifier: Apache-2.0
#include "expectations.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace boxlite::fuzz {

void expect(bool truth, const char* sentence) {
    if (!truth) {
        std::fprintf(stderr, "not so: %s\n", sentence);
        std::abort();
    }
}

bool is_one_safe_line(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_safe_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

bool is_tame_command(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'') {
            quoted = !quoted;
        } else if (!quoted && text[i] == '\\') {
            ++i;
        } else if (!quoted && std::string_view("$`<>\"#~").find(text[i]) != std::string_view::npos) {
            return false;
        }
    }
    return !quoted;
}

std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

std::vector<std::string_view> pieces_of(std::string_view text, std::size_t count) {
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const auto end = text.find('\xff');
        pieces.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    pieces.resize(std::max(pieces.size(), count));
    return pieces;
}

} // namespace boxlite::fuzz
