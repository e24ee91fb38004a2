/* requests.c: who may call, how often, and what goes wrong with it.
 * SPDX-License-Identifier: ISC
 *
 * Breaking a connection off: a program behind FastCGI cannot close the client's connection. What is
 * closest is an answer that is none: the web server then gives up on us and says 502 itself. */
#include "sandbox/requests.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/answer.h"

#define API "/mixpay/v1/"

enum { KEPT = 500, BODY_MOST = 4096, HUGE_BYTES = 4 * 1024 * 1024, NAP_MS = 50, NO_ANSWER = -1 };

#define PAGE_OF_A_FAULT "<!doctype html>\n<title>Sorry</title>\n<h1>We will be back soon</h1>\n"

/* Faults that come before the call is served. A code: the refusal with it; else status and body. */
static const struct early_fault {
    const char *kind;
    int         code, status;
    const char *type, *body;
} early_faults[] = {
    { "drop",  0, NO_ANSWER, "text/plain", "" },
    { "500",   0, 500, "application/json", "{\"message\":\"Server Error\"}" },
    { "502",   0, 502, "text/html", PAGE_OF_A_FAULT },
    { "html",  0, 200, "text/html", PAGE_OF_A_FAULT },
    { "1429",  CODE_TOO_MANY, 0, NULL, NULL },
    { "10008", CODE_MAINTENANCE, 0, NULL, NULL },
    { "-1",    CODE_SERVER, 0, NULL, NULL },
};

bool
anyone(struct call *call, struct error *err)
{
    return switches_load(call->station->db, &call->station->switches, err);
}

bool
own_page(struct call *call, struct error *err)
{
    const char *origin = call_header(call, "ORIGIN"), *host = call_header(call, "HOST");
    const char *from = origin == NULL ? NULL : strstr(origin, "://");

    if (origin != NULL && (from == NULL || host == NULL || !text_equal_nocase(from + 3, host)))
        return fail(err, ERROR_DENIED, "Another site's page may not do this here.");
    return anyone(call, err);
}

/* The query as text again; what it was before decoding does not matter to those who read it. */
static const char *
query_text(const struct call *call)
{
    struct text text;

    text_open(&text, call->arena);
    for (size_t i = 0; i < call->query.count; i++) {
        text_add(&text, i == 0 ? "" : "&");
        text_add_percent(&text, call->query.list[i].name);
        text_add(&text, "=");
        text_add_percent(&text, call->query.list[i].value);
    }
    return text.bytes;
}

static const char *
body_text(const struct call *call)
{
    size_t length = call->body_length < BODY_MOST ? call->body_length : BODY_MOST;

    while (length > 0 && length < call->body_length
            && ((unsigned char)call->body[length] & 0xc0) == 0x80)
        length--;
    return text_is_clean(call->body, length, true)
            ? arena_copy_bytes(call->arena, call->body, length) : "(not text)";
}

static bool
write_request(const struct call *call, struct error *err)
{
    struct db       *db = call->station->db;
    struct db_query *query;

    if (!db_prepare(db, "INSERT INTO request (at_ms, method, path, query, body, fault)"
            " VALUES ($1, $2, $3, $4, $5, $6)", &query, err))
        return false;
    db_bind_integer(query, 1, clock_now_ms());
    db_bind_text(query, 2, call->method);
    db_bind_text(query, 3, call->path);
    db_bind_text(query, 4, query_text(call));
    db_bind_text(query, 5, body_text(call));
    db_bind_text(query, 6, call->station->fault.kind);
    if (!db_run(query, err) || !db_prepare(db, "DELETE FROM request WHERE id <="
            " (SELECT max(id) FROM request) - $1", &query, err))
        return false;
    db_bind_integer(query, 1, KEPT);
    return db_run(query, err);
}

/* A minute begins with the first call after the last one ended, as MixPay's counter does it. */
static bool
count_call(struct station *station, struct error *err)
{
    struct db_query *query;
    bool             row;

    station->limit = station->switches.values[SWITCH_RATE_LIMIT_PER_MINUTE];
    if (!db_prepare(station->db, "INSERT INTO meter (id, since, used) VALUES (1, $1, 1)"
            " ON CONFLICT (id) DO UPDATE SET"
            " used = CASE WHEN since + 60 <= $1 THEN 1 ELSE used + 1 END,"
            " since = CASE WHEN since + 60 <= $1 THEN $1 ELSE since END RETURNING used", &query,
            err))
        return false;
    db_bind_integer(query, 1, clock_now());
    if (!db_step(query, &row, err))
        return false;
    station->remaining = station->limit - (int)db_integer(query, 0);
    return db_run(query, err);
}

