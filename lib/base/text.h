/* text.h: growing text in an arena, and what is true of UTF-8 text.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Text that grows; always NUL-terminated; memory belongs to the arena. */
struct text {
    struct arena *arena;
    char         *bytes;
    size_t        length, room;
};

void text_open(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *more);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_format(struct text *text, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* & < > " ' as entities: safe in HTML text and in quoted attributes. */
void text_add_html(struct text *text, const char *bytes, size_t length);
/* Everything but A-Z a-z 0-9 - . _ ~ as %XX (RFC 3986 unreserved). */
void text_add_percent(struct text *text, const char *more);

/* Well-formed UTF-8 (shortest form, no surrogates) without NUL, C0 controls or DEL;
 * line breaks and tabs are allowed where `lines`. */
bool text_is_clean(const char *bytes, size_t length, bool lines);
/* Length of the character that `bytes` begin with, 0 where a terminal or a log must not have it as
 * it is: ill-formed, a control character (C1 too), a mark of direction, a separator of lines. */
size_t text_tame(const char *bytes, size_t length);

/* Characters (code points) in well-formed UTF-8. */
size_t text_count(const char *text);

bool text_equal(const char *a, const char *b);        /* either may be NULL: equal only if both */
bool text_equal_nocase(const char *a, const char *b); /* ASCII only */
bool text_starts(const char *text, const char *prefix);
/* Only bytes of `allowed`, and at least one. */
bool text_is_made_of(const char *text, const char *allowed);

/* ^(0|[1-9][0-9]*)$ that fits and lies in [least, most]; false leaves *value alone. */
bool text_to_integer(const char *text, long long least, long long most, long long *value);

/* Copies into `room` bytes; false (and an empty text) when it does not fit whole. */
bool text_copy(char *to, size_t room, const char *from);

/* At most `most` bytes of well-formed UTF-8, cut between characters, in the arena. */
char *text_clip(struct arena *arena, const char *text, size_t most);

/* The text without white space at both ends, in the arena. */
char *text_trim(struct arena *arena, const char *text);

#endif
