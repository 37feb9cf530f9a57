// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "fake_host.h"
#include "probe/probe.h"
#include "verdict/verdict.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <unistd.h>

using namespace boxlite;
using namespace boxlite::test;

namespace {

std::expected<std::vector<Options>, NotRun> parse_line(std::vector<const char*> words) {
    words.insert(words.begin(), "boxlite-bwrap-apparmor");
    return parse_options(static_cast<int>(words.size()), words.data());
}

std::expected<Options, NotRun> parse(std::vector<const char*> words) {
    const auto line = parse_line(std::move(words));
    if (!line) {
        return std::unexpected(line.error());
    }
    REQUIRE(line->size() == 1);
    return line->front();
}

std::string complaint(std::vector<const char*> words) {
    const auto line = parse_line(std::move(words));
    REQUIRE_FALSE(line);
    CHECK_FALSE(line.error().asked_for);
    return line.error().text.substr(0, line.error().text.find('\n'));
}

void answer_runs(FakeHost& host, const Outcome& preflight, const Outcome& jail) {
    const auto join = [](const std::vector<std::string>& argv) {
        std::string text;
        for (const auto& argument : argv) {
            text += (text.empty() ? "" : " ") + argument;
        }
        return text;
    };
    host.answer(join(preflight_command()), preflight);
    host.answer(join(jail_command(host, true)), jail);
}

} // namespace

TEST_CASE("the command line") {
    CHECK(parse({"validate"})->subcommand == Subcommand::validate);
    CHECK(parse({"status", "--format", "json"})->format == Format::json);
    CHECK(parse({"status", "--format=prometheus"})->format == Format::prometheus);
    CHECK(parse({"status", "--output", "/tmp/file"})->output == "/tmp/file");
    CHECK_FALSE(parse({"status"})->output);
    CHECK(parse({"probe", "--user", "games"})->user == "games");
    CHECK(parse({"reload", "--removing"})->removing);
    CHECK(parse({"validate", "--verbose"})->verbose);
    CHECK(parse({"explain"})->id.empty());
    CHECK(parse({"explain", "bwrap.jail"})->id == "bwrap.jail");
    CHECK(parse({"facts", "--user", "games"})->subcommand == Subcommand::facts);
    CHECK(parse({"validate", "--facts", "host.json"})->facts == "host.json");
    CHECK(parse({"status", "--facts", "-"})->facts == "-");
    CHECK(parse({"--help"}).error().asked_for);
    CHECK(parse({"--version"}).error().text.starts_with("boxlite-bwrap-apparmor "));
}

TEST_CASE("several commands in a line, each with its own options") {
    const auto line =
        parse_line({"validate", "--quiet", "reload", "status", "--lenient", "--user", "reload"});
    REQUIRE(line);
    REQUIRE(line->size() == 3);
    CHECK(line->at(0).subcommand == Subcommand::validate);
    CHECK(line->at(0).quiet);
    CHECK(line->at(1).subcommand == Subcommand::reload);
    CHECK(line->at(2).subcommand == Subcommand::status);
    CHECK_FALSE(line->at(2).quiet);
    CHECK(line->at(2).lenient);
    CHECK(line->at(2).user == "reload");
    CHECK(complaint({"validate", "reload", "--lenient"}) ==
          "boxlite-bwrap-apparmor: unknown option '--lenient'");
    CHECK(complaint({"validate", "--quiet", "reload", "status", "--quite"}) ==
          "boxlite-bwrap-apparmor: unknown option '--quite', did you mean '--quiet'?");
    CHECK(complaint({"reload", "facts"}) ==
          "boxlite-bwrap-apparmor: only validate, reload and status can be given in one line");
}

