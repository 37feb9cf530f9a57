// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <chrono>
#include <string>

namespace boxlite {

/// Waits until no other process has its turn at `directory`, which is made if it is not there and only
/// its owner may enter, and keeps them waiting until the Fd goes. An Fd that is not open: there is no
/// place for the directory, or it is not ours alone, and nobody takes turns. Fails when the others
/// took longer than `time_limit`.
[[nodiscard]] Result<Fd> take_turn(const std::string& directory, std::chrono::milliseconds time_limit);

} // namespace boxlite
