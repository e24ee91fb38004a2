/* test_judge.c: what an answer of MixPay means for an order: one row a case.
 * SPDX-License-Identifier: ISC
 *
 * Each case is an order in some state and the members of an answer that differ from a plain
 * success; the whole way from JSON through result_read to order_judge is taken. */
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "pay/judge.h"
#include "tests/tap.h"

#define PAYEE "a0d77914-0877-4b47-ab1d-d3f94ed15d6a"
#define OTHER "26ea4d0f-a5a5-4da5-8aef-5cb2bc7c4cb1"
#define BTC "c6d0c728-2624-429b-8e0d-d9d19b6592fa"
#define ETH "43d61dcd-e413-450d-80b8-101d5e903357"
#define TRACE "3f2c1a10-5d1b-4a0e-9d5e-0a1b2c3d4e5f"

enum { NOW = 2000, EXPIRES = 3000, LATE = 4000 };

static struct order
make_order(enum order_state state, enum link_kind kind)
{
    return (struct order){ .order_id = "mt0123456789", .payee = PAYEE, .quote_asset = "usd",
        .settlement_asset = BTC, .amount = { 1000000000 }, .link_kind = kind, .state = state,
        .link_url = "https://mixpay.me/", .trace_id = "", .created_at = 1000, .expires_at = EXPIRES,
        .failure_code = "" };
}

/* Members laid over a plain success; "-" takes one away. */
static json_t *
make_data(struct arena *arena, const char *changes)
{
    static const char plain[] = "{\"status\":\"success\",\"quoteAmount\":\"10\",\"quoteAssetId\":"
            "\"usd\",\"payeeId\":\"" PAYEE "\",\"traceId\":\"" TRACE "\",\"settleAsset\":\"" BTC
            "\",\"settleStatus\":\"success\",\"paymentAmount\":\"0.00015\",\"paymentSymbol\":"
            "\"BTC\",\"payableAmount\":\"0.00015\",\"surplusAmount\":\"0\",\"failureCode\":\"0\","
            "\"date\":1500}";
    json_t     *data = json_read(arena, plain, strlen(plain), NULL);
    json_t     *more = json_read(arena, changes, strlen(changes), NULL);
    const char *name;
    json_t     *value;

    if (data == NULL || more == NULL)
        abort();
    json_object_foreach(more, name, value)
        if (text_equal(json_string_value(value), "-"))
            json_object_del(data, name);
        else
            json_object_set(data, name, value);
    return data;
}

struct judged {
    const char          *what;
    enum order_state     state;
    enum link_kind       kind;
    const char          *changes;
    enum order_happening happening;
    unsigned             flags;
    const char          *failure_code;
};

