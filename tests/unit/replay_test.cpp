// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "fake_host.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace boxlite;
using namespace boxlite::test;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The recorded hosts, sorted.
std::vector<std::string> fixtures() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIRECTORY "/tests/fixtures")) {
        if (entry.path().string().ends_with(".facts.json")) {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// What the program says of a facts file, on a machine of which nothing may be asked.
Response judge(Subcommand subcommand, const std::string& path) {
    FakeHost nothing_here;
    return execute(nothing_here, {.subcommand = subcommand, .verbose = true, .facts = path},
                   {.is_root = true});
}

bool is_fit_for_a_terminal(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

/// Calls `visit` with each string below `json`, which it may change.
void for_each_string(nlohmann::json& json, const auto& visit) {
    if (json.is_string()) {
        visit(json);
    } else if (json.is_structured()) {
        for (auto& element : json) {
            for_each_string(element, visit);
        }
    }
}

struct TemporaryFile {
    std::string path = std::filesystem::temp_directory_path() / "boxlite-replay-XXXXXX";
    TemporaryFile() { REQUIRE(mkstemp(path.data()) >= 0); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path); }
};

} // namespace

TEST_CASE("a recorded host is judged here as it judged itself") {
    CHECK(fixtures().size() >= 30);
    FakeHost nothing_here;
    const Caller guest{.is_root = true, .look = {.symbols = Symbols::unicode}}; // its locale is C.UTF-8
    for (const auto& path : fixtures()) {
        CAPTURE(path);
        const auto response = execute(nothing_here, {.facts = path}, guest);
        CHECK(response.err.empty());
        CHECK(response.out == content(path.substr(0, path.rfind(".facts.json")) + ".status.txt"));
        CHECK(judge(Subcommand::validate, path).code != exit_usage);
    }
}

TEST_CASE("no string of a facts file brings anything onto the terminal that does not belong there") {
    const TemporaryFile file;
    for (const auto& path : fixtures()) {
        auto document = nlohmann::json::parse(content(path));
        for_each_string(document["facts"], [&](nlohmann::json& string) {
            const auto before = string;
            string = string.get<std::string>() + "\x1b[2J\n\x9b\xc2\x9b\x7f\r\b" + std::string(1, '\0');
            std::ofstream(file.path) << document.dump(-1, ' ', false,
                                                      nlohmann::json::error_handler_t::replace);
            for (const auto subcommand : {Subcommand::status, Subcommand::validate}) {
                const auto response = judge(subcommand, file.path);
                CHECK(is_fit_for_a_terminal(response.out + response.err));
            }
            string = before;
        });
    }
}

TEST_CASE("facts are of the host asked, and judged elsewhere with the same words") {
    FakeHost host;
    furnish_restricted(host);
    const TemporaryFile file;
    std::ofstream(file.path) << execute(host, {.subcommand = Subcommand::facts}, {.is_root = true}).out;
    for (const auto subcommand : {Subcommand::status, Subcommand::validate}) {
        const auto there = execute(host, {.subcommand = subcommand, .verbose = true}, {.is_root = true});
        const auto here = judge(subcommand, file.path);
        CHECK(here.out == there.out);
        CHECK(here.code == there.code);
        CHECK(here.err.empty());
    }
}

TEST_CASE("what cannot be judged is named, with exit status 2") {
    const TemporaryFile file;
    const auto said = [&](const std::string& text) {
        std::ofstream(file.path) << text;
        const auto response = judge(Subcommand::status, file.path);
        CHECK(response.code == exit_usage);
        CHECK(response.out.empty());
        return response.err;
    };
    const auto lead = "boxlite-bwrap-apparmor: cannot read " + file.path + ": ";
    CHECK(said(R"({"schema_version": 1, "facts": {"kernel": {"release": {"value": 6}}}})") ==
          lead + "facts.kernel.release.value: not a string\n");
    CHECK(said("{").starts_with(lead + "not JSON: parse error at line 1, column 2: syntax error"));
    CHECK(judge(Subcommand::validate, "/nowhere/\x1b").err ==
          "boxlite-bwrap-apparmor: cannot read /nowhere/\\x1b: No such file or directory\n");
}
