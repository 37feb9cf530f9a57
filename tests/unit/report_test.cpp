// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace boxlite;

namespace {

Verdict example() {
    return {.readiness = Readiness::not_ready,
            .summary = "bwrap does not work",
            .checks = {{"kernel.userns", "User namespaces", Subject::host, {Status::pass, "allowed", {}, {}}},
                       {"bwrap.jail",
                        "BoxLite's jail",
                        Subject::sandbox,
                        {Status::fail, "setting up uid map: Permission denied", "nothing lets it", "do this",
                         Cause::nothing_allows}}}};
}

} // namespace

TEST_CASE("text: aligned lines, why and fix below a problem, the verdict last") {
    CHECK(render_text(example(), Detail::everything, Colour::never) ==
          "[ok]   User namespaces        allowed\n"
          "[FAIL] BoxLite's jail         setting up uid map: Permission denied\n"
          "       why: nothing lets it\n"
          "       fix: do this\n"
          "not-ready: bwrap does not work\n");
}

TEST_CASE("text: only what did not pass, when that is asked for") {
    CHECK(render_text(example(), Detail::problems, Colour::never).starts_with("[FAIL]"));
}

TEST_CASE("text: colour changes nothing but colour") {
    CHECK(render_text(example(), Detail::problems, Colour::always)
              .starts_with("\033[31m[FAIL]\033[0m BoxLite's jail         setting up"));
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
