/* terms.c: the parameters of a new payment, as the API and the Paylink page take them.
 * SPDX-License-Identifier: ISC */
#include "sandbox/terms.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/uuid.h"
#include "sandbox/answer.h"

enum {
    ORDER_LEAST = 6,
    ORDER_MOST = 36,
    REMARK_MOST = 50,
    MEMO_MOST = 200,
    URL_MOST = 2000,
    EXPIRY_LEAST_S = 10,          /* more than this */
    EXPIRY_MOST_S = 2880 * 60,    /* less than this */
    RELATIVE_BELOW = 1000000000   /* smaller numbers are seconds from now (behaviours row 20) */
};

/* One reading while it runs. */
struct reading {
    const struct inputs *inputs;
    struct station      *station;
    struct arena        *arena;
    struct payment      *payment;
    struct error        *err;
};

/* Payees that are not there, beside the nil UUID; every other UUID is. */
static const char *const unknown_payees[] = {
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "deadbeef-dead-4ead-8ead-deadbeefdead",
};

bool
inputs_read(struct call *call, struct inputs *inputs, struct error *err)
{
    bool done = true;

    *inputs = (struct inputs){ call, NULL };
    if (call->body_length == 0)
        return true;
    if (strcmp(call->type, "application/json") == 0)
        done = call_read_json(call, &inputs->json, err);
    else if (strcmp(call->type, "application/x-www-form-urlencoded") == 0)
        done = call_read_form(call, err);
    if (!done)
        call->station->code = CODE_SHAPE;
    return done;
}

bool
inputs_text(const struct inputs *inputs, const char *name, const char **text, struct error *err)
{
    const struct call *call = inputs->call;
    const json_t      *member = json_object_get(inputs->json, name);

    *text = call_form(call, name);
    if (*text == NULL)
        *text = call_query(call, name);
    if (member != NULL && !json_is_null(member)) {
        *text = json_decimal(inputs->json, name);
        if (*text == NULL && json_is_boolean(member))
            *text = json_is_true(member) ? "1" : "0";
        if (*text == NULL)
            return refuse_for(call->station, CODE_SHAPE, err, "%s is not a text.", name);
    }
    if (*text != NULL && **text == '\0')
        *text = NULL;
    return true;
}

bool
terms_payee(struct station *station, struct arena *arena, const char *text, const char **payee_id,
        struct error *err)
{
    char folded[UUID_TEXT];

    if (!uuid_fold_loose(text, folded)) {
        if (text_is_made_of(text, "0-") && (strlen(text) == 36 || strlen(text) == 32))
            return refuse(station, CODE_NO_USER, err);
        return refuse_for(station, CODE_SHAPE, err, "payeeId is not a UUID.");
    }
    for (size_t i = 0; i < sizeof unknown_payees / sizeof unknown_payees[0]; i++)
        if (strcmp(unknown_payees[i], folded) == 0)
            return refuse(station, CODE_NO_USER, err);
    *payee_id = arena_copy(arena, folded);
    return true;
}

