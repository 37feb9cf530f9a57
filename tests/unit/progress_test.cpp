// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"
#include "cli/progress.h"

#include <doctest/doctest.h>

#include <array>
#include <unistd.h>

using namespace boxlite;
using namespace std::chrono_literals;

namespace {

/// What is written while `work` goes on.
std::string written(std::chrono::milliseconds patience, std::chrono::milliseconds work) {
    Pipe terminal = make_pipe();
    {
        const Progress progress(terminal.write_end.get(), patience);
        std::this_thread::sleep_for(work);
    }
    terminal.write_end.reset();
    std::array<char, 200> buffer{};
    const auto count = read(terminal.read_end.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(count)};
}

} // namespace

TEST_CASE("progress is told when something takes long, and wiped out at the end") {
    CHECK(written(1h, 0ms).empty());
    CHECK(written(0ms, 200ms) == "looking at this host ...\r\033[K");
}
