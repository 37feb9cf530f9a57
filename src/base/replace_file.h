// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace boxlite {

/// Puts `text` into the file `path`, mode 0644, in one step: whoever reads it finds what was there
/// before or all of `text`. A link at `path` is replaced, not followed.
///
/// Fails, and leaves what was there, when the directory is reached through a link, belongs to
/// somebody other than root and the caller, or can be written by others: they could put a link or a
/// file of their own in our way.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text);

} // namespace boxlite
