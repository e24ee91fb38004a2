#!/usr/bin/env bash
# check_manuals.sh: the manuals and the README tell every command and every setting, as they are.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

mixtill=$MIXTILL_BUILD/mixtill
page1=$srcdir/doc/mixtill.1
page5=$srcdir/doc/mixtill.conf.5
readme=$srcdir/README.md

# The text of a manual page without its fonts and escapes.
plain() { sed -e 's/\\f[BIRP]//g' -e 's/\\-/-/g' -e 's/\\&//g' -e 's/\\e/\\/g' "$1"; }

# ---- settings: SECTION TAB NAME TAB DEFAULT ------------------------------------------------------

settings() { "$mixtill" init --list | cut -f 1-3; }

settings_of_page() {
    plain "$page5" | awk '
        /^\.SH/            { inside = ($2 == "SETTINGS") }
        !inside            { next }
        /^\.SS/            { section = $2; gsub(/"/, "", section)
                             if (section == "Top") section = "" }
        /^\.TP/            { name = "" }
        /^\.B / && name == "" { name = $2 }
        /^Must be given\.$/ { print section "\t" name "\tmust be given" }
        /^Default: /       { value = $0; sub(/^Default: /, "", value); sub(/\.$/, "", value)
                             print section "\t" name "\t" (value == "empty" ? "" : value) }'
}

# | `shop payee` | must be given | … |
settings_of_readme() {
    sed -n 's/^| `\([a-z_ ]*\)` | *\(.*[^ ]\)\{0,1\} *| .* |$/\1\t\2/p' "$readme" |
        sed -e 's/`//g' -e 's/\\|/|/g' | awk -F '\t' '
            { count = split($1, word, " ")
              print (count > 1 ? word[1] : "") "\t" word[count] "\t" $2 }'
}

same() { diff <("$1") <("$2"); }

# ---- commands ------------------------------------------------------------------------------------

commands() { "$mixtill" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'; }
usage() { "$mixtill" "$1" --help | sed -n '1s/^usage: mixtill \[--config FILE\] /mixtill /p'; }
commands_of_page() { plain "$page1" | awk '/^\.SH/ { inside = ($2 == "COMMANDS") }
    inside && /^\.SS/ { print $2 }'; }
page_has_usage() { plain "$page1" | grep -qxF -- "$(usage "$1")"; }

# Every word of `mixtill orders --json`, and every state and flag.
words() { sed -n "$2" "$srcdir/$1" | grep -o '"[a-z_]*"' | tr -d '"'; }
page_has_words() {
    local word missing=0
    [ $# -gt 3 ] || return 1
    for word; do plain "$page1" | grep -qw -- "$word" || { echo "$word"; missing=1; }; done
    return $missing
}

# ---- how they are written ------------------------------------------------------------------------

well_formed() { [ -z "$(groff -K utf8 -man -ww -Tutf8 "$1" 2>&1 >/dev/null)" ]; }

fact 'there are settings' test "$(settings | wc -l)" -gt 30
fact 'there are commands' test "$(commands | wc -l)" -gt 10
fact 'mixtill.conf(5) has every setting with its default, in order' same settings settings_of_page
fact 'so has the table of the README' same settings settings_of_readme
fact 'mixtill(1) has every command, in order' same commands commands_of_page
for command in $(commands); do
    fact "mixtill(1) tells how $command is used" page_has_usage "$command"
done
mapfile -t states < <(words lib/pay/order.c '/state_names\[/,/};/p')
mapfile -t flags < <(words lib/pay/order.c '/flag_names\[/,/};/p')
mapfile -t members < <(sed -n 's/^    FACT(\([a-z_]*\),.*/\1/p' "$srcdir/cli/orders.c")
fact 'mixtill(1) tells the states' page_has_words "${states[@]}"
fact 'mixtill(1) tells the flags' page_has_words "${flags[@]}"
fact 'mixtill(1) tells the members of an order' page_has_words "${members[@]}"
for page in "$page1" "$page5"; do
    if command -v groff >/dev/null; then
        fact "$(basename "$page") is well formed" well_formed "$page"
    else
        echo "# $(basename "$page") is not looked at by groff, which is not here"
    fi
done

# A check that finds nothing is none.
page5=$MIXTILL_TMP/page5
sed -e '0,/^Default: \\fBno\\fR/s//Default: \\fByes\\fR/' "$srcdir/doc/mixtill.conf.5" >"$page5"
fact 'planted: another default is found' refuted same settings settings_of_page
grep -v '^\.B payee$' "$srcdir/doc/mixtill.conf.5" >"$page5"
fact 'planted: a missing setting is found' refuted same settings settings_of_page
readme=$MIXTILL_TMP/readme
sed -e 's/`30m`/`31m`/' "$srcdir/README.md" >"$readme"
fact 'planted: another default in the README is found' refuted same settings settings_of_readme
facts_end
