/* payment.c: a payment at the pretend MixPay: its terms, and what has become of it.
 * SPDX-License-Identifier: ISC */
#include "sandbox/payment.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/text.h"

#define COLUMNS \
    "trace_id, code, payee_id, order_id, quote_units, quote_asset, settlement_asset," \
    " payment_asset, remark, memo, return_to, failed_return_to, callback_url, events, strict," \
    " expires_at, created_at, status, payable_units, paid_units, paid_asset, have, need," \
    " surplus_units, surplus_status, failure_code, failure_reason, paid_at, settled, auto_at_ms," \
    " raw, version, expiry_told"
#define SELECT "SELECT " COLUMNS " FROM payment "

enum { TXID_BYTES = 32 };

static struct amount
units(struct db_query *query, int column)
{
    return (struct amount){ db_integer(query, column) };
}

/* The columns in the order of COLUMNS. */
static void
load(struct db_query *query, struct arena *arena, struct payment *payment)
{
    *payment = (struct payment){
        .trace_id = db_text(query, 0, arena),
        .code = db_text(query, 1, arena),
        .payee_id = db_text(query, 2, arena),
        .order_id = db_text(query, 3, arena),
        .has_quote = !db_is_null(query, 4),
        .quote = units(query, 4),
        .quote_asset = asset_find(db_text(query, 5, arena)),
        .settlement_asset = asset_find(db_text(query, 6, arena)),
        .payment_asset = asset_find(db_text(query, 7, arena)),
        .remark = db_text(query, 8, arena),
        .memo = db_text(query, 9, arena),
        .return_to = db_text(query, 10, arena),
        .failed_return_to = db_text(query, 11, arena),
        .callback_url = db_text(query, 12, arena),
        .events = (unsigned)db_integer(query, 13),
        .strict = db_integer(query, 14) != 0,
        .expires_at = db_integer(query, 15),
        .created_at = db_integer(query, 16),
        .status = (enum payment_status)db_integer(query, 17),
        .payable = units(query, 18),
        .paid = units(query, 19),
        .paid_asset = asset_find(db_text(query, 20, arena)),
        .have = (int)db_integer(query, 21),
        .need = (int)db_integer(query, 22),
        .surplus = units(query, 23),
        .surplus_status = db_text(query, 24, arena),
        .failure_code = db_text(query, 25, arena),
        .failure_reason = db_text(query, 26, arena),
        .paid_at = db_integer(query, 27),
        .settled = db_integer(query, 28) != 0,
        .auto_at_ms = db_integer(query, 29),
        .raw = db_text(query, 30, arena),
        .version = (int)db_integer(query, 31),
        .expiry_told = db_integer(query, 32) != 0,
    };
}

static bool
load_one(struct db_query *query, struct arena *arena, struct payment *payment, bool *found,
        struct error *err)
{
    if (!db_step(query, found, err))
        return false;
    if (*found) {
        load(query, arena, payment);
        db_reset(query);
    }
    return true;
}

bool
payment_by_trace(struct db *db, struct arena *arena, const char *trace_id, struct payment *payment,
        bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, SELECT "WHERE trace_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, trace_id);
    return load_one(query, arena, payment, found, err);
}

bool
payment_by_code(struct db *db, struct arena *arena, const char *code, struct payment *payment,
        bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, SELECT "WHERE code = $1", &query, err))
        return false;
    db_bind_text(query, 1, code);
    return load_one(query, arena, payment, found, err);
}

bool
payment_by_order(struct db *db, struct arena *arena, const char *payee_id, const char *order_id,
        struct payment *payment, bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, SELECT "WHERE payee_id = $1 AND order_id = $2", &query, err))
        return false;
    db_bind_text(query, 1, payee_id);
    db_bind_text(query, 2, order_id);
    return load_one(query, arena, payment, found, err);
}

bool
payment_by_order_alone(struct db *db, struct arena *arena, const char *order_id,
        struct payment *payment, bool *found, struct error *err)
{
    struct db_query *query;
    bool             another;

    if (!db_prepare(db, SELECT "WHERE order_id = $1 LIMIT 2", &query, err))
        return false;
    db_bind_text(query, 1, order_id);
    if (!db_step(query, found, err))
        return false;
    if (!*found)
        return true;
    load(query, arena, payment);
    if (!db_step(query, &another, err))
        return false;
    db_reset(query);
    return !another || fail(err, ERROR_CONFLICT,
            "Several payees have an order \"%.40s\": name the payeeId too.", order_id);
}

bool
payment_list(struct db *db, struct arena *arena, size_t most, struct payment **list, size_t *count,
        struct error *err)
{
    struct db_query *query;
    bool             row, done;

    *count = 0;
    *list = arena_array(arena, most, sizeof **list);
    if (!db_prepare(db, SELECT "ORDER BY created_at DESC, rowid DESC LIMIT $1", &query, err))
        return false;
    db_bind_integer(query, 1, (int64_t)most);
    while ((done = db_step(query, &row, err)) && row)
        load(query, arena, &(*list)[(*count)++]);
    return done;
}

