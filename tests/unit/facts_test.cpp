// SPDX-License-Identifier: Apache-2.0
#include "facts/attachment.h"
#include "facts/gather.h"
#include "fake_host.h"

#include <doctest/doctest.h>

using namespace boxlite;
using namespace boxlite::test;

namespace {
const std::string knob = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
const std::string apparmor = "/sys/kernel/security/apparmor";
} // namespace

TEST_CASE("a restricted host is seen as one") {
    FakeHost host;
    furnish_restricted(host);
    const auto facts = gather_facts(host, nullptr);
    CHECK(facts.chroot.is_absent());
    CHECK(facts.kernel.release.value == "6.8.0-49-generic");
    CHECK(facts.kernel.user_namespaces.is(true));
    CHECK(facts.kernel.max_user_namespaces.is(15000));
    CHECK(facts.kernel.unprivileged_userns_clone.is(1));
    CHECK(facts.kernel.userns_restriction.is(1));
    CHECK(facts.apparmor.enabled.is(true));
    CHECK(facts.apparmor.mediates_userns.is(true));
    CHECK(facts.apparmor.stacks.is(true));
    CHECK(facts.apparmor.policy_versions.value.size() == 5);
    CHECK(facts.apparmor.parser_version.value == "4.0.1~beta3");
    CHECK(facts.apparmor.abi_4.is_present());
    REQUIRE(facts.apparmor.loaded.value.size() == 1);
    CHECK(facts.apparmor.loaded.value[0].name == "unprivileged_userns");
    CHECK(facts.bwrap.file.value.kind == BwrapFacts::Kind::elf);
    CHECK(facts.bwrap.file.value.permissions == 0755);
    CHECK(facts.bwrap.version.value == "0.9.0");
    CHECK(facts.bwrap.diverted_by.is_absent());
    CHECK(facts.profile.file.is_present());
    CHECK(facts.profile.disabled_by.is(ProfileFacts::DisabledBy::nobody));
    CHECK(facts.profile.other_providers.value.empty());
    CHECK(facts.kvm.device.is_present());
}

TEST_CASE("a number of the kernel's that is absent, unreadable or nonsense") {
    FakeHost host;
    SUBCASE("absent: absent") {
        CHECK(gather_kernel(host).userns_restriction.is_absent());
    }
    SUBCASE("unreadable: the reason, not absent") {
        host.forbid(knob);
        const auto fact = gather_kernel(host).userns_restriction;
        CHECK(fact.is_unreadable());
        CHECK(fact.reason == "cannot read " + knob + ": Permission denied");
    }
    SUBCASE("nonsense: unreadable, and harmless to print") {
        host.write(knob, "yes\x1b[2J\n");
        const auto fact = gather_kernel(host).userns_restriction;
        CHECK(fact.is_unreadable());
        CHECK(fact.reason == knob + " holds no number: \"yes\\x1b[2J\"");
    }
    SUBCASE("empty: unreadable") {
        host.write(knob, "");
        CHECK(gather_kernel(host).userns_restriction.is_unreadable());
    }
    SUBCASE("a directory: unreadable") {
        host.make_directories(knob);
        CHECK(gather_kernel(host).userns_restriction.reason == "cannot read " + knob + ": Is a directory");
    }
    SUBCASE("a file too long: unreadable") {
        host.write(knob, std::string(2UL * 1024 * 1024, '1'));
        CHECK(gather_kernel(host).userns_restriction.reason == "cannot read " + knob + ": File too large");
    }
}

