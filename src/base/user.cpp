// SPDX-License-Identifier: Apache-2.0
#include "base/user.h"

#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace boxlite {

namespace {

/// Room for what getpwnam_r(3) and its like write; not cleared, which would cost more than they do.
using EntryBuffer = std::array<char, 16384>;

/// The user's change takes the permitted capabilities, and the ambient with them, but leaves those
/// that a file could make permitted again.
bool drop_capabilities() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (syscall(SYS_capset, &header, sets.data()) != 0 || syscall(SYS_capget, &header, sets.data()) != 0) {
        return false;
    }
    for (const auto& set : sets) {
        if (set.effective != 0 || set.permitted != 0 || set.inheritable != 0) {
            return false;
        }
    }
    return true;
}

/// Leaves the session's keyring for an empty one: a process goes on possessing the keys in it,
/// whoever it becomes, session-keyring(7). Where the kernel has no keys, or a filter refuses the call,
/// they cannot be used either.
bool leave_keyring() {
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0 || errno == ENOSYS ||
           errno == EPERM;
}

} // namespace

User nobody() {
    return {.name = "nobody", .uid = 65534, .gid = 65534};
}

Result<User> find_user(const std::string& name) {
    EntryBuffer buffer;
    passwd entry{};
    passwd* found = nullptr;
    const int code = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) {
        // getpwnam_r(3): "not found" comes as 0 or as one of several codes, depending on the source.
        const bool missing = code == 0 || code == ENOENT || code == ESRCH || code == EBADF || code == EPERM;
        return std::unexpected(Error{"find user", name, missing ? 0 : code, missing ? "no such user" : ""});
    }
    return User{.name = name, .uid = entry.pw_uid, .gid = entry.pw_gid};
}

User current_user() {
    User user{.name = std::to_string(getuid()), .uid = getuid(), .gid = getgid()};
    EntryBuffer buffer;
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(user.uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        user.name = entry.pw_name;
    }
    return user;
}

bool belongs_to(const User& user, gid_t group) {
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (getgrouplist(user.name.c_str(), user.gid, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count)); // what it takes: getgrouplist(3)
        (void)getgrouplist(user.name.c_str(), user.gid, groups.data(), &count);
    }
    groups.resize(std::min(groups.size(), static_cast<std::size_t>(std::max(count, 0))));
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string name_of_group(gid_t group) {
    EntryBuffer buffer;
    ::group entry{};
    ::group* found = nullptr;
    return getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr
               ? std::string(entry.gr_name)
               : std::to_string(group);
}

bool drop_privileges_to(const User& user) {
    if (!leave_keyring() || prctl(PR_SET_KEEPCAPS, 0) != 0 || setgroups(0, nullptr) != 0 ||
        setresgid(user.gid, user.gid, user.gid) != 0 || setresuid(user.uid, user.uid, user.uid) != 0) {
        return false;
    }
    uid_t real_uid = 0;
    uid_t effective_uid = 0;
    uid_t saved_uid = 0;
    gid_t real_gid = 0;
    gid_t effective_gid = 0;
    gid_t saved_gid = 0;
    return getresuid(&real_uid, &effective_uid, &saved_uid) == 0 && real_uid == user.uid &&
           effective_uid == user.uid && saved_uid == user.uid &&
           getresgid(&real_gid, &effective_gid, &saved_gid) == 0 && real_gid == user.gid &&
           effective_gid == user.gid && saved_gid == user.gid && getgroups(0, nullptr) == 0 &&
           drop_capabilities();
}

} // namespace boxlite
