// SPDX-License-Identifier: Apache-2.0
#include "facts/gather.h"
#include "fake_host.h"
#include "verdict/verdict.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace boxlite;
using namespace boxlite::test;

namespace {

/// An Ubuntu 24.04 host with the package installed and all well.
Facts healthy_restricted() {
    FakeHost host;
    furnish_restricted(host);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    auto facts = gather_facts(host, nullptr);
    facts.refusals = Fact<RefusalFacts>::present({.since_loaded = true});
    facts.probe.label = Fact<std::string>::present("bwrap (enforce)");
    facts.probe.preflight = Fact<SandboxRun>::present({.worked = true});
    facts.probe.jail = Fact<SandboxRun>::present(
        {.worked = true, .label = "bwrap//&unpriv_bwrap (enforce)", .capabilities = "0000000000000000"});
    return facts;
}

/// A Debian 13 host with the package installed and all well.
Facts healthy_unrestricted() {
    auto facts = healthy_restricted();
    facts.kernel.userns_restriction = {};
    facts.apparmor.loaded.value.clear();
    facts.profile.disabled_by = Fact<ProfileFacts::DisabledBy>::present(ProfileFacts::DisabledBy::us);
    facts.probe.label.value = "unconfined";
    facts.probe.jail.value.label = "unconfined";
    return facts;
}

/// Ubuntu 24.04 before the package loads its profile.
Facts broken_restricted() {
    auto facts = healthy_restricted();
    facts.apparmor.loaded.value.clear();
    facts.probe.label.value = "unconfined";
    const SandboxRun failed{.worked = false, .complaint = "setting up uid map: Permission denied"};
    facts.probe.preflight = Fact<SandboxRun>::present(failed);
    facts.probe.jail = Fact<SandboxRun>::present(failed);
    return facts;
}

Finding finding_of(const Facts& facts, std::string_view id) {
    const auto verdict = judge_state(facts);
    const auto found = std::find_if(verdict.checks.begin(), verdict.checks.end(),
                                    [&](const auto& check) { return check.id == id; });
    REQUIRE(found != verdict.checks.end());
    return found->finding;
}

/// Each fact that can be unreadable, made so.
std::vector<Facts> each_unreadable() {
    std::vector<Facts> all;
    const auto add = [&](auto change) {
        auto facts = healthy_restricted();
        change(facts);
        all.push_back(facts);
    };
    const auto spoil = [](auto& fact) {
        fact = std::remove_reference_t<decltype(fact)>::unreadable("cannot read it");
    };
    add([&](Facts& f) { spoil(f.kernel.user_namespaces); });
    add([&](Facts& f) { spoil(f.kernel.max_user_namespaces); });
    add([&](Facts& f) { spoil(f.kernel.unprivileged_userns_clone); });
    add([&](Facts& f) { spoil(f.kernel.userns_restriction); });
    add([&](Facts& f) { spoil(f.apparmor.enabled); });
    add([&](Facts& f) { spoil(f.apparmor.securityfs); });
    add([&](Facts& f) { spoil(f.apparmor.mediates_userns); });
    add([&](Facts& f) { spoil(f.apparmor.stacks); });
    add([&](Facts& f) { spoil(f.apparmor.policy_versions); });
    add([&](Facts& f) { spoil(f.apparmor.loaded); });
    add([&](Facts& f) { spoil(f.apparmor.parser_version); });
    add([&](Facts& f) { spoil(f.apparmor.abi_4); });
    add([&](Facts& f) { spoil(f.bwrap.file); });
    add([&](Facts& f) { spoil(f.bwrap.version); });
    add([&](Facts& f) { spoil(f.profile.file); });
    add([&](Facts& f) { spoil(f.profile.disabled_by); });
    add([&](Facts& f) { spoil(f.profile.other_providers); });
    add([&](Facts& f) { spoil(f.profile.local_overrides); });
    add([&](Facts& f) { spoil(f.configuration); });
    add([&](Facts& f) { spoil(f.bwrap.first_on_path); });
    add([&](Facts& f) { spoil(f.kvm.device); });
    add([&](Facts& f) { spoil(f.probe.label); });
    add([&](Facts& f) { spoil(f.probe.preflight); });
    add([&](Facts& f) { spoil(f.probe.jail); });
    return all;
}

} // namespace

TEST_CASE("check ids are unique and each has a title that fits its column") {
    std::set<std::string_view> ids;
    for (const auto& check : all_checks()) {
        CAPTURE(check.id);
        CHECK(ids.insert(check.id).second);
        CHECK_FALSE(check.title.empty());
        CHECK(check.title.size() <= 22);
    }
}

TEST_CASE("every problem says what, why and the fix") {
    std::vector<Facts> hosts{healthy_restricted(), healthy_unrestricted(), broken_restricted(), Facts{}};
    for (const auto& facts : hosts) {
        for (const auto& check : judge_state(facts).checks) {
            CAPTURE(check.id);
            CHECK_FALSE(check.finding.summary.empty());
            if (check.finding.status == Status::warn || check.finding.status == Status::fail) {
                CHECK_FALSE(check.finding.why.empty());
                CHECK_FALSE(check.finding.fix.empty());
            }
        }
    }
}

