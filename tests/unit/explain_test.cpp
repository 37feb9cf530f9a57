// SPDX-License-Identifier: Apache-2.0
#include "report/explain.h"
#include "verdict/causes.h"
#include "verdict/verdict.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace boxlite;

namespace {

std::string read_source(const std::string& path) {
    std::ifstream file(std::string(SOURCE_DIRECTORY) + "/" + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("a check is explained with all its causes") {
    CHECK(*render_explanation("host.kvm", {.width = 60}) ==
          "host.kvm: KVM\n"
          "    /dev/kvm, and whether the user may use it\n"
          "\n"
          "kvm-missing\n"
          "    why: BoxLite's micro-VMs need it; bubblewrap does not\n"
          "    fix: modprobe kvm_intel || modprobe kvm_amd\n"
          "\n"
          "kvm-refused\n"
          "    why: BoxLite's micro-VMs need to read and write it; its\n"
          "         group is GROUP\n"
          "    fix: usermod -aG GROUP USER\n");
}

TEST_CASE("a cause is explained with the check that finds it") {
    CHECK(*render_explanation("tmp-unusable", {}) ==
          "tmp-unusable\n"
          "    why: bwrap builds the sandbox's file system at /tmp, which is not a directory it can use\n"
          "    fix: install -d -m 1777 /tmp\n"
          "    found by the check bwrap.jail\n");
    CHECK_FALSE(render_explanation("no-such-thing", {}));
    CHECK_FALSE(render_explanation("", {}));
}

TEST_CASE("whatever is listed can be explained") {
    const auto list = render_ids();
    for (const auto& id : all_ids()) {
        CHECK_MESSAGE(render_explanation(id, {}), id);
        CHECK_MESSAGE(list.find(id + "\n") != std::string::npos, id);
    }
    CHECK(all_ids().size() == all_checks().size() + all_causes().size());
}

TEST_CASE("something is read for every check") {
    for (const auto& check : all_checks()) {
        CHECK_MESSAGE(!readings_for(check.id, {}).empty(), check.id);
    }
    CHECK(readings_for("bwrap.label", {}).front().value == "not there");
    Facts facts;
    facts.probe.label = Fact<std::string>::unreadable("cannot read it: \x1b");
    CHECK(readings_for("bwrap.label", facts).front().value == "not seen: cannot read it: \\x1b");
    facts.profile.dangling_links = {{.path = "/etc/apparmor.d/a", .target = "b\n", .owner = {}}};
    CHECK(readings_for("profile.links", facts).front().value.find("/etc/apparmor.d/a -> b\\x0a") !=
          std::string::npos);
}

TEST_CASE("the manual says of checks and causes what the tables say: otherwise make manual") {
    const auto manual = read_source("man/boxlite-bwrap-apparmor.8");
    const std::string begin = ".\\\" begin of what make manual writes\n";
    const std::string end = ".\\\" end of what make manual writes\n";
    const auto from = manual.find(begin);
    const auto to = manual.find(end);
    REQUIRE(from != std::string::npos);
    REQUIRE(to != std::string::npos);
    CHECK(manual.substr(from + begin.size(), to - from - begin.size()) == render_manual_of_checks());
}

TEST_CASE("the manual says what is troff to be taken literally") {
    const auto text = render_manual_of_checks();
    CHECK(text.find("its group is \\fIGROUP\\fR\n.br\nFix: \\fBusermod \\-aG \\fIGROUP\\fB USER\\fR\n") !=
          std::string::npos);
    CHECK(text.find("BoxLite\\(aqs micro\\-VMs") != std::string::npos);
}
