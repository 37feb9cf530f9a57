// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <map>

namespace boxlite {

namespace {

using Formats = std::map<std::string, Format>;
const Formats formats{{"text", Format::text}, {"json", Format::json}};
/// Metrics are of the state of a host, which is what `status` reports.
const Formats status_formats{
    {"text", Format::text}, {"json", Format::json}, {"prometheus", Format::prometheus}};

struct Row {
    Subcommand subcommand;
    const char* name;
    const char* description;
};
constexpr std::array<Row, 7> rows{{
    {Subcommand::validate, "validate", "Can this host run the jail, and what is in the way? Changes nothing"},
    {Subcommand::reload, "reload", "Make the profile active or inactive, as this host needs it (root)"},
    {Subcommand::status, "status", "Does the jail run now? The whole report"},
    {Subcommand::probe, "probe", "Run bwrap as BoxLite does and say what came of it"},
    {Subcommand::denials, "denials", "What AppArmor refused to bwrap and to sandboxes, and what mends it"},
    {Subcommand::facts, "facts", "What status judges, as JSON, to be judged elsewhere"},
    {Subcommand::explain, "explain", "What a check or a cause is about, why, and what mends it"},
}};

/// Every word that could have been meant: subcommands and long options.
std::vector<std::string> known_words(const CLI::App& app) {
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) {
            known.push_back("--" + name);
        }
    }
    for (const auto* subcommand : app.get_subcommands({})) {
        known.push_back(subcommand->get_name());
    }
    return known;
}

/// "json|text": what the manual and completion take for a choice.
template <class Choices> std::string name_choices(const Choices& choices) {
    std::string names;
    for (const auto& [name, choice] : choices) {
        names += (names.empty() ? "" : "|") + name;
    }
    return names;
}

std::string complain_about(const CLI::App& app, const CLI::ParseError& error, int argc,
                           const char* const* argv) {
    const auto chosen = app.get_subcommands();
    auto known = chosen.empty() ? known_words(app) : std::vector<std::string>{};
    for (const auto* command : chosen) {
        const auto more = known_words(*command);
        known.insert(known.end(), more.begin(), more.end());
        known.push_back(command->get_name());
    }
    for (int i = 1; i < argc; ++i) {
        const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
        if (std::find(known.begin(), known.end(), word) != known.end()) {
            continue;
        }
        const bool unknown = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) ||
                             error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
        if (unknown) {
            const auto meant = nearest(word, known);
            return fmt::format("unknown {} '{}'{}", word.starts_with('-') ? "option" : "command",
                               printable(word, 80), meant ? fmt::format(", did you mean '{}'?", *meant) : "");
        }
    }
    return printable(error.what(), 300);
}

/// The commands of the line, in its order.
std::vector<Options> in_order(const std::array<Options, rows.size()>& all, const CLI::App& app) {
    std::vector<Options> chosen;
    for (const auto* command : app.get_subcommands()) {
        const auto* row = std::find_if(rows.begin(), rows.end(),
                                       [&](const auto& one) { return command->get_name() == one.name; });
        chosen.push_back(all.at(static_cast<std::size_t>(row - rows.begin())));
    }
    return chosen;
}

/// Commands of one line share a look at the host, so they are those that look at it.
bool is_shareable(const Options& options) {
    return options.subcommand == Subcommand::validate || options.subcommand == Subcommand::reload ||
           options.subcommand == Subcommand::status;
}

} // namespace

std::expected<std::vector<Options>, NotRun> parse_options(int argc, const char* const* argv) {
    std::array<Options, rows.size()> all;
    CLI::App app{"Lets bubblewrap work where the kernel restricts user namespaces", "boxlite-bwrap-apparmor"};
    app.set_version_flag("--version", BOXLITE_VERSION);
    app.require_subcommand(1, static_cast<int>(rows.size()));
    app.get_formatter()->column_width(24);
    const auto is_named = [&](const Row& row) {
        return std::find(argv, argv + argc, std::string_view(row.name)) != argv + argc;
    };
    const bool any_is_named = std::any_of(rows.begin(), rows.end(), is_named);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows.at(i);
        auto& options = all.at(i);
        options.subcommand = row.subcommand;
        if (any_is_named && !is_named(row)) {
            continue; // so that its options need not be known
        }
        auto* command = app.add_subcommand(row.name, row.description);
        if (row.subcommand == Subcommand::reload) {
            command->add_flag("--removing", options.removing,
                              "Take the profile out of use: the package goes");
            continue;
        }
        if (row.subcommand == Subcommand::explain) {
            command->add_option("ID", options.id, "Of a check or a cause; without it all are listed")
                ->type_name(" ");
            continue;
        }
        const bool is_status = row.subcommand == Subcommand::status;
        CLI::Option* user = nullptr;
        if (row.subcommand != Subcommand::validate && row.subcommand != Subcommand::denials) {
            user = command->add_option("--user", options.user, "Run bwrap as this user (default: nobody)")
                       ->option_text("NAME");
        }
        if (row.subcommand == Subcommand::facts) {
            continue;
        }
        const auto& known = is_status ? status_formats : formats;
        command
            ->add_option_function<std::string>(
                "--format", [&options](const std::string& name) { options.format = status_formats.at(name); },
                "How to report (default: text)")
            ->check(CLI::IsMember(&known))
            ->option_text(name_choices(known));
        auto* quiet = command->add_flag("--quiet", options.quiet, "Only what did not pass, and the verdict");
        command->add_flag("--verbose", options.verbose, "Every check, with what was read")
            ->excludes(quiet)
            ->option_text(" ");
        quiet->option_text(" ");
        if (row.subcommand == Subcommand::denials) {
            command
                ->add_option("--since", options.since,
                             "From when on: boot (default), 2h, 3d, a date, @SECONDS")
                ->type_name("TIME");
            continue;
        }
        if (row.subcommand == Subcommand::probe) {
            continue;
        }
        auto* facts =
            command->add_option("--facts", options.facts, "Judge this facts file, or -, and not this host")
                ->option_text("FILE");
        if (is_status) {
            facts->excludes(user);
            command->add_flag("--lenient", options.lenient,
                              "Exit 0 although not ready, unless strict=true is set");
            command->add_option("--output", options.output, "Replace this file by the report, in one step")
                ->type_name("FILE");
        }
    }
    // Names of commands are short; what they do takes the room.
    const auto formatter = std::make_shared<CLI::Formatter>();
    formatter->column_width(12);
    app.formatter(formatter);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        return std::unexpected(
            NotRun{chosen.empty() ? app.help() : chosen.front()->help(app.get_name()), true});
    } catch (const CLI::CallForVersion&) {
        return std::unexpected(NotRun{std::string("boxlite-bwrap-apparmor ") + BOXLITE_VERSION + "\n", true});
    } catch (const CLI::ParseError& error) {
        return std::unexpected(
            NotRun{fmt::format("boxlite-bwrap-apparmor: {}\nTry 'boxlite-bwrap-apparmor --help'.\n",
                               complain_about(app, error, argc, argv))});
    }
    auto commands = in_order(all, app);
    if (commands.size() > 1 && !std::all_of(commands.begin(), commands.end(), is_shareable)) {
        return std::unexpected(
            NotRun{"boxlite-bwrap-apparmor: only validate, reload and status can be given in one line\n"});
    }
    return commands;
}

} // namespace boxlite
