// SPDX-License-Identifier: Apache-2.0
#include "facts/configuration.h"
#include "facts/gather.h"
#include "fake_host.h"

#include <doctest/doctest.h>

using namespace boxlite;
using namespace boxlite::test;

TEST_CASE("without a setting the defaults hold") {
    for (const std::string_view text : {"", "\n\n", "# mode=never\n", "   # strict=true"}) {
        const auto configuration = parse_configuration(text);
        CHECK(configuration.mode == Mode::automatic);
        CHECK_FALSE(configuration.strict);
        CHECK(configuration.complaints.empty());
    }
}

TEST_CASE("settings are read, blanks do not matter and the last one counts") {
    const auto configuration = parse_configuration("mode=always\n  strict =  true \n\nmode= never");
    CHECK(configuration.mode == Mode::never);
    CHECK(configuration.strict);
    CHECK(configuration.complaints.empty());
}

TEST_CASE("what is not understood is named with file and line, and has no effect") {
    const auto configuration =
        parse_configuration("# ours\nmode=on\nstrict=yes\ncolour=blue\nhello \x1b[2J\nmode\n");
    CHECK(configuration.mode == Mode::automatic);
    CHECK_FALSE(configuration.strict);
    const std::string file = "/etc/boxlite-bwrap-apparmor.conf:";
    CHECK(configuration.complaints ==
          std::vector<std::string>{
              file + "2: mode is auto, always or never, not \"on\": auto is used",
              file + "3: strict is true or false, not \"yes\": false is used",
              file + "4: there is no setting \"colour\": mode and strict are the two",
              file + "5: \"hello \\x1b[2J\" is not key=value",
              file + "6: \"mode\" is not key=value",
          });
}

TEST_CASE("the file of settings") {
    FakeHost host;
    SUBCASE("absent") {
        CHECK(gather_configuration(host).is_absent());
    }
    SUBCASE("present") {
        host.write(paths::configuration, "mode=never\n");
        CHECK(gather_configuration(host).value.mode == Mode::never);
    }
    SUBCASE("unreadable: never taken for absent") {
        host.write(paths::configuration, "mode=never\n");
        host.forbid(paths::configuration);
        CHECK(gather_configuration(host).is_unreadable());
    }
    SUBCASE("too large") {
        host.write(paths::configuration, std::string(100'000, '#'));
        CHECK(gather_configuration(host).is_unreadable());
    }
}
