/* terms.h: the parameters of a new payment, as the API and the Paylink page take them.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_TERMS_H
#define SANDBOX_TERMS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "sandbox/app.h"
#include "sandbox/payment.h"
#include "web/call.h"

/* Where parameters may stand: MixPay takes JSON, a form, and a bare query with an empty body
 * (protocol/mixpay-behaviours.md rows 6 and 7). */
struct inputs {
    const struct call *call;
    json_t            *json; /* NULL without a JSON body */
};

/* Reads the call's body by its type. Refused with 1017 when it cannot be read. */
bool inputs_read(struct call *call, struct inputs *inputs, struct error *err);

/* A parameter's text, from a JSON text or number too; NULL when it is absent, null or empty.
 * Refused with 1017 when it is something else. */
bool inputs_text(const struct inputs *inputs, const char *name, const char **text,
        struct error *err);

/*
 * Reads the terms of a new payment (protocol/mixpay.md §3a, 3b) into an otherwise empty one. A
 * Paylink may leave out the amount and the settlement asset, and its `amount` wins over
 * quoteAmount. Refused with MixPay's code for what is missing or wrong.
 */
bool terms_read(const struct inputs *inputs, bool paylink, struct payment *payment,
        struct error *err);

/* Is there such a payee? Refused with 10001; folds the id. */
bool terms_payee(struct station *station, struct arena *arena, const char *text,
        const char **payee_id, struct error *err);
/* An order id's shape (protocol/mixpay.md §2). Refused with 1017. */
bool terms_order(struct station *station, const char *text, struct error *err);
bool terms_trace(struct station *station, struct arena *arena, const char *text,
        const char **trace_id, struct error *err);
/* An amount in its asset's bounds. Refused with 10011, 10004, 10005. */
bool terms_amount(struct station *station, const char *text, const struct asset *asset,
        struct amount *amount, struct error *err);

#endif