/* A success, and everything that speaks against it, one thing at a time. */
static const struct judged successes[] = {
    { "a plain success", ORDER_OPEN, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "from confirming", ORDER_CONFIRMING, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "from paid_less", ORDER_PAID_LESS, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "from pending", ORDER_PENDING, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "from auditing", ORDER_AUDITING, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "from expired", ORDER_EXPIRED, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "of a Paylink", ORDER_OPEN, LINK_PAYLINK, "{}", PROVEN_PAID, 0, "" },
    { "again, once paid", ORDER_PAID, LINK_ONE_TIME, "{}", SEEN_SOMETHING, 0, "" },
    { "again, once paid late", ORDER_PAID_LATE, LINK_ONE_TIME, "{}", SEEN_SOMETHING, 0, "" },
    { "after it had failed", ORDER_FAILED, LINK_ONE_TIME, "{}", SEEN_SOMETHING,
            FLAG_CONTRADICTION, "" },

    { "10.0 is 10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"10.0\"}", PROVEN_PAID, 0, "" },
    { "10.00000000 is 10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"10.00000000\"}",
            PROVEN_PAID, 0, "" },
    { "the number 10 is 10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":10}", PROVEN_PAID, 0,
            "" },
    { "the number 10.0 is 10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":10.0}", PROVEN_PAID, 0,
            "" },
    { "USD is usd", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAssetId\":\"USD\"}", PROVEN_PAID, 0, "" },
    { "a payee in capitals", ORDER_OPEN, LINK_ONE_TIME,
            "{\"payeeId\":\"A0D77914-0877-4B47-AB1D-D3F94ED15D6A\"}", PROVEN_PAID, 0, "" },
    { "a payee without dashes", ORDER_OPEN, LINK_ONE_TIME,
            "{\"payeeId\":\"a0d7791408774b47ab1dd3f94ed15d6a\"}", PROVEN_PAID, 0, "" },
    { "a trace without dashes", ORDER_OPEN, LINK_ONE_TIME,
            "{\"traceId\":\"3F2C1A105D1B4A0E9D5E0A1B2C3D4E5F\"}", PROVEN_PAID, 0, "" },
    { "members that nobody knows", ORDER_OPEN, LINK_ONE_TIME,
            "{\"amount\":\"0.01\",\"paid\":false}", PROVEN_PAID, 0, "" },

    { "an amount of 0.01", ORDER_OPEN, LINK_PAYLINK, "{\"quoteAmount\":\"0.01\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "an amount of 10.00000001", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"10.00000001\"}",
            SEEN_SOMETHING, FLAG_MISMATCH, "" },
    { "an amount of 9.99999999", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"9.99999999\"}",
            SEEN_SOMETHING, FLAG_MISMATCH, "" },
    { "an amount of 100", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"100\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "an amount of 0", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"0\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "no amount", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"-\"}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "an amount of null", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":null}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "an empty amount", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"\"}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "an amount of 1e1", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":1e1}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "an amount of +10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"+10\"}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "an amount of -10", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":-10}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "spaces around an amount", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\" 10 \"}",
            SEEN_SOMETHING, FLAG_UNREADABLE, "" },
    { "nine decimals", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":\"10.000000000\"}",
            SEEN_SOMETHING, FLAG_UNREADABLE, "" },
    { "a list for an amount", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":[10]}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },
    { "true for an amount", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAmount\":true}", SEEN_SOMETHING,
            FLAG_UNREADABLE, "" },

    { "another payee", ORDER_OPEN, LINK_PAYLINK, "{\"payeeId\":\"" OTHER "\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "no payee", ORDER_OPEN, LINK_ONE_TIME, "{\"payeeId\":\"-\"}", SEEN_SOMETHING, FLAG_MISMATCH,
            "" },
    { "an empty payee", ORDER_OPEN, LINK_ONE_TIME, "{\"payeeId\":\"\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "a payee cut short", ORDER_OPEN, LINK_ONE_TIME,
            "{\"payeeId\":\"a0d77914-0877-4b47-ab1d-d3f94ed15d6\"}", SEEN_SOMETHING, FLAG_MISMATCH,
            "" },
    { "another quote asset", ORDER_OPEN, LINK_PAYLINK, "{\"quoteAssetId\":\"eur\"}",
            SEEN_SOMETHING, FLAG_MISMATCH, "" },
    { "no quote asset", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAssetId\":\"-\"}", SEEN_SOMETHING,
            FLAG_MISMATCH, "" },
    { "a longer quote asset", ORDER_OPEN, LINK_ONE_TIME, "{\"quoteAssetId\":\"usdt\"}",
            SEEN_SOMETHING, FLAG_MISMATCH, "" },
    { "no trace", ORDER_OPEN, LINK_ONE_TIME, "{\"traceId\":\"-\"}", SEEN_SOMETHING, FLAG_TRACE,
            "" },
    { "a trace that is none", ORDER_OPEN, LINK_ONE_TIME, "{\"traceId\":\"12\"}", SEEN_SOMETHING,
            FLAG_TRACE, "" },
    { "payee and amount", ORDER_OPEN, LINK_ONE_TIME,
            "{\"payeeId\":\"" OTHER "\",\"quoteAmount\":\"x\",\"traceId\":\"\"}", SEEN_SOMETHING,
            FLAG_MISMATCH | FLAG_UNREADABLE | FLAG_TRACE, "" },
    { "another amount, once paid", ORDER_PAID, LINK_ONE_TIME, "{\"quoteAmount\":\"1\"}",
            SEEN_SOMETHING, FLAG_CONTRADICTION, "" },

    { "settled in another coin, one-time", ORDER_OPEN, LINK_ONE_TIME,
            "{\"settleAsset\":\"" ETH "\"}", PROVEN_PAID, FLAG_SETTLEMENT, "" },
    { "settled in another coin, Paylink", ORDER_OPEN, LINK_PAYLINK, "{\"settleAsset\":\"" ETH "\"}",
            SEEN_SOMETHING, FLAG_MISMATCH | FLAG_SETTLEMENT, "" },
    { "the same, learnt once paid", ORDER_PAID, LINK_PAYLINK, "{\"settleAsset\":\"" ETH "\"}",
            SEEN_SOMETHING, FLAG_SETTLEMENT, "" },
    { "settlement not told yet", ORDER_OPEN, LINK_PAYLINK,
            "{\"settleAsset\":\"\",\"settleStatus\":\"pending\"}", PROVEN_PAID, 0, "" },
    { "settlement in capitals", ORDER_OPEN, LINK_PAYLINK,
            "{\"settleAsset\":\"C6D0C7282624429B8E0DD9D19B6592FA\"}", PROVEN_PAID, 0, "" },

    { "more than asked for", ORDER_OPEN, LINK_ONE_TIME, "{\"surplusAmount\":\"0.00001\"}",
            PROVEN_PAID, FLAG_SURPLUS, "" },
    { "a surplus of 0.00", ORDER_OPEN, LINK_ONE_TIME, "{\"surplusAmount\":\"0.00\"}", PROVEN_PAID,
            0, "" },
    { "an unreadable surplus", ORDER_OPEN, LINK_ONE_TIME, "{\"surplusAmount\":\"?\"}", PROVEN_PAID,
            0, "" },
};

/* Everything but success: today's words, those of older servers, and none of ours. */
static const struct judged others[] = {
    { "unpaid", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"unpaid\"}", SEEN_UNPAID, 0, "" },
    { "confirming", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"confirming\"}", SEEN_CONFIRMING, 0,
            "" },
    { "paid_less", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"paid_less\"}", SEEN_PAID_LESS, 0, "" },
    { "pending", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"pending\"}", SEEN_PENDING, 0, "" },
    { "auditing", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"auditing\"}", SEEN_AUDITING, 0, "" },
    { "pending, several parts, not full", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"pending\","
            "\"payment\":{\"isMultiPay\":true,\"isFullyPaid\":false}}", SEEN_PAID_LESS, 0, "" },
    { "pending, several parts, full", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"pending\","
            "\"payment\":{\"isMultiPay\":true,\"isFullyPaid\":true}}", SEEN_PENDING, 0, "" },
    { "pending, one part", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"pending\","
            "\"payment\":{\"isMultiPay\":false,\"isFullyPaid\":false}}", SEEN_PENDING, 0, "" },
    { "pending, not full, 1 of 3 confirmed", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"pending\","
            "\"payment\":{\"isMultiPay\":true,\"isFullyPaid\":false},\"transactions\":"
            "[{\"confirmations\":1,\"requiredConfirms\":3}]}", SEEN_CONFIRMING, 0, "" },
    { "success, several parts, not full", ORDER_OPEN, LINK_ONE_TIME,
            "{\"payment\":{\"isMultiPay\":true,\"isFullyPaid\":false}}", PROVEN_PAID, 0, "" },
    { "a status of tomorrow", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"refunding\"}",
            SEEN_SOMETHING, FLAG_UNKNOWN_STATUS, "" },
    { "SUCCESS in capitals", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"SUCCESS\"}", SEEN_SOMETHING,
            FLAG_UNKNOWN_STATUS, "" },
    { "a space after success", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"success \"}",
            SEEN_SOMETHING, FLAG_UNKNOWN_STATUS, "" },
    { "no status", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"-\"}", SEEN_SOMETHING,
            FLAG_UNKNOWN_STATUS, "" },
    { "a status of 1", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":1}", SEEN_SOMETHING,
            FLAG_UNKNOWN_STATUS, "" },
    { "a status of true", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":true}", SEEN_SOMETHING,
            FLAG_UNKNOWN_STATUS, "" },

    { "failed, 40000, no money", ORDER_OPEN, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40000\",\"paymentAmount\":\"0\"}",
            TIME_RAN_OUT, 0, "" },
    { "failed, 40000, nothing said of money", ORDER_OPEN, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":40000,\"paymentAmount\":\"-\"}", TIME_RAN_OUT,
            0, "" },
    { "failed, 40000, with money", ORDER_OPEN, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40000\"}", SEEN_FAILED, 0, "40000" },
    { "failed, 40000, money had been confirming", ORDER_CONFIRMING, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40000\",\"paymentAmount\":\"0\"}",
            SEEN_FAILED, 0, "40000" },
    { "failed, 40020, the wrong coin", ORDER_OPEN, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40020\"}", SEEN_FAILED, 0, "40020" },
    { "failed, the code a number", ORDER_PAID_LESS, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":40024}", SEEN_FAILED, 0, "40024" },
    { "failed, a code of tomorrow", ORDER_PENDING, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"49999\"}", SEEN_FAILED, 0, "49999" },
    { "failed, code 0", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"failed\"}", SEEN_FAILED, 0,
            "unknown" },
    { "failed, no code", ORDER_OPEN, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":null}", SEEN_FAILED, 0, "unknown" },
    { "failed, once paid", ORDER_PAID, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40025\"}", SEEN_SOMETHING,
            FLAG_CONTRADICTION, "" },
    { "failed, once paid late", ORDER_PAID_LATE, LINK_ONE_TIME,
            "{\"status\":\"failed\",\"failureCode\":\"40025\"}", SEEN_SOMETHING,
            FLAG_CONTRADICTION, "" },

    { "confirming, after it expired", ORDER_EXPIRED, LINK_ONE_TIME, "{\"status\":\"confirming\"}",
            SEEN_CONFIRMING, FLAG_LATE_MONEY, "" },
    { "pending, after it expired", ORDER_EXPIRED, LINK_ONE_TIME, "{\"status\":\"pending\"}",
            SEEN_PENDING, FLAG_LATE_MONEY, "" },
    { "unpaid, after it expired", ORDER_EXPIRED, LINK_ONE_TIME, "{\"status\":\"unpaid\"}",
            SEEN_UNPAID, 0, "" },
};

/* After the deadline. */
static const struct judged late[] = {
    { "late: open and unpaid", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"unpaid\"}", TIME_RAN_OUT,
            0, "" },
    { "late: short, and still short", ORDER_PAID_LESS, LINK_ONE_TIME,
            "{\"status\":\"paid_less\"}", TIME_RAN_OUT, 0, "" },
    { "late: open, and now short", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"paid_less\"}",
            SEEN_PAID_LESS, 0, "" },
    { "late: confirming", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"confirming\"}",
            SEEN_CONFIRMING, 0, "" },
    { "late: confirming goes on", ORDER_CONFIRMING, LINK_ONE_TIME, "{\"status\":\"confirming\"}",
            SEEN_CONFIRMING, 0, "" },
    { "late: confirming, now unpaid", ORDER_CONFIRMING, LINK_ONE_TIME, "{\"status\":\"unpaid\"}",
            SEEN_UNPAID, 0, "" },
    { "late: pending", ORDER_PENDING, LINK_ONE_TIME, "{\"status\":\"pending\"}", SEEN_PENDING, 0,
            "" },
    { "late: auditing", ORDER_AUDITING, LINK_ONE_TIME, "{\"status\":\"auditing\"}", SEEN_AUDITING,
            0, "" },
    { "late: a success", ORDER_OPEN, LINK_ONE_TIME, "{}", PROVEN_PAID, 0, "" },
    { "late: a status of tomorrow", ORDER_OPEN, LINK_ONE_TIME, "{\"status\":\"x\"}",
            SEEN_SOMETHING, FLAG_UNKNOWN_STATUS, "" },
};

static bool
every_failing_check_shows(const struct verdict *verdict, bool proven)
{
    size_t  i, failing = 0;
    json_t *check;

    json_array_foreach(verdict->checks, i, check) {
        if (json_string_value(json_object_get(check, "what")) == NULL
                || json_string_value(json_object_get(check, "ours")) == NULL
                || json_string_value(json_object_get(check, "theirs")) == NULL)
            return false;
        failing += json_is_false(json_object_get(check, "holds"));
    }
    return proven ? failing == 0 || verdict->flags == FLAG_SETTLEMENT : true;
}

static void
judge_all(struct tap *tap, struct arena *arena, const struct judged *cases, size_t count,
        int64_t now)
{
    for (size_t i = 0; i < count; i++) {
        const struct judged *wanted = &cases[i];
        struct order         order = make_order(wanted->state, wanted->kind);
        struct result        result;
        struct verdict       verdict;

        if (!result_read(arena, make_data(arena, wanted->changes), &result))
            abort();
        verdict = order_judge(arena, &order, &result, true, now);
        tap_ok(tap, verdict.happening == wanted->happening && verdict.flags == wanted->flags
                && strcmp(verdict.failure_code, wanted->failure_code) == 0
                && verdict.sentence[0] != '\0'
                && every_failing_check_shows(&verdict, verdict.happening == PROVEN_PAID),
                "%s: %s, flags %u %s", wanted->what, order_happening_name(verdict.happening),
                verdict.flags, verdict.failure_code);
    }
}

/* Anything but HTTP 200 with a sound envelope proves nothing, whatever it says. */
static void
test_unsound(struct tap *tap, struct arena *arena)
{
    for (unsigned state = 0; state < ORDER_STATES; state++) {
        struct order   order = make_order((enum order_state)state, LINK_ONE_TIME);
        struct result  result;
        struct verdict verdict;

        result_read(arena, make_data(arena, "{}"), &result);
        verdict = order_judge(arena, &order, &result, false, NOW);
        tap_ok(tap, verdict.happening != PROVEN_PAID, "a success without HTTP 200, when %s",
                order_state_name(order.state));
    }
}

static void
test_trace(struct tap *tap, struct arena *arena)
{
    struct order   order = make_order(ORDER_CONFIRMING, LINK_ONE_TIME);
    struct result  result;
    struct verdict verdict;

    result_read(arena, make_data(arena, "{}"), &result);
    order.trace_id = TRACE;
    verdict = order_judge(arena, &order, &result, true, NOW);
    tap_ok(tap, verdict.happening == PROVEN_PAID, "the order's own trace");
    order.trace_id = OTHER;
    verdict = order_judge(arena, &order, &result, true, NOW);
    tap_ok(tap, verdict.happening == SEEN_SOMETHING && verdict.flags == FLAG_TRACE,
            "another trace than the one seen before");
}

static void
test_coin_quote(struct tap *tap, struct arena *arena)
{
    struct order   order = make_order(ORDER_OPEN, LINK_ONE_TIME);
    struct result  result;
    struct verdict verdict;

    order.quote_asset = BTC;
    order.settlement_asset = "";
    result_read(arena, make_data(arena, "{\"quoteAssetId\":\"C6D0C7282624429B8E0DD9D19B6592FA\","
            "\"settleAsset\":\"" ETH "\"}"), &result);
    verdict = order_judge(arena, &order, &result, true, NOW);
    tap_ok(tap, verdict.happening == PROVEN_PAID && verdict.flags == 0,
            "a price in a coin; where no settlement coin was chosen, any will do");
}

/* Somebody wrote a Paylink with the id of an order whose one-time payment was never made. */
static void
test_no_link(struct tap *tap, struct arena *arena)
{
    struct order   order = make_order(ORDER_OPEN, LINK_ONE_TIME);
    struct result  result;
    struct verdict verdict;

    order.link_url = "";
    result_read(arena, make_data(arena, "{\"settleAsset\":\"" ETH "\"}"), &result);
    verdict = order_judge(arena, &order, &result, true, NOW);
    tap_ok(tap, verdict.happening == SEEN_SOMETHING && (verdict.flags & FLAG_MISMATCH) != 0,
            "settled in another coin without a link of ours: a person must look");
}

static void
test_unknown_order(struct tap *tap, struct arena *arena)
{
    for (unsigned state = 0; state < ORDER_STATES; state++) {
        struct order   order = make_order((enum order_state)state, LINK_ONE_TIME);
        struct verdict early = order_judge_unknown(arena, &order, NOW);
        struct verdict after = order_judge_unknown(arena, &order, LATE);

        tap_ok(tap, early.happening == SEEN_SOMETHING && early.flags == 0,
                "MixPay does not know it: %s waits", order_state_name(order.state));
        tap_ok(tap, after.happening == (state == ORDER_OPEN ? TIME_RAN_OUT : SEEN_SOMETHING)
                && after.flags == 0, "and after the deadline: %s", order_state_name(order.state));
    }
}

/* ---- reading ---- */

static void
test_result(struct tap *tap, struct arena *arena)
{
    struct result result;
    char          long_text[400], changes[500];

    tap_ok(tap, !result_read(arena, NULL, &result) && !result_read(arena,
            json_keep(arena, json_array()), &result), "a list holds no result");
    result_read(arena, make_data(arena, "{\"date\":\"\",\"confirmations\":-1,\"txid\":null,"
            "\"blockExplorerUrl\":\"javascript:alert(1)\",\"failureReason\":{}}"), &result);
    tap_ok(tap, result.date == 0 && result.confirmations == -1 && result.txid[0] == '\0'
            && result.explorer_url[0] == '\0' && result.failure_reason[0] == '\0',
            "what is empty, null, not applicable, or no https address counts as nothing");
    result_read(arena, make_data(arena, "{\"date\":\"1795185228\",\"confirmations\":2,"
            "\"blockExplorerUrl\":\"https://explorer.example/x\"}"), &result);
    tap_ok(tap, result.date == 1795185228 && result.confirmations == 2
            && strcmp(result.explorer_url, "https://explorer.example/x") == 0,
            "a date as text, a count, an address");
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    snprintf(changes, sizeof changes, "{\"txid\":\"%s\"}", long_text);
    result_read(arena, make_data(arena, changes), &result);
    tap_text(tap, result.txid, "", "what is too long for a page counts as nothing");
    result_read(arena, make_data(arena, "{\"status\":\"confirming\",\"transactions\":"
            "[{\"confirmations\":9,\"requiredConfirms\":3},{\"confirmations\":1,"
            "\"requiredConfirms\":6}]}"), &result);
    tap_ok(tap, result.confirmations == 1 && result.confirmations_needed == 6,
            "of several transactions the one that is waited for counts");
}

static void
test_rest(struct tap *tap, struct arena *arena)
{
    tap_text(tap, result_rest(arena, "0.00022", "0.0001"), "0.00012", "what is left to pay");
    tap_text(tap, result_rest(arena, "10.00000000", "9.5"), "0.5", "shortest");
    tap_text(tap, result_rest(arena, "1", ""), "1", "nothing was paid");
    tap_text(tap, result_rest(arena, "1", "1"), "", "nothing is left");
    tap_text(tap, result_rest(arena, "1", "2"), "", "more than all");
    tap_text(tap, result_rest(arena, "", "1"), "", "not known");
    tap_text(tap, result_rest(arena, "1", "1e-3"), "", "not readable");
}

int
main(void)
{
    struct tap    tap = { 0, 0 };
    struct arena *arena = arena_open();

    judge_all(&tap, arena, successes, sizeof successes / sizeof successes[0], NOW);
    judge_all(&tap, arena, others, sizeof others / sizeof others[0], NOW);
    judge_all(&tap, arena, late, sizeof late / sizeof late[0], LATE);
    test_unsound(&tap, arena);
    test_trace(&tap, arena);
    test_coin_quote(&tap, arena);
    test_no_link(&tap, arena);
    test_unknown_order(&tap, arena);
    test_result(&tap, arena);
    test_rest(&tap, arena);
    arena_close(arena);
    return tap_end(&tap);
}
