/* judge.c: what an answer of MixPay means for an order.
 * SPDX-License-Identifier: ISC */
#include "pay/judge.h"

#include <string.h>

#include "base/amount.h"
#include "base/json.h"
#include "base/text.h"
#include "base/uuid.h"

#define CODE_DEADLINE "40000"

/* Ids and fiat codes: without case and dashes (§4). */
static bool
same_id(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-");
        b += strspn(b, "-");
        if ((*a | 0x20) != (*b | 0x20))
            return false;
        if (*a == '\0' || *b == '\0')
            return *a == *b;
    }
}

static bool
check(json_t *checks, const char *what, const char *ours, const char *theirs, bool holds)
{
    json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:b}", "what", what, "ours", ours,
            "theirs", theirs, "holds", holds));
    return holds;
}

static bool
amounts_agree(const struct order *order, const struct result *result, json_t *checks)
{
    struct amount theirs;
    char          ours[AMOUNT_TEXT];
    bool          readable = amount_parse(result->quote_amount, &theirs, NULL);

    amount_print(order->amount, ours);
    return check(checks, "quote amount", ours, result->quote_amount,
            readable && amount_compare(order->amount, theirs) == 0);
}

static bool
trace_agrees(const struct order *order, const struct result *result, json_t *checks)
{
    char trace[UUID_TEXT];
    bool readable = uuid_fold_loose(result->trace_id, trace);

    if (order->trace_id[0] == '\0')
        return check(checks, "trace", "(any)", result->trace_id, readable);
    return check(checks, "trace", order->trace_id, result->trace_id,
            readable && strcmp(trace, order->trace_id) == 0);
}

/* Flags for whatever speaks against a success; 0: it is proven. */
static unsigned
doubts(const struct order *order, const struct result *result, json_t *checks)
{
    struct amount theirs;
    unsigned      flags = 0;

    if (!check(checks, "payee", order->payee, result->payee_id,
            same_id(order->payee, result->payee_id)))
        flags |= FLAG_MISMATCH;
    if (!check(checks, "quote asset", order->quote_asset, result->quote_asset,
            same_id(order->quote_asset, result->quote_asset)))
        flags |= FLAG_MISMATCH;
    if (!amounts_agree(order, result, checks))
        flags |= amount_parse(result->quote_amount, &theirs, NULL) ? FLAG_MISMATCH
                                                                  : FLAG_UNREADABLE;
    if (!trace_agrees(order, result, checks))
        flags |= FLAG_TRACE;
    return flags;
}

/* Settlement may be told later than success, and an edited Paylink may name another coin. */
static bool
settled_elsewhere(const struct order *order, const struct result *result, json_t *checks)
{
    if (result->settle_asset[0] == '\0' || order->settlement_asset[0] == '\0')
        return false;
    return !check(checks, "settlement asset", order->settlement_asset, result->settle_asset,
            same_id(order->settlement_asset, result->settle_asset));
}

static bool
has_surplus(const struct result *result)
{
    struct amount surplus;

    return amount_parse(result->surplus_amount, &surplus, NULL) && surplus.units > 0;
}

static bool
has_money(const struct result *result)
{
    struct amount paid;

    return amount_parse(result->payment_amount, &paid, NULL) && paid.units > 0;
}

static void
judge_success(struct arena *arena, const struct order *order, const struct result *result,
        bool sound, struct verdict *verdict)
{
    unsigned flags = doubts(order, result, verdict->checks);
    bool     final = order->state == ORDER_PAID || order->state == ORDER_PAID_LATE;
    bool     elsewhere = settled_elsewhere(order, result, verdict->checks);

    /* The shopper can edit a Paylink's settlementAssetId: money in a coin that the owner did not
     * choose is not what was agreed. A one-time payment can't be edited; there MixPay itself may
     * settle in another coin (strictMode off), which is paid all the same, and flagged. Without a
     * code of ours it was no one-time payment: anyone can write a Paylink with the order's id. */
    if (elsewhere && (order->link_kind == LINK_PAYLINK || order->link_url[0] == '\0') && !final)
        flags |= FLAG_MISMATCH;
    if (!check(verdict->checks, "HTTP 200", "200", sound ? "200" : "another", sound)) {
        verdict->sentence = "A success counts only with HTTP 200: asked again later.";
    } else if (flags == 0) {
        verdict->happening = final || order->state == ORDER_FAILED ? SEEN_SOMETHING : PROVEN_PAID;
        verdict->sentence = "MixPay says success, and every comparison holds.";
        verdict->flags |= order->state == ORDER_FAILED ? FLAG_CONTRADICTION : 0;
    } else {
        verdict->happening = SEEN_SOMETHING;
        verdict->flags |= final ? FLAG_CONTRADICTION : flags;
        verdict->sentence = arena_format(arena, "MixPay says success, but not for what was agreed "
                "(%s %s to payee %s): a person must look.", result->quote_amount,
                result->quote_asset, result->payee_id);
    }
    verdict->flags |= elsewhere ? FLAG_SETTLEMENT : 0;
    verdict->flags |= has_surplus(result) ? FLAG_SURPLUS : 0;
}