TEST_CASE("what calls itself a version, a mode or a release is harmless to print") {
    FakeHost host;
    furnish_restricted(host);
    host.write("/proc/sys/kernel/osrelease", "6.8\x1b[2J\n");
    host.answer("/sbin/apparmor_parser --version",
                {.exit_code = 0, .out = "AppArmor parser version 4\x9b\n"});
    host.answer("/usr/bin/bwrap --version", {.exit_code = 0, .out = "bubblewrap 0\x07\n"});
    furnish_loaded(host, "bwrap", "\x1b]0;enforce");
    const auto facts = gather_facts(host, nullptr);
    CHECK(facts.kernel.release.value == "6.8\\x1b[2J");
    CHECK(facts.apparmor.parser_version.value == "4\\x9b");
    CHECK(facts.bwrap.version.value == "0\\x07");
    REQUIRE(!facts.apparmor.loaded.value.empty());
    CHECK(facts.apparmor.loaded.value[0].mode == "\\x1b]0;enforce");
}

TEST_CASE("only profiles of exactly our names count") {
    FakeHost host;
    furnish_unrestricted(host);
    for (const char* name : {"bwrap", "unpriv_bwrap", "lutris-bwrap", "bwrap-x", "bwra"}) {
        furnish_loaded(host, name);
    }
    const auto loaded = gather_apparmor(host).loaded;
    REQUIRE(loaded.is_present());
    REQUIRE(loaded.value.size() == 2);
    CHECK(loaded.value[0].name == "bwrap");
    CHECK(loaded.value[1].name == "unpriv_bwrap");
}

TEST_CASE("a profile whose name cannot be read makes the list unreadable, not shorter") {
    FakeHost host;
    furnish_unrestricted(host);
    furnish_loaded(host, "bwrap");
    host.forbid(apparmor + "/policy/profiles/bwrap.7/mode");
    CHECK(gather_apparmor(host).loaded.is_unreadable());
}

TEST_CASE("a parser that answers strangely is unreadable") {
    FakeHost host;
    furnish_unrestricted(host);
    SUBCASE("no version") {
        host.answer("/sbin/apparmor_parser --version", {.exit_code = 0, .out = "hello\n"});
    }
    SUBCASE("failure") {
        host.answer("/sbin/apparmor_parser --version", {.exit_code = 1});
    }
    SUBCASE("cut short") {
        host.answer("/sbin/apparmor_parser --version", {.exit_code = 0, .out = "AppArmor parser version "});
    }
    CHECK(gather_apparmor(host).parser_version.is_unreadable());
}

TEST_CASE("what /usr/bin/bwrap is") {
    FakeHost host;
    furnish_unrestricted(host);
    SUBCASE("a script") {
        host.write("/usr/bin/bwrap", "#!/bin/sh\n", 0755);
        CHECK(gather_bwrap(host, nullptr).file.value.kind == BwrapFacts::Kind::script);
    }
    SUBCASE("set-user-ID") {
        host.write("/usr/bin/bwrap",
                   "\x7f"
                   "ELF",
                   04755);
        CHECK(gather_bwrap(host, nullptr).file.value.permissions == 04755);
    }
    SUBCASE("a link") {
        std::remove(host.real("/usr/bin/bwrap").c_str());
        host.link("/bin/true", "/usr/bin/bwrap");
        CHECK_FALSE(gather_bwrap(host, nullptr).file.value.regular);
    }
    SUBCASE("missing, and then not asked for its version") {
        std::remove(host.real("/usr/bin/bwrap").c_str());
        const auto facts = gather_bwrap(host, nullptr);
        CHECK(facts.file.is_absent());
        CHECK(facts.version.is_absent());
    }
    SUBCASE("diverted") {
        host.write("/var/lib/dpkg/diversions", "/usr/bin/bwrap\n/usr/bin/bwrap.real\n:\n");
        CHECK(gather_bwrap(host, nullptr).diverted_by.is("LOCAL"));
    }
    SUBCASE("crashing when asked for its version") {
        host.answer("/usr/bin/bwrap --version", {.signal = 11});
        CHECK(gather_bwrap(host, nullptr).version.reason ==
              "/usr/bin/bwrap --version: killed by signal 11, \"\"");
    }
}

