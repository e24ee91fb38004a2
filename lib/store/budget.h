/* budget.h: how many calls MixPay still takes from all our processes together.
 * SPDX-License-Identifier: ISC
 *
 * MixPay allows 60 calls a minute over all endpoints (protocol/mixpay.md §1). We use 50 of them in
 * any 60 s. What strangers can prompt gets at most 30, so 20 always belong to the poller; of these
 * 30 the callbacks, which may be forged, get 15, so that they keep nobody's link from being made.
 * The poller in turn spreads its calls: 5 in any 10 s are 30 a minute, enough to ask 30 open orders
 * every minute. A burst that spent all 50 at once would leave everybody blind, and new shoppers
 * without a link, for the rest of the minute. */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "store/store.h"

enum { BUDGET_CALLS = 50, BUDGET_WINDOW_MS = 60000 };

enum budget_class {
    BUDGET_FOR_PROMPTED, /* somebody waits for it: links, and what people ask on the command line */
    BUDGET_FOR_HINT,     /* looks that a callback asks for */
    BUDGET_FOR_POLLER,
};

/* Takes one call. *wait_ms is 0 when it was granted, else how long to wait before asking again. */
bool budget_take(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err);

/* How long until there is one to take; 0 or less: now. */
bool budget_wait(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err);

/* MixPay said 1429 (or that nothing is left): nobody calls before `until_ms`. */
bool budget_pause(struct store *store, int64_t until_ms, struct error *err);

/* For people: calls in the last minute, and the end of a pause (0: none). */
bool budget_read(struct store *store, int64_t now_ms, int64_t *used, int64_t *paused_until_ms,
        struct error *err);

#endif
