// SPDX-License-Identifier: Apache-2.0
#include "denials/denials.h"
#include "denials/refusals.h"
#include "fake_host.h"
#include "report/report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <limits>
#include <set>

using namespace boxlite;
using namespace boxlite::test;

namespace {

using Outlook = DenialSummary::Verdict;

std::string logged(const std::string& fields) {
    return "audit(1795465254.522:130): apparmor=" + fields;
}

const std::string breaking = logged(
    R"("DENIED" operation="capable" profile="unprivileged_userns" pid=341 comm="bwrap" capname="setpcap")");
const std::string intended =
    logged(R"("DENIED" operation="capable" profile="unpriv_bwrap" comm="unshare" capname="sys_admin")");
const std::string note =
    logged(R"("ALLOWED" operation="capable" profile="unprivileged_userns" comm="bwrap" capname="setpcap")");
const std::string unclear = logged(R"("AUDIT" operation="novelty" info="new" profile="x" comm="bwrap")");
const std::string damaged = logged(R"("DENIED" operation="capable" comm="bwrap" profi)");

std::string kmsg(const std::string& text) {
    return "5,0,1234567,-;" + text;
}

AppArmorFacts nothing_loaded() {
    return {};
}

} // namespace

TEST_CASE("the JSON has a word for every weight and every event") {
    std::set<std::string> weights;
    std::set<std::string> events;
    const auto report = parse_log(breaking + "\n" + intended + "\n" + note + "\n" + unclear + "\n" + damaged);
    const auto document = nlohmann::json::parse(render_json(report, "1"));
    for (const auto& denial : document["denials"]) {
        weights.insert(denial["weight"]);
        events.insert(denial["record"]["event"]);
    }
    CHECK(weights == std::set<std::string>{"breaking", "intended", "note", "unclear"});
    CHECK(events == std::set<std::string>{"allowed", "audit", "damaged", "denied"});
}

TEST_CASE("the text marks every weight in its own way") {
    const auto text =
        render_text(parse_log(breaking + "\n" + intended + "\n" + note + "\n" + damaged), Detail::brief, {});
    for (const auto* line : {"[FAIL] Capability refused", "[ok]   Sandboxed capability",
                             "[warn] Complain mode", "[????] Damaged record"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
}

TEST_CASE("what no row tells is said below the rows") {
    DenialReport report;
    report.left_out.at(static_cast<std::size_t>(Weight::intended)) = 7;
    report.suppressed = 12;
    report.inexact = true;
    const auto text = render_text(report, Detail::brief, {});
    CHECK(text.find("7 more denials are counted but not shown") != std::string::npos);
    CHECK(text.find("12 audit messages were dropped by the kernel") != std::string::npos);
    CHECK(text.find("counts may be too high") != std::string::npos);
}

TEST_CASE("a log that was read in part is warned of") {
    const DenialReport report{.since = {},
                              .sources = {{.state = Source::State::cut_short, .name = "journal"}}};
    const auto text = render_text(report, Detail::brief, {});
    CHECK(text.find("read in part") != std::string::npos);
    CHECK(text.find("why: the time was up") != std::string::npos);
    CHECK(nlohmann::json::parse(render_json(report, "1"))["sources"][0]["state"] == "cut-short");
    CHECK(summarize(report).text == "the journal was not read to its end");
}

TEST_CASE("the sentence about all of it") {
    SUBCASE("what is not understood may be anything") {
        CHECK(summarize(parse_log(unclear)).verdict == Outlook::unknown);
        CHECK(summarize(parse_log(unclear)).text.starts_with("once since "));
    }
    SUBCASE("what the profile is for is no failure") {
        CHECK(summarize(parse_log(intended)).verdict == Outlook::intended);
        CHECK(summarize(parse_log(intended)).text.ends_with("was refused, once"));
        CHECK(name_of(Outlook::intended) == "intended");
    }
    CHECK(name_of(Source::State::unreadable) == "unreadable");
    CHECK(format_time(std::numeric_limits<long long>::max()) == "@9223372036854775807");
}

TEST_CASE("an event that is remembered counts once also when no more can be") {
    Tally tally(10, 1);
    tally.count(*parse_record_in(logged(R"("DENIED" operation="open" profile="x" comm="cat")"))); // not ours
    tally.count(*parse_record_in(breaking));
    tally.count(*parse_record_in(intended));
    tally.count(*parse_record_in(breaking));
    CHECK(tally.is_inexact());
    CHECK(tally.rows().front().count == 1);
}

TEST_CASE("what was refused to bwrap since its profile was loaded") {
    FakeHost host;
    host.write("/proc/stat", "btime 1795465000\n");
    host.ring_buffer = {kmsg(breaking), kmsg(intended)};
    SUBCASE("is counted, and of what is meant to be refused nothing") {
        const auto refusals = gather_refusals(host, nothing_loaded());
        REQUIRE(refusals.is_present());
        CHECK(refusals.value.breaking == 1);
        CHECK(refusals.value.without_profile == 1);
        CHECK(refusals.value.last == "2026-11-23T20:20:54Z");
        CHECK_FALSE(refusals.value.since_loaded);
    }
    SUBCASE("before that is no matter") {
        auto apparmor = nothing_loaded();
        apparmor.loaded = Fact<std::vector<LoadedProfile>>::present(
            {{.name = "bwrap", .mode = "enforce", .loaded_at = 1'795'465'254}});
        const auto refusals = gather_refusals(host, apparmor);
        CHECK(refusals.value.since_loaded);
        CHECK(refusals.value.breaking == 0);
    }
    SUBCASE("is not known when no log can be read") {
        host.ring_buffer = std::unexpected(Error{"read", "/dev/kmsg", EPERM});
        CHECK(gather_refusals(host, nothing_loaded()).reason ==
              "cannot read /dev/kmsg: Operation not permitted");
    }
    SUBCASE("is not known when the audit log, which then has it, cannot be read") {
        host.ring_buffer = {"6,0,0,-;Linux"};
        host.make_directories("/var/log/audit");
        host.forbid("/var/log/audit");
        CHECK(gather_refusals(host, nothing_loaded()).reason ==
              "cannot list /var/log/audit: Permission denied");
        host.ring_buffer = {kmsg(breaking)};
        CHECK(gather_refusals(host, nothing_loaded()).value.breaking == 1);
    }
}