TEST_CASE("a healthy restricted host is ready and has nothing to say") {
    const auto verdict = judge_state(healthy_restricted());
    CHECK(verdict.readiness == Readiness::ready);
    CHECK(verdict.summary == "bwrap works for unprivileged users");
    for (const auto& check : verdict.checks) {
        CAPTURE(check.id);
        CHECK(check.finding.status == Status::pass);
    }
}

TEST_CASE("a healthy unrestricted host is ready, and nothing is needed") {
    const auto verdict = judge_state(healthy_unrestricted());
    CHECK(verdict.readiness == Readiness::ready);
    CHECK(verdict.summary == "bwrap works for unprivileged users; nothing is needed: this kernel does not "
                             "restrict user namespaces");
}

TEST_CASE("unreadable never passes for well") {
    for (const auto& facts : each_unreadable()) {
        const auto verdict = judge_state(facts);
        const auto unseen =
            std::count_if(verdict.checks.begin(), verdict.checks.end(), [](const auto& check) {
                return check.finding.status == Status::unknown && check.finding.summary == "cannot read it";
            });
        CHECK(unseen >= 1);
    }
}

TEST_CASE("validate: a host that could not be seen is not said to be able") {
    auto facts = healthy_restricted();
    facts.kernel.user_namespaces = Fact<bool>::unreadable("cannot read it");
    CHECK(judge_capability(facts).readiness == Readiness::unknown);
    CHECK(judge_capability(facts).summary.find("cannot read it") != std::string::npos);
}

TEST_CASE("a profile that an administrator disabled is left, and warned of where it is missed") {
    auto facts = healthy_restricted();
    facts.profile.disabled_by =
        Fact<ProfileFacts::DisabledBy>::present(ProfileFacts::DisabledBy::administrator);
    CHECK(decide(facts).action == Decision::Action::leave);
    CHECK(finding_of(facts, "profile.state").cause == Cause::profile_disabled);
    facts.kernel.userns_restriction = {};
    CHECK(finding_of(facts, "profile.state").status == Status::pass);
}

TEST_CASE("a restricted host without the profile is not ready, and the fix is ours, not bwrap's") {
    const auto facts = broken_restricted();
    const auto verdict = judge_state(facts);
    CHECK(verdict.readiness == Readiness::not_ready);
    const auto jail = finding_of(facts, "bwrap.jail");
    CHECK(jail.status == Status::fail);
    CHECK(jail.summary == "setting up uid map: Permission denied");
    CHECK(jail.why == "nothing lets /usr/bin/bwrap keep capabilities in a user namespace");
    CHECK(jail.fix == "boxlite-bwrap-apparmor reload");
}

TEST_CASE("validate: what reload mends is told and skipped, and the host can run the jail") {
    const auto verdict = judge_capability(broken_restricted());
    CHECK(verdict.readiness == Readiness::ready);
    const auto loaded = std::find_if(verdict.checks.begin(), verdict.checks.end(),
                                     [](const auto& check) { return check.id == "profile.loaded"; });
    REQUIRE(loaded != verdict.checks.end());
    CHECK(loaded->finding.status == Status::skip);
    CHECK(loaded->finding.summary == "bwrap is not loaded; reload mends it");
    CHECK(std::none_of(verdict.checks.begin(), verdict.checks.end(),
                       [](const auto& check) { return check.subject == Subject::sandbox; }));
}

TEST_CASE(
    "validate: a profile that is active where it ought not to be is not warned of, since reload mends it") {
    auto facts = healthy_unrestricted();
    facts.profile.disabled_by = Fact<ProfileFacts::DisabledBy>::present(ProfileFacts::DisabledBy::nobody);
    CHECK(finding_of(facts, "profile.state").status == Status::warn);
    const auto verdict = judge_capability(facts);
    CHECK(verdict.readiness == Readiness::ready);
    CHECK(std::none_of(verdict.checks.begin(), verdict.checks.end(), [](const auto& check) {
        return check.finding.status == Status::warn && check.subject == Subject::profile;
    }));
}

TEST_CASE("validate: what is wrong with the profile and reload does not mend is told") {
    auto facts = healthy_restricted();
    facts.profile.file = {};
    const auto verdict = judge_capability(facts);
    CHECK(verdict.readiness == Readiness::not_ready);
    CHECK(verdict.summary == "this host would not run the jail as it should: Profile: "
                             "/etc/apparmor.d/boxlite-bwrap is not there");
}

