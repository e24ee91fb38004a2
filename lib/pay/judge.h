/* judge.h: what an answer of MixPay means for an order. Pure.
 * SPDX-License-Identifier: ISC */
#ifndef PAY_JUDGE_H
#define PAY_JUDGE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "pay/order.h"
#include "pay/result.h"

struct verdict {
    enum order_happening happening;
    unsigned             flags;        /* to raise */
    const char          *failure_code; /* of SEEN_FAILED; else "" */
    const char          *sentence;     /* why, for the order's story */
    json_t              *checks;       /* every comparison, both sides, and whether it held */
};

/*
 * An order is proven paid only when all of this holds (protocol/mixpay.md §4): the answer came with
 * HTTP 200 and a successful envelope (the caller's `sound`), its status is success, its payee is
 * the order's, its quote asset is the order's, its quote amount equals the order's as a decimal,
 * and it is about this order's trace. A success that fails one of these is a flag for a person,
 * never paid.
 *
 * `now` is s since 1970 UTC, when the answer was read. Everything in the verdict is in the arena.
 */
struct verdict order_judge(struct arena *arena, const struct order *order,
        const struct result *result, bool sound, int64_t now);

/* The same for "order does not exist" (code 10062, or 404): nobody has opened the link yet. */
struct verdict order_judge_unknown(struct arena *arena, const struct order *order, int64_t now);

#endif
