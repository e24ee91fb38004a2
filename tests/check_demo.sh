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
    env --default-signal=INT "$srcdir/bootstrap" demo --tree "$MIXTILL_BUILD" --state "$state" \
        --no-open --port "$@" >"$out" 2>"$err" &
    demo=$!
    for ((try = 0; try < 600; try++)); do
        if [ -s "$out" ] || ! kill -0 "$demo" 2>/dev/null; then break; fi
        sleep 0.1
    done
}

# ended_with CODE: the demo ends by itself, with this exit code.
ended_with() {
    local code=0
    wait "$demo" || code=$?
    [ "$code" -eq "$1" ] || { echo "exit code $code"; cat "$err"; false; }
}

said() { has "$(cat "$err")" "$1"; }
gives() { has "$(curl -s -o /dev/null -w '%{http_code}' -m 10 "$2")" "^$1$"; }
is_free() { refuted gives '[1-5]..' "$base/"; }
# Processes whose command line names the state's folder.
left() { grep -lsaF "$state" /proc/[0-9]*/cmdline | grep -v "/$$/"; }
nobody_left() { ! left; }
child() { pgrep -P "$demo" -f "$1"; }

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

first=$demo
"$srcdir/bootstrap" demo --tree "$MIXTILL_BUILD" --state "$state-2" --no-open \
    --port "$MIXTILL_PORT" >"$out" 2>"$err"
fact 'a second one on this port is refused' test $? -eq 1
fact 'and why is said' said "port $MIXTILL_PORT is in use"
demo=$first
kill -INT "$demo"
fact 'SIGINT ends it with 0' ended_with 0
fact 'the port is free again' is_free
fact 'nothing is left' nobody_left

echo '# mine' >>"$state/mixtill.conf"
open_demo $((MIXTILL_PORT + 1))
fact 'it opens again on another port' test "$(cat "$out")" = "ready $base/"
fact 'with the same settings' grep -q '^# mine' "$state/mixtill.conf"
fact 'moved to that port' grep -q "\"$base/sandbox/mixpay\"" "$state/mixtill.conf"
kill -TERM "$demo"
fact 'SIGTERM ends it with 0' ended_with 0
fact 'and nothing is left' nobody_left

open_demo $((MIXTILL_PORT + 2))
kill -KILL "$(child nginx)"
fact 'without its nginx it ends with 1' ended_with 1
fact 'and says so' said 'nginx has ended by itself'
pkill_workers() { left | sed 's|/proc/\([0-9]*\)/.*|\1|' | xargs -r kill -KILL; }
pkill_workers

open_demo $((MIXTILL_PORT + 3))
kill -TERM "$(child serve)"
fact 'without its programs it ends with 1' ended_with 1
fact 'and says that' said 'mixtill serve has ended by itself'
fact 'and nothing is left then' nobody_left

echo 'nonsense = 1' >>"$state/mixtill.conf"
open_demo $((MIXTILL_PORT + 4))
fact 'with bad settings it ends with 1' ended_with 1
fact 'and shows where' said 'mixtill.conf:[0-9]+'

for bad in '--port 0' '--port 99999' '--port http' '--port' '--colour red' '--state a|b'; do
    read -ra words <<<"$bad"
    "$srcdir/bootstrap" demo "${words[@]}" >"$out" 2>"$err"
    fact "refused: $bad" test $? -eq 1
    fact "in a sentence: $bad" said '^bootstrap: .*(wants|does not know)'
done
facts_end
