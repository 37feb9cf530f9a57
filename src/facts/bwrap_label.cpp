// SPDX-License-Identifier: Apache-2.0
#include "facts/bwrap_label.h"

#include "base/fd.h"
#include "base/process.h"

#include <sys/apparmor.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <poll.h>

namespace boxlite {

namespace {

const std::string bwrap = "/usr/bin/bwrap";
constexpr int page = 4096;

/// Waits until the program has read from the pipe, which it can only do after its exec is
/// complete, label and all. The pipe holds one page and is full, so it is writable only then.
Result<void> wait_until_reading(Child& child, const Fd& pipe) {
    std::array<pollfd, 2> watched{{{pipe.get(), POLLOUT, 0}, {child.pidfd(), POLLIN, 0}}};
    int count = 0;
    do {
        count = poll(watched.data(), watched.size(), 10'000);
    } while (count < 0 && errno == EINTR);
    if (watched[1].revents != 0) {
        return std::unexpected(Error{"start", bwrap, 0, describe_failure(child.wait(), 200)});
    }
    if (count <= 0) {
        return std::unexpected(Error{"start", bwrap, 0, "it does not read the file named by --args"});
    }
    return {};
}

} // namespace

Result<std::string> measure_bwrap_label(const User* user) {
    // bwrap reads all of its arguments from the pipe before it acts on any, and never gets to the end.
    Pipe arguments = make_pipe();
    const std::array<char, page> filling{};
    if (!arguments.write_end.is_open() || fcntl(arguments.write_end.get(), F_SETPIPE_SZ, page) != page ||
        write(arguments.write_end.get(), filling.data(), filling.size()) != page) {
        return std::unexpected(Error{"prepare a pipe for", bwrap, errno});
    }
    Command command{.argv = {bwrap, "--args", "3"}};
    if (user != nullptr) {
        command.user = *user;
    }
    auto child = Child::start(command, &arguments.read_end);
    if (!child) {
        return std::unexpected(child.error());
    }
    if (auto reading = wait_until_reading(*child, arguments.write_end); !reading) {
        return std::unexpected(reading.error());
    }
    char* label = nullptr;
    char* mode = nullptr;
    const bool is_read = aa_gettaskcon(child->pid(), &label, &mode) >= 0;
    const int code = errno;
    arguments.write_end.reset(); // the end of its arguments, at which it ends by itself
    if (!is_read) {
        return std::unexpected(Error{"read the label of", bwrap, code});
    }
    const std::unique_ptr<char, decltype(&std::free)> owner(label, std::free);
    return mode == nullptr ? std::string(label) : std::string(label) + " (" + mode + ")";
}

} // namespace boxlite
