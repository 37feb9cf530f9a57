// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"
#include "facts/rooted_host.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string_view>

namespace boxlite {

namespace {

constexpr std::size_t block_size = 256UL * 1024;

std::unexpected<Error> failed(const std::string& path, int code = errno) {
    return std::unexpected(Error{"read", path, code});
}

/// Opens a log. A link is not followed: others than root may write to /var/log (Ubuntu's syslog).
Result<Fd> open_log(const std::string& real, const std::string& path, struct stat& status) {
    Fd file(open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
    if (!file.is_open() || fstat(file.get(), &status) != 0) {
        return failed(path);
    }
    return file;
}

/// The `count` bytes at `offset`; fewer when the file was made shorter meanwhile.
Result<std::string> read_block(const Fd& file, const std::string& path, std::size_t count, off_t offset) {
    std::string block(count, '\0');
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got =
            pread(file.get(), block.data() + done, count - done, offset + static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failed(path);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    block.resize(done);
    return block;
}

} // namespace

Result<Outcome> RootedHost::run(const Command& command, const TakeLine& take) const {
    return boxlite::run(command, take);
}

Result<void> RootedHost::read_backwards(const std::string& path, const TakeLine& take) const {
    struct stat status{};
    const auto file = open_log(at(path), path, status);
    if (!file) {
        return std::unexpected(file.error());
    }
    if (!S_ISREG(status.st_mode)) {
        return failed(path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    }
    std::string rest; // of a line that begins before what was read so far
    for (off_t offset = status.st_size; offset > 0;) {
        const auto count = std::min(block_size, static_cast<std::size_t>(offset));
        offset -= static_cast<off_t>(count);
        auto block = read_block(*file, path, count, offset);
        if (!block) {
            return std::unexpected(block.error());
        }
        const auto first_end = block->find('\n');
        *block += rest;
        if (first_end != std::string::npos &&
            !take_backwards(std::string_view(*block).substr(first_end + 1), take)) {
            return {};
        }
        rest = block->substr(0, std::min(first_end, line_limit));
    }
    if (!rest.empty()) {
        take(rest);
    }
    return {};
}

Result<void> RootedHost::read_ring_buffer(const TakeLine& take) const {
    const std::string path = "/dev/kmsg";
    struct stat status{};
    const auto device = open_log(at(path), path, status);
    if (!device) {
        return std::unexpected(device.error());
    }
    if (!S_ISCHR(status.st_mode)) { // some containers have a file or a FIFO there
        return failed(path, ENOENT);
    }
    std::string record(line_limit, '\0'); // a shorter buffer than the record gives EINVAL
    while (true) {
        const ssize_t count = ::read(device->get(), record.data(), record.size());
        if (count < 0 && (errno == EPIPE || errno == EINTR)) {
            continue; // EPIPE: overwritten before it was read; the next read gives the oldest there is
        }
        if (count < 0 && errno != EAGAIN) {
            return failed(path);
        }
        if (count <= 0 || !take(std::string_view(record).substr(0, static_cast<std::size_t>(count)))) {
            return {};
        }
    }
}

} // namespace boxlite
