// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"
#include "verdict/causes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

enum class Status { pass, warn, fail, skip, unknown };
enum class Readiness { ready, not_ready, unknown };

/// What one check found. `summary` is one fact; `why` and `fix` are for a problem: its cause, and
/// the command that mends it.
struct Finding {
    Status status = Status::pass;
    std::string summary;
    std::string why = {};
    std::string fix = {};
    std::optional<Cause> cause = {}; ///< set for warn and fail
    bool notable = false;            ///< worth knowing although it is no problem
    bool quoted = false;             ///< `summary` is what bwrap said, and `why` what is behind it
};

/// What a check is about, which decides who asks for it.
enum class Subject {
    host,    ///< kernel, AppArmor, bwrap: only an administrator changes those
    profile, ///< what `reload` puts right by itself
    sandbox, ///< what a run of bwrap showed
    log,     ///< what the logs have of other runs; never decides
};

/// A row of the table of checks.
struct Check {
    std::string_view id;
    std::string_view title;
    Subject subject;
    Finding (*judge)(const Facts& facts);
    std::string_view about; ///< what it looks at, for the manual
};

/// All checks, in the order in which they are reported.
[[nodiscard]] const std::vector<Check>& all_checks();

/// Something that was read for a check.
struct Reading {
    std::string_view source; ///< "user.max_user_namespaces"
    std::string value;       ///< "62000", "not there", "not seen: …"
};
/// What was read for the check of that id.
[[nodiscard]] std::vector<Reading> readings_for(std::string_view check, const Facts& facts);

struct JudgedCheck {
    std::string_view id;
    std::string_view title;
    Subject subject;
    Finding finding;
    std::vector<Reading> readings = {}; ///< what it was judged by, once add_readings has seen it
};

/// A host, judged.
struct Verdict {
    Readiness readiness = Readiness::unknown;
    std::string summary = {}; ///< one sentence
    std::vector<JudgedCheck> checks = {};
};

/// Can this host run the jail? Judges host and profile; what `reload` mends by itself is told, and skipped.
[[nodiscard]] Verdict judge_capability(const Facts& facts);
/// Does the jail run now? Judges everything, and the probe decides.
[[nodiscard]] Verdict judge_state(const Facts& facts);
/// Did the probe's runs of bwrap work?
[[nodiscard]] Verdict judge_probe(const Facts& facts);
/// The check that tells why AppArmor takes no policy here, and what mends that; nothing when none does.
[[nodiscard]] std::optional<JudgedCheck> find_obstacle(const Facts& facts);
/// Adds to each check what it was judged by, for those who want to see it.
void add_readings(Verdict& verdict, const Facts& facts);

/// Where our profile stands, for the report.
struct ProfileReport {
    std::string_view state;                   ///< "active", "inactive" or "absent"
    std::optional<std::string> provider = {}; ///< the file that gives bwrap its profile
    std::optional<std::string> owner = {};    ///< the package of that file
    std::optional<std::string> label = {};    ///< what bwrap gets
};
[[nodiscard]] ProfileReport summarize_profile(const Facts& facts);

/// What to do about our profile, and why.
struct Decision {
    enum class Action {
        activate,
        deactivate,
        leave,    ///< an administrator decided
        undecided ///< what it depends on was not seen; left as it is, too
    } action;
    std::string reason; ///< completes "the profile is … :", for people
};

/// The design's table of hosts, and the configured mode. Pure: same facts, same decision.
[[nodiscard]] Decision decide(const Facts& facts);

[[nodiscard]] std::string_view name_of(Status status);       ///< "pass", "warn", …
[[nodiscard]] std::string_view name_of(Readiness readiness); ///< "ready", "not-ready", "unknown"

} // namespace boxlite
