/* mixpay_pages.c: the pretend MixPay's checkout page, with a button for every outcome.
 * SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/uuid.h"
#include "sandbox/act.h"
#include "sandbox/answer.h"
#include "sandbox/mixpay.h"
#include "sandbox/payment.h"
#include "sandbox/requests.h"
#include "sandbox/terms.h"

enum { ACT_BODY = 2048, MOST_DOTS = 12, REFRESH_S = 2, RETURN_S = 3 };

/* ---- what the page shows --------------------------------------------------------------------- */

static const char *
amount_text(struct arena *arena, struct amount amount)
{
    char text[AMOUNT_TEXT];

    amount_print(amount, text);
    return arena_copy(arena, text);
}

static json_t *
coins_view(struct arena *arena, const struct payment *payment)
{
    const struct asset *chosen = payment_coin(payment);
    json_t             *coins = json_array();

    for (size_t i = 0; asset_at(i) != NULL; i++) {
        const struct asset *coin = asset_at(i);
        struct amount       amount, least, most;

        if (!coin->is_coin || !asset_convert(payment->quote, payment->quote_asset, coin, true,
                &amount, NULL))
            continue;
        asset_bounds(coin, &least, &most);
        json_array_append_new(coins, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "id",
                coin->id, "symbol", coin->symbol, "name", coin->name, "network", coin->network,
                "amount", amount_text(arena, amount), "chosen", coin == chosen, "unusable",
                amount_compare(amount, most) > 0));
    }
    return coins;
}

/* Filled and empty, as many as fit a line. */
static json_t *
dots_view(const struct payment *payment)
{
    json_t *dots = json_array();

    for (int i = 0; i < payment->need && payment->need <= MOST_DOTS; i++)
        json_array_append_new(dots, json_pack("{s:b}", "seen", i < payment->have));
    return dots;
}

/* "29:59", "1:02:03" */
static const char *
left_text(struct arena *arena, int64_t seconds)
{
    int hours = (int)(seconds / 3600), minutes = (int)(seconds / 60 % 60);
    int rest = (int)(seconds % 60);

    return hours > 0 ? arena_format(arena, "%d:%02d:%02d", hours, minutes, rest)
                     : arena_format(arena, "%d:%02d", minutes, rest);
}

static json_t *
deadline_view(struct arena *arena, const struct payment *payment, enum payment_status status)
{
    int64_t left = payment->expires_at - clock_now();
    char    moment[CLOCK_TEXT];

    if (payment->expires_at == 0 || left <= 0
            || (status != PAYMENT_UNPAID && status != PAYMENT_PAID_LESS))
        return json_false();
    clock_text(payment->expires_at, moment);
    return json_pack("{s:s, s:s, s:I}", "left", left_text(arena, left), "at", moment, "seconds",
            (json_int_t)left);
}

/* What goes where the payer came from. Only an http address becomes a link. */
static const char *
way_back(struct arena *arena, const struct payment *payment, enum payment_status status)
{
    const char *to = status == PAYMENT_FAILED && payment->failed_return_to[0] != '\0'
            ? payment->failed_return_to : payment->return_to;
    struct url  url;

    return url_parse(arena, to, &url, NULL) ? to : "";
}

static json_t *
short_view(struct arena *arena, const struct payment *payment)
{
    struct amount rest = { 0 };

    amount_subtract(payment->payable, payment->paid, &rest, NULL);
    return json_pack("{s:s, s:s}", "paid", amount_text(arena, payment->paid), "rest",
            amount_text(arena, rest));
}

/* Where it stands, as one member that is true, and what belongs to that state. */
static void
add_state(json_t *view, struct arena *arena, const struct payment *payment,
        struct payment_seen seen)
{
    const char *status = payment_status_text(seen.status, false);
    bool        final = seen.status == PAYMENT_SUCCESS || seen.status == PAYMENT_FAILED;

    json_object_set_new(view, "status", json_string(status));
    json_object_set_new(view, arena_format(arena, "is_%s", status), json_true());
    json_object_set_new(view, "final", json_boolean(final));
    json_object_set_new(view, "can_choose",
            json_boolean(seen.status == PAYMENT_UNPAID && payment->has_quote));
    if (seen.status == PAYMENT_CONFIRMING)
        json_object_set_new(view, "confirmations", json_pack("{s:i, s:i, s:b, s:o}", "have",
                payment->have, "need", payment->need, "by_itself", payment->auto_at_ms > 0, "dots",
                dots_view(payment)));
    if (seen.status == PAYMENT_PAID_LESS)
        json_object_set_new(view, "short", short_view(arena, payment));
    if (seen.status == PAYMENT_FAILED)
        json_object_set_new(view, "failure", json_pack("{s:s, s:s}", "code", seen.failure_code,
                "reason", seen.failure_reason));
    if (final)
        json_object_set_new(view, "back", json_string(way_back(arena, payment, seen.status)));
    if (payment->surplus.units > 0)
        json_object_set_new(view, "surplus", json_string(amount_text(arena, payment->surplus)));
    json_object_set_new(view, "given_back",
            json_boolean(strcmp(payment->surplus_status, "success") == 0));
    json_object_set_new(view, "deadline", deadline_view(arena, payment, seen.status));
}

