// SPDX-License-Identifier: Apache-2.0
#include "verdict/causes.h"

#include <algorithm>

namespace boxlite {

const std::vector<CauseRow>& all_causes() {
    using enum Cause;
    static const std::vector<CauseRow> rows{
        {userns_not_built, "userns-not-built", "kernel.userns",
         "this kernel was built without CONFIG_USER_NS", "boot a kernel of the distribution's"},
        {userns_limit_zero, "userns-limit-zero", "kernel.userns",
         "user.max_user_namespaces=0 forbids all of them", "sysctl -w user.max_user_namespaces=10000"},
        {userns_clone_off, "userns-clone-off", "kernel.userns",
         "kernel.unprivileged_userns_clone=0 forbids them to everybody but root",
         "sysctl -w kernel.unprivileged_userns_clone=1"},
        {restriction_off, "restriction-off", "kernel.userns-restriction",
         "kernel.apparmor_restrict_unprivileged_userns=0 protects no program; bwrap does not need it off",
         "sysctl -w kernel.apparmor_restrict_unprivileged_userns=1"},
        {unprivileged_userns_missing, "unprivileged-userns-missing", "kernel.userns-restriction",
         "unprivileged_userns is not loaded, so that programs without a profile cannot create user "
         "namespaces at all",
         "systemctl reload apparmor"},
        {apparmor_off, "apparmor-off", "apparmor.enabled", "the kernel was booted without it",
         "boot with apparmor=1 security=apparmor on the kernel's command line"},
        {securityfs_missing, "securityfs-missing", "apparmor.enabled", "profiles are loaded through it",
         "mount -t securityfs securityfs /sys/kernel/security"},
        {userns_not_mediated, "userns-not-mediated", "apparmor.features",
         "features/namespaces/mask has no userns_create", "boot a kernel of the distribution's"},
        {stacking_missing, "stacking-missing", "apparmor.features", "features/domain/stack is not yes",
         "boot a kernel of the distribution's"},
        {policy_version_old, "policy-version-old", "apparmor.features",
         "features/policy/versions ends before v8", "boot a kernel of the distribution's"},
        {parser_missing, "parser-missing", "apparmor.parser", "nothing can load the profile",
         "apt-get install apparmor"},
        {parser_old, "parser-old", "apparmor.parser", "rules for user namespaces came with AppArmor 4.0",
         "apt-get install apparmor (4.0 or later)"},
        {abi_missing, "abi-missing", "apparmor.parser", "the profile is written against it",
         "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss apparmor"},
        {bwrap_missing, "bwrap-missing", "bwrap.binary", "bubblewrap is not installed",
         "apt-get install bubblewrap"},
        {bwrap_not_a_file, "bwrap-not-a-file", "bwrap.binary",
         "the profile is attached to that path, and a link leads to another",
         "rm /usr/bin/bwrap && apt-get install --reinstall bubblewrap"},
        {bwrap_writable, "bwrap-writable", "bwrap.binary",
         "whoever can write it gets what the profile allows", "apt-get install --reinstall bubblewrap"},
        {bwrap_not_executable, "bwrap-not-executable", "bwrap.binary", "unprivileged users cannot run it",
         "chmod 0755 /usr/bin/bwrap"},
        {bwrap_foreign, "bwrap-foreign", "bwrap.binary",
         "it is not bubblewrap, or is too old or damaged: it does not do what BoxLite asks of it",
         "apt-get install --reinstall bubblewrap"},
        {bwrap_diverted, "bwrap-diverted", "bwrap.binary", "what is at /usr/bin/bwrap is not bubblewrap's",
         "dpkg-divert --list /usr/bin/bwrap"},
        {bwrap_script, "bwrap-script", "bwrap.binary",
         "the profile then confines its interpreter and whatever else it runs",
         "apt-get install --reinstall bubblewrap"},
        {bwrap_setuid, "bwrap-setuid", "bwrap.binary",
         "it then works without user namespaces, and with root's power", "chmod u-s /usr/bin/bwrap"},
        {bwrap_shadowed, "bwrap-shadowed", "bwrap.path",
         "BoxLite takes the first bwrap on PATH, and the profile is attached to /usr/bin/bwrap alone",
         "mv {file} {file}.unused"},
        {kvm_missing, "kvm-missing", "host.kvm", "BoxLite's micro-VMs need it; bubblewrap does not",
         "modprobe kvm_intel || modprobe kvm_amd"},
        {kvm_refused, "kvm-refused", "host.kvm",
         "BoxLite's micro-VMs need to read and write it; its group is {group}", "usermod -aG {group} USER"},
        {setting_not_understood, "setting-not-understood", "profile.configuration",
         "a setting that is not understood has no effect",
         "dpkg-reconfigure boxlite-bwrap-apparmor (or edit /etc/boxlite-bwrap-apparmor.conf)"},
        {profile_file_missing, "profile-file-missing", "profile.state", "somebody removed it",
         "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor"},
        {profile_inactive, "profile-inactive", "profile.state", "{reason}", "boxlite-bwrap-apparmor reload"},
        {profile_needless, "profile-needless", "profile.state", "{reason}", "boxlite-bwrap-apparmor reload"},
        {profile_disabled, "profile-disabled", "profile.state",
         "an administrator disabled it in /etc/apparmor.d/disable",
         "rm /etc/apparmor.d/disable/boxlite-bwrap && boxlite-bwrap-apparmor reload"},
        {profile_drifted, "profile-drifted", "profile.loaded",
         "the file, or one it includes, was edited since it was loaded, or other policy was loaded under its "
         "name",
         "boxlite-bwrap-apparmor reload"},
        {profile_not_loaded, "profile-not-loaded", "profile.loaded", "the kernel has no such profile",
         "boxlite-bwrap-apparmor reload"},
        {profile_not_enforced, "profile-not-enforced", "profile.loaded",
         "it does not take capabilities from what bwrap starts", "{command}"},
        {link_dangling, "link-dangling", "profile.links", "a profile that was meant to be loaded is not",
         "{command}"},
        {label_unconfined, "label-unconfined", "bwrap.label",
         "no profile is attached to /usr/bin/bwrap, or two that differ in name",
         "boxlite-bwrap-apparmor reload"},
        {label_other, "label-other", "bwrap.label", "another profile takes its place",
         "boxlite-bwrap-apparmor reload"},
        {container_host, "container-host", "bwrap.jail",
         "this container may not load policy, so what bwrap may do is up to its host",
         "on the host: apt-get install boxlite-bwrap-apparmor && boxlite-bwrap-apparmor status"},
        {mode_never, "mode-never", "bwrap.jail",
         "mode=never keeps the profile that bwrap needs here inactive",
         "sed -i 's/^\\s*mode\\s*=.*/mode=auto/' /etc/boxlite-bwrap-apparmor.conf && boxlite-bwrap-apparmor "
         "reload"},
        {provider_not_loaded, "provider-not-loaded", "bwrap.jail", "the profile of {files} is not in force",
         "apparmor_parser --replace {file}"},
        {profile_in_the_way, "profile-in-the-way", "bwrap.jail",
         "the profile of this package is still loaded beside that of {files}: of different names, they block "
         "each other",
         "boxlite-bwrap-apparmor reload"},
        {provider_refuses, "provider-refuses", "bwrap.jail",
         "bwrap runs under {confinement}, a profile of {files} that does not allow what bwrap needs",
         "ln -s {file} /etc/apparmor.d/disable/ && apparmor_parser --remove {file} && boxlite-bwrap-apparmor "
         "reload"},
        {profile_refuses, "profile-refuses", "bwrap.jail",
         "bwrap runs under the profile of this package, which refused it something: its file, or an override "
         "in /etc/apparmor.d/local, was edited",
         "dpkg --verify boxlite-bwrap-apparmor; cat /etc/apparmor.d/local/*bwrap* (undo the edit, then "
         "boxlite-bwrap-apparmor reload)"},
        {providers_conflict, "providers-conflict", "bwrap.jail",
         "profiles of different names for /usr/bin/bwrap block each other: the kernel takes none of {files}",
         "ln -s {file} /etc/apparmor.d/disable/ && apparmor_parser --remove {file} && boxlite-bwrap-apparmor "
         "reload"},
        {nothing_allows, "nothing-allows", "bwrap.jail",
         "nothing lets /usr/bin/bwrap keep capabilities in a user namespace",
         "boxlite-bwrap-apparmor reload"},
        {userns_used_up, "userns-used-up", "bwrap.jail",
         "the limit of {limit} user namespaces (user.max_user_namespaces) is used up, or they are nested too "
         "deep",
         "sysctl -w user.max_user_namespaces={more}"},
        {tasks_used_up, "tasks-used-up", "bwrap.jail",
         "the limit of processes is used up: systemd's TasksMax=, or the user's (ulimit -u)",
         "systemctl set-property {unit} TasksMax=infinity (or raise ulimit -u)"},
        {namespace_refused, "namespace-refused", "bwrap.jail",
         "a seccomp filter around this process refuses namespaces: systemd's RestrictNamespaces= or "
         "SystemCallFilter=, or a container runtime's",
         "systemctl edit {unit} (RestrictNamespaces=no), or run this outside of what filters"},
        {caller_confined, "caller-confined", "bwrap.jail",
         "this process runs under the AppArmor profile {label}, which bwrap then stays in",
         "run this from an unconfined process, or let {label} start /usr/bin/bwrap with a px rule"},
        {proc_masked, "proc-masked", "bwrap.jail",
         "parts of /proc are mounted over ({paths}), and the kernel allows no new /proc where that is so",
         "of docker: --security-opt systempaths=unconfined; of podman: --security-opt unmask=ALL; of a "
         "systemd unit: ProtectKernelTunables=no ProtectProc=default"},
        {root_not_pivotable, "root-not-pivotable", "bwrap.jail",
         "/ is the initial RAM file system, from which no root can be changed",
         "switch_root to a real file system first"},
        {tmp_unusable, "tmp-unusable", "bwrap.jail",
         "bwrap builds the sandbox's file system at /tmp, which is not a directory it can use",
         "install -d -m 1777 /tmp"},
        {selinux_enforcing, "selinux-enforcing", "bwrap.jail",
         "SELinux enforces its policy here, and AppArmor's is not what refuses", "ausearch -m avc -c bwrap"},
        {mount_refused, "mount-refused", "bwrap.jail",
         "something around this process refuses mounts inside its own namespace: Landlock (it forbids all "
         "mounts), or a seccomp filter",
         "run this outside of the sandbox it was started in"},
        {bwrap_hangs, "bwrap-hangs", "bwrap.jail", "bwrap, or what it started, did not end",
         "boxlite-bwrap-apparmor probe (again; the host may be overloaded)"},
        {unexplained, "unexplained", "bwrap.jail",
         "neither the kernel's settings nor AppArmor's profiles explain it",
         "boxlite-bwrap-apparmor denials"},
        {capabilities_kept, "capabilities-kept", "sandbox.confinement", "bwrap did not drop them",
         "dpkg --verify bubblewrap; apt-get install --reinstall bubblewrap"},
        {sandbox_label_wrong, "sandbox-label-wrong", "sandbox.confinement",
         "it ought to be bwrap//&unpriv_bwrap (enforce): the profile's file was edited",
         "rm /etc/apparmor.d/boxlite-bwrap && apt-get install --reinstall -o "
         "Dpkg::Options::=--force-confmiss boxlite-bwrap-apparmor"},
        {sandbox_loose, "sandbox-loose", "sandbox.confinement",
         "it can get capabilities in a user namespace of its own, which this kernel denies others",
         "use the profile of this package: boxlite-bwrap-apparmor(8), OTHER PROFILES"},
        {bwrap_elsewhere, "bwrap-elsewhere", "bwrap.denials",
         "a bwrap other than /usr/bin/bwrap was started, such as the copy BoxLite brings along, and no "
         "profile is attached to it",
         "have /usr/bin first in the PATH of what starts it, and start that anew"},
        {sandbox_refused, "sandbox-refused", "bwrap.denials",
         "AppArmor refused bwrap, or what runs in a sandbox, something that the profile of this package "
         "allows",
         "boxlite-bwrap-apparmor denials"},
    };
    return rows;
}

const CauseRow& row_of(Cause cause) {
    return all_causes().at(static_cast<std::size_t>(cause));
}

std::string fill_in(std::string_view text, const std::vector<Replacement>& replacements) {
    std::string filled;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = text.find('}', open);
        filled += text.substr(0, open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            break;
        }
        const auto word = text.substr(open + 1, close - open - 1);
        const auto found = std::find_if(replacements.begin(), replacements.end(),
                                        [&](const auto& detail) { return detail.word == word; });
        filled += found == replacements.end() ? word : std::string_view(found->value);
        text.remove_prefix(close + 1);
    }
    return filled;
}

} // namespace boxlite
