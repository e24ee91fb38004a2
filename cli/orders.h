/* orders.h: orders as the command line finds and shows them.
 * SPDX-License-Identifier: ISC */
#ifndef CLI_ORDERS_H
#define CLI_ORDERS_H

#include "app.h"
#include "store/orders.h"

/* The order of that order_id, or of that token. ERROR_MISSING. */
bool orders_find(struct station *station, struct arena *arena, const char *name,
        struct order *order, struct error *err);

/* What the quote asset is called: "USD", "BTC", or its id. */
const char *orders_currency(struct station *station, struct arena *arena, const char *asset);

/* "mismatch, surplus"; "" where there are none. */
const char *orders_flags(struct arena *arena, unsigned flags);

/* A person has to decide, or may decide otherwise: something speaks against the order going its
 * way by itself, or its money came late. */
bool orders_is_questionable(const struct order *order);

#endif
