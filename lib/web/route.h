/* route.h: which handler answers which method and path.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "web/call.h"

/* A page costs one row and one function. Tables end with a row whose path is NULL. */
struct route {
    const char *method;
    const char *path; /* "/order/{token}/status": a name in braces takes one segment, decoded */
    bool (*handler)(struct call *call, struct error *err); /* answers, or fails */
    bool (*may)(struct call *call, struct error *err);     /* who may call: a guard (guard.h) */
    size_t      most_body; /* bytes; more is refused with 413 */
};

/*
 * Finds the row for call->method and call->path in NULL-terminated `tables` and fills
 * call->captures. NULL: call->status is 404, or 405 with the header Allow, or 400 for a path whose
 * escapes are broken, and *err says why.
 */
const struct route *route_find(const struct route *const *tables, struct call *call,
        struct error *err);

#endif
