// SPDX-License-Identifier: Apache-2.0
#include "denials/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace boxlite {

namespace {

/// A path in /proc as it is for every process: "proc/*/uid_map". It may lack the leading slash.
std::string without_pid(const std::string& path) {
    constexpr std::string_view proc = "proc/";
    const std::size_t start = path.starts_with('/') ? 1 : 0;
    if (path.compare(start, proc.size(), proc) != 0) {
        return path;
    }
    const auto number = start + proc.size();
    const auto end = std::min(path.find_first_not_of("0123456789", number), path.size());
    return end == number ? path : path.substr(0, number) + "*" + path.substr(end);
}

/// What makes two denials the same.
std::string key_of(const Record& record) {
    if (record.event == Record::Event::damaged) {
        return record.raw;
    }
    std::string key = std::to_string(static_cast<int>(record.event));
    for (const auto* part : {&record.operation, &record.info, &record.profile, &record.comm, &record.name,
                             &record.target, &record.requested, &record.denied}) {
        key += '\0';
        key += *part;
    }
    return key;
}

} // namespace

void Tally::count(const Record& record) {
    if (!concerns_bwrap(record)) {
        return;
    }
    // A system call may give several records the same stamp, so what they say tells them apart, the
    // process included.
    const auto event = fmt::format("{}.{}:{} {} {}", record.stamp.seconds, record.stamp.milliseconds,
                                   record.stamp.serial, record.pid, key_of(record));
    if (const auto hash = std::hash<std::string>{}(event); seen_.size() < event_limit_) {
        if (!seen_.insert(hash).second) {
            return;
        }
    } else if (seen_.contains(hash)) {
        return;
    } else {
        inexact_ = true;
    }
    auto general = record;
    general.name = without_pid(record.name);
    auto key = key_of(general);
    auto row = rows_.find(key);
    if (row == rows_.end()) {
        Denial denial{
            .record = general, .explanation = explain(general), .first = record.stamp, .last = record.stamp};
        const auto weight = static_cast<std::size_t>(denial.explanation.weight);
        if (kept_.at(weight) >= row_limit_) {
            ++left_out_.at(weight);
            return;
        }
        ++kept_.at(weight);
        row = rows_.emplace(std::move(key), std::move(denial)).first;
    }
    auto& denial = row->second;
    ++denial.count;
    denial.first = std::min(denial.first, record.stamp);
    denial.last = std::max(denial.last, record.stamp);
}

std::vector<Denial> Tally::rows() const {
    std::vector<Denial> sorted;
    sorted.reserve(rows_.size());
    for (const auto& [key, denial] : rows_) {
        sorted.push_back(denial);
    }
    std::sort(sorted.begin(), sorted.end(), [](const Denial& a, const Denial& b) {
        return a.explanation.weight != b.explanation.weight ? a.explanation.weight < b.explanation.weight
                                                            : b.last < a.last;
    });
    return sorted;
}

} // namespace boxlite
