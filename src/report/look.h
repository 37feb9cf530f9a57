// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace boxlite {

enum class Colour { never, always };
enum class Symbols { ascii, unicode };

/// What the place can show that a text is written for. A value, so that the rendering stays pure.
struct Look {
    Colour colour = Colour::never;
    Symbols symbols = Symbols::ascii;
    std::size_t width = 0; ///< columns; 0 for a file or a pipe: lines are not broken
};

} // namespace boxlite
