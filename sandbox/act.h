/* act.h: what can happen to a payment: one row for each button and each "do".
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_ACT_H
#define SANDBOX_ACT_H

#include <jansson.h>
#include <stdbool.h>

#include "sandbox/app.h"
#include "sandbox/payment.h"

struct act_order {
    const char   *name;   /* "paid", "confirming", … */
    const json_t *with;   /* its arguments, texts or numbers; NULL: none */
    bool          force;  /* even when MixPay would never change it again */
    int           mode;   /* enum callback_mode for what it causes; -1: as the switch says */
};

/*
 * Lets that happen: changes and saves the payment, and queues its callbacks. Runs inside a
 * transaction. ERROR_INPUT: there is no such act, or an argument makes no sense; ERROR_CONFLICT: it
 * cannot happen now, such as anything to a finished payment without `force`.
 */
bool act_play(struct station *station, struct arena *arena, struct payment *payment,
        const struct act_order *order, struct error *err);

/* The buttons that make sense now, by group: [{"title","acts":[{"do","label","about"}…]}…]. */
json_t *act_offers(const struct payment *payment);

#endif
