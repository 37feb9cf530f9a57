# shellcheck shell=bash
# Completion for boxlite-bwrap-apparmor(8). Commands, options and their choices are read off --help
# and the list of `explain`, so that they are those of the program that is installed.

# The first words of the lines of a help text that stand for options, or for commands, and what follows them.
_boxlite_bwrap_apparmor_rows() {
    "$@" --help 2>/dev/null | while read -r word rest; do
        # "-h,--help" is one word.
        printf '%s %s\n' "${word#-?,}" "$rest"
    done
}

_boxlite_bwrap_apparmor() {
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' word value i
    # "--format=json" comes as three words.
    if [ "$current" = = ]; then
        current=''
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            [a-z]*)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done
    case $previous in
        --*)
            value=$(_boxlite_bwrap_apparmor_rows "$program" ${command:+"$command"} |
                while read -r word value _; do [ "$word" != "$previous" ] || echo "$value"; done)
            case $value in
                *[a-z]\|[a-z]*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$current") ;;
                NAME) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
                FILE) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
            esac
            # A value in capitals is somebody's own; without one the option stands alone.
            case $value in
                *[a-z]\|[a-z]* | NAME | FILE | TIME) return ;;
            esac
            ;;
    esac
    case $current in
        -*) word=$(_boxlite_bwrap_apparmor_rows "$program" ${command:+"$command"} | grep -o '^--[a-z-]*') ;;
        *)
            case $command in
                '') word=$("$program" --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p') ;;
                explain) word=$("$program" explain 2>/dev/null) ;;
                *) word='' ;;
            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
}

complete -F _boxlite_bwrap_apparmor boxlite-bwrap-apparmor
