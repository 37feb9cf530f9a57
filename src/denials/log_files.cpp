// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"
#include "base/text.h"
#include "denials/logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace boxlite {

namespace {

/// A log, or what rotation made of it: "audit.log.1", "kern.log.2.gz", "kern.log-20261124".
struct LogFile {
    std::string path;
    long long written = 0; ///< last, in seconds since 1970
};

/// The files of a log with anything in them since the time asked for, the latest first.
Result<std::vector<LogFile>> find_log(const Host& host, const std::string& directory, const std::string& name,
                                      const Since& since) {
    const auto names = host.list(directory);
    if (!names) {
        return std::unexpected(names.error());
    }
    std::vector<LogFile> files;
    for (const auto& candidate : *names) {
        const bool belongs =
            candidate == name || candidate.starts_with(name + ".") || candidate.starts_with(name + "-");
        const auto path = fmt::format("{}/{}", directory, candidate);
        const auto status = belongs ? host.examine(path) : std::unexpected(Error{"examine", path, ENOENT});
        if (status && S_ISREG(status->st_mode) && status->st_mtime >= since.seconds) {
            files.push_back({path, status->st_mtime});
        }
    }
    std::sort(files.begin(), files.end(), [](const LogFile& a, const LogFile& b) {
        return a.written != b.written ? a.written > b.written : a.path < b.path;
    });
    return files;
}

Result<void> read_compressed(const Host& host, const std::string& path, LogReading& reading) {
    const Command unpack{
        .argv = {"/usr/bin/gzip", "--decompress"}, .input = path, .time_limit = reading.time_left()};
    const auto outcome = host.run(unpack, [&](std::string_view line) {
        reading.take(line, LogReading::Span::any_time);
        return !reading.is_over();
    });
    if (!outcome) {
        return std::unexpected(outcome.error());
    }
    if (!outcome->succeeded() && !reading.is_over()) {
        return std::unexpected(Error{"unpack", path, 0, describe_failure(*outcome, 200)});
    }
    return {};
}

Result<void> read_file(const Host& host, const std::string& path, LogReading& reading) {
    if (path.ends_with(".gz")) {
        return read_compressed(host, path, reading);
    }
    for (const std::string_view ending : {".xz", ".zst", ".bz2"}) {
        if (path.ends_with(ending)) {
            return std::unexpected(Error{"read", path, 0, "only .gz is understood"});
        }
    }
    return host.read_backwards(path, [&](std::string_view line) {
        reading.take(line, LogReading::Span::any_time);
        return !reading.is_over() && !reading.is_too_old(line);
    });
}

Source read_log(const Host& host, std::string_view title, const std::string& path, LogReading& reading) {
    Source source{.name = title};
    const auto slash = path.rfind('/');
    const auto files = find_log(host, path.substr(0, slash), path.substr(slash + 1), reading.since());
    if (!files) {
        if (!is_missing(files.error())) {
            source = unreadable_source(title, files.error());
        }
        return source;
    }
    for (const auto& file : *files) {
        source.state = source.state == Source::State::absent ? Source::State::read : source.state;
        const auto read = read_file(host, file.path, reading);
        if (!read) {
            source = unreadable_source(title, read.error());
        }
        if (reading.is_over()) {
            source = {Source::State::cut_short, title,
                      fmt::format("the time was up within {}", printable(file.path))};
            break;
        }
    }
    reading.end_log();
    return source;
}

/// Where auditd was told to write; auditd.conf(5).
std::string audit_log_path(const Host& host) {
    const auto configuration = host.read("/etc/audit/auditd.conf");
    for (const auto line : lines(configuration ? std::string_view(*configuration) : std::string_view())) {
        const auto equals = line.find('=');
        if (equals != std::string_view::npos && trimmed(line.substr(0, equals)) == "log_file") {
            const auto path = trimmed(line.substr(equals + 1));
            if (path.starts_with('/')) {
                return std::string(path);
            }
        }
    }
    return "/var/log/audit/audit.log";
}

} // namespace

Source read_audit_log(const Host& host, LogReading& reading) {
    return read_log(host, "audit log", audit_log_path(host), reading);
}

Source read_syslog(const Host& host, LogReading& reading) {
    Source source{.name = "syslog"};
    for (const std::string path : {"/var/log/kern.log", "/var/log/syslog", "/var/log/messages"}) {
        source = read_log(host, "syslog", path, reading);
        if (source.state != Source::State::absent) {
            break;
        }
    }
    return source;
}

} // namespace boxlite
