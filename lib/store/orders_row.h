/* orders_row.h: an order's row as the files of orders*.c share it. Not for other rooms.
 * SPDX-License-Identifier: ISC */
#ifndef STORE_ORDERS_ROW_H
#define STORE_ORDERS_ROW_H

#include "store/orders.h"

/* In the order in which order_row_take reads them. */
#define ORDER_COLUMNS                                                                              \
    "order_id, token, item, title, quantity, unit_price, amount, quote_asset, settlement_asset, "  \
    "payee, email, note, language, link_kind, link_request, link_url, state, flags, "              \
    "failure_code, coalesce(trace_id, ''), created_at, expires_at, watch_until, watched_at, "      \
    "paid_at, version, confirmations, confirmations_needed, payment_amount, payment_symbol, "      \
    "payable_amount, payable_symbol, surplus_amount, txid, explorer_url, settle_status, "          \
    "settle_amount, settle_symbol, settle_asset"

enum { ORDER_COLUMN_COUNT = 39 };

/* The row that the query stands on, which selects ORDER_COLUMNS first. */
void order_row_read(struct db_query *query, struct arena *arena, struct order *order);

/* Takes the only row of a query that selects ORDER_COLUMNS; *found says whether there is one. */
bool order_row_take(struct db_query *query, struct arena *arena, struct order *order, bool *found,
        struct error *err);

/* Inside a transaction: the order with that id; ERROR_MISSING. */
bool order_row_load(struct db *db, struct arena *arena, const char *order_id, struct order *order,
        struct error *err);

/* Inside a transaction: an event of the order as it now is; *event_id names it for a proof. */
bool order_row_event(struct db *db, const struct order *order, enum order_state from,
        const char *what, const char *cause, const char *detail, int64_t at, int64_t *event_id,
        struct error *err);

#endif
