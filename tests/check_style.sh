#!/usr/bin/env bash
# check_style.sh: how the text of our files looks, and that money never meets a floating point.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

# Every file that we write ourselves, below FOLDER: what others wrote lies in vectors and corpus.
ours() {
    find .ci cgi-bin cli doc lib sandbox schema static templates tests worker bootstrap \
        configure.ac Makefile.am -type f \
        ! -path 'tests/node_modules/*' ! -path 'tests/vectors/*' ! -path 'tests/corpus/*' \
        ! -name package-lock.json ! -name '*.png' ! -name '*.ico' 2>/dev/null
}

code() { ours | grep -E '(\.(c|h|sh|mjs|css|js|sql)|^bootstrap|^tests/(run|bench)$|^\.ci/run)$'; }

# Prints what it finds; fails when it finds something.
none() { ! "$@"; }

long_lines() { code | xargs grep -nE '.{101,}'; }
tabs() { code | xargs grep -nP '\t'; }
trailing_space() { ours | xargs grep -nP '[ \t]+$'; }
carriage_returns() { ours | xargs grep -lP '\r'; }
no_last_newline() {
    ours | while read -r file; do
        if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo "$file"; fi
    done | grep .
}
no_head() {
    code | while read -r file; do
        head -n 5 "$file" | grep -q 'SPDX-License-Identifier: ISC' || echo "$file"
    done | grep .
}
# A head says first which file it is, as in "text.c: …", so that a copy without thought is found.
wrong_head() {
    code | while read -r file; do
        head -n 2 "$file" | grep -qF "$(basename "$file"): " || echo "$file"
    done | grep .
}

# C without comments and texts, with the line numbers kept.
bare_code() {
    awk '
        {
            line = $0; out = ""
            while (line != "") {
                if (inside) {
                    if ((at = index(line, "*/")) == 0) { line = ""; break }
                    line = substr(line, at + 2); inside = 0
                } else if (match(line, /"([^"\\]|\\.)*"|\/\*|\/\//)) {
                    what = substr(line, RSTART, RLENGTH)
                    out = out substr(line, 1, RSTART - 1)
                    line = substr(line, RSTART + RLENGTH)
                    if (what == "//") line = ""
                    if (what == "/*") inside = 1
                } else { out = out line; line = "" }
            }
            print FILENAME ":" FNR ": " out
        }' "$@"
}

floating() {
    find lib worker cgi-bin cli -name '*.[ch]' | while read -r file; do bare_code "$file"; done |
        grep -wE 'double|float|strtod|strtof|atof|json_real|json_real_value|json_number_value'
}

hosts() {
    ours | xargs grep -nE '"resolved": "http|/(root|home)/[a-z]' | grep -v check_style
}

all_rules='long_lines tabs trailing_space carriage_returns no_last_newline no_head wrong_head
    floating hosts'

cd "$srcdir" || exit 2
fact 'there is code to look at' test "$(code | wc -l)" -gt 20
for rule in $all_rules; do
    fact "no ${rule//_/ }" none "$rule"
done

# Each rule finds what it is there to find.
plant() {
    local rule=$1 file=$2 text=$3
    rm -rf "$MIXTILL_TMP/copy"
    mkdir -p "$MIXTILL_TMP/copy/$(dirname "$file")"
    cd "$MIXTILL_TMP/copy" && printf '%b' "$text" >"$file"
    fact "planted, found: ${rule//_/ } in $file" "$rule"
}

mkdir "$MIXTILL_TMP/copy"
head='/* x.c: y.\n * SPDX-License-Identifier: ISC */\n'
plant long_lines lib/x.c "$head$(printf '%101s' '' | tr ' ' x)\n"
plant tabs static/x.css "$head\ta\n"
plant trailing_space lib/x.c "${head}int a; \n"
plant carriage_returns schema/x.sql "${head}a\r\n"
plant no_last_newline lib/x.c "${head}int a;"
plant no_head tests/x.mjs 'x.mjs: y\n'
plant wrong_head lib/y.c "$head"
plant floating lib/pay/x.c "${head}static double a; /* b */\n"
plant floating worker/x.c "$head/* b */ int a = atof(b);\n"
plant hosts tests/x.sh 'cd /root/a\n'
mkdir -p "$MIXTILL_TMP/copy/worker" && cd "$MIXTILL_TMP/copy" || exit 2
rm -rf tests
text='/* a double\n float */ int a; // double\nchar *b = "float \\\\" ";\n'
printf '%b' "$head$text" >worker/x.c
fact 'comments and texts may say double' none floating
facts_end
