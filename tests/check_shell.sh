#!/usr/bin/env bash
# check_shell.sh: shellcheck finds nothing in our shell scripts.
# SPDX-License-Identifier: ISC
set -u
. "$srcdir/tests/tap.sh"

command -v shellcheck >/dev/null || skip_all 'shellcheck is not installed'

cd "$srcdir" || exit 2
# SC2154: it cannot know what only a run sets.
for script in bootstrap .ci/run tests/run tests/bench tests/*.sh; do
    if [ -e "$script" ]; then fact "$script" shellcheck -S warning -e SC2154 "$script"; fi
done
facts_end
