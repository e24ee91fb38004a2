/* test_mixpay.c: what we ask MixPay, byte for byte, and what we make of what it answers.
 * SPDX-License-Identifier: ISC */
#include "remote/mixpay.h"

#include "base/json.h"
#include "base/text.h"
#include "tests/pretend_http.h"
#include "tests/tap.h"

#define PAYEE "8e69e534-d0c4-3e04-8b61-37a73cd9e7d7"
#define CODE "b12d1b5a-0b8b-4a6e-8b1a-0a7d7a3f5b11"
#define USDT "4d8c508b-91c5-375b-92b0-ee702ed2dac5"
#define ENVELOPE(data) "{\"code\":0,\"success\":true,\"message\":\"\",\"data\":" data \
                       ",\"timestampMs\":1656561881048}"
#define FAILURE(code, message) "{\"code\":" code ",\"success\":false,\"message\":\"" message \
                               "\",\"data\":[],\"timestampMs\":1635734004508}"

enum { LONG_BODY = 4000000 };

enum data_kind { NOTHING, OBJECT, ARRAY };

struct scene {
    struct tap           tap;
    struct pretend      *pretend;
    struct arena        *arena;
    struct mixpay        mixpay;
    struct mixpay_answer answer;
    struct error         err;
};

/* A status and a body, and what they mean; `message` must stand in the answer's message. */
static const struct {
    const char         *name;
    int                 status;
    const char         *body;
    enum mixpay_verdict verdict;
    long long           code;
    enum data_kind      data;
    const char         *message;
} envelopes[] = {
    /* success */
    { "an object", 200, ENVELOPE("{\"code\":\"" CODE "\"}"), MIXPAY_ANSWERED, 0, OBJECT, "" },
    { "a list", 200, ENVELOPE("[{\"symbol\":\"BTC\"}]"), MIXPAY_ANSWERED, 0, ARRAY, "" },
    { "an empty list", 200, ENVELOPE("[]"), MIXPAY_ANSWERED, 0, ARRAY, "" },
    { "data null", 200, ENVELOPE("null"), MIXPAY_ANSWERED, 0, NOTHING, "" },
    { "data a text", 200, ENVELOPE("\"ok\""), MIXPAY_ANSWERED, 0, NOTHING, "" },
    { "no data", 200, "{\"code\":0,\"success\":true}", MIXPAY_ANSWERED, 0, NOTHING, "" },
    { "the code 0 as text", 200, "{\"code\":\"0\",\"success\":true,\"data\":{}}", MIXPAY_ANSWERED,
      0, OBJECT, "" },
    { "201", 201, ENVELOPE("{}"), MIXPAY_ANSWERED, 0, OBJECT, "" },
    { "unknown members", 200, "{\"x\":{\"y\":[1.5e3]},\"success\":true,\"code\":0,\"data\":{}}",
      MIXPAY_ANSWERED, 0, OBJECT, "" },
    { "the seed's success envelope", 200,
      "{\"code\":0,\"success\":true,\"message\":\"\",\"data\":{\"XXXX\":\"XXXX\"}}",
      MIXPAY_ANSWERED, 0, OBJECT, "" },
    /* refusals */
    { "the seed's refusal", 200,
      "{\"code\":11001,\"success\":false,\"message\":\"No permission\",\"data\":[]}",
      MIXPAY_REFUSED, 11001, ARRAY, "No permission" },
    { "10062", 200, FAILURE("10062", "no order"), MIXPAY_REFUSED, 10062, ARRAY, "no order" },
    { "10020 by HTTP 409", 409, FAILURE("10020", "done"), MIXPAY_REFUSED, 10020, ARRAY, "done" },
    { "10020 by HTTP 500", 500, FAILURE("10020", "done"), MIXPAY_REFUSED, 10020, ARRAY, "done" },
    { "404 by HTTP 404", 404, FAILURE("404", "no link"), MIXPAY_REFUSED, 404, ARRAY, "no link" },
    { "a code as text", 200, FAILURE("\"10001\"", "nobody"), MIXPAY_REFUSED, 10001, ARRAY,
      "nobody" },
    { "a code nobody knows", 200, FAILURE("77777", ""), MIXPAY_REFUSED, 77777, ARRAY, "" },
    { "data {}", 200, "{\"code\":1017,\"success\":false,\"message\":\"bad\",\"data\":{}}",
      MIXPAY_REFUSED, 1017, OBJECT, "bad" },
    { "data null", 422, "{\"code\":1017,\"success\":false,\"message\":\"bad\",\"data\":null}",
      MIXPAY_REFUSED, 1017, NOTHING, "bad" },
    { "no data, no message", 200, "{\"code\":2000,\"success\":false}", MIXPAY_REFUSED, 2000,
      NOTHING, "" },
    { "success with another code", 200, "{\"code\":10062,\"success\":true,\"data\":{}}",
      MIXPAY_REFUSED, 10062, OBJECT, "" },
    { "a message that is no text", 200, "{\"code\":2000,\"success\":false,\"message\":[1]}",
      MIXPAY_REFUSED, 2000, NOTHING, "" },
    /* too often */
    { "1429", 200, FAILURE("1429", "too often"), MIXPAY_BUSY, 1429, ARRAY, "too often" },
    { "1429 as text", 200, FAILURE("\"1429\"", ""), MIXPAY_BUSY, 1429, ARRAY, "" },
    { "1429 by HTTP 429", 429, FAILURE("1429", ""), MIXPAY_BUSY, 1429, ARRAY, "" },
    { "1429 by HTTP 503", 503, FAILURE("1429", ""), MIXPAY_BUSY, 1429, ARRAY, "" },
    { "HTTP 429 and a page", 429, "<html>slow down</html>", MIXPAY_BUSY, 0, NOTHING, "HTTP 429" },
    { "HTTP 429 and nothing", 429, "", MIXPAY_BUSY, 0, NOTHING, "HTTP 429" },
    { "HTTP 429 and success", 429, ENVELOPE("{}"), MIXPAY_BUSY, 0, OBJECT, "" },
    /* down */
    { "-1", 200, FAILURE("-1", "later"), MIXPAY_DOWN, -1, ARRAY, "later" },
    { "-1 as text", 200, FAILURE("\"-1\"", "later"), MIXPAY_DOWN, -1, ARRAY, "later" },
    { "10008", 200, FAILURE("10008", "maintenance"), MIXPAY_DOWN, 10008, ARRAY, "maintenance" },
    { "10008 by HTTP 503", 503, FAILURE("10008", ""), MIXPAY_DOWN, 10008, ARRAY, "" },
    { "502 and a page", 502, "<html><h1>502 Bad Gateway</h1></html>", MIXPAY_DOWN, 0, NOTHING,
      "HTTP 502" },
    { "500 and success", 500, ENVELOPE("{}"), MIXPAY_DOWN, 0, OBJECT, "HTTP 500" },
    { "302 and success", 302, ENVELOPE("{}"), MIXPAY_DOWN, 0, OBJECT, "HTTP 302" },
    { "404 and success", 404, ENVELOPE("{}"), MIXPAY_DOWN, 0, OBJECT, "HTTP 404" },
    { "an unknown path", 404, "{\"message\":\"The address you visited does not exist.\"}",
      MIXPAY_DOWN, 0, NOTHING, "does not exist" },
    { "nothing", 200, "", MIXPAY_DOWN, 0, NOTHING, "HTTP 200" },
    { "204", 204, "", MIXPAY_DOWN, 0, NOTHING, "HTTP 204" },
    { "a list instead of an envelope", 200, "[{\"code\":0,\"success\":true}]", MIXPAY_DOWN, 0,
      NOTHING, "cannot be read" },
    { "a number instead of an envelope", 200, "0", MIXPAY_DOWN, 0, NOTHING, "cannot be read" },
    { "an empty object", 200, "{}", MIXPAY_DOWN, 0, NOTHING, "not in MixPay's form" },
    { "success without a code", 200, "{\"success\":true,\"data\":{}}", MIXPAY_DOWN, 0, OBJECT,
      "contradicts" },
    { "a code without success", 200, "{\"code\":0,\"data\":{}}", MIXPAY_DOWN, 0, OBJECT, "form" },
    { "success as text", 200, "{\"code\":0,\"success\":\"true\",\"data\":{}}", MIXPAY_DOWN, 0,
      OBJECT, "form" },
    { "success as 1", 200, "{\"code\":0,\"success\":1,\"data\":{}}", MIXPAY_DOWN, 0, OBJECT,
      "form" },
    { "a refusal with success as text", 200, "{\"code\":10062,\"success\":\"false\"}", MIXPAY_DOWN,
      10062, NOTHING, "form" },
    { "failure with code 0", 200, "{\"code\":0,\"success\":false}", MIXPAY_DOWN, 0, NOTHING,
      "form" },
    { "a code that is no number", 200, "{\"code\":\"SUCCESS\",\"success\":true,\"data\":{}}",
      MIXPAY_DOWN, 0, OBJECT, "contradicts" },
    { "the code 0.0", 200, "{\"code\":0.0,\"success\":true}", MIXPAY_DOWN, 0, NOTHING,
      "contradicts" },
    { "the code 0e0", 200, "{\"code\":0e0,\"success\":true}", MIXPAY_DOWN, 0, NOTHING,
      "contradicts" },
    { "an endless code", 200, "{\"code\":99999999999999999999999,\"success\":false}", MIXPAY_DOWN,
      0, NOTHING, "form" },
    { "the code null", 200, "{\"code\":null,\"success\":true}", MIXPAY_DOWN, 0, NOTHING,
      "contradicts" },
    { "two codes", 200, "{\"code\":10062,\"code\":0,\"success\":true,\"data\":{}}", MIXPAY_DOWN, 0,
      NOTHING, "cannot be read" },
    { "two statuses in data", 200, ENVELOPE("{\"status\":\"unpaid\",\"status\":\"success\"}"),
      MIXPAY_DOWN, 0, NOTHING, "cannot be read" },
    { "something after the envelope", 200, ENVELOPE("{}") " {}", MIXPAY_DOWN, 0, NOTHING,
      "cannot be read" },
    { "a control character", 200, ENVELOPE("{\"payee\":\"a\\u0007b\"}"), MIXPAY_ANSWERED, 0, OBJECT,
      "" },
    { "a control character's name", 200, ENVELOPE("{\"payee\":\"a\\\\u0007\\b\"}"), MIXPAY_ANSWERED,
      0, OBJECT, "" },
    { "DEL, plain and escaped", 200, ENVELOPE("{\"payee\":\"a\x7f\\u007F\"}"), MIXPAY_ANSWERED, 0,
      OBJECT, "" },
    { "a control character in a name", 200, ENVELOPE("{\"stat\\u0000us\":\"success\"}"),
      MIXPAY_ANSWERED, 0, OBJECT, "" },
    { "a control character between members", 200, "{\"code\":0,\x1b[31m\"success\":true}",
      MIXPAY_DOWN, 0, NOTHING, "strange bytes" },
    { "a NUL in a text", 200, ENVELOPE("{\"status\":\"success\\u0000\"}"), MIXPAY_ANSWERED, 0,
      OBJECT, "" },
    { "broken UTF-8", 200, ENVELOPE("{\"payee\":\"\xc3\x28\"}"), MIXPAY_DOWN, 0, NOTHING,
      "cannot be read" },
    { "a byte order mark", 200, "\xef\xbb\xbf" ENVELOPE("{}"), MIXPAY_DOWN, 0, NOTHING,
      "cannot be read" },
    { "half an envelope", 200, "{\"code\":0,\"success\":true,\"data\":{\"status\":\"succ",
      MIXPAY_DOWN, 0, NOTHING, "cannot be read" },
};