TEST_CASE("the verdict names the cause, and bwrap's own words only where nothing explains them") {
    auto facts = broken_restricted();
    CHECK(judge_state(facts).summary == "bwrap does not work as it should: nothing lets /usr/bin/bwrap keep "
                                        "capabilities in a user namespace");
    facts.kernel.max_user_namespaces.value = 0;
    CHECK(judge_probe(facts).summary == "bwrap does not work as it should: User namespaces: the limit is 0; "
                                        "user.max_user_namespaces=0 forbids all of them");
    facts = healthy_restricted();
    facts.probe.jail = Fact<SandboxRun>::present({.worked = false, .complaint = "it is Monday"});
    CHECK(judge_state(facts).summary == "bwrap does not work as it should: BoxLite's jail: it is Monday");
    facts = healthy_restricted();
    facts.probe.label.value = "unconfined";
    CHECK(judge_state(facts).summary ==
          "bwrap does not work as it should: Label of bwrap: unconfined instead "
          "of bwrap (enforce)");
}

TEST_CASE("validate: what only an administrator mends fails") {
    auto facts = healthy_restricted();
    std::string id;
    SUBCASE("no user namespaces") {
        facts.kernel.user_namespaces = {};
        id = "kernel.userns";
    }
    SUBCASE("a limit of 0") {
        facts.kernel.max_user_namespaces.value = 0;
        id = "kernel.userns";
    }
    SUBCASE("Debian's switch off") {
        facts.kernel.unprivileged_userns_clone.value = 0;
        id = "kernel.userns";
    }
    SUBCASE("AppArmor off on a kernel that restricts") {
        facts.apparmor.enabled.value = false;
        id = "apparmor.enabled";
    }
    SUBCASE("securityfs not mounted") {
        facts.apparmor.securityfs = {};
        id = "apparmor.enabled";
    }
    SUBCASE("no userns mediation") {
        facts.apparmor.mediates_userns.value = false;
        id = "apparmor.features";
    }
    SUBCASE("no stacking") {
        facts.apparmor.stacks.value = false;
        id = "apparmor.features";
    }
    SUBCASE("an old policy version") {
        facts.apparmor.policy_versions.value = {"v5", "v7"};
        id = "apparmor.features";
    }
    SUBCASE("an old parser") {
        facts.apparmor.parser_version.value = "3.0.8";
        id = "apparmor.parser";
    }
    SUBCASE("no abi/4.0") {
        facts.apparmor.abi_4 = {};
        id = "apparmor.parser";
    }
    SUBCASE("no bwrap") {
        facts.bwrap.file = {};
        id = "bwrap.binary";
    }
    SUBCASE("bwrap a link") {
        facts.bwrap.file.value.regular = false;
        id = "bwrap.binary";
    }
    SUBCASE("bwrap somebody else's") {
        facts.bwrap.file.value.owner = 1000;
        id = "bwrap.binary";
    }
    SUBCASE("bwrap writable by its group") {
        facts.bwrap.file.value.permissions = 0775;
        id = "bwrap.binary";
    }
    SUBCASE("bwrap only root's to run") {
        facts.bwrap.file.value.permissions = 0700;
        id = "bwrap.binary";
    }
    const auto verdict = judge_capability(facts);
    CHECK(verdict.readiness == Readiness::not_ready);
    CHECK(finding_of(facts, id).status == Status::fail);
}

TEST_CASE("worth a warning, and no more") {
    auto facts = healthy_restricted();
    std::string id = "bwrap.binary";
    SUBCASE("a script in place of bwrap") {
        facts.bwrap.file.value.kind = BwrapFacts::Kind::script;
    }
    SUBCASE("set-user-ID bwrap") {
        facts.bwrap.file.value.permissions = 04755;
    }
    SUBCASE("a diversion") {
        facts.bwrap.diverted_by = Fact<std::string>::present("LOCAL");
    }
    SUBCASE("no /dev/kvm") {
        facts.kvm = {};
        id = "host.kvm";
    }
    SUBCASE("the restriction switched off") {
        facts.kernel.userns_restriction.value = 0;
        id = "kernel.userns-restriction";
    }
    SUBCASE("unprivileged_userns not loaded") {
        std::erase_if(facts.apparmor.loaded.value,
                      [](const auto& p) { return p.name == "unprivileged_userns"; });
        id = "kernel.userns-restriction";
    }
    CHECK(finding_of(facts, id).status == Status::warn);
    CHECK(judge_capability(facts).readiness == Readiness::ready);
    CHECK(judge_state(facts).readiness == Readiness::ready);
}

