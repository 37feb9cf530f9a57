// SPDX-License-Identifier: Apache-2.0
//
// inject FAULT NUMBER REPORT COMMAND...: runs COMMAND and lets the NUMBERth of the system calls that it and
// all its descendants make fail with FAULT (the name of an errno), or kills the process that makes it, before
// it is done, when FAULT is KILL. Writes to REPORT which call that was, or, when there were fewer, how many.
// With LIST nothing fails, and REPORT gets all the calls, numbered; with COUNT their number. A SIGTERM ends
// it and all processes, and REPORT says whose they were. Environment: SKIP, names of processes whose calls
// are not counted, as in "dpkg frontend".
//
// strace(1) injects as well, but counts for each process by itself: of the many processes of a package's
// installation it could not tell one from the other. Calls of the dynamic loader are not counted: whatever
// fails there, the program does not start, which the failing execve before shows. Nor are those that change
// nothing and cannot fail, such as getpid, nor a shell's reads of a maintainer script: dash(1) takes one that
// it cannot read for one that has ended well, whoever wrote it. x86-64 only.
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

/// In place of an argument's number.
constexpr int none = -1;
constexpr int descriptor = -2;

/// Calls that are counted, and which of their arguments is a path, if the first is not a descriptor.
struct Counted {
    const char* name;
    int path;
};
#define CALL(name, path)                                                                                     \
    {                                                                                                        \
        SYS_##name, {                                                                                        \
            #name, path                                                                                      \
        }                                                                                                    \
    }
const std::map<long, Counted> counted{
    // files
    CALL(open, 0), CALL(openat, 1), CALL(openat2, 1), CALL(creat, 0), CALL(close, descriptor),
    CALL(read, descriptor), CALL(write, descriptor), CALL(readv, descriptor), CALL(writev, descriptor),
    CALL(pread64, descriptor), CALL(pwrite64, descriptor), CALL(lseek, descriptor), CALL(stat, 0),
    CALL(lstat, 0), CALL(fstat, descriptor), CALL(newfstatat, 1), CALL(statx, 1), CALL(access, 0),
    CALL(faccessat, 1), CALL(faccessat2, 1), CALL(readlink, 0), CALL(readlinkat, 1),
    CALL(getdents64, descriptor), CALL(getcwd, none), CALL(chdir, 0), CALL(fchdir, descriptor),
    CALL(statfs, 0), CALL(fstatfs, descriptor), CALL(truncate, 0), CALL(ftruncate, descriptor),
    CALL(fallocate, descriptor), CALL(fsync, descriptor), CALL(fdatasync, descriptor),
    CALL(sync_file_range, descriptor), CALL(flock, descriptor), CALL(umask, none),
    // directories
    CALL(mkdir, 0), CALL(mkdirat, 1), CALL(rmdir, 0), CALL(rename, 0), CALL(renameat, 1), CALL(renameat2, 1),
    CALL(link, 0), CALL(linkat, 1), CALL(symlink, 1), CALL(symlinkat, 2), CALL(unlink, 0), CALL(unlinkat, 1),
    CALL(chmod, 0), CALL(fchmod, descriptor), CALL(fchmodat, 1), CALL(chown, 0), CALL(fchown, descriptor),
    CALL(lchown, 0), CALL(fchownat, 1), CALL(utimensat, 1), CALL(mount, 1), CALL(umount2, 0), CALL(chroot, 0),
    // descriptors
    CALL(dup, descriptor), CALL(dup2, descriptor), CALL(dup3, descriptor), CALL(fcntl, descriptor),
    CALL(ioctl, descriptor), CALL(pipe, none), CALL(pipe2, none), CALL(poll, none), CALL(ppoll, none),
    CALL(select, none), CALL(pselect6, none), CALL(close_range, none), CALL(socket, none),
    CALL(connect, descriptor), CALL(bind, descriptor), CALL(sendto, descriptor), CALL(recvfrom, descriptor),
    CALL(sendmsg, descriptor), CALL(recvmsg, descriptor),
    // processes
    CALL(clone, none), CALL(clone3, none), CALL(fork, none), CALL(vfork, none), CALL(execve, 0),
    CALL(wait4, none), CALL(waitid, none), CALL(kill, none), CALL(setsid, none), CALL(pidfd_open, none),
    CALL(setgroups, none), CALL(setresgid, none), CALL(setresuid, none), CALL(setgid, none),
    CALL(setuid, none), CALL(capget, none), CALL(capset, none), CALL(prctl, none), CALL(unshare, none),
    CALL(keyctl, none),
    // memory
    CALL(mmap, none), CALL(brk, none), CALL(mprotect, none), CALL(mremap, none)};

const std::map<std::string, int> faults{{"EIO", EIO},      {"ENOSPC", ENOSPC}, {"EACCES", EACCES},
                                        {"EROFS", EROFS},  {"EINTR", EINTR},   {"EMFILE", EMFILE},
                                        {"ENOMEM", ENOMEM}};

const std::set<std::string> others{"KILL", "LIST", "COUNT"};

constexpr int terminated = 128 + SIGTERM;

struct Process {
    bool in_loader = true;
    bool to_fail = false;
};

std::string name_of(pid_t pid) {
    std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(comm, name);
    return name;
}

