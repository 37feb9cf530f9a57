// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "denials/denials.h"
#include "report/look.h"
#include "verdict/verdict.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

enum class Detail {
    brief,      ///< what did not pass, and what is worth knowing of the rest
    everything, ///< every check, with what was read for it
    problems,   ///< only what did not pass
};

/// The verdict as aligned lines, with why and fix below each problem (once, where several have the
/// same cause) and the verdict last. A fix is never broken into lines, so that it can be copied.
[[nodiscard]] std::string render_text(const Verdict& verdict, Detail detail, const Look& look);

/// One check of the above.
[[nodiscard]] std::string render_check(const JudgedCheck& check, Detail detail, const Look& look);
/// All of these, as far as a text of that detail has them.
[[nodiscard]] std::string render_checks(const std::vector<JudgedCheck>& checks, Detail detail,
                                        const Look& look);
/// Whether a text of that detail has it.
[[nodiscard]] bool is_shown(const Finding& finding, Detail detail);
/// The last line: how it stands and one sentence.
[[nodiscard]] std::string render_summary(Readiness readiness, std::string_view summary, const Look& look);

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

/// What the logs say, in the same form: a line for each log, a line for each kind of denial, and a
/// sentence last. ASCII.
[[nodiscard]] std::string render_text(const DenialReport& report, Detail detail, const Look& look);

/// The same as the JSON that denials.schema.json describes, ended by a newline.
[[nodiscard]] std::string render_json(const DenialReport& report, std::string_view version);

} // namespace boxlite