TEST_CASE("the probe decides") {
    auto facts = healthy_restricted();
    SUBCASE("the wrong label: not ready, although all looks well") {
        facts.probe.label.value = "unconfined";
        CHECK(judge_state(facts).readiness == Readiness::not_ready);
        CHECK(judge_probe(facts).readiness == Readiness::not_ready);
    }
    SUBCASE("the wrong label inside: not ready") {
        facts.probe.jail.value.label = "bwrap (enforce)";
        CHECK(judge_state(facts).readiness == Readiness::not_ready);
    }
    SUBCASE("a capability inside: not ready") {
        facts.probe.jail.value.capabilities = "0000000000200000";
        CHECK(judge_state(facts).readiness == Readiness::not_ready);
    }
    SUBCASE("not run: cannot tell") {
        facts.probe.jail = {};
        CHECK(judge_state(facts).readiness == Readiness::unknown);
    }
    SUBCASE("complain mode of unpriv_bwrap: the label shows it, not ready") {
        facts.probe.jail.value.label = "bwrap//&unpriv_bwrap (mixed)";
        CHECK(judge_state(facts).readiness == Readiness::not_ready);
    }
    SUBCASE("another's loose profile: ready, with a warning") {
        facts.profile.other_providers.value = {
            {"/etc/apparmor.d/bwrap-userns-restrict", "apparmor", {"bwrap"}}};
        facts.probe.label.value = "bwrap (unconfined)";
        facts.probe.jail.value.label = "bwrap (unconfined)";
        CHECK(judge_state(facts).readiness == Readiness::ready);
        CHECK(finding_of(facts, "sandbox.confinement").status == Status::warn);
    }
}

TEST_CASE("a system being built: unknown, and decided at first boot") {
    auto facts = healthy_restricted();
    facts.chroot = Fact<bool>::present(true);
    facts.probe = {};
    CHECK(judge_state(facts).readiness == Readiness::unknown);
    CHECK(judge_capability(facts).readiness == Readiness::unknown);
    CHECK(judge_state(facts).summary.find("first boot") != std::string::npos);
}

TEST_CASE("the design's table of hosts") {
    auto facts = healthy_restricted();
    using enum Decision::Action;
    using By = ProfileFacts::DisabledBy;
    SUBCASE("the kernel restricts: active") {
        CHECK(decide(facts).action == activate);
    }
    SUBCASE("the kernel could restrict: active") {
        facts.kernel.userns_restriction.value = 0;
        CHECK(decide(facts).action == activate);
    }
    SUBCASE("disabled by us before: active again") {
        facts.profile.disabled_by.value = By::us;
        CHECK(decide(facts).action == activate);
    }
    SUBCASE("no knob: inactive") {
        facts.kernel.userns_restriction = {};
        CHECK(decide(facts).action == deactivate);
    }
    SUBCASE("another provider: inactive, and it is named") {
        facts.profile.other_providers.value = {
            {"/etc/apparmor.d/bwrap-userns-restrict", "apparmor", {"bwrap"}}};
        CHECK(decide(facts).action == deactivate);
        CHECK(decide(facts).reason ==
              "/etc/apparmor.d/bwrap-userns-restrict (package apparmor) provides the same profile");
    }
    SUBCASE("AppArmor 3: inactive") {
        facts.apparmor.parser_version.value = "3.0.8";
        CHECK(decide(facts).action == deactivate);
    }
    SUBCASE("AppArmor 3 in a system being built: inactive") {
        facts.apparmor.parser_version.value = "3.0.8";
        facts.chroot = Fact<bool>::present(true);
        CHECK(decide(facts).action == deactivate);
    }
    SUBCASE("a system being built, its kernel not to be asked: left active") {
        facts.kernel.userns_restriction = {};
        facts.chroot = Fact<bool>::present(true);
        CHECK(decide(facts).action == activate);
    }
    SUBCASE("disabled by an administrator: left alone") {
        facts.profile.disabled_by.value = By::administrator;
        CHECK(decide(facts).action == leave);
    }
    SUBCASE("removed by an administrator: left alone") {
        facts.profile.file = {};
        CHECK(decide(facts).action == leave);
    }
    SUBCASE("anything it hangs on unreadable: left alone") {
        facts.kernel.userns_restriction = Fact<long long>::unreadable("cannot read it");
        CHECK(decide(facts).action == undecided);
        CHECK(decide(facts).reason == "cannot read it");
    }
}

TEST_CASE("where the profile stands, for other programs") {
    auto facts = healthy_restricted();
    SUBCASE("active") {
        const auto profile = summarize_profile(facts);
        CHECK(profile.state == "active");
        CHECK(profile.provider == "/etc/apparmor.d/boxlite-bwrap");
        CHECK(profile.owner == "boxlite-bwrap-apparmor");
        CHECK(profile.label == "bwrap (enforce)");
    }
    SUBCASE("inactive") {
        const auto profile = summarize_profile(healthy_unrestricted());
        CHECK(profile.state == "inactive");
        CHECK_FALSE(profile.provider);
        CHECK_FALSE(profile.owner);
        CHECK(profile.label == "unconfined");
    }
    SUBCASE("absent") {
        facts.profile.file = {};
        CHECK(summarize_profile(facts).state == "absent");
    }
    SUBCASE("another's") {
        facts.profile.other_providers.value = {
            {"/etc/apparmor.d/bwrap-userns-restrict", "apparmor", {"bwrap"}}};
        CHECK(summarize_profile(facts).provider == "/etc/apparmor.d/bwrap-userns-restrict");
        CHECK(summarize_profile(facts).owner == "apparmor");
    }
}

