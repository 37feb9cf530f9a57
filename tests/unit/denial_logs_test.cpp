// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "denials/denials.h"
#include "denials/logs.h"
#include "fake_host.h"
#include "report/report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace boxlite;
using namespace boxlite::test;

namespace {

constexpr long long booted = 1'795'465'000;
const Since since_boot{.boot = true, .seconds = booted};

std::string record(unsigned serial, const std::string& comm = "bwrap", long long seconds = booted + 100) {
    return "audit(" + std::to_string(seconds) + ".527:" + std::to_string(serial) +
           R"(): apparmor="DENIED" operation="capable" class="cap" profile="unprivileged_userns" pid=341 comm=")" +
           comm + R"(" capability=8  capname="setpcap")";
}

std::string kmsg(const std::string& text, unsigned number = 0) {
    return "5," + std::to_string(number) + ",1234567,-;audit: type=1400 " + text;
}

const std::string journal_argv = "/usr/bin/journalctl --quiet --no-pager --reverse --output=json "
                                 "--output-fields=MESSAGE,_TRANSPORT,_AUDIT_ID,_SOURCE_REALTIME_TIMESTAMP ";
const std::string journal_command = journal_argv + "--boot _TRANSPORT=kernel + _AUDIT_TYPE=1400";

void furnish_journal(FakeHost& host, const std::vector<nlohmann::json>& entries) {
    host.write("/run/log/journal/0123456789abcdef/system.journal", "LPKSHHRH");
    std::string out;
    for (const auto& entry : entries) {
        out += entry.dump() + "\n";
    }
    host.answer(journal_command, {.exit_code = 0, .out = out});
}

unsigned long long count(const DenialReport& report) {
    unsigned long long sum = 0;
    for (const auto& row : report.rows) {
        sum += row.count;
    }
    return sum;
}

const Source& source(const DenialReport& report, std::string_view name) {
    const auto found = std::find_if(report.sources.begin(), report.sources.end(),
                                    [&](const Source& one) { return one.name == name; });
    REQUIRE(found != report.sources.end());
    return *found;
}

using State = Source::State;
using Outlook = DenialSummary::Verdict;

} // namespace

TEST_CASE("the ring buffer") {
    FakeHost host;
    host.ring_buffer = {"6,0,0,-;Linux version 6.12", kmsg(record(1), 1), kmsg(record(2, "sh"), 2),
                        kmsg(record(3), 3) + "\n SUBSYSTEM=x\n"};
    const auto report = gather_denials(host, since_boot);
    CHECK(source(report, "kernel ring buffer").state == State::read);
    CHECK(count(report) == 2);
    CHECK(summarize(report).verdict == Outlook::breaking);
    SUBCASE("what programs write to it is not the kernel's") {
        host.ring_buffer = {"13" + kmsg(record(1)).substr(1)};
        CHECK(count(gather_denials(host, since_boot)) == 0);
    }
    SUBCASE("what is no record of it is passed over") {
        host.ring_buffer = {record(1), "5;0," + record(2), kmsg(record(3))};
        CHECK(count(gather_denials(host, since_boot)) == 1);
    }
    SUBCASE("its escapes are undone") {
        auto text = record(1);
        text.replace(text.find("comm=\"bwrap\""), 12, R"(comm="bwrap" name="/a\x5cb")");
        text.replace(text.find(" capname"), std::string::npos, "");
        host.ring_buffer = {kmsg(text)};
        CHECK(gather_denials(host, since_boot).rows[0].record.name == "/a\\b");
    }
    SUBCASE("once the oldest is overwritten, nothing is not all") {
        host.ring_buffer = {"6,77,0,-;usb 1-1: something"};
        const auto wrapped = gather_denials(host, since_boot);
        CHECK(source(wrapped, "kernel ring buffer").state == State::cut_short);
        CHECK(summarize(wrapped).verdict == Outlook::unknown);
        CHECK(summarize(wrapped).text == "the oldest messages are overwritten");
    }
    SUBCASE("the kernel tells how many messages it dropped") {
        host.ring_buffer = {"5,0,0,-;kauditd_printk_skb: 38 callbacks suppressed",
                            "5,1,0,-;x: 9 callbacks suppressed"};
        CHECK(gather_denials(host, since_boot).suppressed == 38);
    }
}

