// SPDX-License-Identifier: Apache-2.0
#include "verdict/conditions.h"

#include "base/text.h"
#include "verdict/verdict.h"

#include <algorithm>

namespace boxlite {

bool is_image(const Facts& facts) {
    return facts.chroot.is(true) || (facts.apparmor.may_load_policy.is(false) && facts.booted.is_absent());
}

bool is_container(const Facts& facts) {
    return !is_image(facts) && facts.apparmor.may_load_policy.is(false);
}

const Fact<bool>* find_unseen_kind(const Facts& facts) {
    if (facts.chroot.is_unreadable()) {
        return &facts.chroot;
    }
    const auto& may_load = facts.apparmor.may_load_policy;
    if (may_load.is_unreadable()) {
        return &may_load;
    }
    return may_load.is(false) && facts.booted.is_unreadable() ? &facts.booted : nullptr;
}

Mode mode_of(const Facts& facts) {
    return facts.configuration.value.mode;
}

bool has_drifted(const Facts& facts) {
    const auto& compiled = facts.profile.compiled;
    return compiled.is_present() && !runs(facts.apparmor.loaded.value, compiled.value);
}

bool is_in_force(const Facts& facts) {
    return facts.profile.compiled.is_present() &&
           facts.profile.compiled_from == "/etc/apparmor.d/boxlite-bwrap" && is_active(facts) &&
           !has_drifted(facts);
}

bool can_restrict(const Facts& facts) {
    return facts.kernel.userns_restriction.is_present();
}

bool restricts(const Facts& facts) {
    return can_restrict(facts) && facts.kernel.userns_restriction.value != 0;
}

bool is_wanted(const Facts& facts) {
    return !is_image(facts) && decide(facts).action == Decision::Action::activate;
}

bool is_active(const Facts& facts) {
    return facts.profile.disabled_by.is(ProfileFacts::DisabledBy::nobody);
}

bool is_as_decided(const Facts& facts) {
    using enum Decision::Action;
    return decide(facts).action != (is_active(facts) ? deactivate : activate);
}

int major_version(std::string_view version) {
    return static_cast<int>(parse_number(version.substr(0, version.find('.'))).value_or(0));
}

bool parses_profile(const Facts& facts) {
    return facts.apparmor.parser_version.is_present() &&
           major_version(facts.apparmor.parser_version.value) >= 4 && facts.apparmor.abi_4.is_present();
}

bool shares_our_name(const Provider& provider) {
    return std::find(provider.profiles.begin(), provider.profiles.end(), "bwrap") != provider.profiles.end();
}

std::string name_with_owner(const Provider& provider) {
    return printable(provider.path) +
           (provider.owner ? " (package " + *provider.owner + ")" : " (no package)");
}

bool is_loaded(const Facts& facts, std::string_view name) {
    const auto& loaded = facts.apparmor.loaded;
    return loaded.is_present() && std::any_of(loaded.value.begin(), loaded.value.end(),
                                              [&](const auto& profile) { return profile.name == name; });
}

} // namespace boxlite
