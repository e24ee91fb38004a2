#!/usr/bin/env bash
# check_hardening.sh: the programs we ship are position independent, and guard stack and tables.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

is_pie() { has "$(readelf -hW "$1")" 'Type: +DYN' && has "$(readelf -dW "$1")" 'Flags:.* PIE'; }
binds_now() { has "$(readelf -lW "$1")" GNU_RELRO && has "$(readelf -dW "$1")" 'NOW'; }
guards_stack() { has "$(readelf -sW "$1")" '__stack_chk_fail'; }
is_fortified() { has "$(readelf -sW "$1")" '__[a-z]+_chk(@|$)'; }
stack_is_data() { has "$(readelf -lW "$1")" 'GNU_STACK.* RW '; }
looks_nowhere_odd() { lacks "$(readelf -dW "$1")" 'RPATH|RUNPATH'; }

looked=0
for program in "$MIXTILL_BUILD/mixtill" "$MIXTILL_LIBEXECDIR"/*; do
    if ! [ -f "$program" ] || ! [ -x "$program" ]; then continue; fi
    looked=$((looked + 1))
    name=$(basename "$program")
    for rule in is_pie binds_now guards_stack is_fortified stack_is_data looks_nowhere_odd; do
        fact "$name ${rule//_/ }" "$rule" "$program"
    done
done
fact 'all programs were looked at' test "$looked" -ge 6
# A program built without any of it is told apart.
echo 'int main(void) { return 0; }' >"$MIXTILL_TMP/bare.c"
gcc -no-pie -fno-stack-protector -Wl,-z,norelro,-z,lazy -o "$MIXTILL_TMP/bare" "$MIXTILL_TMP/bare.c"
for rule in is_pie binds_now guards_stack is_fortified; do
    fact "a bare program is not: ${rule//_/ }" refuted "$rule" "$MIXTILL_TMP/bare"
done
facts_end
