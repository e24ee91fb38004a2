/* bench_insert.c: how often a second this disk can make something durable, by hand and by database.
 * SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/db.h"

enum { APPEND = 8192, ROW = 1000 };

/* Where the strokes go: a plain file or a database. */
struct target {
    int        file;
    struct db *db;
    int64_t    count;
    char       bytes[APPEND];
};

static bool
append(struct target *target, struct error *err)
{
    return (write(target->file, target->bytes, APPEND) == APPEND && fdatasync(target->file) == 0)
            || fail(err, ERROR_STORE, "the file cannot be written");
}

static bool
insert_row(void *context, struct error *err)
{
    struct target   *target = context;
    struct db_query *query;

    if (!db_prepare(target->db, "INSERT INTO bench (number, body) VALUES ($1, $2)", &query, err))
        return false;
    db_bind_integer(query, 1, target->count);
    db_bind_bytes(query, 2, target->bytes, ROW);
    return db_run(query, err);
}

/* The log goes into the database now and then, as the worker has it. */
static bool
insert(struct target *target, struct error *err)
{
    int64_t left;

    return db_transact(target->db, insert_row, target, err)
            && (target->count % 256 != 0 || db_log_size(target->db) < DB_LOG_HIGH
                    || db_checkpoint(target->db, &left, err));
}

/* Prints how many a second. */
static bool
beat(struct target *target, bool (*stroke)(struct target *, struct error *), int64_t seconds,
        struct error *err)
{
    int64_t start = clock_steady_us(), now = start;

    for (target->count = 1; now - start < seconds * 1000000; target->count++) {
        if (!stroke(target, err))
            return false;
        now = clock_steady_us();
    }
    printf("%" PRId64 "\n", (target->count - 1) * 1000000 / (now - start));
    return true;
}

static bool
open_database(const char *path, struct target *target, struct error *err)
{
    struct db_home *home; /* until the process ends */
    char            url[4096];

    snprintf(url, sizeof url, "sqlite:%s", path);
    return db_home_open(url, true, &home, err) && db_open(home, &target->db, err)
            && db_script(target->db, "DROP TABLE IF EXISTS bench; CREATE TABLE bench "
                    "(number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT", err);
}

int
main(int argc, char **argv)
{
    static struct target target;
    struct error         err = { ERROR_NONE, "" };
    bool                 done = false;

    memset(target.bytes, 'x', sizeof target.bytes);
    if (argc != 4) {
        fputs("usage: bench_insert append|insert FILE SECONDS\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "append") == 0) {
        target.file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        done = beat(&target, append, atoi(argv[3]), &err);
    } else {
        done = open_database(argv[2], &target, &err) && beat(&target, insert, atoi(argv[3]), &err);
    }
    if (!done)
        fprintf(stderr, "bench_insert: %s\n", err.message);
    return done ? 0 : 1;
}
