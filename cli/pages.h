/* pages.h: are templates and language files well?
 * SPDX-License-Identifier: ISC */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H

#include <stdbool.h>

#include "base/arena.h"

/* One thing about a file: FILE or FILE:LINE, and a sentence. `broken`: it cannot be used at all. */
typedef void pages_remark(void *context, bool broken, const char *where, const char *what);

/*
 * Looks through all files of the owner's folder (NULL: he has none) and of the built-in one:
 * whether they parse, whether partials lead somewhere, whether languages have all texts.
 */
void pages_check(struct arena *arena, const char *own, const char *built_in, pages_remark *remark,
        void *context);

/* The same for one template and all that it includes, the owner's copies before the built-in. */
void pages_check_one(struct arena *arena, const char *own, const char *built_in, const char *name,
        pages_remark *remark, void *context);

#endif