static void
judge_failure(struct arena *arena, const struct order *order, const struct result *result,
        struct verdict *verdict)
{
    verdict->failure_code = result->failure_code[0] == '\0' ? "unknown" : result->failure_code;
    verdict->happening = SEEN_FAILED;
    verdict->sentence = arena_format(arena, "MixPay says failed, code %s%s%s.",
            verdict->failure_code, result->failure_reason[0] == '\0' ? "" : ": ",
            result->failure_reason);
    if ((order->state == ORDER_OPEN || order->state == ORDER_EXPIRED)
            && strcmp(result->failure_code, CODE_DEADLINE) == 0 && !has_money(result)) {
        verdict->happening = order->state == ORDER_OPEN ? TIME_RAN_OUT : SEEN_FAILED;
        verdict->failure_code = "";
        verdict->sentence = "MixPay says that the deadline is over and nobody paid.";
    }
    if (order->state == ORDER_PAID || order->state == ORDER_PAID_LATE) {
        verdict->happening = SEEN_SOMETHING;
        verdict->flags |= FLAG_CONTRADICTION;
        verdict->failure_code = "";
    }
}

/* Money on its way: the plain statuses that name a state of ours. */
static void
judge_progress(const struct order *order, const struct result *result, int64_t now,
        struct verdict *verdict)
{
    static const struct { enum order_happening happening; const char *sentence; } means[] = {
        [RESULT_UNPAID] = { SEEN_UNPAID, "MixPay has seen no money." },
        [RESULT_CONFIRMING] = { SEEN_CONFIRMING, "MixPay has seen money, not yet confirmed." },
        [RESULT_PAID_LESS] = { SEEN_PAID_LESS, "Less than the whole amount was paid." },
        [RESULT_PENDING] = { SEEN_PENDING, "Paid in full; MixPay is still working on it." },
        [RESULT_AUDITING] = { SEEN_AUDITING, "MixPay reviews the payment." },
    };
    bool late = now >= order->expires_at;

    verdict->happening = means[result->status].happening;
    verdict->sentence = means[result->status].sentence;
    if (order->state == ORDER_EXPIRED && result->status != RESULT_UNPAID)
        verdict->flags |= FLAG_LATE_MONEY;
    if (late && ((order->state == ORDER_OPEN && result->status == RESULT_UNPAID)
                || (order->state == ORDER_PAID_LESS && result->status == RESULT_PAID_LESS))) {
        verdict->happening = TIME_RAN_OUT;
        verdict->sentence = "The deadline is over, and the amount did not come in full.";
    }
}

struct verdict
order_judge(struct arena *arena, const struct order *order, const struct result *result, bool sound,
        int64_t now)
{
    struct verdict verdict = { SEEN_SOMETHING, 0, "", "", json_keep(arena, json_array()) };

    switch (result->status) {
    case RESULT_SUCCESS:
        judge_success(arena, order, result, sound, &verdict);
        break;
    case RESULT_FAILED:
        judge_failure(arena, order, result, &verdict);
        break;
    case RESULT_UNKNOWN:
        verdict.flags = FLAG_UNKNOWN_STATUS;
        verdict.sentence = arena_format(arena, "MixPay gave a status not known here: \"%s\".",
                result->word);
        break;
    default:
        judge_progress(order, result, now, &verdict);
    }
    check(verdict.checks, "status", "success", result->word, result->status == RESULT_SUCCESS);
    return verdict;
}

struct verdict
order_judge_unknown(struct arena *arena, const struct order *order, int64_t now)
{
    bool           late = order->state == ORDER_OPEN && now >= order->expires_at;
    struct verdict verdict = { late ? TIME_RAN_OUT : SEEN_SOMETHING, 0, "",
        late ? "The deadline is over, and MixPay knows of no payment."
             : "MixPay does not know the order yet.",
        json_keep(arena, json_array()) };

    return verdict;
}
