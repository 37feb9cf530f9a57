// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "facts/dpkg.h"
#include "facts/gather.h"

namespace boxlite {

namespace {

Fact<BwrapFacts::File> gather_file(const Host& host) {
    using File = Fact<BwrapFacts::File>;
    const auto status = host.examine(paths::bwrap);
    if (!status) {
        return is_missing(status.error()) ? File{} : File::unreadable(status.error().message());
    }
    BwrapFacts::File file{.regular = S_ISREG(status->st_mode),
                          .owner = status->st_uid,
                          .permissions = status->st_mode & 07777U};
    if (file.regular) {
        // A bwrap only root may read is still one that everybody may run: its kind stays unknown.
        const auto start = host.read_start(paths::bwrap, 4);
        if (start && *start == "\x7f"
                               "ELF") {
            file.kind = BwrapFacts::Kind::elf;
        } else if (start && start->starts_with("#!")) {
            file.kind = BwrapFacts::Kind::script;
        }
    }
    return File::present(file);
}

/// "bubblewrap 0.12.0"
Fact<std::string> ask_version(const Host& host, const User* user) {
    using Version = Fact<std::string>;
    Command command{.argv = {paths::bwrap, "--version"}};
    if (user != nullptr) {
        command.user = *user;
    }
    const auto outcome = host.run(command);
    if (!outcome) {
        return Version::unreadable(outcome.error().message());
    }
    const auto said = words(outcome->out);
    if (!outcome->succeeded() || said.size() != 2 || said[0] != "bubblewrap") {
        const auto complaint = in_one_line(outcome->err.empty() ? outcome->out : outcome->err, 80);
        return Version::unreadable(paths::bwrap + " --version: " + describe_end(*outcome) + ", \"" +
                                   complaint + "\"");
    }
    return Version::present(printable(said[1], 40));
}

Fact<std::string> gather_version(const Host& host, const User* user) {
    auto version = packaged_version(host, "bubblewrap", paths::bwrap);
    return version ? Fact<std::string>::present(std::move(*version)) : ask_version(host, user);
}

/// The PATH of a login on Debian and Ubuntu, login.defs(5). A caller's own PATH says nothing of what
/// others have, and /bin is a link to /usr/bin where it is not a directory of its own.
Fact<std::string> gather_first_on_path(const Host& host) {
    const auto ours = host.examine_target(paths::bwrap);
    for (const std::string path : {"/usr/local/sbin/bwrap", "/usr/local/bin/bwrap", "/usr/sbin/bwrap"}) {
        const auto other = host.examine_target(path);
        const bool same = ours && other && ours->st_dev == other->st_dev && ours->st_ino == other->st_ino;
        if (other && !same && S_ISREG(other->st_mode) && (other->st_mode & 0111U) != 0) {
            return Fact<std::string>::present(path);
        }
    }
    return {};
}

} // namespace

BwrapFacts gather_bwrap(const Host& host, const User* user) {
    BwrapFacts facts{.file = gather_file(host),
                     .version = {},
                     .diverted_by = gather_diversion(host, paths::bwrap),
                     .first_on_path = gather_first_on_path(host)};
    if (facts.file.is_present()) {
        facts.version = gather_version(host, user);
    }
    return facts;
}

} // namespace boxlite
