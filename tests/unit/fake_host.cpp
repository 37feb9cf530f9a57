// SPDX-License-Identifier: Apache-2.0
#include "fake_host.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace boxlite::test {

namespace {

std::string make_temporary_directory() {
    std::string name = std::filesystem::temp_directory_path() / "boxlite-unit-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary directory");
    }
    return name;
}

std::string join(const std::vector<std::string>& argv) {
    std::string text;
    for (const auto& argument : argv) {
        text += (text.empty() ? "" : " ") + argument;
    }
    return text;
}

constexpr const char* securityfs = "/sys/kernel/security/apparmor";

void furnish_common(FakeHost& host) {
    const std::string mounts = "22 1 8:1 / / rw - ext4 /dev/root rw\n";
    host.write("/proc/self/mountinfo", mounts);
    host.write("/proc/1/mountinfo", mounts);
    host.write("/proc/self/ns/user", "");
    host.write("/proc/sys/user/max_user_namespaces", "15000\n");
    host.write("/sys/module/apparmor/parameters/enabled", "Y\n");
    const std::string features = std::string(securityfs) + "/features";
    host.write(features + "/namespaces/mask", "userns_create\n");
    host.write(features + "/domain/stack", "yes\n");
    for (const char* version : {"v5", "v6", "v7", "v8", "v9"}) {
        host.write(features + "/policy/versions/" + version, "yes\n");
    }
    host.make_directories(std::string(securityfs) + "/policy/profiles");
    host.write("/proc/self/status", "Name:\tsh\nCapBnd:\t000001ffffffffff\n");
    host.write("/proc/self/uid_map", "         0          0 4294967295\n");
    host.make_directories("/run/systemd/system");
    host.make_directories("/tmp");
    host.write("/sbin/apparmor_parser", "");
    host.write("/etc/apparmor.d/abi/4.0", "");
    host.write("/etc/apparmor.d/boxlite-bwrap", "profile bwrap /usr/bin/bwrap {}\n");
    host.write("/usr/bin/bwrap",
               "\x7f"
               "ELF",
               0755);
    host.write("/dev/kvm", "");
    host.answer("/sbin/apparmor_parser --replace --skip-cache /usr/share/boxlite-bwrap-apparmor/detached",
                {.exit_code = 0});
}

} // namespace

FakeHost::FakeHost() : FakeHost(make_temporary_directory()) {}

FakeHost::FakeHost(std::string directory) : RootedHost(directory), directory_(std::move(directory)) {}

FakeHost::~FakeHost() {
    std::filesystem::remove_all(directory_);
}

void FakeHost::make_directories(const std::string& path) {
    std::filesystem::create_directories(real(path));
}

void FakeHost::write(const std::string& path, const std::string& text, unsigned mode) {
    make_directories(std::filesystem::path(path).parent_path());
    std::ofstream(real(path)) << text;
    chmod(real(path).c_str(), mode);
}

void FakeHost::link(const std::string& target, const std::string& path) {
    make_directories(std::filesystem::path(path).parent_path());
    std::filesystem::create_symlink(target, real(path));
}

bool FakeHost::is_forbidden(const std::string& path) const {
    return std::find(forbidden_.begin(), forbidden_.end(), path) != forbidden_.end();
}

Result<std::string> FakeHost::read(const std::string& path, std::size_t limit) const {
    if (is_forbidden(path)) {
        return std::unexpected(Error{"read", path, EACCES});
    }
    return RootedHost::read(path, limit);
}

Result<std::string> FakeHost::read_start(const std::string& path, std::size_t count) const {
    if (is_forbidden(path)) {
        return std::unexpected(Error{"read", path, EACCES});
    }
    return RootedHost::read_start(path, count);
}

Result<std::vector<std::string>> FakeHost::list(const std::string& path) const {
    if (is_forbidden(path)) {
        return std::unexpected(Error{"list", path, EACCES});
    }
    return RootedHost::list(path);
}

Result<void> FakeHost::read_backwards(const std::string& path, const TakeLine& take) const {
    if (is_forbidden(path)) {
        return std::unexpected(Error{"read", path, EACCES});
    }
    return RootedHost::read_backwards(path, take);
}

