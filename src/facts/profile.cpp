// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/attachment.h"
#include "facts/gather.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace boxlite {

namespace {

Fact<bool> gather_link_or_file(const Host& host, const std::string& path) {
    const auto status = host.examine(path);
    if (status) {
        return Fact<bool>::present(true);
    }
    return is_missing(status.error()) ? Fact<bool>{} : Fact<bool>::unreadable(status.error().message());
}

/// The link that disables a file of that name, `disabled` being the names in /etc/apparmor.d/disable.
Fact<bool> gather_disabling_link(const Host& host, const Result<std::vector<std::string>>& disabled,
                                 const std::string& name) {
    if (disabled ? std::find(disabled->begin(), disabled->end(), name) == disabled->end()
                 : is_missing(disabled.error())) {
        return {};
    }
    return gather_existence(host, paths::disable_directory + "/" + name);
}

/// The package a file belongs to: "apparmor: /etc/apparmor.d/bwrap-userns-restrict"
std::optional<std::string> find_owner(const Host& host, const std::string& path) {
    const auto outcome = host.run({.argv = {"/usr/bin/dpkg-query", "--search", "--", path}});
    if (!outcome || !outcome->succeeded()) {
        return std::nullopt;
    }
    const std::string_view said = outcome->out;
    return printable(said.substr(0, said.find(':')), 100);
}

/// Whether AppArmor skips a file of that name: hidden ones, and what editors and package managers
/// leave behind, apparmor_parser(8) and its is_blacklisted.
bool is_skipped(const std::string& name) {
    static constexpr std::array<std::string_view, 12> endings{
        ".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".pacsave",
        ".pacnew",   ".rpmnew",   ".rpmsave",   ".orig",     ".rej",         "~"};
    return name.starts_with('.') || name == "README" ||
           std::any_of(endings.begin(), endings.end(), [&](auto ending) { return name.ends_with(ending); });
}

/// A parser that did not come to its end has not said that it cannot parse the file.
Result<Outcome> run_to_its_end(const Host& host, const Command& command, const std::string& path) {
    auto outcome = host.run(command);
    if (outcome && outcome->exit_code < 0) {
        return std::unexpected(Error{"ask apparmor_parser about", path, 0, describe_end(*outcome)});
    }
    return outcome;
}

/// What apparmor_parser makes of a file that could provide a profile for bwrap.
Result<std::vector<std::string>> ask_parser(const Host& host, const std::string& path) {
    const auto names = run_to_its_end(host, {.argv = {paths::apparmor_parser, "--names", path}}, path);
    if (!names) {
        return std::unexpected(names.error());
    }
    if (!names->succeeded()) {
        return std::vector<std::string>{}; // what it cannot parse it cannot load either
    }
    const auto dump = run_to_its_end(
        host,
        {.argv = {paths::apparmor_parser, "--skip-kernel-load", "--skip-cache", "--dump=rule-exprs", path},
         .output_limit = 1024UL * 1024},
        path);
    if (!dump) {
        return std::unexpected(dump.error());
    }
    return parse_providing_profiles(names->out, dump->out + dump->err);
}

/// Whether a policy file says anything: more than blank lines and comments. An include, which
/// begins with # in its old form, does.
bool says_anything(std::string_view policy) {
    const auto all = lines(policy);
    return std::any_of(all.begin(), all.end(), [](auto line) {
        const auto text = trimmed(line);
        return !text.empty() && (!text.starts_with('#') || text.starts_with("#include"));
    });
}

Fact<std::vector<std::string>> gather_local_overrides(const Host& host) {
    using Overrides = Fact<std::vector<std::string>>;
    std::vector<std::string> overrides;
    for (const auto& path : {paths::local_bwrap, paths::local_unpriv_bwrap}) {
        const auto policy = host.read(path);
        if (!policy && !is_missing(policy.error())) {
            return Overrides::unreadable(policy.error().message());
        }
        if (policy && says_anything(*policy)) {
            overrides.push_back(path);
        }
    }
    return Overrides::present(std::move(overrides));
}

/// Every file that AppArmor would load and that has a profile for bwrap.
Fact<std::vector<Provider>> gather_other_providers(const Host& host, std::vector<DanglingLink>& dangling) {
    using Providers = Fact<std::vector<Provider>>;
    const auto names = host.list(paths::policy_directory);
    if (!names) {
        return is_missing(names.error()) ? Providers::present({})
                                         : Providers::unreadable(names.error().message());
    }
    const auto disabled = host.list(paths::disable_directory);
    const auto prefix = paths::policy_directory + "/";
    std::vector<Provider> providers;
    for (const auto& name : *names) {
        const auto path = prefix + name;
        if (path == paths::profile || is_skipped(name)) {
            continue;
        }
        const auto is_disabled = gather_disabling_link(host, disabled, name);
        if (is_disabled.is_unreadable()) {
            return Providers::unreadable(is_disabled.reason);
        }
        if (is_disabled.is_present()) {
            continue;
        }
        const auto policy = host.read(path);
        if (!policy) {
            const int code = policy.error().code;
            if (is_missing(policy.error())) {
                const auto target = host.read_link(path);
                dangling.push_back(
                    {printable(path), target ? printable(*target) : "?", find_owner(host, path)});
                continue;
            }
            if (code == EISDIR) {
                continue;
            }
            return Providers::unreadable(policy.error().message());
        }
        if (!may_provide_bwrap(*policy)) {
            continue;
        }
        auto profiles = ask_parser(host, path);
        if (!profiles) {
            return Providers::unreadable(profiles.error().message());
        }
        if (!profiles->empty()) {
            providers.push_back({path, find_owner(host, path), std::move(*profiles)});
        }
    }
    std::ranges::sort(providers, {}, &Provider::path);
    std::ranges::sort(dangling, {}, &DanglingLink::path);
    return Providers::present(std::move(providers));
}

} // namespace

Fact<ProfileFacts::DisabledBy> gather_disabled(const Host& host) {
    using Disabled = Fact<ProfileFacts::DisabledBy>;
    const auto target = host.read_link(paths::disable_link);
    if (target) {
        return Disabled::present(*target == paths::disable_target ? ProfileFacts::DisabledBy::us
                                                                  : ProfileFacts::DisabledBy::administrator);
    }
    if (is_missing(target.error())) {
        return Disabled::present(ProfileFacts::DisabledBy::nobody);
    }
    if (target.error().code == EINVAL) { // a file, not a link: apparmor_parser(8) minds it all the same
        return Disabled::present(ProfileFacts::DisabledBy::administrator);
    }
    return Disabled::unreadable(target.error().message());
}

ProfileFacts gather_profile(const Host& host) {
    std::vector<DanglingLink> dangling;
    auto others = gather_other_providers(host, dangling);
    return {
        .file = gather_link_or_file(host, paths::profile),
        .disabled_by = gather_disabled(host),
        .other_providers = std::move(others),
        .dangling_links = std::move(dangling),
        .local_overrides = gather_local_overrides(host),
        .compiled = {},
    };
}

} // namespace boxlite