TEST_CASE("whose link disables the profile") {
    FakeHost host;
    furnish_unrestricted(host);
    using By = ProfileFacts::DisabledBy;
    SUBCASE("ours") {
        host.link("../boxlite-bwrap", paths::disable_link);
        CHECK(gather_profile(host).disabled_by.is(By::us));
    }
    SUBCASE("aa-disable's") {
        host.link("/etc/apparmor.d/boxlite-bwrap", paths::disable_link);
        CHECK(gather_profile(host).disabled_by.is(By::administrator));
    }
    SUBCASE("a file in place of a link") {
        host.write(paths::disable_link, "");
        CHECK(gather_profile(host).disabled_by.is(By::administrator));
    }
}

TEST_CASE("the distribution's own profile is a provider, with its package") {
    FakeHost host;
    furnish_unrestricted(host);
    const std::string theirs = "/etc/apparmor.d/bwrap-userns-restrict";
    furnish_policy(host, theirs, "profile bwrap /usr/bin/bwrap {\n}\n", "bwrap\nunpriv_bwrap\n",
                   "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\n"
                   "rule: /usr/bin/bwrap  ->  /usr/bin/bwrap priority=0 (0x1/0)< 0x1>\n\n"
                   "aare: unpriv_bwrap   ->   unpriv_bwrap\n");
    SUBCASE("owned") {
        host.answer("/usr/bin/dpkg-query --search -- " + theirs,
                    {.exit_code = 0, .out = "apparmor: " + theirs + "\n"});
        const auto providers = gather_profile(host).other_providers;
        REQUIRE(providers.value.size() == 1);
        CHECK(providers.value[0].path == theirs);
        CHECK(providers.value[0].owner == "apparmor");
        CHECK(providers.value[0].profiles == std::vector<std::string>{"bwrap"});
    }
    SUBCASE("what a package manager left beside it: not one") {
        host.write(theirs + ".dpkg-old", "profile bwrap /usr/bin/bwrap {\n}\n");
        CHECK(gather_profile(host).other_providers.value.size() == 1);
    }
    SUBCASE("a dangling link: not one") {
        host.link("/usr/share/gone", "/etc/apparmor.d/bwrap");
        CHECK(gather_profile(host).other_providers.value.size() == 1);
    }
    SUBCASE("unreadable: not known") {
        host.forbid(theirs);
        CHECK(gather_profile(host).other_providers.is_unreadable());
    }
    SUBCASE("nobody's") {
        host.answer("/usr/bin/dpkg-query --search -- " + theirs, {.exit_code = 1});
        CHECK_FALSE(gather_profile(host).other_providers.value.at(0).owner);
    }
    SUBCASE("disabled: not one") {
        host.link("../bwrap-userns-restrict", "/etc/apparmor.d/disable/bwrap-userns-restrict");
        CHECK(gather_profile(host).other_providers.value.empty());
    }
}

TEST_CASE("no glob takes long, or the stack, however it is made") {
    for (const std::string piece : {"{", "{a,", "{,", "**", "@{", "{a}", "}", "\\"}) {
        std::string header = "profile x /usr";
        for (int i = 0; i < 100'000; ++i) {
            header += piece;
        }
        CAPTURE(piece);
        CHECK(may_provide_bwrap(header + "bwrap {") == (piece != "}" && piece != "{a}"));
    }
}

TEST_CASE("a file is disabled by one of its own name, not by others") {
    FakeHost host;
    furnish_unrestricted(host);
    const std::string theirs = "/etc/apparmor.d/own";
    furnish_policy(host, theirs, "profile bwrap /usr/bin/bwrap {\n}\n", "bwrap\n", "");
    host.write("/etc/apparmor.d/disable/another", "");
    CHECK(gather_profile(host).other_providers.value.size() == 1);
    host.write("/etc/apparmor.d/disable/own", "");
    CHECK(gather_profile(host).other_providers.value.empty());
}

