#!/usr/bin/env bash
# check_shell.sh: shellcheck finds nothing in our shell scripts.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

command -v shellcheck >/dev/null || skip_all 'shellcheck is not installed'

cd "$srcdir" || exit 2
# SC1091, SC2154: it cannot follow a path that only a run knows; SC2317: nor that `fact` calls;
# SC2016: a text for another shell.
for script in bootstrap .ci/run tests/run tests/*.sh; do
    if [ -e "$script" ]; then fact "$script" shellcheck -x -e SC1091,SC2154,SC2317,SC2016 "$script"; fi
done
facts_end
