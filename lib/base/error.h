/* error.h: the one error type; its code says what can be done about it.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error_code {
    ERROR_NONE,
    ERROR_INPUT,    /* the caller sent something wrong: tell him what; 400 */
    ERROR_DENIED,   /* the caller may not do this; 403 */
    ERROR_MISSING,  /* there is no such thing; 404 */
    ERROR_CONFLICT, /* it was done already, otherwise, or is not allowed in this state; 409 */
    ERROR_LIMIT,    /* too much or too often: later, or less; 413, 429 */
    ERROR_REMOTE,   /* somebody we called failed or did not answer: retry; 502 */
    ERROR_STORE,    /* the database is busy, full or broken: retry; 503 */
    ERROR_INTERNAL  /* our own mistake; 500 */
};

/* Written by whoever first knows the reason; everybody else passes it up. Owned by the caller. */
struct error {
    enum error_code code;
    char            message[480]; /* one sentence, UTF-8, without a line break */
};

/* Writes code and message into *err (which may be NULL) and returns false. */
bool fail(struct error *err, enum error_code code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The code's short name for the log: "input", "remote", … */
const char *error_name(enum error_code code);

#endif
