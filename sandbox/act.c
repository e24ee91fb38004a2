/* act.c: what can happen to a payment: one row for each button and each "do".
 * SPDX-License-Identifier: ISC */
#include "sandbox/act.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "sandbox/answer.h"
#include "sandbox/callbacks.h"
#include "sandbox/terms.h"

enum { STEP_MS = 1500 /* between confirmations that come by themselves */ };

/* From which states a button is shown. */
enum {
    AT_UNPAID = 1 << PAYMENT_UNPAID,
    AT_CONFIRMING = 1 << PAYMENT_CONFIRMING,
    AT_SHORT = 1 << PAYMENT_PAID_LESS,
    AT_PENDING = 1 << PAYMENT_PENDING,
    AT_AUDITING = 1 << PAYMENT_AUDITING,
    AT_SUCCESS = 1 << PAYMENT_SUCCESS,
    AT_FAILED = 1 << PAYMENT_FAILED,
    AT_ANY_OPEN = AT_UNPAID | AT_CONFIRMING | AT_SHORT | AT_PENDING | AT_AUDITING,
    AT_END = AT_SUCCESS | AT_FAILED
};

/* What a failed payment had got before it failed. */
enum got { GOT_WHAT_CAME, GOT_NOTHING, GOT_HALF, GOT_ALL, GOT_ANOTHER_COIN };

struct stage;

/* What an act needs: PRICED that the amount to pay is known; ANY_TIME not even an open payment. Its
 * button shows only when TIME_IS_UP. */
enum { PRICED = 1, ANY_TIME = 2, TIME_IS_UP = 4 };

struct act {
    const char *name;
    bool (*play)(struct stage *stage, struct error *err);
    unsigned    needs;
    const char *code; /* of failures */
    enum got    got;
    unsigned    offered;
    const char *group, *label, *about;
};

struct stage {
    struct station   *station;
    struct arena     *arena;
    struct payment   *payment;
    const struct act *act;
    const json_t     *with;
    unsigned          events; /* that it causes */
};

/* A coin transfer comes in. */
static bool
receive(struct stage *stage, struct amount amount, const struct asset *asset, struct error *err)
{
    struct payment *payment = stage->payment;
    int             need = payment->need > 0 ? payment->need : asset->confirmations;
    int             have = payment->have >= 0 ? payment->have : need;

    if (!amount_add(payment->paid, amount, &payment->paid, err))
        return false;
    payment->paid_asset = asset;
    payment->paid_at = clock_now();
    return transfer_add(stage->station->db, stage->arena, payment, amount, asset, have, need, err);
}

/* Whatever is still missing comes in. */
static bool
receive_rest(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    struct amount   rest;

    if (amount_compare(payment->paid, payment->payable) >= 0)
        return true;
    return amount_subtract(payment->payable, payment->paid, &rest, err)
            && receive(stage, rest, payment->payment_asset, err);
}

static bool
forget_progress(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;

    payment->status = PAYMENT_UNPAID;
    payment->paid = payment->payable = payment->surplus = (struct amount){ 0 };
    payment->paid_asset = NULL;
    payment->have = -1;
    payment->need = 0;
    payment->surplus_status = "no";
    payment->failure_code = "0";
    payment->failure_reason = "";
    payment->paid_at = payment->auto_at_ms = 0;
    payment->settled = payment->expiry_told = false;
    return transfer_forget(stage->station->db, payment->trace_id, err);
}

static bool
finish(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    struct amount   extra = { 0 };

    if (amount_compare(payment->paid, payment->payable) > 0) {
        if (!amount_subtract(payment->paid, payment->payable, &extra, err))
            return false;
        payment->surplus_status = "pending";
    }
    payment->surplus = extra;
    payment->status = PAYMENT_SUCCESS;
    payment->auto_at_ms = 0;
    payment->settled = stage->station->switches.values[SWITCH_SETTLE] == SETTLE_NOW;
    stage->events |= EVENT_SUCCESS | (payment->settled ? EVENT_SETTLE : 0);
    return transfer_confirm(stage->station->db, payment->trace_id,
            payment->paid_asset->confirmations, payment->paid_asset->confirmations, err);
}

