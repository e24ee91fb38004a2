/* fuzz_memo.c: any bytes as the memo of a transfer.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/text.h"
#include "remote/mixin_memo.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { BRIEF = 1000 };

static void
must(bool fact)
{
    if (!fact)
        abort();
}

static void
check_parts(const struct mixin_memo *memo)
{
    char folded[UUID_TEXT];

    must(memo->source[0] != '\0' && strchr(memo->source, '|') == NULL);
    must(memo->trace[0] != '\0' && strchr(memo->trace, '|') == NULL);
    must(text_is_clean(memo->trace, strlen(memo->trace), true));
    must(memo->expand == NULL || text_is_clean(memo->expand, strlen(memo->expand), true));
    if (memo->trace_id[0] != '\0')
        must(uuid_fold(memo->trace, folded) && strcmp(folded, memo->trace_id) == 0);
}

static void
check_same(struct arena *arena, const char *coded, const struct mixin_memo *memo)
{
    struct mixin_memo again;

    must(mixin_memo_read(arena, coded, &again, NULL));
    must(strcmp(again.source, memo->source) == 0 && strcmp(again.trace, memo->trace) == 0
            && text_equal(again.expand, memo->expand));
}

/* In each coding it says the same. */
static void
check_codings(struct arena *arena, const struct mixin_memo *memo)
{
    const char *text = arena_format(arena, "%s|%s%s%s", memo->source, memo->trace,
            memo->expand == NULL ? "" : "|", memo->expand == NULL ? "" : memo->expand);
    size_t      length = strlen(text);
    const char *coded = crypt_base64url(arena, text, length);

    if (length > BRIEF)
        return;
    check_same(arena, text, memo);
    check_same(arena, coded, memo);
    check_same(arena, crypt_hex(arena, text, length), memo);
    check_same(arena, crypt_hex(arena, coded, strlen(coded)), memo);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena     *arena = arena_open();
    const char       *text = arena_copy_bytes(arena, bytes, length);
    struct mixin_memo memo;
    struct error      err = { ERROR_NONE, "" };

    if (mixin_memo_read(arena, text, &memo, &err)) {
        check_parts(&memo);
        check_codings(arena, &memo);
    } else {
        must(err.code == ERROR_INPUT && memo.source[0] == '\0' && memo.trace == NULL);
    }
    must(mixin_memo_shown(arena, text, length % 2 == 0) != NULL);
    arena_close(arena);
    return 0;
}
