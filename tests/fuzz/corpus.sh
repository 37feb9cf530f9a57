# shellcheck shell=sh
# A corpus is a file of tests/fuzz/corpus: inputs in base64, a line each, so that any bytes can be
# kept and compared as text.

# unpack FILE DIRECTORY: makes a file of each input.
unpack() {
    rm -rf "$2"
    mkdir -p "$2"
    number=0
    while read -r input; do
        number=$((number + 1))
        echo "$input" | base64 --decode >"$2/$number" || return
    done <"$1"
}

# pack DIRECTORY: makes lines of the files there.
pack() {
    for input in "$1"/*; do
        base64 --wrap=0 "$input" && echo
    done | LC_ALL=C sort
}
