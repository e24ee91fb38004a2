/* order.c: an order, its states, and what may happen to it.
 * SPDX-License-Identifier: ISC */
#include "pay/order.h"

#include <stddef.h>
#include <string.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, WATCHED_FOR = 45 * SECOND };

/* Statuses may be skipped, and confirming and paid_less may alternate (protocol/mixpay.md §4).
 * Only open and paid_less run out of time; the others wait for MixPay's word. */
const struct order_step order_steps[] = {
    { ORDER_OPEN,       SEEN_CONFIRMING,  ORDER_CONFIRMING, 0                     },
    { ORDER_OPEN,       SEEN_PAID_LESS,   ORDER_PAID_LESS,  0                     },
    { ORDER_OPEN,       SEEN_PENDING,     ORDER_PENDING,    0                     },
    { ORDER_OPEN,       SEEN_AUDITING,    ORDER_AUDITING,   0                     },
    { ORDER_OPEN,       PROVEN_PAID,      ORDER_PAID,       0                     },
    { ORDER_OPEN,       SEEN_FAILED,      ORDER_FAILED,     0                     },
    { ORDER_OPEN,       TIME_RAN_OUT,     ORDER_EXPIRED,    KEEP_WATCHING         },
    { ORDER_OPEN,       PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_OPEN,       PERSON_DISMISSED, ORDER_FAILED,     0                     },

    { ORDER_CONFIRMING, SEEN_UNPAID,      ORDER_OPEN,       0                     },
    { ORDER_CONFIRMING, SEEN_PAID_LESS,   ORDER_PAID_LESS,  0                     },
    { ORDER_CONFIRMING, SEEN_PENDING,     ORDER_PENDING,    0                     },
    { ORDER_CONFIRMING, SEEN_AUDITING,    ORDER_AUDITING,   0                     },
    { ORDER_CONFIRMING, PROVEN_PAID,      ORDER_PAID,       0                     },
    { ORDER_CONFIRMING, SEEN_FAILED,      ORDER_FAILED,     0                     },
    { ORDER_CONFIRMING, PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_CONFIRMING, PERSON_DISMISSED, ORDER_FAILED,     0                     },

    { ORDER_PAID_LESS,  SEEN_CONFIRMING,  ORDER_CONFIRMING, 0                     },
    { ORDER_PAID_LESS,  SEEN_PENDING,     ORDER_PENDING,    0                     },
    { ORDER_PAID_LESS,  SEEN_AUDITING,    ORDER_AUDITING,   0                     },
    { ORDER_PAID_LESS,  PROVEN_PAID,      ORDER_PAID,       0                     },
    { ORDER_PAID_LESS,  SEEN_FAILED,      ORDER_FAILED,     0                     },
    { ORDER_PAID_LESS,  TIME_RAN_OUT,     ORDER_EXPIRED,    KEEP_WATCHING | ALERT },
    { ORDER_PAID_LESS,  PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_PAID_LESS,  PERSON_DISMISSED, ORDER_FAILED,     0                     },

    { ORDER_PENDING,    SEEN_CONFIRMING,  ORDER_CONFIRMING, 0                     },
    { ORDER_PENDING,    SEEN_PAID_LESS,   ORDER_PAID_LESS,  0                     },
    { ORDER_PENDING,    SEEN_AUDITING,    ORDER_AUDITING,   0                     },
    { ORDER_PENDING,    PROVEN_PAID,      ORDER_PAID,       0                     },
    { ORDER_PENDING,    SEEN_FAILED,      ORDER_FAILED,     0                     },
    { ORDER_PENDING,    PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_PENDING,    PERSON_DISMISSED, ORDER_FAILED,     0                     },

    { ORDER_AUDITING,   SEEN_PENDING,     ORDER_PENDING,    0                     },
    { ORDER_AUDITING,   PROVEN_PAID,      ORDER_PAID,       0                     },
    { ORDER_AUDITING,   SEEN_FAILED,      ORDER_FAILED,     0                     },
    { ORDER_AUDITING,   PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_AUDITING,   PERSON_DISMISSED, ORDER_FAILED,     0                     },

    { ORDER_EXPIRED,    PROVEN_PAID,      ORDER_PAID_LATE,  ALERT                 },
    { ORDER_EXPIRED,    PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_EXPIRED,    PERSON_DISMISSED, ORDER_EXPIRED,    0                     },
    { ORDER_PAID_LATE,  PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_PAID_LATE,  PERSON_DISMISSED, ORDER_PAID_LATE,  0                     },

    /* Final, but a flag may stand on them: a person's word settles that and moves nothing. */
    { ORDER_PAID,       PERSON_ACCEPTED,  ORDER_PAID,       0                     },
    { ORDER_PAID,       PERSON_DISMISSED, ORDER_PAID,       0                     },
    { ORDER_FAILED,     PERSON_DISMISSED, ORDER_FAILED,     0                     },
    { ORDER_STATES,     SEEN_UNPAID,      ORDER_STATES,     0                     },
};

