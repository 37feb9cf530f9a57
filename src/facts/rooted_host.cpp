// SPDX-License-Identifier: Apache-2.0
#include "facts/rooted_host.h"

#include "base/fd.h"
#include "base/turn.h"
#include "facts/bwrap_label.h"
#include "facts/gather.h"

#include <sys/apparmor.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>

namespace boxlite {

namespace {

std::unexpected<Error> failed(const char* action, const std::string& path, int code = errno) {
    return std::unexpected(Error{action, path, code});
}

struct OpenFile {
    Fd fd;
    std::size_t size = 0; ///< as far as the file system says; 0 for what the kernel makes up
};

/// Opens without waiting for a writer, should somebody have put a FIFO there.
Result<OpenFile> open_to_read(const std::string& real, const std::string& path) {
    Fd file(open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat status{};
    if (!file.is_open() || fstat(file.get(), &status) != 0) {
        return failed("read", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return failed("read", path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    }
    return OpenFile{std::move(file), static_cast<std::size_t>(status.st_size)};
}

/// Reads until the end of the file or until there are `limit` bytes. One byte more than the file has
/// is asked for, so that a file of the size it says needs no second read to find its end.
Result<std::string> read_up_to(const OpenFile& file, const std::string& path, std::size_t limit) {
    constexpr std::size_t least = 4096;
    std::string text;
    while (text.size() < limit) {
        const std::size_t held = text.size();
        const std::size_t wanted = held == 0 ? file.size + 1 : held;
        const std::size_t size = std::min(limit, held + std::max(least, wanted));
        ssize_t count = 0;
        text.resize_and_overwrite(size, [&](char* data, std::size_t) {
            count = ::read(file.fd.get(), data + held, size - held);
            return held + static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        });
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failed("read", path);
        }
        if (count == 0 || (text.size() == file.size && text.size() < size)) {
            break;
        }
    }
    return text;
}

} // namespace

bool is_missing(const Error& error) {
    return error.code == ENOENT || error.code == ENOTDIR;
}

bool is_older(const struct timespec& one, const struct timespec& other) {
    return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec : one.tv_nsec < other.tv_nsec;
}

Result<std::string> RootedHost::read(const std::string& path, std::size_t limit) const {
    auto text = read_start(path, limit + 1);
    if (text && text->size() > limit) {
        return failed("read", path, EFBIG);
    }
    return text;
}

Result<std::string> RootedHost::read_start(const std::string& path, std::size_t count) const {
    const auto file = open_to_read(at(path), path);
    if (!file) {
        return std::unexpected(file.error());
    }
    return read_up_to(*file, path, count);
}

Result<struct stat> RootedHost::examine(const std::string& path) const {
    struct stat status{};
    if (lstat(at(path).c_str(), &status) != 0) {
        return failed("examine", path);
    }
    return status;
}

Result<struct stat> RootedHost::examine_target(const std::string& path) const {
    struct stat status{};
    if (stat(at(path).c_str(), &status) != 0) {
        return failed("examine", path);
    }
    return status;
}

Result<std::string> RootedHost::read_link(const std::string& path) const {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlink(at(path).c_str(), target.data(), target.size());
    if (length < 0) {
        return failed("read link", path);
    }
    return std::string(target.data(), static_cast<std::size_t>(length));
}

Result<std::vector<std::string>> RootedHost::list(const std::string& path) const {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(at(path).c_str()), closedir);
    if (!directory) {
        return failed("list", path);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (errno != 0) {
        return failed("list", path);
    }
    return names;
}

Result<std::string> RootedHost::policy_cache() const {
    const std::string kernel = paths::apparmor_in_kernel + "/features";
    aa_features* features = nullptr;
    if (aa_features_new(&features, AT_FDCWD, at(kernel).c_str()) != 0) {
        return failed("read", kernel);
    }
    const std::unique_ptr<aa_features, void (*)(aa_features*)> owner(features, aa_features_unref);
    const std::unique_ptr<char, void (*)(void*)> directory(
        aa_policy_cache_dir_path_preview(features, AT_FDCWD, at(paths::parser_cache).c_str()), std::free);
    if (!directory) {
        return failed("find this kernel's part of", paths::parser_cache);
    }
    return std::string(directory.get()).substr(root_.size());
}

bool RootedHost::may_use(const std::string& path) const {
    return access(at(path).c_str(), R_OK | W_OK) == 0;
}

Result<Outcome> RootedHost::run(const Command& command) const {
    return boxlite::run(command);
}

Result<std::string> RootedHost::bwrap_label(const User* user) const {
    return measure_bwrap_label(user);
}

Result<Fd> RootedHost::take_turn() {
    using namespace std::chrono_literals;
    return boxlite::take_turn(at("/run/boxlite-bwrap-apparmor"), 100s);
}

Result<void> RootedHost::make_link(const std::string& target, const std::string& path) {
    if (symlink(target.c_str(), at(path).c_str()) != 0) {
        return failed("make link", path);
    }
    return {};
}

Result<void> RootedHost::make_directory(const std::string& path) {
    if (mkdir(at(path).c_str(), 0755) != 0) {
        return failed("make directory", path);
    }
    return {};
}

Result<void> RootedHost::remove(const std::string& path) {
    if (unlink(at(path).c_str()) != 0) {
        return failed("remove", path);
    }
    return {};
}

Result<void> RootedHost::unload_profile(const std::string& name) {
    aa_kernel_interface* kernel = nullptr;
    if (aa_kernel_interface_new(&kernel, nullptr, nullptr) != 0) {
        return failed("reach AppArmor to unload", name);
    }
    const std::unique_ptr<aa_kernel_interface, void (*)(aa_kernel_interface*)> owner(
        kernel, aa_kernel_interface_unref);
    if (aa_kernel_interface_remove_policy(kernel, name.c_str()) != 0) {
        return failed("unload", name);
    }
    return {};
}

Result<Outcome> RootedHost::run_changing(const Command& command) {
    return boxlite::run(command);
}

} // namespace boxlite
