/* mixpay_control.c: how tests drive the pretend MixPay, and what they may look at.
 * SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/uuid.h"
#include "sandbox/act.h"
#include "sandbox/answer.h"
#include "sandbox/callbacks.h"
#include "sandbox/mixpay.h"
#include "sandbox/payment.h"
#include "sandbox/requests.h"
#include "sandbox/result.h"
#include "sandbox/schema.h"
#include "sandbox/terms.h"

enum { ACT_BODY = 32768, MOST_PAYMENTS = 500 };

struct deed {
    struct call     *call;
    struct inputs    inputs;
    const char      *trace_id, *order_id, *payee_id; /* NULL where not given */
    struct act_order order;
    struct payment   payment;
};

static bool
find_payment(struct deed *deed, bool *found, struct error *err)
{
    struct db    *db = deed->call->station->db;
    struct arena *arena = deed->call->arena;

    if (deed->trace_id != NULL)
        return payment_by_trace(db, arena, deed->trace_id, &deed->payment, found, err);
    if (deed->payee_id != NULL)
        return payment_by_order(db, arena, deed->payee_id, deed->order_id, &deed->payment, found,
                err);
    return payment_by_order_alone(db, arena, deed->order_id, &deed->payment, found, err);
}

/* A Paylink that nobody opened is nothing MixPay knows of; the caller may stand in for the shopper
 * and give the terms that the address has. */
static bool
stand_in(struct deed *deed, struct error *err)
{
    char trace[UUID_TEXT];

    if (json_object_get(deed->inputs.json, "payeeId") == NULL
            || json_object_get(deed->inputs.json, "quoteAmount") == NULL)
        return fail(err, ERROR_MISSING, "MixPay does not know this payment: nobody opened its "
                "Paylink. To act for the shopper give its payeeId, quoteAmount and quoteAssetId, "
                "too.");
    if (!terms_read(&deed->inputs, true, &deed->payment, err))
        return false;
    uuid_make(trace);
    if (deed->payment.trace_id == NULL)
        deed->payment.trace_id = arena_copy(deed->call->arena, trace);
    return payment_save(deed->call->station->db, &deed->payment, err);
}

static bool
do_deed(void *context, struct error *err)
{
    struct deed *deed = context;
    bool         found;

    if (!find_payment(deed, &found, err) || (!found && !stand_in(deed, err)))
        return false;
    return act_play(deed->call->station, deed->call->arena, &deed->payment, &deed->order, err);
}

static bool
read_ids(struct deed *deed, struct error *err)
{
    struct station *station = deed->call->station;
    struct arena   *arena = deed->call->arena;

    if (!inputs_text(&deed->inputs, "traceId", &deed->trace_id, err)
            || !inputs_text(&deed->inputs, "orderId", &deed->order_id, err)
            || !inputs_text(&deed->inputs, "payeeId", &deed->payee_id, err))
        return false;
    if (deed->trace_id == NULL && deed->order_id == NULL)
        return fail(err, ERROR_INPUT, "Name the payment: \"orderId\" or \"traceId\".");
    return (deed->trace_id == NULL
                   || terms_trace(station, arena, deed->trace_id, &deed->trace_id, err))
            && (deed->payee_id == NULL
                    || terms_payee(station, arena, deed->payee_id, &deed->payee_id, err));
}

static bool
read_order(struct deed *deed, struct error *err)
{
    const json_t *json = deed->inputs.json;
    const char   *mode = json_member(json, "callback");

    deed->order = (struct act_order){ json_member(json, "do"), json,
        json_is_true(json_object_get(json, "force")), -1 };
    if (deed->order.name == NULL)
        return fail(err, ERROR_INPUT, "Say what happens: \"do\".");
    if (json_object_get(json, "callback") == NULL)
        return true;
    deed->order.mode = mode == NULL ? -1 : switches_option(SWITCH_CALLBACKS, mode);
    return deed->order.mode >= 0 || fail(err, ERROR_INPUT, "\"callback\" is normal, none, late, "
            "twice, forged or out_of_order.");
}

static bool
act(struct call *call, struct error *err)
{
    struct deed deed = { .call = call, .inputs = { call, NULL } };
    json_t     *result;

    if (!call_read_json(call, &deed.inputs.json, err) || !read_ids(&deed, err)
            || !read_order(&deed, err) || !db_transact(call->station->db, do_deed, &deed, err)
            || !result_json(call->station, call->arena, &deed.payment, false, false, &result, err))
        return false;
    call->subject = deed.payment.order_id;
    return answer_json(call, 200, json_pack("{s:O, s:s, s:s?, s:s, s:s?}", "status",
            json_object_get(result, "status"), "traceId", deed.payment.trace_id, "orderId",
            deed.payment.order_id, "payeeId", deed.payment.payee_id, "code", deed.payment.code));
}

