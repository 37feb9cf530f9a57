// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/facts_file.h"
#include "facts/fields.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace boxlite {

namespace {

using Json = nlohmann::json;

/// Ends the parser on what is JSON and yet no facts file: objects with the same key twice, of which
/// programs take one or the other, and nesting far beyond that of facts.
class Strictness {
public:
    bool operator()(int /*depth*/, Json::parse_event_t event, const Json& parsed) {
        switch (event) {
        case Json::parse_event_t::object_start:
        case Json::parse_event_t::array_start:
            levels_.emplace_back();
            if (levels_.size() > deepest) {
                throw std::runtime_error(fmt::format("nested more than {} deep", deepest));
            }
            break;
        case Json::parse_event_t::key:
            take_key(parsed.get_ref<const std::string&>());
            break;
        case Json::parse_event_t::object_end:
        case Json::parse_event_t::array_end:
            levels_.pop_back();
            break;
        case Json::parse_event_t::value:
            break;
        }
        return true;
    }

private:
    static constexpr std::size_t deepest = 16;
    struct Level {
        std::set<std::string> keys;
        std::string current;
    };

    void take_key(const std::string& key) {
        levels_.back().current = key;
        if (!levels_.back().keys.insert(key).second) {
            std::string path;
            for (const auto& level : levels_) {
                path += (path.empty() || level.current.empty() ? "" : ".") + level.current;
            }
            throw std::runtime_error(path + ": there twice");
        }
    }

    std::vector<Level> levels_;
};

/// Keeps the first problem it meets, and goes on for nothing after it.
class Reader {
public:
    [[nodiscard]] const std::string& problem() const { return problem_; }

    void read(const Json& json, bool& value, const std::string& path) {
        if (json.is_boolean()) {
            value = json.get<bool>();
        } else {
            refuse(path, "not true or false");
        }
    }

    void read(const Json& json, std::string& value, const std::string& path) {
        if (json.is_string()) {
            value = visible(json.get_ref<const std::string&>());
        } else {
            refuse(path, "not a string");
        }
    }

    template <std::integral T> void read(const Json& json, T& value, const std::string& path) {
        // What every reader of JSON takes for the same number, RFC 8259: no kernel has larger limits.
        constexpr long long largest = (1LL << 53) - 1;
        if (!json.is_number_integer()) {
            refuse(path, "not a whole number");
            return;
        }
        const bool fits = json.is_number_unsigned()
                              ? json.get<unsigned long long>() <= static_cast<unsigned long long>(largest)
                              : json.get<long long>() >= -largest;
        if (!fits || !std::in_range<T>(json.get<long long>())) {
            refuse(path, "out of range");
            return;
        }
        value = static_cast<T>(json.get<long long>());
    }

    template <class T>
        requires std::is_enum_v<T>
    void read(const Json& json, T& value, const std::string& path) {
        static constexpr auto known = words_of(T{});
        std::string word;
        read(json, word, path);
        const auto found = std::find(known.begin(), known.end(), word);
        if (found == known.end()) {
            refuse(path, fmt::format("\"{}\" is none of {}", printable(word, 40), fmt::join(known, ", ")));
            return;
        }
        value = static_cast<T>(found - known.begin());
    }

    template <class T> void read(const Json& json, std::optional<T>& value, const std::string& path) {
        if (!json.is_null()) {
            read(json, value.emplace(), path);
        }
    }

    template <class T> void read(const Json& json, std::vector<T>& values, const std::string& path) {
        if (!json.is_array()) {
            refuse(path, "not an array");
            return;
        }
        values.clear();
        for (const auto& element : json) {
            const auto element_path = fmt::format("{}[{}]", path, values.size());
            read(element, values.emplace_back(), element_path);
        }
    }

    template <class T> void read(const Json& json, Fact<T>& fact, const std::string& path) {
        if (json.is_null()) {
            fact = {};
        } else if (!json.is_object() || json.contains("value") == json.contains("unreadable")) {
            refuse(path, "neither null nor an object with either value or unreadable");
        } else if (json.contains("value")) {
            fact = Fact<T>::present({});
            read(json["value"], fact.value, path + ".value");
        } else {
            fact = Fact<T>::unreadable({});
            read(json["unreadable"], fact.reason, path + ".unreadable");
        }
    }

    template <Described T> void read(const Json& json, T& value, const std::string& path) {
        if (!json.is_object()) {
            refuse(path, "not an object");
            return;
        }
        visit_fields(value, [&](std::string_view name, auto& field) {
            const auto found = json.find(std::string(name));
            const auto field_path = fmt::format("{}.{}", path, name);
            if (found != json.end()) {
                read(*found, field, field_path);
            } else {
                miss(field, field_path);
            }
        });
    }

private:
    void refuse(const std::string& path, std::string_view why) {
        if (problem_.empty()) {
            problem_ = fmt::format("{}: {}", path, why);
        }
    }

    template <class T> void miss(Fact<T>& fact, const std::string& path) {
        fact = Fact<T>::unreadable(path + " is not in the facts file");
    }
    void miss(Described auto& facts, const std::string& path) { read(Json::object(), facts, path); }
    void miss(const auto& /*field*/, const std::string& path) { refuse(path, "missing"); }

    std::string problem_;
};

std::unexpected<Error> refused(std::string why) {
    return std::unexpected(Error{"read", "facts", 0, std::move(why)});
}

/// What is wrong with the head of the document; empty when nothing is.
std::string judge_head(const Json& document) {
    if (!document.is_object()) {
        return "not an object";
    }
    const auto version = document.find("schema_version");
    if (version == document.end()) {
        return "schema_version: missing";
    }
    if (*version != 1) {
        return fmt::format("schema_version: this program reads 1, not {}",
                           printable(version->is_structured() ? version->type_name() : version->dump(), 40));
    }
    return document.contains("facts") ? "" : "facts: missing";
}

} // namespace

Result<Facts> parse_facts(std::string_view text) {
    Json document;
    try {
        document = Json::parse(text, Strictness());
    } catch (const Json::exception& error) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …"
        const std::string_view said = error.what();
        return refused("not JSON: " + printable(said.substr(said.find(' ') + 1), 200));
    } catch (const std::runtime_error& error) {
        return refused(printable(error.what(), 200));
    }
    if (auto problem = judge_head(document); !problem.empty()) {
        return refused(std::move(problem));
    }
    Facts facts;
    Reader reader;
    reader.read(document["facts"], facts, "facts");
    if (!reader.problem().empty()) {
        return refused(reader.problem());
    }
    return facts;
}

} // namespace boxlite
