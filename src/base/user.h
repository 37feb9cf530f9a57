// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <string>

namespace boxlite {

/// Somebody to run a program as, without supplementary groups.
struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

/// Who owns nothing: user and group of that number, whatever the user database says, Debian Policy 9.2.2.
[[nodiscard]] User nobody();

/// The user of that name. Fails when there is none (code 0, detail "no such user").
[[nodiscard]] Result<User> find_user(const std::string& name);

/// The user this process runs as; without an entry in the user database its name is its number.
[[nodiscard]] User current_user();

/// Whether the user database has `user` in that group, as its own or a supplementary one.
[[nodiscard]] bool belongs_to(const User& user, gid_t group);

/// A group's name; its number where it has none.
[[nodiscard]] std::string name_of_group(gid_t group);

/// Becomes `user` for good: groups, group and user in all their forms, no capability left, and
/// each of these looked at again afterwards. False when anything of it did not happen; the caller
/// must then not go on. Async-signal-safe, for use between fork and exec.
[[nodiscard]] bool drop_privileges_to(const User& user);

} // namespace boxlite
