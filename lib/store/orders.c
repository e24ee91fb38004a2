/* orders.c: reading orders, and what else is remembered about them.
 * SPDX-License-Identifier: ISC */
#include "store/orders_row.h"

#include <string.h>

void
order_row_read(struct db_query *query, struct arena *arena, struct order *order)
{
    int column = 0;

#define TEXT(member) order->member = db_text(query, column++, arena)
#define COUNT(member) order->member = db_integer(query, column++)
    TEXT(order_id), TEXT(token), TEXT(item), TEXT(title), COUNT(quantity);
    COUNT(unit_price.units), COUNT(amount.units), TEXT(quote_asset), TEXT(settlement_asset);
    TEXT(payee), TEXT(email), TEXT(note), TEXT(language);
    order->link_kind = strcmp(db_text(query, column++, arena), "paylink") == 0 ? LINK_PAYLINK
                                                                               : LINK_ONE_TIME;
    TEXT(link_request), TEXT(link_url);
    order_state_of(db_text(query, column++, arena), &order->state);
    order->flags = (unsigned)db_integer(query, column++);
    TEXT(failure_code), TEXT(trace_id), COUNT(created_at), COUNT(expires_at), COUNT(watch_until);
    COUNT(watched_at), COUNT(paid_at), COUNT(version), COUNT(confirmations);
    COUNT(confirmations_needed), TEXT(payment_amount), TEXT(payment_symbol), TEXT(payable_amount);
    TEXT(payable_symbol), TEXT(surplus_amount), TEXT(txid), TEXT(explorer_url), TEXT(settle_status);
    TEXT(settle_amount), TEXT(settle_symbol), TEXT(settle_asset);
#undef TEXT
#undef COUNT
}

/* Takes the only row of a query that selects ORDER_COLUMNS. */
bool
order_row_take(struct db_query *query, struct arena *arena, struct order *order, bool *found,
        struct error *err)
{
    if (!db_step(query, found, err))
        return false;
    if (*found) {
        order_row_read(query, arena, order);
        db_reset(query);
    }
    return true;
}

bool
order_row_load(struct db *db, struct arena *arena, const char *order_id, struct order *order,
        struct error *err)
{
    struct db_query *query;
    bool             found;

    if (!db_prepare(db, "SELECT " ORDER_COLUMNS " FROM orders WHERE order_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, order_id);
    return order_row_take(query, arena, order, &found, err)
            && (found || fail(err, ERROR_MISSING, "There is no order %.40s.", order_id));
}

bool
store_order_by_id(struct store *store, struct arena *arena, const char *order_id,
        struct order *order, struct error *err)
{
    return order_row_load(store->db, arena, order_id, order, err);
}

bool
store_order_by_token(struct store *store, struct arena *arena, const char *token,
        struct order *order, struct error *err)
{
    struct db_query *query;
    bool             found;

    if (!db_prepare(store->db, "SELECT " ORDER_COLUMNS " FROM orders WHERE token = $1", &query,
            err))
        return false;
    db_bind_text(query, 1, token);
    return order_row_take(query, arena, order, &found, err)
            && (found || fail(err, ERROR_MISSING, "There is no such order."));
}

/* An event row; *event_id names it for a proof. */
bool
order_row_event(struct db *db, const struct order *order, enum order_state from, const char *what,
        const char *cause, const char *detail, int64_t at, int64_t *event_id, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, "INSERT INTO event (order_id, at, what, cause, from_state, to_state, "
            "flags, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING event_id",
            &query, err))
        return false;
    db_bind_text(query, 1, order->order_id);
    db_bind_integer(query, 2, at);
    db_bind_text(query, 3, what);
    db_bind_text(query, 4, cause);
    db_bind_text(query, 5, order_state_name(from));
    db_bind_text(query, 6, order_state_name(order->state));
    db_bind_integer(query, 7, order->flags);
    db_bind_text(query, 8, detail);
    if (!db_step(query, &row, err))
        return false;
    *event_id = row ? db_integer(query, 0) : 0;
    return db_run(query, err);
}

enum { WATCH_EVERY_S = 20 };

struct watching {
    struct db  *db;
    const char *order_id;
    int64_t     now_ms;
    bool        first;
};

/* Of many who look at the same moment one is the first; the others write nothing. */
static bool
watch_order(void *context, struct error *err)
{
    struct watching *watching = context;
    struct db_query *query;

    if (!db_prepare(watching->db, "UPDATE orders SET watched_at = $2 WHERE order_id = $1 "
                "AND watched_at <= $3", &query, err))
        return false;
    db_bind_text(query, 1, watching->order_id);
    db_bind_integer(query, 2, watching->now_ms / 1000);
    db_bind_integer(query, 3, watching->now_ms / 1000 - WATCH_EVERY_S);
    if (!db_run(query, err))
        return false;
    watching->first = db_changes(watching->db) == 1;
    return true;
}

bool
store_watch_order(struct store *store, const struct order *order, int64_t now_ms, struct error *err)
{
    struct watching watching = { store->db, order->order_id, now_ms, false };
    bool            written;

    if (!order_is_waiting(order) && order->state != ORDER_EXPIRED)
        return true;
    if (order->watched_at > now_ms / 1000 - WATCH_EVERY_S)
        return true;
    if (!db_transact(store->db, watch_order, &watching, err))
        return false;
    return !watching.first
            || outbox_prompt(store, JOB_LOOK, order->order_id, now_ms + 2000, PRIORITY_WATCHED,
                    "watched", false, &written, err);
}

bool
store_list_orders(struct store *store, struct arena *arena, const struct order_search *search,
        bool (*each)(void *context, const struct order *order), void *context, struct error *err)
{
    struct db_query *query;
    struct order     order;
    bool             row;

    /* 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128: flags that ask for a person; 768: one has spoken. */
    if (!db_prepare(store->db, "SELECT " ORDER_COLUMNS " FROM orders WHERE ($1 = '' OR state = $1) "
                "AND ($2 = 0 OR (((flags & 255) <> 0 OR state = 'paid_late') AND (flags & 768) = "
                "0)) ORDER BY created_at DESC, order_id LIMIT $3", &query, err))
        return false;
    db_bind_text(query, 1, search->state == NULL ? "" : search->state);
    db_bind_integer(query, 2, search->flagged);
    db_bind_integer(query, 3, search->most);
    while (db_step(query, &row, err)) {
        if (!row)
            return true;
        order_row_read(query, arena, &order);
        if (!each(context, &order)) {
            db_reset(query);
            return true;
        }
    }
    return false;
}

bool
store_order_events(struct store *store, struct arena *arena, const char *order_id,
        bool (*each)(void *context, const struct order_event *event), void *context,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(store->db, "SELECT e.at, e.what, e.cause, e.from_state, e.to_state, e.detail, "
                "e.flags, p.request, p.http_status, p.answer, p.checks FROM event e "
                "LEFT JOIN proof p ON p.event_id = e.event_id WHERE e.order_id = $1 "
                "ORDER BY e.event_id", &query, err))
        return false;
    db_bind_text(query, 1, order_id);
    while (db_step(query, &row, err)) {
        struct order_event event;

        if (!row)
            return true;
        event = (struct order_event){ db_integer(query, 0), db_text(query, 1, arena),
            db_text(query, 2, arena), db_text(query, 3, arena), db_text(query, 4, arena),
            db_text(query, 5, arena), (unsigned)db_integer(query, 6), db_text(query, 7, arena),
            (int)db_integer(query, 8), db_text(query, 9, arena), db_text(query, 10, arena) };
        if (!each(context, &event)) {
            db_reset(query);
            return true;
        }
    }
    return false;
}
