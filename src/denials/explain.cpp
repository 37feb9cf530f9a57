// SPDX-License-Identifier: Apache-2.0
#include "denials/explain.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace boxlite {

namespace {

constexpr std::string_view reload = "boxlite-bwrap-apparmor reload";

bool is_refused(const Record& record) {
    return record.event == Record::Event::denied;
}

bool tells(const Record& record, std::string_view start_of_info) {
    return record.info.starts_with(start_of_info);
}

bool is_capability(const Record& record) {
    return record.operation == "capable";
}

/// What a process without a profile gets into when it creates a user namespace on a kernel that
/// restricts them.
bool is_restricted(const Record& record) {
    return has_profile(record.profile, "unprivileged_userns");
}

bool is_child(const Record& record) {
    return has_profile(record.profile, "unpriv_bwrap");
}

bool is_bwrap_itself(const Record& record) {
    return has_profile(record.profile, "bwrap");
}

/// Somebody starts bwrap, rather than bwrap something else.
bool is_start_of_bwrap(const Record& record) {
    return record.operation == "exec" && (record.name == "bwrap" || record.name.ends_with("/bwrap"));
}

std::string object_of(const Record& record) {
    if (is_capability(record)) {
        return "capability " + printable(record.name, 40);
    }
    if (record.operation == "userns_create") {
        return "a user namespace";
    }
    auto text = printable(record.operation, 40);
    if (!record.name.empty()) {
        text += " of " + printable(record.name, 200);
    }
    const auto& mask = record.denied.empty() ? record.requested : record.denied;
    return mask.empty() || mask == record.operation ? text : text + " (" + printable(mask, 40) + ")";
}

std::string describe(const Record& record) {
    const auto by = printable(record.comm.empty() ? "a process" : record.comm, 40);
    const auto under = printable(record.profile, 100);
    if (record.event == Record::Event::audit && !record.target.empty()) {
        return fmt::format("{} by {}: from {} to {}", object_of(record), by, under,
                           printable(record.target, 100));
    }
    std::string_view told = " refused to ";
    if (record.event != Record::Event::denied) {
        told = record.event == Record::Event::allowed ? " allowed to " : " by ";
    }
    return fmt::format("{}{}{} under {}", object_of(record), told, by, under);
}

} // namespace

