// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace boxlite;

namespace {

/// The very files that the package tests give to promtool.
std::string expected(const std::string& name) {
    std::ifstream file(std::string(EXPECTED_DIRECTORY) + "/" + name);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("metrics: a state set for the verdict and for each check, the profile, the denials") {
    const Verdict verdict{
        .readiness = Readiness::not_ready,
        .summary = "bwrap does not work",
        .checks = {
            {"kernel.userns", "User namespaces", Subject::host, {Status::pass, "allowed", {}, {}}},
            {"bwrap.jail", "BoxLite's jail", Subject::sandbox, {Status::fail, "no", "because", "do"}}}};
    const ProfileReport profile{.state = "active",
                                .provider = "/etc/apparmor.d/boxlite-bwrap",
                                .owner = "boxlite-bwrap-apparmor",
                                .label = "unconfined"};
    const DenialCount denials{.total = 7, .newest = 1795465254};
    CHECK(render_prometheus(verdict, &profile, "1.2", &denials) == expected("not-ready.prom"));
}

TEST_CASE("metrics: what a label holds can neither end it nor forge another series") {
    const ProfileReport profile{.state = "inactive",
                                .provider =
                                    "/etc/apparmor.d/a\"} 1\nboxlite_bwrap_apparmor_verdict{verdict=\"ready",
                                .owner = "back\\slash\\",
                                .label = "\xff\x1b[2J\x7f\xc3\xa9"};
    CHECK(render_prometheus({}, &profile, "1.2", nullptr) == expected("hostile.prom"));
}

TEST_CASE("metrics: what is not known is left out, and is not 0") {
    const auto said = render_prometheus({}, nullptr, "1.2", nullptr);
    CHECK(said.find("denial") == std::string::npos);
    CHECK(said.find("profile_info") == std::string::npos);

    const DenialCount none{};
    const auto counted = render_prometheus({}, nullptr, "1.2", &none);
    CHECK(counted.find("\nboxlite_bwrap_apparmor_denials_total 0\n") != std::string::npos);
    CHECK(counted.find("last_denial") == std::string::npos);

    const ProfileReport absent{.state = "absent"};
    CHECK(render_prometheus({}, &absent, "1.2", nullptr)
              .ends_with("profile_info{state=\"absent\",provider=\"\",owner=\"\",label=\"\"} 1\n"));
}
