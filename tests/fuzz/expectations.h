// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace boxlite::fuzz {

/// Ends the program, which libFuzzer then reports with its input, unless `truth` holds.
void expect(bool truth, const char* sentence);

/// Nothing but printable ASCII: safe to show on a terminal and to write to a log as one line.
[[nodiscard]] bool is_one_safe_line(std::string_view text);
/// Lines of that kind.
[[nodiscard]] bool is_safe_text(std::string_view text);

/// Nothing outside of quotes that has sh(1) run, expand or redirect something, but what a fix has itself:
/// "&&", "||", ";", "*" and a remark in brackets.
[[nodiscard]] bool is_tame_command(std::string_view text);

[[nodiscard]] std::string_view as_text(const std::uint8_t* data, std::size_t size);
/// The pieces between bytes 0xff, which no text is expected to have; at least `count`, the last ones empty.
[[nodiscard]] std::vector<std::string_view> pieces_of(std::string_view text, std::size_t count = 0);

} // namespace boxlite::fuzz

/// What libFuzzer calls with each input. Every target defines it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