TEST_CASE("a wrong command line names the word and what was probably meant") {
    CHECK(complaint({"stauts"}) ==
          "boxlite-bwrap-apparmor: unknown command 'stauts', did you mean 'status'?");
    CHECK(complaint({"status", "--fromat=json"}) ==
          "boxlite-bwrap-apparmor: unknown option '--fromat', did you mean '--format'?");
    CHECK(complaint({"status", "--format", "xml"}) ==
          "boxlite-bwrap-apparmor: --format: xml not in {json,prometheus,text}");
    CHECK(complaint({"probe", "--format", "prometheus"}) ==
          "boxlite-bwrap-apparmor: --format: prometheus not in {json,text}");
    CHECK(complaint({"validate", "--output", "file"}) == "boxlite-bwrap-apparmor: unknown option '--output'");
    CHECK(complaint({"status", "\x1b[2J"}) == "boxlite-bwrap-apparmor: unknown command '\\x1b[2J'");
    CHECK(complaint({}) == "boxlite-bwrap-apparmor: A subcommand is required");
    CHECK_FALSE(parse({"reload", "--user", "games"}));
    CHECK(complaint({"status", "--quiet", "--verbose"}) ==
          "boxlite-bwrap-apparmor: --quiet excludes --verbose");
    CHECK(complaint({"status", "--facts", "x", "--user", "games"}) ==
          "boxlite-bwrap-apparmor: --user excludes --facts");
    CHECK(complaint({"reload", "--facts", "x"}) == "boxlite-bwrap-apparmor: unknown option '--facts'");
    CHECK(complaint({"probe", "--facts", "x"}) == "boxlite-bwrap-apparmor: unknown option '--facts'");
}

TEST_CASE("status of a restricted host whose profile is not loaded") {
    FakeHost host;
    furnish_restricted(host);
    const Outcome refused{.exit_code = 1, .err = "bwrap: setting up uid map: Permission denied\n"};
    answer_runs(host, refused, refused);
    const auto response = execute(host, {.subcommand = Subcommand::status, .quiet = true}, {.is_root = true});
    CHECK(response.code == exit_not_ready);
    CHECK(response.err.empty());
    CHECK(response.out ==
          "[FAIL] Profile in the kernel  bwrap is not loaded\n"
          "       why: the kernel has no such profile\n"
          "       fix: boxlite-bwrap-apparmor reload\n"
          "[FAIL] Label of bwrap         unconfined instead of bwrap (enforce)\n"
          "       why: no profile is attached to /usr/bin/bwrap, or two that differ in name\n"
          "       fix: boxlite-bwrap-apparmor reload\n"
          "[FAIL] BoxLite's preflight    setting up uid map: Permission denied\n"
          "       why: nothing lets /usr/bin/bwrap keep capabilities in a user namespace\n"
          "       fix: boxlite-bwrap-apparmor reload\n"
          "[FAIL] BoxLite's jail         setting up uid map: Permission denied\n"
          "       why: as above (BoxLite's preflight)\n"
          "not-ready: bwrap does not work as it should: nothing lets /usr/bin/bwrap keep capabilities in a "
          "user namespace\n");
}

TEST_CASE("lenient: what the host lacks is excused, a profile that is not on disk as it ought to be is not") {
    FakeHost host;
    furnish_restricted(host);
    const Options lenient{.subcommand = Subcommand::status, .quiet = true, .lenient = true};
    auto response = execute(host, lenient, {.is_root = true});
    CHECK(response.code == exit_ready);
    CHECK(response.err.empty());

    // Debian 12, where the link in `disable` cannot be made: bwrap works, and apparmor.service would not.
    FakeHost other;
    furnish_unrestricted(other);
    other.write("/etc/apparmor.d/disable", "not a directory");
    answer_runs(other, {.exit_code = 0}, {.exit_code = 0, .out = "unconfined\nCapEff:\t0000000000000000\n"});
    CHECK(execute(other, {.subcommand = Subcommand::reload}, {.is_root = true}).code == exit_not_ready);
    CHECK(execute(other, {.subcommand = Subcommand::status}, {.is_root = true}).code == exit_ready);
    response = execute(other, lenient, {.is_root = true});
    CHECK(response.code == exit_not_ready);
    CHECK(response.err.ends_with("apparmor.service goes by that: boxlite-bwrap-apparmor reload\n"));
}

