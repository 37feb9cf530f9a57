// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include "base/text.h"
#include "facts/gather.h"
#include "policy/sandboxes.h"
#include "verdict/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace boxlite {

namespace {

using namespace std::chrono_literals;

enum class Cache { trusted, renewed, unused };

/// Removes what a parser that was ended left half written in its cache beside the policy of `path`:
/// NAME-XXXXXX, as mkostemp(3) makes it (apparmor_parser 3.0 to 5.0). A profile of that name keeps its own.
void clear_cache(MutableHost& host, const std::string& path) {
    const std::vector<std::string> none;
    constexpr std::size_t random = 6;
    const auto lead = path.substr(path.rfind('/') + 1) + "-";
    for (const auto& features : host.list(paths::parser_cache).value_or(none)) {
        const auto directory = fmt::format("{}/{}/", paths::parser_cache, features);
        for (const auto& name : host.list(directory).value_or(none)) {
            const bool is_left_over =
                name.size() == lead.size() + random && name.starts_with(lead) &&
                gather_existence(host, fmt::format("{}/{}", paths::policy_directory, name)).is_absent();
            if (is_left_over && !host.remove(directory + name)) {
                return; // it does no harm, and the others would not go either
            }
        }
    }
}

/// Loads a policy file, or replaces what is loaded under its names in one step. A cache that let
/// the loaded policy and the file differ is not trusted.
Result<void> load(MutableHost& host, const std::string& path, Cache cache) {
    Command command{.argv = {paths::apparmor_parser, "--replace"}, .time_limit = 60s};
    const auto add = [&](const std::string& argument) { command.argv.push_back(argument); };
    add(cache == Cache::unused ? "--skip-cache" : "--write-cache");
    if (cache == Cache::renewed) {
        add("--skip-read-cache");
    }
    add(path);
    const auto outcome = host.run_changing(command);
    if (!outcome) {
        return std::unexpected(outcome.error());
    }
    if (!outcome->succeeded()) {
        clear_cache(host, path);
        return std::unexpected(Error{"load", path, 0, "apparmor_parser: " + describe_failure(*outcome)});
    }
    return {};
}

Result<void> enable(MutableHost& host, const ProfileFacts& profile) {
    if (!profile.disabled_by.is(ProfileFacts::DisabledBy::us)) {
        return {};
    }
    auto removed = host.remove(paths::disable_link);
    return removed || is_missing(removed.error()) ? Result<void>{} : removed;
}

Result<void> disable(MutableHost& host, const ProfileFacts& profile) {
    if (profile.disabled_by.is_present() && !profile.disabled_by.is(ProfileFacts::DisabledBy::nobody)) {
        return {};
    }
    if (auto made = host.make_directory(paths::disable_directory); !made && made.error().code != EEXIST) {
        return made;
    }
    auto linked = host.make_link(paths::disable_target, paths::disable_link);
    return linked || linked.error().code == EEXIST ? Result<void>{} : linked;
}

std::string describe(const std::vector<Sandboxed>& sandboxed) {
    constexpr std::size_t most = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(sandboxed.size(), most); ++i) {
        text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", sandboxed[i].pid, sandboxed[i].name);
    }
    return sandboxed.size() > most ? fmt::format("{} and {} more", text, sandboxed.size() - most) : text;
}

/// Why our profiles have to stay in the kernel; empty when no process is confined by them.
std::string explain_staying(const Host& host) {
    const auto sandboxed = find_sandboxed(host);
    if (!sandboxed) {
        return fmt::format("; it stays in the kernel until reboot: {}", sandboxed.error().message());
    }
    return sandboxed->empty()
               ? ""
               : fmt::format("; it stays in the kernel until reboot, because it confines process {}",
                             describe(*sandboxed));
}