bool
terms_order(struct station *station, const char *text, struct error *err)
{
    size_t length = strlen(text);

    if (length < ORDER_LEAST || length > ORDER_MOST || !text_is_made_of(text,
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"))
        return refuse_for(station, CODE_SHAPE, err,
                "orderId is 6 to 36 letters, digits, dashes and underscores.");
    return true;
}

bool
terms_trace(struct station *station, struct arena *arena, const char *text, const char **trace_id,
        struct error *err)
{
    char folded[UUID_TEXT];

    if (!uuid_fold(text, folded))
        return refuse_for(station, CODE_SHAPE, err, "traceId is not a UUID.");
    *trace_id = arena_copy(arena, folded);
    return true;
}

bool
terms_amount(struct station *station, const char *text, const struct asset *asset,
        struct amount *amount, struct error *err)
{
    struct amount least, most;

    if (!amount_parse(text, amount, NULL) || amount->units == 0)
        return refuse_for(station, CODE_PARAMETER, err, "quoteAmount is not an amount.");
    asset_bounds(asset, &least, &most);
    if (amount_compare(*amount, least) < 0)
        return refuse(station, CODE_TOO_LOW, err);
    if (amount_compare(*amount, most) > 0)
        return refuse(station, CODE_TOO_HIGH, err);
    return true;
}

static bool
take_payee(struct reading *reading, const char *text)
{
    return terms_payee(reading->station, reading->arena, text, &reading->payment->payee_id,
            reading->err);
}

static bool
take_order(struct reading *reading, const char *text)
{
    reading->payment->order_id = text;
    return terms_order(reading->station, text, reading->err);
}

static bool
take_trace(struct reading *reading, const char *text)
{
    return terms_trace(reading->station, reading->arena, text, &reading->payment->trace_id,
            reading->err);
}

static bool
take_quote_asset(struct reading *reading, const char *text)
{
    reading->payment->quote_asset = asset_find(text);
    return reading->payment->quote_asset != NULL
            || refuse(reading->station, CODE_NO_QUOTE_ASSET, reading->err);
}

static bool
take_coin(struct reading *reading, const char *text, const struct asset **coin)
{
    *coin = asset_find(text);
    return (*coin != NULL && (*coin)->is_coin)
            || refuse(reading->station, CODE_NO_ASSET, reading->err);
}

static bool
take_settlement_asset(struct reading *reading, const char *text)
{
    return take_coin(reading, text, &reading->payment->settlement_asset);
}

static bool
take_payment_asset(struct reading *reading, const char *text)
{
    return take_coin(reading, text, &reading->payment->payment_asset);
}

static bool
take_strict(struct reading *reading, const char *text)
{
    const struct switches *switches = &reading->station->switches;
    bool words = switches->values[SWITCH_STRICT_BOOLEAN] == SWITCH_OFF;

    reading->payment->strict = strcmp(text, "1") == 0 || (words && strcmp(text, "true") == 0);
    return reading->payment->strict || strcmp(text, "0") == 0
            || (words && strcmp(text, "false") == 0)
            || refuse_for(reading->station, CODE_SHAPE, reading->err,
                    "strictMode is not a boolean.");
}

static bool
take_short_text(struct reading *reading, const char *name, const char *text, size_t most,
        const char **taken)
{
    *taken = text;
    return text_count(text) <= most || refuse_for(reading->station, CODE_SHAPE, reading->err,
            "%s is longer than %zu characters.", name, most);
}

static bool
take_remark(struct reading *reading, const char *text)
{
    return take_short_text(reading, "remark", text, REMARK_MOST, &reading->payment->remark);
}

static bool
take_memo(struct reading *reading, const char *text)
{
    return take_short_text(reading, "settlementMemo", text, MEMO_MOST, &reading->payment->memo);
}

static bool
take_return_to(struct reading *reading, const char *text)
{
    return take_short_text(reading, "returnTo", text, URL_MOST, &reading->payment->return_to);
}

static bool
take_failed_return_to(struct reading *reading, const char *text)
{
    return take_short_text(reading, "failedReturnTo", text, URL_MOST,
            &reading->payment->failed_return_to);
}

/* https alone; in a rehearsal plain http too, as long as it stays on this machine. */
static bool
take_callback_url(struct reading *reading, const char *text)
{
    struct url url;

    reading->payment->callback_url = text;
    return (url_parse(reading->arena, text, &url, NULL) && (url.secure || url.loopback))
            || refuse(reading->station, CODE_NOT_HTTPS, reading->err);
}

static unsigned
event_of(const char *name, size_t length)
{
    static const unsigned events[] = { EVENT_SUCCESS, EVENT_FAIL, EVENT_SETTLE, EVENT_PENDING,
        EVENT_PAID_LESS };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        const char *text = payment_event_text(events[i]);

        if (strlen(text) == length && strncmp(text, name, length) == 0)
            return events[i];
    }
    return 0;
}

static bool
take_events(struct reading *reading, const char *text)
{
    while (*text != '\0') {
        size_t   length = strcspn(text, "|");
        unsigned event = event_of(text, length);

        if (event == 0)
            return refuse(reading->station, CODE_NO_EVENT, reading->err);
        reading->payment->events |= event;
        text += length + (text[length] == '|');
    }
    return true;
}

static bool
take_expiry(struct reading *reading, const char *text)
{
    int64_t   now = clock_now();
    long long at;

    if (!text_to_integer(text, 0, INT64_MAX, &at))
        return refuse_for(reading->station, CODE_SHAPE, reading->err,
                "expiredTimestamp is not a whole number of seconds.");
    if (at < RELATIVE_BELOW)
        at += now;
    if (at - now <= EXPIRY_LEAST_S)
        return refuse(reading->station, CODE_EXPIRY_SHORT, reading->err);
    if (at - now >= EXPIRY_MOST_S)
        return refuse(reading->station, CODE_EXPIRY_LONG, reading->err);
    reading->payment->expires_at = at;
    return true;
}

/* Every other parameter is tolerated and ignored (behaviours row 25). */
static const struct {
    const char *name;
    bool (*take)(struct reading *reading, const char *text);
} parameters[] = {
    { "payeeId",           take_payee            },
    { "orderId",           take_order            },
    { "traceId",           take_trace            },
    { "quoteAssetId",      take_quote_asset      },
    { "settlementAssetId", take_settlement_asset },
    { "paymentAssetId",    take_payment_asset    },
    { "strictMode",        take_strict           },
    { "remark",            take_remark           },
    { "settlementMemo",    take_memo             },
    { "returnTo",          take_return_to        },
    { "failedReturnTo",    take_failed_return_to },
    { "callbackUrl",       take_callback_url     },
    { "callbackEvent",     take_events           },
    { "expiredTimestamp",  take_expiry           },
};

static bool
take_all(struct reading *reading)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const char *text;

        if (!inputs_text(reading->inputs, parameters[i].name, &text, reading->err)
                || (text != NULL && !parameters[i].take(reading, text)))
            return false;
    }
    return true;
}

