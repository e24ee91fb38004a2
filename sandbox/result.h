/* result.h: what MixPay says of a payment: the data of GET /payments_result.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_RESULT_H
#define SANDBOX_RESULT_H

#include <jansson.h>
#include <stdbool.h>

#include "sandbox/app.h"
#include "sandbox/payment.h"

/*
 * The object of protocol/mixpay.md §4 with every field, in the dress that the switches say, and
 * the payment's `raw` members laid over it. It belongs to the arena. `with_…`: what was asked for.
 */
bool result_json(const struct station *station, struct arena *arena, const struct payment *payment,
        bool with_payment, bool with_transactions, json_t **result, struct error *err);

#endif