static const char *const state_names[ORDER_STATES] = {
    [ORDER_OPEN] = "open",           [ORDER_CONFIRMING] = "confirming",
    [ORDER_PAID_LESS] = "paid_less", [ORDER_PENDING] = "pending",
    [ORDER_AUDITING] = "auditing",   [ORDER_PAID] = "paid",
    [ORDER_PAID_LATE] = "paid_late", [ORDER_FAILED] = "failed",
    [ORDER_EXPIRED] = "expired",
};

static const char *const happening_names[ORDER_HAPPENINGS] = {
    [SEEN_UNPAID] = "seen_unpaid",         [SEEN_CONFIRMING] = "seen_confirming",
    [SEEN_PAID_LESS] = "seen_paid_less",   [SEEN_PENDING] = "seen_pending",
    [SEEN_AUDITING] = "seen_auditing",     [PROVEN_PAID] = "proven_paid",
    [SEEN_FAILED] = "seen_failed",         [TIME_RAN_OUT] = "time_ran_out",
    [PERSON_ACCEPTED] = "person_accepted", [PERSON_DISMISSED] = "person_dismissed",
    [SEEN_SOMETHING] = "seen_something",
};

static const char *const flag_names[ORDER_FLAGS] = { "mismatch", "settlement", "unknown_status",
    "trace", "contradiction", "late_money", "link_refused", "unreadable", "accepted", "dismissed",
    "surplus" };

const struct order_step *
order_step(enum order_state state, enum order_happening happening)
{
    for (const struct order_step *step = order_steps; step->from != ORDER_STATES; step++)
        if (step->from == state && step->happening == happening)
            return step;
    return NULL;
}

const char *
order_state_name(enum order_state state)
{
    return state_names[state];
}

bool
order_state_of(const char *name, enum order_state *state)
{
    for (unsigned i = 0; i < ORDER_STATES; i++)
        if (strcmp(state_names[i], name) == 0) {
            *state = (enum order_state)i;
            return true;
        }
    return false;
}

const char *
order_flag_name(unsigned flag)
{
    unsigned place = 0;

    while (place < ORDER_FLAGS - 1 && (flag >> place & 1) == 0)
        place++;
    return flag_names[place];
}

const char *
order_happening_name(enum order_happening happening)
{
    return happening_names[happening];
}

bool
order_is_held(const struct order *order)
{
    return (order->flags & ORDER_HELD) != 0
            && (order->flags & (FLAG_ACCEPTED | FLAG_DISMISSED)) == 0;
}

bool
order_is_waiting(const struct order *order)
{
    return order->state <= ORDER_AUDITING && !order_is_held(order);
}

bool
order_is_settled(const struct order *order)
{
    return strcmp(order->settle_status, "success") == 0;
}

bool
order_is_watched(const struct order *order, int64_t now_ms)
{
    return order->watched_at * SECOND + WATCHED_FOR > now_ms;
}

/* 5 s, 10, 20, 40, then every minute. */
static int64_t
backing_off(int64_t looks)
{
    return looks < 4 ? (int64_t)5 * SECOND << looks : MINUTE;
}

static int64_t
waiting_interval(const struct order *order, int64_t now_ms, int64_t looks)
{
    int64_t left = order->expires_at * SECOND - now_ms;
    int64_t interval = order_is_watched(order, now_ms) ? 4 * SECOND : backing_off(looks);

    return left > 0 && left < interval ? left + SECOND : interval;
}

/* After the end: settlement, and money that comes late. */
static int64_t
afterwards_interval(const struct order *order, int64_t now_ms)
{
    int64_t since = now_ms - order->expires_at * SECOND;

    if (order_is_watched(order, now_ms))
        return 10 * SECOND;
    if (since < 10 * MINUTE)
        return MINUTE;
    return since < 60 * MINUTE ? 5 * MINUTE : 30 * MINUTE;
}

int64_t
order_next_look(const struct order *order, int64_t now_ms, int64_t looks)
{
    bool paid = order->state == ORDER_PAID || order->state == ORDER_PAID_LATE;

    if (order_is_waiting(order))
        return now_ms + waiting_interval(order, now_ms, looks);
    if (order->state == ORDER_FAILED || now_ms > order->watch_until * SECOND)
        return 0;
    if (paid && order_is_settled(order))
        return 0;
    return now_ms + afterwards_interval(order, now_ms);
}
