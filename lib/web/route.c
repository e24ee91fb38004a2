/* route.c: which handler answers which method and path.
 * SPDX-License-Identifier: ISC */
#include "web/route.h"

#include <string.h>

#include "base/url.h"

/* Takes one segment into the captures; a segment is decoded after the split, so %2F is no slash. */
static bool
capture(struct call *call, const char *name, size_t name_length, const char *segment, size_t length)
{
    char *value = url_decode(call->arena, segment, length, false);

    if (length == 0 || value == NULL || !text_is_clean(value, strlen(value), false))
        return false;
    fields_add(call->arena, &call->captures, arena_copy_bytes(call->arena, name, name_length),
            value);
    return true;
}

static bool
matches(struct call *call, const char *pattern)
{
    const char *path = call->path;

    call->captures = (struct fields){ NULL, 0 };
    while (*pattern != '\0' && *path != '\0') {
        if (*pattern == '{') {
            size_t name = strcspn(pattern, "}"), segment = strcspn(path, "/");

            if (!capture(call, pattern + 1, name - 1, path, segment))
                return false;
            pattern += name + 1;
            path += segment;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == '\0' && *path == '\0';
}

static bool
answers_method(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0
            || (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static void
refuse(struct call *call, const char *allowed, struct error *err)
{
    if (allowed != NULL) {
        call->status = 405;
        call_set(call, "Allow", allowed);
        fail(err, ERROR_INPUT, "This address answers to %s.", allowed);
    } else {
        call->status = 404;
        fail(err, ERROR_MISSING, "There is nothing at this address.");
    }
}

const struct route *
route_find(const struct route *const *tables, struct call *call, struct error *err)
{
    const char *allowed = NULL;

    for (; *tables != NULL; tables++)
        for (const struct route *route = *tables; route->path != NULL; route++) {
            const char *also = strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method;

            if (!matches(call, route->path))
                continue;
            if (answers_method(route, call->method)) {
                call->route = route->path;
                return route;
            }
            allowed = allowed == NULL ? also
                                      : arena_format(call->arena, "%s, %s", allowed, also);
        }
    call->captures = (struct fields){ NULL, 0 };
    refuse(call, allowed, err);
    return NULL;
}
