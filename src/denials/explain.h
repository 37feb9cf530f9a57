// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "denials/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// What a record means for whoever wants sandboxes, the gravest first.
enum class Weight {
    breaking, ///< a sandbox, or something in it, did not work because of it
    unclear,  ///< not understood
    note,     ///< nothing was refused; it tells how something else came about
    intended, ///< the profile does what it is for
};
inline constexpr std::size_t weight_count = 4;

/// A record in plain words. The texts may be shown as they are.
struct Explanation {
    std::string_view kind;  ///< "capability-without-profile"
    std::string_view title; ///< of the kind, for people
    Weight weight = Weight::unclear;
    std::string what; ///< what was refused, to whom, under which profile
    std::string_view why;
    std::string_view fix; ///< a command or an edit; empty where there is nothing to mend
};

/// A row of the table of kinds.
struct Kind {
    std::string_view id;
    std::string_view title;
    Weight weight;
    bool (*matches)(const Record& record);
    std::string_view why;
    std::string_view fix;
};

/// All kinds, in the order in which they are tried. The last matches everything.
[[nodiscard]] const std::vector<Kind>& all_kinds();

/// The first kind that `record`, which concerns bwrap, is of, and what it says of it. Pure.
[[nodiscard]] Explanation explain(const Record& record);

[[nodiscard]] std::string_view name_of(Weight weight); ///< "intended", "note", "breaking", "unclear"

} // namespace boxlite
