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
        "$@" "$suite" "$target" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >&2
}

# once FILE FUNCTION ARGUMENTS...: has FILE of the cache made, by that function, if it is not there. Who wants it at the
# same time waits.
once() {
    file=$1 make=$2
    shift 2
    (
        flock 9
        [ -e "$file" ] || "$make" "$file" "$@"
    ) 9>"$file.lock"
}

# unpacked PACKAGE: the directory of the cache in which that package of the distribution is unpacked, and
# not installed: prometheus and its node_exporter would start servers.
unpacked() {
    tree=$cache/unpacked-$1-$(dpkg --print-architecture)
    once "$tree" unpack "$1" && echo "$tree"
}

# unpack DIRECTORY PACKAGE
unpack() {
    work=$(mktemp -d "$cache/unpack.XXXXXX")
    download="apt-get download -q -o APT::Sandbox::User=root $2"
    (cd "$work" && { $download || { apt-get update -q && $download; }; } && dpkg-deb -x ./*.deb root) >&2 || return
    mv "$work/root" "$1"
    rm -r "$work"
}

# suite_tar SUITE [PACKAGES]: a small system of that suite, with all that the package depends on, what
# tests ask with, and PACKAGES, as a tar in the cache; prints its path. Half a minute, once.
suite_tar() {
    packages=apparmor,apparmor-profiles,bubblewrap,debconf,jq,libapparmor1,libstdc++6${2:+,$2}
    tar=$cache/system-$1-$(printf '%s' "$packages" | sha256sum | cut -c1-16).tar
    once "$tar" make_suite_tar "$1" "$packages" && echo "$tar"
}

# make_suite_tar TAR SUITE PACKAGES
make_suite_tar() {
    echo "making a system of $2 (once; kept in the cache)" >&2
    deb_suite "$1.new.tar" "$2" --variant=apt --include="$3" >&2 && mv "$1.new.tar" "$1"
}

# enter_chroot SUITE [PACKAGES]: a fresh copy of that system in $root, with /proc and /dev, until the script ends.
enter_chroot() {
    enter_tar "$(suite_tar "$@")"
}

# enter_tar TAR: the same for any system that is a tar.
enter_tar() {
    root=$(mktemp -d)
    trap 'umount -l "$root/proc" "$root/dev" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
    trap 'exit 1' INT TERM
    tar -C "$root" -xf "$1" || die "no system to unpack"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev"
    for device in null zero urandom; do
        cp -a "/dev/$device" "$root/dev"
    done
}

# in_chroot COMMAND...: there, with a clean environment and standard input closed.
in_chroot() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        chroot "$root" "$@" <&-
}
