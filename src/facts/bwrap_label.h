// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/user.h"

#include <string>

namespace boxlite {

/// The AppArmor label, mode included, that the kernel gives /usr/bin/bwrap when `user` (this
/// process's own if null) starts it: "bwrap (enforce)", "unconfined". No namespace is made and no
/// denial caused. This is the truth about attachment; the profile files only explain it: two
/// profiles of different names on one path leave it unconfined, and the kernel's own listing
/// reads "<unknown>" for attachments (measured on 6.12).
[[nodiscard]] Result<std::string> measure_bwrap_label(const User* user);

} // namespace boxlite