/* After the assets: its bounds depend on them. */
static bool
take_amount(struct reading *reading, bool paylink)
{
    struct payment *payment = reading->payment;
    const char     *text = NULL;

    if (paylink && !inputs_text(reading->inputs, "amount", &text, reading->err))
        return false;
    if (text == NULL && !inputs_text(reading->inputs, "quoteAmount", &text, reading->err))
        return false;
    payment->has_quote = text != NULL;
    return text == NULL || terms_amount(reading->station, text, payment->quote_asset,
            &payment->quote, reading->err);
}

static bool
check_required(struct reading *reading, bool paylink)
{
    const struct payment *payment = reading->payment;
    const char           *missing = payment->payee_id == NULL ? "payeeId"
              : paylink                                       ? NULL
              : payment->quote_asset == NULL                  ? "quoteAssetId"
              : payment->settlement_asset == NULL             ? "settlementAssetId"
                                                              : NULL;

    return missing == NULL || refuse_for(reading->station, CODE_PARAMETER, reading->err,
            "%s is required.", missing);
}

bool
terms_read(const struct inputs *inputs, bool paylink, struct payment *payment, struct error *err)
{
    const struct call *call = inputs->call;
    struct reading     reading = { inputs, call->station, call->arena, payment, err };

    *payment = (struct payment){ .remark = "", .memo = "", .return_to = "", .failed_return_to = "",
        .callback_url = "", .surplus_status = "no", .failure_code = "0", .failure_reason = "",
        .events = EVENTS_ALWAYS, .have = -1, .created_at = clock_now() };
    if (!take_all(&reading) || !check_required(&reading, paylink))
        return false;
    if (payment->quote_asset == NULL)
        payment->quote_asset = asset_find("usd");
    if (!take_amount(&reading, paylink))
        return false;
    return paylink || payment->has_quote || refuse_for(reading.station, CODE_PARAMETER, err,
            "quoteAmount is required.");
}
