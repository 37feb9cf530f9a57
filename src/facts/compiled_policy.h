// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "facts/facts.h"
#include "facts/host.h"

#include <string_view>
#include <vector>

namespace boxlite {

/// The profiles in a compiled policy (apparmor_parser --stdout, a file of /var/cache/apparmor), each
/// with the hash the kernel has for it once it is loaded: policy/profiles/NAME.N/sha256 is that of
/// the policy's version and of the profile as it was written, aa_calc_profile_hash of
/// security/apparmor/crypto.c (Linux 6.8; before, it was SHA-1). Fails on anything cut short or
/// not in that format.
[[nodiscard]] Result<std::vector<CompiledProfile>> parse_compiled_policy(std::string_view binary);

/// What the policy file at `path` compiles to for the kernel that runs. Taken from the parser's
/// cache when `loaded` shows that the kernel runs exactly that and no source is newer; else the
/// parser compiles it, and nothing is written.
[[nodiscard]] Fact<std::vector<CompiledProfile>> gather_compiled(const Host& host, const std::string& path,
                                                                 const std::vector<LoadedProfile>& loaded);

} // namespace boxlite
