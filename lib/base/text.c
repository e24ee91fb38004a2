/* text.c: growing text in an arena, and what is true of UTF-8 text.
 * SPDX-License-Identifier: ISC */
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
text_open(struct text *text, struct arena *arena)
{
    text->arena = arena;
    text->length = 0;
    text->room = 256;
    text->bytes = arena_room(arena, text->room);
    text->bytes[0] = '\0';
}

static void
make_room(struct text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    char  *bytes;

    if (needed <= text->room)
        return;
    while (text->room < needed)
        text->room *= 2;
    bytes = arena_room(text->arena, text->room);
    memcpy(bytes, text->bytes, text->length + 1);
    text->bytes = bytes;
}

void
text_add_bytes(struct text *text, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    make_room(text, length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void
text_add(struct text *text, const char *more)
{
    text_add_bytes(text, more, strlen(more));
}

/* Most of what is added fits where it is; only the rest is formatted a second time. */
void
text_add_format(struct text *text, const char *format, ...)
{
    size_t  left = text->room - text->length;
    va_list arguments;
    int     length;

    va_start(arguments, format);
    length = vsnprintf(text->bytes + text->length, left, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length >= left) {
        make_room(text, (size_t)length);
        va_start(arguments, format);
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    text->length += length < 0 ? 0 : (size_t)length;
    text->bytes[text->length] = '\0';
}

void
text_add_html(struct text *text, const char *bytes, size_t length)
{
    static const char *const entities[UCHAR_MAX + 1] = { ['&'] = "&amp;", ['<'] = "&lt;",
        ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;" };
    size_t plain = 0;

    for (size_t i = 0; i < length; i++) {
        const char *entity = entities[(unsigned char)bytes[i]];

        if (entity == NULL)
            continue;
        text_add_bytes(text, bytes + plain, i - plain);
        text_add(text, entity);
        plain = i + 1;
    }
    text_add_bytes(text, bytes + plain, length - plain);
}

void
text_add_percent(struct text *text, const char *more)
{
    static const char unreserved[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *more != '\0'; more++)
        if (strchr(unreserved, *more) != NULL)
            text_add_bytes(text, more, 1);
        else
            text_add_format(text, "%%%02X", (unsigned char)*more);
}

/* Length of the well-formed sequence at `bytes`, 0 where there is none. */
static size_t
sequence_length(const unsigned char *bytes, size_t left)
{
    size_t   length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    uint32_t point = bytes[0] < 0x80 ? bytes[0] : bytes[0] & (0x7fu >> length);

    if ((bytes[0] >= 0x80 && bytes[0] < 0xc2) || bytes[0] > 0xf4 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fu);
    }
    if ((length == 3 && point < 0x800) || (length == 4 && point < 0x10000) || point > 0x10ffff
            || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    return length;
}

bool
text_is_clean(const char *bytes, size_t length, bool lines)
{
    const unsigned char *at = (const unsigned char *)bytes;

    while (length > 0) {
        size_t step = sequence_length(at, length);

        if (step == 0 || *at == 0x7f)
            return false;
        if (*at < 0x20 && !(lines && (*at == '\n' || *at == '\r' || *at == '\t')))
            return false;
        at += step;
        length -= step;
    }
    return true;
}

/* C1 controls, marks and overrides of direction, line and paragraph separators. */
static bool
steers(uint32_t point)
{
    return (point >= 0x80 && point < 0xa0) || (point >= 0x200e && point <= 0x200f)
            || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

size_t
text_tame(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t               step = length == 0 ? 0 : sequence_length(at, length);
    uint32_t             point;

    if (step == 0 || *at < 0x20 || *at == 0x7f)
        return 0;
    point = step == 1 ? at[0] : at[0] & (0x7fu >> step);
    for (size_t i = 1; i < step; i++)
        point = point << 6 | (at[i] & 0x3fu);
    return steers(point) ? 0 : step;
}

size_t
text_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

bool
text_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
text_equal_nocase(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

bool
text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_is_made_of(const char *text, const char *allowed)
{
    return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

bool
text_to_integer(const char *text, long long least, long long most, long long *value)
{
    long long parsed;

    if (!text_is_made_of(text, "0123456789") || (text[0] == '0' && text[1] != '\0'))
        return false;
    errno = 0;
    parsed = strtoll(text, NULL, 10);
    if (errno != 0 || parsed < least || parsed > most)
        return false;
    *value = parsed;
    return true;
}

bool
text_copy(char *to, size_t room, const char *from)
{
    size_t length = strlen(from);

    to[0] = '\0';
    if (length >= room)
        return false;
    memcpy(to, from, length + 1);
    return true;
}

char *
text_trim(struct arena *arena, const char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    return arena_copy_bytes(arena, text, length);
}

char *
text_clip(struct arena *arena, const char *text, size_t most)
{
    size_t length = strnlen(text, most + 1);

    if (length > most)
        for (length = most; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
            ;
    return arena_copy_bytes(arena, text, length);
}
