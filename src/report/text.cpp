// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <fmt/format.h>

#include <array>

namespace boxlite {

namespace {

struct Style {
    std::string_view symbol;
    std::string_view escape; ///< ECMA-48: select graphic rendition
};

Style style_of(Status status) {
    static constexpr std::array<Style, 5> styles{{
        {"[ok]", "\033[32m"},
        {"[warn]", "\033[33m"},
        {"[FAIL]", "\033[31m"},
        {"[skip]", "\033[2m"},
        {"[????]", "\033[33m"},
    }};
    return styles.at(static_cast<std::size_t>(status));
}

bool is_problem(Status status) {
    return status != Status::pass && status != Status::skip;
}

std::string render_check(const JudgedCheck& check, Colour colour) {
    const auto style = style_of(check.finding.status);
    const bool coloured = colour == Colour::always;
    auto text = fmt::format("{}{:<6}{} {:<22} {}\n", coloured ? style.escape : "", style.symbol,
                            coloured ? "\033[0m" : "", check.title, check.finding.summary);
    if (!check.finding.why.empty()) {
        text += fmt::format("       why: {}\n", check.finding.why);
    }
    if (!check.finding.fix.empty()) {
        text += fmt::format("       fix: {}\n", check.finding.fix);
    }
    return text;
}

} // namespace

std::string render_text(const Verdict& verdict, Detail detail, Colour colour) {
    std::string text;
    for (const auto& check : verdict.checks) {
        if (detail == Detail::everything || is_problem(check.finding.status)) {
            text += render_check(check, colour);
        }
    }
    return text + fmt::format("{}: {}\n", name_of(verdict.readiness), verdict.summary);
}

} // namespace boxlite
