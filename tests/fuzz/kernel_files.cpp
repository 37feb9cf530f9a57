// SPDX-License-Identifier: Apache-2.0
// Files of /proc, /sys and securityfs, of which some hold what processes and profiles are called.
#include "byte_host.h"
#include "facts/gather.h"

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::ByteHost host(fuzz::as_text(data, size));
    const auto caller = gather_caller(host);
    fuzz::expect(fuzz::is_one_safe_line(caller.label.value), "the caller's label is one safe line");
    fuzz::expect(fuzz::is_one_safe_line(caller.unit.value), "the caller's unit is one safe line");
    for (const auto& path : caller.masked_proc.value) {
        fuzz::expect(fuzz::is_one_safe_line(path), "a mount point is one safe line");
    }
    const auto kernel = gather_kernel(host);
    for (const auto& reason : {kernel.release.reason, kernel.userns_restriction.reason}) {
        fuzz::expect(fuzz::is_one_safe_line(reason), "a reason is one safe line");
    }
    const auto apparmor = gather_apparmor(host, {"other"});
    for (const auto& profile : apparmor.loaded.value) {
        fuzz::expect(profile.name == "bwrap" || profile.name == "unpriv_bwrap" ||
                         profile.name == "unprivileged_userns" || profile.name == "other",
                     "a profile looked for is one asked about");
    }
    return 0;
}
