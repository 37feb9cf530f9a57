// SPDX-License-Identifier: Apache-2.0
#include "facts/dpkg.h"
#include "facts/gather.h"
#include "fake_host.h"

#include <doctest/doctest.h>

using namespace boxlite;
using namespace boxlite::test;

namespace {

const std::string list = "/var/lib/dpkg/status";
const std::string diversions = "/var/lib/dpkg/diversions";

std::string paragraph(const std::string& package, const std::string& version,
                      const std::string& state = "installed") {
    return "Package: " + package + "\nStatus: install ok " + state +
           "\nArchitecture: amd64\nVersion: " + version +
           "\nDescription: of it\n Package: bubblewrap\n Version: 9\n\n";
}

std::optional<std::string> version_of_bwrap(const FakeHost& host) {
    return packaged_version(host, "bubblewrap", paths::bwrap);
}

} // namespace

TEST_CASE("the version of a program is the one on record of its package") {
    FakeHost host;
    furnish_restricted(host);
    furnish_packages(host, "4.0.1really4.0.1-0ubuntu0.24.04.4", "0.9.0-1ubuntu0.1");
    CHECK(version_of_bwrap(host) == "0.9.0");
    const auto facts = gather_facts(host, nullptr);
    CHECK(facts.bwrap.version.value == "0.9.0");
    CHECK(facts.apparmor.parser_version.value == "4.0.1");
    CHECK(host.runs.empty());
}

TEST_CASE("the version without what Debian adds to it") {
    CHECK(upstream_version("0.11.0-2+deb13u1") == "0.11.0");
    CHECK(upstream_version("2:1.0-rc1-3") == "1.0-rc1");
    CHECK(upstream_version("4.1.0~beta5-2") == "4.1.0~beta5");
    CHECK(upstream_version("4.0.2really4.0.1-0ubuntu1") == "4.0.1");
    CHECK(upstream_version("5") == "5");
    CHECK(upstream_version("").empty());
}

TEST_CASE("what dpkg has on record is not taken for the version when it may not be") {
    FakeHost host;
    furnish_restricted(host);
    furnish_packages(host, "4.0.1-1", "0.9.0-1");
    REQUIRE(version_of_bwrap(host));
    SUBCASE("the program was replaced by hand") {
        let_time_pass();
        host.write(paths::bwrap,
                   "\x7f"
                   "ELF by hand",
                   0755);
        host.answer("/usr/bin/bwrap --version", {.exit_code = 0, .out = "bubblewrap 0.99.0\n"});
        CHECK(gather_bwrap(host, nullptr).version.value == "0.99.0");
    }
    SUBCASE("another version was unpacked and the list not written yet") {
        let_time_pass();
        host.write("/var/lib/dpkg/info/bubblewrap.list", "/usr/bin/bwrap\n");
    }
    SUBCASE("the program is diverted") {
        host.write(diversions, "/usr/bin/bwrap\n/usr/bin/bwrap.distrib\n:\n");
    }
    SUBCASE("the diversions cannot be read") {
        host.write(diversions, "");
        host.forbid(diversions);
    }
    SUBCASE("the package was removed, or is half of two versions") {
        host.write(list, paragraph("bubblewrap", "0.9.0-1", "half-installed"));
    }
    SUBCASE("no such package") {
        host.write(list, paragraph("bubblewrap-dbg", "0.9.0-1"));
    }
    SUBCASE("a description that reads like a package") {
        host.write(list, paragraph("another", "0.9.0-1"));
    }
    SUBCASE("cut short") {
        const auto whole = paragraph("bubblewrap", "0.9.0-1");
        for (std::size_t length = 0; length < whole.size() - 1; ++length) {
            host.write(list, whole.substr(0, length));
            CHECK_FALSE(version_of_bwrap(host));
        }
    }
    SUBCASE("too far down in a list of absurd length") {
        host.write(list, "Package: aaa\nDescription: " + std::string(2UL * 1024 * 1024, 'x') + "\n\n" +
                             paragraph("bubblewrap", "0.9.0-1"));
    }
    SUBCASE("no version at all") {
        host.write(list, paragraph("bubblewrap", "\x1b[2J"));
    }
    SUBCASE("unreadable") {
        host.forbid(list);
    }
    CHECK_FALSE(version_of_bwrap(host));
}

TEST_CASE("a version on record is harmless to print") {
    FakeHost host;
    furnish_restricted(host);
    furnish_packages(host, "4\x1b[2J", "0\x9b\x07" + std::string(5000, '1'));
    CHECK(version_of_bwrap(host).value().starts_with("0\\x9b\\x07111"));
    CHECK(version_of_bwrap(host).value().size() < 60);
    CHECK(gather_apparmor(host).parser_version.value == "4\\x1b[2J");
}

TEST_CASE("who diverted a file") {
    FakeHost host;
    SUBCASE("nobody, without diversions") {
        CHECK(gather_diversion(host, paths::bwrap).is_absent());
    }
    SUBCASE("a package, or an administrator, of that very file") {
        host.write(diversions,
                   "/usr/bin/bwrap2\n/usr/bin/bwrap\nno\n/usr/bin/bwrap\n/usr/bin/bwrap.real\nwrapper\x1b\n"
                   "/usr/bin/x\n/usr/bin/y\n:\n");
        CHECK(gather_diversion(host, paths::bwrap).is("wrapper\\x1b"));
        CHECK(gather_diversion(host, "/usr/bin/x").is("LOCAL"));
        CHECK(gather_diversion(host, "/usr/bin/y").is_absent());
    }
    SUBCASE("cut short: cannot be told, except for what is there") {
        host.write(diversions, "/usr/bin/x\n/usr/bin/y\n:\n/usr/bin/bwrap\n");
        CHECK(gather_diversion(host, paths::bwrap).is_unreadable());
        CHECK(gather_diversion(host, "/usr/bin/x").is("LOCAL"));
    }
    SUBCASE("unreadable: cannot be told") {
        host.write(diversions, "");
        host.forbid(diversions);
        CHECK(gather_diversion(host, paths::bwrap).is_unreadable());
    }
}
