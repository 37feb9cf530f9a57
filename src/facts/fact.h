// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace boxlite {

enum class Presence { absent, present, unreadable };

/// Something the host said, or did not: a value, the certainty that there is none, or the reason
/// why it could not be seen. Unreadable is never taken for absent, and never passes a check.
template <class T> struct Fact {
    Presence presence = Presence::absent;
    T value = {};            ///< meaningful when present
    std::string reason = {}; ///< set when unreadable: "cannot read /x: Permission denied"

    static Fact present(T value) { return {Presence::present, std::move(value), {}}; }
    static Fact unreadable(std::string reason) { return {Presence::unreadable, {}, std::move(reason)}; }

    [[nodiscard]] bool is_present() const { return presence == Presence::present; }
    [[nodiscard]] bool is_absent() const { return presence == Presence::absent; }
    [[nodiscard]] bool is_unreadable() const { return presence == Presence::unreadable; }
    /// Present, and equal to `expected`.
    [[nodiscard]] bool is(const T& expected) const { return is_present() && value == expected; }
};

} // namespace boxlite
