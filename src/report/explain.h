// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/look.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// What the check of that id looks at and its causes, or what the cause of that id is, each with
/// why and fix. Nothing when there is neither.
[[nodiscard]] std::optional<std::string> render_explanation(std::string_view id, const Look& look);

/// Every id, a line each: a check, and below it, indented, its causes.
[[nodiscard]] std::string render_ids();
[[nodiscard]] std::vector<std::string> all_ids();

/// The same for the manual, as man(7): the section of checks, with why and fix of every cause.
[[nodiscard]] std::string render_manual_of_checks();

} // namespace boxlite
