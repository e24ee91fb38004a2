/* job_look.c: asks MixPay what became of an order, and lets the answer happen to it.
 * SPDX-License-Identifier: ISC */
#include "worker/job.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "pay/judge.h"

enum { CODE_UNKNOWN_ORDER = 10062, CODE_UNKNOWN_LINK = 404, CLOCKS_APART_MS = 300000 };

/* While the two clocks disagree nobody knows what "too late" means (design §4, rule 14). */
static void
hold_expiry(const struct task *task, const struct mixpay_answer *answer, struct verdict *verdict)
{
    if (answer->timestamp_ms == 0 || verdict->happening != TIME_RAN_OUT
            || llabs(answer->timestamp_ms - clock_now_ms()) <= CLOCKS_APART_MS)
        return;
    log_alarm("clock_differs", "order", task->job->subject, "error",
            "This machine's clock and MixPay's are more than 5 minutes apart: nothing expires.");
    verdict->happening = SEEN_SOMETHING;
    verdict->sentence = "The deadline seems over, but our clock and MixPay's disagree.";
}

static void
tell_owner(const struct order *before, const struct order *after, const char *sentence)
{
    const struct order_step *step;
    unsigned                 fresh = after->flags & ~before->flags;

    if (after->state != before->state)
        log_info("order", "order", after->order_id, "from", order_state_name(before->state), "to",
                order_state_name(after->state));
    for (unsigned flag = 1; flag <= fresh; flag <<= 1)
        if ((fresh & flag) != 0 && flag != FLAG_SURPLUS)
            log_alarm("order_flagged", "order", after->order_id, "flag", order_flag_name(flag),
            "why",
                    sentence);
    for (step = order_steps; step->from != ORDER_STATES; step++)
        if (after->state != before->state && step->from == before->state && step->to == after->state
                && (step->effects & ALERT) != 0)
            log_alarm("order_needs_you", "order", after->order_id, "state",
                    order_state_name(after->state), "why", sentence);
}

static bool
let_happen(const struct task *task, const struct order *before, const struct mixpay_answer *answer,
        const struct result *result, const struct verdict *verdict, struct error *err)
{
    struct order_news news = { .happening = verdict->happening, .raise = verdict->flags,
        .lower = verdict->happening == SEEN_SOMETHING ? 0 : FLAG_UNKNOWN_STATUS,
        .failure_code = verdict->failure_code, .cause = task->job->cause,
        .sentence = verdict->sentence, .result = result, .request = answer->request,
        .http_status = answer->http_status, .answer = answer->raw,
        .answer_length = answer->raw_length, .checks = verdict->checks };
    struct order after;

    if (verdict->happening == PROVEN_PAID)
        news.lower |= FLAG_LATE_MONEY;
    if (!store_advance_order(task->station->store, task->arena, task->job->subject, &news,
            task->job,
                clock_now_ms(), &after, err))
        return false;
    tell_owner(before, &after, verdict->sentence);
    return true;
}

static bool
take_answer(const struct task *task, const struct order *order, const struct mixpay_answer *answer,
        struct error *err)
{
    struct result  result;
    struct verdict verdict;

    if (!result_read(task->arena, answer->data, &result))
        return job_retry(task, "MixPay's answer holds no result.", err);
    verdict = order_judge(task->arena, order, &result, answer->http_status == 200, clock_now());
    hold_expiry(task, answer, &verdict);
    return let_happen(task, order, answer, &result, &verdict, err);
}

static bool
take_refusal(const struct task *task, const struct order *order, const struct mixpay_answer *answer,
        struct error *err)
{
    struct verdict verdict;

    if (answer->code != CODE_UNKNOWN_ORDER && answer->code != CODE_UNKNOWN_LINK)
        return job_retry(task, arena_format(task->arena, "MixPay refused to tell the result: code "
                "%lld, %s", answer->code, text_clip(task->arena, answer->message, 200)), err);
    verdict = order_judge_unknown(task->arena, order, clock_now());
    hold_expiry(task, answer, &verdict);
    return let_happen(task, order, answer, NULL, &verdict, err);
}

bool
job_look(const struct task *task, struct error *err)
{
    struct mixpay        mixpay = station_mixpay(task->station, task->timeout_ms);
    struct mixpay_answer answer;
    struct order         order;
    struct error         remote = { ERROR_NONE, "" };
    bool                 settled;

    if (!store_order_by_id(task->station->store, task->arena, task->job->subject, &order, err))
        return false;
    if (!mixpay_read_result(&mixpay, task->arena, order.order_id, order.payee, &answer, &remote))
        return job_retry(task, remote.message, err);
    failpoint("look_answered");
    if (!job_take_answer(task, &answer, &settled, err))
        return false;
    if (settled)
        return true;
    return answer.verdict == MIXPAY_ANSWERED ? take_answer(task, &order, &answer, err)
                                             : take_refusal(task, &order, &answer, err);
}
