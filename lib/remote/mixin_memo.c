/* mixin_memo.c: what the memo of a transfer says.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_memo.h"

#include <string.h>

#include "base/text.h"
#include "remote/mixin_bytes.h"

/* Two codings are in use on top of each other: hex of Base64. */
enum { MOST_CODINGS = 2 };

/* A memo of the longest extra in hex is 512 bytes; far longer ones are not looked into. */
enum { MOST_BYTES = 4096 };

/* So many bytes do not come out of Base64 as text by chance: "coffee" is a memo, too. */
enum { PLAINLY_TEXT = 12 };

typedef unsigned char *decode_function(struct arena *arena, const char *text, size_t *length);

static decode_function *const codings[] = { mixin_bytes_hex, mixin_bytes_base64 };

enum { CODINGS = sizeof codings / sizeof *codings };

static char *
without_space(struct arena *arena, const char *text)
{
    char  *bare = arena_alloc(arena, strlen(text) + 1);
    size_t length = 0;

    for (; *text != '\0'; text++)
        if (strchr(" \t\r\n\v\f", *text) == NULL)
            bare[length++] = *text;
    return bare;
}

/* The text that stands in `bare` in this coding; NULL where there is none. */
static const char *
text_within(struct arena *arena, const char *bare, decode_function *decode)
{
    size_t      length;
    const char *inner = (const char *)decode(arena, bare, &length);

    return inner != NULL && length > 0 && text_is_clean(inner, length, true) ? inner : NULL;
}

/* The part up to the next '|' or the end; *rest is behind that, or NULL. */
static char *
part_cut(struct arena *arena, const char *text, const char **rest)
{
    size_t length = strcspn(text, "|");

    *rest = text[length] == '|' ? text + length + 1 : NULL;
    return arena_copy_bytes(arena, text, length);
}

static bool
is_source(const char *text)
{
    static const char allowed[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    return strlen(text) < MIXIN_MEMO_SOURCE && text_is_made_of(text, allowed);
}

static bool
parts_read(struct arena *arena, const char *text, struct mixin_memo *memo)
{
    const char *rest;
    const char *source = part_cut(arena, text_trim(arena, text), &rest);

    *memo = (struct mixin_memo){ .expand = NULL };
    if (rest == NULL || !is_source(source))
        return false;
    memo->trace = part_cut(arena, rest, &memo->expand);
    if (memo->trace[0] == '\0')
        return false;
    text_copy(memo->source, sizeof memo->source, source);
    if (!uuid_fold(memo->trace, memo->trace_id))
        memo->trace_id[0] = '\0';
    return true;
}

static bool
memo_within(struct arena *arena, const char *text, int codings_left, struct mixin_memo *memo)
{
    const char *bare;

    if (parts_read(arena, text, memo))
        return true;
    if (codings_left == 0)
        return false;
    bare = without_space(arena, text);
    for (int i = 0; i < CODINGS; i++) {
        const char *inner = text_within(arena, bare, codings[i]);

        if (inner != NULL && memo_within(arena, inner, codings_left - 1, memo))
            return true;
    }
    return false;
}

bool
mixin_memo_read(struct arena *arena, const char *text, struct mixin_memo *memo, struct error *err)
{
    size_t length = strlen(text);

    if (length <= MOST_BYTES && text_is_clean(text, length, true)
            && memo_within(arena, text, MOST_CODINGS, memo))
        return true;
    *memo = (struct mixin_memo){ .expand = NULL };
    return fail(err, ERROR_INPUT, "The memo is not of the form SOURCE|TRACE|EXPAND.");
}

const char *
mixin_memo_shown(struct arena *arena, const char *text, bool hex)
{
    const char *inner;

    if (strlen(text) > MOST_BYTES)
        return text_clip(arena, text, MOST_BYTES);
    if (hex && (inner = text_within(arena, text, mixin_bytes_hex)) != NULL)
        text = inner;
    inner = text_within(arena, without_space(arena, text), mixin_bytes_base64);
    return inner != NULL && strlen(inner) >= PLAINLY_TEXT ? inner : text;
}
