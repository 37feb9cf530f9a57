// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "verdict/conditions.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace boxlite {

Decision decide(const Facts& facts) {
    using enum Decision::Action;
    const auto& profile = facts.profile;
    if (profile.file.is_unreadable() || profile.disabled_by.is_unreadable()) {
        return {undecided, profile.file.is_unreadable() ? profile.file.reason : profile.disabled_by.reason};
    }
    if (profile.file.is_absent()) {
        return {leave, "/etc/apparmor.d/boxlite-bwrap is not there"};
    }
    if (profile.disabled_by.value == ProfileFacts::DisabledBy::administrator) {
        return {leave, "an administrator disabled it in /etc/apparmor.d/disable"};
    }
    if (facts.configuration.is_unreadable()) {
        return {undecided, facts.configuration.reason};
    }
    if (mode_of(facts) == Mode::never) {
        return {deactivate, "mode=never in /etc/boxlite-bwrap-apparmor.conf"};
    }
    if (facts.apparmor.parser_version.is_unreadable()) {
        return {undecided, facts.apparmor.parser_version.reason};
    }
    if (facts.apparmor.abi_4.is_unreadable()) {
        return {undecided, facts.apparmor.abi_4.reason};
    }
    if (!parses_profile(facts)) {
        const auto& parser = facts.apparmor.parser_version;
        return {deactivate, parser.is_absent() ? "there is no apparmor_parser"
                                               : fmt::format("AppArmor {} cannot parse it (4.0 or later can)",
                                                             parser.value)};
    }
    if (profile.other_providers.is_unreadable()) {
        return {undecided, profile.other_providers.reason};
    }
    const auto& others = profile.other_providers.value;
    const bool always = mode_of(facts) == Mode::always;
    const auto rival = std::find_if_not(others.begin(), others.end(), shares_our_name);
    // Ours may stand in for one of the same name. Beside another name both would be without effect.
    if (!others.empty() && !(always && rival == others.end())) {
        const auto& provider = always ? *rival : others.front();
        return {deactivate, name_with_owner(provider) + (shares_our_name(provider)
                                                             ? " provides the same profile"
                                                             : " has a profile for /usr/bin/bwrap: " +
                                                                   printable(provider.profiles.front()))};
    }
    if (const auto* unseen = find_unseen_kind(facts)) {
        return {undecided, unseen->reason};
    }
    if (is_image(facts)) {
        return {activate, "decided at first boot, by the kernel that boots"};
    }
    if (is_container(facts)) {
        return {deactivate, "this container may not load policy, and bwrap gets what its host provides"};
    }
    if (always && !facts.apparmor.enabled.is(true)) {
        return {deactivate, "AppArmor is not enabled in this kernel"};
    }
    if (always) {
        return {activate, "mode=always in /etc/boxlite-bwrap-apparmor.conf"};
    }
    if (facts.kernel.userns_restriction.is_unreadable()) {
        return {undecided, facts.kernel.userns_restriction.reason};
    }
    if (!can_restrict(facts)) {
        return {deactivate, "this kernel does not restrict unprivileged user namespaces"};
    }
    return {activate, "this kernel restricts unprivileged user namespaces"};
}

} // namespace boxlite
