// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace boxlite {

/// When and as what the audit subsystem counted an event: audit(SECONDS.MILLISECONDS:SERIAL). Serials
/// begin anew with each boot; together with the time they name an event wherever it was logged.
struct AuditStamp {
    long long seconds = 0; ///< since 1970
    int milliseconds = 0;
    unsigned long long serial = 0;

    auto operator<=>(const AuditStamp&) const = default;
};

/// One decision of AppArmor's, as it was logged. Its texts are whatever a process chose to call
/// itself or a file: printable() before anybody sees them.
struct Record {
    enum class Event {
        denied,  ///< refused
        allowed, ///< would have been refused, but the profile is in complain mode
        audit,   ///< neither; the policy asked for a line, or the kernel has something to tell
        damaged, ///< cut short or not understood; only `stamp` and `raw` mean anything
    } event = Event::damaged;
    AuditStamp stamp;
    std::string operation = {};
    std::string info = {};
    std::string profile = {}; ///< one profile, or a stack: "bwrap//&unpriv_bwrap"
    std::string comm = {};    ///< the process's name
    std::string name = {};    ///< a path, or the name of a capability
    std::string target = {};  ///< the profile changed to
    std::string requested = {};
    std::string denied = {};
    unsigned long pid = 0;
    std::string raw = {}; ///< the line from the stamp on
};

/// The stamp of a line of any log that holds a record of the audit subsystem.
[[nodiscard]] std::optional<AuditStamp> find_stamp(std::string_view line);

/// The record of AppArmor's in a line of the kernel's log, syslog or the audit log, prefixes and
/// all; nothing when there is none. What is damaged comes as such. `line` may be any bytes.
[[nodiscard]] std::optional<Record> parse_record_in(std::string_view line);

/// Whether a record tells of a refusal, or of what led to one, that is about bubblewrap or what runs
/// under it: the process is called bwrap; or it
/// runs under the profile bwrap or unpriv_bwrap, alone or in a stack; or a program called bwrap is
/// started. Names are compared whole. Under unprivileged_userns only a process still called bwrap
/// counts: every program that creates a user namespace shares that profile, and bwrap cannot get
/// there as far as starting another.
[[nodiscard]] bool concerns_bwrap(const Record& record);

/// Whether `label`, a profile or a stack, has `profile` or one of its children in it.
[[nodiscard]] bool has_profile(std::string_view label, std::string_view profile);

} // namespace boxlite
