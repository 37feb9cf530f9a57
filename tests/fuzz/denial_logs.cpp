// SPDX-License-Identifier: Apache-2.0
// Every log of a host, from the kernel's ring buffer to what rotation left of syslog, and the report.
#include "byte_host.h"
#include "denials/denials.h"
#include "denials/refusals.h"
#include "report/report.h"

#include <nlohmann/json.hpp>

#include <array>

using namespace boxlite;

namespace {

/// Few rows and events, and no time, so that the limits are met.
constexpr std::array<DenialLimits, 2> all_limits{
    {{.rows = 3, .events = 8}, {.time = std::chrono::milliseconds(0)}}};

void check(const DenialReport& report) {
    fuzz::expect(fuzz::is_one_safe_line(summarize(report).text), "a summary is one safe line");
    for (const std::size_t width : {0UL, 40UL}) {
        fuzz::expect(fuzz::is_safe_text(render_text(report, Detail::everything, {.width = width})),
                     "a report is safe to show");
    }
    const auto json = render_json(report, "1");
    fuzz::expect(fuzz::is_safe_text(json) && nlohmann::json::accept(json), "a report is JSON, in ASCII");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    for (const Since since : {Since{}, Since{.boot = false, .seconds = 1'795'465'254}}) {
        for (const auto& limits : all_limits) {
            check(gather_denials(fuzz::ByteHost(input), since, limits));
        }
    }
    check(parse_log(input));
    const fuzz::ByteHost host(input);
    AppArmorFacts apparmor;
    apparmor.loaded = Fact<std::vector<LoadedProfile>>::present({{.name = "bwrap", .mode = "enforce"}});
    const auto refusals = gather_refusals(host, apparmor);
    fuzz::expect(fuzz::is_one_safe_line(refusals.reason) && fuzz::is_one_safe_line(refusals.value.last),
                 "what was refused is one safe line");
    return 0;
}
