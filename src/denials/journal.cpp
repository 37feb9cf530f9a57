// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "denials/logs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace boxlite {

namespace {

using Json = nlohmann::json;

/// Who may not see the system's journal gets no error from journalctl, only less.
Source look_for_journal(const Host& host) {
    Source journal{.name = "journal"};
    for (const std::string directory : {"/var/log/journal", "/run/log/journal"}) {
        const auto machines = host.list(directory);
        if (!machines) {
            if (!is_missing(machines.error())) {
                journal = unreadable_source(journal.name, machines.error());
            }
            continue;
        }
        for (const auto& machine : *machines) {
            const auto start = host.read_start(fmt::format("{}/{}/system.journal", directory, machine), 1);
            if (start) {
                return {.state = Source::State::read, .name = journal.name};
            }
            if (!is_missing(start.error())) {
                journal = unreadable_source(journal.name, start.error());
            }
        }
    }
    return journal;
}

std::string text_in(const Json& entry, const char* key) {
    const auto found = entry.find(key);
    if (found == entry.end()) {
        return {};
    }
    if (found->is_string()) {
        return found->get<std::string>();
    }
    std::string bytes; // not UTF-8: an array of numbers
    if (found->is_array()) {
        for (const auto& byte : *found) {
            bytes += byte.is_number_unsigned() ? static_cast<char>(byte.get<unsigned>()) : '?';
        }
    }
    return bytes;
}

/// What an entry says, as the kernel's log would. The journal keeps the stamp of what it had from the
/// audit subsystem in fields of its own.
std::string line_of(const Json& entry) {
    auto message = text_in(entry, "MESSAGE");
    if (text_in(entry, "_TRANSPORT") != "audit") {
        return message;
    }
    const auto microseconds = parse_number(text_in(entry, "_SOURCE_REALTIME_TIMESTAMP"));
    const auto serial = parse_number(text_in(entry, "_AUDIT_ID"));
    const auto start = message.find("apparmor=");
    if (!microseconds || !serial || start == std::string::npos) {
        return {};
    }
    return fmt::format("audit({}.{:03}:{}): {}", *microseconds / 1'000'000, *microseconds / 1000 % 1000,
                       *serial, std::string_view(message).substr(start));
}

Command journal_command(const LogReading& reading) {
    Command command{.argv = {"/usr/bin/journalctl", "--quiet", "--no-pager", "--reverse", "--output=json",
                             "--output-fields=MESSAGE,_TRANSPORT,_AUDIT_ID,_SOURCE_REALTIME_TIMESTAMP"},
                    .time_limit = reading.time_left()};
    const auto& since = reading.since();
    command.argv.push_back(since.boot ? "--boot" : fmt::format("--since=@{}", since.seconds));
    // Each record comes twice, from the kernel's log and from the audit subsystem, or only one of them.
    command.argv.insert(command.argv.end(), {"_TRANSPORT=kernel", "+", "_AUDIT_TYPE=1400"});
    return command;
}

} // namespace

Source read_journal(const Host& host, LogReading& reading) {
    auto journal = look_for_journal(host);
    if (journal.state != Source::State::read) {
        return journal;
    }
    const auto outcome = host.run(journal_command(reading), [&](std::string_view line) {
        if (may_concern_us(line)) {
            const auto entry = Json::parse(line, nullptr, false);
            reading.take(entry.is_object() ? line_of(entry) : line, LogReading::Span::asked);
        }
        return !reading.is_over();
    });
    reading.end_log();
    if (reading.is_over()) {
        journal.state = Source::State::cut_short;
    } else if (!outcome) {
        journal = unreadable_source(journal.name, outcome.error());
    } else if (!outcome->succeeded()) {
        journal =
            unreadable_source(journal.name, Error{"read", "the journal", 0, describe_failure(*outcome, 200)});
    }
    return journal;
}

} // namespace boxlite
