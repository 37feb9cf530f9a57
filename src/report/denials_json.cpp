// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/report.h"

#include <nlohmann/json.hpp>

#include <numeric>

namespace boxlite {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(printable(text));
}

std::string_view name_of(Record::Event event) {
    switch (event) {
    case Record::Event::denied:
        return "denied";
    case Record::Event::allowed:
        return "allowed";
    case Record::Event::audit:
        return "audit";
    case Record::Event::damaged:
        break;
    }
    return "damaged";
}

Json describe(const Record& record) {
    return {{"event", name_of(record.event)},
            {"operation", text_or_null(record.operation)},
            {"profile", text_or_null(record.profile)},
            {"comm", text_or_null(record.comm)},
            {"name", text_or_null(record.name)},
            {"target", text_or_null(record.target)},
            {"requested", text_or_null(record.requested)},
            {"denied", text_or_null(record.denied)},
            {"info", text_or_null(record.info)}};
}

Json describe(const Denial& denial) {
    const auto& explanation = denial.explanation;
    return {{"kind", explanation.kind},
            {"weight", boxlite::name_of(explanation.weight)},
            {"count", denial.count},
            {"first", format_time(denial.first.seconds)},
            {"last", format_time(denial.last.seconds)},
            {"what", explanation.what},
            {"why", explanation.why},
            {"fix", explanation.fix.empty() ? Json(nullptr) : Json(explanation.fix)},
            {"record", describe(denial.record)}};
}

} // namespace

std::string render_json(const DenialReport& report, std::string_view version) {
    const auto summary = summarize(report);
    Json json;
    json["schema_version"] = 1;
    json["version"] = version;
    json["verdict"] = boxlite::name_of(summary.verdict);
    json["summary"] = summary.text;
    json["since"] = format_time(report.since.seconds);
    json["sources"] = Json::array();
    for (const auto& source : report.sources) {
        json["sources"].push_back({{"name", source.name},
                                   {"state", boxlite::name_of(source.state)},
                                   {"detail", text_or_null(source.detail)}});
    }
    json["denials"] = Json::array();
    for (const auto& denial : report.rows) {
        json["denials"].push_back(describe(denial));
    }
    json["left_out"] = std::accumulate(report.left_out.begin(), report.left_out.end(), 0ULL);
    json["suppressed"] = report.suppressed;
    json["inexact"] = report.inexact;
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace boxlite
