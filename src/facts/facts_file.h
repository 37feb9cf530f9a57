// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "facts/facts.h"

#include <string>
#include <string_view>

namespace boxlite {

/// No facts file is longer: 4 MiB. Real ones have some 5 KiB.
inline constexpr std::size_t facts_file_limit = 4UL * 1024 * 1024;

/// The facts as the JSON that facts.schema.json describes, ended by a newline. Names of people in
/// paths are left out, and bytes that do not belong on a terminal are written as \xNN.
[[nodiscard]] std::string render_facts(const Facts& facts, std::string_view version);

/// The facts in `text`, which may come from anywhere. A fact that it does not have is unreadable;
/// what it has beyond the facts known here is passed over. No string in the result has a byte that
/// does not belong on a terminal.
///
/// Fails with where in `text`, and why: "facts.kernel.release.value: not a string".
[[nodiscard]] Result<Facts> parse_facts(std::string_view text);

/// The content of the facts file at `path`, or of standard input for "-". Fails when it is longer
/// than facts_file_limit.
[[nodiscard]] Result<std::string> read_facts_file(const std::string& path);

} // namespace boxlite
