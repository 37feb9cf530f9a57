// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <unistd.h>

namespace boxlite {

namespace {

void say(int terminal, std::string_view text) {
    // A terminal that does not take it is no reason not to go on.
    [[maybe_unused]] const auto written = write(terminal, text.data(), text.size());
}

void watch(const std::stop_token& stop, int terminal, std::chrono::milliseconds patience) {
    std::mutex mutex;
    std::condition_variable_any never;
    // cppcheck-suppress localMutex ; it guards nothing, but waiting needs one
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, patience, [] { return false; });
    if (stop.stop_requested()) {
        return;
    }
    say(terminal, "looking at this host ...");
    never.wait(lock, stop, [] { return false; });
    say(terminal, "\r\033[K");
}

} // namespace

Progress::Progress(int terminal, std::chrono::milliseconds patience)
    : thread_([=](const std::stop_token& stop) { watch(stop, terminal, patience); }) {}

} // namespace boxlite
