// SPDX-License-Identifier: Apache-2.0
#include "denials/denials.h"
#include "denials/explain.h"
#include "denials/record.h"

#include <doctest/doctest.h>

#include <set>

using namespace boxlite;
using namespace std::literals;

namespace {

// Recorded on trixie with a kernel that restricts (6.12), as dmesg has them.
const std::string transition =
    R"(audit: type=1400 audit(1795465254.522:130): apparmor="AUDIT" operation="userns_create" class="namespace" )"
    R"(info="Userns create - transitioning profile" profile="unconfined" pid=340 comm="bwrap" )"
    R"(requested="userns_create" target="unprivileged_userns")";
const std::string capability =
    R"(audit: type=1400 audit(1795465254.527:131): apparmor="DENIED" operation="capable" class="cap" )"
    R"(profile="unprivileged_userns" pid=341 comm="bwrap" capability=8  capname="setpcap")";
const std::string disconnected =
    R"(audit: type=1400 audit(1795465254.527:132): apparmor="DENIED" operation="open" class="file" )"
    R"(info="Failed name lookup - disconnected path" error=-13 profile="unprivileged_userns" )"
    R"(name="proc/341/uid_map" pid=341 comm="bwrap" requested_mask="wr" denied_mask="wr" fsuid=65534 ouid=65534)";

/// A line of the audit log.
std::string logged(const std::string& fields, unsigned serial = 7, long long seconds = 1795465254) {
    return "type=AVC msg=audit(" + std::to_string(seconds) + ".527:" + std::to_string(serial) +
           "): apparmor=" + fields;
}

std::string_view kind_of(const std::string& line) {
    const auto record = parse_record_in(line);
    REQUIRE(record);
    REQUIRE(concerns_bwrap(*record));
    return explain(*record).kind;
}

bool concerns(const std::string& fields) {
    const auto record = parse_record_in(logged(fields));
    return record && concerns_bwrap(*record);
}

} // namespace

TEST_CASE("a record is read whatever its log puts before and after it") {
    const auto bare = parse_record_in(disconnected);
    REQUIRE(bare);
    CHECK(bare->event == Record::Event::denied);
    CHECK(bare->stamp == AuditStamp{1795465254, 527, 132});
    CHECK(bare->operation == "open");
    CHECK(bare->info == "Failed name lookup - disconnected path");
    CHECK(bare->profile == "unprivileged_userns");
    CHECK(bare->comm == "bwrap");
    CHECK(bare->name == "proc/341/uid_map");
    CHECK(bare->denied == "wr");
    CHECK(bare->pid == 341);

    const auto record = disconnected.substr(disconnected.find("audit("));
    for (const std::string& line :
         {"Nov 24 22:00:00 guest kernel: [   12.345678] audit: type=1400 " + record,
          "2026-11-24T22:00:00.123456+00:00 guest kernel: audit: type=1400 " + record,
          "type=AVC msg=" + record + "\x1d" + R"(FSUID="nobody" OUID="nobody")",
          "node=guest type=AVC msg=" + record}) {
        CAPTURE(line);
        const auto same = parse_record_in(line);
        REQUIRE(same);
        CHECK(same->stamp == bare->stamp);
        CHECK(same->event == bare->event);
        CHECK(same->name == bare->name);
        CHECK(same->denied == bare->denied);
    }
}

TEST_CASE("keys that AppArmor 3's parser does not know do not hide a record") {
    CHECK(parse_record_in(transition)->target == "unprivileged_userns");
    CHECK(parse_record_in(transition)->requested == "userns_create");
    CHECK(parse_record_in(capability)->name == "setpcap");
    CHECK(
        parse_record_in(logged(R"("DENIED" operation="capable" novel=7 profile="bwrap" more="x y" comm="a")"))
            ->comm == "a");
}