static bool
data_is(const json_t *data, enum data_kind kind)
{
    return kind == OBJECT ? json_is_object(data) : kind == ARRAY ? json_is_array(data)
            : data == NULL;
}

static void
test_envelopes(struct scene *scene)
{
    struct tap *tap = &scene->tap;

    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
        struct mixpay_answer answer = { .remaining = 7 };
        size_t               length = strlen(envelopes[i].body);

        mixpay_read_envelope(scene->arena, envelopes[i].status, envelopes[i].body, length, &answer);
        tap_ok(tap, answer.verdict == envelopes[i].verdict, "%s: %s (it was %s: %s)",
                envelopes[i].name, mixpay_verdict_name(envelopes[i].verdict),
                mixpay_verdict_name(answer.verdict), answer.message);
        tap_ok(tap, answer.code == envelopes[i].code && answer.http_status == envelopes[i].status,
                "%s: code %lld", envelopes[i].name, envelopes[i].code);
        tap_ok(tap, data_is(answer.data, envelopes[i].data), "%s: its data", envelopes[i].name);
        tap_ok(tap, strstr(answer.message, envelopes[i].message) != NULL
                        && text_is_clean(answer.message, strlen(answer.message), true),
                        "%s: says: %s",
                envelopes[i].name, answer.message);
        tap_ok(tap, answer.raw == envelopes[i].body && answer.raw_length == length
                        && answer.remaining == 7, "%s: kept as it came", envelopes[i].name);
    }
}

