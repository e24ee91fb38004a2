/* requests.h: who may call, how often, and what goes wrong with it.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_REQUESTS_H
#define SANDBOX_REQUESTS_H

#include <jansson.h>
#include <stdbool.h>

#include "sandbox/app.h"
#include "web/call.h"

/* Guards of the routes (struct route.may). */
bool anyone(struct call *call, struct error *err);
/* A form of our own pages: an Origin that is another site's is refused with 403. */
bool own_page(struct call *call, struct error *err);
/* A page of MixPay's: the same as anyone, but written down. */
bool shopper(struct call *call, struct error *err);
/* A call of MixPay's API: written down, counted against the limit a minute, and struck by the fault
 * that is set for its path. */
bool api_client(struct call *call, struct error *err);

/* The answer in place of the one that a fault prevented; false when there was no such fault. */
bool fault_answer(struct call *call);
/* What a fault does to an answer that is made. */
void fault_spoil(struct call *call);

/*
 * The last 500 calls whose path starts with `prefix` (or NULL), oldest first: [{"id","at_ms",
 * "method","path","query","body","fault"}…]. A new reference in *list.
 */
bool requests_show(struct db *db, struct arena *arena, const char *prefix, json_t **list,
        struct error *err);

#endif
