// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/gather.h"

#include <cerrno>

namespace boxlite {

namespace {

Fact<bool> gather_link_or_file(const Host& host, const std::string& path) {
    const auto status = host.examine(path);
    if (status) {
        return Fact<bool>::present(true);
    }
    return is_missing(status.error()) ? Fact<bool>{} : Fact<bool>::unreadable(status.error().message());
}

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

/// The package a file belongs to: "apparmor: /etc/apparmor.d/bwrap-userns-restrict"
std::optional<std::string> find_owner(const Host& host, const std::string& path) {
    const auto outcome = host.run({.argv = {"/usr/bin/dpkg-query", "--search", "--", path}});
    if (!outcome || !outcome->succeeded()) {
        return std::nullopt;
    }
    const std::string_view said = outcome->out;
    return printable(said.substr(0, said.find(':')), 100);
}

/// The file that Ubuntu 25.04 and later ship in package apparmor, with our profile names.
Fact<std::vector<Provider>> gather_other_providers(const Host& host) {
    using Providers = Fact<std::vector<Provider>>;
    const std::string name = "bwrap-userns-restrict";
    const auto file = gather_existence(host, paths::policy_directory + "/" + name);
    const auto disabled = gather_existence(host, paths::disable_directory + "/" + name);
    if (file.is_unreadable() || disabled.is_unreadable()) {
        return Providers::unreadable((file.is_unreadable() ? file : disabled).reason);
    }
    std::vector<Provider> providers;
    if (file.is_present() && disabled.is_absent()) {
        const auto path = paths::policy_directory + "/" + name;
        providers.push_back({path, find_owner(host, path)});
    }
    return Providers::present(std::move(providers));
}

} // namespace

ProfileFacts gather_profile(const Host& host) {
    return {
        .file = gather_link_or_file(host, paths::profile),
        .disabled_by = gather_disabled(host),
        .other_providers = gather_other_providers(host),
    };
}

} // namespace boxlite
