/* budget.c: how many calls MixPay still takes from all our processes together.
 * SPDX-License-Identifier: ISC */
#include "store/budget.h"

struct taking {
    struct db        *db;
    enum budget_class class;
    int64_t           now_ms, *wait_ms;
};

static const char *
class_name(enum budget_class class)
{
    return class == BUDGET_FOR_POLLER ? "poller" : "prompted";
}

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

/* How long until enough of the calls counted here have left the window. */
static bool
wait_for(struct taking *taking, const char *class, int64_t most, int64_t *wait_ms,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(taking->db, "SELECT at_ms FROM budget_call WHERE $1 = '' OR class = $1 "
                "ORDER BY at_ms DESC LIMIT 1 OFFSET $2", &query, err))
        return false;
    db_bind_text(query, 1, class);
    db_bind_integer(query, 2, most - 1);
    if (!db_step(query, &row, err))
        return false;
    *wait_ms = row ? db_integer(query, 0) + BUDGET_WINDOW_MS - taking->now_ms : 0;
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
    db_bind_text(query, 2, class_name(taking->class));
    return db_run(query, err);
}

static bool
take(void *context, struct error *err)
{
    struct taking *taking = context;
    int64_t        waits[3] = { 0, 0, 0 };

    if (!forget(taking, err) || !wait_for_pause(taking->db, taking->now_ms, &waits[0], err)
            || !wait_for(taking, "", BUDGET_CALLS, &waits[1], err)
            || (taking->class == BUDGET_FOR_PROMPTED
                    && !wait_for(taking, "prompted", BUDGET_PROMPTED, &waits[2], err)))
        return false;
    *taking->wait_ms = 0;
    for (int i = 0; i < 3; i++)
        if (waits[i] > *taking->wait_ms)
            *taking->wait_ms = waits[i];
    return *taking->wait_ms > 0 || record(taking, err);
}

bool
budget_take(struct store *store, enum budget_class class, int64_t now_ms, int64_t *wait_ms,
        struct error *err)
{
    struct taking taking = { store->db, class, now_ms, wait_ms };

    return db_transact(store->db, take, &taking, err);
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
