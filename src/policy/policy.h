// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"
#include "facts/host.h"
#include "verdict/verdict.h"

#include <string>

namespace boxlite {

/// Makes the host as `decision` says, and returns what was done in one line. The only code, with
/// withdraw, that changes the host. On failure (the parser's message, errno) the kernel's policy
/// is as it was. In a system being built the kernel is never touched.
[[nodiscard]] Result<std::string> apply(MutableHost& host, const Facts& facts, const Decision& decision);

/// Takes the profile out of use because the package goes: disabled on disk, and out of the kernel
/// unless it confines a running process, which would be unconfined for good.
[[nodiscard]] Result<std::string> withdraw(MutableHost& host, const Facts& facts);

} // namespace boxlite
