// SPDX-License-Identifier: Apache-2.0
// A compiled policy: what apparmor_parser wrote, or somebody put into its cache.
#include "facts/compiled_policy.h"

#include "expectations.h"

#include <string>

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string policy(fuzz::as_text(data, size));
    const auto profiles = parse_compiled_policy(policy);
    if (!profiles) {
        fuzz::expect(fuzz::is_one_safe_line(profiles.error().message()), "the error is one safe line");
        return 0;
    }
    for (const auto& profile : *profiles) {
        fuzz::expect(!profile.name.empty() && profile.sha256.size() == 64, "a profile has a name and a hash");
    }
    const auto twice = parse_compiled_policy(policy + policy);
    fuzz::expect(twice && twice->size() == 2 * profiles->size(), "a policy twice is each profile twice");
    return 0;
}
