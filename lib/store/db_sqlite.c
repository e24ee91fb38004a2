/* db_sqlite.c: the database engine SQLite. The only file that knows it.
 * SPDX-License-Identifier: ISC
 *
 * Debian's SQLite 3.40 has the WAL-reset bug (fixed in 3.51.3): a connection that writes while
 * another checkpoints at the same instant can corrupt the file. So automatic checkpoints are off,
 * also the one at the last close; writers hold a shared flock on DATABASE.lock from BEGIN to
 * COMMIT, and a checkpoint takes it exclusively.
 *
 * Within a process writers queue on a mutex before BEGIN: with busy_timeout alone they wait for
 * seconds at 64 threads. */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/text.h"

enum { MOST_QUERIES = 96, PATH_ROOM = 1024, BUSY_MS = 2000, CACHE_KIB = 512 };

struct db_home {
    pthread_mutex_t turn; /* of the threads of this process that want to write */
    int             lock; /* DATABASE.lock */
    char            path[PATH_ROOM];
    char            log[PATH_ROOM + 8];
};

struct db_query {
    struct db    *db;
    const char   *sql;
    sqlite3_stmt *statement;
};

struct db {
    struct db_home *home;
    sqlite3        *handle;
    int             queries;
    struct db_query cache[MOST_QUERIES];
};

static bool
refuse(sqlite3 *handle, const char *doing, struct error *err)
{
    int  code = sqlite3_errcode(handle);
    bool conflict = (code & 0xff) == SQLITE_CONSTRAINT;

    return fail(err, conflict ? ERROR_CONFLICT : ERROR_STORE, "database: %s: %s", doing,
            sqlite3_errmsg(handle));
}