static void
test_time_told(struct scene *scene)
{
    static const struct {
        const char *member;
        long long   ms;
    } times[] = {
        { "1656561881048", 1656561881048 }, { "\"1656561881048\"", 1656561881048 },
        { "null", 0 }, { "-5", 0 }, { "1.5", 0 }, { "99999999999999999999", 0 }, { "\"\"", 0 },
    };

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct mixpay_answer answer = { 0 };
        const char *body = arena_format(scene->arena,
                "{\"code\":0,\"success\":true,\"timestampMs\":%s}", times[i].member);

        mixpay_read_envelope(scene->arena, 200, body, strlen(body), &answer);
        tap_ok(&scene->tap, answer.timestamp_ms == times[i].ms && answer.verdict == MIXPAY_ANSWERED,
                "timestampMs %s is %lld", times[i].member, times[i].ms);
    }
}

/* What MixPay's server sends next, with more header lines. */
static void
play(struct scene *scene, int status, const char *headers, const char *body)
{
    const char *bytes = arena_format(scene->arena,
            "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s\r\n%s",
            status, strlen(body), headers, body);

    pretend_play(scene->pretend, PRETEND_ANSWER, bytes, 0, 0);
    scene->err = (struct error){ .code = ERROR_NONE };
}

/* The last request starts with `line`; its body is `tail`. */
static void
request_was(struct scene *scene, const char *line, const char *tail)
{
    char *last = pretend_last(scene->pretend), *end = strstr(last, "\r\n");
    char *body = strstr(last, "\r\n\r\n");

    tap_text(&scene->tap, body == NULL ? NULL : body + 4, tail, "the request's body");
    tap_ok(&scene->tap, (tail[0] != '\0') == (strstr(last, "\r\nContent-Type: application/json\r\n")
                                != NULL), "its media type");
    tap_ok(&scene->tap, strstr(last, "\r\nAccept: application/json\r\n") != NULL,
            "JSON is asked for");
    if (end != NULL)
        *end = '\0';
    tap_text(&scene->tap, last, line, "the request's line");
    free(last);
}

