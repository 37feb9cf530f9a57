// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>

using namespace boxlite;

namespace {

Verdict example() {
    return {.readiness = Readiness::not_ready,
            .summary = "bwrap does not work",
            .checks = {{"kernel.userns",
                        "User namespaces",
                        Subject::host,
                        {Status::pass, "allowed", {}, {}},
                        {{"user.max_user_namespaces", "62000"}}},
                       {"bwrap.jail",
                        "BoxLite's jail",
                        Subject::sandbox,
                        {Status::fail, "setting up uid map: Permission denied", "nothing lets it", "do this",
                         Cause::nothing_allows}}}};
}

/// The same, long enough to be broken into lines.
Verdict long_example() {
    auto verdict = example();
    auto& finding = verdict.checks.back().finding;
    finding.summary = "setting up uid map: Permission denied, and more than fits in what is left of a line";
    finding.why =
        "nothing lets /usr/bin/bwrap keep capabilities in a user namespace, and this kernel restricts";
    finding.fix = "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor";
    verdict.summary =
        "bwrap does not work as it should: BoxLite's jail: setting up uid map: Permission denied";
    return verdict;
}

std::string without_escapes(const std::string& text) {
    return std::regex_replace(text, std::regex("\033\\[[0-9]+m"), "");
}

/// Columns, one for each character of UTF-8.
long columns(std::string_view line) {
    return std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xc0) != 0x80; });
}

} // namespace

TEST_CASE("text: what was read stands below each check when everything is asked for, the verdict last") {
    CHECK(render_text(example(), Detail::everything, {}) ==
          "[ok]   User namespaces        allowed\n"
          "       user.max_user_namespaces: 62000\n"
          "[FAIL] BoxLite's jail         setting up uid map: Permission denied\n"
          "       why: nothing lets it\n"
          "       fix: do this\n"
          "not-ready: bwrap does not work\n");
}

TEST_CASE("text: otherwise what did not pass, and what is worth knowing") {
    auto verdict = example();
    CHECK(render_text(verdict, Detail::brief, {}).starts_with("[FAIL]"));
    verdict.checks.front().finding.notable = true;
    CHECK(
        render_text(verdict, Detail::brief, {}).starts_with("[ok]   User namespaces        allowed\n[FAIL]"));
    CHECK(render_text(verdict, Detail::problems, {}).starts_with("[FAIL]"));
    verdict.checks.front().finding = {.status = Status::unknown, .summary = "not seen"};
    CHECK(render_text(verdict, Detail::problems, {}).starts_with("[????] User namespaces        not seen\n"));
}

TEST_CASE("text: 80 columns, and a fix in one piece") {
    CHECK(
        render_text(long_example(), Detail::brief, {.width = 80}) ==
        "[FAIL] BoxLite's jail         setting up uid map: Permission denied, and more\n"
        "                              than fits in what is left of a line\n"
        "       why: nothing lets /usr/bin/bwrap keep capabilities in a user namespace,\n"
        "            and this kernel restricts\n"
        "       fix: apt-get install --reinstall -o Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor\n"
        "not-ready: bwrap does not work as it should: BoxLite's jail: setting up uid map:\n"
        "  Permission denied\n");
}

TEST_CASE("text: 40 columns, with symbols, where what was found goes below its title") {
    CHECK(render_text(long_example(), Detail::brief, {.symbols = Symbols::unicode, .width = 40}) ==
          "[✗] BoxLite's jail\n"
          "    setting up uid map: Permission\n"
          "    denied, and more than fits in what\n"
          "    is left of a line\n"
          "    why: nothing lets /usr/bin/bwrap\n"
          "         keep capabilities in a user\n"
          "         namespace, and this kernel\n"
          "         restricts\n"
          "    fix: apt-get install --reinstall -o Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor\n"
          "not-ready: bwrap does not work as it\n"
          "  should: BoxLite's jail: setting up uid\n"
          "  map: Permission denied\n");
}

TEST_CASE("text: lines are broken for a terminal only, and fit it whatever its width") {
    const auto broken = [](std::size_t width) {
        const auto text =
            render_text(long_example(), Detail::everything, {.symbols = Symbols::unicode, .width = width});
        for (const auto line : lines(text)) {
            const bool is_fix = line.find("fix: ") != std::string_view::npos;
            CHECK_MESSAGE((is_fix || columns(line) <= static_cast<long>(width)), line);
        }
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(broken(200) == 6);
    for (std::size_t width = 34; width < 200; ++width) {
        CHECK(broken(width) >= 6);
    }
    const auto unbroken = render_text(long_example(), Detail::everything, {});
    CHECK(std::count(unbroken.begin(), unbroken.end(), '\n') == 6);
}

TEST_CASE("text: colour changes nothing but colour, and is neither black nor white") {
    const Look coloured{.colour = Colour::always, .symbols = Symbols::unicode, .width = 60};
    const Look plain{.colour = Colour::never, .symbols = Symbols::unicode, .width = 60};
    const auto text = render_text(long_example(), Detail::everything, coloured);
    CHECK(text.find("\033[31m[✗]\033[0m BoxLite's jail") != std::string::npos);
    CHECK(text.find("\033[31mnot-ready\033[0m: ") != std::string::npos);
    CHECK(without_escapes(text) == render_text(long_example(), Detail::everything, plain));
    CHECK_FALSE(std::regex_search(text, std::regex("\033\\[(30|37|4[0-9]|9[0-9])m")));
}

TEST_CASE("JSON: the contract's keys, in its order") {
    const ProfileReport profile{.state = "active", .provider = "/etc/apparmor.d/boxlite-bwrap"};
    CHECK(render_json(example(), &profile, "1.2") == R"({
  "schema_version": 1,
  "version": "1.2",
  "verdict": "not-ready",
  "summary": "bwrap does not work",
  "profile": {
    "state": "active",
    "provider": "/etc/apparmor.d/boxlite-bwrap",
    "owner": null,
    "label": null
  },
  "checks": [
    {
      "id": "kernel.userns",
      "status": "pass",
      "summary": "allowed",
      "cause": null,
      "fix": null
    },
    {
      "id": "bwrap.jail",
      "status": "fail",
      "summary": "setting up uid map: Permission denied",
      "cause": "nothing-allows",
      "fix": "do this"
    }
  ]
}
)");
}

TEST_CASE("JSON: bytes that are not UTF-8 do not break it") {
    auto verdict = example();
    verdict.summary = "\xff\n\"";
    CHECK(nlohmann::json::accept(render_json(verdict, nullptr, "1")));
}
