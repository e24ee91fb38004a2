# tap.sh: facts stated by a test in shell, printed in the Test Anything Protocol.
# SPDX-License-Identifier: ISC
# shellcheck shell=bash

tap_count=0 tap_failed=0

# fact NAME COMMAND…: the command's success is the fact; what it prints is shown when it fails.
fact() {
    local name=$1 said
    shift
    tap_count=$((tap_count + 1))
    if said=$("$@" 2>&1); then
        echo "ok $tap_count - $name"
    else
        echo "not ok $tap_count - $name"
        printf '%s\n' "$said" | head -n 30 | sed 's/^/# /'
        tap_failed=$((tap_failed + 1))
    fi
}

# refuted COMMAND…: succeeds when the command fails, as in: fact 'it is refused' refuted COMMAND
refuted() { ! "$@"; }

# has TEXT PATTERN: the text has a line that matches the extended regular expression.
has() { grep -qE -- "$2" <<<"$1" || { printf 'no line matches %s in:\n%s\n' "$2" "$1"; false; }; }

lacks() { ! grep -nE -- "$2" <<<"$1"; }

# Prints the plan and ends the test.
facts_end() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ] && [ "$tap_count" -gt 0 ]
    exit
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}
