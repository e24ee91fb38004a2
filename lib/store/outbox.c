/* outbox.c: what is to be done in the outside world, and who is at it.
 * SPDX-License-Identifier: ISC */
#include "store/outbox.h"

#include <string.h>

#include "base/failpoint.h"
#include "base/text.h"

#define JOB_COLUMNS "job_id, fence, kind, subject, cause, due_ms, tries, looks"

struct claim {
    struct db    *db;
    struct arena *arena;
    const char   *kind, *subject; /* NULL: the next one */
    bool          looks;          /* the next one may cost one of the poller's calls */
    bool          overdue;        /* this time who is overdue goes first */
    int64_t       now_ms, lease_ms;
    struct job   *job;
    bool         *found;
};

/* The line of those who wait: by priority, but each third claim goes to who is overdue by a minute,
 * if anybody is: else a few who keep their pages open have all the calls, and the others never one.
 * Times further off than anything is ever put off to were written under a clock that was wrong. */
#define FREE "state = 'due' AND (lease_ms <= $1 OR lease_ms > $1 + 600000) "
#define DUE FREE "AND (due_ms <= $1 OR due_ms > $1 + 7200000) "
#define LINE "ORDER BY CASE WHEN $3 AND due_ms <= $1 - 60000 THEN 0 ELSE priority END, due_ms "

enum { OVERDUE_EVERY = 3 };

static bool
prepare_claim(const struct claim *claim, struct db_query **query, struct error *err)
{
    static const char next[] = "SELECT " JOB_COLUMNS " FROM outbox WHERE " DUE
            "AND ($2 OR kind = 'make_link' OR cause = 'callback') " LINE "LIMIT 1";
    static const char that[] = "SELECT " JOB_COLUMNS " FROM outbox WHERE kind = $2 "
            "AND subject = $3 AND " FREE;

    if (!db_prepare(claim->db, claim->kind == NULL ? next : that, query, err))
        return false;
    db_bind_integer(*query, 1, claim->now_ms);
    if (claim->kind == NULL) {
        db_bind_integer(*query, 2, claim->looks);
        db_bind_integer(*query, 3, claim->overdue);
        return true;
    }
    db_bind_text(*query, 2, claim->kind);
    db_bind_text(*query, 3, claim->subject);
    return true;
}

static void
read_job(struct db_query *query, struct arena *arena, struct job *job)
{
    job->job_id = db_integer(query, 0);
    job->fence = db_integer(query, 1);
    job->kind = db_text(query, 2, arena);
    job->subject = db_text(query, 3, arena);
    job->cause = db_text(query, 4, arena);
    job->due_ms = db_integer(query, 5);
    job->tries = db_integer(query, 6);
    job->looks = db_integer(query, 7);
}

/* The job as it was: its due_ms is its place in the line. */
static bool
find_job(const struct claim *claim, struct error *err)
{
    struct db_query *query;

    if (!prepare_claim(claim, &query, err) || !db_step(query, claim->found, err))
        return false;
    if (*claim->found) {
        read_job(query, claim->arena, claim->job);
        db_reset(query);
    }
    return true;
}

static bool
claim_job(void *context, struct error *err)
{
    const struct claim *claim = context;
    struct db_query    *query;

    if (!find_job(claim, err))
        return false;
    if (!*claim->found)
        return true;
    if (!db_prepare(claim->db, "UPDATE outbox SET due_ms = $2, lease_ms = $2, fence = fence + 1 "
                "WHERE job_id = $1", &query, err))
        return false;
    db_bind_integer(query, 1, claim->job->job_id);
    db_bind_integer(query, 2, claim->now_ms + claim->lease_ms);
    claim->job->fence++;
    return db_run(query, err);
}

static bool
claim_one(struct claim *claim, struct error *err)
{
    if (!db_transact(claim->db, claim_job, claim, err))
        return false;
    if (*claim->found)
        failpoint("job_claimed");
    return true;
}

bool
outbox_claim(struct store *store, struct arena *arena, bool looks, int64_t now_ms,
        int64_t lease_ms, struct job *job, bool *found, struct error *err)
{
    bool         overdue = store->claims % OVERDUE_EVERY == OVERDUE_EVERY - 1;
    struct claim claim = { store->db, arena, NULL, NULL, looks, overdue, now_ms, lease_ms, job,
        found };

    if (!claim_one(&claim, err))
        return false;
    store->claims += *found;
    return true;
}