TEST_CASE("an event counts once, in however many logs it is") {
    FakeHost host;
    host.ring_buffer = {kmsg(record(1))};
    const auto message = record(1);
    furnish_journal(host, {{{"_TRANSPORT", "kernel"}, {"MESSAGE", "audit: type=1400 " + message}},
                           {{"_TRANSPORT", "audit"},
                            {"MESSAGE", "AVC " + message.substr(message.find("apparmor"))},
                            {"_AUDIT_ID", "1"},
                            {"_SOURCE_REALTIME_TIMESTAMP", std::to_string(booted + 100) + "527000"}},
                           {{"_TRANSPORT", "kernel"}, {"MESSAGE", nlohmann::json::array({0xff, 0x61})}},
                           {{"_TRANSPORT", "kernel"}, {"MESSAGE", nullptr}}});
    host.write("/var/log/audit/audit.log", "type=AVC msg=" + message + "\x1d" + "FSUID=\"nobody\"\n");
    const auto report = gather_denials(host, since_boot);
    CHECK(count(report) == 1);
    for (const auto* name : {"kernel ring buffer", "journal", "audit log"}) {
        CHECK(source(report, name).state == State::read);
    }
    CHECK(report.sources.size() == 3);
}

TEST_CASE("the audit log") {
    FakeHost host;
    SUBCASE("is read through all its files") {
        host.write("/var/log/audit/audit.log", "type=AVC msg=" + record(3) + "\n");
        host.write("/var/log/audit/audit.log.1", "type=AVC msg=" + record(2) + "\n");
        host.write("/var/log/audit/audit.log.2", "type=AVC msg=" + record(1));
        host.write("/var/log/audit/audit.logfile", "type=AVC msg=" + record(9));
        CHECK(count(gather_denials(host, since_boot)) == 3);
    }
    SUBCASE("is where auditd was told to put it") {
        host.write("/etc/audit/auditd.conf", "# log_file = /x\nlog_file = /srv/audit/a.log\n");
        host.write("/srv/audit/a.log", "type=AVC msg=" + record(3) + "\n");
        CHECK(count(gather_denials(host, since_boot)) == 1);
    }
    SUBCASE("is not read further back than asked") {
        host.write("/var/log/audit/audit.log", "type=AVC msg=" + record(1, "bwrap", booted - 10'000) + "\n" +
                                                   "type=AVC msg=" + record(2, "bwrap", booted - 10) + "\n" +
                                                   "type=AVC msg=" + record(3, "bwrap", booted + 10) + "\n");
        CHECK(count(gather_denials(host, since_boot)) == 1);
        CHECK(count(gather_denials(host, {.boot = false, .seconds = booted - 100})) == 2);
        CHECK(count(gather_denials(host, {.boot = false, .seconds = 0})) == 3);
    }
    SUBCASE("forbidden: not known, and root is named") {
        host.ring_buffer = {"6,0,0,-;Linux"};
        host.make_directories("/var/log/audit");
        host.forbid("/var/log/audit");
        const auto report = gather_denials(host, since_boot);
        CHECK(source(report, "audit log").state == State::unreadable);
        CHECK(summarize(report).verdict == Outlook::unknown);
        CHECK(render_text(report, Detail::problems, {}) ==
              "[????] Audit log              cannot list /var/log/audit: Permission denied\n"
              "       fix: sudo boxlite-bwrap-apparmor denials\n"
              "unknown: cannot list /var/log/audit: Permission denied\n");
    }
    SUBCASE("a file's name is harmless to print, also when the time was up") {
        host.write("/var/log/audit/audit.log.\x1b[2J", "type=AVC msg=" + record(1) + "\n");
        const auto report = gather_denials(host, since_boot, {.time = std::chrono::milliseconds(0)});
        CHECK(source(report, "audit log").detail ==
              "the time was up within /var/log/audit/audit.log.\\x1b[2J");
    }
    SUBCASE("a link in its place is not followed") {
        host.write("/elsewhere", record(1));
        host.link(host.real("/elsewhere"), "/var/log/audit/audit.log");
        CHECK(count(gather_denials(host, since_boot)) == 0);
    }
}

TEST_CASE("the journal") {
    FakeHost host;
    host.ring_buffer = std::unexpected(Error{"read", "/dev/kmsg", EPERM});
    SUBCASE("will do where the ring buffer is forbidden") {
        furnish_journal(host, {});
        CHECK(summarize(gather_denials(host, since_boot)).verdict == Outlook::none);
    }
    SUBCASE("that one may not see is not an empty one") {
        furnish_journal(host, {});
        host.forbid("/run/log/journal/0123456789abcdef/system.journal");
        const auto report = gather_denials(host, since_boot);
        CHECK(source(report, "journal").forbidden);
        CHECK(source(report, "syslog").state == State::absent);
        CHECK(summarize(report).verdict == Outlook::unknown);
        CHECK(summarize(report).text == "cannot read /dev/kmsg: Operation not permitted");
    }
    SUBCASE("that cannot be read says why") {
        furnish_journal(host, {});
        host.answer(journal_command, {.exit_code = 1, .err = "No such boot ID in journal\n"});
        CHECK(source(gather_denials(host, since_boot), "journal").detail ==
              "cannot read the journal: No such boot ID in journal");
    }
    SUBCASE("in a directory that one may not see is not an empty one either") {
        furnish_journal(host, {});
        host.forbid("/run/log/journal");
        CHECK(source(gather_denials(host, since_boot), "journal").forbidden);
    }
    SUBCASE("has a message that is not UTF-8 as numbers") {
        const auto text = record(1) + "\xff";
        std::vector<unsigned> bytes;
        for (const char character : text) {
            bytes.push_back(static_cast<unsigned char>(character));
        }
        furnish_journal(host, {{{"_TRANSPORT", "kernel"}, {"MESSAGE", bytes}, {"OF", "apparmor="}}});
        CHECK(count(gather_denials(host, since_boot)) == 1);
    }
    SUBCASE("has entries of which nothing can be made") {
        furnish_journal(host, {{{"_TRANSPORT", "kernel"}, {"OF", "apparmor="}},
                               {{"_TRANSPORT", "audit"}, {"MESSAGE", "AVC apparmor=\"DENIED\" bwrap"}}});
        CHECK(count(gather_denials(host, since_boot)) == 0);
    }
    SUBCASE("that took too long was read in part") {
        furnish_journal(host, {});
        const auto report = gather_denials(host, since_boot, {.time = std::chrono::milliseconds(0)});
        CHECK(source(report, "journal").state == State::cut_short);
    }
    SUBCASE("is asked for the time") {
        furnish_journal(host, {});
        host.answer(journal_argv + "--since=@5 _TRANSPORT=kernel + _AUDIT_TYPE=1400", {.exit_code = 0});
        CHECK(source(gather_denials(host, {.boot = false, .seconds = 5}), "journal").state == State::read);
    }
}

TEST_CASE("syslog, where there is no journal") {
    FakeHost host;
    host.ring_buffer = std::unexpected(Error{"read", "/dev/kmsg", EPERM});
    host.write("/var/log/kern.log",
               "Nov 24 22:00:00 guest kernel: [  1.000001] audit: type=1400 " + record(1) + "\n");
    host.write("/var/log/kern.log.2.gz", "");
    host.answer("/usr/bin/gzip --decompress </var/log/kern.log.2.gz",
                {.exit_code = 0, .out = "Nov 24 kernel: audit: type=1400 " + record(2) + "\n"});
    host.write("/var/log/syslog", record(3));
    const auto report = gather_denials(host, since_boot);
    CHECK(source(report, "syslog").state == State::read);
    CHECK(count(report) == 2);
    SUBCASE("what cannot be unpacked is said") {
        host.write("/var/log/kern.log.3.xz", "");
        CHECK(source(gather_denials(host, since_boot), "syslog").detail ==
              "cannot read /var/log/kern.log.3.xz: only .gz is understood");
    }
    SUBCASE("what gzip cannot unpack, too") {
        host.write("/var/log/kern.log.4.gz", "");
        host.answer("/usr/bin/gzip --decompress </var/log/kern.log.4.gz",
                    {.exit_code = 1, .err = "\ngzip: stdin: not in gzip format\n"});
        CHECK(source(gather_denials(host, since_boot), "syslog").detail ==
              "cannot unpack /var/log/kern.log.4.gz: gzip: stdin: not in gzip format");
    }
    SUBCASE("and how a gzip ended that said nothing") {
        host.write("/var/log/kern.log.4.gz", "");
        host.answer("/usr/bin/gzip --decompress </var/log/kern.log.4.gz", {.signal = 9});
        CHECK(source(gather_denials(host, since_boot), "syslog").detail ==
              "cannot unpack /var/log/kern.log.4.gz: killed by signal 9");
    }
    SUBCASE("with a journal it is not looked at") {
        furnish_journal(host, {});
        CHECK(gather_denials(host, since_boot).sources.size() == 3);
    }
}

TEST_CASE("without any log of the kernel's nothing is known") {
    FakeHost host;
    host.ring_buffer = std::unexpected(Error{"read", "/dev/kmsg", ENOENT});
    const auto report = gather_denials(host, since_boot);
    CHECK(summarize(report).verdict == Outlook::unknown);
    CHECK(summarize(report).text == "there is no log of the kernel's here");
}

TEST_CASE("a large log is read backwards, in blocks, and only as far as needed") {
    FakeHost host;
    const std::string path = "/var/log/audit/audit.log";
    {
        host.write(path, "");
        std::ofstream file(host.real(path));
        for (unsigned i = 0; i < 60'000; ++i) { // some 12 MB
            file << "type=AVC msg=" << record(i, i % 1000 == 0 ? "bwrap" : "cat", booted + i) << "\n";
        }
    }
    std::size_t taken = 0;
    std::string first;
    REQUIRE(host.read_backwards(path, [&](std::string_view line) {
        first = taken == 0 ? std::string(line) : first;
        return ++taken < 10;
    }));
    CHECK(taken == 10);
    CHECK(find_stamp(first)->serial == 59'999);

    taken = 0;
    unsigned long long expected = 60'000;
    REQUIRE(host.read_backwards(path, [&](std::string_view line) {
        ++taken;
        return find_stamp(line)->serial == --expected;
    }));
    CHECK(taken == 60'000);
    CHECK(count(gather_denials(host, since_boot)) == 60);
    CHECK(count(gather_denials(host, {.boot = false, .seconds = booted + 58'500})) == 1);

    SUBCASE("no time: said to be cut short, and so not known") {
        const auto report = gather_denials(host, since_boot, {.time = std::chrono::milliseconds(0)});
        CHECK(source(report, "audit log").state == State::cut_short);
        CHECK(summarize(report).verdict == Outlook::unknown);
    }
}

TEST_CASE("a line without an end takes no more memory than its limit") {
    FakeHost host;
    host.write("/var/log/long", "first\n" + std::string(3'000'000, 'x') + "\nlast");
    std::vector<std::size_t> sizes;
    REQUIRE(host.read_backwards("/var/log/long", [&](std::string_view line) {
        sizes.push_back(line.size());
        return true;
    }));
    CHECK(sizes == std::vector<std::size_t>{4, line_limit, 5});

    sizes.clear();
    LineSplitter splitter;
    const auto take = [&](std::string_view line) {
        sizes.push_back(line.size());
        return true;
    };
    for (int i = 0; i < 100; ++i) {
        CHECK(splitter.feed(std::string(1000, 'x'), take));
    }
    CHECK(splitter.feed("\n\nab\nc", take));
    splitter.finish(take);
    CHECK(sizes == std::vector<std::size_t>{line_limit, 2, 1});
}

TEST_CASE("a program's output is passed on by the line, without a limit in all") {
    std::size_t taken = 0;
    const auto all = run({.argv = {"/usr/bin/seq", "100000"}, .output_limit = 10},
                         [&](std::string_view line) { return std::string(line) == std::to_string(++taken); });
    REQUIRE(all);
    CHECK(all->succeeded());
    CHECK(taken == 100'000);
    SUBCASE("and it is ended when no more is wanted") {
        taken = 0;
        const auto some = run({.argv = {"/usr/bin/yes"}}, [&](std::string_view) { return ++taken < 5; });
        REQUIRE(some);
        CHECK_FALSE(some->timed_out);
        CHECK(some->signal == SIGKILL);
        CHECK(taken == 5);
    }
}

TEST_CASE("times to look from") {
    constexpr long long now = 1'795'557'876; // 2026-11-24T22:04:36Z
    const auto seconds = [&](const std::string& text) { return parse_since(text, now, booted)->seconds; };
    CHECK(parse_since("boot", now, booted)->boot);
    CHECK(seconds("boot") == booted);
    CHECK(seconds("90s") == now - 90);
    CHECK(seconds("10m") == now - 600);
    CHECK(seconds("2h") == now - 7200);
    CHECK(seconds("3d") == now - 259'200);
    CHECK(seconds("1w") == now - 604'800);
    CHECK(seconds("@1795465254") == 1795465254);
    CHECK(seconds("2026-11-24T22:04:36Z") == now);
    CHECK(seconds("2026-11-24 23:04:36+01:00") == now);
    CHECK(seconds("2026-11-24T22:04Z") == now - 36);
    setenv("TZ", "XYZ-2", 1);
    CHECK(seconds("2026-11-24 22:04:36") == now - 7200);
    CHECK(seconds("2026-11-24") == now - 7200 - 79'476);
    unsetenv("TZ");
    CHECK(format_time(now) == "2026-11-24T22:04:36Z");
    for (const std::string text :
         {"", "x", "10", "m", "-5m", "10y", "@", "@-1", "@x", "2026-13-01", "2026-02-31", "2026-11-24T22",
          "2026-11-24 22:04:36 x", "99999999999999999999s", "boot "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_since(text, now, booted));
    }
    CHECK(parse_since("2027-01-01", now, booted).error().message() ==
          "cannot look since '2027-01-01': that is yet to come");
    CHECK(parse_since("\x1b[2J", now, booted)
              .error()
              .message()
              .starts_with("cannot look since '\\x1b[2J': say boot,"));
}

TEST_CASE("the command") {
    FakeHost host;
    host.write("/proc/stat", "cpu 1 2\nbtime 1795465000\n");
    host.ring_buffer = {kmsg(record(1)), kmsg(record(2, "bwrap", booted + 104), 1)};
    auto response = execute(host, {.subcommand = Subcommand::denials, .verbose = true}, {});
    CHECK(response.code == exit_not_ready);
    CHECK(
        response.out ==
        "[ok]   Kernel ring buffer     read\n"
        "[skip] Audit log              there is none\n"
        "[skip] Journal                there is none\n"
        "[skip] Syslog                 there is none\n"
        "[FAIL] Capability refused     capability setpcap refused to bwrap under unprivileged_userns (2 "
        "times, "
        "2026-11-23T20:18:20Z to 2026-11-23T20:18:24Z)\n"
        "       why: bwrap had no profile of its own, and under unprivileged_userns nothing has capabilities "
        "in "
        "its user namespace\n"
        "       fix: boxlite-bwrap-apparmor reload\n"
        "breaking: AppArmor refused what sandboxes need 2 times since boot, last at 2026-11-23T20:18:24Z\n");

    response = execute(host, {.subcommand = Subcommand::denials, .format = Format::json}, {});
    const auto json = nlohmann::json::parse(response.out);
    CHECK(json["verdict"] == "breaking");
    CHECK(json["since"] == "2026-11-23T20:16:40Z");
    CHECK(json["denials"][0]["count"] == 2);
    CHECK(json["denials"][0]["record"]["name"] == "setpcap");
    CHECK(json["denials"][0]["record"]["info"].is_null());

    response = execute(host, {.subcommand = Subcommand::denials, .since = "soon"}, {});
    CHECK(response.code == exit_usage);
    CHECK(response.err.starts_with("boxlite-bwrap-apparmor: cannot look since 'soon': say boot,"));

    host.ring_buffer = {"6,0,0,-;Linux"};
    response = execute(host, {.subcommand = Subcommand::denials, .quiet = true}, {});
    CHECK(response.code == exit_ready);
    CHECK(response.out == "none: since boot nothing of bwrap was refused\n");
}
