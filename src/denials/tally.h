// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "denials/explain.h"
#include "denials/record.h"

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace boxlite {

/// Denials that are the same but for when they happened, and to which process of the same name.
struct Denial {
    Record record; ///< the first that was seen
    Explanation explanation;
    unsigned long long count = 0;
    AuditStamp first; ///< the earliest
    AuditStamp last;  ///< the latest
};

/// Folds denials into rows, in bounded memory.
class Tally {
public:
    /// Keeps at most `rows` rows of each weight, so that what a sandbox does on purpose cannot crowd
    /// out what matters, and remembers at most `events` events to know them again.
    Tally(std::size_t rows, std::size_t events) : row_limit_(rows), event_limit_(events) {}

    /// Counts what concerns bwrap, once each, whatever number of logs it is found in.
    void count(const Record& record);

    /// The rows, the heaviest first and of these the latest.
    [[nodiscard]] std::vector<Denial> rows() const;
    /// Denials counted in no row, since there were too many that differ.
    [[nodiscard]] unsigned long long left_out(Weight weight) const {
        return left_out_.at(static_cast<std::size_t>(weight));
    }
    /// More events than could be told apart: those in two logs are counted twice from some point on.
    [[nodiscard]] bool is_inexact() const { return inexact_; }

private:
    std::size_t row_limit_;
    std::size_t event_limit_;
    std::unordered_map<std::string, Denial> rows_;
    std::unordered_set<std::uint64_t> seen_;
    std::array<std::size_t, weight_count> kept_{};
    std::array<unsigned long long, weight_count> left_out_{};
    bool inexact_ = false;
};

} // namespace boxlite
