// SPDX-License-Identifier: Apache-2.0
// What bwrap complains of, and what the program in the jail says: a bwrap of anybody's may write it.
#include "expectations.h"
#include "probe/probe.h"
#include "verdict/findings.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = fuzz::pieces_of(fuzz::as_text(data, size), 3);
    Outcome outcome{.exit_code = pieces[0] == "1" ? 1 : 0,
                    .signal = 0,
                    .timed_out = false,
                    .out = std::string(pieces[1]),
                    .err = std::string(pieces[2])};
    const auto preflight = classify_preflight(outcome);
    fuzz::expect(preflight.worked == outcome.succeeded(), "bwrap works when it says so");
    fuzz::expect(fuzz::is_one_safe_line(preflight.complaint), "a complaint is one safe line");
    for (const bool with_label : {false, true}) {
        const auto jail = classify_jail(outcome, with_label);
        fuzz::expect(fuzz::is_one_safe_line(jail.value.label) &&
                         fuzz::is_one_safe_line(jail.value.capabilities) &&
                         fuzz::is_one_safe_line(jail.reason),
                     "what the jail says is one safe line");
        fuzz::expect(!jail.value.worked || jail.is_present(), "a jail that worked is a fact");
    }
    if (!preflight.worked) {
        const auto finding = explain_failed_run(Facts{}, preflight.complaint);
        fuzz::expect(finding.status == Status::fail && !finding.fix.empty(), "a failure has a fix");
    }
    return 0;
}
