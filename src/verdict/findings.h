// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verdict/causes.h"
#include "verdict/verdict.h"

#include <string>
#include <vector>

namespace boxlite {

/// What a check's function returns, in a word.
[[nodiscard]] Finding pass(std::string summary);
/// A pass that is worth knowing of.
[[nodiscard]] Finding note(std::string summary);
[[nodiscard]] Finding skip(std::string summary);
[[nodiscard]] Finding unknown(std::string reason);
/// A problem: its `why` and `fix` are those of the table of causes, filled in.
[[nodiscard]] Finding warn(Cause cause, std::string summary,
                           const std::vector<Replacement>& replacements = {});
[[nodiscard]] Finding fail(Cause cause, std::string summary,
                           const std::vector<Replacement>& replacements = {});

/// What is not asked of a system being built, and of a container.
[[nodiscard]] Finding skip_image();
[[nodiscard]] Finding skip_container();
/// What only AppArmor's files in securityfs tell, where those are not there; judge_enabled says that.
[[nodiscard]] Finding skip_unseen();

/// The functions behind the table of checks. Pure.
[[nodiscard]] Finding judge_userns(const Facts& facts);
[[nodiscard]] Finding judge_restriction(const Facts& facts);
[[nodiscard]] Finding judge_enabled(const Facts& facts);
[[nodiscard]] Finding judge_features(const Facts& facts);
[[nodiscard]] Finding judge_parser(const Facts& facts);
[[nodiscard]] Finding judge_binary(const Facts& facts);
[[nodiscard]] Finding judge_path(const Facts& facts);
[[nodiscard]] Finding judge_kvm(const Facts& facts);
[[nodiscard]] Finding judge_configuration(const Facts& facts);
[[nodiscard]] Finding judge_profile_state(const Facts& facts);
[[nodiscard]] Finding judge_profile_loaded(const Facts& facts);
[[nodiscard]] Finding judge_overrides(const Facts& facts);
[[nodiscard]] Finding judge_links(const Facts& facts);
[[nodiscard]] Finding judge_label(const Facts& facts);
[[nodiscard]] Finding judge_preflight(const Facts& facts);
[[nodiscard]] Finding judge_jail(const Facts& facts);
[[nodiscard]] Finding judge_confinement(const Facts& facts);
[[nodiscard]] Finding judge_refusals(const Facts& facts);

/// Why a run of bwrap that ended with `complaint` failed, and what mends it.
[[nodiscard]] Finding explain_failed_run(const Facts& facts, const std::string& complaint);

} // namespace boxlite
