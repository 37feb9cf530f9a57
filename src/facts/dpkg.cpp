// SPDX-License-Identifier: Apache-2.0
#include "facts/dpkg.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace boxlite {

namespace {

const std::string packages = "/var/lib/dpkg/status";
const std::string diversions = "/var/lib/dpkg/diversions";
/// Sorted by name, so that the few packages asked about are in its beginning, however long it is.
constexpr std::size_t packages_limit = 1024UL * 1024;

/// The paragraph of a package in dpkg's list; empty when it is not there, or not to its end.
std::string_view find_paragraph(std::string_view list, std::string_view package) {
    const auto lead = "Package: " + std::string(package) + "\n";
    auto begin = list.find(lead);
    while (begin != 0 && begin != std::string_view::npos && list[begin - 1] != '\n') {
        begin = list.find(lead, begin + 1);
    }
    if (begin == std::string_view::npos) {
        return {};
    }
    const auto end = list.find("\n\n", begin);
    return end == std::string_view::npos ? std::string_view{} : list.substr(begin, end - begin);
}

/// Whether a package in that state has its files in place, all of the version on record.
bool is_unpacked(std::string_view status) {
    static constexpr std::array<std::string_view, 5> states{"installed", "unpacked", "half-configured",
                                                            "triggers-awaited", "triggers-pending"};
    const auto fields = words(status); // what is wanted, an error flag, the state
    return fields.size() == 3 && std::find(states.begin(), states.end(), fields[2]) != states.end();
}

/// Whether a file of dpkg's of that path was moved elsewhere, /usr merged or not.
bool is_diverted(const Host& host, std::string_view program) {
    const auto text = host.read(diversions);
    const auto name = std::string(program.substr(program.rfind('/'))) + "\n";
    return text ? text->find(name) != std::string::npos : !is_missing(text.error());
}

/// Whether `program` is the very one that dpkg unpacked last, and the list was written since. Times of
/// change are compared, which nobody can set. While dpkg is at work its list lags behind.
bool is_as_recorded(const Host& host, std::string_view package, const std::string& program) {
    const auto installed = host.examine_target(program);
    const auto unpacked = host.examine("/var/lib/dpkg/info/" + std::string(package) + ".list");
    const auto listed = host.examine(packages);
    return installed && unpacked && listed && !is_older(unpacked->st_ctim, installed->st_ctim) &&
           !is_older(listed->st_ctim, unpacked->st_ctim) && !is_diverted(host, program);
}

} // namespace

std::string_view upstream_version(std::string_view version) {
    version = version.substr(0, version.rfind('-'));
    version.remove_prefix(version.find(':') + 1); // npos + 1 is 0
    constexpr std::string_view really = "really"; // by convention, of a version taken back
    const auto taken_back = version.rfind(really);
    return taken_back == std::string_view::npos ? version : version.substr(taken_back + really.size());
}

std::optional<std::string> packaged_version(const Host& host, std::string_view package,
                                            const std::string& program) {
    if (!is_as_recorded(host, package, program)) {
        return std::nullopt;
    }
    const auto list = host.read_start(packages, packages_limit);
    const auto paragraph = list ? find_paragraph(*list, package) : std::string_view{};
    const auto version = upstream_version(find_value(paragraph, "Version:"));
    const bool is_version = !version.empty() && version.front() >= '0' && version.front() <= '9';
    if (!is_version || !is_unpacked(find_value(paragraph, "Status:"))) {
        return std::nullopt;
    }
    return printable(version, 40);
}

Fact<std::string> gather_diversion(const Host& host, std::string_view path) {
    using Package = Fact<std::string>;
    const auto text = host.read(diversions);
    if (!text) {
        return is_missing(text.error()) ? Package{} : Package::unreadable(text.error().message());
    }
    const auto all = lines(*text); // three for each: the file, where it is now, the package
    for (std::size_t i = 0; i + 2 < all.size(); i += 3) {
        if (all[i] == path) {
            return Package::present(all[i + 2] == ":" ? "LOCAL" : printable(all[i + 2], 100));
        }
    }
    return all.size() % 3 == 0 ? Package{} : Package::unreadable(diversions + " is cut short");
}

} // namespace boxlite
