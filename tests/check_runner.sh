#!/usr/bin/env bash
# check_runner.sh: tests/run counts rightly, sees every way to fail, and leaves nothing running.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

mkdir "$MIXTILL_TMP/tree"
unset ASAN_OPTIONS UBSAN_OPTIONS
cd "$MIXTILL_TMP" || exit 2

# told NAME SCRIPT PATTERN…: the runner's answer to this test has a line like each PATTERN.
told() {
    local name=$1 answer code pattern
    printf '%b' "$2" >"$name.sh"
    answer=$("$srcdir/tests/run" -t 2 -b tree "./$name.sh" 2>&1)
    code=$?
    for pattern in "${@:3}"; do
        if [ "$pattern" = good ]; then
            fact "$name: exit code 0" test $code -eq 0
        elif [ "$pattern" = bad ]; then
            fact "$name: exit code 1" test $code -eq 1
        else
            fact "$name: ${pattern//\#/}" has "$answer" "$pattern"
        fi
    done
}

told good 'echo ok 1 - a\necho "ok 2 - b"\necho 1..2\n' good '^2 passed, 0 failed$'
told plan_first 'echo 1..1\necho ok 1\n' good '^1 passed, 0 failed$'
told not_ok 'echo ok 1\necho not ok 2 - b\necho "# because"\necho 1..2\nexit 1\n' bad \
    '^1 passed, 1 failed$' 'not ok 2 - b' '# because'
told too_few 'echo ok 1\necho 1..2\n' bad '^1 passed, 1 failed$' 'it planned 2 and stated 1'
told too_many 'echo ok 1\necho ok 2\necho 1..1\n' bad '^2 passed, 1 failed$'
told no_plan 'echo ok 1\n' bad '^1 passed, 1 failed$' 'it printed no plan'
told nothing 'exit 0\n' bad '^0 passed, 1 failed$'
told empty_plan 'echo 1..0\n' bad '^0 passed, 1 failed$' 'it stated nothing'
told exit_code 'echo ok 1\necho 1..1\nexit 3\n' bad '^1 passed, 1 failed$' 'its exit code was 3'
told killed 'echo ok 1\necho 1..1\nkill -SEGV $$\n' bad '^1 passed, 1 failed$'
told bail 'echo ok 1\necho "Bail out!"\n' bad '^1 passed, [12] failed$'
told skipped 'echo "ok 1 # SKIP no such thing"\necho ok 2\necho 1..2\n' good \
    '^1 passed, 0 failed$' '^1 skipped$' '# SKIP no such thing'
told skipped_whole 'echo "1..0 # SKIP not here"\n' '^0 passed, 0 failed$' '# SKIP not here'
told too_slow 'echo ok 1\necho 1..1\nsleep 60\n' bad '^1 passed, 1 failed$' 'stopped after 2 s'
told complaint 'echo ok 1\necho 1..1\necho "heap-use" >"${ASAN_OPTIONS#*log_path=}.1"\n' bad \
    '^1 passed, 1 failed$' 'a sanitizer complained' '! heap-use'
told log 'echo not ok 1\necho 1..1\necho "what went wrong" >&2\n' bad '\| what went wrong'
told alone 'test -z "$(ls -A)" && test "$PWD" = "$MIXTILL_TMP" && echo ok 1\necho 1..1\n' good
told interruptible 'trap "echo ok 1; echo 1..1; exit 0" INT\nkill -INT $$\nsleep 1\n' good

# Leftovers: a child, one in a session of its own, and one that also lost its environment: it still
# has the folder for a home.
told leftovers "echo ok 1; echo 1..1
sleep 61 & echo \$! >>$MIXTILL_TMP/left
setsid sleep 61 & echo \$! >>$MIXTILL_TMP/left
setsid env -i sleep 61 & echo \$! >>$MIXTILL_TMP/left
sleep 0.2" good
while read -r pid; do
    fact "leftover $pid is gone" refuted grep -q '^State:.[RSD]' "/proc/$pid/status"
done <left
fact 'no folder is left' test -z "$(find . -name 'till-*')"
facts_end
