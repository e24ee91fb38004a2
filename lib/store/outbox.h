/* outbox.h: what is to be done in the outside world, and who is at it.
 * SPDX-License-Identifier: ISC
 *
 * A job is one row per (kind, subject). It is claimed under a lease and settled with the fence it
 * was claimed with: whoever lost the lease settles nothing. While it is worked on it is not due;
 * who makes it due all the same (a callback that comes while MixPay is being asked) gets another
 * run. Times are ms since 1970 UTC. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/store.h"

/* Whom somebody waits for goes first. */
enum job_priority { PRIORITY_SHOPPER, PRIORITY_WATCHED, PRIORITY_CALLBACK, PRIORITY_POLL };

struct job {
    int64_t     job_id, fence;
    const char *kind, *subject, *cause; /* in the arena */
    int64_t     due_ms, tries, looks;
};

/* Claims the most urgent due job; without `looks`, only a link or a look that a callback asked for:
 * the others' calls come from the poller's part of the budget. *found says whether there was
 * one. */
bool outbox_claim(struct store *store, struct arena *arena, bool looks, int64_t now_ms,
        int64_t lease_ms, struct job *job, bool *found, struct error *err);

/* Claims that job whether it is due or not, unless somebody has it. */
bool outbox_claim_that(struct store *store, struct arena *arena, const char *kind,
        const char *subject, int64_t now_ms, int64_t lease_ms, struct job *job, bool *found,
        struct error *err);

/* Settle a claimed job. ERROR_CONFLICT when the lease was lost. */
bool outbox_done(struct store *store, const struct job *job, int64_t now_ms, struct error *err);
/* Try again at due_ms; `error` is kept for people. `counts` says whether this was a failed try. */
bool outbox_retry(struct store *store, const struct job *job, int64_t due_ms, bool counts,
        const char *error, struct error *err);
/* As if it had not been claimed: its place in the line is the same. */
bool outbox_put_back(struct store *store, const struct job *job, struct error *err);
/* Nothing more by itself: a person is needed. */
bool outbox_park(struct store *store, const struct job *job, const char *error, struct error *err);

/*
 * Make a job due at `due_ms` at the latest, with this priority and cause. Nothing is written when
 * it is due by then already, so that repeated (or forged) prompts cost no write. A job that is done
 * for good stays so, unless `revive`. *written says which.
 */
bool outbox_prompt(struct store *store, const char *kind, const char *subject, int64_t due_ms,
        enum job_priority priority, const char *cause, bool revive, bool *written,
        struct error *err);

/* When the next job is due (ms), or INT64_MAX; *depth counts what is due now. */
bool outbox_next(struct store *store, int64_t now_ms, int64_t *due_ms, int64_t *depth,
        struct error *err);

/* Where a subject's job of this kind stands, for people. *found is false when there is none. */
struct job_standing {
    const char *state; /* due, done, parked */
    int64_t     due_ms, tries, looks;
    const char *last_error; /* "" */
};
bool outbox_standing(struct store *store, struct arena *arena, const char *kind,
        const char *subject, struct job_standing *standing, bool *found, struct error *err);

/* For use inside other transactions of this room. */
bool outbox_add(struct db *db, const char *kind, const char *subject, int64_t due_ms,
        enum job_priority priority, const char *cause, struct error *err);
bool outbox_settle(struct db *db, const struct job *job, int64_t due_ms /* 0: done */,
        bool news, int64_t now_ms, struct error *err);

#endif
