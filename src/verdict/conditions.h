// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"

#include <string>
#include <string_view>

namespace boxlite {

/// Being built or looked at from outside, in a chroot or in a container that nothing has booted: the
/// kernel that runs is not the one this system will meet.
[[nodiscard]] bool is_image(const Facts& facts);
/// A container that may not load policy: what bwrap gets is up to the host outside.
[[nodiscard]] bool is_container(const Facts& facts);
/// What was not seen of the two above, so that neither can be told; null when they can.
[[nodiscard]] const Fact<bool>* find_unseen_kind(const Facts& facts);
/// The configuration, or what holds without one.
[[nodiscard]] Mode mode_of(const Facts& facts);
/// What is loaded is not what the file it comes from says; false where that cannot be told.
[[nodiscard]] bool has_drifted(const Facts& facts);
/// The kernel runs just what our file says, for certain.
[[nodiscard]] bool is_in_force(const Facts& facts);
/// The kernel can restrict unprivileged user namespaces, whether it does now or not.
[[nodiscard]] bool can_restrict(const Facts& facts);
/// The kernel restricts them now.
[[nodiscard]] bool restricts(const Facts& facts);
/// Our profile ought to be in force on the kernel that runs.
[[nodiscard]] bool is_wanted(const Facts& facts);
/// No link makes our profile inactive on disk.
[[nodiscard]] bool is_active(const Facts& facts);
/// The profile is active or inactive on disk as decided, or it was not decided here.
[[nodiscard]] bool is_as_decided(const Facts& facts);
/// The parser can compile the profile: AppArmor 4, with its abi/4.0. False also when not seen.
[[nodiscard]] bool parses_profile(const Facts& facts);
/// A profile of that name is loaded.
[[nodiscard]] bool is_loaded(const Facts& facts, std::string_view name);
/// The file provides a profile of our very name, so that theirs and ours replace each other.
[[nodiscard]] bool shares_our_name(const Provider& provider);
/// "FILE (package NAME)", or "FILE (no package)", made printable.
[[nodiscard]] std::string name_with_owner(const Provider& provider);
/// The first number of a version: 4 for "4.1.0"; 0 when there is none.
[[nodiscard]] int major_version(std::string_view version);

/// What bwrap and the process it starts are labelled when the policy is in force.
inline constexpr std::string_view bwrap_label = "bwrap (enforce)";
inline constexpr std::string_view sandbox_label = "bwrap//&unpriv_bwrap (enforce)";

} // namespace boxlite
