// SPDX-License-Identifier: Apache-2.0
#include "base/lines.h"

#include <algorithm>

namespace boxlite {

void LineSplitter::keep(std::string_view part) {
    line_.append(part.substr(0, line_limit - line_.size()));
}

bool LineSplitter::feed(std::string_view piece, const TakeLine& take) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        keep(piece.substr(0, end));
        piece.remove_prefix(end + 1);
        const bool more = line_.empty() || take(line_);
        line_.clear();
        if (!more) {
            return false;
        }
    }
    keep(piece);
    return true;
}

void LineSplitter::finish(const TakeLine& take) {
    if (!line_.empty()) {
        take(line_);
        line_.clear();
    }
}

bool take_backwards(std::string_view text, const TakeLine& take) {
    while (!text.empty()) {
        const auto end = text.rfind('\n');
        const auto start = end == std::string_view::npos ? 0 : end + 1;
        const auto line = text.substr(start, line_limit);
        if (!line.empty() && !take(line)) {
            return false;
        }
        text = text.substr(0, start == 0 ? 0 : end);
    }
    return true;
}

} // namespace boxlite
