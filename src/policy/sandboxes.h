// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/host.h"

#include <string>
#include <vector>

namespace boxlite {

/// A process confined by one of our profiles.
struct Sandboxed {
    std::string pid;
    std::string name; ///< its comm, chosen by whoever runs it: made printable
};

/// Whether one of our profiles is a part of `label`: "bwrap//&unpriv_bwrap (enforce)", but not
/// ":glycin:bwrap (enforce)". Names are compared whole.
[[nodiscard]] bool confines(const std::string& label);

/// All processes confined by our profiles. Fails when a label cannot be read: then nobody can say.
[[nodiscard]] Result<std::vector<Sandboxed>> find_sandboxed(const Host& host);

} // namespace boxlite
