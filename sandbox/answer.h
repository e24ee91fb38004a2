/* answer.h: MixPay's envelope and refusals, and pages.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_ANSWER_H
#define SANDBOX_ANSWER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "sandbox/app.h"
#include "web/call.h"

/* MixPay's codes (protocol/mixpay.md §1), as far as the sandbox says them. */
enum {
    CODE_SERVER = -1,
    CODE_NO_PATH = 404,
    CODE_SHAPE = 1017, /* a parameter that is malformed */
    CODE_TOO_MANY = 1429,
    CODE_NO_USER = 10001,
    CODE_NO_ASSET = 10002,
    CODE_NO_QUOTE_ASSET = 10003,
    CODE_TOO_LOW = 10004,
    CODE_TOO_HIGH = 10005,
    CODE_MAINTENANCE = 10008,
    CODE_PARAMETER = 10011, /* one that is missing, or makes no sense */
    CODE_DONE = 10020,
    CODE_NOT_HTTPS = 10061,
    CODE_NO_ORDER = 10062,
    CODE_EXPIRY_SHORT = 10063,
    CODE_EXPIRY_LONG = 10064,
    CODE_OVER = 10065,
    CODE_NO_EVENT = 10131
};

/* Takes a note of MixPay's code in the station, and fails with its sentence: for API and pages. */
bool refuse(struct station *station, int code, struct error *err);
/* The same with what is wrong behind it. */
bool refuse_for(struct station *station, int code, struct error *err, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* {"code":0,"success":true,…,"data":data}; takes over the reference. */
bool answer_data(struct call *call, json_t *data);
/* The envelope of a refusal, with the HTTP status that the switches say. */
void answer_refusal(struct call *call, int code, const char *message);

/* As call_answer_json, and numbers that came by json_read are written as they came. Takes over the
 * reference. */
bool answer_json(struct call *call, int status, json_t *value);

/* A page from templates/NAME.mustache; takes over `view`. */
bool answer_page(struct call *call, int status, const char *name, json_t *view, struct error *err);

#endif
