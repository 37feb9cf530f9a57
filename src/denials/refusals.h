// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"
#include "facts/host.h"

namespace boxlite {

/// What was refused to bwrap since its profile was loaded, according to `apparmor`, or since boot.
/// Reads the kernel's ring buffer and the audit log, of which one has it, and starts no program.
/// Unreadable when nothing was found and the one that may have it could not be read; most often that
/// takes root.
[[nodiscard]] Fact<RefusalFacts> gather_refusals(const Host& host, const AppArmorFacts& apparmor);

} // namespace boxlite
