#!/usr/bin/env bash
# check_cppcheck.sh: cppcheck finds nothing in our C.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

command -v cppcheck >/dev/null || skip_all 'cppcheck is not installed'

# Of the foreign libraries' headers only Jansson's is read, for its loops; the others would take
# most of the time. So their functions are taken for ones that return int; that sort of mistake is
# the compiler's to find. And a text that ends with a NUL may be looked at before the limit is.
headers=$MIXTILL_TMP/headers
mkdir "$headers"
cp "$(pkg-config --variable=includedir jansson)"/jansson*.h "$headers"

look() {
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j 2 \
        --enable=warning,performance,portability --template='{file}:{line}: {id}: {message}' \
        --suppress=missingInclude --suppress=missingIncludeSystem --suppress="*:$headers/*" \
        --suppress=CastIntegerToAddressAtReturn --suppress=arrayIndexThenCheck \
        -D_DEFAULT_SOURCE -DMIXTILL_FAILPOINTS -DLIBCURL_VERSION_NUM=0x075700 \
        '-DMIXTILL_LIBEXECDIR=""' '-DMIXTILL_DATADIR=""' '-DMIXTILL_SYSCONFDIR=""' \
        '-DPACKAGE_VERSION=""' -I lib -I . -I "$headers" "$@"
}

cd "$srcdir" || exit 2
fact 'cppcheck finds nothing' look lib worker cgi-bin cli sandbox
cat >"$MIXTILL_TMP/planted.c" <<'END'
#include <stdlib.h>
int main(void) { char *a = malloc(2); if (a) a[2] = 0; return 0; }
END
fact 'and it does find a planted mistake' refuted look "$MIXTILL_TMP/planted.c"
facts_end
