/* job_link.c: has MixPay make an order's one-time payment link.
 * SPDX-License-Identifier: ISC
 *
 * The call is idempotent by (payee, order): MixPay gives the same code again (protocol/mixpay.md
 * §3b). So an unknown outcome is resolved by sending the same stored bytes once more. */
#include "worker/job.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "pay/link.h"

enum { CODE_FINISHED = 10020, CODE_PRICE_EXCEPTION = 10034 };

static bool
keep_link(const struct task *task, const struct mixpay_answer *answer, struct error *err)
{
    const char  *pages = task->station->app->settings.mixpay_pages;
    char         code[UUID_TEXT];
    struct order order;

    if (!mixpay_link_code(answer, code))
        return job_retry(task, "MixPay's answer holds no code.", err);
    return store_link_made(task->station->store, task->arena, task->job->subject,
            link_of_code(task->arena, pages, code), "MixPay made the payment link.", task->job,
            clock_now_ms(), &order, err);
}

/* A no that asking again does not change: the shopper gets a page that says so, the owner an alarm.
 * "Finished" is no refusal: the look finds out what became of it. */
static bool
take_refusal(const struct task *task, const struct mixpay_answer *answer, struct error *err)
{
    const char  *meaning = mixpay_code_text(MIXPAY_API_CODE, answer->code);
    const char  *sentence = arena_format(task->arena, "MixPay refused to make the link: code %lld, "
            "%s (%s).", answer->code, meaning == NULL ? "unknown" : meaning,
            text_clip(task->arena, answer->message, 200));
    struct order order;

    if (answer->code == CODE_PRICE_EXCEPTION)
        return job_retry(task, sentence, err);
    if (answer->code == CODE_FINISHED)
        return outbox_done(task->station->store, task->job, clock_now_ms(), err);
    log_alarm("link_refused", "order", task->job->subject, "error", sentence);
    return store_link_made(task->station->store, task->arena, task->job->subject, "", sentence,
            task->job, clock_now_ms(), &order, err);
}

bool
job_make_link(const struct task *task, struct error *err)
{
    struct mixpay        mixpay = station_mixpay(task->station, task->timeout_ms);
    struct mixpay_answer answer;
    struct order         order;
    struct error         remote = { ERROR_NONE, "" };
    bool                 settled;

    if (!store_order_by_id(task->station->store, task->arena, task->job->subject, &order, err))
        return false;
    if (order.link_url[0] != '\0' || !order_is_waiting(&order) || clock_now() >= order.expires_at)
        return outbox_done(task->station->store, task->job, clock_now_ms(), err);
    if (!mixpay_create_link(&mixpay, task->arena, order.link_request, &answer, &remote))
        return job_retry(task, remote.message, err);
    failpoint("link_answered");
    if (!job_take_answer(task, &answer, &settled, err))
        return false;
    if (settled)
        return true;
    return answer.verdict == MIXPAY_ANSWERED ? keep_link(task, &answer, err)
                                             : take_refusal(task, &answer, err);
}
