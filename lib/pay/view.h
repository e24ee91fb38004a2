/* view.h: an order as pages and the status answer show it: struct → JSON. Pure.
 * SPDX-License-Identifier: ISC
 *
 * Values returned are fresh references for the caller to hand on (json_keep,
 * json_object_update_new, …). Sentences come from the language's texts; {name} in them is filled in
 * here. */
#ifndef PAY_VIEW_H
#define PAY_VIEW_H

#include <jansson.h>

#include "base/arena.h"
#include "pay/order.h"

/* What a view needs beyond the order. */
struct view_scene {
    const json_t *text;          /* the visitor's language, as in templates/lang */
    const char   *currency;      /* how the quote asset is written: "USD" */
    const char   *base;          /* path of base_url */
    int64_t       now;           /* s since 1970 UTC */
    bool          link_failing;  /* a try to make the link has failed */
};

/* The members of the order page that depend on the order; see templates/order.mustache. */
json_t *view_order(struct arena *arena, const struct order *order, const struct view_scene *scene);

/* GET /order/<token>/status */
json_t *view_status(struct arena *arena, const struct order *order, const struct view_scene *scene);

/* The text of that key with {name} filled in; the key itself where the language lacks it.
 * `pairs`: name, value, …, NULL. */
const char *view_say(struct arena *arena, const json_t *text, const char *key, ...)
        __attribute__((sentinel));

/* "20 Nov 2026, 13:30 UTC", in the language's way. */
const char *view_date(struct arena *arena, const json_t *text, int64_t seconds);

/* "USD" for usd; a coin's id stays as it is. */
const char *view_currency(struct arena *arena, const char *asset);

#endif
