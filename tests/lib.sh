# shellcheck shell=sh
# What every test script shares: where the caches are, and how a test says what it saw.

# Everything that is slow to make and safe to lose: kernels, root file systems.
cache=${BOXLITE_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/boxlite-bwrap-apparmor}
mkdir -p "$cache"

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# key FILE...: a short name for the content of these files
key() {
    cat -- "$@" | sha256sum | cut -c1-16
}

# deb_suite TARGET SUITE ARGUMENT...: mmdebstrap with the options every suite of Debian wants.
# The mirror is mmdebstrap's own choice, or the one named in DEBIAN_MIRROR.
deb_suite() {
    target=$1 suite=$2
    shift 2
    # Snapshots of testing and unstable are often older than the date in their Release file allows.
    mmdebstrap --quiet --mode="${MMDEBSTRAP_MODE:-root}" \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='Acquire::Retries "3"' \
        "$@" "$suite" "$target" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
}