TEST_CASE("a system being built is told from one that runs") {
    FakeHost host;
    furnish_unrestricted(host);
    SUBCASE("the same root as process 1: it runs") {
        CHECK(gather_facts(host, nullptr).chroot.is_absent());
    }
    SUBCASE("no mount at /: a chroot") {
        host.write("/proc/self/mountinfo", "30 22 0:5 / /proc rw - proc proc rw\n");
        CHECK(gather_facts(host, nullptr).chroot.is(true));
    }
    SUBCASE("another file system at /: a chroot") {
        host.write("/proc/self/mountinfo", "30 22 8:2 / / rw - ext4 /dev/sdb rw\n");
        CHECK(gather_facts(host, nullptr).chroot.is(true));
    }
    SUBCASE("no /proc: no kernel to ask") {
        std::remove(host.real("/proc/self/mountinfo").c_str());
        CHECK(gather_facts(host, nullptr).chroot.is(true));
    }
    SUBCASE("unreadable: cannot tell") {
        host.forbid("/proc/1/mountinfo");
        CHECK(gather_facts(host, nullptr).chroot.is_unreadable());
    }
    SUBCASE("nonsense in it does no harm") {
        host.write("/proc/self/mountinfo", "\n / / / / /\n22\n");
        CHECK(gather_facts(host, nullptr).chroot.is(true));
    }
}

TEST_CASE("a file is asked about when its headers could match /usr/bin/bwrap") {
    for (const char* policy :
         {"profile bwrap /usr/bin/bwrap {", "/usr/bin/bwrap {", "profile x /usr/bin/* {",
          "profile x @{bin}/bwrap {", "profile \"a b\" \"/usr/bin/bw?ap\" {",
          "profile y\n  /usr/{,local/}bin/bwrap {", "profile bwrap {",
          "profile x /** flags=(unconfined) { userns, }", "/{usr/,}bin/bwrap flags=(complain) {",
          "profile x /usr/{lib,{s,}bin}/{a,bw?ap,c} {", "@{bwrap} flags=(complain) {",
          "profile x /usr/bin/bwr[]a]p {", "profile x /usr/bin/\\x62wrap {",
          "profile x \"/usr/bin/{a b,bwrap}\" {", "profile x /usr/bin/{bwrap", "{/usr,}/bin/bwrap {",
          "profile x /@{multiarch}{,/}usr{/**,}/bwrap {"}) {
        CAPTURE(policy);
        CHECK(may_provide_bwrap(policy));
    }
    for (const char* policy :
         {"profile firefox /usr/lib/firefox/firefox{,-esr} {", "profile x /opt/bwrap {",
          "  /usr/bin/bwrap px,", "# profile bwrap /usr/bin/bwrap {", "profile foo @{bin}/foo {",
          "include <tunables/global>", "", "profile :glycin:bwrap {",
          "profile steam /usr/{lib/steam/bin_steam.sh,games/steam} flags=(unconfined) {",
          "@{chromium} = {,ungoogled-}chromium{,-browser}", "@{x}+=/usr/bin/bwrap",
          "  @{run}/x-*  rw, # bwra", "profile x /usr/{{bin,sbin}/traceroute,bin/linux-traceroute} {",
          "profile x /usr/{bin,sbin}/php-fpm* {", "profile x /usr/bin/bwrap2 {", "profile x /usr/bin/bwra {",
          "profile x /usr/{bin}bwrap {", "profile x {,,} {"}) {
        CAPTURE(policy);
        CHECK_FALSE(may_provide_bwrap(policy));
    }
}

