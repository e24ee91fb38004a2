/* link.h: where the shopper pays: MixPay's two kinds of link. Pure.
 * SPDX-License-Identifier: ISC
 *
 * Source: protocol/mixpay.md §3a (Paylink) and §3b (one-time payment). */
#ifndef PAY_LINK_H
#define PAY_LINK_H

#include <stdbool.h>

#include "base/arena.h"
#include "pay/order.h"

/* What the shop adds to an order's own terms. No text is NULL; "" leaves the parameter out. */
struct link_terms {
    const char *pages;        /* MixPay's pages, "https://mixpay.me" */
    const char *callback_url;
    const char *callback_events;
    const char *return_to, *failed_return_to;
    const char *remark, *settlement_memo;
    bool        strict_mode;
};

/* "https://mixpay.me/pay?payeeId=…": every value percent-encoded. */
const char *link_paylink(struct arena *arena, const struct order *order,
        const struct link_terms *terms);

/* The body of POST /one_time_payment; the exact bytes are kept with the order and sent as they
 * are. */
const char *link_request(struct arena *arena, const struct order *order,
        const struct link_terms *terms);

/* "https://mixpay.me/code/{code}" */
const char *link_of_code(struct arena *arena, const char *pages, const char *code);

#endif