/* An argument that is an amount; *given says whether it was there. */
static bool
amount_argument(const struct stage *stage, const char *name, struct amount *amount, bool *given,
        struct error *err)
{
    const char *text = json_decimal(stage->with, name);

    *given = json_object_get(stage->with, name) != NULL;
    if (!*given)
        return true;
    if (text == NULL || !amount_parse(text, amount, NULL) || amount->units == 0)
        return fail(err, ERROR_INPUT, "\"%s\" is an amount above zero, such as \"0.00001\".", name);
    return true;
}

static bool
count_argument(const struct stage *stage, const char *name, int least, int most, int *count,
        struct error *err)
{
    long long given;

    if (json_object_get(stage->with, name) == NULL)
        return true;
    if (!json_whole(stage->with, name, least, most, &given))
        return fail(err, ERROR_INPUT, "\"%s\" is a number from %d to %d.", name, least, most);
    *count = (int)given;
    return true;
}

static bool
play_paid(struct stage *stage, struct error *err)
{
    return receive_rest(stage, err) && finish(stage, err);
}

/* Says where the confirmations stand; without arguments one more comes in, the last ends it. */
static bool
play_confirming(struct stage *stage, struct error *err)
{
    enum { NEED = 3, MOST = 10000 };
    struct payment *payment = stage->payment;
    bool            told = json_object_get(stage->with, "have") != NULL, given;
    int             need = payment->need > 0 ? payment->need : NEED;
    int             have = payment->have >= 0 ? payment->have + 1 : 1;
    struct amount   amount = payment->payable;

    if (!count_argument(stage, "need", 1, MOST, &need, err)
            || !count_argument(stage, "have", 0, need, &have, err)
            || !amount_argument(stage, "paid", &amount, &given, err))
        return false;
    if (!told && have > need)
        return play_paid(stage, err);
    payment->status = PAYMENT_CONFIRMING;
    payment->have = have;
    payment->need = need;
    stage->events |= EVENT_PENDING;
    if (given || payment->paid.units == 0) {
        payment->paid = (struct amount){ 0 };
        if (!transfer_forget(stage->station->db, payment->trace_id, err)
                || !receive(stage, amount, payment->payment_asset, err))
            return false;
    }
    return transfer_confirm(stage->station->db, payment->trace_id, have, need, err);
}

static bool
play_confirming_auto(struct stage *stage, struct error *err)
{
    stage->payment->auto_at_ms = clock_now_ms() + STEP_MS;
    return play_confirming(stage, err);
}

static struct amount
half_of(const struct payment *payment)
{
    struct amount half = { payment->payable.units / 2 };

    half = asset_floor(half, payment->payment_asset);
    return half.units > 0 ? half : (struct amount){ 1 };
}

static bool
set_short(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;

    payment->status = PAYMENT_PAID_LESS;
    payment->have = -1;
    payment->auto_at_ms = 0;
    stage->events |= EVENT_PAID_LESS;
    return transfer_confirm(stage->station->db, payment->trace_id,
            payment->payment_asset->confirmations, payment->payment_asset->confirmations, err);
}

static bool
play_paid_less(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    struct amount   amount = half_of(payment);
    bool            given;

    if (!amount_argument(stage, "paid", &amount, &given, err))
        return false;
    if (amount_compare(amount, payment->payable) >= 0)
        return fail(err, ERROR_INPUT, "\"paid\" is not less than what is payable.");
    payment->paid = (struct amount){ 0 };
    return transfer_forget(stage->station->db, payment->trace_id, err)
            && receive(stage, amount, payment->payment_asset, err) && set_short(stage, err);
}

/* The rest, or as much as is said: less leaves it short, more becomes a surplus. */
static bool
play_top_up(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    struct amount   amount;
    bool            given;

    if (!amount_argument(stage, "paid", &amount, &given, err))
        return false;
    if (!given)
        return play_paid(stage, err);
    if (!receive(stage, amount, payment->payment_asset, err))
        return false;
    return amount_compare(payment->paid, payment->payable) < 0 ? set_short(stage, err)
                                                               : finish(stage, err);
}