static bool
write_page_request(void *context, struct error *err)
{
    return write_request(context, err);
}

bool
shopper(struct call *call, struct error *err)
{
    return anyone(call, err)
            && db_transact(call->station->db, write_page_request, call, err);
}

/* Faults strike before the limit is looked at, but count as calls. */
static bool
admit(void *context, struct error *err)
{
    struct call    *call = context;
    struct station *station = call->station;

    return switches_take_fault(station->db, call->arena, call->path + strlen(API), &station->fault,
                   err)
            && write_request(call, err)
            && (station->switches.values[SWITCH_RATE_LIMIT] == SWITCH_OFF
                    || count_call(station, err));
}

/* In short naps, so that the program can still be asked to end. */
static void
wait_slowly(const struct app *app, int ms)
{
    const struct timespec nap = { 0, NAP_MS * 1000000L };

    for (; ms > 0 && !atomic_load(app->stopping); ms -= NAP_MS)
        nanosleep(&nap, NULL);
}

static const struct early_fault *
early_fault_of(const struct station *station)
{
    for (size_t i = 0; i < sizeof early_faults / sizeof early_faults[0]; i++)
        if (text_equal(early_faults[i].kind, station->fault.kind))
            return &early_faults[i];
    return NULL;
}

bool
api_client(struct call *call, struct error *err)
{
    struct station *station = call->station;

    station->limit = 0;
    if (!anyone(call, err) || !db_transact(station->db, admit, call, err))
        return false;
    if (text_equal(station->fault.kind, "slow"))
        wait_slowly(call->app, station->fault.ms);
    if (early_fault_of(station) != NULL)
        return fail(err, ERROR_REMOTE, "The fault %s strikes.", station->fault.kind);
    if (station->limit > 0 && station->remaining < 0)
        return refuse(station, CODE_TOO_MANY, err);
    return true;
}

bool
fault_answer(struct call *call)
{
    const struct early_fault *fault = early_fault_of(call->station);

    if (fault == NULL)
        return false;
    if (fault->code != 0)
        answer_refusal(call, fault->code, NULL);
    else
        call_answer(call, fault->status, fault->type, fault->body, strlen(fault->body));
    return true;
}

/* Valid JSON all the same: the answer with a long text in front. */
static void
make_huge(struct call *call)
{
    struct text huge;
    char       *padding = arena_alloc(call->arena, HUGE_BYTES + 1);

    memset(padding, 'x', HUGE_BYTES);
    text_open(&huge, call->arena);
    text_add(&huge, "{\"padding\":\"");
    text_add_bytes(&huge, padding, HUGE_BYTES);
    text_add(&huge, "\",");
    text_add(&huge, call->answer.length > 0 ? call->answer.bytes + 1 : "");
    call->answer = huge;
}

void
fault_spoil(struct call *call)
{
    const char *kind = call->station->fault.kind;

    if (text_equal(kind, "drop_after"))
        call->status = NO_ANSWER;
    else if (text_equal(kind, "truncated"))
        call->answer.length /= 2;
    else if (text_equal(kind, "huge"))
        make_huge(call);
}

bool
requests_show(struct db *db, struct arena *arena, const char *prefix, json_t **list,
        struct error *err)
{
    struct db_query *query;
    bool             row, done;

    *list = json_array();
    if (!db_prepare(db, "SELECT id, at_ms, method, path, query, body, fault FROM request"
            " WHERE substr(path, 1, length($1)) = $1 ORDER BY id", &query, err))
        return false;
    db_bind_text(query, 1, prefix == NULL ? "" : prefix);
    while ((done = db_step(query, &row, err)) && row)
        json_array_append_new(*list, json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s?}", "id",
                (json_int_t)db_integer(query, 0), "at_ms", (json_int_t)db_integer(query, 1),
                "method", db_text(query, 2, arena), "path", db_text(query, 3, arena), "query",
                db_text(query, 4, arena), "body", db_text(query, 5, arena), "fault",
                db_text(query, 6, arena)));
    return done;
}
