# shellcheck shell=sh
# What scenarios are made of: each function is a claim about the guest, for `it`.

deb=$(echo ./boxlite-bwrap-apparmor_*.deb)
export DEBIAN_FRONTEND=noninteractive

as_nobody() {
    setpriv --reuid nobody --regid nogroup --clear-groups --reset-env -- "$@"
}

preflight() {
    as_nobody bwrap --unshare-user --ro-bind / / -- true
}

# in_jail COMMAND...: as BoxLite starts a VM.
in_jail() {
    as_nobody bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-uts --die-with-parent --new-session \
        --ro-bind /usr /usr --ro-bind /lib /lib --ro-bind /lib64 /lib64 --ro-bind /bin /bin --ro-bind /sbin /sbin \
        --dev /dev --proc /proc --tmpfs /tmp --clearenv --setenv PATH /usr/bin:/bin --setenv HOME /tmp \
        --setenv LD_LIBRARY_PATH /usr/lib --chdir / -- "$@"
}

# Where the denials are: the kernel's log.
denials_of_bwrap() {
    dmesg | grep 'apparmor="DENIED"' | grep 'comm="bwrap"'
}

log_says_capability_8_denied() {
    dmesg | grep 'apparmor="DENIED"' | grep 'comm="bwrap"' | grep 'capability=8 '
}

count_denials() {
    denials_of_bwrap | wc -l
}

no_denial_since() {
    now=$(count_denials)
    [ "$now" -eq "$1" ] || {
        denials_of_bwrap
        return 1
    }
}

install_package() {
    apt-get install --yes -o APT::Sandbox::User=root "$deb" >/run/install.log 2>&1
    status=$?
    cat /run/install.log
    return "$status"
}

child_reads() {
    label=$(in_jail cat /proc/self/attr/current)
    echo "$label"
    [ "$label" = "$1" ]
}

child_cannot_gain_capabilities() {
    fails in_jail unshare --user --map-root-user --mount true && fails in_jail bwrap --unshare-user --ro-bind / / -- true
}

restriction_is_on() {
    [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns)" = 1 ]
}

there_is_no_restriction() {
    [ ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]
}

others_are_still_stopped() {
    fails as_nobody unshare -Urm true
}

status_is() {
    boxlite-bwrap-apparmor status --format json >/run/status.json
    status=$?
    cat /run/status.json
    jq -e --arg verdict "$1" '.verdict == $verdict' /run/status.json >/dev/null && case $1 in
        ready) [ "$status" -eq 0 ] ;;
        not-ready) [ "$status" -eq 1 ] ;;
        unknown) [ "$status" -eq 3 ] ;;
    esac
}

profile_state_is() {
    jq -e --arg state "$1" '.profile.state == $state' /run/status.json
}

provider_is() {
    boxlite-bwrap-apparmor status --format json >/run/status.json
    cat /run/status.json
    jq -e --arg path "$1" '.profile.provider == $path' /run/status.json
}

aa_status_lists() {
    aa-status --json | jq -e --arg name "$1" '.profiles[$name] == "enforce"'
}

# Everything loaded, names and hashes: what nobody but the package's own profiles may change.
loaded_policy() {
    for profile in /sys/kernel/security/apparmor/policy/profiles/*; do
        case $profile in
            */bwrap.* | */unpriv_bwrap.*) ;;
            *) paste -d " " "$profile/name" "$profile/mode" "$profile/sha256" ;;
        esac
    done | sort
}

other_profiles_are_as_before() {
    loaded_policy | diff /root/policy-before -
}

nothing_is_left() {
    left=$(find /etc /usr /var/lib /var/cache -name '*boxlite-bwrap*' ! -path '/var/cache/apt/*')
    echo "$left"
    [ -z "$left" ]
}

apparmor_restarts() {
    systemctl restart apparmor.service && systemctl is-active apparmor.service
}
