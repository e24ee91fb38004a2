#!/usr/bin/env bash
# check_dist.sh: the parcel holds every file of the tree, and from it one can build, test, install
# and remove.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

# A copy, because making a parcel may write into the tree.
cd "$srcdir" || exit 2
git rev-parse --git-dir >/dev/null 2>&1 || skip_all 'not a git clone'
git ls-files | grep -v '^\.gitignore$' | sort >"$MIXTILL_TMP/tree"
mkdir "$MIXTILL_TMP/clone" "$MIXTILL_TMP/build"
xargs cp --parents -t "$MIXTILL_TMP/clone" <"$MIXTILL_TMP/tree"
cd "$MIXTILL_TMP/clone" || exit 2
fact 'autoreconf' autoreconf -fi
cd ../build || exit 2
fact 'configure' ../clone/configure -q
fact 'make dist' make -s dist
tar -tzf mixtill-*.tar.gz | sed -n 's|^[^/]*/\(.*[^/]\)$|\1|p' | sort >../parcel
missing=$(comm -23 ../tree ../parcel)
fact 'nothing of the tree is missing in it' lacks "$missing" .
fact 'make distcheck' make -s -j2 distcheck
facts_end
