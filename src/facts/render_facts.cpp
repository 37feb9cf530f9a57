// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/facts_file.h"
#include "facts/fields.h"

#include <nlohmann/json.hpp>

namespace boxlite {

namespace {

using Json = nlohmann::ordered_json;

/// "/home/NAME" with USER in place of the name, wherever it occurs.
std::string without_names(std::string_view text) {
    constexpr std::string_view home = "/home/";
    std::string result;
    for (auto start = text.find(home); start != std::string_view::npos; start = text.find(home)) {
        const auto name = start + home.size();
        const auto end = std::min(text.find_first_of("/ \t\n\"'`:;,()<>", name), text.size());
        result += text.substr(0, name);
        result += end > name ? "USER" : "";
        text.remove_prefix(end);
    }
    return result += text;
}

class Writer {
public:
    template <class T> static Json write(const Fact<T>& fact) {
        Json json; // null
        if (fact.is_present()) {
            json["value"] = write(fact.value);
        } else if (fact.is_unreadable()) {
            json["unreadable"] = write(fact.reason);
        }
        return json;
    }

    template <class T> static Json write(const std::vector<T>& values) {
        Json array = Json::array();
        for (const auto& value : values) {
            array.push_back(write(value));
        }
        return array;
    }

    template <class T> static Json write(const std::optional<T>& value) {
        return value ? write(*value) : Json(nullptr);
    }

    template <Described T> static Json write(const T& value) {
        Json object = Json::object();
        visit_fields(value, [&](std::string_view name, const auto& field) {
            object[std::string(name)] = write(field);
        });
        return object;
    }

    template <class T>
        requires std::is_enum_v<T>
    static Json write(T value) {
        return words_of(value).at(static_cast<std::size_t>(value));
    }

    static Json write(std::integral auto value) { return value; }
    static Json write(const std::string& text) { return visible(without_names(text)); }
};

} // namespace

std::string render_facts(const Facts& facts, std::string_view version) {
    const Json document{{"schema_version", 1}, {"version", version}, {"facts", Writer::write(facts)}};
    return document.dump(2) + "\n";
}

} // namespace boxlite
