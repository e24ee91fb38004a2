/* orders_place.c: placing an order: one filled-in form is one order.
 * SPDX-License-Identifier: ISC */
#include "store/orders_row.h"

#include <string.h>

#include "base/failpoint.h"

struct placing {
    struct db               *db;
    struct arena            *arena;
    const struct order      *wanted;
    const struct order_form *form;
    struct order            *order;
    bool                    *fresh;
};

/* *found when the form's key made an order before; with other contents that is a conflict. */
static bool
find_earlier(const struct placing *placing, bool *found, struct error *err)
{
    struct db_query *query;
    char             hash[96];

    if (!db_prepare(placing->db, "SELECT " ORDER_COLUMNS ", form_hash FROM orders WHERE form_key "
            "= $1",
                &query, err))
        return false;
    db_bind_text(query, 1, placing->form->key);
    if (!db_step(query, found, err))
        return false;
    if (!*found)
        return true;
    order_row_read(query, placing->arena, placing->order);
    db_copy(query, ORDER_COLUMN_COUNT, hash, sizeof hash);
    db_reset(query);
    return strcmp(hash, placing->form->hash) == 0
            || fail(err, ERROR_CONFLICT, "This form was sent before with other contents.");
}

static bool
count(struct db *db, const char *sql, const char *text, int64_t integer, int64_t *total,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, sql, &query, err))
        return false;
    db_bind_text(query, 1, text);
    db_bind_integer(query, 2, integer);
    if (!db_step(query, &row, err))
        return false;
    *total = row ? db_integer(query, 0) : 0;
    db_reset(query);
    return true;
}

static bool
count_taken(struct db *db, const char *item, int64_t more, int64_t *taken, struct error *err)
{
    return count(db, "SELECT coalesce(sum(quantity), 0) + $2 FROM orders WHERE item = $1 "
            "AND state NOT IN ('failed', 'expired')", item, more, taken, err);
}

bool
store_item_taken(struct store *store, const char *item, int64_t *taken, struct error *err)
{
    return count_taken(store->db, item, 0, taken, err);
}

static bool
is_in_stock(const struct placing *placing, struct error *err)
{
    const struct order *wanted = placing->wanted;
    int64_t             taken;

    if (placing->form->stock < 0)
        return true;
    if (!count_taken(placing->db, wanted->item, wanted->quantity, &taken, err))
        return false;
    return taken <= placing->form->stock
            || fail(err, ERROR_CONFLICT, "There are not that many left.");
}

static bool
is_within_limit(const struct placing *placing, struct error *err)
{
    int64_t placed;

    if (placing->form->most_per_minute == 0)
        return true;
    if (!count(placing->db, "SELECT count(*) FROM orders WHERE client = $1 AND created_at > $2",
                placing->form->client, placing->wanted->created_at - 60, &placed, err))
        return false;
    return placed < placing->form->most_per_minute
            || fail(err, ERROR_LIMIT, "That were many orders in a short time; please wait a "
            "minute.");
}

static bool
insert_order(const struct placing *placing, struct error *err)
{
    const struct order *order = placing->wanted;
    struct db_query    *query;

    if (!db_prepare(placing->db, "INSERT INTO orders (order_id, token, form_key, form_hash, "
            "client, item, title, quantity, unit_price, amount, quote_asset, settlement_asset, "
            "payee, email, note, language, link_kind, link_request, link_url, created_at, "
            "expires_at, watch_until, watched_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
            "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $20) RETURNING "
            ORDER_COLUMNS,
                &query, err))
        return false;
    db_bind_text(query, 1, order->order_id);
    db_bind_text(query, 2, order->token);
    db_bind_text(query, 3, placing->form->key);
    db_bind_text(query, 4, placing->form->hash);
    db_bind_text(query, 5, placing->form->client);
    db_bind_text(query, 6, order->item);
    db_bind_text(query, 7, order->title);
    db_bind_integer(query, 8, order->quantity);
    db_bind_integer(query, 9, order->unit_price.units);
    db_bind_integer(query, 10, order->amount.units);
    db_bind_text(query, 11, order->quote_asset);
    db_bind_text(query, 12, order->settlement_asset);
    db_bind_text(query, 13, order->payee);
    db_bind_text(query, 14, order->email);
    db_bind_text(query, 15, order->note);
    db_bind_text(query, 16, order->language);
    db_bind_text(query, 17, order->link_kind == LINK_PAYLINK ? "paylink" : "one_time");
    db_bind_text(query, 18, order->link_request);
    db_bind_text(query, 19, order->link_url);
    db_bind_integer(query, 20, order->created_at);
    db_bind_integer(query, 21, order->expires_at);
    db_bind_integer(query, 22, order->watch_until);
    return order_row_take(query, placing->arena, placing->order, placing->fresh, err);
}

/* The program that places the order makes the link itself, at once; the worker comes in where that
 * program came to nothing. */
static bool
place_order(void *context, struct error *err)
{
    const struct placing *placing = context;
    const struct order   *wanted = placing->wanted;
    int64_t               now_ms = wanted->created_at * 1000, event_id;
    bool                  found = false;

    if (!find_earlier(placing, &found, err))
        return false;
    if (found) {
        *placing->fresh = false;
        return true;
    }
    return is_within_limit(placing, err) && is_in_stock(placing, err) && insert_order(placing, err)
            && order_row_event(placing->db, placing->order, ORDER_OPEN, "placed", "shopper",
                    "The shopper placed the order.", wanted->created_at, &event_id, err)
            && (wanted->link_kind == LINK_PAYLINK
                    || outbox_add(placing->db, JOB_MAKE_LINK, wanted->order_id, now_ms + 2000,
                            PRIORITY_SHOPPER, "shopper", err))
            && outbox_add(placing->db, JOB_LOOK, wanted->order_id, now_ms + 5000, PRIORITY_POLL,
                    "poll", err);
}

bool
store_place_order(struct store *store, struct arena *arena, const struct order *wanted,
        const struct order_form *form, struct order *order, bool *fresh, struct error *err)
{
    struct placing placing = { store->db, arena, wanted, form, order, fresh };

    if (!db_transact(store->db, place_order, &placing, err))
        return false;
    failpoint("order_placed");
    return true;
}