bool
outbox_claim_that(struct store *store, struct arena *arena, const char *kind, const char *subject,
        int64_t now_ms, int64_t lease_ms, struct job *job, bool *found, struct error *err)
{
    struct claim claim = { store->db, arena, kind, subject, true, false, now_ms, lease_ms, job,
        found };

    return claim_one(&claim, err);
}

static bool
lost_lease(struct db *db, struct error *err)
{
    return db_changes(db) == 1
            || fail(err, ERROR_CONFLICT, "outbox: somebody else has taken this job over");
}

struct settlement {
    struct db        *db;
    const struct job *job;
    const char       *state, *error;
    int64_t           due_ms, now_ms, tries, looks;
};

static bool
settle(void *context, struct error *err)
{
    const struct settlement *settlement = context;
    struct db_query         *query;

    /* Due before the lease ends: somebody asked for it while it was being worked on. */
    if (!db_prepare(settlement->db, "UPDATE outbox SET state = $3, "
                "due_ms = CASE WHEN due_ms < lease_ms THEN min(due_ms, $4) ELSE $4 END, "
                "priority = CASE WHEN kind = 'make_link' THEN 0 WHEN due_ms < lease_ms "
                "THEN priority ELSE $5 END, "
                "cause = CASE WHEN due_ms < lease_ms THEN cause ELSE 'poll' END, "
                "lease_ms = 0, tries = $6, looks = $7, last_error = $8, "
                "done_at = CASE WHEN $9 > 0 THEN $9 ELSE done_at END "
                "WHERE job_id = $1 AND fence = $2", &query, err))
        return false;
    db_bind_integer(query, 1, settlement->job->job_id);
    db_bind_integer(query, 2, settlement->job->fence);
    db_bind_text(query, 3, settlement->state);
    db_bind_integer(query, 4, settlement->due_ms);
    db_bind_integer(query, 5, PRIORITY_POLL);
    db_bind_integer(query, 6, settlement->tries);
    db_bind_integer(query, 7, settlement->looks);
    db_bind_text(query, 8, settlement->error);
    db_bind_integer(query, 9, settlement->now_ms);
    return db_run(query, err) && lost_lease(settlement->db, err);
}

bool
outbox_settle(struct db *db, const struct job *job, int64_t due_ms, bool news, int64_t now_ms,
        struct error *err)
{
    struct settlement settlement = { db, job, due_ms == 0 ? "done" : "due", "", due_ms,
        now_ms / 1000, 0, news ? 0 : job->looks + 1 };

    return settle(&settlement, err);
}

bool
outbox_done(struct store *store, const struct job *job, int64_t now_ms, struct error *err)
{
    struct settlement settlement = { store->db, job, "done", "", 0, now_ms / 1000, 0, 0 };

    return db_transact(store->db, settle, &settlement, err);
}

bool
outbox_retry(struct store *store, const struct job *job, int64_t due_ms, bool counts,
        const char *error, struct error *err)
{
    struct settlement settlement = { store->db, job, "due", error, due_ms, 0,
        job->tries + (counts ? 1 : 0), job->looks };

    return db_transact(store->db, settle, &settlement, err);
}

struct putting_back {
    struct db        *db;
    const struct job *job;
};

static bool
put_back(void *context, struct error *err)
{
    const struct putting_back *putting = context;
    struct db_query           *query;

    if (!db_prepare(putting->db, "UPDATE outbox SET lease_ms = 0, "
                "due_ms = CASE WHEN due_ms < lease_ms THEN min(due_ms, $3) ELSE $3 END "
                "WHERE job_id = $1 AND fence = $2", &query, err))
        return false;
    db_bind_integer(query, 1, putting->job->job_id);
    db_bind_integer(query, 2, putting->job->fence);
    db_bind_integer(query, 3, putting->job->due_ms);
    return db_run(query, err) && lost_lease(putting->db, err);
}

bool
outbox_put_back(struct store *store, const struct job *job, struct error *err)
{
    struct putting_back putting = { store->db, job };

    return db_transact(store->db, put_back, &putting, err);
}

bool
outbox_park(struct store *store, const struct job *job, const char *error, struct error *err)
{
    struct settlement settlement = { store->db, job, "parked", error, 0, 0, job->tries + 1, 0 };

    return db_transact(store->db, settle, &settlement, err);
}

