/* orders.h: the shop's orders, and the one door through which they change.
 * SPDX-License-Identifier: ISC */
#ifndef STORE_ORDERS_H
#define STORE_ORDERS_H

#include <jansson.h>

#include "pay/judge.h"
#include "pay/order.h"
#include "pay/result.h"
#include "store/outbox.h"
#include "store/store.h"

/* Kinds of job about an order. */
#define JOB_MAKE_LINK "make_link" /* ask MixPay for the one-time payment */
#define JOB_LOOK "look"           /* ask MixPay what became of it */

/* What a filled-in form adds to the order's own terms. */
struct order_form {
    const char *key;    /* one key makes one order */
    const char *hash;   /* of the contents: the same key with another hash is a conflict */
    const char *client; /* whose order it is, for the rate limit */
    int64_t     stock;  /* how many of the item may be sold in all; -1: any number */
    int64_t     most_per_minute; /* orders of one client; 0: any number */
};

/*
 * Places `wanted` (its terms filled in, state open) with its event and its jobs. If the form's key
 * made an order before, *order is that one and *fresh is false. ERROR_CONFLICT: same key, other
 * contents; or sold out meanwhile. ERROR_LIMIT: too many orders from this client.
 */
bool store_place_order(struct store *store, struct arena *arena, const struct order *wanted,
        const struct order_form *form, struct order *order, bool *fresh, struct error *err);

/* How many of an item are sold or on order: all but what failed or expired. */
bool store_item_taken(struct store *store, const char *item, int64_t *taken, struct error *err);

/* ERROR_MISSING when there is none. */
bool store_order_by_id(struct store *store, struct arena *arena, const char *order_id,
        struct order *order, struct error *err);
bool store_order_by_token(struct store *store, struct arena *arena, const char *token,
        struct order *order, struct error *err);

/* An answer of MixPay, and what it means; or a person's word. */
struct order_news {
    enum order_happening happening;
    unsigned             raise, lower; /* flags */
    const char          *failure_code; /* "" when there is none */
    const char          *cause;        /* shopper, watched, callback, poll, person */
    const char          *sentence;     /* for the story */
    const struct result *result;       /* NULL: no answer is behind it */
    const char          *request;      /* what was asked */
    int                  http_status;
    const char          *answer;       /* raw bytes */
    size_t               answer_length;
    const json_t        *checks;
};

/*
 * The one door: loads the order, lets the news happen to it by the table of steps, writes the new
 * state with its event and proof, and settles `job` (the look that brought the news; NULL: none),
 * all in one transaction. *order is the order as written. While a person has to look
 * (order_is_held), only a person moves it. What moves nothing writes no event.
 * ERROR_MISSING; ERROR_CONFLICT when the job's lease was lost, or when a person's word has no place
 * in this state.
 */
bool store_advance_order(struct store *store, struct arena *arena, const char *order_id,
        const struct order_news *news, const struct job *job, int64_t now_ms, struct order *order,
        struct error *err);

/* The link was made, or MixPay will not make it as it was asked for (url ""): settles the job. */
bool store_link_made(struct store *store, struct arena *arena, const char *order_id,
        const char *url,
        const char *sentence, const struct job *job, int64_t now_ms, struct order *order,
        struct error *err);

/* A browser has the page open: its look is due soon. Writes at most every 20 s per order. */
bool store_watch_order(struct store *store, const struct order *order, int64_t now_ms,
        struct error *err);

/* The newest orders first; `state` and `flagged` narrow it down. Calls `each` until it says
 * false. */
struct order_search {
    const char *state;   /* NULL: any */
    bool        flagged; /* only those that wait for a person, or came late */
    int64_t     most;
};
bool store_list_orders(struct store *store, struct arena *arena, const struct order_search *search,
        bool (*each)(void *context, const struct order *order), void *context, struct error *err);

/* An order's events with the proofs they rest on, oldest first. */
struct order_event {
    int64_t     at;
    const char *what, *cause, *from_state, *to_state, *detail;
    unsigned    flags;
    const char *request; /* NULL: no proof */
    int         http_status;
    const char *answer, *checks;
};
bool store_order_events(struct store *store, struct arena *arena, const char *order_id,
        bool (*each)(void *context, const struct order_event *event), void *context,
        struct error *err);

#endif