TEST_CASE("what a process calls itself or a file is taken as it is") {
    const auto comm_of = [](const std::string& value) {
        return parse_record_in(
                   logged(R"("DENIED" operation="open" profile="bwrap" comm=)" + value + " pid=5"))
            ->comm;
    };
    CHECK(comm_of("1B5B324A") == "\x1b[2J");
    CHECK(comm_of(R"("a\b")") == "a\\b");
    SUBCASE("a backslash before the quote does not take the quote in") {
        CHECK(comm_of(R"("x\")") == "x\\");
    }
    SUBCASE("what is not hexadecimal is left out") {
        CHECK(comm_of("1B5").empty());
        CHECK(comm_of("xyz").empty());
        CHECK(comm_of("").empty());
    }
    SUBCASE("it cannot pass for bwrap") {
        CHECK(comm_of("62777261702062") == "bwrap b");
    }
    SUBCASE("the first of two counts") {
        CHECK(comm_of(R"("a" comm="bwrap")") == "a");
    }
}

TEST_CASE("lines without a record are passed over, and damaged ones said to be so") {
    for (
        const std::string line :
        {"", "audit(", "audit(1.1:1)", "audit(1.1:1): ", "audit(x.1:1): apparmor=\"DENIED\"",
         "audit(1795465254.527:131): arch=c000003e syscall=59",
         "audit(99999999999999999999.1:1): apparmor=\"DENIED\" profile=\"bwrap\"",
         R"(audit(1.1:1): apparmor="STATUS" operation="profile_load" name="bwrap" comm="apparmor_parser")"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_record_in(line));
    }
    for (std::size_t length = 40; length < capability.size(); ++length) {
        const auto cut = parse_record_in(capability.substr(0, length));
        CAPTURE(length);
        const bool has_profile = length >= capability.find(" pid=");
        CHECK((cut && cut->event == Record::Event::denied) == has_profile);
    }
    CHECK(parse_record_in(logged("\"DENIED"))->event == Record::Event::damaged);
    CHECK(parse_record_in(logged("\"NOVEL\" profile=\"bwrap\""))->event == Record::Event::damaged);
    CHECK(parse_record_in("audit(1.1:1): apparmor=\"DENIED\" \0 \xff=\"\0\""sv));
}

