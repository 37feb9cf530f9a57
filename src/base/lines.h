// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace boxlite {

/// Takes a line, without its end. False: no more, please.
using TakeLine = std::function<bool(std::string_view line)>;

/// What is kept of one line of a log; the rest of it is dropped. The kernel's own end at 8 KiB.
inline constexpr std::size_t line_limit = 16UL * 1024;

/// Makes lines of a stream that comes in pieces, in bounded memory: of a line longer than
/// `line_limit` only the start is passed on. Empty lines are not.
class LineSplitter {
public:
    /// Passes on the lines that `piece` completes. False once `take` wants no more.
    [[nodiscard]] bool feed(std::string_view piece, const TakeLine& take);
    /// The stream is over: passes on what was left without an end.
    void finish(const TakeLine& take);

private:
    void keep(std::string_view part);

    std::string line_;
};

/// Passes on the lines of `text`, the last first, as LineSplitter would. False once `take` wants no more.
[[nodiscard]] bool take_backwards(std::string_view text, const TakeLine& take);

} // namespace boxlite