/// Takes our profiles out of the kernel, or says in the result why they stay. A sandbox could start
/// between looking for one and unloading, so the profile is first replaced by itself without an
/// attachment: what runs stays confined, what starts does not come under it any more. When we are
/// interrupted there, the next reload sees that the kernel's policy is not the file's.
Result<std::string> unload(MutableHost& host, const Facts& facts) {
    if (is_image(facts) || is_container(facts)) {
        return "";
    }
    const auto& apparmor = facts.apparmor;
    if (apparmor.loaded.is_unreadable()) {
        return "; what is loaded stays until reboot: " + apparmor.loaded.reason;
    }
    if (apparmor.enabled.is(true) && apparmor.securityfs.is_absent()) {
        return "; what is loaded stays until reboot: /sys/kernel/security is not mounted";
    }
    if (!is_loaded(facts, "bwrap") && !is_loaded(facts, "unpriv_bwrap")) {
        return "";
    }
    if (auto reason = explain_staying(host); !reason.empty()) {
        return reason;
    }
    if (is_loaded(facts, "bwrap")) {
        if (auto detached = load(host, paths::detached_profile, Cache::unused); !detached) {
            return "; it stays in the kernel until reboot: " + detached.error().message();
        }
    }
    if (auto reason = explain_staying(host); !reason.empty()) {
        auto attached = load(host, paths::profile_as_installed, Cache::unused);
        return attached ? Result<std::string>(std::move(reason)) : std::unexpected(attached.error());
    }
    for (const std::string name : {"bwrap", "unpriv_bwrap"}) {
        if (!is_loaded(facts, name)) {
            continue;
        }
        if (auto unloaded = host.unload_profile(name); !unloaded && !is_missing(unloaded.error())) {
            return std::unexpected(unloaded.error());
        }
    }
    return "; unloaded";
}

/// Makes way for other providers, or gives the profile names up when there are none. What works
/// now goes on working: ours stays in the kernel until theirs is there, or as long as bwrap needs it.
Result<std::string> release(MutableHost& host, const Facts& facts) {
    const auto& providers = facts.profile.other_providers.value;
    if (is_image(facts) || is_container(facts)) {
        return "";
    }
    if (const auto* unseen = find_unseen_kind(facts)) {
        return "; what is loaded stays until reboot: " + unseen->reason;
    }
    if (providers.empty() && mode_of(facts) == Mode::never && restricts(facts) && is_loaded(facts, "bwrap")) {
        return "; it stays in the kernel until reboot, because bwrap works by it now";
    }
    if (providers.empty()) {
        return unload(host, facts);
    }
    const auto same = std::find_if(providers.begin(), providers.end(), shares_our_name);
    if (same == providers.end()) {
        // Under another name. With both loaded the kernel takes neither, so ours goes.
        const bool theirs_is_loaded =
            std::any_of(providers.begin(), providers.end(), [&](const auto& provider) {
                return std::any_of(provider.profiles.begin(), provider.profiles.end(),
                                   [&](const auto& name) { return is_loaded(facts, name); });
            });
        return theirs_is_loaded ? unload(host, facts)
                                : Result<std::string>("; what is loaded stays until reboot");
    }
    if (is_loaded(facts, "bwrap") && !has_drifted(facts)) {
        return ""; // theirs, or ours until theirs replaces it at boot
    }
    const auto cache = has_drifted(facts) ? Cache::renewed : Cache::trusted;
    if (auto loaded = load(host, same->path, cache); !loaded) {
        return std::unexpected(loaded.error());
    }
    return "; loaded " + printable(same->path);
}

Result<std::string> activate(MutableHost& host, const Facts& facts, const std::string& reason) {
    if (auto enabled = enable(host, facts.profile); !enabled) {
        return std::unexpected(enabled.error());
    }
    if (is_image(facts)) {
        return "profile left active on disk, kernel not touched: " + reason;
    }
    if (is_in_force(facts)) {
        return "profile in force already: " + reason;
    }
    const bool drifted = has_drifted(facts);
    if (auto loaded = load(host, paths::profile, drifted ? Cache::renewed : Cache::trusted); !loaded) {
        return std::unexpected(loaded.error());
    }
    return (drifted ? "profile loaded again, since the kernel had another version: " : "profile loaded: ") +
           reason;
}

Result<std::string> deactivate(MutableHost& host, const Facts& facts, const std::string& reason) {
    if (auto disabled = disable(host, facts.profile); !disabled) {
        return std::unexpected(disabled.error());
    }
    auto released = release(host, facts);
    if (!released) {
        return released;
    }
    return "profile inactive: " + reason + *released;
}

} // namespace

Result<std::string> apply(MutableHost& host, const Facts& facts, const Decision& decision) {
    switch (decision.action) {
    case Decision::Action::activate:
        return activate(host, facts, decision.reason);
    case Decision::Action::deactivate:
        return deactivate(host, facts, decision.reason);
    case Decision::Action::leave:
    case Decision::Action::undecided:
        break;
    }
    return "profile left as it is: " + decision.reason;
}

Result<std::string> withdraw(MutableHost& host, const Facts& facts) {
    return deactivate(host, facts, "the package is being removed");
}

} // namespace boxlite
