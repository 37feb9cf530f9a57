// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"

#include <string_view>

namespace boxlite {

/// Reads the text of /etc/boxlite-bwrap-apparmor.conf: lines "key=value", of which the last one
/// counts, and comments that begin with #. What is not understood is left at its default and named,
/// with file and line, in the complaints.
[[nodiscard]] Configuration parse_configuration(std::string_view text);

} // namespace boxlite
