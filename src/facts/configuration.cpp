// SPDX-License-Identifier: Apache-2.0
#include "facts/configuration.h"

#include "base/text.h"
#include "facts/gather.h"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace boxlite {

namespace {

const std::map<std::string_view, Mode, std::less<>> modes{
    {"auto", Mode::automatic}, {"always", Mode::always}, {"never", Mode::never}};
const std::map<std::string_view, bool, std::less<>> booleans{{"true", true}, {"false", false}};

/// Sets `value` to what `word` stands for; false when it stands for nothing.
template <class T>
bool assign(T& value, const std::map<std::string_view, T, std::less<>>& meanings, std::string_view word) {
    const auto found = meanings.find(word);
    if (found == meanings.end()) {
        return false;
    }
    value = found->second;
    return true;
}

/// What is wrong with the line; empty when nothing is.
std::string read_line(Configuration& configuration, std::string_view line) {
    const auto separator = line.find('=');
    const auto key = trimmed(line.substr(0, separator));
    if (separator == std::string_view::npos) {
        return fmt::format("\"{}\" is not key=value", printable(line, 60));
    }
    const auto value = trimmed(line.substr(separator + 1));
    if (key == "mode") {
        configuration.mode = Mode::automatic;
        return assign(configuration.mode, modes, value)
                   ? ""
                   : fmt::format("mode is auto, always or never, not \"{}\": auto is used",
                                 printable(value, 60));
    }
    if (key == "strict") {
        configuration.strict = false;
        return assign(configuration.strict, booleans, value)
                   ? ""
                   : fmt::format("strict is true or false, not \"{}\": false is used", printable(value, 60));
    }
    return fmt::format("there is no setting \"{}\": mode and strict are the two", printable(key, 60));
}

} // namespace

Configuration parse_configuration(std::string_view text) {
    Configuration configuration;
    int number = 0;
    for (const auto line : lines(text)) {
        ++number;
        const auto content = trimmed(line);
        if (content.empty() || content.starts_with('#')) {
            continue;
        }
        if (const auto complaint = read_line(configuration, content); !complaint.empty()) {
            configuration.complaints.push_back(
                fmt::format("{}:{}: {}", paths::configuration, number, complaint));
        }
    }
    return configuration;
}

} // namespace boxlite