bool
outbox_add(struct db *db, const char *kind, const char *subject, int64_t due_ms,
        enum job_priority priority, const char *cause, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "INSERT INTO outbox (kind, subject, state, due_ms, priority, cause) "
                "VALUES ($1, $2, 'due', $3, $4, $5) ON CONFLICT (kind, subject) DO NOTHING",
                &query, err))
        return false;
    db_bind_text(query, 1, kind);
    db_bind_text(query, 2, subject);
    db_bind_integer(query, 3, due_ms);
    db_bind_integer(query, 4, priority);
    db_bind_text(query, 5, cause);
    return db_run(query, err);
}

struct prompt {
    struct db        *db;
    const char       *kind, *subject, *cause;
    int64_t           due_ms;
    enum job_priority priority;
    bool              revive;
};

/* Nothing to do: no such job, done for good, or due by then with that priority. */
static bool
is_due_by_then(const struct prompt *prompt, bool *due, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(prompt->db, "SELECT due_ms, priority, state FROM outbox "
                "WHERE kind = $1 AND subject = $2", &query, err))
        return false;
    db_bind_text(query, 1, prompt->kind);
    db_bind_text(query, 2, prompt->subject);
    if (!db_step(query, &row, err))
        return false;
    *due = true;
    if (row) {
        char state[8];

        if (db_copy(query, 2, state, sizeof state) && strcmp(state, "due") == 0)
            *due = db_integer(query, 0) <= prompt->due_ms
                    && db_integer(query, 1) <= (int64_t)prompt->priority;
        else
            *due = !prompt->revive;
        db_reset(query);
    }
    return true;
}

static bool
prompt_job(void *context, struct error *err)
{
    const struct prompt *prompt = context;
    struct db_query     *query;

    if (!db_prepare(prompt->db, "UPDATE outbox SET state = 'due', priority = min(priority, $4), "
                "due_ms = CASE WHEN state = 'due' THEN min(due_ms, $3) ELSE $3 END, cause = $5 "
                "WHERE kind = $1 AND subject = $2 AND (state = 'due' OR $6)", &query, err))
        return false;
    db_bind_text(query, 1, prompt->kind);
    db_bind_text(query, 2, prompt->subject);
    db_bind_integer(query, 3, prompt->due_ms);
    db_bind_integer(query, 4, prompt->priority);
    db_bind_text(query, 5, prompt->cause);
    db_bind_integer(query, 6, prompt->revive);
    return db_run(query, err);
}

bool
outbox_prompt(struct store *store, const char *kind, const char *subject, int64_t due_ms,
        enum job_priority priority, const char *cause, bool revive, bool *written,
        struct error *err)
{
    struct prompt prompt = { store->db, kind, subject, cause, due_ms, priority, revive };
    bool          due;

    if (!is_due_by_then(&prompt, &due, err))
        return false;
    *written = !due;
    return due || db_transact(store->db, prompt_job, &prompt, err);
}

bool
outbox_next(struct store *store, int64_t now_ms, int64_t *due_ms, int64_t *depth, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(store->db, "SELECT coalesce(min(max(due_ms, lease_ms)), $2), "
                "count(*) FILTER (WHERE due_ms <= $1) FROM outbox WHERE state = 'due'", &query,
                err))
        return false;
    db_bind_integer(query, 1, now_ms);
    db_bind_integer(query, 2, INT64_MAX);
    if (!db_step(query, &row, err))
        return false;
    *due_ms = row ? db_integer(query, 0) : INT64_MAX;
    *depth = row ? db_integer(query, 1) : 0;
    db_reset(query);
    return true;
}

bool
outbox_standing(struct store *store, struct arena *arena, const char *kind, const char *subject,
        struct job_standing *standing, bool *found, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(store->db, "SELECT state, due_ms, tries, looks, last_error FROM outbox "
                "WHERE kind = $1 AND subject = $2", &query, err))
        return false;
    db_bind_text(query, 1, kind);
    db_bind_text(query, 2, subject);
    if (!db_step(query, found, err))
        return false;
    if (*found) {
        *standing = (struct job_standing){ db_text(query, 0, arena), db_integer(query, 1),
            db_integer(query, 2), db_integer(query, 3), db_text(query, 4, arena) };
        db_reset(query);
    }
    return true;
}