static void
test_create(struct scene *scene)
{
    static const char body[] = "{\"payeeId\": \"" PAYEE "\",\"quoteAmount\":\"10.5\" , "
                               "\"x\":\"\xc3\xa9\"}";
    struct tap *tap = &scene->tap;
    char        code[UUID_TEXT];

    play(scene, 200, "x-ratelimit-limit: 60\r\nX-RateLimit-Remaining: 59\r\n",
            ENVELOPE("{\"code\":\"" CODE "\"}"));
    tap_ok(tap, mixpay_create_link(&scene->mixpay, scene->arena, body, &scene->answer, &scene->err),
            "a one-time payment: %s", scene->err.message);
    request_was(scene, "POST /v1/one_time_payment HTTP/1.1", body);
    tap_text(tap, scene->answer.request, "POST /one_time_payment", "what was asked");
    tap_ok(tap, scene->answer.remaining == 59 && scene->answer.sent
                    && scene->answer.timestamp_ms == 1656561881048, "59 calls left; MixPay's time");
    tap_text(tap, scene->answer.raw, ENVELOPE("{\"code\":\"" CODE "\"}"), "the raw answer");
    tap_ok(tap, mixpay_link_code(&scene->answer, code), "it has a code");
    tap_text(tap, code, CODE, "the code");
    play(scene, 200, "", FAILURE("10020", "done"));
    tap_ok(tap, mixpay_create_link(&scene->mixpay, scene->arena, body, &scene->answer, &scene->err)
                    && scene->answer.verdict == MIXPAY_REFUSED && scene->answer.remaining == -1
                    && !mixpay_link_code(&scene->answer, code), "a refusal has no code");
}

static void
test_codes(struct scene *scene)
{
    static const struct {
        const char *data;
        bool        good;
    } data[] = {
        { "{\"code\":\"B12D1B5A-0B8B-4A6E-8B1A-0A7D7A3F5B11\",\"info\":{}}", true },
        { "{\"code\":\"\"}", false }, { "{\"code\":null}", false }, { "{\"code\":12}", false },
        { "{\"code\":\"../evil\"}", false }, { "{}", false }, { "[]", false }, { "null", false },
        { "{\"code\":\"00000000-0000-0000-0000-000000000000\"}", false },
        { "{\"code\":\"" CODE "?x=1\"}", false },
    };
    static const char refused[] =
            "{\"code\":10065,\"success\":false,\"data\":{\"code\":\"" CODE "\"}}";
    char code[UUID_TEXT];

    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        const char *body = arena_format(scene->arena, "{\"code\":0,\"success\":true,\"data\":%s}",
                data[i].data);

        mixpay_read_envelope(scene->arena, 200, body, strlen(body), &scene->answer);
        tap_ok(&scene->tap, mixpay_link_code(&scene->answer, code) == data[i].good,
                "%s a code: %s", data[i].good ? "is" : "is not", data[i].data);
        if (data[i].good)
            tap_text(&scene->tap, code, CODE, "in lower case");
    }
    mixpay_read_envelope(scene->arena, 200, refused, strlen(refused), &scene->answer);
    tap_ok(&scene->tap, scene->answer.data != NULL && !mixpay_link_code(&scene->answer, code),
            "a refusal's code is not taken");
}

