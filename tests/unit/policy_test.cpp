// SPDX-License-Identifier: Apache-2.0
#include "facts/compiled_policy.h"
#include "facts/gather.h"
#include "fake_host.h"
#include "policy/policy.h"
#include "policy/sandboxes.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace boxlite;
using namespace boxlite::test;

namespace {

const std::string load_ours = "/sbin/apparmor_parser --replace --write-cache /etc/apparmor.d/boxlite-bwrap";

Result<std::string> converge(FakeHost& host) {
    const auto facts = gather_facts(host, nullptr);
    return apply(host, facts, decide(facts));
}

const std::string load_detached =
    "/sbin/apparmor_parser --replace --skip-cache /usr/share/boxlite-bwrap-apparmor/detached";
const std::string load_attached =
    "/sbin/apparmor_parser --replace --skip-cache /usr/share/boxlite-bwrap-apparmor/attached";
const std::vector<std::string> unloading{"run " + load_detached, "unload bwrap", "unload unpriv_bwrap"};

bool is_disabled(const FakeHost& host) {
    return std::filesystem::is_symlink(host.real("/etc/apparmor.d/disable/boxlite-bwrap"));
}

void run_sandbox(FakeHost& host, const std::string& pid, const std::string& label, const std::string& name) {
    host.write("/proc/" + pid + "/attr/apparmor/current", label + "\n");
    host.write("/proc/" + pid + "/comm", name + "\n");
}

} // namespace

TEST_CASE("a label is one of ours by whole names only") {
    CHECK(confines("bwrap (enforce)"));
    CHECK(confines("bwrap//&unpriv_bwrap (enforce)\n"));
    CHECK(confines("firefox//&unpriv_bwrap (enforce)"));
    CHECK_FALSE(confines("unconfined"));
    CHECK_FALSE(confines(":glycin:bwrap (enforce)"));
    CHECK_FALSE(confines("lutris-bwrap (enforce)"));
    CHECK_FALSE(confines("bwrapper//&my_unpriv_bwrap (enforce)"));
    CHECK_FALSE(confines(""));
    CHECK_FALSE(confines("(bwrap)"));
}

TEST_CASE("a restricted host: the profile is loaded, nothing else touched") {
    FakeHost host;
    furnish_restricted(host);
    CHECK(converge(host).value() == "profile loaded: this kernel restricts unprivileged user namespaces");
    CHECK(host.changes == std::vector<std::string>{"run " + load_ours});
    CHECK_FALSE(is_disabled(host));
}

TEST_CASE("our own link goes before the profile is loaded") {
    FakeHost host;
    furnish_restricted(host);
    host.link("../boxlite-bwrap", paths::disable_link);
    CHECK(converge(host));
    CHECK_FALSE(is_disabled(host));
    CHECK(host.changes.size() == 1);
}

TEST_CASE("an administrator's link stays") {
    FakeHost host;
    furnish_restricted(host);
    host.link("/etc/apparmor.d/boxlite-bwrap", paths::disable_link);
    CHECK(converge(host).value() ==
          "profile left as it is: an administrator disabled it in /etc/apparmor.d/disable");
    CHECK(is_disabled(host));
    CHECK(host.changes.empty());
}

TEST_CASE("a parser that fails: its message, and nothing changed") {
    FakeHost host;
    furnish_restricted(host);
    host.answer(load_ours,
                {.exit_code = 1, .err = "AppArmor parser error: syntax error, unexpected TOK_END\n"});
    const auto done = converge(host);
    REQUIRE_FALSE(done);
    CHECK(done.error().message() ==
          "cannot load /etc/apparmor.d/boxlite-bwrap: apparmor_parser: AppArmor parser "
          "error: syntax error, unexpected TOK_END");
    CHECK_FALSE(is_disabled(host));
    SUBCASE("of several lines: in one") {
        host.answer(load_ours, {.exit_code = 1, .err = "Warning: a\x1b\n\n  Use b.\nError: c\n"});
        CHECK(
            converge(host).error().message() ==
            "cannot load /etc/apparmor.d/boxlite-bwrap: apparmor_parser: Warning: a\\x1b; Use b.; Error: c");
    }
}

