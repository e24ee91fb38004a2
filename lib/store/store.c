/* store.c: opening the database and bringing its schema forward.
 * SPDX-License-Identifier: ISC */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"

enum { MOST_SCHEMA = 262144, MOST_STEPS = 9999 };

bool
store_open(struct db_home *home, struct store **store, struct error *err)
{
    struct store *made = calloc(1, sizeof *made);

    if (made == NULL)
        abort();
    if (!db_open(home, &made->db, err)) {
        free(made);
        return false;
    }
    *store = made;
    return true;
}

void
store_close(struct store *store)
{
    if (store == NULL)
        return;
    db_close(store->db);
    free(store);
}

/* NULL when there is no such step. */
static char *
read_step(struct arena *arena, const char *folder, int number)
{
    FILE *file = fopen(arena_format(arena, "%s/%04d.sql", folder, number), "re");
    char *sql;

    if (file == NULL)
        return NULL;
    sql = arena_alloc(arena, MOST_SCHEMA + 1);
    sql[fread(sql, 1, MOST_SCHEMA, file)] = '\0';
    fclose(file);
    return sql;
}

static int
count_steps(struct arena *arena, const char *folder)
{
    int number = 1;

    while (number <= MOST_STEPS && read_step(arena, folder, number) != NULL)
        number++;
    return number - 1;
}

static bool
current_step(struct db *db, int64_t *number, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, "SELECT coalesce(max(number), 0) FROM schema_step", &query, err)
            || !db_step(query, &row, err))
        return false;
    *number = row ? db_integer(query, 0) : 0;
    db_reset(query);
    return true;
}

struct migration {
    struct db    *db;
    struct arena *arena;
    const char   *folder;
};

static bool
take_step(struct migration *migration, int number, struct error *err)
{
    struct db_query *query;

    if (!db_script(migration->db, read_step(migration->arena, migration->folder, number), err)
            || !db_prepare(migration->db, "INSERT INTO schema_step (number, applied_at) VALUES "
            "($1, $2)",
                    &query, err))
        return false;
    db_bind_integer(query, 1, number);
    db_bind_integer(query, 2, clock_now());
    return db_run(query, err);
}

static bool
no_steps(const char *folder, struct error *err)
{
    return fail(err, ERROR_INTERNAL, "There are no schema files in %s: mixtill is not installed "
            "there, or MIXTILL_DATADIR is wrong.", folder);
}

static bool
too_new(int64_t have, int known, struct error *err)
{
    return fail(err, ERROR_CONFLICT, "The database is at schema %lld, this program knows %d: it "
            "was written by a newer mixtill; install that one.", (long long)have, known);
}

static bool
migrate(void *context, struct error *err)
{
    struct migration *migration = context;
    int               known = count_steps(migration->arena, migration->folder);
    int64_t           have;

    if (!db_script(migration->db, "CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY "
            "KEY, applied_at INTEGER NOT NULL) STRICT", err)
            || !current_step(migration->db, &have, err))
        return false;
    if (known == 0)
        return no_steps(migration->folder, err);
    if (have > known)
        return too_new(have, known, err);
    for (int number = (int)have + 1; number <= known; number++)
        if (!take_step(migration, number, err))
            return false;
    return true;
}

bool
store_migrate(struct store *store, const char *folder, struct error *err)
{
    struct migration migration = { store->db, arena_open(), folder };
    bool             done;

    /* Most of the time nothing is to be done, and nobody should wait for a writer to learn that. */
    done = store_check_schema(store, folder, NULL)
            || db_transact(store->db, migrate, &migration, err);
    arena_close(migration.arena);
    return done;
}

bool
store_check_schema(struct store *store, const char *folder, struct error *err)
{
    struct arena *arena = arena_open();
    int           known = count_steps(arena, folder);
    int64_t       have;
    bool          read = current_step(store->db, &have, err);

    arena_close(arena);
    if (!read)
        return false;
    if (known == 0)
        return no_steps(folder, err);
    if (have > known)
        return too_new(have, known, err);
    if (have < known)
        return fail(err, ERROR_CONFLICT, "The database is at schema %lld and needs %d: run "
        "`mixtill doctor`, or start the worker, which brings it forward.", (long long)have, known);
    return true;
}

struct secret {
    struct db     *db;
    const char    *name;
    unsigned char *key;
};

static bool
read_secret(void *context, struct error *err)
{
    struct secret   *secret = context;
    struct db_query *query;
    struct arena    *arena = arena_open();
    unsigned char    fresh[CRYPT_KEY];
    bool             row, done = false;

    crypt_random(fresh, sizeof fresh);
    if (!db_prepare(secret->db, "INSERT INTO secret (name, value) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value", &query,
                err))
        goto out;
    db_bind_text(query, 1, secret->name);
    db_bind_text(query, 2, crypt_hex(arena, fresh, sizeof fresh));
    if (!db_step(query, &row, err))
        goto out;
    done = row && crypt_from_hex(db_text(query, 0, arena), secret->key, CRYPT_KEY);
    db_reset(query);
    if (!done)
        fail(err, ERROR_STORE, "database: the secret %s cannot be read", secret->name);
out:
    crypt_wipe(fresh, sizeof fresh);
    arena_close(arena);
    return done;
}

bool
store_secret(struct store *store, const char *name, unsigned char key[static 32], struct error *err)
{
    struct secret secret = { store->db, name, key };

    return db_transact(store->db, read_secret, &secret, err);
}

struct beat {
    struct db  *db;
    const char *name;
    int64_t     now;
};

static bool
beat(void *context, struct error *err)
{
    const struct beat *beat = context;
    struct db_query   *query;

    if (!db_prepare(beat->db, "INSERT INTO heartbeat (name, at) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET at = excluded.at", &query, err))
        return false;
    db_bind_text(query, 1, beat->name);
    db_bind_integer(query, 2, beat->now);
    return db_run(query, err);
}

bool
store_beat(struct store *store, const char *name, int64_t now, struct error *err)
{
    struct beat sign = { store->db, name, now };

    return db_transact(store->db, beat, &sign, err);
}

bool
store_last_beat(struct store *store, const char *name, int64_t *at, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(store->db, "SELECT at FROM heartbeat WHERE name = $1", &query, err))
        return false;
    db_bind_text(query, 1, name);
    if (!db_step(query, &row, err))
        return false;
    *at = row ? db_integer(query, 0) : 0;
    db_reset(query);
    return true;
}
