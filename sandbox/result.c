/* result.c: what MixPay says of a payment: the data of GET /payments_result.
 * SPDX-License-Identifier: ISC */
#include "sandbox/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static void
set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

static void
set_amount(json_t *object, const char *name, struct amount amount)
{
    char text[AMOUNT_TEXT];

    amount_print(amount, text);
    set_text(object, name, text);
}

/* prefixAmount, prefixSymbol, prefixAssetId, prefixAssetVersion; empty texts without an asset. */
static void
set_money(json_t *result, struct arena *arena, const char *prefix, struct amount amount,
        const struct asset *asset)
{
    set_amount(result, arena_format(arena, "%sAmount", prefix), amount);
    set_text(result, arena_format(arena, "%sSymbol", prefix), asset == NULL ? "" : asset->symbol);
    set_text(result, arena_format(arena, "%sAssetId", prefix), asset == NULL ? "" : asset->id);
    set_text(result, arena_format(arena, "%sAssetVersion", prefix),
            asset == NULL ? "" : asset->version);
}

static void
set_payee(json_t *result, const struct payment *payment)
{
    char number[16];

    /* A number like a Mixin user's, always the same for the same payee. */
    snprintf(number, sizeof number, "%lu",
            30000000 + strtoul(payment->payee_id, NULL, 16) % 10000000);
    set_text(result, "payee", "Sandbox payee");
    set_text(result, "payeeId", payment->payee_id);
    set_text(result, "payeeMixinNumber", number);
    set_text(result, "payeeAvatarUrl", "");
}

static json_t *
date_json(const struct station *station, const struct payment *payment)
{
    if (payment->paid_at > 0)
        return json_integer(payment->paid_at);
    switch (station->switches.values[SWITCH_DATE_WHEN_UNPAID]) {
    case DATE_NULL:
        return json_null();
    case DATE_ZERO:
        return json_integer(0);
    default:
        return json_string("");
    }
}

static json_t *
failure_code_json(const struct station *station, const char *code)
{
    long long number;

    if (station->switches.values[SWITCH_FAILURE_CODE] == FAILURE_CODE_NUMBER
            && text_to_integer(code, 0, INT32_MAX, &number))
        return json_integer(number);
    return json_string(code);
}

static void
set_status(const struct station *station, json_t *result, const struct payment *payment,
        bool old_set)
{
    struct payment_seen seen = payment_seen(payment, clock_now(), old_set);

    set_text(result, "status", payment_status_text(seen.status, old_set));
    json_object_set_new(result, "failureCode", failure_code_json(station, seen.failure_code));
    set_text(result, "failureReason", seen.failure_reason);
    set_text(result, "returnTo",
            seen.status == PAYMENT_FAILED ? payment->failed_return_to : payment->return_to);
}

/* While it is pending the settlement's fields are empty (protocol/mixpay-behaviours.md row 53). */
static bool
set_settlement(json_t *result, const struct payment *payment, struct error *err)
{
    const struct asset *asset = payment->settlement_asset;
    struct amount       amount = { 0 };
    char                text[AMOUNT_TEXT] = "";

    set_text(result, "settleStatus", payment->settled ? "success" : "pending");
    if (payment->settled) {
        asset = asset == NULL ? payment->paid_asset : asset;
        if (!asset_convert(payment->quote, payment->quote_asset, asset, false, &amount, err))
            return false;
        amount_print(amount, text);
    }
    set_text(result, "settleAmount", text);
    set_text(result, "settleSymbol", payment->settled ? asset->symbol : "");
    set_text(result, "settleAsset", payment->settled ? asset->id : "");
    set_text(result, "settleAssetVersion", payment->settled ? asset->version : "");
    return true;
}

static const char *
explorer_url(const struct station *station, struct arena *arena, const char *txid)
{
    return arena_format(arena, "%s/mixpay/tx/%s", station->app->base, txid);
}

/* "2023-06-25T13:47:23.000000Z" */
static const char *
moment_text(struct arena *arena, int64_t at)
{
    char text[CLOCK_TEXT];

    clock_text(at, text);
    return arena_format(arena, "%.19s.000000Z", text);
}

static json_t *
transfer_json(const struct station *station, struct arena *arena, const struct transfer *transfer)
{
    char amount[AMOUNT_TEXT];

    amount_print(transfer->amount, amount);
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:i}", "paymentAmount", amount,
            "paymentAssetId", transfer->asset->id, "paymentAssetSymbol", transfer->asset->symbol,
            "paymentAssetVersion", transfer->asset->version, "requiredConfirms", transfer->need,
            "confirmations", transfer->have, "txid", transfer->txid, "blockExplorerUrl",
            explorer_url(station, arena, transfer->txid), "broadcastAt",
            moment_text(arena, transfer->at), "confirmSeconds", 0);
}

static bool
set_transfers(const struct station *station, struct arena *arena, const struct payment *payment,
        bool with, json_t *result, struct error *err)
{
    struct transfer *list;
    size_t           count;
    json_t          *shown = json_array();

    json_keep(arena, shown);
    if (with)
        json_object_set(result, "transactions", shown);
    if (!transfer_list(station->db, arena, payment->trace_id, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(shown, transfer_json(station, arena, &list[i]));
    set_text(result, "txid", count == 0 ? "" : list[count - 1].txid);
    set_text(result, "blockExplorerUrl",
            count == 0 ? "" : explorer_url(station, arena, list[count - 1].txid));
    return true;
}

static json_t *
multi_pay_json(const struct payment *payment)
{
    char total[AMOUNT_TEXT];

    amount_print(payment->paid, total);
    return json_pack("{s:b, s:b, s:s}", "isMultiPay", true, "isFullyPaid",
            payment->paid.units > 0 && amount_compare(payment->paid, payment->payable) >= 0,
            "totalTransactionsAmount", total);
}

static bool
lay_over(json_t *result, const char *raw, struct error *err)
{
    json_t *members;

    if (raw == NULL)
        return true;
    members = json_loads(raw, 0, NULL);
    if (members == NULL)
        return fail(err, ERROR_INTERNAL, "The stored raw members cannot be read.");
    json_object_update(result, members);
    json_decref(members);
    return true;
}

bool
result_json(const struct station *station, struct arena *arena, const struct payment *payment,
        bool with_payment, bool with_transactions, json_t **result, struct error *err)
{
    bool    old_set = station->switches.values[SWITCH_STATUS_SET] == STATUS_SET_OLD;
    json_t *made = json_keep(arena, json_object());

    *result = made;
    set_status(station, made, payment, old_set);
    set_money(made, arena, "quote", payment->quote, payment->quote_asset);
    set_money(made, arena, "payment", payment->paid, payment->paid_asset);
    set_money(made, arena, "payable", payment->payable, payment->payment_asset);
    set_payee(made, payment);
    json_object_set_new(made, "date", date_json(station, payment));
    json_object_set_new(made, "expiredAt", json_integer(payment->expires_at));
    set_amount(made, "surplusAmount", payment->surplus);
    set_text(made, "surplusStatus", payment->surplus_status);
    json_object_set_new(made, "confirmations",
            json_integer(payment->status == PAYMENT_CONFIRMING ? payment->have : -1));
    set_text(made, "traceId", payment->trace_id);
    set_text(made, "remark", payment->remark);
    if (with_payment)
        json_object_set_new(made, "payment", multi_pay_json(payment));
    return set_settlement(made, payment, err)
            && set_transfers(station, arena, payment, with_transactions, made, err)
            && lay_over(made, payment->raw, err);
}
