/* files.c: the style sheet and the script of the sandbox's pages.
 * SPDX-License-Identifier: ISC
 *
 * The web server knows nothing of these two, so that no location has to be made for a rehearsal.
 * They are read anew for every request, which makes work on them easy. */
#include "sandbox/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/app.h"
#include "sandbox/requests.h"

static const struct {
    const char *path, *type;
} files[] = {
    { "/sandbox.css", "text/css; charset=utf-8" },
    { "/sandbox.js",  "text/javascript; charset=utf-8" },
};

static const char *
type_of(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].path, path) == 0)
            return files[i].type;
    return "application/octet-stream";
}

static bool
show_file(struct call *call, struct error *err)
{
    const char *path = arena_format(call->arena, "%s/static%s", call->app->folder, call->path);
    FILE       *file = fopen(path, "re");
    struct text bytes;
    char        piece[4096];
    size_t      got;

    if (file == NULL)
        return fail(err, ERROR_INTERNAL, "%s: %s", path, strerror(errno));
    text_open(&bytes, call->arena);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        text_add_bytes(&bytes, piece, got);
    fclose(file);
    return call_answer(call, 200, type_of(call->path), bytes.bytes, bytes.length);
}

const struct route file_routes[] = {
    { "GET", "/sandbox.css", show_file, anyone, 0 },
    { "GET", "/sandbox.js",  show_file, anyone, 0 },
    { NULL, NULL, NULL, NULL, 0 }
};
