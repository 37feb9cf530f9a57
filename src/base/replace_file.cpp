// SPDX-License-Identifier: Apache-2.0
#include "base/replace_file.h"

#include "base/fd.h"

#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace boxlite {

namespace {

std::unexpected<Error> failed(const char* action, const std::string& subject, int code = errno) {
    return std::unexpected(Error{action, subject, code});
}

/// Opens a directory that only root and the caller can change, and that no link leads to. Linux
/// 5.6, openat2(2), which glibc 2.36 has no function for.
Result<Fd> open_trusted_directory(const std::string& path) {
    open_how how{.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_NO_SYMLINKS};
    Fd directory(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
    struct stat status{};
    if (!directory.is_open() || fstat(directory.get(), &status) != 0) {
        return errno == ELOOP ? std::unexpected(Error{"write into", path, 0, "it is reached through a link"})
                              : failed("write into", path);
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        return std::unexpected(
            Error{"write into", path, 0, fmt::format("it belongs to somebody else (uid {})", status.st_uid)});
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return std::unexpected(
            Error{"write into", path, 0,
                  fmt::format("others can write there (mode {:04o})", status.st_mode & 07777U)});
    }
    return directory;
}

bool write_all(const Fd& file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = write(file.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Makes `name`, which must not be there yet, with `text` in it and on the disk.
bool write_new(const Fd& directory, const std::string& name, std::string_view text) {
    const Fd file(
        openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return file.is_open() && write_all(file, text) && fchmod(file.get(), 0644) == 0 && fsync(file.get()) == 0;
}

} // namespace

Result<void> replace_file(const std::string& path, std::string_view text) {
    const auto slash = path.rfind('/');
    const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
    auto directory = open_trusted_directory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    if (!directory) {
        return std::unexpected(directory.error());
    }
    // No other process that runs has this name; one that died may have left it.
    const auto temporary = fmt::format(".{}.{}", name, getpid());
    unlinkat(directory->get(), temporary.c_str(), 0);
    if (!write_new(*directory, temporary, text) ||
        renameat(directory->get(), temporary.c_str(), directory->get(), name.c_str()) != 0) {
        const int code = errno;
        unlinkat(directory->get(), temporary.c_str(), 0);
        return failed("write", path, code);
    }
    return {};
}

} // namespace boxlite
