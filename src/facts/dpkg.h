// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/fact.h"
#include "facts/host.h"

#include <optional>
#include <string>
#include <string_view>

namespace boxlite {

/// What dpkg keeps in /var/lib/dpkg, read without running it: a program takes longer to start than all
/// of this to read.

/// The upstream version of `program`, of an installed package. Nothing when it may be another program
/// than the one the package brought, or when what is on record of the package may be out of date.
[[nodiscard]] std::optional<std::string> packaged_version(const Host& host, std::string_view package,
                                                          const std::string& program);

/// The package that diverted `path`, or "LOCAL": dpkg-divert(1).
[[nodiscard]] Fact<std::string> gather_diversion(const Host& host, std::string_view path);

/// "0.11.0" for "0.11.0-2+deb13u1", "4.0.1" for "1:4.0.2really4.0.1-0ubuntu1": deb-version(7).
[[nodiscard]] std::string_view upstream_version(std::string_view version);

} // namespace boxlite
