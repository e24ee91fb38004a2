/* callbacks.c: what MixPay tells a shop's callbackUrl, and how often it tries.
 * SPDX-License-Identifier: ISC */
#include "sandbox/callbacks.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "remote/http_client.h"

enum {
    TIMEOUT_MS = 20000,
    LEASE_MS = TIMEOUT_MS + 5000, /* how long a sender may take before another tries */
    MOST_ATTEMPTS = 10,
    LATE_S = 60,
    ANSWER_MOST = 300 /* bytes of an answer that are kept */
};

/* Seconds to wait before each attempt. */
static const struct {
    int attempts;
    int waits[MOST_ATTEMPTS];
} schedules[] = {
    [CALLBACK_SCHEDULE_NEW] = { 9, { 0, 15, 15, 30, 180, 1800, 1800, 1800, 1800 } },
    [CALLBACK_SCHEDULE_OLD] = { 10, { 0, 15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600 } },
};

/* Out of order: what happened last is told first. */
static const struct {
    enum payment_event event;
    int                held_s;
} held_back[] = {
    { EVENT_SETTLE, 0 }, { EVENT_SUCCESS, 5 }, { EVENT_FAIL, 5 }, { EVENT_PENDING, 10 },
    { EVENT_PAID_LESS, 10 },
};

static int64_t
scaled_ms(const struct station *station, int seconds)
{
    return (int64_t)seconds * 1000 / station->switches.values[SWITCH_CALLBACK_TIME_FACTOR];
}

static int
first_wait(enum callback_mode mode, enum payment_event event)
{
    if (mode == CALLBACKS_LATE)
        return LATE_S;
    for (size_t i = 0; mode == CALLBACKS_OUT_OF_ORDER && i < sizeof held_back / sizeof held_back[0];
            i++)
        if (held_back[i].event == event)
            return held_back[i].held_s;
    return 0;
}

/* A call that the body names: of the payment, or of somebody else's. */
struct told {
    const char *order_id, *trace_id, *payee_id;
    bool        forged;
};

static bool
write_callback(struct station *station, struct arena *arena, const struct payment *payment,
        enum payment_event event, const struct told *told, int wait_s, struct error *err)
{
    struct db_query *query;
    json_t          *body = json_keep(arena, json_pack("{s:s, s:s, s:s}", "orderId",
            told->order_id == NULL ? "" : told->order_id, "traceId", told->trace_id, "payeeId",
            told->payee_id));

    if (station->switches.values[SWITCH_CALLBACK_EVENT] == CALLBACK_EVENT_SHOWN)
        json_object_set_new(body, "callbackEvent", json_string(payment_event_text(event)));
    if (!db_prepare(station->db, "INSERT INTO callback (trace_id, event, url, body, forged, state,"
            " attempts, next_at_ms) VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6)", &query, err))
        return false;
    db_bind_text(query, 1, payment->trace_id);
    db_bind_text(query, 2, payment_event_text(event));
    db_bind_text(query, 3, payment->callback_url);
    db_bind_text(query, 4, json_print(arena, body));
    db_bind_integer(query, 5, told->forged);
    db_bind_integer(query, 6, clock_now_ms() + scaled_ms(station, wait_s));
    return db_run(query, err);
}

/* In place of the true one: an order that nobody made, and this one as somebody else's. */
static bool
write_forged(struct station *station, struct arena *arena, const struct payment *payment,
        enum payment_event event, struct error *err)
{
    char        stranger[UUID_TEXT], another[UUID_TEXT];
    struct told unknown = { "forged-order-0001", stranger, payment->payee_id, true };
    struct told foreign = { payment->order_id, another, stranger, true };

    uuid_make(stranger);
    uuid_make(another);
    return write_callback(station, arena, payment, event, &unknown, 0, err)
            && write_callback(station, arena, payment, event, &foreign, 0, err);
}

static bool
queue_event(struct station *station, struct arena *arena, const struct payment *payment,
        enum payment_event event, enum callback_mode mode, struct error *err)
{
    struct told told = { payment->order_id, payment->trace_id, payment->payee_id, false };
    int         wait_s = first_wait(mode, event);

