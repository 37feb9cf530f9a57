// SPDX-License-Identifier: Apache-2.0
#include "base/replace_file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "facts/rooted_host.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

/// Standard files that were closed would be taken by the next file opened.
void open_standard_files() {
    for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR)) {
        if (fd > STDERR_FILENO) {
            close(fd);
            break;
        }
    }
}

/// Colour on a terminal that can show it, unless https://no-color.org/ is set.
bool wants_colour() {
    const char* terminal = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb" &&
           (no_colour == nullptr || *no_colour == '\0');
}

/// Puts the report where it was asked for; what cannot be put there must not pass for "not ready".
int deliver(const boxlite::Response& response, const std::optional<std::string>& file) {
    using namespace boxlite;
    if (file && !response.out.empty()) {
        if (const auto written = replace_file(*file, response.out); !written) {
            std::fprintf(stderr, "boxlite-bwrap-apparmor: %s\n",
                         printable(written.error().message()).c_str());
            return exit_usage;
        }
    } else {
        std::fputs(response.out.c_str(), stdout);
    }
    std::fputs(response.err.c_str(), stderr);
    if (std::fflush(stdout) != 0) {
        std::perror("boxlite-bwrap-apparmor: cannot write the report");
        return exit_unknown;
    }
    return response.code;
}

int run(int argc, const char* const* argv) {
    using namespace boxlite;
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fputs(options.error().text.c_str(), options.error().asked_for ? stdout : stderr);
        return options.error().asked_for ? exit_ready : exit_usage;
    }
    RootedHost host("");
    const Caller caller{.is_root = geteuid() == 0, .colour = !options->output && wants_colour()};
    return deliver(execute(host, *options, caller), options->output);
}

} // namespace

int main(int argc, char** argv) {
    open_standard_files();
    try {
        return run(argc, argv);
    } catch (const std::exception& bug) {
        std::fprintf(stderr, "boxlite-bwrap-apparmor: internal error: %s\n", bug.what());
        return boxlite::exit_bug;
    }
}
