// SPDX-License-Identifier: Apache-2.0
// A facts file from anywhere, and the verdict on it.
#include "facts/facts_file.h"

#include "expectations.h"
#include "report/report.h"
#include "verdict/causes.h"
#include "verdict/verdict.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto facts = parse_facts(fuzz::as_text(data, size));
    if (!facts) {
        fuzz::expect(fuzz::is_one_safe_line(facts.error().message()), "what is wrong is one safe line");
        return 0;
    }
    const auto written = render_facts(*facts, "1");
    const auto again = parse_facts(written);
    fuzz::expect(again && render_facts(*again, "1") == written, "facts written and read are the same facts");
    for (const auto& verdict : {judge_capability(*facts), judge_state(*facts), judge_probe(*facts)}) {
        fuzz::expect(fuzz::is_safe_text(render_text(verdict, Detail::everything, {})),
                     "a report is safe to show");
        for (const auto& check : verdict.checks) {
            const auto& finding = check.finding;
            const bool is_filled_in = finding.cause && finding.fix != row_of(*finding.cause).fix;
            fuzz::expect(!is_filled_in || fuzz::is_tame_command(finding.fix),
                         "what was read is a word of a fix, and no command");
        }
    }
    return 0;
}
