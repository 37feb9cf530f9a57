// SPDX-License-Identifier: Apache-2.0
#include "verdict/findings.h"
#include "verdict/verdict.h"

namespace boxlite {

const std::vector<Check>& all_checks() {
    using enum Subject;
    static const std::vector<Check> checks{
        {"kernel.userns", "User namespaces", host, judge_userns,
         "whether the kernel lets unprivileged users create user namespaces at all"},
        {"kernel.userns-restriction", "Userns restriction", host, judge_restriction,
         "kernel.apparmor_restrict_unprivileged_userns, and the profile unprivileged_userns that goes with "
         "it"},
        {"apparmor.enabled", "AppArmor", host, judge_enabled, "whether the kernel was booted with AppArmor"},
        {"apparmor.features", "AppArmor in the kernel", host, judge_features,
         "whether the kernel can enforce what the profile says"},
        {"apparmor.parser", "AppArmor parser", host, judge_parser,
         "whether apparmor_parser can compile the profile"},
        {"bwrap.binary", "bubblewrap", host, judge_binary, "/usr/bin/bwrap itself"},
        {"bwrap.path", "bubblewrap on PATH", host, judge_path,
         "whether another bwrap comes before /usr/bin/bwrap in the usual PATH"},
        {"host.kvm", "KVM", host, judge_kvm, "/dev/kvm, and whether the user may use it"},
        {"profile.configuration", "Configuration", profile, judge_configuration,
         "/etc/boxlite-bwrap-apparmor.conf"},
        {"profile.state", "Profile", profile, judge_profile_state,
         "whether the profile is active on disk, as it ought to be here"},
        {"profile.loaded", "Profile in the kernel", profile, judge_profile_loaded,
         "whether the kernel runs what the file says, by the kernel's own hashes"},
        {"profile.local", "Local overrides", profile, judge_overrides,
         "local/bwrap-userns-restrict and local/unpriv_bwrap in /etc/apparmor.d"},
        {"profile.links", "Links to profiles", profile, judge_links,
         "symbolic links in /etc/apparmor.d that lead nowhere"},
        {"bwrap.label", "Label of bwrap", sandbox, judge_label,
         "the AppArmor label of a running /usr/bin/bwrap"},
        {"bwrap.preflight", "BoxLite's preflight", sandbox, judge_preflight,
         "a run of bwrap --unshare-user --ro-bind / / -- true; it fails for the causes of bwrap.jail"},
        {"bwrap.jail", "BoxLite's jail", sandbox, judge_jail, "a run of the jail of BoxLite"},
        {"sandbox.confinement", "Code in the jail", sandbox, judge_confinement,
         "label and capabilities of the process in the jail"},
        {"bwrap.denials", "Denials", log, judge_refusals,
         "what AppArmor refused to bwrap since its profile was loaded, in the kernel's and the audit log"},
    };
    return checks;
}

} // namespace boxlite
