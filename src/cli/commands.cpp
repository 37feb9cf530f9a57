// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "base/text.h"
#include "base/user.h"
#include "denials/denials.h"
#include "denials/refusals.h"
#include "facts/facts_file.h"
#include "facts/gather.h"
#include "policy/policy.h"
#include "probe/probe.h"
#include "report/explain.h"
#include "report/report.h"
#include "verdict/conditions.h"
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <optional>

namespace boxlite {

namespace {

/// A line of standard error.
std::string complaint(std::string_view text) {
    return fmt::format("boxlite-bwrap-apparmor: {}\n", text);
}

Response complain(ExitCode code, std::string_view text) {
    return {.code = code, .err = complaint(text)};
}

ExitCode exit_code_of(Readiness readiness) {
    switch (readiness) {
    case Readiness::ready:
        return exit_ready;
    case Readiness::not_ready:
        return exit_not_ready;
    case Readiness::unknown:
        break;
    }
    return exit_unknown;
}

/// Whom to run bwrap as: nothing for oneself, which is all that somebody unprivileged can.
Result<std::optional<User>> choose_user(const Options& options, const Caller& caller) {
    if (!caller.is_root) {
        if (!options.user.empty() && options.user != current_user().name) {
            return std::unexpected(
                Error{"run bwrap as", options.user, 0, "only root can become another user"});
        }
        return std::nullopt;
    }
    if (options.user.empty()) {
        return nobody();
    }
    auto user = find_user(options.user);
    if (!user) {
        return std::unexpected(user.error());
    }
    if (user->uid == 0) {
        return std::unexpected(
            Error{"run bwrap as", user->name, 0, "root is not restricted, so nothing would be shown"});
    }
    return *user;
}

Detail detail_of(const Options& options) {
    if (options.verbose) {
        return Detail::everything;
    }
    return options.quiet ? Detail::problems : Detail::brief;
}

Response respond(const Facts& facts, Verdict verdict, const ProfileReport* profile, const Options& options,
                 const Caller& caller, const DenialCount* denials = nullptr) {
    if (options.format == Format::json) {
        return {.code = exit_code_of(verdict.readiness),
                .out = render_json(verdict, profile, BOXLITE_VERSION)};
    }
    if (options.format == Format::prometheus) {
        return {.code = exit_code_of(verdict.readiness),
                .out = render_prometheus(verdict, profile, BOXLITE_VERSION, denials)};
    }
    if (options.verbose) {
        add_readings(verdict, facts);
    }
    return {.code = exit_code_of(verdict.readiness),
            .out = render_text(verdict, detail_of(options), caller.look)};
}

/// What the package's configuration makes of a host that is not ready. A profile that is not on disk as it
/// ought to be is never excused: apparmor.service would go by it at the next boot.
void excuse(Response& response, const Facts& facts) {
    if (!is_as_decided(facts)) {
        response.code = exit_not_ready;
        response.err += complaint("the profile is not active or inactive on disk as it ought to be, and "
                                  "apparmor.service goes by that: boxlite-bwrap-apparmor reload");
        return;
    }
    if (response.code == exit_ready) {
        return;
    }
    if (!facts.configuration.value.strict || is_image(facts)) {
        response.code = exit_ready;
        return;
    }
    response.err +=
        complaint(fmt::format("this host is not known to be ready, and strict=true in {} makes that an error",
                              paths::configuration));
}

/// All denials since boot; nothing when not every log could be read, since a counter that is now
/// and then too low tells of denials that never were.
std::optional<DenialCount> count_denials(const Host& host) {
    const auto report = gather_denials(host, {.boot = true, .seconds = read_boot_time(host)});
    const auto summary = summarize(report);
    if (summary.verdict == DenialSummary::Verdict::unknown && summary.unclear == 0) {
        return std::nullopt;
    }
    DenialCount count{.total =
                          static_cast<std::int64_t>(summary.breaking + summary.intended + summary.unclear)};
    for (const auto& row : report.rows) {
        if (row.explanation.weight != Weight::note) {
            count.newest = std::max(count.newest.value_or(0), static_cast<std::int64_t>(row.last.seconds));
        }
    }
    return count;
}

/// Adds the run of bwrap, which says nothing of a system being built.
void add_probe(const Host& host, const User* user, Facts& facts) {
    if (!is_image(facts)) {
        facts.probe = probe(host, user, facts.apparmor.enabled.is(true));
    }
}

Facts gather_with_probe(const Host& host, const User* user, Facts facts) {
    add_probe(host, user, facts);
    if (!is_image(facts)) {
        facts.refusals = gather_refusals(host, facts.apparmor);
    }
    return facts;
}

Response validate(const Facts& facts, const Options& options, const Caller& caller) {
    return respond(facts, judge_capability(facts), nullptr, options, caller);
}

Response status(const Facts& facts, const Options& options, const Caller& caller,
                const DenialCount* denials = nullptr) {
    const auto profile = summarize_profile(facts);
    auto response = respond(facts, judge_state(facts), &profile, options, caller, denials);
    if (options.lenient) {
        excuse(response, facts);
    }
    return response;
}

ExitCode exit_code_of(DenialSummary::Verdict verdict) {
    switch (verdict) {
    case DenialSummary::Verdict::none:
    case DenialSummary::Verdict::intended:
        return exit_ready;
    case DenialSummary::Verdict::breaking:
        return exit_not_ready;
    case DenialSummary::Verdict::unknown:
        break;
    }
    return exit_unknown;
}

Response denials(const Host& host, const Options& options, const Caller& caller) {
    const auto since = parse_since(options.since, std::time(nullptr), read_boot_time(host));
    if (!since) {
        return complain(exit_usage, since.error().message());
    }
    const auto report = gather_denials(host, *since);
    return {.code = exit_code_of(summarize(report).verdict),
            .out = options.format == Format::json ? render_json(report, BOXLITE_VERSION)
                                                  : render_text(report, detail_of(options), caller.look)};
}

/// The same as on the host that the facts are of, and nothing of this one.
Response replay(const std::string& file, const Options& options, const Caller& caller) {
    const auto text = read_facts_file(file);
    auto facts = text ? parse_facts(*text) : std::unexpected(text.error());
    if (!facts) {
        facts.error().subject = file == "-" ? "standard input" : file;
        return complain(exit_usage, facts.error().message());
    }
    return options.subcommand == Subcommand::validate ? validate(*facts, options, caller)
                                                      : status(*facts, options, caller);
}

Response reload(MutableHost& host, const Options& options, const Facts& facts) {
    const auto done = options.removing ? withdraw(host, facts) : apply(host, facts, decide(facts));
    if (!done) {
        auto response = complain(exit_not_ready, done.error().message());
        if (const auto obstacle = find_obstacle(facts)) {
            response.err +=
                complaint(fmt::format("{}: {}: {}", obstacle->title, visible(obstacle->finding.summary),
                                      visible(obstacle->finding.fix)));
        }
        return response;
    }
    return {.out = *done + "\n"};
}

Response explain(const Options& options, const Caller& caller) {
    if (options.id.empty()) {
        return {.out = render_ids()};
    }
    if (auto explanation = render_explanation(options.id, caller.look)) {
        return {.out = std::move(*explanation)};
    }
    const auto meant = nearest(options.id, all_ids());
    return complain(exit_usage, fmt::format("there is no check or cause '{}'{}", printable(options.id, 80),
                                            meant ? fmt::format(", did you mean '{}'?", *meant) : ""));
}

} // namespace

Response execute(MutableHost& host, const Options& options, const Caller& caller,
                 std::optional<Facts>* seen) {
    if (options.subcommand == Subcommand::explain) {
        return explain(options, caller);
    }
    if (options.subcommand == Subcommand::denials) {
        return denials(host, options, caller);
    }
    if (options.facts) {
        return replay(*options.facts, options, caller);
    }
    if (options.subcommand == Subcommand::reload && !caller.is_root) {
        return complain(
            exit_usage,
            "reload changes the kernel's policy, so it needs root: sudo boxlite-bwrap-apparmor reload");
    }
    const auto chosen = choose_user(options, caller);
    if (!chosen) {
        return complain(exit_usage, chosen.error().message());
    }
    const std::optional<User>& somebody = *chosen;
    const User* user = somebody ? &*somebody : nullptr;
    const bool is_seen = seen != nullptr && *seen && options.user.empty();
    auto facts = is_seen ? **seen : gather_facts(host, user);
    Response response;
    switch (options.subcommand) {
    case Subcommand::validate:
        response = validate(facts, options, caller);
        break;
    case Subcommand::reload:
        // Once more, since what is short of memory or interrupted is so for a moment, and what is not decided
        // now is not until the next boot.
        if (decide(facts).action == Decision::Action::undecided) {
            facts = gather_facts(host, user);
        }
        response = reload(host, options, facts);
        break;
    case Subcommand::status: {
        const auto count = options.format == Format::prometheus ? count_denials(host) : std::nullopt;
        facts = gather_with_probe(host, user, std::move(facts));
        response = status(facts, options, caller, count ? &*count : nullptr);
        break;
    }
    case Subcommand::probe:
        add_probe(host, user, facts);
        return respond(facts, judge_probe(facts), nullptr, options, caller);
    case Subcommand::facts:
        return {.out = render_facts(gather_with_probe(host, user, std::move(facts)), BOXLITE_VERSION)};
    case Subcommand::explain:
    case Subcommand::denials:
        return complain(exit_bug, "no such command");
    }
    if (seen != nullptr) {
        if (options.subcommand == Subcommand::reload) {
            gather_changes(host, facts);
        }
        *seen = std::move(facts);
    }
    return response;
}

} // namespace boxlite