static void
test_result(struct scene *scene)
{
    struct tap *tap = &scene->tap;

    play(scene, 200, "x-ratelimit-remaining: 0\r\n",
            ENVELOPE("{\"status\":\"success\",\"quoteAmount\":10.10}"));
    tap_ok(tap, mixpay_read_result(&scene->mixpay, scene->arena, "a b&c=d/\xc3\xa9#1", PAYEE,
                        &scene->answer, &scene->err), "a result");
    request_was(scene, "GET /v1/payments_result?orderId=a%20b%26c%3Dd%2F%C3%A9%231&payeeId=" PAYEE
            "&with=payment,transactions HTTP/1.1", "");
    tap_text(tap, scene->answer.request, "GET /payments_result?orderId=a%20b%26c%3Dd%2F%C3%A9%231"
            "&payeeId=" PAYEE "&with=payment,transactions", "what was asked");
    tap_text(tap, json_member(scene->answer.data, "status"), "success", "its status");
    tap_text(tap, json_decimal(scene->answer.data, "quoteAmount"), "10.10",
            "an amount exactly as it was written");
    tap_ok(tap, scene->answer.remaining == 0, "no call left in this minute");
    play(scene, 429, "x-ratelimit-limit: 60\r\nx-ratelimit-remaining: none\r\n", FAILURE("1429",
            ""));
    tap_ok(tap, mixpay_read_result(&scene->mixpay, scene->arena, "order-1", PAYEE, &scene->answer,
                        &scene->err) && scene->answer.verdict == MIXPAY_BUSY
                    && scene->answer.remaining == -1, "too often");
    play(scene, 404, "", "{\"message\":\"The address you visited does not exist.\"}");
    tap_ok(tap, mixpay_read_result(&scene->mixpay, scene->arena, "order-1", PAYEE, &scene->answer,
                        &scene->err) && scene->answer.verdict == MIXPAY_DOWN
                    && scene->answer.http_status == 404, "an unknown path");
}

/* The base address may end with slashes, as people write it. */
static void
test_base_address(struct scene *scene)
{
    struct mixpay mixpay = scene->mixpay;

    mixpay.api = arena_format(scene->arena, "%s//", scene->mixpay.api);
    play(scene, 200, "", ENVELOPE("[]"));
    tap_ok(&scene->tap, mixpay_read_assets(&mixpay, scene->arena, MIXPAY_QUOTE_ASSETS,
            &scene->answer,
                                &scene->err), "a base address with slashes at its end");
    request_was(scene, "GET /v1/setting/quote_assets HTTP/1.1", "");
    mixpay.api = "http://api.mixpay.me/v1";
    tap_ok(&scene->tap, !mixpay_read_assets(&mixpay, scene->arena, MIXPAY_QUOTE_ASSETS,
            &scene->answer,
                                &scene->err) && scene->err.code == ERROR_INPUT
                                && !scene->answer.sent,
            "MixPay is not asked by plain http: %s", scene->err.message);
}

static void
test_no_answer(struct scene *scene)
{
    struct mixpay mixpay = scene->mixpay;
    struct tap   *tap = &scene->tap;
    char         *body = memset(arena_alloc(scene->arena, LONG_BODY + 1), ' ', LONG_BODY);
    int           port, bound = pretend_bind(&port, false);

    pretend_play(scene->pretend, PRETEND_CLOSE, NULL, 0, 0);
    tap_ok(tap, !mixpay_create_link(&mixpay, scene->arena, "{}", &scene->answer, &scene->err)
                    && scene->err.code == ERROR_REMOTE && scene->answer.sent,
            "dropped: nobody knows whether the link was made: %s", scene->err.message);
    tap_ok(tap, pretend_requests(scene->pretend) == 1, "asked once");
    tap_text(tap, scene->answer.request, "POST /one_time_payment",
            "what was asked, for the record");
    play(scene, 200, "", body);
    tap_ok(tap, !mixpay_read_result(&mixpay, scene->arena, "order-1", PAYEE, &scene->answer,
                        &scene->err) && scene->err.code == ERROR_REMOTE,
            "4 MB: %s", scene->err.message);
    body[MIXPAY_RAW_MOST + 1] = '\0';
    play(scene, 200, "", body);
    tap_ok(tap, !mixpay_read_result(&mixpay, scene->arena, "order-1", PAYEE, &scene->answer,
                        &scene->err), "one byte more than we keep");
    body[MIXPAY_RAW_MOST] = '\0';
    play(scene, 200, "", body);
    tap_ok(tap, mixpay_read_result(&mixpay, scene->arena, "order-1", PAYEE, &scene->answer,
                        &scene->err) && scene->answer.raw_length == MIXPAY_RAW_MOST
                    && scene->answer.verdict == MIXPAY_DOWN, "as much as we keep");
    mixpay.timeout_ms = 200;
    pretend_play(scene->pretend, PRETEND_ANSWER, NULL, 0, 600);
    tap_ok(tap, !mixpay_create_link(&mixpay, scene->arena, "{}", &scene->answer, &scene->err)
                    && scene->answer.sent && strstr(scene->err.message, "200 ms") != NULL,
            "too slow: %s", scene->err.message);
    mixpay.api = arena_format(scene->arena, "http://127.0.0.1:%d/v1", port);
    tap_ok(tap, !mixpay_create_link(&mixpay, scene->arena, "{}", &scene->answer, &scene->err)
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent,
            "refused: surely no link was made: %s", scene->err.message);
    close(bound);
}