/* ---- switches -------------------------------------------------------------------------------- */

static bool
show_switches(struct call *call, struct error *err)
{
    json_t *shown;
    bool    done = switches_show(call->station->db, call->arena, &shown, err);

    json_keep(call->arena, shown);
    return done && answer_json(call, 200, json_incref(shown));
}

struct setting {
    struct call *call;
    json_t      *wanted;
};

static bool
set_switches(void *context, struct error *err)
{
    struct setting *setting = context;

    return switches_set(setting->call->station->db, setting->call->arena, setting->wanted, err);
}

static bool
change_switches(struct call *call, struct error *err)
{
    struct setting setting = { call, NULL };

    return call_read_json(call, &setting.wanted, err)
            && db_transact(call->station->db, set_switches, &setting, err)
            && show_switches(call, err);
}

static bool
wipe(void *context, struct error *err)
{
    struct call *call = context;

    return db_script(call->station->db, sandbox_wipe, err);
}

/* An application/json body keeps other sites' pages from doing it. */
static bool
reset(struct call *call, struct error *err)
{
    json_t *ignored;

    if (call->body_length > 0 && !call_read_json(call, &ignored, err))
        return false;
    return db_transact(call->station->db, wipe, call, err)
            && answer_json(call, 200, json_pack("{s:b}", "reset", true));
}

/* ---- what happened --------------------------------------------------------------------------- */

static bool
payment_json(struct call *call, const struct payment *payment, json_t **shown, struct error *err)
{
    json_t *result, *callbacks;

    if (!result_json(call->station, call->arena, payment, true, true, &result, err)
            || !callbacks_show(call->station->db, call->arena, payment->trace_id, &callbacks, err))
        return false;
    *shown = json_pack("{s:s, s:s?, s:s?, s:s, s:O, s:s, s:s, s:O, s:I, s:O, s:o}", "traceId",
            payment->trace_id, "orderId", payment->order_id, "code", payment->code, "payeeId",
            payment->payee_id, "status", json_object_get(result, "status"), "callbackUrl",
            payment->callback_url, "settlementMemo", payment->memo, "expiredAt",
            json_object_get(result, "expiredAt"), "createdAt", (json_int_t)payment->created_at,
            "result", result, "callbacks", callbacks);
    return true;
}

static bool
show_payments(struct call *call, struct error *err)
{
    struct payment *list;
    size_t          count;
    json_t         *shown = json_keep(call->arena, json_array());

    if (!payment_list(call->station->db, call->arena, MOST_PAYMENTS, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        json_t *one;

        if (!payment_json(call, &list[i], &one, err))
            return false;
        json_array_append_new(shown, one);
    }
    return answer_json(call, 200, json_incref(shown));
}

/* By order or by trace. */
static bool
show_one(struct call *call, struct error *err)
{
    const char    *id = call_capture(call, "id");
    struct db     *db = call->station->db;
    struct payment payment;
    json_t        *shown;
    char           trace[UUID_TEXT];
    bool           found;

    if (!payment_by_order_alone(db, call->arena, id, &payment, &found, err))
        return false;
    if (!found && uuid_fold(id, trace)
            && !payment_by_trace(db, call->arena, trace, &payment, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_MISSING, "MixPay does not know this payment.");
    return payment_json(call, &payment, &shown, err) && answer_json(call, 200, shown);
}

static bool
show_requests(struct call *call, struct error *err)
{
    json_t *list;
    bool    done = requests_show(call->station->db, call->arena, call_query(call, "path"), &list,
            err);

    json_keep(call->arena, list);
    return done && answer_json(call, 200, json_pack("{s:i, s:O}", "count",
            (int)json_array_size(list), "requests", list));
}

const struct route mixpay_control_routes[] = {
    { "POST", "/mixpay/act",           act,             anyone, ACT_BODY },
    { "GET",  "/mixpay/switch",        show_switches,   anyone, 0        },
    { "POST", "/mixpay/switch",        change_switches, anyone, ACT_BODY },
    { "POST", "/mixpay/reset",         reset,           own_page, ACT_BODY },
    { "GET",  "/mixpay/payments",      show_payments,   anyone, 0        },
    { "GET",  "/mixpay/payments/{id}", show_one,        anyone, 0        },
    { "GET",  "/mixpay/requests",      show_requests,   anyone, 0        },
    { NULL, NULL, NULL, NULL, 0 }
};
