// SPDX-License-Identifier: Apache-2.0
#include "report/layout.h"

#include "base/text.h"

namespace boxlite {

std::string wrap(std::string_view text, std::size_t width, std::size_t start, std::size_t indent) {
    if (width == 0) {
        return std::string(text);
    }
    std::string wrapped;
    std::size_t column = start;
    for (const auto word : words(text)) {
        const bool first = wrapped.empty();
        if (!first && column + 1 + word.size() > width) {
            wrapped += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            wrapped += ' ';
            ++column;
        }
        wrapped += word;
        column += word.size();
    }
    return wrapped;
}

} // namespace boxlite
