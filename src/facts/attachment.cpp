// SPDX-License-Identifier: Apache-2.0
#include "facts/attachment.h"

#include "base/text.h"

#include <algorithm>
#include <regex>

namespace boxlite {

namespace {

constexpr std::string_view program = "/usr/bin/bwrap";

bool matches_program(std::string_view expression) {
    // Somebody's globs: matching must not take for ever (libstdc++'s polynomial matcher; its usual one
    // backtracks), nor compiling, which is recursive, all of the stack.
    constexpr std::size_t longest = 4096;
    if (expression.size() > longest) {
        return true;
    }
    try {
        const std::regex compiled(std::string(expression),
                                  std::regex::ECMAScript | std::regex_constants::__polynomial);
        return std::regex_match(program.begin(), program.end(), compiled);
    } catch (const std::regex_error&) {
        return true; // not understood, so it is not ruled out
    }
}

/// For each profile of the dump, whether what it begins with matches our program.
/// "aare: GLOB   ->   EXPRESSION" begins a profile when the next line gives the expression nothing
/// but the right to be executed, as an attachment has it, or when no rule follows: then it is the
/// profile's name, which attaches it where it is a path.
std::vector<bool> parse_beginnings(std::string_view dump) {
    constexpr std::string_view lead = "aare: ";
    constexpr std::string_view arrow = "   ->   ";
    std::vector<bool> beginnings;
    const auto all = lines(dump);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto split = all[i].rfind(arrow);
        if (!all[i].starts_with(lead) || split == std::string_view::npos) {
            continue;
        }
        const auto next = i + 1 < all.size() ? all[i + 1] : std::string_view{};
        const bool is_name = !next.starts_with("rule: ");
        const bool is_attachment = next.find("(0x1/0)< 0x1>") != std::string_view::npos;
        if (is_name || is_attachment) {
            beginnings.push_back(matches_program(all[i].substr(split + arrow.size())));
        }
    }
    return beginnings;
}

/// Whether a word of a header could be the name bwrap or an attachment that matches: what is
/// written out before its first and after its last glob, alternation or variable has to fit.
bool may_match_program(std::string_view word) {
    constexpr std::string_view quotes = "\"";
    if (word.starts_with(quotes)) {
        word.remove_prefix(1);
    }
    if (word.ends_with(quotes)) {
        word.remove_suffix(1);
    }
    if (word == "bwrap") {
        return true;
    }
    const auto first = word.find_first_of("*?[{@");
    if (first == std::string_view::npos) {
        return word == program;
    }
    const auto last = word.find_last_of("*?]}");
    return word != "{" && program.starts_with(word.substr(0, first)) &&
           (last == std::string_view::npos || program.ends_with(word.substr(last + 1)));
}

bool is_own_namespace(std::string_view name) {
    return !name.starts_with(':') && name.find("//") == std::string_view::npos;
}

} // namespace

bool may_provide_bwrap(std::string_view policy) {
    for (const auto line : lines(policy)) {
        const auto text = trimmed(line);
        const bool begins_profile =
            text.starts_with("profile") ||
            (!text.empty() && std::string_view("/@\"{:").find(text.front()) != std::string_view::npos &&
             !text.ends_with(',')); // a rule ends so
        if (!begins_profile) {
            continue;
        }
        const auto header = words(text);
        if (std::any_of(header.begin(), header.end(), may_match_program)) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> parse_providing_profiles(std::string_view names, std::string_view dump) {
    const auto beginnings = parse_beginnings(dump);
    const auto all = lines(names);
    const bool fits = beginnings.size() == all.size();
    const bool any = std::find(beginnings.begin(), beginnings.end(), true) != beginnings.end();
    std::vector<std::string> providing;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool attached = fits ? beginnings[i] : any;
        if (is_own_namespace(all[i]) && (all[i] == "bwrap" || attached)) {
            providing.emplace_back(all[i]);
        }
    }
    return providing;
}

} // namespace boxlite
