// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <nlohmann/json.hpp>

namespace boxlite {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

} // namespace

std::string render_json(const Verdict& verdict, const ProfileReport* profile, std::string_view version) {
    Json report;
    report["schema_version"] = 1;
    report["version"] = version;
    report["verdict"] = name_of(verdict.readiness);
    report["summary"] = verdict.summary;
    if (profile != nullptr) {
        report["profile"] = {{"state", profile->state},
                             {"provider", text_or_null(profile->provider)},
                             {"owner", text_or_null(profile->owner)},
                             {"label", text_or_null(profile->label)}};
    }
    report["checks"] = Json::array();
    for (const auto& check : verdict.checks) {
        const auto& finding = check.finding;
        report["checks"].push_back(
            {{"id", check.id},
             {"status", name_of(finding.status)},
             {"summary", finding.summary},
             {"cause", finding.cause ? Json(row_of(*finding.cause).id) : Json(nullptr)},
             {"fix", finding.fix.empty() ? Json(nullptr) : Json(finding.fix)}});
    }
    return report.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace boxlite
