/* page.h: what all pages have in common: language, shop, templates, and how a failure is told.
 * SPDX-License-Identifier: ISC */
#ifndef PAGE_H
#define PAGE_H

#include <jansson.h>

#include "web/call.h"

/* The texts of the visitor's language; the call keeps them. Never NULL. */
const json_t *page_text(struct call *call, const char **language);

/* Answers with the template `name`; the members of `view` (whose reference is taken) join what
 * every page has. ERROR_INTERNAL when the built-in template is broken. */
bool page_answer(struct call *call, int status, const char *name, json_t *view, struct error *err);

/* Tells a failure: as a page, or as {"error":…,"message":…} to who wants JSON. */
void page_problem(struct call *call, const struct error *err);
void page_problem_json(struct call *call, const struct error *err);

#endif