/* A tenth too much, or as much in all as is said. */
static bool
play_surplus(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    struct amount   total = payment->payable, tenth = { payment->payable.units / 10 + 1 }, more;
    bool            given;

    if (!amount_add(payment->payable, tenth, &total, err)
            || !amount_argument(stage, "paid", &total, &given, err))
        return false;
    if (amount_compare(total, payment->payable) <= 0)
        return fail(err, ERROR_INPUT, "\"paid\" is not more than what is payable.");
    return amount_subtract(total, payment->paid, &more, err)
            && receive(stage, more, payment->payment_asset, err) && finish(stage, err);
}

static bool
receive_another_coin(struct stage *stage, struct error *err)
{
    struct payment     *payment = stage->payment;
    const struct asset *other = asset_find_coin("TRX");
    struct amount       amount;

    if (other == payment->payment_asset)
        other = asset_find_coin("DOGE");
    payment->paid = (struct amount){ 0 };
    return transfer_forget(stage->station->db, payment->trace_id, err)
            && asset_convert(payment->payable, payment->payment_asset, other, true, &amount, err)
            && receive(stage, amount, other, err);
}

static bool
receive_before_failure(struct stage *stage, struct error *err)
{
    switch (stage->act->got) {
    case GOT_HALF:
        return stage->payment->paid.units > 0
                || receive(stage, half_of(stage->payment), stage->payment->payment_asset, err);
    case GOT_ALL:
        return receive_rest(stage, err);
    case GOT_ANOTHER_COIN:
        return receive_another_coin(stage, err);
    case GOT_NOTHING:
        stage->payment->paid = (struct amount){ 0 };
        stage->payment->paid_asset = NULL;
        stage->payment->paid_at = 0;
        return transfer_forget(stage->station->db, stage->payment->trace_id, err);
    case GOT_WHAT_CAME:
        break;
    }
    return true;
}

static bool
play_failure(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    const char     *code = stage->act->code, *reason = json_member(stage->with, "reason");

    if (code == NULL)
        code = json_decimal(stage->with, "code");
    if (code == NULL || strlen(code) > 20)
        return fail(err, ERROR_INPUT, "\"code\" is the failure code, such as \"40000\".");
    if (!receive_before_failure(stage, err))
        return false;
    payment->status = PAYMENT_FAILED;
    payment->failure_code = code;
    payment->failure_reason = reason == NULL ? payment_failure_reason(code) : reason;
    payment->auto_at_ms = 0;
    stage->events |= EVENT_FAIL;
    return true;
}

static bool
play_pending(struct stage *stage, struct error *err)
{
    stage->payment->status = PAYMENT_PENDING;
    stage->payment->have = -1;
    stage->payment->auto_at_ms = 0;
    stage->events |= EVENT_PENDING;
    return receive_rest(stage, err);
}

static bool
play_auditing(struct stage *stage, struct error *err)
{
    stage->payment->status = PAYMENT_AUDITING;
    stage->payment->have = -1;
    stage->payment->auto_at_ms = 0;
    return receive_rest(stage, err);
}

static bool
play_settle(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;

    if (payment->status != PAYMENT_SUCCESS)
        return fail(err, ERROR_CONFLICT, "Only a payment that succeeded is settled.");
    if (!payment->settled)
        stage->events |= EVENT_SETTLE;
    payment->settled = true;
    return true;
}

static bool
play_refund(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;

    if (payment->surplus.units == 0)
        return fail(err, ERROR_CONFLICT, "There is no surplus to give back.");
    payment->surplus_status = "success";
    return true;
}

static bool
play_unpaid(struct stage *stage, struct error *err)
{
    stage->payment->raw = NULL;
    return forget_progress(stage, err);
}

/* Members laid over the result, on top of those laid there before; null takes all away. */
static bool
play_raw(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    json_t         *given = json_object_get(stage->with, "result"), *all;
    const char     *status = json_member(given, "status");

    if (json_is_null(given)) {
        payment->raw = NULL;
        return true;
    }
    if (!json_is_object(given))
        return fail(err, ERROR_INPUT, "\"result\" is an object of members, or null.");
    all = payment->raw == NULL ? json_object() : json_loads(payment->raw, 0, NULL);
    json_object_update(json_keep(stage->arena, all), given);
    payment->raw = json_print(stage->arena, all);
    if (text_equal(status, "success"))
        stage->events |= EVENT_SUCCESS;
    if (text_equal(status, "failed"))
        stage->events |= EVENT_FAIL;
    return true;
}

