// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"
#include "facts/host.h"

#include <string>
#include <vector>

namespace boxlite {

/// The command BoxLite tries before it starts a box.
[[nodiscard]] std::vector<std::string> preflight_command();

/// The jail BoxLite puts each VM process into, around a program that prints its own AppArmor
/// label (`with_label`; reading it fails where AppArmor is off) and /proc/self/status. What it
/// binds is what `host` has.
[[nodiscard]] std::vector<std::string> jail_command(const Host& host, bool with_label);

/// What a run of the preflight says.
[[nodiscard]] SandboxRun classify_preflight(const Outcome& outcome);

/// What a run of the jail says. Unreadable when it ended well but its output is not what the
/// program inside prints.
[[nodiscard]] Fact<SandboxRun> classify_jail(const Outcome& outcome, bool with_label);

/// Runs bwrap as `user`, all privileges dropped, or as this process's own user if null: what label
/// it gets, then the preflight, then the jail, each within 10 seconds. On a host where the jail
/// works this causes no denial and no log line: whether code inside could gain capabilities is
/// told from its label, not tried.
[[nodiscard]] ProbeFacts probe(const Host& host, const User* user, bool apparmor_enabled);

} // namespace boxlite