Result<void> FakeHost::read_ring_buffer(const TakeLine& take) const {
    if (!ring_buffer) {
        return std::unexpected(ring_buffer.error());
    }
    for (const auto& record : *ring_buffer) {
        if (!take(record)) {
            break;
        }
    }
    return {};
}

Result<Outcome> FakeHost::run(const Command& command, const TakeLine& take) const {
    auto outcome = run(command);
    LineSplitter splitter;
    if (outcome && splitter.feed(outcome->out, take)) {
        splitter.finish(take);
    }
    return outcome;
}

Result<Outcome> FakeHost::run(const Command& command) const {
    runs.push_back(join(command.argv) + (command.input == "/dev/null" ? "" : " <" + command.input));
    const auto found = answers_.find(runs.back());
    return found == answers_.end() ? Outcome{.exit_code = 127} : found->second;
}

Result<std::string> FakeHost::bwrap_label(const User* /*user*/) const {
    return label;
}

Result<Outcome> FakeHost::run_changing(const Command& command) {
    changes.push_back("run " + join(command.argv));
    on_change(changes.back());
    return run(command);
}

Result<void> FakeHost::unload_profile(const std::string& name) {
    changes.push_back("unload " + name);
    return {};
}

void furnish_restricted(FakeHost& host) {
    furnish_common(host);
    host.write("/proc/sys/kernel/osrelease", "6.8.0-49-generic\n");
    host.write("/proc/sys/kernel/unprivileged_userns_clone", "1\n");
    host.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    host.answer("/sbin/apparmor_parser --version",
                {.exit_code = 0,
                 .out = "AppArmor parser version 4.0.1~beta3\nCopyright (C) 1999-2008 Novell Inc.\n"});
    host.answer("/usr/bin/bwrap --version", {.exit_code = 0, .out = "bubblewrap 0.9.0\n"});
    host.answer("/sbin/apparmor_parser --replace --write-cache /etc/apparmor.d/boxlite-bwrap",
                {.exit_code = 0});
    furnish_loaded(host, "unprivileged_userns");
}

void furnish_unrestricted(FakeHost& host) {
    furnish_common(host);
    host.write("/proc/sys/kernel/osrelease", "6.12.48+deb13-cloud-amd64\n");
    host.answer(
        "/sbin/apparmor_parser --version",
        {.exit_code = 0, .out = "AppArmor parser version 4.1.0\nCopyright (C) 1999-2008 Novell Inc.\n"});
    host.answer("/usr/bin/bwrap --version", {.exit_code = 0, .out = "bubblewrap 0.11.0\n"});
}

void furnish_policy(FakeHost& host, const std::string& path, const std::string& text,
                    const std::string& names, const std::string& dump) {
    host.write(path, text);
    host.answer("/sbin/apparmor_parser --names " + path, {.exit_code = 0, .out = names});
    host.answer("/sbin/apparmor_parser --skip-kernel-load --skip-cache --dump=rule-exprs " + path,
                {.exit_code = 0, .out = dump});
}

void furnish_packages(FakeHost& host, const std::string& apparmor, const std::string& bubblewrap) {
    std::string list;
    for (const auto& [package, version] : {std::pair{"apparmor", apparmor}, {"bubblewrap", bubblewrap}}) {
        host.write(std::string("/var/lib/dpkg/info/") + package + ".list", "/.\n");
        list += std::string("Package: ") + package + "\nStatus: install ok installed\nVersion: " + version +
                "\n\n";
    }
    host.write("/var/lib/dpkg/status", list);
}

void let_time_pass() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

void furnish_container(FakeHost& host) {
    host.write("/proc/self/status", "Name:\tsh\nCapBnd:\t00000000fdecafff\n");
    std::filesystem::remove_all(host.real(securityfs));
}

void furnish_loaded(FakeHost& host, const std::string& name, const std::string& mode,
                    const std::string& sha256) {
    const auto directory = std::string(securityfs) + "/policy/profiles/" + name + ".7";
    host.write(directory + "/name", name + "\n");
    host.write(directory + "/mode", mode + "\n");
    if (!sha256.empty()) {
        host.write(directory + "/sha256", sha256 + "\n");
    }
}

} // namespace boxlite::test
