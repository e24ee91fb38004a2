/* payment.h: a payment at the pretend MixPay: its terms, and what has become of it.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_PAYMENT_H
#define SANDBOX_PAYMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include "sandbox/assets.h"
#include "store/db.h"

enum payment_status {
    PAYMENT_UNPAID,
    PAYMENT_CONFIRMING,
    PAYMENT_PAID_LESS,
    PAYMENT_PENDING,
    PAYMENT_AUDITING,
    PAYMENT_SUCCESS,
    PAYMENT_FAILED
};

/* What a callback can tell (protocol/mixpay.md §5); the last three only to subscribers. */
enum payment_event {
    EVENT_SUCCESS = 1,
    EVENT_FAIL = 2,
    EVENT_SETTLE = 4,
    EVENT_PENDING = 8,
    EVENT_PAID_LESS = 16
};

enum { EVENTS_ALWAYS = EVENT_SUCCESS | EVENT_FAIL };

struct payment {
    /* the terms */
    const char         *trace_id, *payee_id;
    const char         *code;     /* NULL: made by opening a Paylink */
    const char         *order_id; /* NULL where it has only a trace */
    bool                has_quote; /* false: the payer is to type the amount */
    struct amount       quote;
    const struct asset *quote_asset;
    const struct asset *settlement_asset; /* NULL: as paid */
    const struct asset *payment_asset;    /* NULL: not chosen yet */
    const char         *remark, *memo, *return_to, *failed_return_to; /* "": none */
    const char         *callback_url; /* "": none */
    unsigned            events;
    bool                strict;
    int64_t             expires_at; /* s; 0: never */
    int64_t             created_at;

    /* what has become of it */
    enum payment_status status;
    struct amount       payable, paid; /* in the payment asset, and in the one paid with */
    const struct asset *paid_asset;    /* NULL: nothing is paid */
    int                 have, need;    /* confirmations; -1: not applicable */
    struct amount       surplus;
    const char         *surplus_status, *failure_code, *failure_reason;
    int64_t             paid_at;
    bool                settled;
    int64_t             auto_at_ms;    /* when the next confirmation comes by itself; 0: never */
    const char         *raw;           /* members laid over the result, as JSON; NULL: none */
    int                 version;       /* counts changes */
    bool                expiry_told;
};

/* Loads by one of the four keys; *found says whether there is one. Everything is in the arena. */
bool payment_by_trace(struct db *db, struct arena *arena, const char *trace_id,
        struct payment *payment, bool *found, struct error *err);
bool payment_by_code(struct db *db, struct arena *arena, const char *code,
        struct payment *payment, bool *found, struct error *err);
bool payment_by_order(struct db *db, struct arena *arena, const char *payee_id,
        const char *order_id, struct payment *payment, bool *found, struct error *err);
/* By an order id alone. ERROR_CONFLICT when several payees have one like that. */
bool payment_by_order_alone(struct db *db, struct arena *arena, const char *order_id,
        struct payment *payment, bool *found, struct error *err);

/* The newest `most`, newest first. */
bool payment_list(struct db *db, struct arena *arena, size_t most, struct payment **list,
        size_t *count, struct error *err);
/* One with something to do by itself at `now_ms`: a confirmation, or telling that time is up. */
bool payment_due(struct db *db, struct arena *arena, int64_t now_ms, struct payment *payment,
        bool *found, struct error *err);

/* Writes it, whether it is new or not, and counts its version up. */
bool payment_save(struct db *db, struct payment *payment, struct error *err);

/* The coin it is paid with: the one chosen, else the settlement's, else USDT. */
const struct asset *payment_coin(const struct payment *payment);
/* Sets what is payable from the quote and the coin. ERROR_CONFLICT: no amount is set yet. */
bool payment_price(struct payment *payment, struct error *err);

/* What MixPay says of it at that time: an unpaid or short one whose deadline passed has failed,
 * though nothing is stored of it. Servers of the old status set never said so. */
struct payment_seen {
    enum payment_status status;
    const char         *failure_code, *failure_reason;
};
struct payment_seen payment_seen(const struct payment *payment, int64_t now, bool old_set);

/* "paid_less", or what servers before 2026-08 said instead. */
const char *payment_status_text(enum payment_status status, bool old_set);
const char *payment_event_text(enum payment_event event);
/* The sentence of a failure code. */
const char *payment_failure_reason(const char *code);

/* A transfer on the chain: kept for with=transactions. */
struct transfer {
    struct amount       amount;
    const struct asset *asset;
    int                 have, need;
    const char         *txid;
    int64_t             at;
};
bool transfer_add(struct db *db, struct arena *arena, const struct payment *payment,
        struct amount amount, const struct asset *asset, int have, int need, struct error *err);
/* Sets the confirmations of all of a payment's. */
bool transfer_confirm(struct db *db, const char *trace_id, int have, int need, struct error *err);
bool transfer_forget(struct db *db, const char *trace_id, struct error *err);
bool transfer_list(struct db *db, struct arena *arena, const char *trace_id, struct transfer **list,
        size_t *count, struct error *err);
bool transfer_by_txid(struct db *db, struct arena *arena, const char *txid,
        struct transfer *transfer, bool *found, struct error *err);

#endif
