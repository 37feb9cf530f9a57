// SPDX-License-Identifier: Apache-2.0
#include "report/layout.h"
#include "report/report.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

namespace boxlite {

namespace {

// Colours of ECMA-48 (select graphic rendition) that every terminal has and that a light and a dark
// background leave readable. Symbols differ in shape too, and text keeps the terminal's own colour.
constexpr std::string_view green = "\033[32m";
constexpr std::string_view yellow = "\033[33m";
constexpr std::string_view red = "\033[31m";
constexpr std::string_view faint = "\033[2m";
constexpr std::string_view plain = "\033[0m";

struct Symbol {
    std::string_view ascii;   ///< 6 columns
    std::string_view unicode; ///< 3 columns
    std::string_view colour;
};
constexpr std::array<Symbol, 5> symbols{{
    {"[ok]  ", "[✓]", green},
    {"[warn]", "[!]", yellow},
    {"[FAIL]", "[✗]", red},
    {"[skip]", "[-]", faint},
    {"[????]", "[?]", yellow},
}};
constexpr std::array<std::string_view, 3> colours_of_readiness{green, red, yellow};

constexpr std::size_t title_width = 22;
/// With less room than this beside the title, what is found goes below it.
constexpr std::size_t least_width = 24;

std::string paint(std::string_view text, std::string_view colour, const Look& look) {
    return look.colour == Colour::always ? fmt::format("{}{}{}", colour, text, plain) : std::string(text);
}

} // namespace

bool is_shown(const Finding& finding, Detail detail) {
    const bool is_problem = finding.status != Status::pass && finding.status != Status::skip;
    return is_problem || detail == Detail::everything || (detail == Detail::brief && finding.notable);
}

std::string render_check(const JudgedCheck& check, Detail detail, const Look& look) {
    const auto& symbol = symbols.at(static_cast<std::size_t>(check.finding.status));
    const bool ascii = look.symbols == Symbols::ascii;
    const std::size_t indent = ascii ? 7 : 4;
    const std::string margin(indent, ' ');
    const auto lead = paint(ascii ? symbol.ascii : symbol.unicode, symbol.colour, look);
    const std::size_t column = indent + title_width + 1;
    std::string text;
    if (look.width != 0 && look.width < column + least_width) {
        text = fmt::format("{} {}\n{}{}\n", lead, check.title, margin,
                           wrap(check.finding.summary, look.width, indent, indent));
    } else {
        text = fmt::format("{} {:<{}} {}\n", lead, check.title, title_width,
                           wrap(check.finding.summary, look.width, column, column));
    }
    if (!check.finding.why.empty()) {
        text +=
            fmt::format("{}why: {}\n", margin, wrap(check.finding.why, look.width, indent + 5, indent + 5));
    }
    if (!check.finding.fix.empty()) {
        text += fmt::format("{}fix: {}\n", margin, check.finding.fix);
    }
    if (detail == Detail::everything) {
        for (const auto& reading : check.readings) {
            const auto said = fmt::format("{}: {}", reading.source, reading.value);
            text += margin + paint(wrap(said, look.width, indent, indent + 2), faint, look) + "\n";
        }
    }
    return text;
}

std::string render_summary(Readiness readiness, std::string_view summary, const Look& look) {
    const auto name = name_of(readiness);
    return fmt::format("{}: {}\n",
                       paint(name, colours_of_readiness.at(static_cast<std::size_t>(readiness)), look),
                       wrap(summary, look.width, name.size() + 2, 2));
}

std::string render_checks(const std::vector<JudgedCheck>& checks, Detail detail, const Look& look) {
    std::string text;
    std::map<std::pair<std::string, std::string>, std::string_view> explained; // by cause and fix: the title
    for (auto check : checks) {
        auto& finding = check.finding;
        if (!is_shown(finding, detail)) {
            continue;
        }
        if (!finding.why.empty()) {
            const auto cause = finding.cause ? std::string(row_of(*finding.cause).id) : finding.why;
            const auto [earlier, is_new] = explained.try_emplace({cause, finding.fix}, check.title);
            if (!is_new) {
                finding.why = fmt::format("as above ({})", earlier->second);
                finding.fix.clear();
            }
        }
        text += render_check(check, detail, look);
    }
    return text;
}

std::string render_text(const Verdict& verdict, Detail detail, const Look& look) {
    return render_checks(verdict.checks, detail, look) +
           render_summary(verdict.readiness, verdict.summary, look);
}

} // namespace boxlite