TEST_CASE("two of others that block each other: both named, with the way out") {
    auto facts = broken_restricted();
    facts.profile.other_providers.value = {{"/etc/apparmor.d/a", std::nullopt, {"a"}},
                                           {"/etc/apparmor.d/lutris", "lutris", {"bwrap"}}};
    const auto jail = finding_of(facts, "bwrap.jail");
    CHECK(jail.why ==
          "profiles of different names for /usr/bin/bwrap block each other: the kernel takes none of "
          "/etc/apparmor.d/a (no package), /etc/apparmor.d/lutris (package lutris)");
    CHECK(jail.fix == "ln -s /etc/apparmor.d/a /etc/apparmor.d/disable/ && apparmor_parser --remove "
                      "/etc/apparmor.d/a && boxlite-bwrap-apparmor reload");
    CHECK(judge_state(facts).readiness == Readiness::not_ready);
}

TEST_CASE("the names of somebody's file and profile are harmless to print") {
    const auto is_harmless = [](const std::string& text) { return text.find('\x1b') == std::string::npos; };
    auto facts = healthy_restricted();
    facts.profile.other_providers.value = {{"/etc/apparmor.d/a\x1b[2J", std::nullopt, {"b\x1b[2J"}}};
    CHECK(is_harmless(decide(facts).reason));
    CHECK(is_harmless(judge_state(facts).summary));
    facts = broken_restricted();
    facts.profile.other_providers.value = {{"/etc/apparmor.d/a\x1b[2J", std::nullopt, {"b\x1b[2J"}}};
    CHECK(is_harmless(finding_of(facts, "bwrap.jail").why));
    CHECK(is_harmless(finding_of(facts, "bwrap.jail").fix));
}

TEST_CASE("a loaded policy that is not the file's is not ready, though bwrap works") {
    auto facts = healthy_restricted();
    facts.profile.compiled_from = "/etc/apparmor.d/boxlite-bwrap";
    facts.apparmor.loaded.value[0].sha256 = "abc";
    facts.profile.compiled =
        Fact<std::vector<CompiledProfile>>::present({{facts.apparmor.loaded.value[0].name, "abc"}});
    CHECK(judge_state(facts).readiness == Readiness::ready);
    facts.profile.compiled.value[0].sha256 = "def";
    CHECK(judge_state(facts).readiness == Readiness::not_ready);
    CHECK(finding_of(facts, "profile.loaded").fix == "boxlite-bwrap-apparmor reload");
    CHECK(judge_capability(facts).readiness == Readiness::ready);
}

TEST_CASE("settings that are not understood are warned of, and no more") {
    auto facts = healthy_restricted();
    facts.configuration = Fact<Configuration>::present({.complaints = {"/etc/x.conf:2: no"}});
    CHECK(finding_of(facts, "profile.configuration").status == Status::warn);
    CHECK(judge_state(facts).readiness == Readiness::ready);
}

TEST_CASE("mode=never where the profile is needed: the fix is to change it") {
    auto facts = broken_restricted();
    facts.configuration = Fact<Configuration>::present({.mode = Mode::never});
    facts.profile.disabled_by = Fact<ProfileFacts::DisabledBy>::present(ProfileFacts::DisabledBy::us);
    const auto finding = finding_of(facts, "bwrap.jail");
    CHECK(finding.status == Status::fail);
    CHECK(finding.fix.find("mode=auto") != std::string::npos);
}

TEST_CASE("a container: the probe decides, and the fix is on the host") {
    auto facts = broken_restricted();
    facts.apparmor.may_load_policy = Fact<bool>::present(false);
    facts.booted = Fact<bool>::present(true);
    facts.profile.disabled_by = Fact<ProfileFacts::DisabledBy>::present(ProfileFacts::DisabledBy::us);
    CHECK(judge_state(facts).readiness == Readiness::not_ready);
    CHECK(finding_of(facts, "bwrap.jail").fix.starts_with("on the host: "));
    CHECK(judge_capability(facts).readiness == Readiness::unknown);
    facts.probe = healthy_restricted().probe;
    CHECK(judge_state(facts).readiness == Readiness::ready);
}

TEST_CASE("a container that nothing booted is a system being built") {
    auto facts = healthy_restricted();
    facts.apparmor.may_load_policy = Fact<bool>::present(false);
    facts.booted = {};
    CHECK(judge_state(facts).readiness == Readiness::unknown);
}

TEST_CASE("links that lead nowhere are warned of") {
    auto facts = healthy_restricted();
    facts.profile.dangling_links.push_back({"/etc/apparmor.d/lutris", "/gone", std::nullopt});
    CHECK(finding_of(facts, "profile.links").fix == "rm /etc/apparmor.d/lutris");
    facts.profile.dangling_links[0].path = "/etc/apparmor.d/$(reboot)";
    CHECK(finding_of(facts, "profile.links").fix == "rm '/etc/apparmor.d/$(reboot)'");
    facts.profile.dangling_links[0].target = "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict";
    CHECK(finding_of(facts, "profile.links").fix == "apt-get install apparmor-profiles");
}