/* File systems whose locks and shared memory do not hold between machines (statfs(2)). */
static bool
is_network_folder(const char *path)
{
    static const long kinds[] = { 0x6969 /* NFS */, 0x517b /* SMB */, 0xff534d42 /* CIFS */,
        0xfe534d42 /* SMB2 */, 0x65735546 /* FUSE */, 0x01021997 /* 9P */, 0x00c36400 /* Ceph */ };
    char          folder[PATH_ROOM];
    char         *slash;
    struct statfs facts;

    if (!text_copy(folder, sizeof folder, path))
        return false;
    slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    if (statfs(folder, &facts) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if ((long)facts.f_type == kinds[i])
            return true;
    return false;
}

static bool
open_lock(struct db_home *home, bool create, struct error *err)
{
    char path[PATH_ROOM + 8];
    int  file;

    /* The database is made by us, empty, so that its mode is right from the first byte on. */
    file = open(home->path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0660);
    if (file < 0)
        return fail(err, errno == ENOENT ? ERROR_MISSING : ERROR_STORE,
        "database: cannot open %s: %s",
                home->path, strerror(errno));
    close(file);
    snprintf(path, sizeof path, "%s.lock", home->path);
    home->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (home->lock < 0)
        return fail(err, ERROR_STORE, "database: cannot open %s: %s", path, strerror(errno));
    return true;
}

bool
db_home_open(const char *url, bool create, struct db_home **home, struct error *err)
{
    struct db_home *made;

    if (!text_starts(url, "sqlite:/"))
        return fail(err, ERROR_INPUT, "store url: write \"sqlite:/absolute/path/mixtill.db\"");
    /* Its count of memory in use costs all threads a common lock at every allocation. It is refused
     * when a home was open before; then this has been said already. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    made->lock = -1;
    pthread_mutex_init(&made->turn, NULL);
    if (!text_copy(made->path, sizeof made->path, url + strlen("sqlite:"))) {
        fail(err, ERROR_INPUT, "store url: the path is too long");
        goto out;
    }
    snprintf(made->log, sizeof made->log, "%s-wal", made->path);
    if (is_network_folder(made->path)) {
        fail(err, ERROR_INPUT, "database: %s is on a network file system; its locks do not hold "
                "there: put it on a local disk", made->path);
        goto out;
    }
    if (!open_lock(made, create, err))
        goto out;
    *home = made;
    return true;
out:
    db_home_close(made);
    return false;
}

void
db_home_close(struct db_home *home)
{
    if (home == NULL)
        return;
    if (home->lock >= 0)
        close(home->lock);
    pthread_mutex_destroy(&home->turn);
    free(home);
}

const char *
db_home_path(const struct db_home *home)
{
    return home->path;
}

/* Still busy when the whole of BEGIN, body and COMMIT is over: worth another try. */
static bool
is_busy(const struct db *db)
{
    int code = sqlite3_errcode(db->handle) & 0xff;

    return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

/* Of several who open a new database at the same moment one turns it; the others are told "busy" at
 * once, whatever their time-out is. */
static bool
turn_to_wal(struct db *db, struct error *err)
{
    const struct timespec pause = { 0, 10000000 };
    int64_t               give_up = clock_steady_us() + DB_PATIENCE_MS * 1000;

    while (!db_script(db, "PRAGMA journal_mode=WAL", err)) {
        if (!is_busy(db) || clock_steady_us() > give_up)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static bool
configure(struct db *db, struct error *err)
{
    char cache[64];

    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d", CACHE_KIB);
    return turn_to_wal(db, err) && db_script(db, "PRAGMA wal_autocheckpoint=0", err)
            && db_script(db, "PRAGMA synchronous=FULL", err)
            && db_script(db, "PRAGMA foreign_keys=ON", err)
            /* else REPLACE would remove rows behind the back of the triggers that keep them */
            && db_script(db, "PRAGMA recursive_triggers=ON", err)
            && db_script(db, "PRAGMA trusted_schema=OFF", err)
            && db_script(db, "PRAGMA mmap_size=0", err) && db_script(db, cache, err);
}

bool
db_open(struct db_home *home, struct db **db, struct error *err)
{
    struct db *made = calloc(1, sizeof *made);

    if (made == NULL)
        abort();
    made->home = home;
    if (sqlite3_open_v2(home->path, &made->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
            NULL)
            != SQLITE_OK) {
        refuse(made->handle, "open", err);
        goto out;
    }
    if (!configure(made, err))
        goto out;
    *db = made;
    return true;
out:
    db_close(made);
    return false;
}

void
db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (int i = 0; i < db->queries; i++)
        sqlite3_finalize(db->cache[i].statement);
    sqlite3_close(db->handle);
    free(db);
}

bool
db_script(struct db *db, const char *sql, struct error *err)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return refuse(db->handle, "script", err);
    return true;
}

bool
db_prepare(struct db *db, const char *sql, struct db_query **query, struct error *err)
{
    struct db_query *made;

    for (int i = 0; i < db->queries; i++)
        if (db->cache[i].sql == sql) {
            *query = &db->cache[i];
            db_reset(*query);
            return true;
        }
    if (db->queries == MOST_QUERIES)
        return fail(err, ERROR_INTERNAL, "database: more than %d different queries", MOST_QUERIES);
    made = &db->cache[db->queries];
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &made->statement, NULL)
            != SQLITE_OK)
        return refuse(db->handle, "prepare", err);
    made->db = db;
    made->sql = sql;
    db->queries++;
    *query = made;
    return true;
}

/* SQLite numbers $1, $2, … as they come; by name they are what they say. */
static int
place(const struct db_query *query, int parameter)
{
    char name[16];
    int  index;

    snprintf(name, sizeof name, "$%d", parameter);
    index = sqlite3_bind_parameter_index(query->statement, name);
    if (index == 0)
        abort(); /* a query of ours names no such parameter */
    return index;
}

void
db_bind_text(struct db_query *query, int parameter, const char *text)
{
    sqlite3_bind_text(query->statement, place(query, parameter), text, -1, SQLITE_TRANSIENT);
}

void
db_bind_bytes(struct db_query *query, int parameter, const void *bytes, int length)
{
    sqlite3_bind_blob(query->statement, place(query, parameter), bytes, length, SQLITE_TRANSIENT);
}

void
db_bind_integer(struct db_query *query, int parameter, int64_t value)
{
    sqlite3_bind_int64(query->statement, place(query, parameter), value);
}

void
db_bind_null(struct db_query *query, int parameter)
{
    sqlite3_bind_null(query->statement, place(query, parameter));
}

bool
db_step(struct db_query *query, bool *row, struct error *err)
{
    int code = sqlite3_step(query->statement);

    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        refuse(query->db->handle, "step", err);
    db_reset(query);
    return code == SQLITE_DONE;
}

bool
db_run(struct db_query *query, struct error *err)
{
    bool row;

    do
        if (!db_step(query, &row, err))
            return false;
    while (row);
    return true;
}

void
db_reset(struct db_query *query)
{
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
}

int64_t
db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

const char *
db_text(struct db_query *query, int column, struct arena *arena)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    int                  length = sqlite3_column_bytes(query->statement, column);

    return text == NULL ? NULL : arena_copy_bytes(arena, text, (size_t)length);
}

