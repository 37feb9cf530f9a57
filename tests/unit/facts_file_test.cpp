// SPDX-License-Identifier: Apache-2.0
#include "facts/facts_file.h"
#include "facts/fields.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

using namespace boxlite;

namespace {

/// Stands for a value of any type; to count the members of a struct.
struct Anything {
    template <class T> operator T() const { return T{}; } // NOLINT: implicit on purpose
};

template <class T, class... Values> constexpr std::size_t count_members() {
    if constexpr (requires { T{Values{}..., Anything{}}; }) {
        return count_members<T, Values..., Anything>();
    } else {
        return sizeof...(Values);
    }
}

template <class T> std::size_t count_fields() {
    std::size_t count = 0;
    T value{};
    visit_fields(value, [&](std::string_view, auto&) { ++count; });
    return count;
}

template <class... T> bool has_every_member_of() {
    return ((count_fields<T>() == count_members<T>()) && ...);
}

/// Sets everything to something other than what it begins as.
struct Filler {
    bool readable;
    std::string text;
    int count = 0;

    void fill(bool& value) { value = true; }
    void fill(std::string& value) { value = text + std::to_string(++count); }
    void fill(std::integral auto& value) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(++count);
    }
    template <class T>
        requires std::is_enum_v<T>
    void fill(T& value) {
        value = static_cast<T>(1);
    }
    template <class T> void fill(std::optional<T>& value) { fill(value.emplace()); }
    template <class T> void fill(std::vector<T>& values) {
        values.clear();
        fill(values.emplace_back());
        fill(values.emplace_back());
    }
    template <class T> void fill(Fact<T>& fact) {
        fact.presence = readable ? Presence::present : Presence::unreadable;
        readable ? fill(fact.value) : fill(fact.reason);
    }
    template <Described T> void fill(T& value) {
        visit_fields(value, [&](std::string_view, auto& field) { fill(field); });
    }
};

Facts filled(bool readable, const std::string& text = "text ") {
    Facts facts;
    Filler{.readable = readable, .text = text}.fill(facts);
    return facts;
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
    const auto found = text.find(old);
    REQUIRE(found != std::string::npos);
    return text.replace(found, old.size(), by);
}

std::string complaint(const std::string& text) {
    const auto facts = parse_facts(text);
    REQUIRE_FALSE(facts);
    return facts.error().detail;
}

std::string with_head(const std::string& facts) {
    return R"({"schema_version": 1, "version": "1", "facts": )" + facts + "}";
}

} // namespace

TEST_CASE("every member of every struct of facts is described") {
    CHECK(has_every_member_of<KernelFacts, LoadedProfile, CompiledProfile, AppArmorFacts>());
    CHECK(has_every_member_of<BwrapFacts::File, BwrapFacts, Provider, DanglingLink, ProfileFacts>());
    CHECK(has_every_member_of<Configuration, SandboxRun, ProbeFacts, CallerFacts>());
    CHECK(has_every_member_of<KvmFacts::Device, KvmFacts, RefusalFacts, Facts>());
}

TEST_CASE("facts that were written are read as they were") {
    for (const auto& facts : {Facts{}, filled(true), filled(false)}) {
        const auto text = render_facts(facts, "1.2");
        const auto again = parse_facts(text);
        REQUIRE(again);
        CHECK(render_facts(*again, "1.2") == text);
    }
    const auto text = render_facts(filled(true), "1.2");
    CHECK(text.find("null") == std::string::npos);
    CHECK(parse_facts(text)->kernel.release.value == filled(true).kernel.release.value);
    CHECK(parse_facts(text)->configuration.value.mode == Mode::always);
}

