#!/usr/bin/env bash
# check_cppcheck.sh: cppcheck finds nothing in our C.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

command -v cppcheck >/dev/null || skip_all 'cppcheck is not installed'

# Headers of the system are left out: cppcheck knows the C library by heart, and the foreign
# libraries' headers would take most of its time. So it takes their functions for ones that return
# int; that sort of mistake is the compiler's to find. And a text that ends with a NUL may be looked
# at before the limit is.
look() {
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j 2 \
        --enable=warning,performance,portability --suppress=missingInclude \
        --suppress=missingIncludeSystem --suppress=CastIntegerToAddressAtReturn \
        --suppress=arrayIndexThenCheck --template='{file}:{line}: {id}: {message}' \
        -D_DEFAULT_SOURCE -DMIXTILL_FAILPOINTS '-DMIXTILL_LIBEXECDIR=""' '-DMIXTILL_DATADIR=""' \
        '-DMIXTILL_SYSCONFDIR=""' '-DPACKAGE_VERSION=""' -I lib -I . "$@"
}

cd "$srcdir" || exit 2
fact 'cppcheck finds nothing' look lib worker cgi-bin cli sandbox
cat >"$MIXTILL_TMP/planted.c" <<'END'
#include <stdlib.h>
int main(void) { char *a = malloc(2); if (a) a[2] = 0; return 0; }
END
fact 'and it does find a planted mistake' refuted look "$MIXTILL_TMP/planted.c"
facts_end
