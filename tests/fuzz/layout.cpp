// SPDX-License-Identifier: Apache-2.0
// Texts broken into lines, and lines made of a stream that comes in pieces.
#include "report/layout.h"

#include "base/lines.h"
#include "base/text.h"
#include "expectations.h"

#include <algorithm>
#include <string>

using namespace boxlite;

namespace {

void check_wrapping(std::string_view text, std::size_t width, std::size_t start, std::size_t indent) {
    const auto wrapped = wrap(text, width, start, indent);
    fuzz::expect(width == 0 ? wrapped == text : words(wrapped) == words(text),
                 "every word is there, in order");
    std::size_t column = start;
    for (const auto line : lines(wrapped)) {
        fuzz::expect(width == 0 || column + line.size() <= width || words(line).size() <= 1,
                     "a line that is too long is one word");
        column = 0;
    }
}

void check_splitting(std::string_view text, std::size_t piece) {
    std::vector<std::string> forwards;
    LineSplitter splitter;
    const auto take = [&](std::string_view line) {
        forwards.emplace_back(line);
        return true;
    };
    for (auto rest = text; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
        fuzz::expect(splitter.feed(rest.substr(0, piece), take), "who wants more gets more");
    }
    splitter.finish(take);
    std::vector<std::string> backwards;
    (void)take_backwards(text, [&](std::string_view line) {
        backwards.emplace_back(line);
        return true;
    });
    std::reverse(backwards.begin(), backwards.end());
    fuzz::expect(forwards == backwards, "the lines are the same from either end, in pieces of any size");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) {
        return 0;
    }
    const auto text = fuzz::as_text(data + 3, size - 3);
    check_wrapping(text, data[0], data[1], data[2]);
    check_splitting(text, data[0] + 1UL);
    return 0;
}