    if (mode == CALLBACKS_NONE)
        return true;
    if (mode == CALLBACKS_FORGED)
        return write_forged(station, arena, payment, event, err);
    return write_callback(station, arena, payment, event, &told, wait_s, err)
            && (mode != CALLBACKS_TWICE
                    || write_callback(station, arena, payment, event, &told, wait_s, err));
}

bool
callbacks_queue(struct station *station, struct arena *arena, const struct payment *payment,
        unsigned events, int mode, struct error *err)
{
    if (payment->callback_url[0] == '\0')
        return true;
    if (mode < 0)
        mode = station->switches.values[SWITCH_CALLBACKS];
    for (unsigned event = EVENT_SUCCESS; event <= EVENT_PAID_LESS; event <<= 1)
        if ((events & payment->events & event) != 0 && !queue_event(station, arena, payment,
                (enum payment_event)event, (enum callback_mode)mode, err))
            return false;
    return true;
}

/* One attempt. */
struct delivery {
    struct station *station;
    struct arena   *arena;
    bool            found;
    int64_t         id;
    const char     *url, *body;
    int             attempts;           /* with this one */
    int64_t         at_ms, took_ms;
    int             status;
    const char     *answer;
    bool            taken_in;           /* the shop said SUCCESS */
};

/* Takes the oldest that is due; moving it on keeps other senders away from it. */
static bool
take_due(void *context, struct error *err)
{
    struct delivery *delivery = context;
    struct db_query *query;

    delivery->at_ms = clock_now_ms();
    if (!db_prepare(delivery->station->db, "UPDATE callback SET next_at_ms = $1,"
            " attempts = attempts + 1 WHERE id = (SELECT id FROM callback WHERE state = 'waiting'"
            " AND next_at_ms <= $2 ORDER BY next_at_ms, id LIMIT 1)"
            " RETURNING id, url, body, attempts", &query, err))
        return false;
    db_bind_integer(query, 1, delivery->at_ms + LEASE_MS);
    db_bind_integer(query, 2, delivery->at_ms);
    if (!db_step(query, &delivery->found, err))
        return false;
    if (!delivery->found)
        return true;
    delivery->id = db_integer(query, 0);
    delivery->url = db_text(query, 1, delivery->arena);
    delivery->body = db_text(query, 2, delivery->arena);
    delivery->attempts = (int)db_integer(query, 3);
    return db_run(query, err);
}

/* Is there anything to take? A look that writes nothing, for the many times when there is not. */
static bool
look_for_due(struct delivery *delivery, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(delivery->station->db, "SELECT 1 FROM callback WHERE state = 'waiting'"
            " AND next_at_ms <= $1 LIMIT 1", &query, err))
        return false;
    db_bind_integer(query, 1, clock_now_ms());
    if (!db_step(query, &delivery->found, err))
        return false;
    db_reset(query);
    return true;
}

static bool
says_success(struct arena *arena, const struct http_answer *answer)
{
    json_t *value = json_read(arena, answer->body, answer->length, NULL);

    return answer->status == 200 && value != NULL
            && text_equal(json_member(value, "code"), "SUCCESS");
}

/* What a shop answers may be anything; what is kept is text. */
static const char *
kept_text(struct arena *arena, const char *bytes, size_t length)
{
    if (!text_is_clean(bytes, length, true))
        return "(not text)";
    if (length > ANSWER_MOST) {
        length = ANSWER_MOST;
        while (((unsigned char)bytes[length] & 0xc0) == 0x80)
            length--;
    }
    return arena_copy_bytes(arena, bytes, length);
}

static void
deliver(struct delivery *delivery, struct http_client *client)
{
    struct http_request request = { .method = "POST", .url = delivery->url,
        .type = "application/json", .body = delivery->body,
        .body_length = strlen(delivery->body), .timeout_ms = TIMEOUT_MS, .most = 65536 };
    struct http_answer  answer = { .status = 0 };
    struct error        err = { ERROR_NONE, "" };
    int64_t             started = clock_steady_us();

    if (http_exchange(client, delivery->arena, &request, &answer, &err)) {
        delivery->status = answer.status;
        delivery->taken_in = says_success(delivery->arena, &answer);
        delivery->answer = kept_text(delivery->arena, answer.body, answer.length);
    } else {
        delivery->answer = arena_copy(delivery->arena, err.message);
    }
    delivery->took_ms = (clock_steady_us() - started) / 1000;
}

