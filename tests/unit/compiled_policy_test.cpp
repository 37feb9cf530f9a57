// SPDX-License-Identifier: Apache-2.0
#include "facts/compiled_policy.h"
#include "facts/gather.h"
#include "fake_host.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace boxlite;
using namespace boxlite::test;

namespace {

using namespace std::string_literals;

std::string counted(char tag, const std::string& text) {
    return std::string(1, tag) + static_cast<char>(text.size() + 1) + '\0' + text + '\0';
}
std::string named(const std::string& text) {
    return counted('\4', text);
}
std::string texted(const std::string& text) {
    return counted('\5', text);
}

/// A profile as apparmor_parser writes it, cut down to one token of each kind.
std::string compile(const std::string& name, char rule) {
    return named("version") + "\2\5\0\0\0"s + named("profile") + "\7"s + texted(name) + named("flags") +
           "\7\2\0\0\0\0\10"s + "\0\1\1\1\1"s + "\3\0\0\0\0\0\0\0\0"s + "\11\12"s + "\13\2\0\14"s +
           "\6\3\0\0\0ab"s + rule + "\10"s;
}

const std::string compile_ours = "/sbin/apparmor_parser --skip-kernel-load --stdout " + paths::profile;

} // namespace

TEST_CASE("the profiles of a compiled policy, each with a hash of its own") {
    const auto profiles = parse_compiled_policy(compile("bwrap", 'x') + compile("unpriv_bwrap", 'x'));
    REQUIRE(profiles);
    REQUIRE(profiles->size() == 2);
    CHECK(profiles->at(0).name == "bwrap");
    CHECK(profiles->at(1).name == "unpriv_bwrap");
    CHECK(profiles->at(0).sha256.size() == 64);
    CHECK(profiles->at(0).sha256 != profiles->at(1).sha256);
    CHECK(parse_compiled_policy(compile("bwrap", 'y'))->at(0).sha256 != profiles->at(0).sha256);
}

TEST_CASE("the hash is that of the version and the profile") {
    // printf of the version, 5 in four bytes, and of all from the name "profile" on, into sha256sum
    CHECK(parse_compiled_policy(named("version") + "\2\5\0\0\0"s + named("profile") + "\7"s + texted("p") +
                                "\10"s)
              ->at(0)
              .sha256 == "18a405795e62ff64b62a5384bb8d7556165026170af3970415821327f44ffce9");
}

TEST_CASE("a policy cut short anywhere is an error, or the profiles before") {
    const auto whole = compile("bwrap", 'x');
    for (std::size_t length = 1; length < whole.size(); ++length) {
        CAPTURE(length);
        const auto profiles = parse_compiled_policy(whole.substr(0, length));
        CHECK((!profiles || profiles->empty()));
    }
}

TEST_CASE("what is no policy is an error") {
    for (const auto& text :
         {"hello"s, "\377"s, named("version"), named("profile") + "\7\10"s,
          named("version") + "\2\5\0\0\0"s + named("profile") + "\10"s, "\6\377\377\377\377"s}) {
        CHECK_FALSE(parse_compiled_policy(text));
    }
}

