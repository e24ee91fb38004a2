/* answer.c: MixPay's envelope and refusals, and pages.
 * SPDX-License-Identifier: ISC */
#include "sandbox/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static const struct {
    int         code;
    const char *message;
} messages[] = {
    { CODE_SERVER, "Server error." },
    { CODE_NO_PATH, "The address you visited does not exist." },
    { CODE_SHAPE, "Parameter error." },
    { CODE_TOO_MANY, "Too Many Attempts." },
    { CODE_NO_USER, "User does not exist." },
    { CODE_NO_ASSET, "The asset does not exist." },
    { CODE_NO_QUOTE_ASSET, "The quote asset is not supported." },
    { CODE_TOO_LOW, "The price is too low." },
    { CODE_TOO_HIGH, "The price is too high." },
    { CODE_MAINTENANCE, "Payments are under maintenance." },
    { CODE_PARAMETER, "Invalid parameter." },
    { CODE_DONE, "The traceId or orderId was already completed or attached." },
    { CODE_NOT_HTTPS, "The callbackUrl must be https." },
    { CODE_NO_ORDER, "The order does not exist." },
    { CODE_EXPIRY_SHORT, "The expiredTimestamp must be more than 10 seconds ahead." },
    { CODE_EXPIRY_LONG, "The expiredTimestamp must be less than 2880 minutes ahead." },
    { CODE_OVER, "The traceId is expired or failed." },
    { CODE_NO_EVENT, "The callbackEvent is not known." },
    { 0, "Refused." },
};

static const char *
message_of(int code)
{
    size_t i = 0;

    while (messages[i].code != code && messages[i].code != 0)
        i++;
    return messages[i].message;
}

bool
refuse(struct station *station, int code, struct error *err)
{
    station->code = code;
    return fail(err, ERROR_INPUT, "%s", message_of(code));
}

bool
refuse_for(struct station *station, int code, struct error *err, const char *format, ...)
{
    char    why[320];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    station->code = code;
    return fail(err, ERROR_INPUT, "%s %s", message_of(code), why);
}

/* json_read marks a number as text that starts with \u0001; a printed mark and its quotes are taken
 * away again. No other text can hold one. */
static void
unmark_numbers(struct text *plain, const char *marked)
{
    static const char mark[] = "\"\\u0001";

    for (;;) {
        const char *at = strstr(marked, mark);
        size_t      length;

        if (at == NULL)
            break;
        text_add_bytes(plain, marked, (size_t)(at - marked));
        at += sizeof mark - 1;
        length = strcspn(at, "\"");
        text_add_bytes(plain, at, length);
        marked = at + length + 1;
    }
    text_add(plain, marked);
}

bool
answer_json(struct call *call, int status, json_t *value)
{
    struct text plain;

    text_open(&plain, call->arena);
    unmark_numbers(&plain, json_print(call->arena, json_keep(call->arena, value)));
    return call_answer(call, status, "application/json", plain.bytes, plain.length);
}

static json_t *
envelope(int code, const char *message, json_t *data)
{
    return json_pack("{s:i, s:b, s:s, s:o, s:I}", "code", code, "success", code == 0, "message",
            message, "data", data, "timestampMs", (json_int_t)clock_now_ms());
}

bool
answer_data(struct call *call, json_t *data)
{
    return answer_json(call, 200, envelope(0, "", data));
}

static json_t *
refusal_data(const struct switches *switches)
{
    switch (switches->values[SWITCH_ERROR_DATA]) {
    case ERROR_DATA_OBJECT:
        return json_object();
    case ERROR_DATA_NULL:
        return json_null();
    default:
        return json_array();
    }
}

void
answer_refusal(struct call *call, int code, const char *message)
{
    const struct switches *switches = &call->station->switches;
    int                    status = code == CODE_TOO_MANY ? 429 : code == CODE_SERVER ? 500 : 400;

    if (switches->values[SWITCH_ERROR_HTTP] == ERROR_HTTP_200)
        status = 200;
    answer_json(call, status, envelope(code, message == NULL ? message_of(code) : message,
            refusal_data(switches)));
}

bool
answer_page(struct call *call, int status, const char *name, json_t *view, struct error *err)
{
    struct text page;

    json_keep(call->arena, view);
    json_object_set_new(view, "base", json_string(call->app->path));
    text_open(&page, call->arena);
    return shelf_render(call->station->shelf, name, view, &page, err)
            && call_answer(call, status, "text/html; charset=utf-8", page.bytes, page.length);
}
