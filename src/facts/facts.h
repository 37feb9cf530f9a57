// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/fact.h"

#include <optional>
#include <string>
#include <vector>

namespace boxlite {

/// What the running kernel offers, from /proc.
struct KernelFacts {
    Fact<std::string> release;           ///< /proc/sys/kernel/osrelease
    Fact<bool> user_namespaces;          ///< /proc/self/ns/user exists: CONFIG_USER_NS, user_namespaces(7)
    Fact<long long> max_user_namespaces; ///< user.max_user_namespaces, Linux 4.9, namespaces(7)
    Fact<long long> unprivileged_userns_clone; ///< a Debian and Ubuntu patch, removed from newer kernels
    /// kernel.apparmor_restrict_unprivileged_userns: Ubuntu 23.10 and later; in no upstream or
    /// Debian kernel up to 7.2.
    Fact<long long> userns_restriction;
};

/// A profile as the kernel lists it under policy/profiles.
struct LoadedProfile {
    std::string name;
    std::string mode;        ///< "enforce", "complain", "unconfined", "kill"
    std::string sha256 = {}; ///< in hexadecimal; empty where the kernel gives none (before 6.8)
    long long loaded_at = 0; ///< or replaced: the directory's time of change, in seconds since 1970
};

/// A profile as the parser compiles it.
struct CompiledProfile {
    std::string name;
    std::string sha256; ///< what the kernel would say of it once it is loaded
};

struct AppArmorFacts {
    Fact<bool> enabled;         ///< /sys/module/apparmor/parameters/enabled
    Fact<bool> securityfs;      ///< /sys/kernel/security/apparmor exists
    Fact<bool> mediates_userns; ///< features/namespaces/mask has userns_create (Linux 6.7; Ubuntu 23.10)
    Fact<bool> stacks;          ///< features/domain/stack (Linux 4.14)
    Fact<std::vector<std::string>> policy_versions; ///< features/policy/versions: "v5" to "v9"
    /// Of the profiles loaded, those this program is about: bwrap, unpriv_bwrap, unprivileged_userns,
    /// and what other providers on disk call theirs.
    Fact<std::vector<LoadedProfile>> loaded;
    Fact<std::string> parser_version; ///< of /sbin/apparmor_parser: "4.1.0"
    Fact<bool> abi_4;                 ///< /etc/apparmor.d/abi/4.0, which the profile names
    /// No process here can load policy when this is false: a container, without CAP_MAC_ADMIN or
    /// with users of its own and no AppArmor namespace of its own.
    Fact<bool> may_load_policy;
};

/// /usr/bin/bwrap.
struct BwrapFacts {
    enum class Kind { elf, script, other };
    struct File {
        bool regular = false;
        unsigned owner = 0;       ///< uid
        unsigned permissions = 0; ///< the low twelve bits of st_mode
        Kind kind = Kind::other;
    };
    Fact<File> file;
    Fact<std::string> version;     ///< "0.12.0"
    Fact<std::string> diverted_by; ///< the package, or "LOCAL", that moved it away: dpkg-divert(1)
    /// A program called bwrap that the usual PATH finds first, and that is not /usr/bin/bwrap.
    Fact<std::string> first_on_path;
};

/// Whether the kernel runs these very profiles. False also when it gives no hashes.
[[nodiscard]] bool runs(const std::vector<LoadedProfile>& loaded,
                        const std::vector<CompiledProfile>& compiled);

/// A profile file other than ours, under /etc/apparmor.d, that provides a profile for bwrap.
struct Provider {
    std::string path;
    std::optional<std::string> owner; ///< its package; nothing when no package owns it
    /// Its profiles that are named bwrap or attached to /usr/bin/bwrap; none when the file is gone.
    std::vector<std::string> profiles = {"bwrap"};
};

/// A symbolic link in /etc/apparmor.d that leads nowhere.
struct DanglingLink {
    std::string path;
    std::string target;
    std::optional<std::string> owner;
};

/// /etc/apparmor.d/boxlite-bwrap on disk.
struct ProfileFacts {
    enum class DisabledBy { nobody, us, administrator };
    Fact<bool> file;
    Fact<DisabledBy> disabled_by; ///< whose link, if any, is /etc/apparmor.d/disable/boxlite-bwrap
    Fact<std::vector<Provider>> other_providers;
    std::vector<DanglingLink> dangling_links;
    /// Of local/bwrap-userns-restrict and local/unpriv_bwrap, those that say anything.
    Fact<std::vector<std::string>> local_overrides;
    /// What the file that gives bwrap its profile compiles to: ours, or another provider's of our
    /// names. Absent when there is nothing in the kernel to compare it with.
    Fact<std::vector<CompiledProfile>> compiled;
    std::string compiled_from = {}; ///< that file
};

enum class Mode { automatic, always, never };

/// /etc/boxlite-bwrap-apparmor.conf
struct Configuration {
    Mode mode = Mode::automatic;
    bool strict = false;                      ///< a host that is not ready fails the package's configuration
    std::vector<std::string> complaints = {}; ///< "FILE:LINE: …", of what was not understood
};

/// One run of bwrap.
struct SandboxRun {
    bool worked = false;
    std::string complaint = {};    ///< when it did not: the last line of its standard error, or how it ended
    std::string label = {};        ///< the AppArmor label of the process inside, mode included; jail only
    std::string capabilities = {}; ///< CapEff of the process inside, in hexadecimal; jail only
};

/// What happens to bwrap when somebody unprivileged runs it. Absent when it was not asked for.
struct ProbeFacts {
    Fact<std::string> label; ///< what /usr/bin/bwrap gets on exec: "bwrap (enforce)", "unconfined"
    Fact<SandboxRun> preflight;
    Fact<SandboxRun> jail;
};

/// What surrounds the process that asks, and so the bwrap it runs.
struct CallerFacts {
    Fact<std::string> label; ///< its AppArmor label, mode included; absent where AppArmor is off
    Fact<long long> seccomp; ///< 0 none, 1 strict, 2 filtered: "Seccomp" in proc_pid_status(5)
    Fact<std::string> unit;  ///< the systemd unit it runs in: "runner.service"
    /// What is mounted over parts of /proc. Where there is anything, a user namespace may not mount a
    /// new /proc: mount_too_revealing of fs/namespace.c (Linux 4.2).
    Fact<std::vector<std::string>> masked_proc;
};

/// /dev/kvm.
struct KvmFacts {
    struct Device {
        unsigned permissions = 0; ///< the low twelve bits of st_mode
        std::string group;        ///< its name, or its number where it has none
    };
    Fact<Device> device;
    Fact<bool> usable; ///< the user may read and write it; absent when it was not asked about
};

/// What the kernel's and the audit log have of AppArmor's refusals to bwrap, from when its profile was
/// loaded on, or from boot where none is.
struct RefusalFacts {
    bool since_loaded = false;
    long long breaking = 0;        ///< what a sandbox needs was refused
    long long without_profile = 0; ///< of these, to a bwrap that no profile is attached to
    std::string last = {};         ///< when that happened last: "2026-11-24T22:04:36Z"; empty if never
};

/// Everything known about a host: plain data, to be judged here or anywhere else.
struct Facts {
    /// Running inside a chroot: the kernel's state is then not that of the system being built.
    Fact<bool> chroot;
    Fact<bool> booted; ///< by systemd: /run/systemd/system exists, sd_booted(3)
    Fact<Configuration> configuration;
    KernelFacts kernel;
    AppArmorFacts apparmor;
    BwrapFacts bwrap;
    ProfileFacts profile;
    CallerFacts caller;
    KvmFacts kvm;
    Fact<bool> temporary_directory; ///< /tmp is a directory; bwrap builds the sandbox's root there
    Fact<bool> selinux_enforcing;   ///< /sys/fs/selinux/enforce
    ProbeFacts probe;
    Fact<RefusalFacts> refusals; ///< absent when the logs were not looked into
};

} // namespace boxlite