TEST_CASE("the table of causes: in order, ids unique, each for a check that there is, and everything said") {
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < all_causes().size(); ++i) {
        const auto& row = all_causes()[i];
        CAPTURE(row.id);
        CHECK(static_cast<std::size_t>(row.cause) == i);
        CHECK(ids.insert(row.id).second);
        CHECK(std::any_of(all_checks().begin(), all_checks().end(),
                          [&](const auto& check) { return check.id == row.check; }));
        CHECK_FALSE(row.why.empty());
        CHECK_FALSE(row.fix.empty());
        CHECK(std::count(row.why.begin(), row.why.end(), '{') ==
              std::count(row.why.begin(), row.why.end(), '}'));
    }
    CHECK(all_causes().back().cause == Cause::sandbox_refused);
}

TEST_CASE("words in braces are replaced, and what replaces them is not looked at again") {
    CHECK(fill_in("rm {file} {file}", {{"file", "/a{b}"}}) == "rm /a{b} /a{b}");
    CHECK(fill_in("no words", {}) == "no words");
    CHECK(fill_in("{unknown} stays", {}) == "unknown stays");
}

namespace {

/// What the report says of a jail that ended with `complaint`.
Finding explain(Facts facts, const std::string& complaint) {
    const SandboxRun failed{.worked = false, .complaint = complaint};
    facts.probe.preflight = Fact<SandboxRun>::present(failed);
    facts.probe.jail = Fact<SandboxRun>::present(failed);
    return finding_of(facts, "bwrap.jail");
}

} // namespace

TEST_CASE("each way in which the jail can fail has its one cause") {
    auto facts = healthy_unrestricted();
    std::string complaint;
    Cause cause = Cause::unexplained;
    SUBCASE("/proc is masked") {
        complaint = "Can't mount proc on /newroot/proc: Operation not permitted";
        facts.caller.masked_proc = Fact<std::vector<std::string>>::present({"/proc/kcore", "/proc/keys"});
        cause = Cause::proc_masked;
    }
    SUBCASE("no user namespace is left") {
        complaint = "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces "
                    "exceeded (ENOSPC)";
        cause = Cause::userns_used_up;
    }
    SUBCASE("seccomp refuses namespaces") {
        complaint = "No permissions to create a new namespace, likely because the kernel does not allow "
                    "non-privileged user namespaces";
        facts.caller.seccomp = Fact<long long>::present(2);
        cause = Cause::namespace_refused;
    }
    SUBCASE("the same without a filter is not explained by one") {
        complaint = "No permissions to create a new namespace";
        facts.caller.seccomp = Fact<long long>::present(0);
        cause = Cause::unexplained;
    }
    SUBCASE("mounts are refused in the sandbox's own namespace") {
        complaint = "Failed to make / slave: Operation not permitted";
        cause = Cause::mount_refused;
    }
    SUBCASE("/ cannot be pivoted from") {
        complaint = "pivot_root: Invalid argument";
        cause = Cause::root_not_pivotable;
    }
    SUBCASE("/tmp is not there") {
        complaint = "Failed to mount tmpfs: No such file or directory";
        facts.temporary_directory = {};
        cause = Cause::tmp_unusable;
    }
    SUBCASE("bwrap is not bubblewrap") {
        complaint = "exit status 1";
        facts.bwrap.version = Fact<std::string>::unreadable("says nothing");
        cause = Cause::bwrap_foreign;
    }
    SUBCASE("bwrap does not know an option") {
        complaint = "Unknown option --unshare-user";
        cause = Cause::bwrap_foreign;
    }
    SUBCASE("bwrap hangs") {
        complaint = "no answer within its time limit";
        cause = Cause::bwrap_hangs;
    }
    SUBCASE("SELinux enforces") {
        complaint = "something: Permission denied";
        facts.selinux_enforcing = Fact<bool>::present(true);
        cause = Cause::selinux_enforcing;
    }
    SUBCASE("the caller's own profile") {
        complaint = "setting up uid map: Permission denied";
        facts.caller.label = Fact<std::string>::present("docker-default (enforce)");
        facts.probe.label = Fact<std::string>::present("docker-default (enforce)");
        cause = Cause::caller_confined;
    }
    SUBCASE("a profile of another file refuses what bwrap needs") {
        complaint = "setting up uid map: Permission denied";
        facts.profile.other_providers.value = {{"/etc/apparmor.d/other", std::nullopt, {"other"}}};
        facts.probe.label = Fact<std::string>::present("other (enforce)");
        cause = Cause::provider_refuses;
    }
    SUBCASE("a profile that is not enforced refuses nothing") {
        complaint = "setting up uid map: Permission denied";
        facts.profile.other_providers.value = {{"/etc/apparmor.d/other", std::nullopt, {"other"}}};
        facts.probe.label = Fact<std::string>::present("other (complain)");
        cause = Cause::unexplained;
    }
    SUBCASE("our profile was edited") {
        facts = healthy_restricted();
        complaint = "Failed to make / slave: Permission denied";
        facts.refusals = Fact<RefusalFacts>::present({.since_loaded = true, .breaking = 2});
        cause = Cause::profile_refuses;
    }
    SUBCASE("an override is in use, and denies without a record") {
        facts = healthy_restricted();
        complaint = "Failed to make / slave: Permission denied";
        facts.profile.local_overrides =
            Fact<std::vector<std::string>>::present({"/etc/apparmor.d/local/bwrap-userns-restrict"});
        cause = Cause::profile_refuses;
    }
    SUBCASE("our profile refused nothing") {
        facts = healthy_restricted();
        complaint = "Failed to make / slave: Permission denied";
        cause = Cause::mount_refused;
    }
    SUBCASE("no process is left") {
        complaint = "Creating new namespace failed: Resource temporarily unavailable";
        cause = Cause::tasks_used_up;
    }
    SUBCASE("a filter refuses the change of root") {
        complaint = "pivot_root: Operation not permitted";
        cause = Cause::mount_refused;
    }
    SUBCASE("nothing known") {
        complaint = "something: odd";
        cause = Cause::unexplained;
    }
    const auto finding = explain(facts, complaint);
    CHECK(finding.status == Status::fail);
    CHECK(finding.summary == complaint);
    REQUIRE(finding.cause);
    CHECK(row_of(*finding.cause).id == row_of(cause).id);
    CHECK(finding.why.find('{') == std::string::npos);
    CHECK(finding.fix.find('{') == std::string::npos);
}

