/* job.h: the work that leaves the machine: one row a kind, one function each.
 * SPDX-License-Identifier: ISC
 *
 * The worker runs these as they fall due; where a shopper waits for MixPay anyway, the program that
 * serves him runs the very same job at once. */
#ifndef WORKER_JOB_H
#define WORKER_JOB_H

#include "app.h"
#include "store/budget.h"
#include "store/orders.h"

enum { JOB_LEASE_MS = 60000, JOB_TIMEOUT_MS = 10000, JOB_SETTLE_MS = 15000 };

/* A claimed job in hand. */
struct task {
    struct station   *station;
    struct arena     *arena;
    const struct job *job;
    int               timeout_ms; /* for the call it makes */
};

/*
 * Claims the most urgent due job, runs and settles it; *found is false when nothing is due. What a
 * remote side does wrong is settled as a retry and no failure here; false means that our own
 * database failed: the lease then ends by itself.
 */
bool job_run_next(struct station *station, struct arena *arena, bool *found, struct error *err);

/* Runs that job now, whether it is due or not; *found is false when there is none, or when somebody
 * else is at it. */
bool job_run_now(struct station *station, struct arena *arena, const char *kind,
        const char *subject, int timeout_ms, bool *found, struct error *err);

/* The jobs. Each settles its task. */
bool job_make_link(const struct task *task, struct error *err);
bool job_look(const struct task *task, struct error *err);
bool job_read_assets(const struct task *task, struct error *err);

/* Settle as "try again": after 2 s, 4, 8, … at most 60 s. */
bool job_retry(const struct task *task, const char *complaint, struct error *err);
/*
 * What is the same for every answer: where it says that no call is left in this minute, everybody
 * pauses; MIXPAY_BUSY and MIXPAY_DOWN are settled here. *settled says whether that was all.
 */
bool job_take_answer(const struct task *task, const struct mixpay_answer *answer, bool *settled,
        struct error *err);

#endif
