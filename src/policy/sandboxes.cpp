// SPDX-License-Identifier: Apache-2.0
#include "policy/sandboxes.h"

#include "base/text.h"

#include <cerrno>

namespace boxlite {

bool confines(const std::string& label) {
    constexpr std::string_view separator = "//&";
    std::string_view rest = trimmed(label);
    if (const auto mode = rest.rfind(" ("); mode != std::string_view::npos && rest.ends_with(')')) {
        rest = rest.substr(0, mode);
    }
    while (true) {
        const auto end = rest.find(separator);
        const auto name = rest.substr(0, end);
        if (name == "bwrap" || name == "unpriv_bwrap") {
            return true;
        }
        if (end == std::string_view::npos) {
            return false;
        }
        rest.remove_prefix(end + separator.size());
    }
}

Result<std::vector<Sandboxed>> find_sandboxed(const Host& host) {
    const auto entries = host.list("/proc");
    if (!entries) {
        return std::unexpected(entries.error());
    }
    std::vector<Sandboxed> found;
    for (const auto& pid : *entries) {
        if (!parse_number(pid)) {
            continue;
        }
        const auto label = host.read("/proc/" + pid + "/attr/apparmor/current");
        if (!label) {
            // Gone meanwhile, or (EINVAL) AppArmor is not enabled and confines nobody.
            const int code = label.error().code;
            if (is_missing(label.error()) || code == ESRCH || code == EINVAL) {
                continue;
            }
            return std::unexpected(label.error());
        }
        if (confines(*label)) {
            const auto name = host.read("/proc/" + pid + "/comm");
            found.push_back({pid, name ? printable(trimmed(*name), 60) : "?"});
        }
    }
    return found;
}

} // namespace boxlite