TEST_CASE("ours that is still loaded beside one of another name is in its way") {
    auto facts = broken_restricted();
    facts.profile.other_providers.value = {{"/etc/apparmor.d/other", std::nullopt, {"other"}}};
    CHECK(finding_of(facts, "bwrap.jail").cause == Cause::provider_not_loaded);
    facts.apparmor.loaded.value = {{.name = "bwrap", .mode = "enforce"},
                                   {.name = "other", .mode = "unconfined"}};
    CHECK(finding_of(facts, "bwrap.jail").cause == Cause::profile_in_the_way);
    CHECK(finding_of(facts, "bwrap.jail").fix == "boxlite-bwrap-apparmor reload");
}

TEST_CASE("mode=always activates nothing where AppArmor is off") {
    auto facts = healthy_unrestricted();
    facts.configuration.value.mode = Mode::always;
    CHECK(decide(facts).action == Decision::Action::activate);
    facts.apparmor.enabled = Fact<bool>::present(false);
    CHECK(decide(facts).action == Decision::Action::deactivate);
}

TEST_CASE("of what is mounted over in /proc the report names a few") {
    auto facts = healthy_unrestricted();
    facts.caller.masked_proc = Fact<std::vector<std::string>>::present({"/proc/a", "/proc/b", "/proc/c"});
    CHECK(explain(facts, "Can't mount proc").why.find("(/proc/a, /proc/b, /proc/c)") != std::string::npos);
    facts.caller.masked_proc.value.insert(facts.caller.masked_proc.value.end(), {"/proc/d", "/proc/e"});
    CHECK(explain(facts, "Can't mount proc").why.find("/proc/c and 2 more)") != std::string::npos);
}

TEST_CASE("where nothing can load the profile, that is why bwrap fails") {
    auto facts = broken_restricted();
    CHECK(finding_of(facts, "bwrap.jail").cause == Cause::nothing_allows);
    SUBCASE("the parser is too old") {
        facts.apparmor.parser_version = Fact<std::string>::present("3.0.8");
        CHECK(finding_of(facts, "bwrap.jail").cause == Cause::parser_old);
    }
    SUBCASE("the profile's file is gone") {
        facts.profile.file = {};
        CHECK(finding_of(facts, "bwrap.jail").cause == Cause::profile_file_missing);
    }
}

TEST_CASE("mode=always is told what keeps the profile from being loaded, where nothing restricts") {
    auto facts = healthy_unrestricted();
    facts.apparmor.mediates_userns = Fact<bool>::present(false);
    CHECK(finding_of(facts, "apparmor.features").status == Status::skip);
    facts.configuration.value.mode = Mode::always;
    CHECK(finding_of(facts, "apparmor.features").status == Status::warn);
    CHECK(finding_of(facts, "apparmor.features").cause == Cause::userns_not_mediated);
}

