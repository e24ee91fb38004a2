/* assets.h: the coins and currencies that the pretend MixPay knows, and what they cost.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_ASSETS_H
#define SANDBOX_ASSETS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/amount.h"
#include "base/error.h"

/* A row of the table in assets.c. Prices never move, so that a rehearsal can be repeated. */
struct asset {
    const char   *id;       /* a UUID; of a currency its code in lower case */
    const char   *symbol, *name;
    const char   *network;  /* "" for a currency */
    const char   *version;  /* "ERC20", "TRC20", …, or "" */
    const char   *chain;    /* id of the network's own coin */
    bool          is_coin;
    int           decimals;
    int           confirmations; /* that it takes on its network */
    struct amount price;    /* dollars for one */
    struct amount most;     /* dollars that one payment may come to */
};

/* By id, without regard to case; NULL when it is not known. */
const struct asset *asset_find(const char *id);
/* By id or, for coins, by symbol: "BTC". */
const struct asset *asset_find_coin(const char *id_or_symbol);
/* The list from its start; NULL ends it. */
const struct asset *asset_at(size_t place);

/* What `amount` of one is worth in the other, exactly, then rounded to the other's decimals: `up`
 * where a payer must send it, down where a payee receives it. ERROR_INPUT when it does not fit. */
bool asset_convert(struct amount amount, const struct asset *from, const struct asset *to, bool up,
        struct amount *result, struct error *err);

/* The same amount without what is smaller than the asset's smallest unit. */
struct amount asset_floor(struct amount amount, const struct asset *asset);

/* The bounds of one payment, counted in this asset. */
void asset_bounds(const struct asset *asset, struct amount *least, struct amount *most);

enum asset_list { ASSETS_TO_PAY_WITH, ASSETS_TO_QUOTE_IN, ASSETS_TO_SETTLE_IN };

/*
 * The answer to GET /setting/…_assets (protocol/mixpay.md §3d). With a quote (or NULL) the lists
 * say what cannot be used for that much: maxPaymentAmount "0", isAvailable false. A new reference.
 */
json_t *asset_list(enum asset_list kind, const struct asset *quote, struct amount amount);

#endif
