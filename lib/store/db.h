/* db.h: the seam between our SQL and a database engine: prepare, bind, step, transaction.
 * SPDX-License-Identifier: ISC
 *
 * SQL is written once for every engine: $1-style parameters, INSERT … ON CONFLICT, RETURNING.
 * A struct db is one connection and belongs to one thread; the struct db_home behind it is shared
 * by the threads of a process. All functions fail with ERROR_STORE, or ERROR_CONFLICT where a
 * UNIQUE, CHECK or trigger of the schema said no. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct db_home;  /* one per process and database: where it is, whose turn it is to write */
struct db;       /* one connection */
struct db_query; /* one prepared statement; owned by its connection, reused for the same SQL */

/*
 * `url` is "sqlite:/absolute/path". The file is created with mode 0660 where `create`, else it must
 * exist (ERROR_MISSING). Network file systems are refused. The home outlives its connections.
 */
bool db_home_open(const char *url, bool create, struct db_home **home, struct error *err);
void db_home_close(struct db_home *home);
const char *db_home_path(const struct db_home *home);

bool db_open(struct db_home *home, struct db **db, struct error *err);
void db_close(struct db *db); /* NULL is fine */

/* Several statements, for schema files. */
bool db_script(struct db *db, const char *sql, struct error *err);

/* `sql` must be a string literal (its address is the cache key). A query that is still being
 * stepped is reset. */
bool db_prepare(struct db *db, const char *sql, struct db_query **query, struct error *err);
void db_bind_text(struct db_query *query, int parameter, const char *text); /* NULL binds NULL */
void db_bind_bytes(struct db_query *query, int parameter, const void *bytes, int length);
void db_bind_integer(struct db_query *query, int parameter, int64_t value);
void db_bind_null(struct db_query *query, int parameter);

/* The next row: *row says whether there is one. Ends the query when there is none. */
bool db_step(struct db_query *query, bool *row, struct error *err);
/* Steps to the end and throws rows away. */
bool db_run(struct db_query *query, struct error *err);
/* Done with it before its last row. */
void db_reset(struct db_query *query);
/* Rows that the last INSERT, UPDATE or DELETE on this connection changed. */
int64_t db_changes(const struct db *db);

/* Columns count from 0. Text lives in the arena; NULL columns are NULL and 0. */
const char *db_text(struct db_query *query, int column, struct arena *arena);
bool        db_copy(struct db_query *query, int column, char *to, size_t room); /* "" for NULL */
int64_t     db_integer(struct db_query *query, int column);
bool        db_is_null(struct db_query *query, int column);

/*
 * Runs `body(context)` between BEGIN and COMMIT, alone among the writers of the machine: the only
 * place where either word stands. Nothing of a body that returns false stays. A busy database is
 * retried for `DB_PATIENCE_MS`; the body may therefore run more than once and must not act outside.
 */
enum { DB_PATIENCE_MS = 10000 };
bool db_transact(struct db *db, bool (*body)(void *context, struct error *err), void *context,
        struct error *err);

/*
 * Moves the write-ahead log into the database file, if nobody is writing; *left is then the log's
 * size in bytes (0: all of it went). Not getting a turn is no error.
 */
bool db_checkpoint(struct db *db, int64_t *left, struct error *err);
/* Looks through the whole file for damage, which takes a while; ERROR_STORE names the first. */
bool db_check(struct db *db, struct error *err);
/* Bytes of log waiting; ≥ DB_LOG_HIGH asks whoever meets it for a checkpoint. */
enum { DB_LOG_HIGH = 8 * 1024 * 1024 };
int64_t db_log_size(const struct db *db);

#endif