static bool
play_choose(struct stage *stage, struct error *err)
{
    struct payment     *payment = stage->payment;
    const char         *name = json_member(stage->with, "coin");
    const struct asset *coin = name == NULL ? NULL : asset_find_coin(name);

    if (coin == NULL)
        return fail(err, ERROR_INPUT, "\"coin\" is a coin's symbol or asset id.");
    if (payment->status != PAYMENT_UNPAID)
        return fail(err, ERROR_CONFLICT, "Something was paid already: the coin stays.");
    payment->payment_asset = coin;
    payment->payable = (struct amount){ 0 };
    return !payment->has_quote || payment_price(payment, err);
}

static bool
play_amount(struct stage *stage, struct error *err)
{
    struct payment *payment = stage->payment;
    const char     *text = json_decimal(stage->with, "amount");

    if (payment->has_quote)
        return fail(err, ERROR_CONFLICT, "The amount is set already.");
    if (text == NULL)
        return fail(err, ERROR_INPUT, "\"amount\" is missing.");
    payment->has_quote = true;
    return terms_amount(stage->station, text, payment->quote_asset, &payment->quote, err);
}

/* Names, order and texts are those of the page. What is offered in no state has no button; the one
 * for "paid" at the start is the page's main button. */
static const struct act acts[] = {
    { "paid", play_paid, PRICED | TIME_IS_UP, NULL, 0, AT_UNPAID, "Pay", "Pay after all",
      "Late money: it succeeds though time is up" },
    { "paid", play_paid, PRICED, NULL, 0, AT_CONFIRMING | AT_PENDING, "Pay", "Finish",
      "The payment succeeds now" },
    { "top_up", play_top_up, PRICED, NULL, 0, AT_SHORT, "Pay", "Top up the rest",
      "The amount is complete and succeeds" },
    { "audit_ok", play_paid, PRICED, NULL, 0, AT_AUDITING, "Pay", "Pass the review",
      "The payment succeeds" },
    { "confirming", play_confirming, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING, "On the way",
      "One confirmation", "1 of 3, then 2 of 3, 3 of 3, then paid" },
    { "confirming_auto", play_confirming_auto, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING,
      "On the way", "Confirm by itself", "A confirmation every moment until it is paid" },
    { "pending", play_pending, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING, "On the way", "Pending",
      "Fully paid, still being worked on" },
    { "auditing", play_auditing, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING | AT_PENDING,
      "On the way", "Hold for review", "Passed or rejected later" },
    { "paid_less", play_paid_less, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING, "Another amount",
      "Pay half", "Confirmed but short; can be topped up" },
    { "surplus", play_surplus, PRICED, NULL, 0, AT_UNPAID | AT_CONFIRMING | AT_SHORT,
      "Another amount", "Pay too much", "Succeeds; a tenth is to be given back" },
    { "cancelled", play_failure, 0, "40032", GOT_NOTHING, AT_UNPAID, "Failures", "Cancel",
      "The payer gives up (40032)" },
    { "wrong_asset", play_failure, PRICED, "40020", GOT_ANOTHER_COIN, AT_UNPAID | AT_CONFIRMING,
      "Failures", "Wrong coin", "Another coin was sent (40020)" },
    { "double", play_failure, PRICED, "40021", GOT_ALL, AT_UNPAID | AT_CONFIRMING, "Failures",
      "Paid twice", "A second payment is sent back (40021)" },
    { "volatility", play_failure, PRICED, "40025", GOT_ALL,
      AT_UNPAID | AT_CONFIRMING | AT_PENDING, "Failures", "Price moved",
      "The market moved too much (40025)" },
    { "overtime", play_failure, PRICED, "40000", GOT_ALL, AT_UNPAID | AT_CONFIRMING, "Failures",
      "Paid too late", "After the quote ran out; sent back (40000)" },
    { "short_at_deadline", play_failure, PRICED, "40024", GOT_HALF, AT_UNPAID | AT_SHORT,
      "Failures", "Short at the deadline", "Never topped up (40024)" },
    { "audit_failed", play_failure, PRICED, "10095", GOT_ALL, AT_AUDITING, "Failures",
      "Reject in review", "The payment fails (10095)" },
    { "settle", play_settle, ANY_TIME, NULL, 0, AT_SUCCESS, "Afterwards", "Settle",
      "The payee has the money" },
    { "refund", play_refund, ANY_TIME, NULL, 0, AT_SUCCESS, "Afterwards", "Give the surplus back",
      "What was paid too much" },
    { "unpaid", play_unpaid, 0, NULL, 0, AT_END, "Afterwards", "Start over",
      "As if nothing had been paid (MixPay never does this)" },
    { "fail", play_failure, 0, NULL, GOT_WHAT_CAME, 0, NULL, NULL, NULL },
    { "raw", play_raw, ANY_TIME, NULL, 0, 0, NULL, NULL, NULL },
    { "choose", play_choose, 0, NULL, 0, 0, NULL, NULL, NULL },
    { "amount", play_amount, 0, NULL, 0, 0, NULL, NULL, NULL },
};

