// SPDX-License-Identifier: Apache-2.0
// The command line, which a wrapper may fill with words of somebody else's.
#include "cli/options.h"
#include "denials/since.h"
#include "expectations.h"

#include <algorithm>
#include <string>

using namespace boxlite;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> words{"boxlite-bwrap-apparmor"};
    for (const auto piece : fuzz::pieces_of(fuzz::as_text(data, size))) {
        words.emplace_back(piece.substr(0, piece.find('\0')));
    }
    std::vector<const char*> argv;
    std::transform(words.begin(), words.end(), std::back_inserter(argv),
                   [](const auto& w) { return w.c_str(); });
    argv.push_back(nullptr);
    const auto commands = parse_options(static_cast<int>(words.size()), argv.data());
    if (!commands) {
        fuzz::expect(fuzz::is_safe_text(commands.error().text), "what is wrong is safe to show");
        fuzz::expect(commands.error().text.ends_with('\n'), "what is wrong is a line");
        return 0;
    }
    constexpr long long now = 1'795'465'254;
    const auto since = parse_since(commands->front().since, now, now - 60);
    fuzz::expect(since ? since->seconds >= 0 && since->seconds <= now
                       : fuzz::is_one_safe_line(since.error().message()),
                 "a time to look from is past, or what is wrong with it one safe line");
    return 0;
}
