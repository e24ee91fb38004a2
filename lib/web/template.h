/* template.h: Mustache templates, parsed once and rendered often; no files, no clock.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/*
 * The core modules of the Mustache specification (github.com/mustache/spec): comments, delimiters,
 * interpolation, inverted, partials, sections. Lambdas, inheritance and dynamic names are not
 * there; {{<x}} and {{$x}} are refused, so that nobody wonders why they print nothing.
 *
 * False are: null, false, an empty list, an empty text, and what is absent. A number is always
 * true, 0 too. {{x}} prints texts and numbers as they stand, booleans as true and false, and
 * nothing for null, lists and objects. A number from json_read is printed by its literal.
 *
 * A parsed template is never changed again: several threads may render it at once.
 */
struct template;

enum {
    TEMPLATE_LEVELS = 64,         /* sections and partials inside each other */
    TEMPLATE_STEPS = 1000000,     /* tags and stretches of text worked through in one rendering */
    TEMPLATE_OUTPUT = 1024 * 1024 /* bytes of one rendering */
};

/* Where {{>name}} is looked up. NULL is a missing partial, which prints nothing. What is found
 * must stay valid until template_render returns. */
struct template_source {
    const struct template *(*find)(void *context, const char *name);
    void *context;
};

/*
 * Parses UTF-8 text; a byte order mark at its start is skipped. The bytes are copied. The caller
 * closes *template. ERROR_INPUT: "line 12: section {{#items}} is never closed".
 */
bool template_parse(const char *bytes, size_t length, struct template **template,
        struct error *err);

/* NULL is fine. */
void template_close(struct template *template);

/* Calls `each` for every {{>name}}, in order: so that a name which leads nowhere can be told. */
void template_partials(const struct template *template,
        void (*each)(void *context, const char *name, size_t line), void *context);

/*
 * Adds the page to `out`. `data` is looked at, never changed; `partials` may be NULL (there are
 * none). ERROR_INTERNAL with the line, and the partial it is in, when one of the limits above is
 * hit; `out` is then as it was before.
 */
bool template_render(const struct template *template, json_t *data,
        const struct template_source *partials, struct text *out, struct error *err);

#endif
