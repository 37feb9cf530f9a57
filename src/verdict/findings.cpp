// SPDX-License-Identifier: Apache-2.0
#include "verdict/findings.h"

#include "base/text.h"

namespace boxlite {

namespace {

/// What was read on the host or in a facts file is one word of the command that it is filled into, and never
/// a command of its own. A {command} was put together by its check, of such words.
std::vector<Replacement> in_words(std::vector<Replacement> replacements) {
    for (auto& replacement : replacements) {
        if (replacement.word != "command") {
            replacement.value = shell_word(replacement.value);
        }
    }
    return replacements;
}

Finding problem(Status status, Cause cause, std::string summary,
                const std::vector<Replacement>& replacements) {
    const auto& row = row_of(cause);
    return {.status = status,
            .summary = std::move(summary),
            .why = fill_in(row.why, replacements),
            .fix = fill_in(row.fix, in_words(replacements)),
            .cause = cause};
}

} // namespace

Finding pass(std::string summary) {
    return {.status = Status::pass, .summary = std::move(summary)};
}

Finding note(std::string summary) {
    return {.status = Status::pass, .summary = std::move(summary), .notable = true};
}

Finding skip(std::string summary) {
    return {.status = Status::skip, .summary = std::move(summary)};
}

Finding unknown(std::string reason) {
    return {.status = Status::unknown, .summary = std::move(reason)};
}

Finding warn(Cause cause, std::string summary, const std::vector<Replacement>& replacements) {
    return problem(Status::warn, cause, std::move(summary), replacements);
}

Finding fail(Cause cause, std::string summary, const std::vector<Replacement>& replacements) {
    return problem(Status::fail, cause, std::move(summary), replacements);
}

Finding skip_image() {
    return skip("this is a system being built; decided at first boot");
}

Finding skip_container() {
    return skip("this container may not load policy; what counts is its host's");
}

Finding skip_unseen() {
    return skip("not to be seen without /sys/kernel/security/apparmor");
}

} // namespace boxlite
