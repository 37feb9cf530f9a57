// SPDX-License-Identifier: Apache-2.0
#include "base/turn.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace boxlite {

namespace {

/// The directory itself is what is locked: a file that others can open, they can lock for ever.
Fd open_private_directory(const std::string& path) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return {};
    }
    Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!directory.is_open() || fstat(directory.get(), &status) != 0 || status.st_uid != geteuid() ||
        (status.st_mode & 077U) != 0) {
        return {};
    }
    return directory;
}

} // namespace

Result<Fd> take_turn(const std::string& directory, std::chrono::milliseconds time_limit) {
    using namespace std::chrono_literals;
    auto place = open_private_directory(directory);
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    while (place.is_open() && flock(place.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return Fd{};
        }
        if (std::chrono::steady_clock::now() > deadline) {
            return std::unexpected(Error{
                "begin", "", 0, "another run has not ended for " + std::to_string(time_limit / 1s) + " s"});
        }
        std::this_thread::sleep_for(50ms);
    }
    return place;
}

} // namespace boxlite
