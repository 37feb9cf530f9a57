// SPDX-License-Identifier: Apache-2.0
#include "denials/record.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

// The header of AppArmor 3 is C only, and has a member called namespace; later ones have neither
// flaw. The members used here are at the same place in all of them (3.0.8 to 5.0.2).
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define namespace aa_namespace
extern "C" {
#include <aalogparse/aalogparse.h>
}
#undef namespace
#ifdef __clang__
#pragma clang diagnostic pop
#endif

namespace boxlite {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view capital_hexadecimal = "0123456789ABCDEF";
constexpr std::string_view event_key = "apparmor=";

/// How the kernel writes a value.
enum class Form {
    text,      ///< in quotes
    untrusted, ///< in quotes, or in hexadecimal when it has quotes, blanks or control characters in it
    number,
};

/// A key of a record that is of use here, and what the parser of AppArmor 3 calls it. That one
/// gives up at any key it does not know, `class` being one, so it gets no others.
struct Key {
    std::string_view name;
    std::string_view known_as;
    std::string_view member; ///< of the parser's record; what fills one twice leaks
    Form form;
};
constexpr std::array<Key, 15> keys{{
    {"operation", "operation", "operation", Form::text},
    {"info", "info", "info", Form::text},
    {"error", "error", "error_code", Form::number},
    {"profile", "profile", "profile", Form::untrusted},
    {"label", "label", "profile", Form::untrusted},
    {"name", "name", "name", Form::untrusted},
    {"capname", "capname", "name", Form::text},
    {"pid", "pid", "pid", Form::number},
    {"comm", "comm", "comm", Form::untrusted},
    {"requested_mask", "requested_mask", "requested_mask", Form::text},
    {"requested", "requested_mask", "requested_mask", Form::text},
    {"denied_mask", "denied_mask", "denied_mask", Form::text},
    {"denied", "denied_mask", "denied_mask", Form::text},
    {"target", "target", "name2", Form::text},
    {"family", "family", "net_family", Form::text},
}};

std::string_view take_while(std::string_view& text, std::string_view allowed, std::size_t limit) {
    const auto taken = text.substr(0, std::min(text.find_first_not_of(allowed), limit));
    text.remove_prefix(taken.size());
    return taken;
}

bool take_text(std::string_view& text, std::string_view wanted) {
    if (!text.starts_with(wanted)) {
        return false;
    }
    text.remove_prefix(wanted.size());
    return true;
}

/// A stamp, and what follows it.
struct Stamped {
    AuditStamp stamp;
    std::string_view rest;
};

std::optional<Stamped> find_stamped(std::string_view line) {
    constexpr std::string_view lead = "audit(";
    for (auto at = line.find(lead); at != std::string_view::npos; at = line.find(lead, at + 1)) {
        auto rest = line.substr(at + lead.size());
        const auto seconds = parse_number(take_while(rest, digits, 12));
        const bool point = take_text(rest, ".");
        const auto milliseconds = parse_number(take_while(rest, digits, 3));
        const bool colon = take_text(rest, ":");
        const auto serial = parse_number(take_while(rest, digits, 18));
        if (seconds && point && milliseconds && colon && serial && take_text(rest, "):")) {
            return Stamped{
                {*seconds, static_cast<int>(*milliseconds), static_cast<unsigned long long>(*serial)},
                trimmed(rest)};
        }
    }
    return std::nullopt;
}

struct Pair {
    std::string_view key;
    std::string_view value; ///< without quotes
    bool quoted = false;
};

/// Takes the next KEY=VALUE; nothing at the end, and where the line was cut in the middle of one.
std::optional<Pair> take_pair(std::string_view& text) {
    text = text.substr(std::min(text.find_first_not_of(" \x1d"), text.size()));
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    Pair pair{.key = text.substr(0, equals), .value = {}};
    text.remove_prefix(equals + 1);
    pair.quoted = text.starts_with('"');
    if (!pair.quoted) {
        pair.value = text.substr(0, text.find_first_of(" \x1d"));
        text.remove_prefix(pair.value.size());
        return pair;
    }
    const auto end = text.find('"', 1);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    pair.value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return pair;
}

std::string in_hexadecimal(std::string_view value) {
    std::string text;
    for (const char character : value) {
        text += fmt::format("{:02X}", static_cast<unsigned char>(character));
    }
    return text;
}

/// `pair`'s value as the parser takes it; nothing when it would stumble over it. A backslash means
/// itself to the kernel and an escape to the parser, which a process called `x\` would put to use.
std::optional<std::string> respell(const Pair& pair, Form form) {
    const auto all = [&](std::string_view allowed) {
        return !pair.value.empty() && pair.value.find_first_not_of(allowed) == std::string_view::npos;
    };
    if (form == Form::number) {
        const auto number = pair.value.starts_with('-') ? pair.value.substr(1) : pair.value;
        const bool usable = !number.empty() && number.size() < 19 &&
                            number.find_first_not_of(digits) == std::string_view::npos;
        return !pair.quoted && usable ? std::optional(std::string(pair.value)) : std::nullopt;
    }
    if (!pair.quoted) {
        const bool usable = form == Form::untrusted && all(capital_hexadecimal) && pair.value.size() % 2 == 0;
        return usable ? std::optional(std::string(pair.value)) : std::nullopt;
    }
    if (pair.value.find_first_of(std::string_view("\\\0\n", 3)) != std::string_view::npos) {
        return form == Form::untrusted ? std::optional(in_hexadecimal(pair.value)) : std::nullopt;
    }
    return fmt::format("\"{}\"", pair.value);
}

/// The record as the parser of AppArmor 3 takes it: in the audit log's form, known keys, each member
/// once. Nothing when it says of no event what became of it.
std::optional<std::string> respell(const Stamped& stamped) {
    auto rest = stamped.rest;
    const auto event = take_pair(rest);
    if (!event || !event->quoted ||
        (event->value != "DENIED" && event->value != "ALLOWED" && event->value != "AUDIT")) {
        return std::nullopt;
    }
    auto text = fmt::format("type=AVC msg=audit({}.{:03}:{}): apparmor=\"{}\"", stamped.stamp.seconds,
                            stamped.stamp.milliseconds, stamped.stamp.serial, event->value);
    std::set<std::string_view> seen;
    for (auto pair = take_pair(rest); pair; pair = take_pair(rest)) {
        const auto* const key =
            std::find_if(keys.begin(), keys.end(), [&](const Key& row) { return row.name == pair->key; });
        if (key == keys.end()) {
            continue;
        }
        const auto value = respell(*pair, key->form);
        if (value && seen.insert(key->member).second) {
            text += fmt::format(" {}={}", key->known_as, *value);
        }
    }
    return text;
}

std::string text_of(const char* text) {
    return text != nullptr ? text : "";
}

Record::Event event_of(const aa_log_record& record) {
    switch (record.event) {
    case AA_RECORD_DENIED:
        return Record::Event::denied;
    case AA_RECORD_ALLOWED:
        return Record::Event::allowed;
    case AA_RECORD_AUDIT:
        return Record::Event::audit;
    default:
        return Record::Event::damaged;
    }
}

} // namespace

