// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace boxlite {

/// Everything that can be wrong, by check. Each has a row in the table of causes.
enum class Cause {
    userns_not_built,
    userns_limit_zero,
    userns_clone_off,
    restriction_off,
    unprivileged_userns_missing,
    apparmor_off,
    securityfs_missing,
    userns_not_mediated,
    stacking_missing,
    policy_version_old,
    parser_missing,
    parser_old,
    abi_missing,
    bwrap_missing,
    bwrap_not_a_file,
    bwrap_writable,
    bwrap_not_executable,
    bwrap_foreign,
    bwrap_diverted,
    bwrap_script,
    bwrap_setuid,
    bwrap_shadowed,
    kvm_missing,
    kvm_refused,
    setting_not_understood,
    profile_file_missing,
    profile_inactive,
    profile_needless,
    profile_disabled,
    profile_drifted,
    profile_not_loaded,
    profile_not_enforced,
    link_dangling,
    label_unconfined,
    label_other,
    container_host,
    mode_never,
    provider_not_loaded,
    profile_in_the_way,
    provider_refuses,
    profile_refuses,
    providers_conflict,
    nothing_allows,
    userns_used_up,
    tasks_used_up,
    namespace_refused,
    caller_confined,
    proc_masked,
    root_not_pivotable,
    tmp_unusable,
    selinux_enforcing,
    mount_refused,
    bwrap_hangs,
    unexplained,
    capabilities_kept,
    sandbox_label_wrong,
    sandbox_loose,
    bwrap_elsewhere,
    sandbox_refused,
};

/// A row of the table of causes. `why` and `fix` are what the report says below a problem; a word
/// in braces in them, such as {file}, stands for what the host has.
struct CauseRow {
    Cause cause;
    std::string_view id;    ///< what `explain` takes and the JSON gives: "userns-limit-zero"
    std::string_view check; ///< the id of the check that finds it
    std::string_view why;
    std::string_view fix; ///< a command, as far as one mends it
};

/// All causes, in the order of the enumeration.
[[nodiscard]] const std::vector<CauseRow>& all_causes();
[[nodiscard]] const CauseRow& row_of(Cause cause);

/// A word in braces and what stands for it here.
struct Replacement {
    std::string_view word;
    std::string value;
};

/// `text` with every {word} replaced by its value.
[[nodiscard]] std::string fill_in(std::string_view text, const std::vector<Replacement>& replacements);

} // namespace boxlite
