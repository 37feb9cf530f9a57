# shellcheck shell=sh
# What scenarios are made of: each function is a claim about the guest, for `it`.

deb=$(echo ./boxlite-bwrap-apparmor_*.deb)
export DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/lib/klibc/bin # what makes the initrd has a mount there; from forky on mount(8) is a package of its own

describe_host() {
    echo "Linux $(uname -r), AppArmor $(dpkg-query -W -f '${Version}' apparmor), bubblewrap $(bwrap --version | cut -d' ' -f2)"
}

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

# report_json COMMAND...: what the command writes, kept for the test to ask and for the schema to judge.
report_json() {
    "$@" --format json >/run/status.json
    status=$?
    jq -c . /run/status.json >>/root/reports
    cat /run/status.json
    return "$status"
}

say_reports() {
    [ ! -e /root/reports ] || sed 's/^/# report: /' /root/reports
    rm -f /root/reports
}

status_is() {
    report_json boxlite-bwrap-apparmor status
    status=$?
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
    report_json boxlite-bwrap-apparmor status
    jq -e --arg path "$1" '.profile.provider == $path' /run/status.json
}

aa_status_lists() {
    aa-status --json | jq -e --arg name "$1" '.profiles[$name] == "enforce"'
}

# Everything loaded, names and hashes (SHA-1 before Linux 6.8), but for what a scenario is about.
loaded_policy() {
    aa-enabled --quiet || return 0
    for profile in /sys/kernel/security/apparmor/policy/profiles/*; do
        case $profile in
            */bwrap.* | */unpriv_bwrap.* | */bwrap_loose.* | */bwrap_other.*) ;;
            *) paste -d " " "$profile/name" "$profile/mode" "$profile"/sha* ;;
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

# What holds at the end of every scenario.
the_host_is_otherwise_as_before() {
    if aa-enabled --quiet; then
        it "restarts apparmor.service" apparmor_restarts
    fi
    it "leaves the other profiles as they were" other_profiles_are_as_before
    if [ "$host" = restricted ]; then
        it "still restricts unprivileged user namespaces" restriction_is_on
        it "still stops unshare -Urm" others_are_still_stopped
    fi
}

# preseed QUESTION VALUE: as provisioning does, before the package is there.
preseed() {
    case $1 in mode) type=select ;; strict) type=boolean ;; esac
    echo "boxlite-bwrap-apparmor boxlite-bwrap-apparmor/$1 $type $2" | debconf-set-selections
}

# The profile is active on a kernel that restricts; elsewhere it takes mode=always.
want_active_profile() {
    [ "$host" = restricted ] || preseed mode always
}

# Tries all the time whether a sandbox can be started, until never_failed asks.
watch_bwrap() {
    : >/run/tries
    rm -f /run/enough /run/ended
    while [ ! -e /run/enough ]; do
        if preflight 2>>/run/tries-errors; then echo worked; else echo failed; fi >>/run/tries
    done
    : >/run/ended
}

never_failed() {
    : >/run/enough
    while [ ! -e /run/ended ]; do sleep 0.2; done
    sort /run/tries | uniq -c
    cat /run/tries-errors
    [ "$(grep -c worked /run/tries)" -ge 3 ] && ! grep -q failed /run/tries
}

# A sandbox that goes on running; its process inside is in $sandbox.
start_sandbox() {
    in_jail sleep 10000 &
    for _ in $(seq 100); do
        sandbox=$(pgrep --uid nobody --exact sleep) && return
        sleep 0.1
    done
    return 1
}

sandbox_reads() {
    label=$(cat "/proc/$sandbox/attr/current")
    echo "$label"
    [ "$label" = "$1" ]
}

check_is() {
    report_json boxlite-bwrap-apparmor status
    jq -e --arg id "$1" --arg status "$2" '.checks[] | select(.id == $id) | .status == $status' /run/status.json
}

# follow_the_fix CHECK: what an administrator would do with the status just asked for.
follow_the_fix() {
    fix=$(jq -r --arg id "$1" '.checks[] | select(.id == $id) | .fix' /run/status.json)
    echo "$fix"
    sh -c "$fix"
}

the_jail_works() {
    it "passes the preflight" preflight
    it "starts the jail" in_jail true
    it "reports ready" status_is ready
}

the_jail_works_with() {
    the_jail_works
    it "names $1 as the provider" provider_is "$1"
}

the_jail_is_confined() {
    the_jail_works
    it "runs code in the jail as bwrap//&unpriv_bwrap (enforce)" child_reads 'bwrap//&unpriv_bwrap (enforce)'
}

is_loaded() {
    ls -d "/sys/kernel/security/apparmor/policy/profiles/$1".*
}

# A system of the guest's own files, as they are now, which keeps to itself what is changed in it.
make_container() {
    mkdir -p /srv/changes /srv/container
    mount -t tmpfs -o size=500M tmpfs /srv/changes # overlayfs wants it on another file system
    mkdir /srv/changes/upper /srv/changes/work
    mount -t overlay -o lowerdir=/,upperdir=/srv/changes/upper,workdir=/srv/changes/work overlay /srv/container
    rm /srv/container/etc/systemd/system/payload.service /srv/container/etc/systemd/system/*/payload.service
    systemd-id128 new >/srv/container/etc/machine-id
}

in_built() {
    systemd-nspawn --quiet --pipe --directory=/srv/container --register=no --keep-unit --setenv=DEBIAN_FRONTEND=noninteractive "$@"
}

boot_container() {
    systemd-run --quiet --unit=container systemd-nspawn --quiet --boot --directory=/srv/container --machine=container \
        --keep-unit
    for _ in $(seq 120); do
        in_booted true 2>/dev/null && return
        sleep 1
    done
    journalctl --no-pager -u container | tail -n 20
    return 1
}

in_booted() {
    systemd-run --quiet --machine=container --pipe --wait --setenv=DEBIAN_FRONTEND=noninteractive "$@"
}

# it_names CHECK CAUSE: status says that this is what is wrong. The report is kept in /run/status.json.
it_names() { it "names $2" blames "$1" "$2"; }

it_names_and_mends() {
    it_names "$1" "$2"
    it "is mended by the fix of $2" follow_the_fix "$1"
    it "is ready again" status_is ready
}

blames() {
    report_json boxlite-bwrap-apparmor status
    finds "$1" "$2"
}

blames_as_user() {
    report_json boxlite-bwrap-apparmor status --user "$1"
    finds "$2" "$3"
}

# complains_only_of ID: but for KVM, which guests lack.
complains_only_of() {
    report_json boxlite-bwrap-apparmor status
    jq -e --arg id "$1" '[.checks[] | select(.status == "fail" or .status == "warn") | .id] - ["host.kvm"] == [$id]' /run/status.json
}

# reload_advises FIX: it fails, and its last line, of two, ends with the command that mends it.
reload_advises() {
    boxlite-bwrap-apparmor reload 2>/run/complaint
    [ $? -eq 1 ] && cat /run/complaint && [ "$(wc -l </run/complaint)" -eq 2 ] && tail -n 1 /run/complaint | grep -q ": $1\$"
}

finds() {
    jq -e --arg id "$1" --arg cause "$2" '.checks[] | select(.id == $id) | .cause == $cause' /run/status.json
}

in_service() {
    property=$1
    shift
    systemd-run --quiet --pipe --wait --property="$property" boxlite-bwrap-apparmor status "$@"
}

it_names_in_service() { it "names $1 under $2" blames_in_service "$1" "$2"; }

blames_in_service() {
    report_json in_service "$2"
    finds bwrap.jail "$1"
}
