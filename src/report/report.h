// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verdict/verdict.h"

#include <string>
#include <string_view>

namespace boxlite {

enum class Colour { never, always };
enum class Detail {
    everything, ///< a line for each check
    problems,   ///< only checks that did not pass
};

/// The verdict as aligned lines, with why and fix below each problem and the verdict last. ASCII.
[[nodiscard]] std::string render_text(const Verdict& verdict, Detail detail, Colour colour);

/// The verdict as the JSON that status.schema.json describes, ended by a newline. Without
/// `profile` (which only `status` reports) that key is left out.
[[nodiscard]] std::string render_json(const Verdict& verdict, const ProfileReport* profile,
                                      std::string_view version);

} // namespace boxlite