TEST_CASE("what the profile compiles to") {
    const std::string kept_bytes = "/sys/kernel/security/apparmor/policy/profiles/bwrap.7/raw_data";
    FakeHost host;
    furnish_restricted(host);
    host.make_directories("/var/cache/apparmor/0.0"); // another kernel's, without our policy
    const auto cache = host.policy_cache().value();
    host.make_directories(cache);
    const auto cache_file = cache + "/boxlite-bwrap";
    const auto compiled = parse_compiled_policy(compile("bwrap", 'x')).value();
    const std::vector<LoadedProfile> loaded{{"bwrap", "enforce", compiled[0].sha256}};

    SUBCASE("is asked of the parser when there is no cache") {
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'x')});
        CHECK(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is taken from the cache when the kernel runs it and no source is newer") {
        host.write(cache_file, compile("bwrap", 'x'));
        CHECK(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is not what the parser took for it while it could not read a feature of the kernel's") {
        host.write("/var/cache/apparmor/0.0/boxlite-bwrap", compile("bwrap", 'x'));
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'y')});
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
        host.write(cache_file, compile("bwrap", 'y'));
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is asked of the parser when which cache is this kernel's cannot be told") {
        host.write(cache_file, compile("bwrap", 'x'));
        std::filesystem::remove_all(host.real("/sys/kernel/security/apparmor/features"));
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'y')});
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is known without hashing when the kernel has kept the very bytes") {
        const auto both = compile("bwrap", 'x') + compile("unpriv_bwrap", 'x');
        const auto hash = parse_compiled_policy(both).value().at(1).sha256;
        const std::vector<LoadedProfile> kept{{"bwrap", "enforce", "its own"},
                                              {"unpriv_bwrap", "enforce", hash}};
        furnish_loaded(host, "bwrap", "enforce", "its own");
        host.write(cache_file, both);
        for (const auto& bytes : {both, compile("bwrap", 'x')}) {
            host.write(kept_bytes, bytes);
            const auto profiles = gather_compiled(host, paths::profile, kept).value;
            CHECK(profiles.at(0).sha256 == "its own");
            CHECK(profiles.at(1).sha256 == hash);
        }
    }
    SUBCASE("is hashed when the kernel has kept others") {
        furnish_loaded(host, "bwrap", "enforce", compiled[0].sha256);
        host.write(cache_file, compile("bwrap", 'x'));
        for (const auto& other : {compile("bwrap", 'y'), compile("bwrap", 'x') + "more"}) {
            host.write(kept_bytes, other);
            CHECK(gather_compiled(host, paths::profile, loaded).value.at(0).sha256 == compiled[0].sha256);
        }
    }
    SUBCASE("is asked of the parser after an edit") {
        host.write(cache_file, compile("bwrap", 'x'));
        host.write(paths::profile, "profile bwrap { userns, }\n");
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'y')});
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is asked of the parser after an edit of a tunable, however old it claims to be") {
        host.write(cache_file, compile("bwrap", 'x'));
        const std::string tunable = "/etc/apparmor.d/tunables/home.d/site";
        host.write(tunable, "@{HOME}=/srv/\n");
        std::filesystem::last_write_time(host.real(tunable), std::filesystem::file_time_type{});
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'y')});
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is asked of the parser when the tunables cannot be listed") {
        host.write("/etc/apparmor.d/tunables/global", "");
        let_time_pass();
        host.write(cache_file, compile("bwrap", 'x'));
        CHECK(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
        host.forbid("/etc/apparmor.d/tunables");
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'y')});
        CHECK_FALSE(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("is asked of the parser when the cache is cut short") {
        host.write(cache_file, compile("bwrap", 'x').substr(0, 40));
        host.answer(compile_ours, {.exit_code = 0, .out = compile("bwrap", 'x')});
        CHECK(runs(loaded, gather_compiled(host, paths::profile, loaded).value));
    }
    SUBCASE("cannot be told when the parser fails") {
        host.answer(compile_ours, {.exit_code = 1, .err = "syntax error\n"});
        CHECK(gather_compiled(host, paths::profile, loaded).is_unreadable());
    }
    SUBCASE("cannot be told when the parser says nonsense") {
        host.answer(compile_ours, {.exit_code = 0, .out = "nonsense"});
        CHECK(gather_compiled(host, paths::profile, loaded).is_unreadable());
    }
}

TEST_CASE("nothing compiled is never taken for something in force") {
    CHECK_FALSE(runs({}, {}));
    CHECK_FALSE(runs({{"bwrap", "enforce", ""}}, {{"bwrap", "abc"}}));
    CHECK_FALSE(runs({{"bwrap", "enforce", "abc"}}, {{"bwrap", "abc"}, {"unpriv_bwrap", "def"}}));
}
