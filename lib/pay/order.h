/* order.h: an order, its states, and what may happen to it. Pure: no clock, no I/O.
 * SPDX-License-Identifier: ISC
 *
 * MixPay's statuses are protocol/mixpay.md §4. The table of steps in order.c is the business;
 * schema/sqlite holds the same edges again, and a test compares the two. */
#ifndef PAY_ORDER_H
#define PAY_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"

enum order_state {
    ORDER_OPEN,       /* waiting for money */
    ORDER_CONFIRMING, /* money seen, confirmations missing */
    ORDER_PAID_LESS,  /* money confirmed, but short: the same link takes the rest */
    ORDER_PENDING,    /* fully paid, MixPay still works on it: not paid */
    ORDER_AUDITING,   /* MixPay reviews it */
    ORDER_PAID,       /* proven (order_judge); final */
    ORDER_PAID_LATE,  /* proven after we had given up: a person accepts or refunds */
    ORDER_FAILED,     /* final */
    ORDER_EXPIRED,    /* nobody paid in time; watched on for late money */
    ORDER_STATES
};

enum order_happening {
    SEEN_UNPAID,
    SEEN_CONFIRMING,
    SEEN_PAID_LESS,
    SEEN_PENDING,
    SEEN_AUDITING,
    PROVEN_PAID,
    SEEN_FAILED,
    TIME_RAN_OUT,     /* the deadline is over, and MixPay, asked after it, knows of too little */
    PERSON_ACCEPTED,
    PERSON_DISMISSED,
    SEEN_SOMETHING,   /* an answer that moves nothing by itself; it may raise flags */
    ORDER_HAPPENINGS
};

/* What a person should look at. A flag never ends an order. */
enum order_flag {
    FLAG_MISMATCH = 1,        /* payee, quote asset or quote amount is not the order's */
    FLAG_SETTLEMENT = 2,      /* settled in another coin than the configured one */
    FLAG_UNKNOWN_STATUS = 4,  /* a status that we do not know */
    FLAG_TRACE = 8,           /* the trace is not this order's, or proved another one already */
    FLAG_CONTRADICTION = 16,  /* MixPay took back a final word */
    FLAG_LATE_MONEY = 32,     /* money is on its way after the order expired */
    FLAG_LINK_REFUSED = 64,   /* MixPay will not make the link as it was asked for */
    FLAG_UNREADABLE = 128,    /* a success whose facts could not be read */
    FLAG_ACCEPTED = 256,      /* a person decided so, with a reason in the events */
    FLAG_DISMISSED = 512,
    FLAG_SURPLUS = 1024,      /* more came than was asked for */
};

enum { ORDER_FLAGS = 11 };

/* Nothing goes on by itself until a person has decided. */
#define ORDER_HELD (FLAG_MISMATCH | FLAG_TRACE | FLAG_UNREADABLE)

enum order_effect {
    KEEP_WATCHING = 1, /* look again, at longer and longer intervals, until watch_until */
    ALERT = 2,         /* an alarm for the shop owner */
};

enum link_kind {
    LINK_ONE_TIME, /* protocol/mixpay.md §3b */
    LINK_PAYLINK,  /* §3a */
};

/* Texts belong to the arena of whoever loaded it; none is NULL unless it says so. Times are s since
 * 1970 UTC. */
struct order {
    const char       *order_id;   /* what MixPay sees */
    const char       *token;      /* what alone opens the page; 128 bit */
    const char       *item, *title;
    int64_t           quantity;
    struct amount     unit_price, amount; /* in the quote asset */
    const char       *quote_asset;        /* fiat code or UUID, lower case */
    const char       *settlement_asset;   /* UUID; "" where the payee takes the coin as paid */
    const char       *payee;              /* UUID with dashes */
    const char       *email, *note, *language;
    enum link_kind    link_kind;
    const char       *link_request; /* the exact body for MixPay; "" for a Paylink */
    const char       *link_url;     /* "" until it is made */
    enum order_state  state;
    unsigned          flags;
    const char       *failure_code;
    const char       *trace_id; /* MixPay's, once money was seen; "" before */
    int64_t           created_at, expires_at, watch_until, watched_at, paid_at;
    int64_t           version; /* grows with every change */
    /* what MixPay said last, as text for people to read; "" where it said nothing */
    int64_t           confirmations, confirmations_needed; /* -1: not told */
    const char       *payment_amount, *payment_symbol, *payable_amount, *payable_symbol;
    const char       *surplus_amount, *txid, *explorer_url;
    const char       *settle_status, *settle_amount, *settle_symbol, *settle_asset;
};

struct order_step {
    enum order_state     from;
    enum order_happening happening;
    enum order_state     to;
    unsigned             effects;
};

/* The table itself, for the test that holds it against the schema; ends with from ==
 * ORDER_STATES. */
extern const struct order_step order_steps[];

/* The row for what happened in this state; NULL: nothing changes. */
const struct order_step *order_step(enum order_state state, enum order_happening happening);

const char *order_state_name(enum order_state state); /* "open", …: as the schema and the API say */
bool        order_state_of(const char *name, enum order_state *state);
const char *order_flag_name(unsigned flag); /* one bit */
const char *order_happening_name(enum order_happening happening);

/* Money may still come by itself; pages refresh. */
bool order_is_waiting(const struct order *order);
bool order_is_held(const struct order *order);    /* waits for a person */
bool order_is_settled(const struct order *order);

/* When MixPay should be asked again, in ms since 1970; 0: never. `watched` = somebody has the page
 * open. `looks` = how many looks found nothing new. (checklist Q7, design §4) */
int64_t order_next_look(const struct order *order, int64_t now_ms, int64_t looks);
bool    order_is_watched(const struct order *order, int64_t now_ms);

#endif