TEST_CASE("another bwrap before /usr/bin/bwrap on PATH is warned of") {
    auto facts = healthy_restricted();
    CHECK(finding_of(facts, "bwrap.path").status == Status::pass);
    facts.bwrap.first_on_path = Fact<std::string>::present("/usr/local/bin/bwrap");
    CHECK(finding_of(facts, "bwrap.path").fix == "mv /usr/local/bin/bwrap /usr/local/bin/bwrap.unused");
    facts.bwrap.first_on_path = Fact<std::string>::present("/tmp/x; reboot #/bwrap");
    CHECK(finding_of(facts, "bwrap.path").fix ==
          "mv '/tmp/x; reboot #/bwrap' '/tmp/x; reboot #/bwrap'.unused");
}

TEST_CASE("/dev/kvm that the user may not use is warned of, with the group to join") {
    auto facts = healthy_restricted();
    facts.kvm.device = Fact<KvmFacts::Device>::present({.permissions = 0660, .group = "kvm"});
    facts.kvm.usable = Fact<bool>::present(false);
    CHECK(finding_of(facts, "host.kvm").fix == "usermod -aG kvm USER");
    CHECK(judge_state(facts).readiness == Readiness::ready);
}

TEST_CASE("bwrap works, but a check failed: not ready, for the next reload or boot may not go as well") {
    auto facts = healthy_restricted();
    facts.apparmor.securityfs = {};
    CHECK(judge_state(facts).readiness == Readiness::not_ready);
    CHECK(judge_state(facts).summary.starts_with("bwrap works now, but not as it should: AppArmor: "));
    CHECK(judge_probe(facts).readiness == Readiness::ready);
}

TEST_CASE("what securityfs would tell is not judged where it is not mounted") {
    auto facts = healthy_restricted();
    auto& apparmor = facts.apparmor;
    apparmor.securityfs = apparmor.mediates_userns = apparmor.stacks = {};
    apparmor.policy_versions = {};
    apparmor.loaded = {};
    facts.profile.compiled = {};
    for (const auto* id : {"kernel.userns-restriction", "apparmor.features", "profile.loaded"}) {
        CAPTURE(id);
        CHECK(finding_of(facts, id).status == Status::skip);
    }
    CHECK(finding_of(facts, "kernel.userns-restriction").summary.starts_with("on; "));
    CHECK(finding_of(facts, "apparmor.enabled").cause == Cause::securityfs_missing);
}

TEST_CASE("a bwrap that cannot be started for a known reason is a failure, not a riddle") {
    auto facts = healthy_restricted();
    facts.bwrap.file = {};
    facts.probe.jail = Fact<SandboxRun>::unreadable("cannot start /usr/bin/bwrap: No such file or directory");
    CHECK(finding_of(facts, "bwrap.jail").cause == Cause::bwrap_missing);
    CHECK(judge_state(facts).readiness == Readiness::not_ready);
}

TEST_CASE("a profile in complain mode: mended where it comes from") {
    auto facts = healthy_restricted();
    facts.apparmor.loaded.value[1].mode = "complain";
    CHECK(finding_of(facts, "profile.loaded").fix == "boxlite-bwrap-apparmor reload");
    facts.profile.compiled_from = "/etc/apparmor.d/boxlite-bwrap";
    facts.apparmor.loaded.value[1].sha256 = "abc";
    facts.profile.compiled =
        Fact<std::vector<CompiledProfile>>::present({{facts.apparmor.loaded.value[1].name, "abc"}});
    CHECK(finding_of(facts, "profile.loaded").fix.starts_with("aa-enforce "));
}

TEST_CASE("refusals after the profile was loaded are warned of, and never decide") {
    auto facts = healthy_restricted();
    facts.refusals =
        Fact<RefusalFacts>::present({.since_loaded = true, .breaking = 3, .last = "2026-11-24T22:00:00Z"});
    CHECK(finding_of(facts, "bwrap.denials").cause == Cause::sandbox_refused);
    CHECK(finding_of(facts, "bwrap.denials").summary ==
          "3 since the profile was loaded, the last at 2026-11-24T22:00:00Z");
    CHECK(judge_state(facts).readiness == Readiness::ready);
    SUBCASE("to a bwrap elsewhere: it is named as such") {
        facts.refusals.value.without_profile = 1;
        CHECK(finding_of(facts, "bwrap.denials").cause == Cause::bwrap_elsewhere);
    }
    SUBCASE("from before it was loaded: no news") {
        facts.refusals.value.since_loaded = false;
        CHECK(finding_of(facts, "bwrap.denials").status == Status::skip);
    }
    SUBCASE("while bwrap does not work: the run says why") {
        facts.probe.jail.value.worked = false;
        CHECK(finding_of(facts, "bwrap.denials").status == Status::skip);
    }
    SUBCASE("not to be seen: said, and no more") {
        facts.refusals = Fact<RefusalFacts>::unreadable("cannot read /dev/kmsg");
        CHECK(finding_of(facts, "bwrap.denials").summary == "not seen: cannot read /dev/kmsg");
        CHECK(judge_state(facts).readiness == Readiness::ready);
    }
}
