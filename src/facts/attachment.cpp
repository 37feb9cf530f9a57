// SPDX-License-Identifier: Apache-2.0
#include "facts/attachment.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <regex.h>

namespace boxlite {

namespace {

constexpr std::string_view program = "/usr/bin/bwrap";

/// Whether an expression repeats nothing but sets, and these any number of times, as apparmor_parser writes
/// it: * is [^/\x00]*, and what is in a path is escaped. Of anything repeated regcomp(3) makes copies, and
/// copies of copies, and of repetitions of repetitions it takes hours.
bool repeats_only_sets(std::string_view expression) {
    constexpr std::string_view operators = "+{?";
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const char character = expression[i];
        const bool follows_set = i > 0 && expression[i - 1] == ']';
        if (character == '\\') {
            ++i;
        } else if (operators.contains(character) || (character == '*' && !follows_set)) {
            return false;
        }
    }
    return true;
}

/// Whether AppArmor's expression matches our program. Its \x00 in brackets stands in regex(7) for four
/// characters, none of which the path of our program has.
bool matches_program(std::string_view expression) {
    // Somebody's globs, which may take neither all of the memory nor a second.
    constexpr std::size_t longest = 1024;
    regex_t compiled{};
    if (expression.size() > longest || !repeats_only_sets(expression) ||
        regcomp(&compiled, ("^(" + std::string(expression) + ")$").c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
        return true; // not understood, so it is not ruled out
    }
    const bool matches = regexec(&compiled, std::string(program).c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return matches;
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

/// Places in our program's path up to which a glob may have matched: bit N for the first N characters.
using Places = unsigned;
constexpr Places nowhere = 0;
constexpr Places begin = 1;
constexpr Places end = begin << program.size();

/// For each character, after which places our program's path goes on with it.
constexpr auto continuations = []() {
    std::array<Places, 128> places{};
    for (std::size_t i = 0; i < program.size(); ++i) {
        places.at(static_cast<std::size_t>(program[i])) |= begin << i;
    }
    return places;
}();

Places after_character(Places from, char character) {
    const auto index = static_cast<unsigned char>(character);
    return index < continuations.size() ? (from & continuations.at(index)) << 1U : nowhere;
}

Places after_anything(Places from) {
    constexpr Places everywhere = (end << 1U) - 1;
    const Places first = from & (~from + 1);
    return from == nowhere ? nowhere : everywhere & ~(first - 1);
}

/// Whether a glob could match our program: apparmor.d(5), AARE. A variable may stand for anything, and
/// so may what comes after a set, an escape or a brace that is not closed.
bool may_match(std::string_view glob) {
    struct Alternatives {
        Places from;  ///< where each of them begins
        Places after; ///< where those that ended did
    };
    std::vector<Alternatives> open;
    Places reached = begin;
    for (; !glob.empty(); glob.remove_prefix(1)) {
        if (reached == nowhere && open.empty()) {
            return false;
        }
        const char character = glob.front();
        if (character == '{') {
            open.push_back({reached, nowhere});
        } else if (character == ',' && !open.empty()) {
            open.back().after |= reached;
            reached = open.back().from;
        } else if (character == '}' && !open.empty()) {
            reached |= open.back().after;
            open.pop_back();
        } else if (character == '@' && glob.substr(1).starts_with('{')) {
            glob.remove_prefix(std::min(glob.find('}'), glob.size() - 1));
            reached = after_anything(reached);
        } else if (character == '*' || character == '?') {
            reached = after_anything(reached);
        } else if (character == '[' || character == '\\') {
            return (open.empty() ? reached : open.front().from) != nowhere;
        } else {
            reached = after_character(reached, character);
        }
    }
    return open.empty() ? (reached & end) != nowhere : open.front().from != nowhere;
}

/// Whether a word of a header could be the name bwrap, or an attachment to our program.
bool may_match_program(std::string_view word) {
    word.remove_prefix(word.starts_with('"') ? 1 : 0);
    word.remove_suffix(word.ends_with('"') ? 1 : 0);
    return word == "bwrap" || (word != "{" && may_match(word));
}

/// "@{name} = value" or "@{name} += value", where a profile could also begin with a variable.
bool is_assignment(std::string_view line) {
    const auto rest = trimmed(line.substr(line.find('}') + 1));
    return line.starts_with('@') && (rest.starts_with('=') || rest.starts_with("+="));
}

/// Whether a line could be, or be a part of, the header of a profile: not most of what a policy has.
bool may_begin_profile(std::string_view line) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
        line.remove_prefix(1);
    }
    switch (line.empty() ? '\0' : line.front()) {
    case 'p':
        return line.starts_with("profile");
    case '/':
    case '@':
    case '"':
    case '{':
    case ':':
        return !trimmed(line).ends_with(',') && !is_assignment(line); // a rule ends so
    default:
        return false;
    }
}

bool is_own_namespace(std::string_view name) {
    return !name.starts_with(':') && name.find("//") == std::string_view::npos;
}

} // namespace

bool may_provide_bwrap(std::string_view policy) {
    while (!policy.empty()) {
        auto line = policy.substr(0, policy.find('\n'));
        policy.remove_prefix(std::min(line.size() + 1, policy.size()));
        if (!may_begin_profile(line)) {
            continue;
        }
        for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
            if (may_match_program(word)) {
                return true;
            }
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
