// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// `text` without white space at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The first piece of `text` that has no white space in it, which is taken from `text` with all before it;
/// empty when there is none.
[[nodiscard]] std::string_view take_word(std::string_view& text);

/// The pieces of `text` between white space, none of them empty.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

/// The lines of `text`, without their ends; a last line need not be ended.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);

/// What follows `key` in the first line of `text` that begins with it, trimmed; empty when none does.
/// /proc/PID/status has lines "KEY:\tVALUE".
[[nodiscard]] std::string_view find_value(std::string_view text, std::string_view key);

/// `text` as it may be shown on a terminal or kept in a log: control characters and bytes that are
/// not ASCII become \xNN and a backslash is doubled, so that what an attacker chose (a process's
/// name, a message) can neither forge a line nor move the cursor. Cut at `limit` bytes, with "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 400);

/// What a program said in lines of its own, as printable: joined by "; ", without empty ones.
[[nodiscard]] std::string in_one_line(std::string_view text, std::size_t limit = 400);

/// As printable, but of any length and with backslashes as they are: what either of the two made
/// stays as it is.
[[nodiscard]] std::string visible(std::string_view text);

/// `text` as one word of a command that somebody is told to run: as it is where sh(1) takes it for nothing
/// more, or else in single quotes.
[[nodiscard]] std::string shell_word(std::string_view text);

/// The whole of `text` as a decimal number; nothing when it is anything else or does not fit.
[[nodiscard]] std::optional<long long> parse_number(std::string_view text);

/// The whole of `text` as a hexadecimal number; nothing when it is anything else or does not fit.
[[nodiscard]] std::optional<unsigned long long> parse_hexadecimal(std::string_view text);

/// The one of `candidates` that `word` was probably meant to be; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

} // namespace boxlite
