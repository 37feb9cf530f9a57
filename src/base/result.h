// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/text.h"

#include <cstring>
#include <expected>
#include <string>

namespace boxlite {

/// What was tried, on what, and how it failed.
struct Error {
    std::string action;  ///< the verb: "read", "start"
    std::string subject; ///< a path, a user's name; may be empty
    int code = 0;        ///< errno, or 0 when `detail` says it all
    std::string detail = {};

    /// "cannot read /sys/kernel/x: Permission denied". The subject is made printable.
    [[nodiscard]] std::string message() const {
        std::string text = "cannot " + action;
        if (!subject.empty()) {
            text += " " + printable(subject);
        }
        if (code != 0) {
            text += std::string(": ") + strerrordesc_np(code);
        }
        if (!detail.empty()) {
            text += ": " + detail;
        }
        return text;
    }
};

template <class T> using Result = std::expected<T, Error>;

} // namespace boxlite
