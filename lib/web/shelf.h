/* shelf.h: the template and language files, read once, and again when they change.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_SHELF_H
#define WEB_SHELF_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

/*
 * Two folders: the shop owner's own, whose files win one by one, and the built-in one. A file is
 * looked at at most once a second and read anew when it is another one than before. A file that
 * cannot be used raises one alarm per version of it, with its path and the line of the fault; an
 * own one then counts as absent. A shelf belongs to one thread; each thread has one of its own.
 *
 * Names are of a-z 0-9 _ -, 1 to 40 of them; anything else is refused, so no name leads out of the
 * folders. Files over 256 kB count as broken.
 */
struct shelf;

/* `own_folder` may be NULL. The folders need not exist yet; their names are copied. */
struct shelf *shelf_open(const char *own_folder, const char *folder);

/* NULL is fine. */
void shelf_close(struct shelf *shelf);

/*
 * Adds the page `name` (of name.mustache) to `out`; {{>head}} in it is head.mustache. If that fails
 * where a file of the owner's was used, there is an alarm and the page is made of built-in files
 * alone. ERROR_INPUT: no such name can be; ERROR_INTERNAL: the built-in page, or a partial of it,
 * is missing or broken; a partial that is in neither folder prints nothing. On failure `out` is as
 * it was.
 */
bool shelf_render(struct shelf *shelf, const char *name, json_t *data, struct text *out,
        struct error *err);

/*
 * The texts of a language: "lang/en" is lang/en.json in both folders, the owner's laid over the
 * built-in ones: what his file lacks, or has in another type (a text for a group of texts), is
 * built-in. *value is the shelf's, to be looked at only, until the next call. ERROR_INPUT: no such
 * name can be; ERROR_MISSING: neither folder has it (a broken own file counts as absent);
 * ERROR_INTERNAL: the built-in file is broken and there is no own one.
 */
bool shelf_json(struct shelf *shelf, const char *name, json_t **value, struct error *err);

#endif