std::string text_at(pid_t pid, unsigned long long address) {
    std::array<char, 256> text{};
    const iovec here{text.data(), text.size() - 1};
    // A page's end may come before the buffer's.
    for (size_t count = text.size() - 1; count > 0; count /= 2) {
        const iovec there{reinterpret_cast<void*>(address), count};
        if (process_vm_readv(pid, &here, 1, &there, 1, 0) > 0) {
            break;
        }
    }
    return text.data();
}

/// What a descriptor is of: a path, or "pipe:[123]".
std::string target_of(pid_t pid, unsigned long long fd) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd), error);
}

/// Whether a shell reads a maintainer script.
bool reads_script(pid_t pid, long number, const user_regs_struct& registers) {
    return number == SYS_read &&
           target_of(pid, registers.rdi).find("/var/lib/dpkg/info/boxlite") != std::string::npos;
}

std::string describe(pid_t pid, const Counted& call, const user_regs_struct& registers) {
    const std::array<unsigned long long, 3> arguments{registers.rdi, registers.rsi, registers.rdx};
    auto text = name_of(pid) + " " + call.name;
    if (call.path == descriptor) {
        text += " " + target_of(pid, registers.rdi);
    } else if (call.path != none) {
        text += " " + text_at(pid, arguments.at(static_cast<size_t>(call.path)));
    }
    return text;
}

class Injector {
public:
    Injector(std::string fault, long number) : fault_(std::move(fault)), number_(number) {
        std::istringstream names(std::getenv("SKIP") != nullptr ? std::getenv("SKIP") : "");
        for (std::string name; names >> name;) {
            skipped_.insert(name);
        }
    }

    /// Follows all processes until `first` has ended; its exit status as a shell would have it.
    int follow(pid_t first) {
        for (int status = 0;;) {
            const pid_t pid = waitpid(-1, &status, __WALL);
            if (pid < 0) {
                return errno == EINTR ? terminated : 125;
            }
            if (WIFEXITED(status) || WIFSIGNALED(status)) {
                processes_.erase(pid);
                if (pid == first) {
                    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                }
                continue;
            }
            const int signal = WSTOPSIG(status);
            const int event = status >> 16;
            const bool known = processes_.contains(pid);
            auto& process = processes_[pid];
            int passed_on = 0;
            if (!known) { // it begins with a SIGSTOP that is ours, and as a copy of somebody past the loader
                process.in_loader = pid == first;
                ptrace(PTRACE_SETOPTIONS, pid, 0,
                       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                           PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
            } else if (signal == (SIGTRAP | 0x80)) {
                at_call(pid, process);
            } else if (event == PTRACE_EVENT_EXEC) {
                process = {.in_loader = true};
            } else if (event == 0) {
                passed_on = signal;
            }
            ptrace(PTRACE_SYSCALL, pid, 0, passed_on);
        }
    }

    [[nodiscard]] std::string report() const {
        if (fault_ == "LIST") {
            return done_;
        }
        return done_.empty() ? std::to_string(count_) + " calls" : done_ + " " + fault_;
    }

    [[nodiscard]] std::string running() const {
        std::string names;
        for (const auto& [pid, process] : processes_) {
            names += " " + name_of(pid);
        }
        return names;
    }

private:
    void at_call(pid_t pid, Process& process) {
        user_regs_struct registers{};
        ptrace(PTRACE_GETREGS, pid, 0, &registers);
        __ptrace_syscall_info info{};
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) {
            if (std::exchange(process.to_fail, false)) {
                registers.rax = static_cast<unsigned long long>(-faults.at(fault_));
                ptrace(PTRACE_SETREGS, pid, 0, &registers);
            }
            return;
        }
        const auto number = static_cast<long>(registers.orig_rax);
        // The loader's last call: it gives its list of libraries back.
        if (process.in_loader) {
            process.in_loader = number != SYS_munmap;
            return;
        }
        const auto call = counted.find(number);
        if (call == counted.end() || reads_script(pid, number, registers) ||
            (!skipped_.empty() && skipped_.contains(name_of(pid)))) {
            return;
        }
        ++count_;
        if (fault_ == "LIST") {
            done_ += std::to_string(count_) + " " + describe(pid, call->second, registers) + "\n";
        }
        if (count_ != number_) {
            return;
        }
        done_ = describe(pid, call->second, registers);
        if (fault_ == "KILL") {
            kill(pid, SIGKILL);
            return;
        }
        process.to_fail = true;
        if (number != SYS_close) { // whose descriptor is gone although it fails, close(2)
            registers.orig_rax = static_cast<unsigned long long>(-1); // no call: it is skipped
            ptrace(PTRACE_SETREGS, pid, 0, &registers);
        }
    }

    std::string fault_;
    long number_;
    long count_ = 0;
    std::string done_;
    std::set<std::string> skipped_;
    std::map<pid_t, Process> processes_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 5 || (!faults.contains(argv[1]) && !others.contains(argv[1]))) {
        std::fprintf(stderr, "usage: inject FAULT NUMBER REPORT COMMAND...\n");
        return 2;
    }
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(argv[4], argv + 4);
        _exit(127);
    }
    struct sigaction interrupt{};
    interrupt.sa_handler = [](int) {};
    sigaction(SIGTERM, &interrupt, nullptr); // without SA_RESTART: waitpid returns
    Injector injector(argv[1], std::strtol(argv[2], nullptr, 10));
    const int status = injector.follow(child);
    std::ofstream(argv[3]) << injector.report()
                           << (status == terminated ? ", running:" + injector.running() : "") << "\n";
    return status;
}
