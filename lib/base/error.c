/* error.c: the one error type.
 * SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A cut may fall within a character, and a word of somebody else's may hold anything: what is no
 * plain character becomes '?', so that every message can go into a page, JSON or a log. */
static void
make_plain(char *message)
{
    size_t left = strlen(message), step;

    for (; left > 0; message += step, left -= step) {
        step = text_tame(message, left);
        if (step == 0) {
            *message = '?';
            step = 1;
        }
    }
}

bool
fail(struct error *err, enum error_code code, const char *format, ...)
{
    va_list arguments;

    if (err == NULL)
        return false;
    err->code = code;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    make_plain(err->message);
    return false;
}

const char *
error_name(enum error_code code)
{
    static const char *const names[] = {
        [ERROR_NONE] = "none",     [ERROR_INPUT] = "input",       [ERROR_DENIED] = "denied",
        [ERROR_MISSING] = "missing", [ERROR_CONFLICT] = "conflict", [ERROR_LIMIT] = "limit",
        [ERROR_REMOTE] = "remote", [ERROR_STORE] = "store",       [ERROR_INTERNAL] = "internal",
    };

    return names[code];
}
