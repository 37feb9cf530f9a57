// SPDX-License-Identifier: Apache-2.0
// measure ROUNDS FILE: runs each command of FILE in its turn, ROUNDS times over, and prints for each
// "NAME MEDIAN LEAST MEMORY": microseconds from its start to its end, and the peak resident memory of it or
// of a child of its, in KiB. A line of FILE is "NAME | BEFORE | COMMAND"; BEFORE is a shell command that is
// not measured, and a COMMAND of the form "nobody: ..." is run as nobody. Linked statically, for any guest.
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

struct Row {
    std::string name;
    std::string before;
    std::vector<std::string> command;
    bool as_nobody = false;
    std::vector<long> times = {};
    long memory = 0;
};

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<Row> read_rows(const char* path) {
    std::vector<Row> rows;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find('|');
        const auto second = line.find('|', first + 1);
        Row row{trimmed(line.substr(0, first)), trimmed(line.substr(first + 1, second - first - 1)), {}};
        std::istringstream words(line.substr(second + 1));
        for (std::string word; words >> word;) {
            row.command.push_back(word);
        }
        if (!row.command.empty() && row.command.front() == "nobody:") {
            row.as_nobody = true;
            row.command.erase(row.command.begin());
        }
        rows.push_back(row);
    }
    return rows;
}

[[noreturn]] void become(const Row& row) {
    constexpr unsigned nobody = 65534;
    std::vector<char*> argv;
    for (const auto& word : row.command) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    const int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) {
        dup2(null, fd);
    }
    if (row.as_nobody && (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)) {
        _exit(126);
    }
    execv(argv[0], argv.data());
    _exit(127);
}

/// Returns the exit status.
int run_once(Row& row) {
    const auto start = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
        become(row);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const auto time = std::chrono::steady_clock::now() - start;
    row.times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
    row.memory = std::max(row.memory, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        return 2;
    }
    auto rows = read_rows(argv[2]);
    for (int round = std::atoi(argv[1]); round > 0; --round) {
        for (auto& row : rows) {
            if (!row.before.empty() && std::system((row.before + " >/dev/null 2>&1").c_str()) != 0) {
                std::printf("# before %s: failed\n", row.name.c_str());
            }
            if (const int status = run_once(row); status != 0) {
                std::printf("# %s: exit status %d\n", row.name.c_str(), status);
            }
        }
    }
    for (auto& row : rows) {
        std::sort(row.times.begin(), row.times.end());
        std::printf("%s %ld %ld %ld\n", row.name.c_str(), row.times[row.times.size() / 2], row.times.front(),
                    row.memory);
    }
}
