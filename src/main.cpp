// SPDX-License-Identifier: Apache-2.0
#include "base/replace_file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "facts/rooted_host.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <langinfo.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

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

/// A terminal that takes more than plain lines.
bool is_able_terminal(int fd) {
    const char* terminal = std::getenv("TERM");
    return isatty(fd) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

/// Colour on a terminal that can show it, unless https://no-color.org/ is set.
boxlite::Colour choose_colour() {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool wanted = is_able_terminal(STDOUT_FILENO) && (no_colour == nullptr || *no_colour == '\0');
    return wanted ? boxlite::Colour::always : boxlite::Colour::never;
}

/// By the user's locale, which stays the program's own affair: nothing else here depends on it. It is
/// one of the system's: LOCPATH would have its files taken from wherever somebody wants.
boxlite::Symbols choose_symbols() {
    unsetenv("LOCPATH");
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
    if (locale == nullptr) {
        return boxlite::Symbols::ascii;
    }
    const bool is_utf8 = std::string_view(nl_langinfo_l(CODESET, locale)) == "UTF-8";
    freelocale(locale);
    return is_utf8 ? boxlite::Symbols::unicode : boxlite::Symbols::ascii;
}

/// The terminal's, as far as lines of text are easily read; 0 where there is no terminal.
std::size_t choose_width() {
    constexpr unsigned short widest = 100;
    winsize size{};
    if (isatty(STDOUT_FILENO) == 0) {
        return 0;
    }
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? std::min(size.ws_col, widest) : 80;
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
    const auto line = parse_options(argc, argv);
    if (!line) {
        std::fputs(line.error().text.c_str(), line.error().asked_for ? stdout : stderr);
        return line.error().asked_for ? exit_ready : exit_usage;
    }
    RootedHost host("");
    const Look look{.colour = choose_colour(), .symbols = choose_symbols(), .width = choose_width()};
    // One turn for all of them: what one saw still holds for the next, and what another run did is seen.
    const bool changes = std::any_of(line->begin(), line->end(), [](const auto& command) {
        return command.subcommand == Subcommand::reload;
    });
    const auto turn = changes ? host.take_turn() : Result<Fd>();
    std::optional<Facts> seen;
    int code = exit_ready;
    for (const auto& command : *line) {
        if (command.subcommand == Subcommand::reload && !turn) {
            std::fprintf(stderr, "boxlite-bwrap-apparmor: %s\n", printable(turn.error().message()).c_str());
            code = exit_not_ready;
            continue;
        }
        std::optional<Progress> progress;
        if (is_able_terminal(STDERR_FILENO)) {
            progress.emplace(STDERR_FILENO);
        }
        const Caller caller{.is_root = geteuid() == 0,
                            .look = command.output ? Look{.symbols = look.symbols} : look};
        const auto response = execute(host, command, caller, line->size() > 1 ? &seen : nullptr);
        progress.reset();
        code = deliver(response, command.output);
        if (code == exit_usage || code == exit_bug) {
            break;
        }
    }
    return code;
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