const std::vector<Kind>& all_kinds() {
    static const std::vector<Kind> kinds{
        {"damaged", "Damaged record", Weight::unclear,
         [](const Record& record) { return record.event == Record::Event::damaged; },
         "the line is cut short or not understood; it is shown as it was logged", ""},
        {"complain-mode", "Complain mode", Weight::note,
         [](const Record& record) { return record.event == Record::Event::allowed; },
         "the profile is in complain mode: it refuses nothing, and would have refused this", ""},
        {"userns-transition", "bwrap had no profile", Weight::note,
         [](const Record& record) {
             return record.operation == "userns_create" &&
                    tells(record, "Userns create - transitioning profile");
         },
         "bwrap had no profile of its own, so that the kernel put it into unprivileged_userns, where it gets "
         "no capability: what was refused after this comes of it",
         reload},
        {"userns-profile-missing", "User namespace refused", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && tells(record, "Userns create restricted - failed to find");
         },
         "bwrap had no profile of its own, and unprivileged_userns, which others get, is not loaded", reload},
        {"capability-without-profile", "Capability refused", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && is_restricted(record) && is_capability(record);
         },
         "bwrap had no profile of its own, and under unprivileged_userns nothing has capabilities in its "
         "user namespace",
         reload},
        {"disconnected-without-profile", "Path out of reach", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && is_restricted(record) &&
                    tells(record, "Failed name lookup - disconnected");
         },
         "bwrap had no profile of its own, and unprivileged_userns does not reach paths outside its mount "
         "namespace; bwrap says \"setting up uid map: Permission denied\"",
         reload},
        {"refused-without-profile", "Refused, no profile", Weight::breaking,
         [](const Record& record) { return is_refused(record) && is_restricted(record); },
         "bwrap had no profile of its own, and unprivileged_userns does not allow this", reload},
        {"conflicting-attachments", "Conflicting profiles", Weight::breaking,
         [](const Record& record) {
             return is_start_of_bwrap(record) && tells(record, "conflicting profile attachments");
         },
         "two profiles of different names are attached to bwrap; the kernel chooses neither, and bwrap stays "
         "as it was",
         "boxlite-bwrap-apparmor validate, which names both files"},
        {"conflicting-elsewhere", "Conflicting profiles", Weight::note,
         [](const Record& record) { return tells(record, "conflicting profile attachments"); },
         "two profiles of different names are attached to a program that a sandbox starts; the kernel "
         "chooses neither, and it stays under that of the sandbox",
         ""},
        {"no-new-privileges", "Profile not entered", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && record.operation == "exec" && tells(record, "no new privs");
         },
         "the caller has no_new_privs set, and from its profile the kernel then permits no change to that of "
         "bwrap",
         "start bwrap from a process without NoNewPrivileges=, or without a profile"},
        {"start-refused", "Start of bwrap refused", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && is_start_of_bwrap(record) && !is_child(record) &&
                    !is_bwrap_itself(record);
         },
         "the profile of the caller does not let it start bwrap",
         "allow it in the profile of the caller: /usr/bin/bwrap Px,"},
        {"disconnected-path", "Path out of reach", Weight::breaking,
         [](const Record& record) {
             return is_refused(record) && tells(record, "Failed name lookup - disconnected");
         },
         "the profile lacks the flag attach_disconnected, so that paths outside its mount namespace are "
         "refused",
         "give the profile flags=(attach_disconnected), then apparmor_parser -r its file"},
        {"capability-in-sandbox", "Sandboxed capability", Weight::intended,
         [](const Record& record) { return is_refused(record) && is_child(record) && is_capability(record); },
         "what runs in a sandbox gets no capability, in no user namespace: that is what unpriv_bwrap is for",
         ""},
        {"refused-in-sandbox", "Refused in the sandbox", Weight::breaking,
         [](const Record& record) { return is_refused(record) && is_child(record); },
         "unpriv_bwrap as packaged refuses only capabilities; a local rule, or another version of the "
         "profile, refuses this",
         "look in /etc/apparmor.d/local/unpriv_bwrap, then boxlite-bwrap-apparmor reload"},
        {"refused-to-bwrap", "Refused by its profile", Weight::breaking,
         [](const Record& record) { return is_refused(record) && is_bwrap_itself(record); },
         "the profile bwrap as packaged refuses nothing that sets up a sandbox; a local rule, or another "
         "version of the profile, refuses this",
         "look in /etc/apparmor.d/local/bwrap-userns-restrict, then boxlite-bwrap-apparmor reload"},
        {"userns-refused-by-caller", "User namespace refused", Weight::breaking,
         [](const Record& record) { return is_refused(record) && record.operation == "userns_create"; },
         "bwrap runs under the profile of its caller, which does not allow user namespaces",
         "allow it in the profile of the caller: /usr/bin/bwrap Px,"},
        {"refused-by-caller", "Refused by the caller", Weight::breaking, is_refused,
         "bwrap runs under a profile that is not its own, that of its caller, and that one refuses this",
         "allow it in the profile of the caller: /usr/bin/bwrap Px,"},
        {"unknown", "Not understood", Weight::unclear, [](const Record&) { return true; },
         "this program knows no such record; it is shown as it was logged", ""},
    };
    return kinds;
}

Explanation explain(const Record& record) {
    const auto& kinds = all_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const Kind& row) { return row.matches(record); });
    return {.kind = kind->id,
            .title = kind->title,
            .weight = kind->weight,
            .what = kind->weight == Weight::unclear ? printable(record.raw) : describe(record),
            .why = kind->why,
            .fix = kind->fix};
}

std::string_view name_of(Weight weight) {
    switch (weight) {
    case Weight::intended:
        return "intended";
    case Weight::note:
        return "note";
    case Weight::breaking:
        return "breaking";
    case Weight::unclear:
        break;
    }
    return "unclear";
}

} // namespace boxlite
