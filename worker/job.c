/* job.c: claiming a job, paying for its call from the budget, and running it.
 * SPDX-License-Identifier: ISC */
#include "worker/job.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "store/assets.h"

enum { MINUTE_MS = 60000, LONGEST_WAIT_MS = 60000, HINT_WAIT_MS = 4000 };

static const struct kind {
    const char *name;
    bool (*run)(const struct task *task, struct error *err);
} kinds[] = {
    { JOB_MAKE_LINK, job_make_link   },
    { JOB_LOOK,      job_look        },
    { JOB_ASSETS,    job_read_assets },
};

static const struct kind *
kind_of(const struct job *job)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, job->kind) == 0)
            return &kinds[i];
    return NULL;
}

/* A link is a shopper's wish, also when the worker tries again. */
static enum budget_class
purse(const struct job *job)
{
    if (strcmp(job->kind, JOB_MAKE_LINK) == 0)
        return BUDGET_FOR_PROMPTED;
    return strcmp(job->cause, "callback") == 0 ? BUDGET_FOR_HINT : BUDGET_FOR_POLLER;
}

bool
job_retry(const struct task *task, const char *complaint, struct error *err)
{
    int64_t wait_ms = task->job->tries < 5 ? (int64_t)2000 << task->job->tries : LONGEST_WAIT_MS;
    char    tries[24];

    snprintf(tries, sizeof tries, "%lld", (long long)task->job->tries + 1);
    log_warn("job_retry", "kind", task->job->kind, "subject", task->job->subject, "tries", tries,
            "error", complaint);
    return outbox_retry(task->station->store, task->job, clock_now_ms() + wait_ms, true, complaint,
            err);
}

static int64_t
next_minute_ms(void)
{
    return (clock_now_ms() / MINUTE_MS + 1) * MINUTE_MS + 500;
}

/* MixPay said that we ask too often: everybody pauses, and this job waits as long. */
static bool
pause_all(const struct task *task, struct error *err)
{
    int64_t until_ms = next_minute_ms();

    log_warn("mixpay_busy", "kind", task->job->kind, "subject", task->job->subject);
    return budget_pause(task->station->store, until_ms, err)
            && outbox_retry(task->station->store, task->job, until_ms, false,
                    "MixPay asked us to pause.", err);
}

bool
job_take_answer(const struct task *task, const struct mixpay_answer *answer, bool *settled,
        struct error *err)
{
    *settled = answer->verdict == MIXPAY_BUSY || answer->verdict == MIXPAY_DOWN;
    if (answer->remaining == 0
            && !budget_pause(task->station->store, next_minute_ms(), err))
        return false;
    if (answer->verdict == MIXPAY_BUSY)
        return pause_all(task, err);
    if (answer->verdict == MIXPAY_DOWN)
        return job_retry(task, arena_format(task->arena, "MixPay is not available: %s",
                text_clip(task->arena, answer->message, 300)), err);
    return true;
}

static bool
run(const struct task *task, struct error *err)
{
    const struct kind *kind = kind_of(task->job);
    int64_t            wait_ms;

    if (kind == NULL)
        return outbox_park(task->station->store, task->job, "This program knows no such job.", err);
    if (!budget_take(task->station->store, purse(task->job), clock_now_ms(), &wait_ms, err))
        return false;
    /* Between the question and the claim another thread took the last call. */
    if (wait_ms > 0 && purse(task->job) == BUDGET_FOR_POLLER)
        return outbox_put_back(task->station->store, task->job, err);
    /* Forged callbacks can use up the calls that are kept for callbacks; a true one must not make
     * its order wait longer than none at all would have: it joins the poller's line. */
    if (purse(task->job) == BUDGET_FOR_HINT && wait_ms > HINT_WAIT_MS)
        wait_ms = HINT_WAIT_MS;
    if (wait_ms > 0)
        return outbox_retry(task->station->store, task->job, clock_now_ms() + wait_ms, false,
                "Waiting for a free call to MixPay.", err);
    failpoint("budget_taken");
    return kind->run(task, err);
}

/* What may be claimed now. A look for which there is no call is left alone: claimed and put back it
 * would lose its place in the line, and of many orders some would never be looked at. */
static bool
find_calls(struct store *store, bool *looks, bool *any, struct error *err)
{
    int64_t now_ms = clock_now_ms(), poller_ms, prompted_ms;

    if (!budget_wait(store, BUDGET_FOR_POLLER, now_ms, &poller_ms, err)
            || !budget_wait(store, BUDGET_FOR_PROMPTED, now_ms, &prompted_ms, err))
        return false;
    *looks = poller_ms <= 0;
    *any = poller_ms <= 0 || prompted_ms <= 0;
    return true;
}

bool
job_run_next(struct station *station, struct arena *arena, bool *found, struct error *err)
{
    struct job  job;
    struct task task = { station, arena, &job, JOB_TIMEOUT_MS };
    bool        looks;

    if (!find_calls(station->store, &looks, found, err))
        return false;
    if (!*found)
        return true;
    if (!outbox_claim(station->store, arena, looks, clock_now_ms(), JOB_LEASE_MS, &job, found,
                err))
        return false;
    return !*found || run(&task, err);
}

bool
job_run_now(struct station *station, struct arena *arena, const char *kind, const char *subject,
        int timeout_ms, bool *found, struct error *err)
{
    struct job  job;
    struct task task = { station, arena, &job, timeout_ms };

    /* Should this process die, the worker must not wait for longer than the shopper would have. */
    if (!outbox_claim_that(station->store, arena, kind, subject, clock_now_ms(),
                timeout_ms + JOB_SETTLE_MS, &job, found, err))
        return false;
    return !*found || run(&task, err);
}