bool
db_copy(struct db_query *query, int column, char *to, size_t room)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);

    return text_copy(to, room, text == NULL ? "" : (const char *)text);
}

int64_t
db_integer(struct db_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool
db_is_null(struct db_query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

static bool
lock_shared(const struct db_home *home, struct error *err)
{
    while (flock(home->lock, LOCK_SH) != 0)
        if (errno != EINTR)
            return fail(err, ERROR_STORE, "database: lock: %s", strerror(errno));
    return true;
}

/* Leaves no transaction open; *busy says whether another try makes sense. */
static bool
try_transaction(struct db *db, bool (*body)(void *, struct error *), void *context, bool *busy,
        struct error *err)
{
    bool done;

    *busy = false;
    if (sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        *busy = is_busy(db);
        return refuse(db->handle, "begin", err);
    }
    done = body(context, err);
    failpoint("commit_before");
    if (done && sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        *busy = is_busy(db);
        done = refuse(db->handle, "commit", err);
    }
    if (!sqlite3_get_autocommit(db->handle)) {
        for (int i = 0; i < db->queries; i++)
            sqlite3_reset(db->cache[i].statement);
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
    if (done)
        failpoint("commit_after");
    return done;
}

bool
db_transact(struct db *db, bool (*body)(void *context, struct error *err), void *context,
        struct error *err)
{
    int64_t give_up = clock_steady_us() + DB_PATIENCE_MS * 1000;
    int64_t left;
    bool    done = false, busy = true;

    pthread_mutex_lock(&db->home->turn);
    while (busy) {
        if (!lock_shared(db->home, err))
            break;
        done = try_transaction(db, body, context, &busy, err);
        flock(db->home->lock, LOCK_UN);
        if (clock_steady_us() > give_up)
            break;
    }
    pthread_mutex_unlock(&db->home->turn);
    if (db_log_size(db) > DB_LOG_HIGH)
        db_checkpoint(db, &left, NULL); /* the worker seems away; if it fails, the next one tries */
    return done;
}

int64_t
db_log_size(const struct db *db)
{
    struct stat facts;

    return stat(db->home->log, &facts) == 0 ? (int64_t)facts.st_size : 0;
}

/* A fresh connection that has read nothing checkpoints nothing and says OK: hence the read. With a
 * busy time-out a TRUNCATE that meets a reader would wait: hence none. */
static bool
checkpoint_now(struct db *db, int64_t *left, struct error *err)
{
    int  in_log = 0, moved = 0, code;
    bool done = db_script(db, "SELECT count(*) FROM sqlite_schema", err);

    if (!done)
        return false;
    sqlite3_busy_timeout(db->handle, 0);
    code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, &in_log, &moved);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    *left = db_log_size(db);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return refuse(db->handle, "checkpoint", err);
    return true;
}

bool
db_checkpoint(struct db *db, int64_t *left, struct error *err)
{
    bool done = true;

    *left = db_log_size(db);
    pthread_mutex_lock(&db->home->turn);
    if (flock(db->home->lock, LOCK_EX | LOCK_NB) == 0) {
        done = checkpoint_now(db, left, err);
        flock(db->home->lock, LOCK_UN);
    }
    pthread_mutex_unlock(&db->home->turn);
    return done;
}

bool
db_check(struct db *db, struct error *err)
{
    struct db_query *query;
    char             word[200];
    bool             row;

    if (!db_prepare(db, "PRAGMA quick_check(1)", &query, err) || !db_step(query, &row, err))
        return false;
    db_copy(query, 0, word, sizeof word);
    db_reset(query);
    return strcmp(word, "ok") == 0 || fail(err, ERROR_STORE, "database: damaged: %s", word);
}
