// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/dpkg.h"
#include "facts/gather.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <functional>
#include <set>
#include <string_view>

namespace boxlite {

namespace {

const std::string loaded_profiles = paths::apparmor_in_kernel + "/policy/profiles";

/// A flag of the kernel's: "Y" or "yes" is true, "N" or "no" false.
Fact<bool> gather_flag(const Host& host, const std::string& path) {
    const auto text = host.read(path);
    if (!text) {
        return is_missing(text.error()) ? Fact<bool>{} : Fact<bool>::unreadable(text.error().message());
    }
    const auto word = trimmed(*text);
    if (word == "Y" || word == "yes") {
        return Fact<bool>::present(true);
    }
    if (word == "N" || word == "no") {
        return Fact<bool>::present(false);
    }
    return Fact<bool>::unreadable(path + " holds neither yes nor no: \"" + printable(word, 40) + "\"");
}

/// Whether the list of words in the file has `word` in it.
Fact<bool> gather_word(const Host& host, const std::string& path, std::string_view word) {
    const auto text = host.read(path);
    if (!text) {
        return is_missing(text.error()) ? Fact<bool>{} : Fact<bool>::unreadable(text.error().message());
    }
    const auto list = words(*text);
    return Fact<bool>::present(std::find(list.begin(), list.end(), word) != list.end());
}

Fact<std::vector<std::string>> gather_policy_versions(const Host& host) {
    using Versions = Fact<std::vector<std::string>>;
    auto names = host.list(paths::apparmor_in_kernel + "/features/policy/versions");
    if (!names) {
        return is_missing(names.error()) ? Versions{} : Versions::unreadable(names.error().message());
    }
    std::ranges::sort(*names);
    return Versions::present(std::move(*names));
}

/// What the kernel makes of a profile's name for a file name: mangle_name of its apparmorfs.c (6.12).
std::string mangled(std::string_view name) {
    name.remove_prefix(std::min(name.find_first_not_of("/."), name.size()));
    std::string result;
    for (const char c : name) {
        if (c == '/') {
            result += '.';
        } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            result += '_';
        } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-') {
            result += c;
        }
    }
    return result;
}

/// Whether any process here may load policy: aa_may_manage_policy of security/apparmor/policy.c
/// (6.12). The bounding set holds for root as for others, so everybody can tell. In a user namespace
/// of its own a container needs an AppArmor namespace of its own as well, as LXD gives it.
Fact<bool> gather_may_load_policy(const Host& host) {
    constexpr unsigned cap_mac_admin = 33;
    const auto status = host.read("/proc/self/status");
    const auto users = host.read("/proc/self/uid_map");
    for (const auto& text : {status, users}) {
        if (!text) {
            return is_missing(text.error()) ? Fact<bool>{} : Fact<bool>::unreadable(text.error().message());
        }
    }
    const auto bounding = parse_hexadecimal(find_value(*status, "CapBnd:"));
    if (!bounding) {
        return Fact<bool>::unreadable("/proc/self/status has no CapBnd");
    }
    if (((*bounding >> cap_mac_admin) & 1U) == 0) {
        return Fact<bool>::present(false);
    }
    const auto map = words(*users);
    const bool all_users = map.size() == 3 && map[0] == "0" && map[1] == "0" && map[2] == "4294967295";
    const auto level = host.read(paths::apparmor_in_kernel + "/.ns_level");
    return Fact<bool>::present(all_users || (level && trimmed(*level) != "0"));
}

/// What dpkg has of it, or else what it says: "AppArmor parser version 4.1.0" and a copyright notice.
Fact<std::string> gather_parser_version(const Host& host) {
    using Version = Fact<std::string>;
    if (const auto there = host.examine_target(paths::apparmor_parser); !there) {
        return is_missing(there.error()) ? Version{} : Version::unreadable(there.error().message());
    }
    if (auto version = packaged_version(host, "apparmor", paths::apparmor_parser)) {
        return Version::present(std::move(*version));
    }
    const auto outcome = host.run({.argv = {paths::apparmor_parser, "--version"}});
    if (!outcome) {
        return Version::unreadable(outcome.error().message());
    }
    constexpr std::string_view lead = "AppArmor parser version ";
    if (!outcome->succeeded() || !outcome->out.starts_with(lead)) {
        return Version::unreadable(paths::apparmor_parser + " --version: " + describe_end(*outcome) + ", \"" +
                                   printable(trimmed(outcome->out), 80) + "\"");
    }
    const auto rest = words(std::string_view(outcome->out).substr(lead.size()));
    return rest.empty() ? Version::unreadable(paths::apparmor_parser + " --version names no version")
                        : Version::present(printable(rest.front(), 40));
}

} // namespace

