/* assets.c: MixPay's asset lists as last read.
 * SPDX-License-Identifier: ISC */
#include "store/assets.h"

#include "store/outbox.h"

struct keeping {
    struct db          *db;
    const char         *kind;
    const struct asset *assets;
    size_t              count;
    int64_t             now;
};

static bool
forget_list(const struct keeping *keeping, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(keeping->db, "DELETE FROM asset WHERE kind = $1", &query, err))
        return false;
    db_bind_text(query, 1, keeping->kind);
    return db_run(query, err);
}

static bool
keep_asset(const struct keeping *keeping, const struct asset *asset, struct error *err)
{
    const char *const texts[] = { keeping->kind, asset->id, asset->symbol, asset->name,
        asset->network, asset->least, asset->most };
    struct db_query  *query;

    if (!db_prepare(keeping->db, "INSERT INTO asset (kind, asset_id, symbol, name, network, least, "
                "most, read_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (kind, "
                "asset_id) DO NOTHING", &query, err))
        return false;
    for (int i = 0; i < 7; i++)
        db_bind_text(query, i + 1, texts[i]);
    db_bind_integer(query, 8, keeping->now);
    return db_run(query, err);
}

static bool
keep_list(void *context, struct error *err)
{
    const struct keeping *keeping = context;

    if (!forget_list(keeping, err))
        return false;
    for (size_t i = 0; i < keeping->count; i++)
        if (!keep_asset(keeping, &keeping->assets[i], err))
            return false;
    return true;
}

bool
store_assets_keep(struct store *store, const char *kind, const struct asset *assets, size_t count,
        int64_t now, struct error *err)
{
    struct keeping keeping = { store->db, kind, assets, count, now };

    return count == 0 || db_transact(store->db, keep_list, &keeping, err);
}

bool
store_asset_symbol(struct store *store, struct arena *arena, const char *asset_id,
        const char **symbol, struct error *err)
{
    struct db_query *query;
    bool             row;

    *symbol = "";
    if (!db_prepare(store->db, "SELECT symbol FROM asset WHERE asset_id = $1 LIMIT 1", &query, err))
        return false;
    db_bind_text(query, 1, asset_id);
    if (!db_step(query, &row, err))
        return false;
    if (row) {
        *symbol = db_text(query, 0, arena);
        db_reset(query);
    }
    return true;
}

bool
store_asset_known(struct store *store, const char *kind, const char *asset_id, bool *known,
        int64_t *read_at, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(store->db, "SELECT coalesce(max(asset_id = $2), 0), coalesce(max(read_at), 0) "
                "FROM asset WHERE kind = $1", &query, err))
        return false;
    db_bind_text(query, 1, kind);
    db_bind_text(query, 2, asset_id);
    if (!db_step(query, &row, err))
        return false;
    *known = row && db_integer(query, 0) != 0;
    *read_at = row ? db_integer(query, 1) : 0;
    db_reset(query);
    return true;
}

struct planning {
    struct db *db;
    int64_t    now_ms;
};

static bool
plan(void *context, struct error *err)
{
    const struct planning *planning = context;

    return outbox_add(planning->db, JOB_ASSETS, "quote", planning->now_ms + 3000, PRIORITY_POLL,
                   "poll", err)
            && outbox_add(planning->db, JOB_ASSETS, "payment", planning->now_ms + 4000,
            PRIORITY_POLL,
                    "poll", err)
            && outbox_add(planning->db, JOB_ASSETS, "settlement", planning->now_ms + 5000,
                    PRIORITY_POLL, "poll", err);
}

bool
store_assets_plan(struct store *store, int64_t now_ms, struct error *err)
{
    struct planning planning = { store->db, now_ms };

    return db_transact(store->db, plan, &planning, err);
}
