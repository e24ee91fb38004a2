#!/usr/bin/env bash
# check_includes.sh: includes name the room and run downward only; a foreign library is one file's.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

# Who may include what: a folder, then the rooms below it (`top` is lib/ itself, where a header has
# no room to name: settings, app, guard). A single file of a room is named in full.
rooms='
lib/base     base
lib/pay      base pay
lib/store    base pay store
lib/remote   base pay remote
lib/web      base web
lib          base pay store remote web top
worker       base pay store remote web top worker
cgi-bin      base pay store remote web top worker cgi-bin
cli          base pay store remote web top worker cli
sandbox      base web store/db.h remote/http_client.h top sandbox
'

# Who alone may include a foreign library's header: a file, or files whose names begin so. Jansson
# is our value type: anybody may.
foreign='
fcgiapp.h         lib/web/serve.c
fcgi_stdio.h      -
fcgios.h          lib/web/serve.c
curl/             lib/remote/http_client.c
sqlite3.h         lib/store/db_sqlite.c
sodium.h          lib/base/crypt.c lib/remote/mixin_
confuse.h         lib/settings.c
qrencode.h        lib/web/qr.c
openssl/          lib/base/crypt.c lib/remote/mixin_
'

# violations FOLDER: one line for each include below FOLDER that breaks a rule.
violations() {
    cd "$1" || return
    find lib cgi-bin cli worker sandbox -name '*.[ch]' -exec grep -HnE '^[ \t]*# *include' {} + |
        awk -v rooms="$rooms" -v foreign="$foreign" -v tops=" $(cd lib && echo *.h) " '
            BEGIN {
                count = split(rooms, lines, "\n")
                for (i = 1; i <= count; i++) {
                    words = split(lines[i], word, " ")
                    for (j = 2; j <= words; j++) may[word[1], word[j]] = 1
                }
                count = split(foreign, lines, "\n")
                for (i = 1; i <= count; i++)
                    if (match(lines[i], / +/)) {
                        library = substr(lines[i], 1, RSTART - 1)
                        owners[library] = substr(lines[i], RSTART + RLENGTH)
                    }
            }
            # Is one of the words the beginning of the file name?
            function owns(words, file,    count, word, i) {
                count = split(words, word, " ")
                for (i = 1; i <= count; i++) if (index(file, word[i]) == 1) return 1
                return 0
            }
            {
                split($0, part, ":")
                file = part[1]
                folder = file; sub(/\/[^\/]*$/, "", folder)
                why = ""
            }
            match($0, /"[^"]*"/) {
                header = substr($0, RSTART + 1, RLENGTH - 2)
                room = header
                if (!sub(/\/.*/, "", room)) room = "top"
                if (room == "top" && index(tops, " " header " ") == 0)
                    why = "does not name the room"
                else if (!((folder, room) in may) && !((folder, header) in may))
                    why = folder " may not know " header
            }
            match($0, /<[^>]*>/) {
                header = substr($0, RSTART + 1, RLENGTH - 2)
                for (library in owners)
                    if (index(header, library) == 1 && !owns(owners[library], file))
                        why = header " is for " owners[library] " alone"
            }
            why != "" { print file ":" part[2] ": " why }'
}

no_violations() {
    local found
    found=$(violations "$1")
    printf '%s\n' "$found"
    [ -z "$found" ]
}

copy=$MIXTILL_TMP/copy
mkdir "$copy"
(cd "$srcdir" &&
    find lib cgi-bin cli worker sandbox -name '*.[ch]' -exec cp --parents -t "$copy" {} +)

# plant FILE LINE: the copy of the tree, with this line added to that file, is refused.
plant() {
    printf '%s\n' "$2" >>"$copy/$1"
    fact "planted in $1: $2" refuted no_violations "$copy"
    cp "$srcdir/$1" "$copy/$1" 2>/dev/null || rm "$copy/$1"
}

fact 'there are includes to look at' test "$(find "$srcdir/lib" -name '*.c' | wc -l)" -gt 10
fact 'includes run downward only, foreign headers have one owner' no_violations "$srcdir"
fact 'so they do in the copy' no_violations "$copy"
plant lib/base/text.c '#include "pay/order.h"'
plant lib/pay/order.c '#include "store/db.h"'
plant lib/web/call.c '#include "pay/order.h"'
plant lib/store/planted.h '  #  include "web/call.h"'
plant lib/remote/planted.c '#include "store/db.h"'
plant lib/web/planted.c '#include "app.h"'
plant sandbox/planted.c '#include "pay/result.h"'
plant sandbox/planted.c '#include "store/orders.h"'
plant worker/planted.c '#include "cli/planted.h"'
plant lib/web/route.c '#include "call.h"'
plant lib/base/text.c '#include <sodium.h>'
plant lib/remote/mixpay.c '#include <openssl/evp.h>'
plant cli/planted.c '#include <sqlite3.h>'
plant lib/web/call.c '#include <fcgi_stdio.h>'
plant worker/planted.c '#include <curl/curl.h>'
facts_end