TEST_CASE("a healthy host says what is worth knowing, or one line when asked for problems only") {
    FakeHost host;
    furnish_restricted(host);
    host.write("/dev/kvm", "", 0666);
    furnish_loaded(host, "bwrap");
    furnish_loaded(host, "unpriv_bwrap");
    host.label = std::string("bwrap (enforce)");
    answer_runs(host, {.exit_code = 0},
                {.exit_code = 0, .out = "bwrap//&unpriv_bwrap (enforce)\nCapEff:\t0000000000000000\n"});
    auto response = execute(host, {.subcommand = Subcommand::status, .quiet = true}, {.is_root = true});
    CHECK(response.out == "ready: bwrap works for unprivileged users\n");
    CHECK(response.code == exit_ready);
    response = execute(host, {.subcommand = Subcommand::status}, {.is_root = true});
    CHECK(response.out ==
          "[ok]   Profile                active: this kernel restricts unprivileged user namespaces\n"
          "[ok]   Code in the jail       no capabilities, bwrap//&unpriv_bwrap (enforce)\n"
          "ready: bwrap works for unprivileged users\n");
    response = execute(host, {.subcommand = Subcommand::status, .verbose = true}, {.is_root = true});
    for (const auto& check : all_checks()) {
        CHECK_MESSAGE(response.out.find(fmt::format(" {:<22} ", check.title)) != std::string::npos,
                      check.title);
    }
    CHECK(response.out.find("       user.max_user_namespaces: ") != std::string::npos);
    CHECK(host.changes.empty());
}

TEST_CASE("status as metrics: one series for each status of each check, and the same exit status") {
    FakeHost host;
    furnish_restricted(host);
    const Outcome refused{.exit_code = 1, .err = "bwrap: setting up uid map: Permission denied\n"};
    answer_runs(host, refused, refused);
    const auto response =
        execute(host, {.subcommand = Subcommand::status, .format = Format::prometheus}, {.is_root = true});
    CHECK(response.code == exit_not_ready);
    const auto says = [&](const std::string& line) {
        return response.out.find("boxlite_bwrap_apparmor_" + line + "\n") != std::string::npos;
    };
    CHECK(says("verdict{verdict=\"not-ready\"} 1"));
    CHECK(says("verdict{verdict=\"ready\"} 0"));
    CHECK(says("check_status{check=\"bwrap.jail\",status=\"fail\"} 1"));
    CHECK(says("profile_info{state=\"active\",provider=\"/etc/apparmor.d/boxlite-bwrap\",owner=\"boxlite-"
               "bwrap-apparmor\",label=\"unconfined\"} 1"));
    CHECK(says("denials_total 0"));
}

TEST_CASE("help fits a screen") {
    const auto fits = [](const std::string& help) {
        const auto shown = lines(help);
        CHECK_MESSAGE(shown.size() < 24, help);
        for (const auto line : shown) {
            CHECK_MESSAGE(line.size() <= 80, line);
        }
    };
    const auto help = parse({"--help"}).error().text;
    fits(help);
    const auto commands = lines(std::string_view(help).substr(help.find("Subcommands:\n")));
    CHECK(commands.size() > 5);
    for (std::size_t i = 1; i < commands.size() && !words(commands[i]).empty(); ++i) {
        const std::string command(words(commands[i]).front());
        const auto of_command = parse({command.c_str(), "--help"}).error();
        CHECK(of_command.asked_for);
        CHECK(of_command.text.find("\nUsage: boxlite-bwrap-apparmor " + command) != std::string::npos);
        fits(of_command.text);
    }
}

