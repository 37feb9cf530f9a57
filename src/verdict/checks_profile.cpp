// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/conditions.h"
#include "verdict/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace boxlite {

Finding judge_configuration(const Facts& facts) {
    const auto& configuration = facts.configuration;
    if (configuration.is_unreadable()) {
        return unknown(configuration.reason);
    }
    if (!configuration.value.complaints.empty()) {
        return warn(Cause::setting_not_understood,
                    fmt::format("{}", fmt::join(configuration.value.complaints, "; ")));
    }
    static constexpr std::array<std::string_view, 3> modes{"auto", "always", "never"};
    return pass(fmt::format("mode {}{}", modes.at(static_cast<std::size_t>(mode_of(facts))),
                            configuration.value.strict ? ", strict" : ""));
}

Finding judge_profile_state(const Facts& facts) {
    const auto& profile = facts.profile;
    if (profile.file.is_absent()) {
        return can_restrict(facts)
                   ? fail(Cause::profile_file_missing, "/etc/apparmor.d/boxlite-bwrap is not there")
                   : skip("/etc/apparmor.d/boxlite-bwrap is not there; not needed here");
    }
    const auto decision = decide(facts);
    const std::vector<Replacement> reason{{"reason", decision.reason}};
    switch (decision.action) {
    case Decision::Action::activate:
        return is_active(facts) ? note("active: " + decision.reason)
                                : fail(Cause::profile_inactive, "inactive, and ought to be active", reason);
    case Decision::Action::deactivate:
        return is_active(facts) ? warn(Cause::profile_needless, "active, and ought not to be", reason)
                                : note("inactive: " + decision.reason);
    case Decision::Action::undecided:
        return unknown(decision.reason);
    case Decision::Action::leave:
        break;
    }
    const std::string summary = "disabled by an administrator";
    return can_restrict(facts) ? warn(Cause::profile_disabled, summary) : note(summary);
}

Finding judge_profile_loaded(const Facts& facts) {
    if (is_image(facts)) {
        return skip_image();
    }
    if (facts.apparmor.securityfs.is_absent()) {
        return skip_unseen();
    }
    const auto& loaded = facts.apparmor.loaded;
    if (has_drifted(facts)) {
        return fail(Cause::profile_drifted, "not what " + printable(facts.profile.compiled_from) + " says");
    }
    if (!is_wanted(facts)) {
        return skip("ours is inactive");
    }
    if (loaded.is_unreadable()) {
        return unknown(loaded.reason);
    }
    for (const std::string name : {"bwrap", "unpriv_bwrap"}) {
        const auto found = std::find_if(loaded.value.begin(), loaded.value.end(),
                                        [&](const auto& profile) { return profile.name == name; });
        if (found == loaded.value.end()) {
            return fail(Cause::profile_not_loaded, name + " is not loaded");
        }
        if (found->mode != "enforce") {
            // Loaded as its file has it, or loaded so by somebody else.
            return fail(Cause::profile_not_enforced,
                        fmt::format("{} is loaded in {} mode", name, found->mode),
                        {{"command", is_in_force(facts) ? "aa-enforce /etc/apparmor.d/boxlite-bwrap "
                                                          "(of package apparmor-utils)"
                                                        : "boxlite-bwrap-apparmor reload"}});
        }
    }
    return pass("bwrap and unpriv_bwrap, enforced");
}

Finding judge_overrides(const Facts& facts) {
    const auto& overrides = facts.profile.local_overrides;
    if (overrides.is_unreadable()) {
        return unknown(overrides.reason);
    }
    return overrides.value.empty() ? pass("none")
                                   : note(fmt::format("in use: {}", fmt::join(overrides.value, ", ")));
}

Finding judge_links(const Facts& facts) {
    const auto& dangling = facts.profile.dangling_links;
    if (dangling.empty()) {
        return pass("none leads nowhere");
    }
    std::string summary;
    for (const auto& link : dangling) {
        summary += fmt::format("{}{} -> {} ({}) leads nowhere", summary.empty() ? "" : "; ", link.path,
                               link.target, link.owner ? "package " + *link.owner : "no package");
    }
    constexpr std::string_view extra = "/usr/share/apparmor/extra-profiles/";
    return warn(Cause::link_dangling, summary,
                {{"command", dangling.front().target.starts_with(extra)
                                 ? "apt-get install apparmor-profiles"
                                 : "rm " + shell_word(dangling.front().path)}});
}

} // namespace boxlite