TEST_CASE("what a parser that was killed left in its cache is removed, and nothing else") {
    FakeHost host;
    furnish_restricted(host);
    const std::string cache = "/var/cache/apparmor/0123abcd.0/";
    host.write("/etc/apparmor.d/boxlite-bwrap-custom", "");
    for (const auto* name :
         {"boxlite-bwrap-wr7v0T", "boxlite-bwrap", "boxlite-bwrap-custom", "firefox-a1b2c3"}) {
        host.write(cache + name, "");
    }
    host.answer(load_ours, {.signal = 9});
    CHECK_FALSE(converge(host));
    CHECK(host.list("/var/cache/apparmor/0123abcd.0").value().size() == 3);
    CHECK(host.examine(cache + "boxlite-bwrap-wr7v0T").error().code == ENOENT);
    CHECK(host.examine(cache + "boxlite-bwrap-custom"));
}

TEST_CASE("an unrestricted host: inactive on disk, the kernel not touched") {
    FakeHost host;
    furnish_unrestricted(host);
    CHECK(converge(host).value() ==
          "profile inactive: this kernel does not restrict unprivileged user namespaces");
    CHECK(is_disabled(host));
    CHECK(host.changes.empty());
    SUBCASE("and again the same") {
        CHECK(converge(host));
        CHECK(host.changes.empty());
    }
}

TEST_CASE("a profile no longer needed") {
    FakeHost host;
    furnish_unrestricted(host);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    SUBCASE("is unloaded when nobody runs under it") {
        run_sandbox(host, "17", "unconfined", "sh");
        CHECK(converge(host).value().ends_with("; unloaded"));
        CHECK(host.changes == unloading);
    }
    SUBCASE("stays under a running sandbox, whose name does no harm") {
        run_sandbox(host, "17", "bwrap//&unpriv_bwrap (enforce)", "evil\x1b[2J");
        CHECK(converge(host).value().ends_with(
            "; it stays in the kernel until reboot, because it confines process 17 (evil\\x1b[2J)"));
        CHECK(host.changes.empty());
        CHECK(is_disabled(host));
    }
    SUBCASE("stays when a label cannot be read") {
        run_sandbox(host, "17", "", "sh");
        host.forbid("/proc/17/attr/apparmor/current");
        CHECK(converge(host).value().ends_with("; it stays in the kernel until reboot: cannot read "
                                               "/proc/17/attr/apparmor/current: Permission denied"));
        CHECK(host.changes.empty());
    }
}

TEST_CASE("another provider of the same names takes over without a gap") {
    FakeHost host;
    furnish_restricted(host);
    const std::string theirs = "/etc/apparmor.d/bwrap-userns-restrict";
    furnish_policy(host, theirs, "profile bwrap /usr/bin/bwrap {\n}\n", "bwrap\n", "");
    const auto load_theirs = "/sbin/apparmor_parser --replace --write-cache " + theirs;
    host.answer(load_theirs, {.exit_code = 0});
    SUBCASE("loaded already: the kernel is left alone") {
        furnish_loaded(host, "bwrap");
        CHECK(converge(host));
        CHECK(host.changes.empty());
    }
    SUBCASE("not loaded: it is loaded") {
        CHECK(converge(host));
        CHECK(host.changes == std::vector<std::string>{"run " + load_theirs});
    }
    CHECK(is_disabled(host));
}

TEST_CASE("a system being built: files only") {
    FakeHost host;
    furnish_restricted(host);
    host.write("/proc/self/mountinfo", "");
    SUBCASE("AppArmor 4: left active") {
        CHECK(converge(host).value().starts_with("profile left active on disk, kernel not touched"));
        CHECK_FALSE(is_disabled(host));
    }
    SUBCASE("AppArmor 3: inactive, though the kernel outside has a profile of that name") {
        furnish_loaded(host, "bwrap");
        host.answer("/sbin/apparmor_parser --version",
                    {.exit_code = 0, .out = "AppArmor parser version 3.0.8\n"});
        CHECK(converge(host));
        CHECK(is_disabled(host));
    }
    CHECK(host.changes.empty());
}

TEST_CASE("a removal leaves the file disabled even when it could not be seen whether it was") {
    FakeHost host;
    furnish_restricted(host);
    auto facts = gather_facts(host, nullptr);
    facts.profile.disabled_by = Fact<ProfileFacts::DisabledBy>::unreadable("Input/output error");
    REQUIRE(withdraw(host, facts));
    CHECK(is_disabled(host));
}

