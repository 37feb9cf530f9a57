// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"
#include "facts/facts_file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>

namespace boxlite {

Result<std::string> read_facts_file(const std::string& path) {
    const Fd file(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                              : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    std::string text;
    std::array<char, 8192> buffer{};
    while (file.is_open() && text.size() <= facts_file_limit) {
        const ssize_t count = read(file.get(), buffer.data(), buffer.size());
        if (count == 0) {
            return text;
        }
        if (count > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            break;
        }
    }
    const bool too_long = text.size() > facts_file_limit;
    return std::unexpected(Error{"read", path, too_long ? EFBIG : errno});
}

} // namespace boxlite