TEST_CASE("the three presences have three forms") {
    Facts facts;
    facts.kernel.release = Fact<std::string>::present("6.8");
    facts.kernel.max_user_namespaces = Fact<long long>::unreadable("cannot read it");
    const auto text = render_facts(facts, "1.2");
    CHECK(text.starts_with("{\n  \"schema_version\": 1,\n  \"version\": \"1.2\",\n  \"facts\": {\n"));
    CHECK(text.find("\"release\": {\n        \"value\": \"6.8\"\n      }") != std::string::npos);
    CHECK(text.find("\"max_user_namespaces\": {\n        \"unreadable\": \"cannot read it\"\n      }") !=
          std::string::npos);
    CHECK(text.find("\"user_namespaces\": null") != std::string::npos);
}

TEST_CASE("names of people are not written") {
    Facts facts;
    facts.kernel.release = Fact<std::string>::unreadable("cannot read /home/alice/x, /home/bob: no");
    facts.profile.dangling_links = {{"/etc/apparmor.d/x", "/home/jos\xc3\xa9/bwrap", {}}};
    facts.caller.label = Fact<std::string>::present("/home/carol");
    const auto text = render_facts(facts, "1.2");
    CHECK(text.find("cannot read /home/USER/x, /home/USER: no") != std::string::npos);
    CHECK(text.find("\"/home/USER/bwrap\"") != std::string::npos);
    CHECK(text.find("\"/home/USER\"") != std::string::npos);
}

TEST_CASE("bytes that are not for a terminal are neither written nor read") {
    Facts facts;
    facts.bwrap.version = Fact<std::string>::unreadable("\x1b[2J\n\xff\\x41");
    const auto text = render_facts(facts, "1.2");
    CHECK(text.find(R"(\\x1b[2J\\x0a\\xff\\x41)") != std::string::npos);
    CHECK(parse_facts(text)->bwrap.version.reason == R"(\x1b[2J\x0a\xff\x41)");

    const auto read = parse_facts(with_head(
        R"({"kernel": {"release": {"value": "a\u0000\u001b\u009b\u202e\n"}}, "profile": {"dangling_links": [], "compiled_from": ""}})"));
    REQUIRE(read);
    CHECK(read->kernel.release.value == R"(a\x00\x1b\xc2\x9b\xe2\x80\xae\x0a)");
}

TEST_CASE("a fact that is not in the file is unreadable, and one beyond those known is passed over") {
    const auto text = replaced(render_facts(filled(true), "1.2"), "\"release\"", "\"newer\"");
    const auto facts = parse_facts(text);
    REQUIRE(facts);
    CHECK(facts->kernel.release.reason == "facts.kernel.release is not in the facts file");
    CHECK(facts->kernel.userns_restriction.is_present());
}

TEST_CASE("a file cut short anywhere is refused") {
    const auto text = render_facts(filled(true), "1.2");
    for (std::size_t length = 0; length + 2 < text.size(); ++length) {
        CAPTURE(length);
        REQUIRE(complaint(text.substr(0, length)).starts_with("not JSON: parse error at line "));
    }
}

TEST_CASE("what is not a facts file of this version is refused") {
    CHECK(complaint("[]") == "not an object");
    CHECK(complaint("{}") == "schema_version: missing");
    CHECK(complaint(R"({"schema_version": 2})") == "schema_version: this program reads 1, not 2");
    CHECK(complaint(R"({"schema_version": "\u001b"})") ==
          R"(schema_version: this program reads 1, not "\\u001b")");
    CHECK(complaint(R"({"schema_version": {"a": 1}})") == "schema_version: this program reads 1, not object");
    CHECK(complaint(R"({"schema_version": 1})") == "facts: missing");
    CHECK(complaint(with_head("7")) == "facts: not an object");
    CHECK(complaint(with_head("{}")) == "facts.profile.dangling_links: missing");
    CHECK(complaint(with_head("{}") + "x").starts_with("not JSON: parse error at line 1, column "));
}

