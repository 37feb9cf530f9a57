// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

namespace boxlite {

/// Says on a terminal that the program is at work, once that has taken longer than `patience`, and
/// wipes it out when the object goes.
class Progress {
public:
    explicit Progress(int terminal, std::chrono::milliseconds patience = std::chrono::seconds(1));

private:
    // The programs run meanwhile are forked while this thread waits: between fork and exec only
    // async-signal-safe calls are made, so that is no matter.
    std::jthread thread_;
};

} // namespace boxlite