TEST_CASE("the package goes") {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    CHECK(withdraw(host, gather_facts(host, nullptr)).value() ==
          "profile inactive: the package is being removed; unloaded");
    CHECK(is_disabled(host));
    CHECK(host.changes == unloading);
}

TEST_CASE("a provider under another name") {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    furnish_policy(host, "/etc/apparmor.d/own", "profile own /usr/bin/bwrap {\n}\n", "own\n",
                   "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\nrule: x (0x1/0)< 0x1>\n");
    SUBCASE("loaded: it and ours block each other, so ours goes") {
        furnish_loaded(host, "own");
        CHECK(converge(host).value() ==
              "profile inactive: /etc/apparmor.d/own (no package) has a profile for "
              "/usr/bin/bwrap: own; unloaded");
    }
    SUBCASE("not loaded: ours works on until reboot") {
        CHECK(converge(host).value().ends_with("; what is loaded stays until reboot"));
        CHECK(host.changes.empty());
    }
    CHECK(is_disabled(host));
}

TEST_CASE("a profile that is in force already is not loaded again") {
    FakeHost host;
    furnish_restricted(host);
    const std::string compiled("\4\10\0version\0\2\5\0\0\0\4\10\0profile\0\7\5\6\0bwrap\0\10", 38);
    host.answer("/sbin/apparmor_parser --skip-kernel-load --stdout /etc/apparmor.d/boxlite-bwrap",
                {.exit_code = 0, .out = compiled});
    const auto hash = parse_compiled_policy(compiled).value().front().sha256;
    SUBCASE("the same by its hash") {
        furnish_loaded(host, "bwrap", "enforce", hash);
        CHECK(converge(host).value().starts_with("profile in force already"));
        CHECK(host.changes.empty());
    }
    SUBCASE("another: loaded again, past the cache") {
        furnish_loaded(host, "bwrap", "enforce", "x" + hash.substr(1));
        host.answer(
            "/sbin/apparmor_parser --replace --write-cache --skip-read-cache /etc/apparmor.d/boxlite-bwrap",
            {.exit_code = 0});
        CHECK(converge(host).value().starts_with("profile loaded again"));
        CHECK(host.changes.size() == 1);
    }
    SUBCASE("the same, but disabled on disk by us: enabled and loaded") {
        furnish_loaded(host, "bwrap", "enforce", hash);
        host.link("../boxlite-bwrap", paths::disable_link);
        CHECK(converge(host).value().starts_with("profile loaded: "));
        CHECK_FALSE(is_disabled(host));
    }
}

TEST_CASE("with nothing to do, nothing is run") {
    FakeHost host;
    furnish_restricted(host);
    furnish_packages(host, "4.0.1-1", "0.9.0-1");
    const std::string compiled("\4\10\0version\0\2\5\0\0\0\4\10\0profile\0\7\5\6\0bwrap\0\10", 38);
    furnish_loaded(host, "bwrap", "enforce", parse_compiled_policy(compiled).value().front().sha256);
    host.write("/etc/apparmor.d/a", "profile a /usr/{lib/a,games/a} {");
    host.write("/etc/apparmor.d/b", "@{x} = /usr/bin/*");
    let_time_pass();
    host.write("/var/cache/apparmor/26b63962.0/boxlite-bwrap", compiled);
    CHECK(converge(host).value() ==
          "profile in force already: this kernel restricts unprivileged user namespaces");
    CHECK(host.runs.empty());
    SUBCASE("until the kernel has another") {
        furnish_loaded(host, "bwrap", "enforce", std::string(64, '0'));
        CHECK_FALSE(converge(host).value_or("").starts_with("profile in force already"));
    }
}

TEST_CASE("mode=never on a host where bwrap works by our profile: off the disk, not out of the kernel") {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    host.write(paths::configuration, "mode=never\n");
    CHECK(converge(host).value() ==
          "profile inactive: mode=never in /etc/boxlite-bwrap-apparmor.conf; it stays in "
          "the kernel until reboot, because bwrap works by it now");
    CHECK(is_disabled(host));
    CHECK(host.changes.empty());
}

