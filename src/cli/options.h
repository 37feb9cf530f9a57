// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace boxlite {

enum class Subcommand { validate, reload, status, probe, denials, facts, explain };
enum class Format { text, json, prometheus };

/// What a command of the command line asks for.
struct Options {
    Subcommand subcommand = Subcommand::status;
    Format format = Format::text;
    std::string id = {};        ///< explain: of a check or a cause; empty: list them
    std::string user = {};      ///< whom bwrap is run as; empty: nobody for root, else oneself
    std::string since = "boot"; ///< denials: from when on logs are looked at
    bool quiet = false;         ///< problems and the verdict only
    bool verbose = false;       ///< every check, with what was read
    bool removing = false;      ///< reload: the package goes
    bool lenient = false;       ///< status: not ready is no failure, unless the configuration says strict
    std::optional<std::string> output = {}; ///< status: the file for the report, in place of standard output
    /// validate, status: the facts file to judge, "-" for standard input; nothing for this host
    std::optional<std::string> facts = {};
};

/// A command line that is not to be run: what to print, and whether it was asked for (--help).
struct NotRun {
    std::string text;
    bool asked_for = false;
};

/// Reads the command line: one command or more, in their order (`validate --quiet reload status`). An unknown
/// word comes with the known one it was probably meant to be.
[[nodiscard]] std::expected<std::vector<Options>, NotRun> parse_options(int argc, const char* const* argv);

} // namespace boxlite
