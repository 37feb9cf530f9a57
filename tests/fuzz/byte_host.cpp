// SPDX-License-Identifier: Apache-2.0
#include "byte_host.h"

#include "base/text.h"

#include <array>
#include <cerrno>

namespace boxlite::fuzz {

Result<std::string> ByteHost::answer(const std::string& path) const {
    constexpr std::array errors{ENOENT, ENOTDIR, EACCES, EIO, EISDIR, EINVAL, ESRCH, EFBIG};
    if (next_ >= pieces_.size()) {
        return std::unexpected(Error{"read", path, ENOENT});
    }
    const auto piece = pieces_[next_++];
    if (!piece.empty() && static_cast<unsigned char>(piece.front()) < errors.size()) {
        return std::unexpected(Error{"read", path, errors.at(static_cast<unsigned char>(piece.front()))});
    }
    return std::string(piece);
}

Result<std::string> ByteHost::read(const std::string& path, std::size_t limit) const {
    auto text = answer(path);
    if (text && text->size() > limit) {
        return std::unexpected(Error{"read", path, EFBIG});
    }
    return text;
}

Result<std::string> ByteHost::read_start(const std::string& path, std::size_t count) const {
    auto text = answer(path);
    return text ? text->substr(0, count) : text;
}

/// "dir", or what a file's mode and owner are, as decimal numbers.
Result<struct stat> ByteHost::examine(const std::string& path) const {
    const auto text = answer(path);
    if (!text) {
        return std::unexpected(text.error());
    }
    struct stat status{};
    const auto said = words(*text);
    status.st_mode = S_IFREG;
    if (!said.empty()) {
        status.st_mode =
            said[0] == "dir" ? S_IFDIR | 0755 : static_cast<mode_t>(parse_number(said[0]).value_or(0100755));
        status.st_uid = static_cast<uid_t>(said.size() > 1 ? parse_number(said[1]).value_or(0) : 0);
        status.st_ino = next_;
    }
    return status;
}

Result<struct stat> ByteHost::examine_target(const std::string& path) const {
    return examine(path);
}

Result<std::string> ByteHost::policy_cache() const {
    return answer("the parser's cache");
}

Result<std::string> ByteHost::read_link(const std::string& path) const {
    return answer(path);
}

Result<std::vector<std::string>> ByteHost::list(const std::string& path) const {
    const auto text = answer(path);
    if (!text) {
        return std::unexpected(text.error());
    }
    std::vector<std::string> names;
    for (const auto line : lines(*text)) {
        if (!line.empty()) {
            names.emplace_back(line.substr(0, line.find('/')));
        }
    }
    return names;
}

bool ByteHost::may_use(const std::string& path) const {
    return answer(path).has_value();
}

/// The first byte of the answer says how the program ended.
Result<Outcome> ByteHost::run(const Command& command) const {
    auto out = answer(command.argv.front());
    if (!out) {
        return std::unexpected(out.error());
    }
    auto err = answer(command.argv.front());
    const char end = out->empty() ? '0' : out->front();
    return Outcome{.exit_code = end == 'x' ? 1 : (end == 'k' || end == 't' ? -1 : 0),
                   .signal = end == 'k' ? 9 : 0,
                   .timed_out = end == 't',
                   .out = std::move(*out),
                   .err = err ? std::move(*err) : ""};
}

Result<Outcome> ByteHost::run(const Command& command, const TakeLine& take) const {
    auto outcome = run(command);
    if (outcome) {
        LineSplitter splitter;
        if (splitter.feed(outcome->out, take)) {
            splitter.finish(take);
        }
        outcome->out.clear();
    }
    return outcome;
}

Result<void> ByteHost::read_backwards(const std::string& path, const TakeLine& take) const {
    const auto text = answer(path);
    if (!text) {
        return std::unexpected(text.error());
    }
    (void)take_backwards(*text, take);
    return {};
}

/// Each line of the answer is a record.
Result<void> ByteHost::read_ring_buffer(const TakeLine& take) const {
    const auto text = answer("/dev/kmsg");
    if (!text) {
        return std::unexpected(text.error());
    }
    for (const auto record : lines(*text)) {
        if (!take(record)) {
            break;
        }
    }
    return {};
}

Result<std::string> ByteHost::bwrap_label(const User* /*user*/) const {
    return answer("/usr/bin/bwrap");
}

} // namespace boxlite::fuzz
