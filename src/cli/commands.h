// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "facts/facts.h"
#include "facts/host.h"
#include "report/look.h"

namespace boxlite {

/// The exit codes of the program, a contract.
enum ExitCode : int { exit_ready = 0, exit_not_ready = 1, exit_usage = 2, exit_unknown = 3, exit_bug = 70 };

/// What a command has to say: `out` for standard output, `err` for standard error.
struct Response {
    ExitCode code = exit_ready;
    std::string out = {};
    std::string err = {};
};

/// Who runs the program and where its words go.
struct Caller {
    bool is_root = false;
    Look look = {};
};

/// Carries out what the command line asked for, on `host`. Commands of the same line pass on what they
/// saw of it in `seen`, so that only what a command changed is looked at again.
[[nodiscard]] Response execute(MutableHost& host, const Options& options, const Caller& caller,
                               std::optional<Facts>* seen = nullptr);

} // namespace boxlite