bool
payment_due(struct db *db, struct arena *arena, int64_t now_ms, struct payment *payment,
        bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, SELECT "WHERE (auto_at_ms > 0 AND auto_at_ms <= $1)"
            " OR (status IN (0, 2) AND expires_at > 0 AND (expires_at + 1) * 1000 <= $1"
            " AND expiry_told = 0) LIMIT 1", &query, err))
        return false;
    db_bind_integer(query, 1, now_ms);
    return load_one(query, arena, payment, found, err);
}

static const char *
asset_id(const struct asset *asset)
{
    return asset == NULL ? "" : asset->id;
}

/* Parameters in the order of COLUMNS, from 1. */
static void
bind_terms(struct db_query *query, const struct payment *payment)
{
    db_bind_text(query, 1, payment->trace_id);
    db_bind_text(query, 2, payment->code);
    db_bind_text(query, 3, payment->payee_id);
    db_bind_text(query, 4, payment->order_id);
    if (payment->has_quote)
        db_bind_integer(query, 5, payment->quote.units);
    else
        db_bind_null(query, 5);
    db_bind_text(query, 6, payment->quote_asset->id);
    db_bind_text(query, 7, asset_id(payment->settlement_asset));
    db_bind_text(query, 8, asset_id(payment->payment_asset));
    db_bind_text(query, 9, payment->remark);
    db_bind_text(query, 10, payment->memo);
    db_bind_text(query, 11, payment->return_to);
    db_bind_text(query, 12, payment->failed_return_to);
    db_bind_text(query, 13, payment->callback_url);
    db_bind_integer(query, 14, payment->events);
    db_bind_integer(query, 15, payment->strict);
    db_bind_integer(query, 16, payment->expires_at);
    db_bind_integer(query, 17, payment->created_at);
}

static void
bind_progress(struct db_query *query, const struct payment *payment)
{
    db_bind_integer(query, 18, payment->status);
    db_bind_integer(query, 19, payment->payable.units);
    db_bind_integer(query, 20, payment->paid.units);
    db_bind_text(query, 21, asset_id(payment->paid_asset));
    db_bind_integer(query, 22, payment->have);
    db_bind_integer(query, 23, payment->need);
    db_bind_integer(query, 24, payment->surplus.units);
    db_bind_text(query, 25, payment->surplus_status);
    db_bind_text(query, 26, payment->failure_code);
    db_bind_text(query, 27, payment->failure_reason);
    db_bind_integer(query, 28, payment->paid_at);
    db_bind_integer(query, 29, payment->settled);
    db_bind_integer(query, 30, payment->auto_at_ms);
    db_bind_text(query, 31, payment->raw);
    db_bind_integer(query, 32, payment->version);
    db_bind_integer(query, 33, payment->expiry_told);
}

bool
payment_save(struct db *db, struct payment *payment, struct error *err)
{
    struct db_query *query;

    payment->version++;
    if (!db_prepare(db, "INSERT INTO payment (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
            " $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,"
            " $26, $27, $28, $29, $30, $31, $32, $33) ON CONFLICT (trace_id) DO UPDATE SET"
            " code = $2, quote_units = $5, quote_asset = $6, settlement_asset = $7,"
            " payment_asset = $8, remark = $9, memo = $10, return_to = $11, failed_return_to = $12,"
            " callback_url = $13, events = $14, strict = $15, expires_at = $16, status = $18,"
            " payable_units = $19, paid_units = $20, paid_asset = $21, have = $22, need = $23,"
            " surplus_units = $24, surplus_status = $25, failure_code = $26, failure_reason = $27,"
            " paid_at = $28, settled = $29, auto_at_ms = $30, raw = $31, version = $32,"
            " expiry_told = $33", &query, err))
        return false;
    bind_terms(query, payment);
    bind_progress(query, payment);
    return db_run(query, err);
}

const struct asset *
payment_coin(const struct payment *payment)
{
    if (payment->payment_asset != NULL)
        return payment->payment_asset;
    return payment->settlement_asset != NULL ? payment->settlement_asset : asset_find_coin("USDT");
}

bool
payment_price(struct payment *payment, struct error *err)
{
    if (!payment->has_quote)
        return fail(err, ERROR_CONFLICT, "The payer has not typed an amount yet.");
    payment->payment_asset = payment_coin(payment);
    return asset_convert(payment->quote, payment->quote_asset, payment->payment_asset, true,
            &payment->payable, err);
}

static const struct {
    const char *code, *reason;
} failure_reasons[] = {
    { "40000", "Payment overtime" },
    { "40020", "Wrong payment asset" },
    { "40021", "Double payment" },
    { "40024", "Wrong payment amount" },
    { "40025", "Price volatility is too high" },
    { "40027", "The settlement asset is restricted" },
    { "40032", "The payment was cancelled" },
    { "10095", "The payment was rejected in review" },
    { NULL, "The payment failed" },
};

