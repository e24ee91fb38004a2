/* budget.c: how many calls MixPay still takes from all our processes together.
 * SPDX-License-Identifier: ISC */
#include "store/budget.h"

struct taking {
    struct db        *db;
    enum budget_class class;
    int64_t           now_ms, *wait_ms;
};

static const char *const class_names[] = {
    [BUDGET_FOR_PROMPTED] = "prompted",
    [BUDGET_FOR_HINT] = "hint",
    [BUDGET_FOR_POLLER] = "poller",
};

enum {
    PROMPTED = 1 << BUDGET_FOR_PROMPTED,
    HINT = 1 << BUDGET_FOR_HINT,
    POLLER = 1 << BUDGET_FOR_POLLER,
};

/* How many calls of which classes there may be within how long (budget.h). */
static const struct limit {
    unsigned    binds; /* classes that it holds for */
    const char *of;    /* calls that count: of one class, of all, or all others than the poller's */
    int64_t     most, window_ms;
} limits[] = {
    { PROMPTED | HINT | POLLER, "all",    BUDGET_CALLS, BUDGET_WINDOW_MS },
    { PROMPTED | HINT,          "others", 30,           BUDGET_WINDOW_MS },
    { HINT,                     "hint",   15,           BUDGET_WINDOW_MS },
    { POLLER,                   "poller", 5,            10000            },
};

enum { LIMITS = sizeof limits / sizeof limits[0] };

/* Old calls go; a clock that was set back must not leave calls in the future standing for ever. */
static bool
forget(struct taking *taking, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(taking->db, "DELETE FROM budget_call WHERE at_ms <= $1 OR at_ms > $2", &query,
            err))
        return false;
    db_bind_integer(query, 1, taking->now_ms - BUDGET_WINDOW_MS);
    db_bind_integer(query, 2, taking->now_ms + BUDGET_WINDOW_MS);
    return db_run(query, err);
}

/* How long until enough of the calls that count have left the window; below 0: none needs to. */
static bool
wait_for_limit(struct db *db, const struct limit *limit, int64_t now_ms, int64_t *wait_ms,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, "SELECT at_ms FROM budget_call WHERE class = $1 OR $1 = 'all' "
                "OR ($1 = 'others' AND class <> 'poller') "
                "ORDER BY at_ms DESC LIMIT 1 OFFSET $2", &query, err))
        return false;
    db_bind_text(query, 1, limit->of);
    db_bind_integer(query, 2, limit->most - 1);
    if (!db_step(query, &row, err))
        return false;
    *wait_ms = row ? db_integer(query, 0) + limit->window_ms - now_ms : 0;
    if (row)
        db_reset(query);
    return true;
}

static bool
wait_for_pause(struct db *db, int64_t now_ms, int64_t *wait_ms, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, "SELECT until_ms FROM budget_pause WHERE bucket = 'mixpay' "
                "AND until_ms > $1 AND until_ms <= $1 + 600000", &query, err))
        return false;
    db_bind_integer(query, 1, now_ms);
    if (!db_step(query, &row, err))
        return false;
    *wait_ms = row ? db_integer(query, 0) - now_ms : 0;
    if (row)
        db_reset(query);
    return true;
}

static bool
record(struct taking *taking, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(taking->db, "INSERT INTO budget_call (at_ms, class) VALUES ($1, $2)", &query,
            err))
        return false;
    db_bind_integer(query, 1, taking->now_ms);
    db_bind_text(query, 2, class_names[taking->class]);
    return db_run(query, err);
}

/* The longest of all waits counts. */
static bool
find_wait(struct db *db, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err)
{
    if (!wait_for_pause(db, now_ms, wait_ms, err))
        return false;
    for (size_t i = 0; i < LIMITS; i++) {
        int64_t limit_ms = 0;

        if ((limits[i].binds >> class & 1) != 0
                && !wait_for_limit(db, &limits[i], now_ms, &limit_ms, err))
            return false;
        if (limit_ms > *wait_ms)
            *wait_ms = limit_ms;
    }
    return true;
}

static bool
take(void *context, struct error *err)
{
    struct taking *taking = context;

    return forget(taking, err)
            && find_wait(taking->db, taking->class, taking->now_ms, taking->wait_ms, err)
            && (*taking->wait_ms > 0 || record(taking, err));
}

bool
budget_take(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err)
{
    struct taking taking = { store->db, class, now_ms, wait_ms };

    return db_transact(store->db, take, &taking, err);
}

bool
budget_wait(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err)
{
    return find_wait(store->db, class, now_ms, wait_ms, err);
}

struct pause {
    struct db *db;
    int64_t    until_ms;
};

static bool
pause_calls(void *context, struct error *err)
{
    const struct pause *pause = context;
    struct db_query    *query;

    if (!db_prepare(pause->db, "INSERT INTO budget_pause (bucket, until_ms) VALUES ('mixpay', $1) "
                "ON CONFLICT (bucket) DO UPDATE SET until_ms = excluded.until_ms", &query, err))
        return false;
    db_bind_integer(query, 1, pause->until_ms);
    return db_run(query, err);
}

bool
budget_pause(struct store *store, int64_t until_ms, struct error *err)
{
    struct pause pause = { store->db, until_ms };

    return db_transact(store->db, pause_calls, &pause, err);
}

bool
budget_read(struct store *store, int64_t now_ms, int64_t *used, int64_t *paused_until_ms,
        struct error *err)
{
    struct db_query *query;
    int64_t          wait_ms;
    bool             row;

    if (!db_prepare(store->db, "SELECT count(*) FROM budget_call WHERE at_ms > $1", &query, err))
        return false;
    db_bind_integer(query, 1, now_ms - BUDGET_WINDOW_MS);
    if (!db_step(query, &row, err))
        return false;
    *used = row ? db_integer(query, 0) : 0;
    db_reset(query);
    if (!wait_for_pause(store->db, now_ms, &wait_ms, err))
        return false;
    *paused_until_ms = wait_ms == 0 ? 0 : now_ms + wait_ms;
    return true;
}
