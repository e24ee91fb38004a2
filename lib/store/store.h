/* store.h: what we remember. Every public function of this room is one transaction.
 * SPDX-License-Identifier: ISC
 *
 * A struct store belongs to one thread. Functions fail with ERROR_STORE (retry later) or, where a
 * rule of the schema said no, with ERROR_CONFLICT; other codes are named at the function. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/db.h"

struct store {
    struct db *db;
    unsigned   claims; /* jobs taken from the outbox's line by this handle (outbox.c) */
};

bool store_open(struct db_home *home, struct store **store, struct error *err);
void store_close(struct store *store); /* NULL is fine */

/*
 * Brings the schema forward, one numbered file of `folder` (0001.sql, …) after the other, each with
 * its row in schema_step in one transaction. ERROR_CONFLICT when the database is newer than the
 * files: then this program is too old for it.
 */
bool store_migrate(struct store *store, const char *folder, struct error *err);

/* As store_migrate, but only looks: ERROR_CONFLICT also when steps are missing. */
bool store_check_schema(struct store *store, const char *folder, struct error *err);

/* A key of 32 random bytes, made at its first use and the same ever after. */
bool store_secret(struct store *store, const char *name, unsigned char key[static 32],
        struct error *err);

/* The worker's sign of life. *at is 0 when there never was one. */
bool store_beat(struct store *store, const char *name, int64_t now, struct error *err);
bool store_last_beat(struct store *store, const char *name, int64_t *at, struct error *err);

#endif