TEST_CASE("which profiles of a file provide for bwrap, in AppArmor's own reading") {
    // Recorded from apparmor_parser 4.1.0, shortened.
    const std::string names = "noattach\none\ntwo\ntwo//child\n:glycin://bwrap\n";
    const std::string dump = "Cache read/write disabled: interface file missing.\n"
                             "aare: noattach   ->   noattach\n"
                             "aare: {/usr,/opt}/**/bwrap   ->   (/usr|/opt)/[^/\\x00][^\\x00]*/bwrap\n"
                             "rule: (/usr|/opt)/[^/\\x00][^\\x00]*/bwrap  ->  x priority=0 (0x1/0)< 0x1>\n\n"
                             "aare: /usr/bin/bwra[op]   ->   /usr/bin/bwra[op]\n"
                             "rule: /usr/bin/bwra[op]  ->  /usr/bin/bwra[op] priority=0 (0x1/0)< 0x1>\n\n"
                             "aare: /etc/passwd   ->   /etc/passwd\n"
                             "rule: /etc/passwd  ->  /etc/passwd priority=0 (0x10004/0)< 0x10004>\n\n"
                             "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\n"
                             "rule: /usr/bin/bwrap  ->  /usr/bin/bwrap priority=0 (0x1/0)< 0x1>\n\n"
                             "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\n"
                             "rule: /usr/bin/bwrap  ->  /usr/bin/bwrap priority=0 (0x1/0)< 0x1>\n\n";
    SUBCASE("attached outside a namespace, and no child") {
        CHECK(parse_providing_profiles(names, dump) == std::vector<std::string>{"one", "two"});
    }
    SUBCASE("a profile named by its path") {
        CHECK(parse_providing_profiles("/usr/bin/bwrap\n", "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\n") ==
              std::vector<std::string>{"/usr/bin/bwrap"});
    }
    SUBCASE("cut short: every name outside a namespace counts") {
        CHECK(parse_providing_profiles(names, dump.substr(0, 420)) ==
              std::vector<std::string>{"noattach", "one", "two"});
    }
    SUBCASE("nothing at all: nothing") {
        CHECK(parse_providing_profiles("", "").empty());
    }
    SUBCASE("an attachment of many globs is matched all the same, in no time") {
        std::string globs = "/";
        for (int i = 0; i < 40; ++i) {
            globs += "[^\\x00]*";
        }
        CHECK(parse_providing_profiles("x\n", "aare: /**   ->   " + globs + "x\n").empty());
        CHECK(parse_providing_profiles("x\n", "aare: /**   ->   " + globs + "p\n").size() == 1);
    }
    SUBCASE("an expression of absurd length is not ruled out") {
        CHECK(
            parse_providing_profiles("x\n", "aare: x   ->   " + std::string(1'000'000, '(') + "\n").size() ==
            1);
    }
    SUBCASE("repetitions of repetitions, which would take all of the memory or the day, are not ruled out") {
        std::string alternatives;
        for (int i = 0; i < 40; ++i) {
            alternatives += "(|a)*";
        }
        for (const auto& expression :
             {"x" + std::string(40, '+'), "x\\\\" + std::string(40, '+'), "x" + std::string(200, '*'),
              "[x]" + std::string(200, '*'), "x\\" + std::string(200, '*'), alternatives}) {
            CAPTURE(expression);
            CHECK(parse_providing_profiles("x\n", "aare: x   ->   " + expression + "\n").size() == 1);
        }
    }
    SUBCASE("a plus or a brace of a path is no repetition") {
        CHECK(parse_providing_profiles("x\n", "aare: /usr/bin/g++   ->   /usr/bin/g\\+\\+\n").empty());
        CHECK(parse_providing_profiles("x\n", "aare: /a\\{b   ->   /a\\{b\n").empty());
    }
    SUBCASE("an expression nobody understands is not ruled out") {
        CHECK(parse_providing_profiles("x\n", "aare: /a(   ->   /a(\n") == std::vector<std::string>{"x"});
    }
}

TEST_CASE("who may load policy") {
    FakeHost host;
    furnish_restricted(host);
    const auto may = [&] { return gather_apparmor(host).may_load_policy; };
    SUBCASE("a host") {
        CHECK(may().is(true));
    }
    SUBCASE("a container without CAP_MAC_ADMIN") {
        furnish_container(host);
        CHECK(may().is(false));
    }
    SUBCASE("a container with users of its own") {
        host.write("/proc/self/uid_map", "0 100000 65536\n");
        CHECK(may().is(false));
    }
    SUBCASE("a container with users and an AppArmor namespace of its own") {
        host.write("/proc/self/uid_map", "0 100000 65536\n");
        host.write("/sys/kernel/security/apparmor/.ns_level", "1\n");
        CHECK(may().is(true));
    }
    SUBCASE("cut short: cannot be told") {
        host.write("/proc/self/status", "Name:\tsh\n");
        CHECK(may().is_unreadable());
    }
}