#define CHAIN "\"chainAsset\":{\"id\":\"43d61dcd-e413-450d-80b8-101d5e903357\",\"symbol\":\"ETH\"}"

/* The lists of protocol/mixpay.md §3d, old and new dress, and what cannot be used. */
static const char lists[] = "{\"code\":0,\"success\":true,\"data\":["
    "{\"name\":\"Tether\",\"symbol\":\"USDT\",\"iconUrl\":\"https://x/\",\"assetId\":\"" USDT "\","
    "\"network\":\"ERC20\",\"onChainSupported\":true,\"minPaymentAmount\":\"0.01\","
    "\"maxPaymentAmount\":\"1000\"," CHAIN "},"
    "{\"symbol\":\"USDT\",\"assetId\":\"4D8C508B91C5375B92B0EE702ED2DAC5\","
    "\"minPaymentAmount\":0.01,\"maxPaymentAmount\":0," CHAIN "},"
    "{\"symbol\":\"USD\",\"assetId\":\"USD\",\"isAsset\":0,\"decimalDigit\":2,"
    "\"minQuoteAmount\":\"0.1\",\"maxQuoteAmount\":10000,\"chainAsset\":{}},"
    "{\"symbol\":\"BTC\",\"assetId\":\"c6d0c728-2624-429b-8e0d-d9d19b6592fa\",\"isAsset\":\"1\","
    "\"decimalDigit\":\"8\",\"minQuoteAmount\":\"\",\"maxQuoteAmount\":null},"
    "{\"name\":\"mAED\",\"symbol\":\"AED\",\"assetId\":\"aed\",\"isAsset\":false,"
    "\"isAvailable\":false},"
    "{\"name\":\"X\",\"symbol\":7,\"assetId\":\"" PAYEE "\",\"isAsset\":true,\"isAvailable\":1,"
    "\"maxSettlementAmount\":\"0.00000000\"},"
    "{\"symbol\":\"NOID\"},{\"assetId\":null},{\"assetId\":12},{\"assetId\":\"\"},"
    "{\"assetId\":\"<script>\"},{\"assetId\":\"usd and more\"},\"usd\",null,[],12,"
    "{\"assetId\":\"00000000-0000-0000-0000-000000000000\"},"
    "{\"assetId\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"
    "]}";

static const struct {
    const char *id, *symbol, *name, *network, *min, *max;
    int         decimals;
    bool        coin, available;
} assets[] = {
    { USDT, "USDT", "Tether", "ERC20", "0.01", "1000", -1, true, true },
    { USDT, "USDT", "USDT", "ETH", "0.01", "0", -1, true, false },
    { "usd", "USD", "USD", "", "0.1", "10000", 2, false, true },
    { "c6d0c728-2624-429b-8e0d-d9d19b6592fa", "BTC", "BTC", "", NULL, NULL, 8, true, true },
    { "aed", "AED", "mAED", "", NULL, NULL, -1, false, false },
    { PAYEE, "7", "X", "", NULL, "0.00000000", -1, true, false },
};

static void
test_assets(struct scene *scene)
{
    static const char *const paths[] = {
        [MIXPAY_PAYMENT_ASSETS]    = "GET /v1/setting/payment_assets HTTP/1.1",
        [MIXPAY_QUOTE_ASSETS]      = "GET /v1/setting/quote_assets HTTP/1.1",
        [MIXPAY_SETTLEMENT_ASSETS] = "GET /v1/setting/settlement_assets HTTP/1.1",
    };
    struct tap          *tap = &scene->tap;
    struct mixpay_asset *list;
    size_t               count;

    for (int kind = MIXPAY_PAYMENT_ASSETS; kind <= MIXPAY_SETTLEMENT_ASSETS; kind++) {
        play(scene, 200, "", lists);
        tap_ok(tap, mixpay_read_assets(&scene->mixpay, scene->arena, (enum mixpay_asset_kind)kind,
                            &scene->answer, &scene->err), "a list of assets");
        request_was(scene, paths[kind], "");
    }
    tap_ok(tap, mixpay_assets(scene->arena, &scene->answer, &list, &count, &scene->err)
                    && count == sizeof assets / sizeof *assets, "%zu usable entries", count);
    for (size_t i = 0; i < count && i < sizeof assets / sizeof *assets; i++) {
        tap_text(tap, list[i].id, assets[i].id, "its id");
        tap_text(tap, list[i].symbol, assets[i].symbol, "its symbol");
        tap_text(tap, list[i].name, assets[i].name, "its name");
        tap_text(tap, list[i].network, assets[i].network, "its network");
        tap_text(tap, list[i].min, assets[i].min, "its least amount");
        tap_text(tap, list[i].max, assets[i].max, "its largest amount");
        tap_ok(tap, list[i].decimals == assets[i].decimals, "its decimals");
        tap_ok(tap, list[i].coin == assets[i].coin, "whether it is a coin");
        tap_ok(tap, list[i].available == assets[i].available, "whether it can be used");
    }
}