std::optional<AuditStamp> find_stamp(std::string_view line) {
    const auto stamped = find_stamped(line);
    return stamped ? std::optional(stamped->stamp) : std::nullopt;
}

std::optional<Record> parse_record_in(std::string_view line) {
    const auto stamped = find_stamped(line);
    if (!stamped || !stamped->rest.starts_with(event_key)) {
        return std::nullopt;
    }
    Record record{.stamp = stamped->stamp, .raw = std::string(stamped->rest)};
    auto text = respell(*stamped);
    if (!text) {
        const bool other = stamped->rest.starts_with("apparmor=\"STATUS\"") ||
                           stamped->rest.starts_with("apparmor=\"HINT\"") ||
                           stamped->rest.starts_with("apparmor=\"ERROR\"");
        return other ? std::nullopt : std::optional(std::move(record));
    }
    const std::unique_ptr<aa_log_record, void (*)(aa_log_record*)> parsed(parse_record(text->data()),
                                                                          free_record);
    if (!parsed) {
        return record;
    }
    record.event = event_of(*parsed);
    record.operation = text_of(parsed->operation);
    record.info = text_of(parsed->info);
    record.profile = text_of(parsed->profile);
    record.comm = text_of(parsed->comm);
    record.name = text_of(parsed->name != nullptr ? parsed->name : parsed->net_family);
    record.target = text_of(parsed->name2);
    record.requested = text_of(parsed->requested_mask);
    record.denied = text_of(parsed->denied_mask);
    record.pid = parsed->pid;
    if (record.operation.empty() || record.profile.empty()) {
        record.event = Record::Event::damaged;
    }
    return record;
}

bool has_profile(std::string_view label, std::string_view profile) {
    constexpr std::string_view stacked = "//&";
    while (!label.empty()) {
        const auto end = label.find(stacked);
        const auto member = label.substr(0, end);
        if (member.substr(0, member.find("//")) == profile) {
            return true;
        }
        label.remove_prefix(end == std::string_view::npos ? label.size() : end + stacked.size());
    }
    return false;
}

bool concerns_bwrap(const Record& record) {
    if (record.event == Record::Event::damaged) {
        return record.raw.find("bwrap") != std::string::npos;
    }
    if (record.event == Record::Event::audit && record.info.empty()) {
        return false; // a rule that says "audit", and allows
    }
    const bool starts_bwrap =
        record.operation == "exec" && (record.name == "bwrap" || record.name.ends_with("/bwrap"));
    return record.comm == "bwrap" || starts_bwrap || has_profile(record.profile, "bwrap") ||
           has_profile(record.profile, "unpriv_bwrap");
}

} // namespace boxlite
