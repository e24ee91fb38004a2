/* url.h: http addresses taken apart, percent-encoding undone.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct url {
    const char *scheme; /* "http" or "https" */
    const char *host;   /* lower case; an IPv6 address keeps its brackets */
    const char *origin; /* scheme://host[:port], the port only when it is not the scheme's own */
    const char *path;   /* "" or "/…", without query and fragment, and without a "/" at its end */
    int         port;
    bool        secure;   /* https */
    bool        loopback; /* 127.0.0.0/8, [::1] or localhost */
};

/*
 * An absolute http or https address: ASCII without space, quotes, <>, or backslash; no user info.
 * Parts belong to the arena. ERROR_INPUT with a sentence that says what is wrong.
 */
bool url_parse(struct arena *arena, const char *text, struct url *url, struct error *err);

/* Undoes %XX (and '+' where `plus`). NULL when an escape is broken or gives a NUL byte. */
char *url_decode(struct arena *arena, const char *bytes, size_t length, bool plus);

#endif