static void
test_no_assets(struct scene *scene)
{
    static const char *const bodies[] = { ENVELOPE("{}"), ENVELOPE("null"), FAILURE("10008",
            "closed"),
        FAILURE("2000", "no"), "{}", "" };
    struct mixpay_asset *list;
    size_t               count;

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        mixpay_read_envelope(scene->arena, 200, bodies[i], strlen(bodies[i]), &scene->answer);
        tap_ok(&scene->tap, !mixpay_assets(scene->arena, &scene->answer, &list, &count, &scene->err)
                        && scene->err.code == ERROR_REMOTE && count == 0, "no list: %s",
                scene->err.message);
    }
    mixpay_read_envelope(scene->arena, 200, ENVELOPE("[]"), strlen(ENVELOPE("[]")), &scene->answer);
    tap_ok(&scene->tap, mixpay_assets(scene->arena, &scene->answer, &list, &count, &scene->err)
                    && count == 0, "an empty list is a list");
}

static void
test_payee(struct scene *scene)
{
    static const char *const bad[] = { "", "26930x", "../user", "26 930", "-1", "?", "%31",
        "123456789012345678901" };
    struct tap *tap = &scene->tap;
    char        payee[UUID_TEXT];

    play(scene, 200, "", ENVELOPE("{\"payeeId\":\"8e69e534d0c43e048b6137a73cd9e7d7\"}"));
    tap_ok(tap, mixpay_read_payee(&scene->mixpay, scene->arena, "26930", &scene->answer,
            &scene->err),
            "a payee");
    request_was(scene, "GET /v1/user/mixin_uuid/26930 HTTP/1.1", "");
    tap_ok(tap, mixpay_payee_id(&scene->answer, payee), "it has an id");
    tap_text(tap, payee, PAYEE, "with its dashes");
    play(scene, 200, "", FAILURE("10001", "User does not exist"));
    tap_ok(tap, mixpay_read_payee(&scene->mixpay, scene->arena, "1", &scene->answer, &scene->err)
                    && scene->answer.code == 10001 && !mixpay_payee_id(&scene->answer, payee),
            "nobody");
    play(scene, 200, "", ENVELOPE("{}"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(tap, !mixpay_read_payee(&scene->mixpay, scene->arena, bad[i], &scene->answer,
                            &scene->err) && scene->err.code == ERROR_INPUT && !scene->answer.sent,
                "not a Mixin ID: <%s>", bad[i]);
    tap_ok(tap, pretend_requests(scene->pretend) == 0, "and nothing was asked");
}

static bool
make_group(struct scene *scene, const char *const ids[], size_t count, size_t threshold)
{
    return mixpay_make_multisig(&scene->mixpay, scene->arena, ids, count, threshold, &scene->answer,
            &scene->err);
}

static void
test_multisig(struct scene *scene)
{
    static const char *const three[] = { PAYEE, "4D8C508B91C5375B92B0EE702ED2DAC5", CODE };
    static const char *const twice[] = { PAYEE, CODE, "8E69E534D0C43E048B6137A73CD9E7D7" };
    static const char *const bad[] = { PAYEE, CODE, "nobody" };
    struct tap  *tap = &scene->tap;
    const char **many = arena_array(scene->arena, 257, sizeof *many);
    char         group[UUID_TEXT];

    for (size_t i = 0; i < 257; i++)
        many[i] = arena_format(scene->arena, "8e69e534-d0c4-3e04-8b61-%012zx", i);
    play(scene, 200, "", ENVELOPE("{\"multisigId\":\"" CODE "\"}"));
    tap_ok(tap, !make_group(scene, three, 2, 1) && scene->err.code == ERROR_INPUT,
            "two are too few");
    tap_ok(tap, !make_group(scene, many, 257, 1) && scene->err.code == ERROR_INPUT,
            "257 are too many");
    tap_ok(tap, !make_group(scene, three, 3, 0) && scene->err.code == ERROR_INPUT, "threshold 0");
    tap_ok(tap, !make_group(scene, three, 3, 4) && scene->err.code == ERROR_INPUT,
            "threshold 4 of 3");
    tap_ok(tap, !make_group(scene, bad, 3, 2) && scene->err.code == ERROR_INPUT, "%s",
            scene->err.message);
    tap_ok(tap, !make_group(scene, twice, 3, 2) && scene->err.code == ERROR_INPUT, "%s",
            scene->err.message);
    tap_ok(tap, pretend_requests(scene->pretend) == 0 && !scene->answer.sent, "nothing was asked");
    tap_ok(tap, make_group(scene, three, 3, 3), "three of three");
    request_was(scene, "POST /v1/multisig HTTP/1.1",
            "{\"receivers\":[\"" PAYEE "\",\"" USDT "\",\"" CODE "\"],\"threshold\":3}");
    tap_ok(tap, mixpay_multisig_id(&scene->answer, group), "it has an id");
    tap_text(tap, group, CODE, "the group's id");
    tap_ok(tap, make_group(scene, many, 256, 256), "256 of 256");
}

/* Every code of protocol/mixpay.md §1, §4 and §6c has a meaning. */
static void
test_code_texts(struct scene *scene)
{
    static const struct {
        enum mixpay_code_family family;
        long long               first, last;
    } known[] = {
        { MIXPAY_API_CODE, -1, -1 }, { MIXPAY_API_CODE, 404, 404 }, { MIXPAY_API_CODE, 1017, 1017 },
        { MIXPAY_API_CODE, 1429, 1429 }, { MIXPAY_API_CODE, 2000, 2000 },
        { MIXPAY_API_CODE, 10000, 10011 }, { MIXPAY_API_CODE, 10020, 10020 },
        { MIXPAY_API_CODE, 10032, 10037 }, { MIXPAY_API_CODE, 10039, 10044 },
        { MIXPAY_API_CODE, 10061, 10065 }, { MIXPAY_API_CODE, 10084, 10084 },
        { MIXPAY_API_CODE, 10131, 10131 }, { MIXPAY_FAILURE_CODE, 10002, 10003 },
        { MIXPAY_FAILURE_CODE, 10010, 10011 }, { MIXPAY_FAILURE_CODE, 10021, 10021 },
        { MIXPAY_FAILURE_CODE, 10034, 10034 }, { MIXPAY_FAILURE_CODE, 10052, 10057 },
        { MIXPAY_FAILURE_CODE, 10066, 10072 }, { MIXPAY_FAILURE_CODE, 10074, 10074 },
        { MIXPAY_FAILURE_CODE, 10095, 10095 }, { MIXPAY_FAILURE_CODE, 40000, 40006 },
        { MIXPAY_FAILURE_CODE, 40008, 40009 }, { MIXPAY_FAILURE_CODE, 40011, 40025 },
        { MIXPAY_FAILURE_CODE, 40027, 40027 }, { MIXPAY_FAILURE_CODE, 40032, 40032 },
    };
    struct tap *tap = &scene->tap;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (long long code = known[i].first; code <= known[i].last; code++)
            tap_ok(tap, mixpay_code_text(known[i].family, code) != NULL, "code %lld", code);
    tap_text(tap, mixpay_code_text(MIXPAY_FAILURE_CODE, 40021), "paid twice", "40021");
    tap_text(tap, mixpay_code_text(MIXPAY_API_CODE, 40021), NULL, "40021 is no code of an answer");
    tap_text(tap, mixpay_code_text(MIXPAY_FAILURE_CODE, 0), NULL, "0 is none");
    tap_text(tap, mixpay_code_text(MIXPAY_API_CODE, 77777), NULL, "77777 is unknown");
}

int
main(void)
{
    struct scene scene = { .pretend = pretend_open(), .arena = arena_open() };

    scene.mixpay = (struct mixpay){ .http = http_client_open(NULL, "mixtill-test/1"),
        .api = arena_format(scene.arena, "http://127.0.0.1:%d/v1", scene.pretend->port),
        .timeout_ms = 5000 };
    test_envelopes(&scene);
    test_time_told(&scene);
    test_create(&scene);
    test_codes(&scene);
    test_result(&scene);
    test_base_address(&scene);
    test_no_answer(&scene);
    test_assets(&scene);
    test_no_assets(&scene);
    test_payee(&scene);
    test_multisig(&scene);
    test_code_texts(&scene);
    http_client_close(scene.mixpay.http);
    pretend_close(scene.pretend);
    arena_close(scene.arena);
    return tap_end(&scene.tap);
}
