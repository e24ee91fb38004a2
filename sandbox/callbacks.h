/* callbacks.h: what MixPay tells a shop's callbackUrl, and how often it tries.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_CALLBACKS_H
#define SANDBOX_CALLBACKS_H

#include <jansson.h>
#include <stdbool.h>

#include "sandbox/app.h"
#include "sandbox/payment.h"

/*
 * Queues what the `events` (bits) of a payment cause, by the station's switches, or by `mode` where
 * it is not -1: only events subscribed to, and nothing without a callbackUrl. Runs inside the
 * transaction that changes the payment.
 */
bool callbacks_queue(struct station *station, struct arena *arena, const struct payment *payment,
        unsigned events, int mode, struct error *err);

/*
 * Sends one callback that is due and writes down what came back; *sent says whether there was one.
 * Only HTTP 200 with {"code":"SUCCESS"} ends the attempts (protocol/mixpay.md §5).
 */
struct http_client;
bool callbacks_send_one(struct station *station, struct arena *arena, struct http_client *client,
        bool *sent, struct error *err);

/* [{"event","url","body","forged","state","attempts":[{"at","took_ms","status","answer"}…]}…] of a
 * payment. A new reference in *list. */
bool callbacks_show(struct db *db, struct arena *arena, const char *trace_id, json_t **list,
        struct error *err);

#endif
