/* error.c: the one error type.
 * SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

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