const char *
payment_failure_reason(const char *code)
{
    size_t i = 0;

    while (failure_reasons[i].code != NULL && strcmp(failure_reasons[i].code, code) != 0)
        i++;
    return failure_reasons[i].reason;
}

struct payment_seen
payment_seen(const struct payment *payment, int64_t now, bool old_set)
{
    struct payment_seen seen = { payment->status, payment->failure_code, payment->failure_reason };

    if (old_set || payment->expires_at == 0 || now <= payment->expires_at
            || (payment->status != PAYMENT_UNPAID && payment->status != PAYMENT_PAID_LESS))
        return seen;
    seen.failure_code = payment->status == PAYMENT_UNPAID ? "40000" : "40024";
    seen.failure_reason = payment_failure_reason(seen.failure_code);
    seen.status = PAYMENT_FAILED;
    return seen;
}

const char *
payment_status_text(enum payment_status status, bool old_set)
{
    static const char *const texts[][2] = {
        [PAYMENT_UNPAID] = { "unpaid", "unpaid" },
        [PAYMENT_CONFIRMING] = { "confirming", "pending" },
        [PAYMENT_PAID_LESS] = { "paid_less", "pending" },
        [PAYMENT_PENDING] = { "pending", "pending" },
        [PAYMENT_AUDITING] = { "auditing", "auditing" },
        [PAYMENT_SUCCESS] = { "success", "success" },
        [PAYMENT_FAILED] = { "failed", "failed" },
    };

    return texts[status][old_set];
}

const char *
payment_event_text(enum payment_event event)
{
    switch (event) {
    case EVENT_SUCCESS:
        return "success";
    case EVENT_FAIL:
        return "fail";
    case EVENT_SETTLE:
        return "settle";
    case EVENT_PENDING:
        return "pending";
    default:
        return "paid_less";
    }
}

bool
transfer_add(struct db *db, struct arena *arena, const struct payment *payment,
        struct amount amount, const struct asset *asset, int have, int need, struct error *err)
{
    struct db_query *query;
    unsigned char    txid[TXID_BYTES];

    if (!db_prepare(db, "INSERT INTO transfer"
            " (trace_id, number, units, asset, have, need, txid, at) VALUES"
            " ($1, (SELECT count(*) FROM transfer WHERE trace_id = $1), $2, $3, $4, $5, $6, $7)",
            &query, err))
        return false;
    crypt_random(txid, sizeof txid);
    db_bind_text(query, 1, payment->trace_id);
    db_bind_integer(query, 2, amount.units);
    db_bind_text(query, 3, asset->id);
    db_bind_integer(query, 4, have);
    db_bind_integer(query, 5, need);
    db_bind_text(query, 6, crypt_hex(arena, txid, sizeof txid));
    db_bind_integer(query, 7, clock_now());
    return db_run(query, err);
}

bool
transfer_confirm(struct db *db, const char *trace_id, int have, int need, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "UPDATE transfer SET have = $2, need = $3 WHERE trace_id = $1", &query,
            err))
        return false;
    db_bind_text(query, 1, trace_id);
    db_bind_integer(query, 2, have);
    db_bind_integer(query, 3, need);
    return db_run(query, err);
}

bool
transfer_forget(struct db *db, const char *trace_id, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "DELETE FROM transfer WHERE trace_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, trace_id);
    return db_run(query, err);
}

static void
load_transfer(struct db_query *query, struct arena *arena, struct transfer *transfer)
{
    *transfer = (struct transfer){ .amount = units(query, 0),
        .asset = asset_find(db_text(query, 1, arena)), .have = (int)db_integer(query, 2),
        .need = (int)db_integer(query, 3), .txid = db_text(query, 4, arena),
        .at = db_integer(query, 5) };
}

bool
transfer_list(struct db *db, struct arena *arena, const char *trace_id, struct transfer **list,
        size_t *count, struct error *err)
{
    enum { MOST = 50 };
    struct db_query *query;
    bool             row, done;

    *count = 0;
    *list = arena_array(arena, MOST, sizeof **list);
    if (!db_prepare(db, "SELECT units, asset, have, need, txid, at FROM transfer"
            " WHERE trace_id = $1 ORDER BY number LIMIT 50", &query, err))
        return false;
    db_bind_text(query, 1, trace_id);
    while ((done = db_step(query, &row, err)) && row)
        load_transfer(query, arena, &(*list)[(*count)++]);
    return done;
}

bool
transfer_by_txid(struct db *db, struct arena *arena, const char *txid, struct transfer *transfer,
        bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "SELECT units, asset, have, need, txid, at FROM transfer WHERE txid = $1",
            &query, err))
        return false;
    db_bind_text(query, 1, txid);
    if (!db_step(query, found, err))
        return false;
    if (*found) {
        load_transfer(query, arena, transfer);
        db_reset(query);
    }
    return true;
}
