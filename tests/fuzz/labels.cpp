// SPDX-License-Identifier: Apache-2.0
// The label of a process: profiles of anybody's, stacked.
#include "base/text.h"
#include "expectations.h"
#include "policy/sandboxes.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string label(fuzz::as_text(data, size));
    const bool ours = confines(label);
    fuzz::expect(!ours || label.find("bwrap") != std::string::npos, "only our names confine");
    fuzz::expect(confines("bwrap//&" + label), "our profile confines, whatever is stacked on it");
    fuzz::expect(!ours || confines("other//&" + std::string(trimmed(label))),
                 "stacking on another profile frees nobody");
    return 0;
}
