// SPDX-License-Identifier: Apache-2.0
#include "probe/probe.h"

#include "base/text.h"
#include "facts/gather.h"

#include <algorithm>
#include <initializer_list>

namespace boxlite {

namespace {

/// What bwrap died of, in one line. Its advice (a second sentence, naming a sysctl of Debian's)
/// is left out: it is wrong where AppArmor is the reason.
std::string read_complaint(const Outcome& outcome) {
    std::string_view last;
    for (const auto line : lines(outcome.err)) {
        if (!trimmed(line).empty()) {
            last = trimmed(line);
        }
    }
    if (outcome.timed_out || last.empty()) {
        return describe_end(outcome);
    }
    if (last.starts_with("bwrap: ")) {
        last.remove_prefix(7);
    }
    return printable(last.substr(0, last.find(". ")), 200);
}

Command as_user(std::vector<std::string> argv, const User* user) {
    Command command{.argv = std::move(argv)};
    if (user != nullptr) {
        command.user = *user;
    }
    return command;
}

} // namespace

std::vector<std::string> preflight_command() {
    return {paths::bwrap, "--unshare-user", "--ro-bind", "/", "/", "--", "/bin/true"};
}

std::vector<std::string> jail_command(const Host& host, bool with_label) {
    std::vector<std::string> argv{paths::bwrap,    "--unshare-user",    "--unshare-pid", "--unshare-ipc",
                                  "--unshare-uts", "--die-with-parent", "--new-session"};
    const auto add = [&](std::initializer_list<std::string> more) { argv.insert(argv.end(), more); };
    for (const std::string path : {"/usr", "/lib", "/lib64", "/bin", "/sbin"}) {
        if (host.examine_target(path)) {
            add({"--ro-bind", path, path});
        }
    }
    add({"--dev", "/dev"});
    for (const std::string device : {"/dev/kvm", "/dev/net/tun"}) {
        if (host.examine_target(device)) {
            add({"--dev-bind", device, device});
        }
    }
    add({"--proc", "/proc", "--tmpfs", "/tmp", "--clearenv"});
    add({"--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp"});
    add({"--setenv", "LD_LIBRARY_PATH", "/usr/lib", "--chdir", "/", "--", "/bin/cat"});
    if (with_label) {
        add({"/proc/self/attr/apparmor/current"}); // Linux 5.1; attr/current may be another module's
    }
    add({"/proc/self/status"});
    return argv;
}

SandboxRun classify_preflight(const Outcome& outcome) {
    if (outcome.succeeded()) {
        return {.worked = true};
    }
    return {.worked = false, .complaint = read_complaint(outcome)};
}

Fact<SandboxRun> classify_jail(const Outcome& outcome, bool with_label) {
    auto jail = classify_preflight(outcome);
    if (!jail.worked) {
        return Fact<SandboxRun>::present(jail);
    }
    const auto said = lines(outcome.out);
    constexpr std::string_view lead = "CapEff:";
    const auto capabilities =
        std::find_if(said.begin(), said.end(), [&](auto line) { return line.starts_with(lead); });
    if (capabilities == said.end() || (with_label && capabilities == said.begin())) {
        return Fact<SandboxRun>::unreadable("the program in the sandbox did not say what it may do");
    }
    jail.capabilities = printable(trimmed(capabilities->substr(lead.size())), 40);
    if (with_label) {
        jail.label = printable(trimmed(said.front()), 200);
    }
    return Fact<SandboxRun>::present(jail);
}

ProbeFacts probe(const Host& host, const User* user, bool apparmor_enabled) {
    ProbeFacts facts;
    if (apparmor_enabled) {
        const auto label = host.bwrap_label(user);
        facts.label = label ? Fact<std::string>::present(printable(*label, 200))
                            : Fact<std::string>::unreadable(label.error().message());
    }
    const auto preflight = host.run(as_user(preflight_command(), user));
    facts.preflight = preflight ? Fact<SandboxRun>::present(classify_preflight(*preflight))
                                : Fact<SandboxRun>::unreadable(preflight.error().message());
    const auto jail = host.run(as_user(jail_command(host, apparmor_enabled), user));
    facts.jail =
        jail ? classify_jail(*jail, apparmor_enabled) : Fact<SandboxRun>::unreadable(jail.error().message());
    return facts;
}

} // namespace boxlite
