// SPDX-License-Identifier: Apache-2.0
// /etc/boxlite-bwrap-apparmor.conf
#include "facts/configuration.h"

#include "base/text.h"
#include "expectations.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto configuration = parse_configuration(text);
    fuzz::expect(configuration.complaints.size() <= lines(text).size(), "a line has one complaint at most");
    for (const auto& complaint : configuration.complaints) {
        fuzz::expect(fuzz::is_one_safe_line(complaint), "a complaint is one safe line");
    }
    return 0;
}
