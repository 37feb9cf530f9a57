// SPDX-License-Identifier: Apache-2.0
#include "report/explain.h"

#include "report/layout.h"
#include "verdict/causes.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace boxlite {

namespace {

std::string in_capitals(std::string_view word) {
    std::string capitals(word);
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return capitals;
}

/// `text` with each {word}, which stands for what a host has, between `before` and `after`.
std::string with_placeholders(std::string_view text, std::string_view before, std::string_view after) {
    std::string shown;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) {
            return shown.append(text);
        }
        shown.append(text.substr(0, open));
        shown.append(before).append(in_capitals(text.substr(open + 1, close - open - 1))).append(after);
        text.remove_prefix(close + 1);
    }
    return shown;
}

std::string explain_cause(const CauseRow& row, const Look& look) {
    return fmt::format("{}\n    why: {}\n    fix: {}\n", row.id,
                       wrap(with_placeholders(row.why, "", ""), look.width, 9, 9),
                       with_placeholders(row.fix, "", ""));
}

std::string explain_check(const Check& check, const Look& look) {
    auto text = fmt::format("{}: {}\n    {}\n", check.id, check.title, wrap(check.about, look.width, 4, 4));
    for (const auto& row : all_causes()) {
        if (row.check == check.id) {
            text += "\n" + explain_cause(row, look);
        }
    }
    return text;
}

/// For man(7): what troff would take for a request or an escape, or make a typographic sign of.
std::string in_troff(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        switch (character) {
        case '\\':
            escaped += "\\e";
            break;
        case '-':
            escaped += "\\-";
            break;
        case '\'':
            escaped += "\\(aq";
            break;
        case '^':
            escaped += "\\(ha";
            break;
        case '~':
            escaped += "\\(ti";
            break;
        default:
            escaped += character;
        }
    }
    return (text.starts_with('.') ? "\\&" : "") + escaped;
}

} // namespace

std::optional<std::string> render_explanation(std::string_view id, const Look& look) {
    for (const auto& check : all_checks()) {
        if (check.id == id) {
            return explain_check(check, look);
        }
    }
    for (const auto& row : all_causes()) {
        if (row.id == id) {
            return explain_cause(row, look) + fmt::format("    found by the check {}\n", row.check);
        }
    }
    return std::nullopt;
}

std::string render_ids() {
    std::string text;
    for (const auto& check : all_checks()) {
        text += fmt::format("{}\n", check.id);
        for (const auto& row : all_causes()) {
            text += row.check == check.id ? fmt::format("    {}\n", row.id) : "";
        }
    }
    return text;
}

std::vector<std::string> all_ids() {
    std::vector<std::string> ids;
    for (const auto& check : all_checks()) {
        ids.emplace_back(check.id);
    }
    for (const auto& row : all_causes()) {
        ids.emplace_back(row.id);
    }
    return ids;
}

std::string render_manual_of_checks() {
    std::string text;
    for (const auto& check : all_checks()) {
        text += fmt::format(".TP\n.B {}\n{}: {}.\n", in_troff(check.id), in_troff(check.title),
                            in_troff(check.about));
        std::string causes;
        for (const auto& row : all_causes()) {
            if (row.check == check.id) {
                causes += fmt::format(".TP\n.I {}\n{}\n.br\nFix: \\fB{}\\fR\n", in_troff(row.id),
                                      with_placeholders(in_troff(row.why), "\\fI", "\\fR"),
                                      with_placeholders(in_troff(row.fix), "\\fI", "\\fB"));
            }
        }
        text += causes.empty() ? "" : ".RS\n" + causes + ".RE\n";
    }
    return text;
}

} // namespace boxlite