TEST_CASE("what cannot be carried out is said, with exit status 2") {
    FakeHost host;
    furnish_restricted(host);
    const auto said = [&](const Options& options, bool is_root) {
        const auto response = execute(host, options, {.is_root = is_root});
        CHECK(response.code == exit_usage);
        CHECK(response.out.empty());
        return response.err;
    };
    CHECK(said({.subcommand = Subcommand::reload}, false) ==
          "boxlite-bwrap-apparmor: reload changes the kernel's policy, so it needs root: sudo "
          "boxlite-bwrap-apparmor "
          "reload\n");
    CHECK(said({.subcommand = Subcommand::explain, .id = "bwrap.jial"}, false) ==
          "boxlite-bwrap-apparmor: there is no check or cause 'bwrap.jial', did you mean 'bwrap.jail'?\n");
    CHECK(said({.subcommand = Subcommand::explain, .id = "\x1b[2J"}, false) ==
          "boxlite-bwrap-apparmor: there is no check or cause '\\x1b[2J'\n");
    CHECK(said({.subcommand = Subcommand::probe, .user = "no-such-user-here"}, true) ==
          "boxlite-bwrap-apparmor: cannot find user no-such-user-here: no such user\n");
    CHECK(said({.subcommand = Subcommand::probe, .user = "root"}, true) ==
          "boxlite-bwrap-apparmor: cannot run bwrap as root: root is not restricted, so nothing would be "
          "shown\n");
    CHECK(
        said({.subcommand = Subcommand::probe, .user = "no-such-user-here"}, false) ==
        "boxlite-bwrap-apparmor: cannot run bwrap as no-such-user-here: only root can become another user\n");
    CHECK(host.changes.empty());
}

TEST_CASE("reload says what it did, or why it could not") {
    FakeHost host;
    furnish_restricted(host);
    auto response = execute(host, {.subcommand = Subcommand::reload}, {.is_root = true});
    CHECK(response.code == exit_ready);
    CHECK(response.out == "profile loaded: this kernel restricts unprivileged user namespaces\n");

    host.answer("/sbin/apparmor_parser --replace --write-cache /etc/apparmor.d/boxlite-bwrap",
                {.exit_code = 1, .err = "parser error\n"});
    response = execute(host, {.subcommand = Subcommand::reload}, {.is_root = true});
    CHECK(response.code == exit_not_ready);
    CHECK(
        response.err ==
        "boxlite-bwrap-apparmor: cannot load /etc/apparmor.d/boxlite-bwrap: apparmor_parser: parser error\n");

    std::filesystem::remove_all(host.real("/sys/kernel/security/apparmor"));
    response = execute(host, {.subcommand = Subcommand::reload}, {.is_root = true});
    CHECK(response.code == exit_not_ready);
    CHECK(response.err.ends_with(
        "apparmor_parser: parser error\n"
        "boxlite-bwrap-apparmor: AppArmor: enabled, but /sys/kernel/security is not mounted: "
        "mount -t securityfs securityfs /sys/kernel/security\n"));
}

TEST_CASE("commands of one line look once, and again at what reload changed") {
    FakeHost host;
    furnish_restricted(host);
    furnish_packages(host, "4.0.1-1", "0.9.0-1");
    const Caller root{.is_root = true};
    std::optional<Facts> seen;
    CHECK(execute(host, {.subcommand = Subcommand::validate}, root, &seen).code == exit_ready);
    REQUIRE(seen);
    host.on_change = [&](const auto&) {
        furnish_loaded(host, "bwrap");
        furnish_loaded(host, "unpriv_bwrap");
    };
    host.forbid("/etc/apparmor.d"); // is not looked at again
    CHECK(execute(host, {.subcommand = Subcommand::reload}, root, &seen).out.starts_with("profile loaded: "));
    CHECK(host.runs.size() == 1);
    host.label = std::string("bwrap (enforce)");
    answer_runs(host, {.exit_code = 0},
                {.exit_code = 0, .out = "bwrap//&unpriv_bwrap (enforce)\nCapEff:\t0000000000000000\n"});
    const auto response = execute(host, {.subcommand = Subcommand::status, .quiet = true}, root, &seen);
    CHECK(response.out.ends_with("ready: bwrap works for unprivileged users\n"));
    CHECK(host.runs.size() == 3);
}
