// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.h"
#include "base/lines.h"
#include "base/process.h"
#include "base/result.h"

#include <sys/stat.h>

#include <string>
#include <vector>

namespace boxlite {

/// The machine as the rest of the program sees it. Narrow, so that a test can stand a directory of
/// files and a list of recorded commands in its place. Paths are absolute. An Error's code is
/// errno: ENOENT and ENOTDIR mean "not there", everything else "could not be seen".
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    /// The content of a file, of at most `limit` bytes. A longer file is an error: EFBIG.
    [[nodiscard]] virtual Result<std::string> read(const std::string& path,
                                                   std::size_t limit = 1024UL * 1024) const = 0;
    /// The first `count` bytes of a regular file, or fewer where it ends.
    [[nodiscard]] virtual Result<std::string> read_start(const std::string& path,
                                                         std::size_t count) const = 0;
    /// lstat(2): a link is not followed.
    [[nodiscard]] virtual Result<struct stat> examine(const std::string& path) const = 0;
    /// stat(2): links are followed.
    [[nodiscard]] virtual Result<struct stat> examine_target(const std::string& path) const = 0;
    [[nodiscard]] virtual Result<std::string> read_link(const std::string& path) const = 0;
    /// The names in a directory, in no order, without . and ..
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;

    /// The directory, there or not, that apparmor_parser(8) keeps in its cache for the kernel that runs:
    /// there is one for each set of kernel features, of which this reads all, some hundred files
    /// (aa_policy_cache_dir_path_preview of libapparmor, 3.0 or later).
    [[nodiscard]] virtual Result<std::string> policy_cache() const = 0;

    /// access(2): this process's own user may read and write what is there.
    [[nodiscard]] virtual bool may_use(const std::string& path) const = 0;

    /// Runs a program that changes nothing on the host.
    [[nodiscard]] virtual Result<Outcome> run(const Command& command) const = 0;
    /// The same, with its standard output passed on by the line as it comes; it is ended as soon as
    /// `take` wants no more.
    [[nodiscard]] virtual Result<Outcome> run(const Command& command, const TakeLine& take) const = 0;

    /// The lines of a regular file of any size, the last first. A link is not followed: ELOOP.
    [[nodiscard]] virtual Result<void> read_backwards(const std::string& path,
                                                      const TakeLine& take) const = 0;
    /// What the kernel's ring buffer holds, oldest first: a record of /dev/kmsg each, which is
    /// "PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT" (Documentation/ABI/testing/dev-kmsg).
    [[nodiscard]] virtual Result<void> read_ring_buffer(const TakeLine& take) const = 0;

    /// The AppArmor label, mode included, that /usr/bin/bwrap runs under when `user` starts it
    /// (this process's own user if null). bwrap is held before it does anything.
    [[nodiscard]] virtual Result<std::string> bwrap_label(const User* user) const = 0;
};

/// A host that may also be changed. Only the policy room asks for one.
class MutableHost : public Host {
public:
    /// Keeps others that would change this host waiting until the Fd goes; see base/turn.h.
    [[nodiscard]] virtual Result<Fd> take_turn() = 0;
    /// Makes a symbolic link; EEXIST when there is something at `path` already.
    [[nodiscard]] virtual Result<void> make_link(const std::string& target, const std::string& path) = 0;
    [[nodiscard]] virtual Result<void> make_directory(const std::string& path) = 0;
    /// Removes a file or link, never a directory.
    [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
    /// Takes a profile out of the kernel; ENOENT when it has none of that name.
    [[nodiscard]] virtual Result<void> unload_profile(const std::string& name) = 0;
    /// Runs a program that changes the host.
    [[nodiscard]] virtual Result<Outcome> run_changing(const Command& command) = 0;
};

/// Not there, as opposed to not seen.
[[nodiscard]] bool is_missing(const Error& error);
/// Of two times in a struct stat.
[[nodiscard]] bool is_older(const struct timespec& one, const struct timespec& other);

} // namespace boxlite
