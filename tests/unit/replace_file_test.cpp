// SPDX-License-Identifier: Apache-2.0
#include "base/replace_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace boxlite;
namespace fs = std::filesystem;

namespace {

/// A directory for one test.
class Directory {
public:
    Directory() : path_(fs::canonical(fs::temp_directory_path()) / "boxlite-unit-XXXXXX") {
        REQUIRE(mkdtemp(path_.data()) != nullptr);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { fs::remove_all(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// The names in it, hidden ones too, each followed by a blank.
    [[nodiscard]] std::string names() const {
        std::string names;
        for (const auto& entry : fs::directory_iterator(path_)) {
            names += entry.path().filename().string() + " ";
        }
        return names;
    }

private:
    std::string path_;
};

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string complaint(const Result<void>& result) {
    REQUIRE_FALSE(result);
    return result.error().message();
}

/// The emulator that runs an arm64 build's tests may have none: QEMU 7.2.
bool lacks_openat2() {
    return syscall(SYS_openat2, AT_FDCWD, ".", nullptr, 0) < 0 && errno == ENOSYS;
}

} // namespace

TEST_SUITE_BEGIN("replace_file" * doctest::skip(lacks_openat2()));

TEST_CASE("a file is made, and replaced, for everybody to read") {
    const Directory directory;
    const auto old_mask = umask(0077);
    CHECK(replace_file(directory / "status.prom", "first\n"));
    CHECK(replace_file(directory / "status.prom", "second\n"));
    umask(old_mask);
    CHECK(content(directory / "status.prom") == "second\n");
    CHECK((fs::status(directory / "status.prom").permissions() & fs::perms::mask) == fs::perms(0644));
    CHECK(directory.names() == "status.prom ");
}

TEST_CASE("somebody who reads the old file goes on reading the old one") {
    const Directory directory;
    CHECK(replace_file(directory / "status.prom", "first\n"));
    std::ifstream reader(directory / "status.prom");
    CHECK(replace_file(directory / "status.prom", "second\n"));
    CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == "first\n");
}

TEST_CASE("a link in the file's place is replaced, and what it leads to left alone") {
    const Directory directory;
    std::ofstream(directory / "precious") << "precious\n";
    fs::create_symlink("precious", directory / "status.prom");
    CHECK(replace_file(directory / "status.prom", "text\n"));
    CHECK_FALSE(fs::is_symlink(directory / "status.prom"));
    CHECK(content(directory / "status.prom") == "text\n");
    CHECK(content(directory / "precious") == "precious\n");
}

TEST_CASE("a link in the temporary file's place is not followed") {
    const Directory directory;
    std::ofstream(directory / "precious") << "precious\n";
    fs::create_symlink("precious", directory / (".status.prom." + std::to_string(getpid())));
    CHECK(replace_file(directory / "status.prom", "text\n"));
    CHECK(content(directory / "precious") == "precious\n");
    CHECK(content(directory / "status.prom") == "text\n");
}

TEST_CASE("a directory that others can write is refused") {
    const Directory directory;
    for (const unsigned mode : {0777U, 01777U, 0775U}) {
        REQUIRE(chmod(directory.path().c_str(), mode) == 0);
        CHECK(complaint(replace_file(directory / "status.prom", "text\n"))
                  .starts_with("cannot write into " + directory.path() + "/: others can write there (mode "));
    }
    CHECK(directory.names().empty());
}

TEST_CASE("a directory of somebody else's is refused") {
    const Directory directory;
    if (geteuid() != 0) {
        MESSAGE("not root: cannot give a directory away");
        return;
    }
    REQUIRE(chown(directory.path().c_str(), 65534, 65534) == 0);
    CHECK(complaint(replace_file(directory / "status.prom", "text\n")) ==
          "cannot write into " + directory.path() + "/: it belongs to somebody else (uid 65534)");
    CHECK(directory.names().empty());
}

TEST_CASE("a directory that a link leads to is refused") {
    const Directory directory;
    fs::create_directories(directory / "real/inner");
    fs::create_symlink("real", directory / "link");
    CHECK(complaint(replace_file(directory / "link/status.prom", "text\n")) ==
          "cannot write into " + directory.path() + "/link/: it is reached through a link");
    CHECK_FALSE(replace_file(directory / "link/inner/status.prom", "text\n"));
    CHECK(fs::is_empty(directory / "real/inner"));
}

TEST_CASE("what cannot be written whole leaves the old file, and no temporary") {
    const Directory directory;
    REQUIRE(replace_file(directory / "status.prom", "old\n"));
    // A limit of file sizes stands for a full disk: the kernel takes some of the text, and no more.
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto result = replace_file(directory / "status.prom", std::string(10'000, 'x'));
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    (void)std::signal(SIGXFSZ, old_handler);
    CHECK(complaint(result) == "cannot write " + (directory / "status.prom") + ": File too large");
    CHECK(content(directory / "status.prom") == "old\n");
    CHECK(directory.names() == "status.prom ");
}

TEST_CASE("a directory that is not there or takes no files is an error with its errno") {
    const Directory directory;
    CHECK(complaint(replace_file(directory / "none/status.prom", "text\n")) ==
          "cannot write into " + (directory / "none/") + ": No such file or directory");
    // Not even root may make a file there.
    CHECK(complaint(replace_file("/proc/self/status.prom", "text\n")).starts_with("cannot write"));
    fs::create_directory(directory / "status.prom");
    CHECK(complaint(replace_file(directory / "status.prom", "text\n")) ==
          "cannot write " + (directory / "status.prom") + ": Is a directory");
    CHECK(directory.names() == "status.prom ");
}

TEST_SUITE_END();
