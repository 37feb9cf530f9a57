// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verdict/verdict.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxlite {

enum class Colour { never, always };
enum class Detail {
    everything, ///< a line for each check
    problems,   ///< only checks that did not pass
};

/// The verdict as aligned lines, with why and fix below each problem and the verdict last. ASCII.
[[nodiscard]] std::string render_text(const Verdict& verdict, Detail detail, Colour colour);

/// The verdict as the JSON that status.schema.json describes, ended by a newline. Without
/// `profile` (which only `status` reports) that key is left out.
[[nodiscard]] std::string render_json(const Verdict& verdict, const ProfileReport* profile,
                                      std::string_view version);

/// AppArmor's denials of bwrap since boot.
struct DenialCount {
    std::int64_t total = 0;
    std::optional<std::int64_t> newest = {}; ///< seconds since the epoch
};

/// The verdict as metrics in Prometheus' text format, for the textfile collector of node_exporter.
/// Without `profile` or `denials` (not known) their metrics are left out. There is no metric of the
/// time: the collector exposes that of the file, node_textfile_mtime_seconds.
[[nodiscard]] std::string render_prometheus(const Verdict& verdict, const ProfileReport* profile,
                                            std::string_view version, const DenialCount* denials);

} // namespace boxlite
