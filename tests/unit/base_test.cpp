// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"
#include "base/text.h"
#include "base/turn.h"
#include "base/user.h"
#include "fake_host.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <unistd.h>

using namespace boxlite;
using namespace std::chrono_literals;

namespace {

/// The process is gone, or a zombie that its new parent has not yet collected.
bool has_ended(const std::string& pid) {
    for (int i = 0; i < 100; ++i) {
        std::string line;
        std::getline(std::ifstream("/proc/" + pid + "/stat"), line);
        const auto state = line.rfind(") ");
        if (state == std::string::npos || line[state + 2] == 'Z') {
            return true;
        }
        usleep(10'000);
    }
    return false;
}

} // namespace

TEST_CASE("an error names what it is about, printable") {
    CHECK(Error{"read", "/etc/x", EACCES}.message() == "cannot read /etc/x: Permission denied");
    CHECK(Error{"read", "/etc/\x1b[2J", EACCES}.message() == "cannot read /etc/\\x1b[2J: Permission denied");
    CHECK(Error{"think", "", 0, "too late"}.message() == "cannot think: too late");
}

TEST_CASE("what an attacker wrote is shown, and does nothing") {
    CHECK(printable("bwrap") == "bwrap");
    CHECK(printable("a\nverdict: ready\x1b[2J") == "a\\x0averdict: ready\\x1b[2J");
    CHECK(printable("back\\slash \xff\xc3\xa9") == "back\\\\slash \\xff\\xc3\\xa9");
    CHECK(printable(std::string(1000, 'x'), 10) == std::string(10, 'x') + "...");
    CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(in_one_line("a\x1b\n\n  b\n") == "a\\x1b; b");
    CHECK(in_one_line("ab\nc", 3) == "ab;...");
    CHECK(in_one_line(" \n").empty());
}

TEST_CASE("what an attacker wrote is one word of a command, and no command") {
    CHECK(shell_word("/usr/local/bin/bwrap") == "/usr/local/bin/bwrap");
    for (const std::string hostile :
         {"", "a b", "a; reboot #", "$(reboot)`reboot`", "it's", "''", "~", "*", "a\\x0ab"}) {
        CAPTURE(hostile);
        const auto outcome = run({.argv = {"/bin/sh", "-c", "printf %s: " + shell_word(hostile)}});
        REQUIRE(outcome);
        CHECK(outcome->out == hostile + ":");
    }
}

TEST_CASE("text is taken apart") {
    CHECK(trimmed(" \t a b \n") == "a b");
    CHECK(trimmed(" \n").empty());
    CHECK(words(" a  b\n") == std::vector<std::string_view>{"a", "b"});
    CHECK(lines("a\n\nb") == std::vector<std::string_view>{"a", "", "b"});
    CHECK(lines("a\n") == std::vector<std::string_view>{"a"});
    CHECK(lines("").empty());
}

TEST_CASE("a number is a number, whole and in range") {
    CHECK(parse_number("15000") == 15000);
    CHECK(parse_number("-1") == -1);
    for (const char* wrong : {"", "1 ", " 1", "1x", "0x10", "99999999999999999999", "+1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_number(wrong));
    }
}

TEST_CASE("a mistyped word finds the one that was meant") {
    const std::vector<std::string> known{"validate", "reload", "status", "probe", "--format"};
    CHECK(nearest("stauts", known) == "status");
    CHECK(nearest("--fromat", known) == "--format");
    CHECK(nearest("relaod", known) == "reload");
    CHECK_FALSE(nearest("xyzzy-plugh", known));
}

TEST_CASE("a program's output and its end are told apart") {
    const auto outcome = run({.argv = {"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}});
    REQUIRE(outcome);
    CHECK(outcome->out == "out\n");
    CHECK(outcome->err == "err\n");
    CHECK(outcome->exit_code == 3);
    CHECK(describe_end(*outcome) == "exit status 3");

    const auto killed = run({.argv = {"/bin/sh", "-c", "kill -SEGV $$"}});
    REQUIRE(killed);
    CHECK(killed->exit_code == -1);
    CHECK(describe_end(*killed) == "killed by signal 11");
}

TEST_CASE("a program reads the file it is given, and no other by a link") {
    test::FakeHost host;
    host.write("/file", "content");
    const auto file = host.real("/file");
    const auto link = host.real("/link");
    REQUIRE(symlink(file.c_str(), link.c_str()) == 0);
    const auto read = run({.argv = {"/bin/cat"}, .input = file});
    REQUIRE(read);
    CHECK(read->out == "content");
    const auto refused = run({.argv = {"/bin/cat"}, .input = link});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ELOOP);
    CHECK(refused.error().message() == "cannot read " + link + ": Too many levels of symbolic links");
}

TEST_CASE("a program that cannot be started is an error with its errno") {
    const auto outcome = run({.argv = {"/nonexistent/program"}});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().message() == "cannot start /nonexistent/program: No such file or directory");
}

TEST_CASE("a program that does not end is ended, with all it started") {
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome =
        run({.argv = {"/bin/sh", "-c", "sleep 1000 & echo $!; sleep 1000"}, .time_limit = 300ms});
    REQUIRE(outcome);
    CHECK(outcome->timed_out);
    CHECK_FALSE(outcome->succeeded());
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(has_ended(std::string(trimmed(outcome->out))));
}

TEST_CASE("a program that leaves somebody behind with its output open is not waited for") {
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = run({.argv = {"/bin/sh", "-c", "sleep 1000 & echo done"}});
    REQUIRE(outcome);
    CHECK(outcome->succeeded());
    CHECK(outcome->out == "done\n");
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("endless output neither fills memory nor stops the clock") {
    const auto outcome = run({.argv = {"/bin/sh", "-c", "yes"}, .time_limit = 300ms});
    REQUIRE(outcome);
    CHECK(outcome->timed_out);
    CHECK(outcome->out.size() == 64UL * 1024);
}

TEST_CASE("a program inherits nothing") {
    setenv("LD_BOXLITE_SECRET", "1", 1);
    const auto environment = run({.argv = {"/usr/bin/env"}});
    REQUIRE(environment);
    CHECK(environment->out == "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");

    const int leaked = dup(0);
    const auto files = run({.argv = {"/bin/sh", "-c", "ls /proc/$$/fd; pwd; umask"}});
    close(leaked);
    REQUIRE(files);
    CHECK(files->out == "0\n1\n2\n/\n0022\n");
}

TEST_CASE("privileges are dropped completely") {
    if (geteuid() != 0) {
        MESSAGE("not root: nothing to drop");
        return;
    }
    const auto nobody = find_user("nobody");
    REQUIRE(nobody);
    CHECK(nobody->uid == boxlite::nobody().uid);
    CHECK(nobody->gid == boxlite::nobody().gid);
    const auto outcome =
        run({.argv = {"/bin/sh", "-c", "grep -E '^(Uid|Gid|Groups|Cap(Prm|Eff|Amb)):' /proc/self/status"},
             .user = *nobody});
    REQUIRE(outcome);
    const std::string id = std::to_string(nobody->uid);
    const std::string group = std::to_string(nobody->gid);
    CHECK(words(outcome->out) == words("Uid: " + id + " " + id + " " + id + " " + id + " Gid: " + group +
                                       " " + group + " " + group + " " + group +
                                       " Groups: CapPrm: 0000000000000000 CapEff: 0000000000000000 "
                                       "CapAmb: 0000000000000000"));
}

TEST_CASE("a user that is not there is an error that names it") {
    const auto user = find_user("no-such-user-here");
    REQUIRE_FALSE(user);
    CHECK(user.error().message() == "cannot find user no-such-user-here: no such user");
}

TEST_CASE("turns are taken one after the other") {
    std::string parent = "/tmp/boxlite-turn-XXXXXX";
    REQUIRE(mkdtemp(parent.data()) != nullptr);
    const auto place = parent + "/place";
    SUBCASE("the second waits, and fails when it takes too long") {
        const auto first = take_turn(place, 10s);
        REQUIRE(first);
        CHECK(first->is_open());
        const auto second = take_turn(place, 200ms);
        REQUIRE_FALSE(second);
        CHECK(second.error().message() == "cannot begin: another run has not ended for 0 s");
    }
    SUBCASE("and has its own once the first is done") {
        CHECK(take_turn(place, 10s)->is_open());
        CHECK(take_turn(place, 0s)->is_open());
    }
    SUBCASE("not where others may enter, who could keep it for ever") {
        mkdir(place.c_str(), 0755);
        chmod(place.c_str(), 0755);
        const auto turn = take_turn(place, 0s);
        REQUIRE(turn);
        CHECK_FALSE(turn->is_open());
    }
    SUBCASE("not through a link") {
        REQUIRE(symlink("/root", place.c_str()) == 0);
        CHECK_FALSE(take_turn(place, 0s)->is_open());
    }
    SUBCASE("not where there is no place for it") {
        CHECK_FALSE(take_turn(place + "/deeper", 0s)->is_open());
    }
    unlink(place.c_str());
    rmdir(place.c_str());
    rmdir(parent.c_str());
}
