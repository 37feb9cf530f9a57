// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.h"
#include "base/lines.h"
#include "base/result.h"
#include "base/user.h"

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace boxlite {

/// A program to run: argv[0] is an absolute path, PATH is never searched and no shell involved.
/// It gets a fixed environment (PATH and LC_ALL=C), / as its directory, `input` as standard
/// input, default signal handling and no other open file.
struct Command {
    std::vector<std::string> argv;
    std::string input = "/dev/null"; ///< a file; a link is not followed: ELOOP
    std::optional<User> user = {};   ///< privileges are dropped to this user first
    std::chrono::milliseconds time_limit{10'000};
    std::size_t output_limit = 64UL * 1024; ///< bytes kept of each stream; the rest is read and dropped
};

/// How a program ended and what it wrote, as far as the command's limit.
struct Outcome {
    int exit_code = -1; ///< -1 when it did not exit by itself, or `unread`
    int signal = 0;     ///< the signal that ended it, or 0
    bool timed_out = false;
    bool unread = false; ///< what it wrote could not be read to the end
    std::string out = {};
    std::string err = {};

    [[nodiscard]] bool succeeded() const { return exit_code == 0; }
};

/// How `outcome` ended, for people: "exit status 1", "killed by signal 9", "no answer within its time limit".
[[nodiscard]] std::string describe_end(const Outcome& outcome);
/// What a program that failed said of it, in one line of at most `limit` bytes, or else how it ended.
[[nodiscard]] std::string describe_failure(const Outcome& outcome, std::size_t limit = 400);

/// A running program in a session of its own. Its whole process group is killed, and it is
/// reaped, when the object goes.
class Child {
public:
    /// Starts `command`; `extra`, if open, becomes its file descriptor 3. Fails with errno and the
    /// step that failed ("read" its input, "drop privileges for", "start").
    [[nodiscard]] static Result<Child> start(const Command& command, const Fd* extra = nullptr);

    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Readable (POLLIN) once the program has ended. Linux 5.3, pidfd_open(2).
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }

    /// Collects its output until it ends or its time limit passes, then ends whatever is left of
    /// its process group.
    [[nodiscard]] Outcome wait();
    /// The same, with its standard output passed on by the line as it comes, of any length in all.
    /// It is ended as soon as `take` wants no more.
    [[nodiscard]] Outcome wait(const TakeLine& take);

private:
    /// Takes a piece of standard output; false: no more, please.
    using TakePiece = std::function<bool(std::string_view piece)>;

    Child() = default;
    [[nodiscard]] Outcome collect(const TakePiece& take_output);
    void kill_group() const;
    void reap(Outcome& outcome);

    pid_t pid_ = -1;
    Fd pidfd_;
    Fd out_;
    Fd err_;
    std::chrono::steady_clock::time_point deadline_;
    std::size_t output_limit_ = 0;
};

/// Child::start and wait in one.
[[nodiscard]] Result<Outcome> run(const Command& command);
[[nodiscard]] Result<Outcome> run(const Command& command, const TakeLine& take);

} // namespace boxlite