TEST_CASE("what has the wrong type is named with where it is") {
    const auto said = [](const std::string& facts) { return complaint(with_head(facts)); };
    CHECK(said(R"({"kernel": 1})") == "facts.kernel: not an object");
    CHECK(said(R"({"kernel": {"release": "6.8"}})") ==
          "facts.kernel.release: neither null nor an object with either value or unreadable");
    CHECK(said(R"({"kernel": {"release": {"value": "", "unreadable": ""}}})") ==
          "facts.kernel.release: neither null nor an object with either value or unreadable");
    CHECK(said(R"({"kernel": {"release": {"value": 6.8}}})") == "facts.kernel.release.value: not a string");
    CHECK(said(R"({"kernel": {"release": {"unreadable": []}}})") ==
          "facts.kernel.release.unreadable: not a string");
    CHECK(said(R"({"booted": {"value": "true"}})") == "facts.booted.value: not true or false");
    CHECK(said(R"({"configuration": {"value": {"mode": "\u001bsometimes"}}})") ==
          R"(facts.configuration.value.mode: "\\x1bsometimes" is none of auto, always, never)");
    CHECK(
        said(
            R"({"apparmor": {"loaded": {"value": [{"name": "a", "mode": "b", "sha256": "", "loaded_at": 0}, {"name": null}]}}})") ==
        "facts.apparmor.loaded.value[1].name: not a string");
    CHECK(said(R"({"apparmor": {"loaded": {"value": {}}}})") == "facts.apparmor.loaded.value: not an array");
}

TEST_CASE("a number out of range is refused") {
    const auto said = [](const std::string& number) {
        return complaint(with_head(R"({"kernel": {"max_user_namespaces": {"value": )" + number + "}}}"));
    };
    CHECK(said("1.5") == "facts.kernel.max_user_namespaces.value: not a whole number");
    CHECK(said("1e3") == "facts.kernel.max_user_namespaces.value: not a whole number");
    CHECK(said("1e999") == "not JSON: number overflow parsing '1e999'");
    for (const auto* number :
         {"9007199254740992", "-9007199254740992", "9223372036854775807", "18446744073709551615"}) {
        CHECK(said(number) == "facts.kernel.max_user_namespaces.value: out of range");
    }
    CHECK(said("99999999999999999999999999") == "facts.kernel.max_user_namespaces.value: not a whole number");
    CHECK(complaint(with_head(R"({"bwrap": {"file": {"value": {"regular": true, "owner": -1}}}})")) ==
          "facts.bwrap.file.value.owner: out of range");
    CHECK(complaint(with_head(R"({"bwrap": {"file": {"value": {"regular": true, "owner": 4294967296}}}})")) ==
          "facts.bwrap.file.value.owner: out of range");
}

TEST_CASE("a key that is there twice, deep nesting and bad UTF-8 are refused") {
    CHECK(complaint(with_head(R"({"kernel": {"release": null, "release": null}})")) ==
          "facts.kernel.release: there twice");
    CHECK(complaint(std::string(1'000'000, '[')) == "nested more than 16 deep");
    CHECK(complaint(with_head(R"({"newer": )" + std::string(20, '[') + std::string(20, ']') + "}")) ==
          "nested more than 16 deep");
    CHECK(complaint(with_head("{\"kernel\": \"\xff\"}")).find("ill-formed UTF-8") != std::string::npos);
    CHECK(complaint(with_head("{\"kernel\": \"\x1b\"}")).find('\x1b') == std::string::npos);
}

TEST_CASE("a facts file is read from where it is, up to its limit") {
    std::string path = std::filesystem::temp_directory_path() / "boxlite-facts-XXXXXX";
    const int fd = mkstemp(path.data());
    REQUIRE(fd >= 0);
    std::ofstream(path) << std::string(facts_file_limit, ' ');
    CHECK(read_facts_file(path)->size() == facts_file_limit);
    std::ofstream(path, std::ios::app) << " ";
    CHECK(read_facts_file(path).error().message() == "cannot read " + path + ": File too large");
    std::filesystem::remove(path);
    CHECK(read_facts_file(path).error().message() == "cannot read " + path + ": No such file or directory");
    CHECK(read_facts_file("/").error().message() == "cannot read /: Is a directory");
    CHECK(read_facts_file("/dev/zero").error().message() == "cannot read /dev/zero: File too large");
}