/// policy/profiles has a directory NAME.NUMBER for each profile; its files `name` and `mode` are
/// readable by anyone, which the file `profiles`, despite its mode, is not. A directory that goes
/// while we look belongs to a profile just replaced or removed, so the list is simply read again.
Fact<std::vector<LoadedProfile>> gather_loaded(const Host& host, const std::vector<std::string>& foreign) {
    using Loaded = Fact<std::vector<LoadedProfile>>;
    std::set<std::string, std::less<>> wanted{"bwrap", "unpriv_bwrap", "unprivileged_userns"};
    wanted.insert(foreign.begin(), foreign.end());
    std::set<std::string, std::less<>> stems;
    for (const auto& name : wanted) {
        stems.insert(mangled(name));
    }
    std::string reason;
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto entries = host.list(loaded_profiles);
        if (!entries) {
            return is_missing(entries.error()) ? Loaded{} : Loaded::unreadable(entries.error().message());
        }
        std::vector<LoadedProfile> loaded;
        reason.clear();
        const auto prefix = loaded_profiles + "/";
        for (const auto& entry : *entries) {
            const std::string_view stem = std::string_view(entry).substr(0, entry.rfind('.'));
            if (!stems.contains(stem)) {
                continue;
            }
            const auto profile = prefix + entry;
            const auto name = host.read(profile + "/name");
            const auto mode = host.read(profile + "/mode");
            if (!name || !mode) {
                reason = (name ? mode : name).error().message();
                break;
            }
            if (wanted.contains(trimmed(*name))) {
                const auto sha256 = host.read(profile + "/sha256");
                const auto status = host.examine(profile);
                loaded.push_back({std::string(trimmed(*name)), printable(trimmed(*mode), 40),
                                  sha256 ? std::string(trimmed(*sha256)) : "",
                                  status ? status->st_mtim.tv_sec : 0});
            }
        }
        if (reason.empty()) {
            std::ranges::sort(loaded, {}, &LoadedProfile::name);
            return Loaded::present(std::move(loaded));
        }
    }
    return Loaded::unreadable(reason);
}

Result<std::string> read_loaded_policy(const Host& host, std::string_view name, std::size_t limit) {
    const auto entries = host.list(loaded_profiles);
    if (!entries) {
        return std::unexpected(entries.error());
    }
    const auto lead = mangled(name) + ".";
    const auto prefix = loaded_profiles + "/";
    for (const auto& entry : *entries) {
        if (!entry.starts_with(lead)) {
            continue;
        }
        const auto profile = prefix + entry;
        const auto full_name = host.read(profile + "/name");
        if (full_name && trimmed(*full_name) == name) {
            return host.read(profile + "/raw_data", limit);
        }
    }
    return std::unexpected(Error{"find the profile", printable(name), ENOENT});
}

AppArmorFacts gather_apparmor(const Host& host, const std::vector<std::string>& foreign) {
    return {
        .enabled = gather_flag(host, "/sys/module/apparmor/parameters/enabled"),
        .securityfs = gather_existence(host, paths::apparmor_in_kernel),
        .mediates_userns =
            gather_word(host, paths::apparmor_in_kernel + "/features/namespaces/mask", "userns_create"),
        .stacks = gather_flag(host, paths::apparmor_in_kernel + "/features/domain/stack"),
        .policy_versions = gather_policy_versions(host),
        .loaded = gather_loaded(host, foreign),
        .parser_version = gather_parser_version(host),
        .abi_4 = gather_existence(host, paths::policy_directory + "/abi/4.0"),
        .may_load_policy = gather_may_load_policy(host),
    };
}

} // namespace boxlite