static json_t *
payment_view(struct arena *arena, const struct payment *payment)
{
    struct payment_seen seen = payment_seen(payment, clock_now(), false);
    const struct asset *coin = payment->paid_asset != NULL ? payment->paid_asset
            : payment_coin(payment);
    struct amount       payable = payment->payable;
    json_t             *view = json_object();

    if (payable.units == 0)
        asset_convert(payment->quote, payment->quote_asset, payment_coin(payment), true, &payable,
                NULL);
    json_object_update_new(view, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s,"
            " s:i}", "trace", payment->trace_id, "order",
            payment->order_id == NULL ? "" : payment->order_id, "payee", payment->payee_id,
            "amount", amount_text(arena, payment->quote), "symbol",
            payment->quote_asset->symbol, "remark", payment->remark, "wants_amount",
            !payment->has_quote, "coin", coin->symbol, "network", coin->network, "payable",
            amount_text(arena, payable), "version", payment->version));
    json_object_set_new(view, "paid", json_string(amount_text(arena, payment->paid)));
    json_object_set_new(view, "by_code", json_boolean(payment->code != NULL));
    add_state(view, arena, payment, seen);
    if (payment->has_quote && seen.status == PAYMENT_UNPAID)
        json_object_set_new(view, "coins", coins_view(arena, payment));
    if (payment->has_quote)
        json_object_set_new(view, "groups", act_offers(payment));
    return view;
}

static const char *
trace_path(struct call *call, const char *trace_id)
{
    return arena_format(call->arena, "%s/mixpay/trace/%s", call->app->path, trace_id);
}

/* Without scripts a page that waits comes again by itself, and a payer just done is taken back to
 * the shop, both by the header Refresh. */
static void
set_refresh(struct call *call, const struct payment *payment)
{
    enum payment_status status = payment_seen(payment, clock_now(), false).status;
    const char         *back = way_back(call->arena, payment, status);
    bool                done = status == PAYMENT_SUCCESS || status == PAYMENT_FAILED;

    if (payment->auto_at_ms > 0)
        call_set(call, "Refresh", arena_format(call->arena, "%d; url=%s?done=1", REFRESH_S,
                trace_path(call, payment->trace_id)));
    else if (done && *back != '\0' && call_query(call, "done") != NULL)
        call_set(call, "Refresh", arena_format(call->arena, "%d; url=%s", RETURN_S, back));
}

static bool
show_payment(struct call *call, const struct payment *payment, struct error *err)
{
    json_t *view = payment_view(call->arena, payment);

    json_object_set_new(view, "title", json_string("Pay"));
    json_object_set_new(view, "returning",
            json_boolean(call_query(call, "done") != NULL && payment->auto_at_ms == 0));
    set_refresh(call, payment);
    call->subject = payment->order_id;
    return answer_page(call, 200, "payment", view, err);
}

/* ---- the addresses --------------------------------------------------------------------------- */

struct opening {
    struct call   *call;
    struct payment payment; /* as the address has it, then as it is */
};

/* Nothing is paid yet, so the address of today counts, edited or not; what MixPay keeps is the
 * trace. */
static void
take_terms_again(struct payment *terms, const struct payment *existing)
{
    terms->trace_id = existing->trace_id;
    terms->created_at = existing->created_at;
    terms->version = existing->version;
    terms->raw = existing->raw;
    if (terms->payment_asset == NULL)
        terms->payment_asset = existing->payment_asset;
    if (!terms->has_quote) {
        terms->has_quote = existing->has_quote;
        terms->quote = existing->quote;
    }
}

static bool
find_opened(struct opening *opening, struct payment *existing, bool *found, struct error *err)
{
    const struct payment *terms = &opening->payment;
    struct db            *db = opening->call->station->db;
    struct arena         *arena = opening->call->arena;

    *found = false;
    if (terms->trace_id != NULL)
        return payment_by_trace(db, arena, terms->trace_id, existing, found, err);
    return terms->order_id == NULL
            || payment_by_order(db, arena, terms->payee_id, terms->order_id, existing, found, err);
}

static bool
open_paylink(void *context, struct error *err)
{
    struct opening *opening = context;
    struct payment  existing, *terms = &opening->payment;
    char            trace[UUID_TEXT];
    bool            found;

    if (!find_opened(opening, &existing, &found, err))
        return false;
    if (found && existing.code != NULL)
        return fail(err, ERROR_CONFLICT, "This order has a payment link of its own, made by the"
                " shop for this payment alone. It cannot be paid by this address any more.");
    if (found && payment_seen(&existing, clock_now(), false).status != PAYMENT_UNPAID) {
        *terms = existing;
        return true;
    }
    uuid_make(trace);
    if (found)
        take_terms_again(terms, &existing);
    else if (terms->trace_id == NULL)
        terms->trace_id = arena_copy(opening->call->arena, trace);
    return payment_save(opening->call->station->db, terms, err);
}