TEST_CASE("which records are about bwrap") {
    CHECK(concerns(R"("DENIED" operation="open" profile="unprivileged_userns" comm="bwrap")"));
    CHECK(concerns(R"("DENIED" operation="open" profile="bwrap" comm="sh")"));
    CHECK(concerns(R"("DENIED" operation="open" profile="bwrap//&unpriv_bwrap" comm="sh")"));
    CHECK(concerns(R"("DENIED" operation="open" label="firefox//&unpriv_bwrap" comm="sh")"));
    CHECK(concerns(R"("ALLOWED" operation="open" profile="bwrap//null-/usr/bin/sh" comm="sh")"));
    CHECK(concerns(R"("DENIED" operation="exec" profile="shop" comm="sh" name="/usr/bin/bwrap")"));
    CHECK(concerns(R"("DENIED" operation="open" profile="bwrap)"));
    SUBCASE("names are compared whole") {
        CHECK_FALSE(concerns(R"("DENIED" operation="open" profile=":glycin:bwrap" comm="sh")"));
        CHECK_FALSE(concerns(R"("DENIED" operation="open" profile="my-bwrap" comm="bwrap-wrapper")"));
        CHECK_FALSE(
            concerns(R"("DENIED" operation="exec" profile="shop" comm="sh" name="/usr/bin/mybwrap")"));
    }
    SUBCASE("other programs share unprivileged_userns") {
        CHECK_FALSE(concerns(
            R"("DENIED" operation="capable" profile="unprivileged_userns" comm="chrome" capname="sys_admin")"));
    }
    SUBCASE("a rule that only wants a line refuses nothing") {
        CHECK_FALSE(concerns(R"("AUDIT" operation="open" profile="bwrap" comm="bwrap" name="/x")"));
    }
}

TEST_CASE("every kind of denial is told from the others") {
    CHECK(kind_of(transition) == "userns-transition");
    CHECK(kind_of(capability) == "capability-without-profile");
    CHECK(kind_of(disconnected) == "disconnected-without-profile");
    const auto fields = [](const std::string& text) { return std::string(kind_of(logged(text))); };
    CHECK(
        fields(
            R"("DENIED" operation="userns_create" class="namespace" info="Userns create restricted - failed to )"
            R"(find unprivileged_userns profile" error=-13 profile="unconfined" pid=4 comm="bwrap" )"
            R"(requested="userns_create" denied="userns_create" target="unprivileged_userns")") ==
        "userns-profile-missing");
    CHECK(fields(R"("DENIED" operation="mount" profile="unprivileged_userns" comm="bwrap" name="/tmp/")") ==
          "refused-without-profile");
    CHECK(
        fields(
            R"("AUDIT" operation="exec" class="file" info="conflicting profile attachments" error=-13 )"
            R"(profile="unconfined" name="/usr/bin/bwrap" comm="sh" requested_mask="x" target="unconfined")") ==
        "conflicting-attachments");
    CHECK(fields(R"("AUDIT" operation="exec" info="conflicting profile attachments - ix fallback" )"
                 R"(profile="bwrap" name="/usr/bin/man" comm="bwrap" requested_mask="x")") ==
          "conflicting-elsewhere");
    CHECK(
        fields(
            R"("DENIED" operation="exec" info="no new privs" error=-1 profile="shop" name="/usr/bin/bwrap" )"
            R"(comm="shop" requested_mask="x" denied_mask="x" target="bwrap")") == "no-new-privileges");
    CHECK(
        fields(
            R"("DENIED" operation="exec" profile="shop" name="/usr/bin/bwrap" comm="shop" denied_mask="x")") ==
        "start-refused");
    CHECK(fields(R"("DENIED" operation="open" info="Failed name lookup - disconnected path" profile="bwrap" )"
                 R"(name="x" comm="bwrap")") == "disconnected-path");
    CHECK(
        fields(R"("DENIED" operation="capable" profile="unpriv_bwrap" comm="unshare" capname="sys_admin")") ==
        "capability-in-sandbox");
    CHECK(fields(R"("DENIED" operation="capable" profile="unpriv_bwrap" comm="bwrap" capname="setpcap")") ==
          "capability-in-sandbox");
    CHECK(
        fields(
            R"("DENIED" operation="open" profile="bwrap//&unpriv_bwrap" comm="cat" name="/etc/hostname")") ==
        "refused-in-sandbox");
    CHECK(fields(R"("DENIED" operation="mount" profile="bwrap" comm="bwrap" name="/newroot/")") ==
          "refused-to-bwrap");
    CHECK(
        fields(R"("DENIED" operation="userns_create" profile="shop" comm="bwrap" denied="userns_create")") ==
        "userns-refused-by-caller");
    CHECK(fields(R"("DENIED" operation="open" profile="shop" comm="bwrap" name="/proc/5/uid_map")") ==
          "refused-by-caller");
    CHECK(
        fields(
            R"("ALLOWED" operation="capable" profile="unprivileged_userns" comm="bwrap" capname="setpcap")") ==
        "complain-mode");
    CHECK(fields(R"("AUDIT" operation="novelty" info="something new" profile="unconfined" comm="bwrap")") ==
          "unknown");
    CHECK(fields(R"("DENIED" operation="capable" comm="bwrap" profi)") == "damaged");
}

TEST_CASE("the table of kinds") {
    std::set<std::string_view> ids;
    for (const auto& kind : all_kinds()) {
        CAPTURE(kind.id);
        CHECK(ids.insert(kind.id).second);
        CHECK_FALSE(kind.title.empty());
        CHECK(kind.title.size() <= 22);
        CHECK_FALSE(kind.why.empty());
        CHECK((kind.weight != Weight::breaking || !kind.fix.empty()));
        CHECK((kind.weight != Weight::intended || kind.fix.empty()));
    }
    CHECK(all_kinds().back().id == "unknown");
}

TEST_CASE("an explanation says what was refused, to whom and under which profile") {
    CHECK(explain(*parse_record_in(capability)).what ==
          "capability setpcap refused to bwrap under unprivileged_userns");
    CHECK(explain(*parse_record_in(disconnected)).what ==
          "open of proc/341/uid_map (wr) refused to bwrap under unprivileged_userns");
    CHECK(explain(*parse_record_in(transition)).what ==
          "a user namespace by bwrap: from unconfined to unprivileged_userns");
    SUBCASE("and what an attacker chose cannot reach the terminal") {
        const auto record = parse_record_in(logged(
            R"("DENIED" operation="open" profile="unpriv_bwrap" comm=1B5B324A0A name=2F1B5D303B780700)"));
        CHECK(explain(*record).what == "open of /\\x1b]0;x\\x07 refused to \\x1b[2J\\x0a under unpriv_bwrap");
        const auto damaged = parse_record_in(logged("\"DENIED\" operation=\"open\" \x1b[2J profile=\"bwrap"));
        CHECK(explain(*damaged).what.find('\x1b') == std::string::npos);
        CHECK(explain(*damaged).what.find("\\x1b[2J") != std::string::npos);
    }
}

TEST_CASE("a text of log lines, folded") {
    const auto report =
        parse_log(transition + "\n" + capability + "\n" + disconnected + "\n" + capability + "\n");
    REQUIRE(report.rows.size() == 3);
    SUBCASE("the same event counts once") {
        for (const auto& row : report.rows) {
            CHECK(row.count == 1);
        }
    }
    SUBCASE("what breaks sandboxes comes first") {
        CHECK(report.rows[2].explanation.kind == "userns-transition");
    }
    SUBCASE("process numbers in /proc do not tell denials apart") {
        CHECK(report.rows[0].record.name == "proc/*/uid_map");
    }
    SUBCASE("other events of the same kind are counted") {
        const auto twice = parse_log(
            logged(R"("DENIED" operation="capable" profile="unpriv_bwrap" pid=1 comm="a" capname="x")", 1,
                   100) +
            "\n" +
            logged(R"("DENIED" operation="capable" profile="unpriv_bwrap" pid=2 comm="a" capname="x")", 9,
                   50));
        REQUIRE(twice.rows.size() == 1);
        CHECK(twice.rows[0].count == 2);
        CHECK(twice.rows[0].first.seconds == 50);
        CHECK(twice.rows[0].last.seconds == 100);
    }
    SUBCASE("serials begin anew with each boot") {
        const auto both =
            parse_log(logged(R"("DENIED" operation="x" profile="bwrap" comm="a")", 5, 100) + "\n" +
                      logged(R"("DENIED" operation="x" profile="bwrap" comm="a")", 5, 200));
        CHECK(both.rows[0].count == 2);
    }
    SUBCASE("one system call may be refused by two profiles") {
        const auto both = parse_log(logged(R"("DENIED" operation="x" profile="bwrap" comm="a")") + "\n" +
                                    logged(R"("DENIED" operation="x" profile="unpriv_bwrap" comm="a")"));
        CHECK(both.rows.size() == 2);
    }
}

TEST_CASE("any bytes at all do no harm") {
    unsigned state = 1;
    constexpr auto alphabet = "audit(1.2:3): apparmor=\"DENIED\" profile=bwrap\\\n\0\x1d\xff\x1b 0A"sv;
    std::string text;
    for (int i = 0; i < 200'000; ++i) {
        state = state * 1664525U + 1013904223U;
        text += alphabet[state / 65536 % alphabet.size()];
        if (i % 97 == 0) {
            text += "audit(1.2:" + std::to_string(i) + "): apparmor=\"DENIED\" profile=\"bwrap\" comm=";
        }
    }
    const auto report = parse_log(text);
    for (const auto& row : report.rows) {
        CHECK(row.explanation.what.find_first_of(std::string_view("\0\n\x1b\xff", 4)) == std::string::npos);
    }
}

TEST_CASE("memory is bounded, and nothing is lost without a word") {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        const auto number = std::to_string(i);
        text += logged("\"DENIED\" operation=\"capable\" profile=\"unpriv_bwrap\" comm=\"c" + number +
                           "\" capname=\"x\"",
                       1000U + static_cast<unsigned>(i)) +
                "\n";
    }
    text += capability + "\n";
    const auto report = parse_log(capability + "\n" + text);
    CHECK(report.rows.size() == 101);
    CHECK(report.rows[0].explanation.kind == "capability-without-profile");
    CHECK(report.left_out[static_cast<std::size_t>(Weight::intended)] == 900);
    CHECK(summarize(report).intended == 1000);

    Tally tally(10, 2);
    for (const unsigned serial : {1U, 2U, 3U, 3U, 1U}) {
        tally.count(*parse_record_in(logged(R"("DENIED" operation="x" profile="bwrap" comm="a")", serial)));
    }
    CHECK(tally.is_inexact());
    CHECK(tally.rows()[0].count == 4);
}
