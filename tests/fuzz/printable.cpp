// SPDX-License-Identifier: Apache-2.0
// What stands between foreign text and a terminal or a log.
#include "base/text.h"
#include "expectations.h"
#include "verdict/causes.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = fuzz::pieces_of(fuzz::as_text(data, size), 3);
    const auto shown = printable(pieces[0]);
    fuzz::expect(fuzz::is_one_safe_line(shown), "what is printable is one safe line");
    fuzz::expect(fuzz::is_one_safe_line(in_one_line(pieces[0])), "lines in one are one safe line");
    fuzz::expect(visible(shown) == shown, "what is printable stays as it is");
    fuzz::expect(fuzz::is_one_safe_line(visible(pieces[0])), "what is visible is one safe line");
    constexpr std::size_t limit = 400;
    fuzz::expect(shown.size() <= limit + 3 + 3, "what is printable has an end"); // an escape and the dots
    fuzz::expect(printable(pieces[0], size + 1).size() >= pieces[0].size(),
                 "nothing is lost below the limit");
    (void)fill_in(pieces[1], {{pieces[2], std::string(pieces[0])}, {"file", "{file}"}});
    (void)nearest(pieces[1], {std::string(pieces[2]), "status"});
    return 0;
}
