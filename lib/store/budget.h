/* budget.h: how many calls MixPay still takes from all our processes together.
 * SPDX-License-Identifier: ISC
 *
 * MixPay allows 60 calls a minute over all endpoints (protocol/mixpay.md §1). We use 50 of them in
 * any 60 s; what strangers can prompt (links, looks that a page or a callback asks for) gets at
 * most 30, so 20 always belong to the poller. */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "store/store.h"

enum { BUDGET_CALLS = 50, BUDGET_PROMPTED = 30, BUDGET_WINDOW_MS = 60000 };

enum budget_class {
    BUDGET_FOR_PROMPTED, /* a stranger's act is behind it */
    BUDGET_FOR_POLLER,
};

/* Takes one call. *wait_ms is 0 when it was granted, else how long to wait before asking again. */
bool budget_take(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err);

/* MixPay said 1429 (or that nothing is left): nobody calls before `until_ms`. */
bool budget_pause(struct store *store, int64_t until_ms, struct error *err);

/* For people: calls in the last minute, and the end of a pause (0: none). */
bool budget_read(struct store *store, int64_t now_ms, int64_t *used, int64_t *paused_until_ms,
        struct error *err);

#endif
