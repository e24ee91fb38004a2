/* result.h: MixPay's answer to "what became of this payment?", read tolerantly.
 * SPDX-License-Identifier: ISC
 *
 * Source: protocol/mixpay.md §4; tolerance rules: protocol/mixpay-behaviours.md §8. */
#ifndef PAY_RESULT_H
#define PAY_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum result_status {
    RESULT_UNPAID,
    RESULT_CONFIRMING,
    RESULT_PAID_LESS,
    RESULT_PENDING,
    RESULT_AUDITING,
    RESULT_SUCCESS,
    RESULT_FAILED,
    RESULT_UNKNOWN, /* a word that we do not know: neither final nor success */
};

/* Texts belong to the arena; "" where MixPay gave none. Amounts stay text: only the quote amount
 * must be readable, and order_judge reads it. */
struct result {
    enum result_status status;     /* in today's words; older servers' "pending" is told apart */
    const char        *word;       /* the status as it came */
    const char        *trace_id, *payee_id, *quote_asset, *quote_amount;
    const char        *failure_code; /* "0" = none, told as "" */
    const char        *failure_reason;
    const char        *payment_amount, *payment_symbol, *payable_amount, *payable_symbol;
    const char        *surplus_amount, *txid, *explorer_url;
    const char        *settle_status, *settle_amount, *settle_symbol, *settle_asset;
    int64_t            date;                                /* s since 1970, 0 where unreadable */
    int64_t            confirmations, confirmations_needed; /* -1: not told */
};

/* `data` is the envelope's data; false when it is no object at all. */
bool result_read(struct arena *arena, const json_t *data, struct result *result);

/* What is still to pay: payable − payment, "" when that is not known or nothing is left. */
const char *result_rest(struct arena *arena, const char *payable, const char *paid);

#endif
