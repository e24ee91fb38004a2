/* callback.c: takes the word of those who call back: MixPay.
 * SPDX-License-Identifier: ISC
 *
 * Anyone can forge a callback, and it carries no result on purpose (protocol/mixpay.md §5). So it
 * changes no order: it only makes the look due that asks MixPay with our own stored ids. */
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/uuid.h"
#include "cgi-bin/tables.h"
#include "guard.h"
#include "store/orders.h"

#define ORDER_ID_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

static bool
unknown(struct error *err)
{
    return fail(err, ERROR_MISSING, "Not found.");
}

/* An order id is unique together with its payee: somebody else may have one like ours (§2). */
static bool
is_of_another_payee(const json_t *hint, const struct order *order)
{
    const char *payee = json_member(hint, "payeeId");
    char        folded[UUID_TEXT];

    return payee != NULL && *payee != '\0'
            && !(uuid_fold_loose(payee, folded) && text_equal(folded, order->payee));
}

/* One of our order ids is required; a trace alone proves nothing. */
static bool
find_order(struct call *call, const json_t *hint, struct order *order, struct error *err)
{
    const char *order_id = json_member(hint, "orderId");
    size_t      length = order_id == NULL ? 0 : strlen(order_id);

    if (length < 6 || length > 36 || !text_is_made_of(order_id, ORDER_ID_LETTERS))
        return unknown(err);
    if (!store_order_by_id(call->station->store, call->arena, order_id, order, err))
        return err->code == ERROR_MISSING ? unknown(err) : false;
    if (is_of_another_payee(hint, order))
        return unknown(err);
    call->subject = order->order_id;
    return true;
}

static bool
take_hint(struct call *call, struct error *err)
{
    json_t      *hint;
    struct order order;
    bool         late, written;

    if (!call_read_json(call, &hint, err) || !find_order(call, hint, &order, err))
        return false;
    late = order.state == ORDER_EXPIRED; /* money may come even after the watch is over */
    if ((late || order_next_look(&order, clock_now_ms(), 0) != 0)
            && !outbox_prompt(call->station->store, JOB_LOOK, order.order_id, clock_now_ms(),
                    PRIORITY_CALLBACK, "callback", late, &written, err))
        return false;
    return call_answer_json(call, 200, json_keep(call->arena, json_pack("{s:s}", "code",
            "SUCCESS")));
}

const struct route callback_routes[] = {
    /* method, path, handler, who may call, largest body */
    { "POST", "/mixpay/callback", take_hint, anyone, 8192 },
    { NULL,   NULL,               NULL,      NULL,   0    },
};
