// SPDX-License-Identifier: Apache-2.0
#include "fake_host.h"
#include "probe/probe.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace boxlite;
using namespace boxlite::test;

namespace {
const std::string inside = "Name:\tcat\nCapInh:\t0000000000000000\nCapEff:\t0000000000000000\n";
const std::string label = "bwrap//&unpriv_bwrap (enforce)";
} // namespace

TEST_CASE("a run of bwrap that failed is told in its own words, without its advice") {
    const auto said = [](const std::string& err) {
        return classify_preflight({.exit_code = 1, .err = err}).complaint;
    };
    CHECK(said("bwrap: setting up uid map: Permission denied\n") == "setting up uid map: Permission denied");
    CHECK(said("bwrap: No permissions to create a new namespace, likely because the kernel does not allow "
               "non-privileged user namespaces. On e.g. debian this can be enabled with "
               "'sysctl kernel.unprivileged_userns_clone=1'.\n") ==
          "No permissions to create a new namespace, likely because the kernel does not allow non-privileged "
          "user "
          "namespaces");
    CHECK(said("") == "exit status 1");
    CHECK(said("bwrap: \x1b[31mred\n\n") == "\\x1b[31mred");
}

TEST_CASE("a run of bwrap that did not end is told as such, whatever it wrote") {
    CHECK(classify_preflight({.timed_out = true, .err = "bwrap: hm\n"}).complaint ==
          "no answer within its time limit");
    CHECK_FALSE(classify_preflight({.timed_out = true}).worked);
}

TEST_CASE("what the process in the jail says about itself") {
    SUBCASE("label and capabilities") {
        const auto run = classify_jail({.exit_code = 0, .out = label + "\n" + inside}, true);
        REQUIRE(run.is_present());
        CHECK(run.value.worked);
        CHECK(run.value.label == label);
        CHECK(run.value.capabilities == "0000000000000000");
    }
    SUBCASE("capabilities only, where AppArmor is off") {
        const auto run = classify_jail({.exit_code = 0, .out = inside}, false);
        CHECK(run.value.label.empty());
        CHECK(run.value.capabilities == "0000000000000000");
    }
    SUBCASE("cut short: unreadable, never a pass") {
        CHECK(classify_jail({.exit_code = 0, .out = label + "\nName:\tcat\n"}, true).is_unreadable());
        CHECK(classify_jail({.exit_code = 0}, true).is_unreadable());
        CHECK(classify_jail({.exit_code = 0, .out = "CapEff:\t0\n"}, true).is_unreadable());
    }
    SUBCASE("the jail did not start") {
        const auto run =
            classify_jail({.exit_code = 1, .err = "bwrap: setting up uid map: Permission denied\n"}, true);
        CHECK_FALSE(run.value.worked);
        CHECK(run.value.complaint == "setting up uid map: Permission denied");
    }
}

TEST_CASE("the jail binds what the host has") {
    FakeHost host;
    host.make_directories("/usr");
    auto argv = jail_command(host, true);
    CHECK(std::count(argv.begin(), argv.end(), "--ro-bind") == 1);
    CHECK(std::count(argv.begin(), argv.end(), "--dev-bind") == 0);
    host.make_directories("/lib64");
    host.write("/dev/kvm", "");
    argv = jail_command(host, true);
    CHECK(std::count(argv.begin(), argv.end(), "--ro-bind") == 2);
    CHECK(std::count(argv.begin(), argv.end(), "--dev-bind") == 1);
    CHECK(argv.front() == "/usr/bin/bwrap");
}

TEST_CASE("where AppArmor is off no label is asked for") {
    FakeHost host;
    host.label = std::unexpected(Error{"read", "a label", 22});
    CHECK(probe(host, nullptr, false).label.is_absent());
    CHECK(probe(host, nullptr, true).label.is_unreadable());
}