TEST_CASE("who is sandboxed cannot be told without /proc") {
    const FakeHost host;
    CHECK_FALSE(find_sandboxed(host));
}

TEST_CASE("mode=always") {
    FakeHost host;
    furnish_unrestricted(host);
    host.write(paths::configuration, "mode=always\n");
    host.answer(load_ours, {.exit_code = 0});
    SUBCASE("loads the profile where nothing needs it") {
        CHECK(converge(host).value() == "profile loaded: mode=always in /etc/boxlite-bwrap-apparmor.conf");
    }
    SUBCASE("stands in for another of the same name") {
        furnish_policy(host, "/etc/apparmor.d/bwrap", "profile bwrap /usr/bin/bwrap {\n}\n", "bwrap\n", "");
        CHECK(converge(host).value().starts_with("profile loaded"));
    }
    SUBCASE("stands back from one that it would block") {
        furnish_policy(host, "/etc/apparmor.d/own", "profile own /usr/bin/bwrap {\n}\n", "own\n",
                       "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\nrule: x (0x1/0)< 0x1>\n");
        CHECK(converge(host).value().starts_with("profile inactive: /etc/apparmor.d/own"));
    }
    SUBCASE("refuses what AppArmor 3 cannot parse") {
        host.answer("/sbin/apparmor_parser --version",
                    {.exit_code = 0, .out = "AppArmor parser version 3.0.8\n"});
        CHECK(converge(host).value().starts_with("profile inactive: AppArmor 3.0.8 cannot parse it"));
    }
}

TEST_CASE("a container that may not load policy: inactive on disk, no kernel touched") {
    FakeHost host;
    furnish_restricted(host);
    furnish_container(host);
    SUBCASE("booted") {
        CHECK(converge(host).value() ==
              "profile inactive: this container may not load policy, and bwrap gets what "
              "its host provides");
        CHECK(is_disabled(host));
    }
    SUBCASE("without an init system it is a system being built") {
        std::filesystem::remove_all(host.real("/run/systemd"));
        CHECK(converge(host).value().starts_with("profile left active on disk, kernel not touched"));
        CHECK_FALSE(is_disabled(host));
    }
    CHECK(host.changes.empty());
}

TEST_CASE("a sandbox that starts while the profile is being unloaded") {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    host.on_change = [&](const std::string& change) {
        if (change == "run " + load_detached) {
            run_sandbox(host, "17", "bwrap//&unpriv_bwrap (enforce)", "sh");
        }
    };
    SUBCASE("keeps it, attached as before") {
        host.answer(load_attached, {.exit_code = 0});
        CHECK(
            withdraw(host, gather_facts(host, nullptr)).value() ==
            "profile inactive: the package is being removed; it stays in the kernel until reboot, because it "
            "confines process 17 (sh)");
        CHECK(host.changes == std::vector<std::string>{"run " + load_detached, "run " + load_attached});
    }
    SUBCASE("keeps it, though it cannot be attached again: an error") {
        host.answer(load_attached, {.exit_code = 1, .err = "no memory\n"});
        CHECK_FALSE(withdraw(host, gather_facts(host, nullptr)));
    }
}

TEST_CASE("a profile that cannot be detached stays until reboot") {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    host.answer(load_detached, {.exit_code = 1, .err = "no memory\n"});
    CHECK(withdraw(host, gather_facts(host, nullptr))
              .value()
              .find("; it stays in the kernel until reboot: cannot load") != std::string::npos);
    CHECK(host.changes == std::vector<std::string>{"run " + load_detached});
}

TEST_CASE("what is loaded and cannot be seen stays until reboot, and that is said") {
    FakeHost host;
    furnish_restricted(host);
    SUBCASE("securityfs is not mounted") {
        std::filesystem::remove_all(host.real("/sys/kernel/security/apparmor"));
    }
    SUBCASE("the kernel does not tell") {
        host.forbid("/sys/kernel/security/apparmor/policy/profiles");
    }
    CHECK(withdraw(host, gather_facts(host, nullptr)).value().find("; what is loaded stays until reboot: ") !=
          std::string::npos);
    CHECK(is_disabled(host));
    CHECK(host.changes.empty());
}
