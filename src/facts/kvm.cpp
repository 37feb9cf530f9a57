// SPDX-License-Identifier: Apache-2.0
#include "base/user.h"
#include "facts/gather.h"

namespace boxlite {

namespace {

const std::string device = "/dev/kvm";

/// By its owner, group and mode; an access control list is not looked at.
bool may_use(const struct stat& status, const User& user) {
    constexpr unsigned read_write = 06;
    unsigned granted = status.st_mode;
    if (status.st_uid == user.uid) {
        granted >>= 6U;
    } else if (belongs_to(user, status.st_gid)) {
        granted >>= 3U;
    }
    return (granted & read_write) == read_write;
}

} // namespace

KvmFacts gather_kvm(const Host& host, const User* user) {
    using Device = Fact<KvmFacts::Device>;
    const auto status = host.examine_target(device);
    if (!status) {
        return {.device =
                    is_missing(status.error()) ? Device{} : Device::unreadable(status.error().message()),
                .usable = {}};
    }
    KvmFacts facts{.device = Device::present(
                       {.permissions = status->st_mode & 07777U, .group = name_of_group(status->st_gid)}),
                   .usable = {}};
    // nobody stands for whoever is unprivileged, and is in no group.
    if (user == nullptr) {
        facts.usable = Fact<bool>::present(host.may_use(device));
    } else if (user->name != "nobody") {
        facts.usable = Fact<bool>::present(may_use(*status, *user));
    }
    return facts;
}

} // namespace boxlite
