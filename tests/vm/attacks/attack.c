/* SPDX-License-Identifier: Apache-2.0
 *
 * attack KIND [ARGUMENT...]: tries to gain a capability as an unprivileged user; exits with 0 when it was gained,
 * with 1 when it was refused, and with 2 when it could not be tried. Built with -shared it is attack "userns", made
 * in whatever program is started with it in LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static int outcome(int result, const char *what) {
    if (result == 0) {
        printf("gained: %s\n", what);
    } else {
        printf("refused: %s: %s\n", what, strerror(errno));
    }
    fflush(stdout);
    return result == 0 ? 0 : 1;
}

/* A name for the host takes CAP_SYS_ADMIN in the user namespace that owns the other. */
static int userns(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
        return outcome(-1, "unshare");
    }
    return outcome(sethostname("gained", 6), "sethostname in a user namespace of its own");
}

#ifdef PRELOADED
__attribute__((constructor)) static void at_loading(void) { _exit(userns()); }
#else

static int in_clone(void) {
    const long child = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
    if (child < 0) {
        return outcome(-1, "clone");
    }
    if (child == 0) {
        _exit(outcome(sethostname("gained", 6), "sethostname in a cloned user namespace"));
    }
    int status = 0;
    waitpid((pid_t)child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

static int mount_in_userns(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        return outcome(-1, "unshare");
    }
    return outcome(mount("tmpfs", "/tmp", "tmpfs", 0, NULL), "mount in a user namespace of its own");
}

static int direct(const char *what) {
    if (strcmp(what, "mount") == 0) {
        return outcome(mount("tmpfs", "/tmp", "tmpfs", 0, NULL), what);
    }
    if (strcmp(what, "sethostname") == 0) {
        return outcome(sethostname("gained", 6), what);
    }
    if (strcmp(what, "chroot") == 0) {
        return outcome(chroot("/tmp"), what);
    }
    if (strcmp(what, "mknod") == 0) {
        return outcome(mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0)), what);
    }
    if (strcmp(what, "setuid") == 0) {
        return outcome(setuid(0), what);
    }
    if (strcmp(what, "ambient") == 0) {
        return outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0), what);
    }
    return 2;
}

/* Lets a traced program make one system call where it stands. */
static long call_in(pid_t pid, long number, unsigned long first, unsigned long second) {
    struct user_regs_struct registers, after;
    int status = 0;
    ptrace(PTRACE_GETREGS, pid, NULL, &registers);
    ptrace(PTRACE_POKETEXT, pid, (void *)registers.rip, (void *)0xcc050fUL); /* syscall; int3 */
    after = registers;
    after.rax = (unsigned long)number;
    after.rdi = first;
    after.rsi = second;
    ptrace(PTRACE_SETREGS, pid, NULL, &after);
    ptrace(PTRACE_CONT, pid, NULL, NULL);
    waitpid(pid, &status, 0);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
        return -ENOSYS;
    }
    ptrace(PTRACE_GETREGS, pid, NULL, &after);
    ptrace(PTRACE_SETREGS, pid, NULL, &registers);
    return (long)after.rax;
}

static int trace(char **command) {
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(command[0], command);
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) {
        return 2;
    }
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, child, NULL, &registers);
    long result = call_in(child, SYS_unshare, CLONE_NEWUSER | CLONE_NEWUTS, 0);
    if (result == 0) {
        result = call_in(child, SYS_sethostname, registers.rip, 2);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    errno = (int)-result;
    return outcome(result == 0 ? 0 : -1, "sethostname in a program that is traced");
}

/* aa-exec(1), which says less of why it is refused. */
static int under_profile(const char *name, char *self) {
    char request[128];
    const int length = snprintf(request, sizeof request, "exec %s", name);
    const int file = open("/proc/self/attr/apparmor/exec", O_WRONLY);
    if (file < 0 || write(file, request, (size_t)length) != length) {
        return outcome(-1, file < 0 ? "open of attr/exec" : "change of profile");
    }
    char *const command[] = {self, "userns", NULL};
    execv(self, command);
    return outcome(-1, "exec under another profile");
}

int main(int argc, char **argv) {
    const char *kind = argc > 1 ? argv[1] : "";
    if (strcmp(kind, "userns") == 0) {
        return userns();
    }
    if (strcmp(kind, "clone") == 0) {
        return in_clone();
    }
    if (strcmp(kind, "mount-in-userns") == 0) {
        return mount_in_userns();
    }
    if (strcmp(kind, "direct") == 0 && argc > 2) {
        return direct(argv[2]);
    }
    if (strcmp(kind, "profile") == 0 && argc > 2) {
        return under_profile(argv[2], argv[0]);
    }
    if (strcmp(kind, "trace") == 0 && argc > 2) {
        return trace(argv + 2);
    }
    return 2;
}
#endif