TEST_CASE("links that lead nowhere are named, with their package") {
    FakeHost host;
    furnish_restricted(host);
    host.link("/usr/share/gone", "/etc/apparmor.d/lutris");
    host.answer("/usr/bin/dpkg-query --search -- /etc/apparmor.d/lutris",
                {.exit_code = 0, .out = "lutris: /etc/apparmor.d/lutris\n"});
    const auto links = gather_profile(host).dangling_links;
    REQUIRE(links.size() == 1);
    CHECK(links[0].path == "/etc/apparmor.d/lutris");
    CHECK(links[0].target == "/usr/share/gone");
    CHECK(links[0].owner == "lutris");
}

TEST_CASE("local overrides count when they say anything") {
    FakeHost host;
    furnish_restricted(host);
    host.write(paths::local_bwrap, "# Site-specific additions\n\n");
    CHECK(gather_profile(host).local_overrides.value.empty());
    host.write(paths::local_unpriv_bwrap, "deny /secret r,\n");
    CHECK(gather_profile(host).local_overrides.value == std::vector<std::string>{paths::local_unpriv_bwrap});
}

TEST_CASE("what surrounds the caller") {
    FakeHost host;
    furnish_restricted(host);
    host.write("/proc/self/attr/apparmor/current", "docker-default (enforce)\n");
    host.write("/proc/self/status", "Name:\tsh\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t3\n");
    host.write("/proc/self/cgroup", "0::/system.slice/runner.service/payload\n");
    host.write("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/root rw\n"
                                       "23 22 0:5 / /proc rw - proc proc rw\n"
                                       "24 23 0:6 / /proc/sys/fs/binfmt_misc rw - binfmt_misc none rw\n"
                                       "25 23 0:7 / /proc/kcore rw - tmpfs tmpfs rw\n"
                                       "26 25 0:7 / /proc/kcore ro - tmpfs tmpfs rw\n");
    const auto caller = gather_caller(host);
    CHECK(caller.label.value == "docker-default (enforce)");
    CHECK(caller.seccomp.is(2));
    CHECK(caller.unit.value == "runner.service");
    CHECK(caller.masked_proc.value == std::vector<std::string>{"/proc/kcore"});
}

TEST_CASE("the unit of the caller names no user, host or address, and is one whose settings matter") {
    FakeHost host;
    furnish_restricted(host);
    const auto unit = [&](const std::string& cgroup) {
        host.write("/proc/self/cgroup", "0::" + cgroup + "\n");
        return gather_caller(host).unit;
    };
    CHECK(unit("/system.slice/system-ssh.slice/ssh@5-10.0.0.1:22-10.0.0.9:51234.service").value ==
          "ssh@.service");
    CHECK(unit("/user.slice/user-1000.slice/session-3.scope").is_absent());
    CHECK(unit("/user.slice/user-1000.slice/user@1000.service/app.slice/alice.service").is_absent());
    CHECK(unit("/machine.slice/machine-web01.scope/payload").is_absent());
}

TEST_CASE("a bwrap that PATH finds first, unless it is the same file") {
    FakeHost host;
    furnish_restricted(host);
    CHECK(gather_bwrap(host, nullptr).first_on_path.is_absent());
    host.link(host.real("/usr/bin/bwrap"), "/usr/local/bin/bwrap");
    CHECK(gather_bwrap(host, nullptr).first_on_path.is_absent());
    host.write("/usr/local/sbin/bwrap", "#!/bin/sh\n", 0644);
    CHECK(gather_bwrap(host, nullptr).first_on_path.is_absent());
    host.write("/usr/local/sbin/bwrap", "#!/bin/sh\n", 0755);
    CHECK(gather_bwrap(host, nullptr).first_on_path.value == "/usr/local/sbin/bwrap");
}
