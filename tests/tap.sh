# shellcheck shell=sh
# A test as a list of sentences. Runs on the test machine and in guests alike.

# it SENTENCE COMMAND...: says whether the command did what the sentence claims, and shows its
# output when it did not. After a failure the test goes on; `finish` gives the result.
failures=0
it() {
    sentence=$1
    shift
    said=$("$@" 2>&1)
    status=$?
    if [ "$status" -eq 0 ]; then
        echo "ok - $sentence"
    else
        failures=$((failures + 1))
        printf '%s\n' "$said" | tail -n 60 | sed 's/^/# /'
        echo "# ($* : exit status $status)"
        echo "not ok - $sentence"
    fi
}

skip() {
    echo "ok - $1 # SKIP $2"
}

finish() {
    [ "$failures" -eq 0 ]
    exit
}

# exits STATUS COMMAND...: the command ends with that very exit status.
exits() {
    wanted=$1
    shift
    "$@"
    got=$?
    [ "$got" -eq "$wanted" ] || {
        echo "exit status $got, not $wanted"
        return 1
    }
}

# says TEXT COMMAND...: the command's output contains the text.
says() {
    wanted=$1
    shift
    said_by_command=$("$@" 2>&1)
    printf '%s\n' "$said_by_command"
    case $said_by_command in
        *"$wanted"*) ;;
        *) return 1 ;;
    esac
}

# fails COMMAND...: it must not succeed.
fails() {
    if "$@"; then
        echo "succeeded"
        return 1
    fi
}