enum { ACTS = sizeof acts / sizeof acts[0] };

static const struct act *
act_find(const char *name)
{
    for (size_t i = 0; i < ACTS; i++)
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    return NULL;
}

/* Everything before the act itself: may it happen, and does it start from a clean slate? */
static bool
make_ready(struct stage *stage, bool force, struct error *err)
{
    struct payment *payment = stage->payment;
    bool            finished = payment->status == PAYMENT_SUCCESS
            || payment->status == PAYMENT_FAILED;

    if (finished && (stage->act->needs & ANY_TIME) == 0) {
        if (!force)
            return fail(err, ERROR_CONFLICT, "The payment is finished (%s); \"force\": true acts on"
                    " it all the same.", payment_status_text(payment->status, false));
        if (!forget_progress(stage, err))
            return false;
    }
    return payment->status != PAYMENT_UNPAID || (stage->act->needs & PRICED) == 0
            || payment_price(payment, err);
}

bool
act_play(struct station *station, struct arena *arena, struct payment *payment,
        const struct act_order *order, struct error *err)
{
    struct stage stage = { station, arena, payment, act_find(order->name), order->with, 0 };

    if (stage.act == NULL)
        return fail(err, ERROR_INPUT, "Nothing is called \"%.40s\" here.", order->name);
    return make_ready(&stage, order->force, err) && stage.act->play(&stage, err)
            && payment_save(station->db, payment, err)
            && callbacks_queue(station, arena, payment, stage.events, order->mode, err);
}

static json_t *
group_of(json_t *groups, const char *title)
{
    json_t *last = json_array_get(groups, json_array_size(groups) - 1);
    json_t *acts_of = json_array();

    if (last != NULL && strcmp(json_string_value(json_object_get(last, "title")), title) == 0) {
        json_decref(acts_of);
        return json_object_get(last, "acts");
    }
    json_array_append_new(groups, json_pack("{s:s, s:o}", "title", title, "acts", acts_of));
    return acts_of;
}

static bool
makes_sense(const struct act *act, const struct payment *payment)
{
    if ((act->offered >> payment->status & 1) == 0)
        return false;
    if (act->play == play_settle)
        return !payment->settled;
    if ((act->needs & TIME_IS_UP) != 0)
        return payment_seen(payment, clock_now(), false).status == PAYMENT_FAILED;
    return act->play != play_refund || strcmp(payment->surplus_status, "pending") == 0;
}

json_t *
act_offers(const struct payment *payment)
{
    json_t *groups = json_array();

    for (size_t i = 0; i < ACTS; i++)
        if (makes_sense(&acts[i], payment))
            json_array_append_new(group_of(groups, acts[i].group), json_pack("{s:s, s:s, s:s, s:b}",
                    "do", acts[i].name, "label", acts[i].label, "about", acts[i].about, "force",
                    acts[i].offered == AT_END));
    return groups;
}
