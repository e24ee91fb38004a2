/* job_assets.c: reads MixPay's asset lists, once an hour.
 * SPDX-License-Identifier: ISC */
#include "worker/job.h"

#include <string.h>

#include "base/clock.h"
#include "store/assets.h"

enum { HOUR_MS = 3600000 };

static enum mixpay_asset_kind
kind_of(const char *list)
{
    if (strcmp(list, "quote") == 0)
        return MIXPAY_QUOTE_ASSETS;
    return strcmp(list, "payment") == 0 ? MIXPAY_PAYMENT_ASSETS : MIXPAY_SETTLEMENT_ASSETS;
}

static bool
keep_list(const struct task *task, const struct mixpay_answer *answer, struct error *err)
{
    struct mixpay_asset *list;
    struct asset        *assets;
    size_t               count;
    struct error         remote = { ERROR_NONE, "" };

    if (!mixpay_assets(task->arena, answer, &list, &count, &remote))
        return job_retry(task, remote.message, err);
    assets = arena_array(task->arena, count + 1, sizeof *assets);
    for (size_t i = 0; i < count; i++)
        assets[i] = (struct asset){ list[i].id, list[i].symbol, list[i].name, list[i].network,
            list[i].min == NULL ? "" : list[i].min, list[i].max == NULL ? "" : list[i].max };
    return store_assets_keep(task->station->store, task->job->subject, assets, count, clock_now(),
            err)
            && outbox_retry(task->station->store, task->job, clock_now_ms() + HOUR_MS, false, "",
            err);
}

bool
job_read_assets(const struct task *task, struct error *err)
{
    struct mixpay        mixpay = station_mixpay(task->station, task->timeout_ms);
    struct mixpay_answer answer;
    struct error         remote = { ERROR_NONE, "" };
    bool                 settled;

    if (!mixpay_read_assets(&mixpay, task->arena, kind_of(task->job->subject), &answer, &remote))
        return job_retry(task, remote.message, err);
    if (!job_take_answer(task, &answer, &settled, err))
        return false;
    if (settled)
        return true;
    return answer.verdict == MIXPAY_ANSWERED ? keep_list(task, &answer, err)
                                             : job_retry(task, answer.message, err);
}
