// SPDX-License-Identifier: Apache-2.0
// A line of the kernel's, audit's or syslog's log, which processes can write into as they like.
#include "denials/explain.h"
#include "denials/record.h"
#include "expectations.h"

#include <string>

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = fuzz::as_text(data, size);
    const auto record = parse_record_in(line);
    if (!record) {
        return 0;
    }
    fuzz::expect(find_stamp(line) == record->stamp, "a record has the stamp of its line");
    fuzz::expect(parse_record_in("x: " + std::string(line)).has_value(), "a prefix hides no record");
    const auto explanation = explain(*record);
    fuzz::expect(fuzz::is_one_safe_line(explanation.what), "an explanation is one safe line");
    fuzz::expect(!explanation.kind.empty(), "a record is of some kind");
    if (record->event != Record::Event::damaged) {
        fuzz::expect(!record->operation.empty() && !record->profile.empty(),
                     "a record that is whole names operation and profile");
    }
    return 0;
}
