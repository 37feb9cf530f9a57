// SPDX-License-Identifier: Apache-2.0
// Somebody's policy file, and what apparmor_parser says of it.
#include "base/text.h"
#include "expectations.h"
#include "facts/attachment.h"

#include <algorithm>

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = fuzz::pieces_of(fuzz::as_text(data, size), 3);
    (void)may_provide_bwrap(pieces[0]);
    const auto names = lines(pieces[1]);
    for (const auto& profile : parse_providing_profiles(pieces[1], pieces[2])) {
        fuzz::expect(std::find(names.begin(), names.end(), profile) != names.end(),
                     "a profile found is one of the file's");
    }
    return 0;
}
