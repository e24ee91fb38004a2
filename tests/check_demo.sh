#!/usr/bin/env bash
# check_demo.sh: the demo opens, says so in one line, closes cleanly, and tells what went wrong.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

state=$MIXTILL_TMP/state
out=$MIXTILL_TMP/out
err=$MIXTILL_TMP/err
demo=''

# open_demo PORT [OPTION…]: starts it and waits for its line, or its end.
open_demo() {
    local try
    base=http://127.0.0.1:$1
    : >"$out"
    env --default-signal=INT "$srcdir/bootstrap" demo --tree "$MIXTILL_BUILD" --state "$state" \
        --no-open --port "$@" >"$out" 2>"$err" &
    demo=$!
    for ((try = 0; try < 600; try++)); do
        if [ -s "$out" ] || ! kill -0 "$demo" 2>/dev/null; then break; fi
        sleep 0.1
    done
}

# ends NAME CODE: the demo ends by now, with this exit code.
ends() {
    wait "$demo" # not in a fact, which is another shell
    ended=$?
    fact "$1" ended_with "$2"
}
ended_with() { [ "$ended" -eq "$1" ] || { echo "exit code $ended"; cat "$err"; false; }; }

said() { has "$(cat "$err")" "$1"; }
gives() { has "$(curl -s -o /dev/null -w '%{http_code}' -m 10 "$2")" "^$1$"; }
is_free() { refuted gives '[1-5]..' "$base/"; }
# Processes whose command line names the state's folder.
left() { grep -lsaF -f <(echo "$state") /proc/[0-9]*/cmdline; }
nobody_left() { ! left; }
child() { pgrep -P "$demo" -f "$1"; } # the demo's own child with such a command line

open_demo "$MIXTILL_PORT"
fact 'it says it is ready, and nothing else' test "$(cat "$out")" = "ready $base/"
fact 'the front of the shop' gives 200 "$base/"
fact 'the checkout' gives 200 "$base/checkout?item=coffee"
fact 'the sandbox' gives 200 "$base/sandbox/"
fact 'a static file' gives 200 "$base/static/style.css"
fact 'an address that there is not' gives 404 "$base/nowhere"
for file in mixtill.conf mixtill.db nginx.conf log/nginx-access.log log/serve.log; do
    fact "the folder holds $file" test -e "$state/$file"
done
fact 'others cannot look into it' test "$(stat -c %a "$state")" = 700

first=$demo # that goes on
"$srcdir/bootstrap" demo --tree "$MIXTILL_BUILD" --state "$state-2" --no-open \
    --port "$MIXTILL_PORT" >"$out" 2>"$err"
fact 'a second one on this port is refused' test $? -eq 1
fact 'and why is said' said "port $MIXTILL_PORT is in use"
demo=$first
# As a terminal and an impatient person do it: several times, and to its children, too.
for pid in "$demo" "$(child serve)" "$(child nginx)" "$demo" "$demo"; do kill -INT "$pid"; done
ends 'SIGINT ends it with 0' 0
fact 'with its sockets' test -z "$(find "$state/run" -name '*.sock')"
fact 'the port is free again' is_free
fact 'nothing is left' nobody_left

echo '# mine' >>"$state/mixtill.conf"
open_demo $((MIXTILL_PORT + 1))
fact 'it opens again on another port' test "$(cat "$out")" = "ready $base/"
fact 'with the same settings' grep -q '^# mine' "$state/mixtill.conf"
fact 'moved to that port' grep -q "\"$base/sandbox/mixpay\"" "$state/mixtill.conf"
kill -TERM "$demo"
ends 'SIGTERM ends it with 0' 0
fact 'and nothing is left' nobody_left

open_demo $((MIXTILL_PORT + 2))
kill -KILL "$(child nginx)"
ends 'without its nginx it ends with 1' 1
fact 'and says so' said 'nginx has ended by itself'
left | cut -d / -f 3 | xargs -r kill -KILL # nginx's workers, who lost their master

open_demo $((MIXTILL_PORT + 3))
kill -TERM "$(child serve)"
ends 'without its programs it ends with 1' 1
fact 'and says that' said 'mixtill serve has ended by itself'
fact 'and nothing is left then' nobody_left

echo 'nonsense = 1' >>"$state/mixtill.conf"
open_demo $((MIXTILL_PORT + 4))
ends 'with bad settings it ends with 1' 1
fact 'and shows where' said 'mixtill.conf:[0-9]+'

for bad in '--port 0' '--port 99999' '--port http' '--port' '--colour red' '--state a|b'; do
    read -ra words <<<"$bad"
    "$srcdir/bootstrap" demo "${words[@]}" >"$out" 2>"$err"
    fact "refused: $bad" test $? -eq 1
    fact "in a sentence: $bad" said '^bootstrap: .*(wants|does not know)'
done
facts_end