static bool
show_paylink(struct call *call, struct error *err)
{
    struct opening opening = { .call = call };
    struct inputs  inputs = { call, NULL };

    return terms_read(&inputs, true, &opening.payment, err)
            && db_transact(call->station->db, open_paylink, &opening, err)
            && show_payment(call, &opening.payment, err);
}

static bool
show_code(struct call *call, struct error *err)
{
    struct payment payment;
    char           code[UUID_TEXT];
    bool           found = false;

    if (uuid_fold(call_capture(call, "code"), code)
            && !payment_by_code(call->station->db, call->arena, code, &payment, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_MISSING, "There is no payment link with this code.");
    return show_payment(call, &payment, err);
}

static bool
load_trace(struct call *call, struct payment *payment, struct error *err)
{
    bool found;

    if (!payment_by_trace(call->station->db, call->arena, call_capture(call, "trace"), payment,
            &found, err))
        return false;
    return found || fail(err, ERROR_MISSING, "There is no payment with this trace.");
}

static bool
show_trace(struct call *call, struct error *err)
{
    struct payment payment;

    return load_trace(call, &payment, err) && show_payment(call, &payment, err);
}

/* For the script on the page, which asks whether anything is new. */
static bool
show_state(struct call *call, struct error *err)
{
    struct payment      payment;
    struct payment_seen seen;

    if (!load_trace(call, &payment, err))
        return false;
    seen = payment_seen(&payment, clock_now(), false);
    return answer_json(call, 200, json_pack("{s:s, s:i}", "status",
            payment_status_text(seen.status, false), "version", payment.version));
}

/* ---- the buttons ----------------------------------------------------------------------------- */

struct press {
    struct call     *call;
    struct payment   payment;
    struct act_order order;
};

static bool
press_button(void *context, struct error *err)
{
    struct press *press = context;

    return load_trace(press->call, &press->payment, err) && act_play(press->call->station,
            press->call->arena, &press->payment, &press->order, err);
}

/* The form's fields are the act's arguments. */
static json_t *
arguments(const struct call *call)
{
    json_t *with = json_keep(call->arena, json_object());

    for (size_t i = 0; i < call->form.count; i++)
        json_object_set_new(with, call->form.list[i].name, json_string(call->form.list[i].value));
    return with;
}

static bool
act_by_button(struct call *call, struct error *err)
{
    struct press        press = { .call = call };
    struct payment_seen seen;

    if (!call_read_form(call, err))
        return false;
    press.order = (struct act_order){ call_form(call, "do"), arguments(call),
        call_form(call, "force") != NULL, -1 };
    if (press.order.name == NULL)
        return fail(err, ERROR_INPUT, "The button is missing.");
    if (!db_transact(call->station->db, press_button, &press, err))
        return false;
    call->subject = press.payment.order_id;
    seen = payment_seen(&press.payment, clock_now(), false);
    return call_redirect(call, arena_format(call->arena, "%s%s",
            trace_path(call, press.payment.trace_id),
            seen.status == PAYMENT_SUCCESS || seen.status == PAYMENT_FAILED ? "?done=1" : ""));
}

static bool
show_transfer(struct call *call, struct error *err)
{
    struct transfer transfer;
    char            at[CLOCK_TEXT];
    bool            found;

    if (!transfer_by_txid(call->station->db, call->arena, call_capture(call, "txid"), &transfer,
            &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_MISSING, "There is no transaction with this id.");
    clock_text(transfer.at, at);
    return answer_page(call, 200, "transfer", json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}",
            "title", "Transaction", "txid", transfer.txid, "amount",
            amount_text(call->arena, transfer.amount), "symbol", transfer.asset->symbol, "network",
            transfer.asset->network, "have", transfer.have, "need", transfer.need, "at", at), err);
}

const struct route mixpay_page_routes[] = {
    { "GET",  "/mixpay/pay",                 show_paylink,  shopper,  0        },
    { "GET",  "/mixpay/code/{code}",         show_code,     shopper,  0        },
    { "GET",  "/mixpay/trace/{trace}",       show_trace,    anyone,   0        },
    { "GET",  "/mixpay/trace/{trace}/state", show_state,    anyone,   0        },
    { "POST", "/mixpay/trace/{trace}/act",   act_by_button, own_page, ACT_BODY },
    { "GET",  "/mixpay/tx/{txid}",           show_transfer, anyone,   0        },
    { NULL, NULL, NULL, NULL, 0 }
};
