#!/usr/bin/env bash
# check_nginx.sh: the shipped nginx configuration is valid, and what nginx answers by itself bears
# the headers of our pages.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"
PATH=$PATH:/usr/sbin

base=http://127.0.0.1:$MIXTILL_PORT
here=$MIXTILL_TMP
mkdir "$here/static" "$here/tmp"
cp "$srcdir/static/down.html" "$here/static"
printf 'a { color: red }\n%.0s' {1..100} >"$here/static/a.css"
cp "$here/static/a.css" "$here/static/a.js"
cp "$here/static/a.css" "$here/static/a.odd"
for file in "$srcdir"/doc/nginx*.conf.in "$srcdir"/doc/nginx*.conf; do
    sed -e "s|@PORT@|$MIXTILL_PORT|g" -e "s|@RUN@|$here|g" -e "s|@LOG@|$here|g" \
        -e "s|@CONF@|$here|g" -e "s|@TMP@|$here/tmp|g" -e "s|@STATIC@|$here/static|g" \
        "$file" >"$here/$(basename "$file" .in)"
done

directives='daemon off;'
if [ "$(id -u)" -eq 0 ]; then directives+=' user root;'; fi
run_nginx() {
    nginx -p "$here" -c "$here/nginx.conf" -e "$here/nginx-error.log" -g "$directives" \
        "$@"
}
said=$(run_nginx -t 2>&1)
fact 'the configuration is valid' has "$said" 'test is successful'
fact 'and gives no warning' lacks "$said" 'warn|emerg'
fact 'no placeholder is left' refuted grep -E '@[A-Z_]+@' "$here"/nginx*.conf
run_nginx &
for _ in {1..100}; do curl -so /dev/null "$base/" && break; sleep 0.1; done

# answer CURL-ARGUMENT…: the head and body, line ends as ours.
answer() { curl -si --max-time 10 "$@" | tr -d '\r'; }

# wears NAME STATUS ANSWER: it has this status, and each header of our pages once.
wears() {
    local header
    said=$3
    fact "$1: $2" has "$said" "^HTTP/1.1 $2 "
    for header in X-Content-Type-Options Referrer-Policy Content-Security-Policy; do
        fact "$1: one $header" test "$(grep -c "^$header:" <<<"$said")" -eq 1
    done
    fact "$1: the server tells no version" has "$said" '^Server: nginx$'
}

# dressed NAME STATUS CURL-ARGUMENT…: the same of what curl gets.
dressed() { wears "$1" "$2" "$(answer "${@:3}")"; }

# raw TEXT: what nginx answers to these bytes.
raw() {
    exec 3<>"/dev/tcp/127.0.0.1/$MIXTILL_PORT"
    printf '%b' "$1" >&3
    timeout 10 cat <&3 | tr -d '\r'
    exec 3>&-
}

head -c 65536 /dev/zero | tr '\0' a >"$here/full"
head -c 65537 /dev/zero | tr '\0' a >"$here/large"
dressed 'a program that is down' 502 "$base/checkout?item=coffee"
fact 'it is said in words' has "$said" 'back in a moment'
fact 'and is not kept' has "$said" '^Cache-Control: no-store$'
fact 'and says when to come back' has "$said" '^Retry-After: 30$'
dressed 'the same after a post' 502 -d a=b "$base/mixpay/callback"
dressed 'a sandbox that is down' 502 "$base/sandbox/"
dressed 'no such page' 502 "$base/nowhere"
dressed 'a full body' 502 --data-binary "@$here/full" "$base/checkout"
dressed 'one byte more' 413 --data-binary "@$here/large" "$base/checkout"
dressed 'one byte more, in chunks' 413 -H 'Transfer-Encoding: chunked' \
    --data-binary "@$here/large" "$base/mixpay/callback"
wears 'broken chunks' 400 "$(raw "POST /checkout HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
Transfer-Encoding: chunked\r\n\r\nzz\r\n")"
wears 'an unknown encoding' 501 "$(raw "POST /checkout HTTP/1.1\r\nHost: a\r\n\
Connection: close\r\nTransfer-Encoding: odd\r\n\r\n")"
dressed 'a static file' 200 "$base/static/a.css"
fact 'it has its type' has "$said" '^Content-Type: text/css; charset=utf-8$'
fact 'it may be kept a while' has "$said" '^Cache-Control: public, max-age=[0-9]+, must-revalidate$'
stamp=$(sed -n 's/^ETag: //p' <<<"$said")
dressed 'the same again' 304 -H "If-None-Match: $stamp" "$base/static/a.css"
dressed 'a compressed one' 200 -H 'Accept-Encoding: gzip' -o /dev/null -D - "$base/static/a.js"
fact 'it is' has "$said" '^Content-Encoding: gzip$'
fact 'a script has its type' has "$said" '^Content-Type: text/javascript; charset=utf-8$'
dressed 'an unknown type' 200 "$base/static/a.odd"
fact 'is opaque' has "$said" '^Content-Type: application/octet-stream$'
dressed 'a missing file' 404 "$base/static/none.css"
dressed 'the folder itself' 404 "$base/static/"
dressed 'a way out of it' 400 --path-as-is "$base/../static/a.css"
dressed 'nginx.conf' 404 --path-as-is "$base/static/x/../y"
dressed 'a post to a file' 405 -d a=b "$base/static/a.css"
fact 'says what may be done' has "$said" '^Allow: GET, HEAD$'
dressed 'TRACE' 405 -X TRACE "$base/checkout"
dressed 'the page of a failure, asked for by name' 404 "$base/mixtill-down"
dressed 'a broken request' 400 -H 'Host: a b' "$base/"
fact 'no static file outside' lacks "$(answer --path-as-is "$base/static../nginx.conf")" '^worker'

token=abcdefSECRETsecret-SEC
for path in "order/$token" "order/$token/status" "//order//$token" "ORDER%2F$token/"; do
    curl -so /dev/null --path-as-is "$base/$path?key=SECRET"
done
fact 'the log tells of that order' grep -q 'path="/order/abcdef..." status=502' \
    "$here/nginx-access.log"
fact 'and keeps its secret' refuted grep -i secret "$here/nginx-access.log"
fact 'and tells of other paths in full' grep -q 'path="/mixpay/callback" ' "$here/nginx-access.log"
fact 'a request for the log is a line of key=value' grep -qE \
    '^time=[^ ]+ remote=127.0.0.1 method=POST path="/checkout" status=413 bytes=[0-9]+ seconds=' \
    "$here/nginx-access.log"

# The one style that the headers allow is the one in down.html.
style=$(awk '/<\/style>/ { exit } shown; /<style>/ { shown = 1; print "" }' \
    "$srcdir/static/down.html" |
    openssl dgst -sha256 -binary | base64)
fact 'the page of a failure may wear its style' grep -qF "'sha256-$style'" \
    "$srcdir/doc/nginx-mixtill-headers.conf"
facts_end
