// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace boxlite {

/// `text`, which is ASCII, to be written from column `start` on: broken between words so that it
/// ends before column `width`, further lines beginning with `indent` spaces. A word that is longer
/// stays whole. With a width of 0 nothing is broken. No newline at the end.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t start,
                               std::size_t indent);

} // namespace boxlite
