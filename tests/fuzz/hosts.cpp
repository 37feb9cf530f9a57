// SPDX-License-Identifier: Apache-2.0
// A whole host, from its files to the report. A report is read on terminals and by programs.
#include "byte_host.h"
#include "facts/gather.h"
#include "probe/probe.h"
#include "report/report.h"
#include "verdict/verdict.h"

#include <nlohmann/json.hpp>

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::ByteHost host(fuzz::as_text(data, size));
    auto facts = gather_facts(host, nullptr);
    facts.probe = probe(host, nullptr, facts.apparmor.enabled.is(true));
    const auto decision = decide(facts);
    fuzz::expect(fuzz::is_one_safe_line(decision.reason), "the reason of a decision is one safe line");
    const auto profile = summarize_profile(facts);
    for (const auto& verdict : {judge_capability(facts), judge_state(facts), judge_probe(facts)}) {
        for (const std::size_t width : {0UL, 40UL}) {
            fuzz::expect(fuzz::is_safe_text(render_text(verdict, Detail::everything, {.width = width})),
                         "a report is safe to show");
        }
        fuzz::expect(fuzz::is_safe_text(render_prometheus(verdict, &profile, "1", nullptr)),
                     "metrics are lines of ASCII");
        const auto json = render_json(verdict, &profile, "1");
        fuzz::expect(fuzz::is_safe_text(json) && nlohmann::json::accept(json), "a report is JSON, in ASCII");
    }
    return 0;
}
