/* assets.h: MixPay's asset lists as last read: names for people, and a check for doctor.
 * SPDX-License-Identifier: ISC */
#ifndef STORE_ASSETS_H
#define STORE_ASSETS_H

#include "store/store.h"

#define JOB_ASSETS "assets" /* its subject is the list: payment, quote, settlement */

struct asset {
    const char *id, *symbol, *name, *network, *least, *most;
};

/* Replaces the whole list of that kind, unless `count` is 0: a stale copy is better than none. */
bool store_assets_keep(struct store *store, const char *kind, const struct asset *assets,
        size_t count, int64_t now, struct error *err);

/* "BTC" for its id, in any list; "" when it is not known. */
bool store_asset_symbol(struct store *store, struct arena *arena, const char *asset_id,
        const char **symbol, struct error *err);

/* Whether the list has it, and when the list was read (0: never). */
bool store_asset_known(struct store *store, const char *kind, const char *asset_id, bool *known,
        int64_t *read_at, struct error *err);

/* Makes sure that the jobs which read the lists exist. */
bool store_assets_plan(struct store *store, int64_t now_ms, struct error *err);

#endif
