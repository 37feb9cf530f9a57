// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// Whether a policy file could have a profile that is named bwrap or attached to /usr/bin/bwrap:
/// some header in it says "bwrap", or matches, whatever its variables may stand for. True is a
/// reason to ask apparmor_parser; false is certain, so that few files need to be asked about.
[[nodiscard]] bool may_provide_bwrap(std::string_view policy);

/// Which of the profiles `names` (apparmor_parser --names FILE) are named bwrap or attached to
/// /usr/bin/bwrap, according to `dump` (apparmor_parser --dump=rule-exprs FILE, standard output and
/// error). Profiles of a namespace (":glycin://bwrap") and children are none. The dump begins each
/// profile with its attachment, expanded to a regular expression, or with its name when it has
/// none; measured on AppArmor 3.0.8 and 4.1.0. When the two lists do not fit together, every name
/// outside a namespace counts if any attachment matches.
[[nodiscard]] std::vector<std::string> parse_providing_profiles(std::string_view names,
                                                                std::string_view dump);

} // namespace boxlite
