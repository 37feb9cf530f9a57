// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "facts/compiled_policy.h"
#include "facts/gather.h"
#include "fake_host.h"
#include "policy/policy.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <memory>

using namespace boxlite;
using namespace boxlite::test;

namespace {

/// A host one of whose answers, counted from the first, is a failure.
class FailingHost : public FakeHost {
public:
    enum class Kind { not_started, killed };

    void fail_at(int answer, Kind kind) {
        left_ = answer;
        kind_ = kind;
    }
    [[nodiscard]] bool has_failed() const { return left_ <= 0; }

    Result<std::string> read(const std::string& path, std::size_t limit) const override {
        return fails() ? error("read", path) : FakeHost::read(path, limit);
    }
    Result<std::string> read_start(const std::string& path, std::size_t count) const override {
        return fails() ? error("read", path) : FakeHost::read_start(path, count);
    }
    Result<struct stat> examine(const std::string& path) const override {
        return fails() ? error("examine", path) : FakeHost::examine(path);
    }
    Result<struct stat> examine_target(const std::string& path) const override {
        return fails() ? error("examine", path) : FakeHost::examine_target(path);
    }
    Result<std::string> read_link(const std::string& path) const override {
        return fails() ? error("read link", path) : FakeHost::read_link(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) const override {
        return fails() ? error("list", path) : FakeHost::list(path);
    }
    Result<std::string> policy_cache() const override {
        return fails() ? error("read", "the features") : FakeHost::policy_cache();
    }
    Result<Outcome> run(const Command& command) const override {
        if (!fails()) {
            return FakeHost::run(command);
        }
        return kind_ == Kind::killed ? Result<Outcome>(Outcome{.signal = 9})
                                     : error("start", command.argv.front());
    }

private:
    static std::unexpected<Error> error(const char* action, const std::string& subject) {
        return std::unexpected(Error{action, subject, EIO});
    }
    bool fails() const { return --left_ == 0; }

    mutable int left_ = 0;
    Kind kind_ = Kind::not_started;
};

using Furnish = void (*)(FakeHost&);
using Kept = bool (*)(const FakeHost&);

bool is_disabled(const FakeHost& host) {
    return std::filesystem::is_symlink(host.real(paths::disable_link));
}

/// A host where all is as it should be stays that way whatever fails: `kept` says so.
int sweep(Furnish furnish, Kept kept) {
    int tried = 0;
    std::unique_ptr<FailingHost> host;
    for (const auto kind : {FailingHost::Kind::not_started, FailingHost::Kind::killed}) {
        for (int n = 1; n < 10'000; ++n) {
            if (!host || !host->changes.empty()) {
                host = std::make_unique<FailingHost>();
                furnish(*host);
            }
            host->fail_at(n, kind);
            const auto facts = gather_facts(*host, nullptr);
            const auto done = apply(*host, facts, decide(facts));
            if (!host->has_failed()) {
                break;
            }
            CAPTURE(n);
            CAPTURE(done ? *done : done.error().message());
            CHECK(kept(*host));
            ++tried;
        }
    }
    return tried;
}

const std::string compile_ours =
    "/sbin/apparmor_parser --skip-kernel-load --stdout /etc/apparmor.d/boxlite-bwrap";

void furnish_in_force(FakeHost& host) {
    furnish_restricted(host);
    const std::string compiled("\4\10\0version\0\2\5\0\0\0\4\10\0profile\0\7\5\6\0bwrap\0\10", 38);
    host.answer(compile_ours, {.exit_code = 0, .out = compiled});
    furnish_loaded(host, "bwrap", "enforce", parse_compiled_policy(compiled).value().front().sha256);
    furnish_loaded(host, "unpriv_bwrap");
}

void furnish_image(FakeHost& host) {
    furnish_unrestricted(host);
    host.write("/proc/self/mountinfo", "");
}

void furnish_rival(FakeHost& host) {
    furnish_restricted(host);
    furnish_policy(host, "/etc/apparmor.d/own", "profile own /usr/bin/bwrap {\n}\n", "own\n",
                   "aare: /usr/bin/bwrap   ->   /usr/bin/bwrap\nrule: x (0x1/0)< 0x1>\n");
    furnish_loaded(host, "own");
    host.link("../boxlite-bwrap", paths::disable_link);
}

void furnish_settled_unrestricted(FakeHost& host) {
    furnish_unrestricted(host);
    host.link("../boxlite-bwrap", paths::disable_link);
}

void furnish_never(FakeHost& host) {
    furnish_restricted(host);
    host.write(paths::configuration, "mode=never\n");
    host.link("../boxlite-bwrap", paths::disable_link);
}

} // namespace

TEST_CASE("what cannot be seen once does not keep reload from making the profile inactive") {
    int tried = 0;
    for (const auto kind : {FailingHost::Kind::not_started, FailingHost::Kind::killed}) {
        for (int n = 1; n < 10'000; ++n) {
            FailingHost host;
            furnish_unrestricted(host);
            host.fail_at(n, kind);
            const auto response = execute(host, {.subcommand = Subcommand::reload}, {.is_root = true});
            if (!host.has_failed()) {
                break;
            }
            CAPTURE(n);
            CAPTURE(response.out);
            CAPTURE(response.err);
            CHECK(is_disabled(host));
            ++tried;
        }
    }
    CHECK(tried > 50);
}

TEST_CASE("whatever cannot be seen, a profile in force is not taken away") {
    const int tried = sweep(furnish_in_force, [](const FakeHost& host) {
        return !is_disabled(host) &&
               std::none_of(host.changes.begin(), host.changes.end(), [](const auto& change) {
                   return change.starts_with("unload") || change.ends_with("detached");
               });
    });
    CHECK(tried > 100);
}

TEST_CASE("whatever cannot be seen, a system being built is left active, and its kernel alone") {
    const int tried =
        sweep(furnish_image, [](const FakeHost& host) { return !is_disabled(host) && host.changes.empty(); });
    CHECK(tried > 50);
}

TEST_CASE("whatever cannot be seen, a profile made inactive is not brought back") {
    const auto kept = [](const FakeHost& host) { return is_disabled(host) && host.changes.empty(); };
    SUBCASE("beside another provider") {
        CHECK(sweep(furnish_rival, kept) > 100);
    }
    SUBCASE("on a kernel that does not restrict") {
        CHECK(sweep(furnish_settled_unrestricted, kept) > 100);
    }
    SUBCASE("with mode=never") {
        CHECK(sweep(furnish_never, kept) > 100);
    }
}
