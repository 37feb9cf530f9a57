// SPDX-License-Identifier: Apache-2.0
#include "denials/refusals.h"

#include "denials/denials.h"
#include "denials/logs.h"

#include <algorithm>
#include <chrono>

namespace boxlite {

namespace {

using namespace std::chrono_literals;

/// From the second after the profile was loaded: what happened in the same one may have come before.
Since since_loaded(const Host& host, const AppArmorFacts& apparmor) {
    const auto& loaded = apparmor.loaded.value;
    const auto bwrap = std::find_if(loaded.begin(), loaded.end(),
                                    [](const auto& profile) { return profile.name == "bwrap"; });
    if (bwrap == loaded.end() || bwrap->loaded_at == 0) {
        return {.boot = true, .seconds = read_boot_time(host)};
    }
    return {.boot = false, .seconds = bwrap->loaded_at + 1};
}

} // namespace

Fact<RefusalFacts> gather_refusals(const Host& host, const AppArmorFacts& apparmor) {
    const auto since = since_loaded(host, apparmor);
    LogReading reading(since, {.time = 2s});
    const auto ring_buffer = read_ring_buffer(host, reading);
    const auto audit_log = read_audit_log(host, reading);
    if (ring_buffer.state == Source::State::unreadable && audit_log.state != Source::State::read) {
        return Fact<RefusalFacts>::unreadable(ring_buffer.detail);
    }
    RefusalFacts refusals{.since_loaded = !since.boot};
    AuditStamp last;
    for (const auto& row : reading.tally().rows()) {
        if (row.explanation.weight != Weight::breaking) {
            continue;
        }
        const auto count = static_cast<long long>(row.count);
        refusals.breaking += count;
        refusals.without_profile += has_profile(row.record.profile, "unprivileged_userns") ? count : 0;
        last = std::max(last, row.last);
    }
    if (refusals.breaking > 0) {
        refusals.last = format_time(last.seconds);
    } else if (audit_log.state == Source::State::unreadable) {
        // Where auditd runs, the ring buffer stays empty.
        return Fact<RefusalFacts>::unreadable(audit_log.detail);
    }
    return Fact<RefusalFacts>::present(std::move(refusals));
}

} // namespace boxlite
