// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/gather.h"

namespace boxlite {

namespace {

/// A number the kernel keeps in a file of /proc/sys.
Fact<long long> gather_number(const Host& host, const std::string& path) {
    const auto text = host.read(path);
    if (!text) {
        return is_missing(text.error()) ? Fact<long long>{}
                                        : Fact<long long>::unreadable(text.error().message());
    }
    const auto number = parse_number(trimmed(*text));
    if (!number) {
        return Fact<long long>::unreadable(path + " holds no number: \"" + printable(trimmed(*text), 40) +
                                           "\"");
    }
    return Fact<long long>::present(*number);
}

Fact<std::string> gather_release(const Host& host) {
    const auto text = host.read("/proc/sys/kernel/osrelease");
    if (!text) {
        return is_missing(text.error()) ? Fact<std::string>{}
                                        : Fact<std::string>::unreadable(text.error().message());
    }
    return Fact<std::string>::present(printable(trimmed(*text), 100));
}

} // namespace

KernelFacts gather_kernel(const Host& host) {
    return {
        .release = gather_release(host),
        .user_namespaces = gather_existence(host, "/proc/self/ns/user"),
        .max_user_namespaces = gather_number(host, "/proc/sys/user/max_user_namespaces"),
        .unprivileged_userns_clone = gather_number(host, "/proc/sys/kernel/unprivileged_userns_clone"),
        .userns_restriction = gather_number(host, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    };
}

} // namespace boxlite
