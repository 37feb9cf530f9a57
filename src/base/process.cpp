// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include "base/text.h"

#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <utility>

namespace boxlite {

using namespace std::chrono_literals;

namespace {

/// What a child that could not become the program reports over its pipe, closed by a good exec.
struct StartFailure {
    enum Step : int { setup, privileges, exec } step;
    int code;
};

/// Runs in the child, between fork and exec: async-signal-safe calls only. Returns on failure.
StartFailure become(const Command& command, char* const* argv, std::array<int, 4> files, int report) {
    static std::array<char, 64> path{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    static std::array<char, 16> locale{"LC_ALL=C"};
    const std::array<char*, 3> environment{path.data(), locale.data(), nullptr};

    setsid();
    for (int number = 1; number < NSIG; ++number) {
        (void)signal(number, SIG_DFL); // refused for SIGKILL, SIGSTOP and the C library's own
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    umask(022);

    // All sources are above the targets (see `above_standard`), so none is overwritten before its turn.
    for (int target = 0; target < static_cast<int>(files.size()); ++target) {
        if (files.at(static_cast<std::size_t>(target)) >= 0 &&
            dup2(files.at(static_cast<std::size_t>(target)), target) < 0) {
            return {StartFailure::setup, errno};
        }
    }
    const unsigned first_unused = files.back() >= 0 ? 4 : 3;
    if (chdir("/") != 0 || close_range(first_unused, static_cast<unsigned>(report) - 1, 0) != 0 ||
        close_range(static_cast<unsigned>(report) + 1, ~0U, 0) != 0) {
        return {StartFailure::setup, errno};
    }
    if (command.user && !drop_privileges_to(*command.user)) {
        return {StartFailure::privileges, errno};
    }
    execve(argv[0], argv, const_cast<char* const*>(environment.data()));
    return {StartFailure::exec, errno};
}

/// Moves `fd` out of the range 0 to 4 that the child's own files will take.
bool above_standard(Fd& fd) {
    const int moved = fcntl(fd.get(), F_DUPFD_CLOEXEC, 5);
    if (moved < 0) {
        return false;
    }
    fd.reset(moved);
    return true;
}

/// Passes on what there is to read; false at the end of the stream, or when no more is wanted. A
/// stream that cannot be read is not one that has ended: `outcome` says so.
template <class Take> bool drain(const Fd& from, const Take& take, Outcome& outcome) {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(from.get(), buffer.data(), buffer.size());
    if (count < 0) {
        const bool again = errno == EINTR || errno == EAGAIN;
        outcome.unread = outcome.unread || !again;
        return again;
    }
    return count > 0 && take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
}

/// Keeps `piece`, as far as `limit` bytes in all.
void append_up_to(std::string& text, std::string_view piece, std::size_t limit) {
    text.append(piece.substr(0, limit - text.size()));
}

/// A program may outlive the signal: AppArmor keeps even root's from one whose profile has no rule for
/// signals, apparmor.d(5).
bool has_ended_within(const Fd& pidfd, std::chrono::milliseconds time_limit) {
    if (!pidfd.is_open()) {
        return true; // it never came to run anything
    }
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    int count = 0;
    do {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd ended{pidfd.get(), POLLIN, 0};
        count = poll(&ended, 1, static_cast<int>(std::max(left, 0ms).count()));
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

} // namespace

Pipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {};
    }
    return {.read_end = Fd(ends[0]), .write_end = Fd(ends[1])};
}

std::string describe_end(const Outcome& outcome) {
    if (outcome.timed_out) {
        return "no answer within its time limit";
    }
    if (outcome.unread) {
        return "its output could not be read";
    }
    if (outcome.signal != 0) {
        return fmt::format("killed by signal {}", outcome.signal);
    }
    return fmt::format("exit status {}", outcome.exit_code);
}

std::string describe_failure(const Outcome& outcome, std::size_t limit) {
    auto said = in_one_line(outcome.err, limit);
    return said.empty() ? describe_end(outcome) : said;
}

Result<Child> Child::start(const Command& command, const Fd* extra) {
    const auto failed = [&](std::string action, int code) {
        return std::unexpected(Error{std::move(action), command.argv.front(), code});
    };
    // Without waiting for a writer, should somebody have put a FIFO there.
    Fd input(open(command.input.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
    if (!input.is_open()) {
        return std::unexpected(Error{"read", command.input, errno});
    }
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    Pipe report = make_pipe();
    const Fd passed(extra != nullptr ? fcntl(extra->get(), F_DUPFD_CLOEXEC, 5) : -1);
    if (!out.read_end.is_open() || !err.read_end.is_open() || !report.read_end.is_open() ||
        (extra != nullptr && !passed.is_open()) || !above_standard(input) || !above_standard(out.write_end) ||
        !above_standard(err.write_end) || !above_standard(report.write_end)) {
        return failed("start", errno);
    }
    std::vector<char*> argv;
    argv.reserve(command.argv.size() + 1);
    for (const auto& argument : command.argv) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);

    Child child;
    child.deadline_ = std::chrono::steady_clock::now() + command.time_limit;
    child.output_limit_ = command.output_limit;
    child.pid_ = fork();
    if (child.pid_ < 0) {
        return failed("start", errno);
    }
    if (child.pid_ == 0) {
        const auto failure = become(command, argv.data(),
                                    {input.get(), out.write_end.get(), err.write_end.get(), passed.get()},
                                    report.write_end.get());
        if (write(report.write_end.get(), &failure, sizeof failure) < 0) {
            _exit(126);
        }
        _exit(127);
    }
    // glibc 2.36 declares pidfd_open without C linkage.
    child.pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, child.pid_, 0)));
    if (!child.pidfd_.is_open()) {
        return failed("watch", errno);
    }
    report.write_end.reset();
    StartFailure failure{};
    ssize_t count = 0;
    do {
        count = read(report.read_end.get(), &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    if (count == static_cast<ssize_t>(sizeof failure)) {
        if (command.user && failure.step == StartFailure::privileges) {
            return failed("drop privileges to " + command.user->name + " for", failure.code);
        }
        return failed("start", failure.code);
    }
    fcntl(out.read_end.get(), F_SETFL, O_NONBLOCK);
    fcntl(err.read_end.get(), F_SETFL, O_NONBLOCK);
    child.out_ = std::move(out.read_end);
    child.err_ = std::move(err.read_end);
    return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), out_(std::move(other.out_)),
      err_(std::move(other.err_)), deadline_(other.deadline_), output_limit_(other.output_limit_) {}

Child::~Child() {
    Outcome ignored;
    reap(ignored);
}

void Child::kill_group() const {
    // The child is not reaped yet, so its number still names its group and nobody else's. Before
    // setsid it has none: then the child itself.
    if (kill(-pid_, SIGKILL) != 0) {
        kill(pid_, SIGKILL);
    }
}

void Child::reap(Outcome& outcome) {
    if (pid_ < 0) {
        return;
    }
    kill_group();
    if (!has_ended_within(pidfd_, 5s)) {
        pid_ = -1; // left to itself
        outcome.timed_out = true;
        return;
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (WIFEXITED(status) && !outcome.timed_out && !outcome.unread) {
        outcome.exit_code = WEXITSTATUS(status);
    } else if (WIFSIGNALED(status)) {
        outcome.signal = WTERMSIG(status);
    }
}

Outcome Child::wait() {
    std::string out;
    auto outcome = collect([&](std::string_view piece) {
        append_up_to(out, piece, output_limit_);
        return true;
    });
    outcome.out = std::move(out);
    return outcome;
}

Outcome Child::wait(const TakeLine& take) {
    LineSplitter splitter;
    bool wanted = true;
    auto outcome = collect([&](std::string_view piece) {
        wanted = splitter.feed(piece, take);
        return wanted;
    });
    if (wanted) {
        splitter.finish(take);
    }
    return outcome;
}

Outcome Child::collect(const TakePiece& take_output) {
    Outcome outcome;
    bool wanted = true;
    const auto take_out = [&](std::string_view piece) {
        wanted = take_output(piece);
        return wanted;
    };
    const auto take_err = [&](std::string_view piece) {
        append_up_to(outcome.err, piece, output_limit_);
        return true;
    };
    std::array<pollfd, 3> watched{
        {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {pidfd_.get(), POLLIN, 0}}};
    while (wanted) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            outcome.timed_out = true;
            break;
        }
        if (poll(watched.data(), watched.size(), static_cast<int>(left.count())) <= 0) {
            continue;
        }
        if (watched[0].revents != 0 && !drain(out_, take_out, outcome)) {
            watched[0].fd = -1;
        }
        if (watched[1].revents != 0 && !drain(err_, take_err, outcome)) {
            watched[1].fd = -1;
        }
        if (watched[2].revents != 0) {
            break;
        }
    }
    // The exit can overtake the last of the output; what a survivor of the group still writes is
    // not waited for.
    for (int i = 0; wanted && i < 32; ++i) {
        pollfd last_out{out_.get(), POLLIN, 0};
        pollfd last_err{err_.get(), POLLIN, 0};
        const bool more_out = poll(&last_out, 1, 0) > 0 && drain(out_, take_out, outcome);
        const bool more_err = poll(&last_err, 1, 0) > 0 && drain(err_, take_err, outcome);
        if (!more_out && !more_err) {
            break;
        }
    }
    reap(outcome);
    return outcome;
}

Result<Outcome> run(const Command& command) {
    auto child = Child::start(command);
    if (!child) {
        return std::unexpected(child.error());
    }
    return child->wait();
}

Result<Outcome> run(const Command& command, const TakeLine& take) {
    auto child = Child::start(command);
    if (!child) {
        return std::unexpected(child.error());
    }
    return child->wait(take);
}

} // namespace boxlite