static bool
write_attempt(const struct delivery *delivery, struct error *err)
{
    struct db_query *query;

    /* The payment may have been wiped meanwhile. */
    if (!db_prepare(delivery->station->db, "INSERT INTO attempt (callback_id, number, at_ms,"
            " took_ms, status, answer) SELECT id, $2, $3, $4, $5, $6 FROM callback WHERE id = $1"
            " ON CONFLICT DO NOTHING", &query, err))
        return false;
    db_bind_integer(query, 1, delivery->id);
    db_bind_integer(query, 2, delivery->attempts);
    db_bind_integer(query, 3, delivery->at_ms);
    db_bind_integer(query, 4, delivery->took_ms);
    db_bind_integer(query, 5, delivery->status);
    db_bind_text(query, 6, delivery->answer);
    return db_run(query, err);
}

static bool
settle_delivery(void *context, struct error *err)
{
    const struct delivery *delivery = context;
    struct station        *station = delivery->station;
    int                    schedule = station->switches.values[SWITCH_CALLBACK_SCHEDULE];
    bool                   more = !delivery->taken_in
            && delivery->attempts < schedules[schedule].attempts;
    int64_t                wait_ms = more
                         ? scaled_ms(station, schedules[schedule].waits[delivery->attempts]) : 0;
    struct db_query       *query;

    if (!write_attempt(delivery, err) || !db_prepare(station->db, "UPDATE callback SET state = $2,"
            " next_at_ms = $3 WHERE id = $1 AND attempts = $4", &query, err))
        return false;
    db_bind_integer(query, 1, delivery->id);
    db_bind_text(query, 2, delivery->taken_in ? "done" : more ? "waiting" : "given_up");
    db_bind_integer(query, 3, clock_now_ms() + wait_ms);
    db_bind_integer(query, 4, delivery->attempts);
    return db_run(query, err);
}

bool
callbacks_send_one(struct station *station, struct arena *arena, struct http_client *client,
        bool *sent, struct error *err)
{
    struct delivery delivery = { .station = station, .arena = arena, .answer = "" };

    *sent = false;
    if (!look_for_due(&delivery, err)
            || (delivery.found && !db_transact(station->db, take_due, &delivery, err)))
        return false;
    if (!delivery.found)
        return true;
    *sent = true;
    deliver(&delivery, client);
    log_info("callback", "url", delivery.url, "taken_in", delivery.taken_in ? "yes" : "no",
            "answer", delivery.answer);
    return switches_load(station->db, &station->switches, err)
            && db_transact(station->db, settle_delivery, &delivery, err);
}

static bool
show_attempts(struct db *db, struct arena *arena, int64_t callback_id, json_t *list,
        struct error *err)
{
    struct db_query *query;
    bool             row, done;

    if (!db_prepare(db, "SELECT at_ms, took_ms, status, answer FROM attempt WHERE callback_id = $1"
            " ORDER BY number", &query, err))
        return false;
    db_bind_integer(query, 1, callback_id);
    while ((done = db_step(query, &row, err)) && row)
        json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:s}", "at_ms",
                (json_int_t)db_integer(query, 0), "took_ms", (json_int_t)db_integer(query, 1),
                "status", (json_int_t)db_integer(query, 2), "answer", db_text(query, 3, arena)));
    return done;
}

bool
callbacks_show(struct db *db, struct arena *arena, const char *trace_id, json_t **list,
        struct error *err)
{
    struct db_query *query;
    bool             row, done;

    *list = json_array();
    if (!db_prepare(db, "SELECT id, event, url, body, forged, state, next_at_ms FROM callback"
            " WHERE trace_id = $1 ORDER BY id", &query, err))
        return false;
    db_bind_text(query, 1, trace_id);
    while ((done = db_step(query, &row, err)) && row) {
        json_t *attempts = json_array();

        json_array_append_new(*list, json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:o}", "event",
                db_text(query, 1, arena), "url", db_text(query, 2, arena), "body",
                db_text(query, 3, arena), "forged", db_integer(query, 4) != 0, "state",
                db_text(query, 5, arena), "next_at_ms", (json_int_t)db_integer(query, 6),
                "attempts", attempts));
        if (!show_attempts(db, arena, db_integer(query, 0), attempts, err))
            return false;
    }
    return done;
}
