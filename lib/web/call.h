/* call.h: one HTTP request and the answer to it.
 * SPDX-License-Identifier: ISC
 *
 * A call belongs to one thread and lives until its answer is sent; all its texts are in its arena.
 * Names and values of query and form are decoded once, are clean UTF-8, and none stands twice. */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct app;     /* what lives as long as the process; the programs know it, this room does not */
struct station; /* what one thread keeps: database, HTTP client, templates */

struct field {
    const char *name, *value;
};

struct fields {
    struct field *list;
    size_t        count;
};

struct call {
    struct arena     *arena;
    const struct app *app;
    struct station   *station;

    /* the request */
    const char   *method;   /* as sent; HEAD is routed as GET */
    const char   *path;     /* raw, below the base path: "/order/…" */
    const char   *address;  /* the client's, as the web server tells it; "" when unknown */
    const char   *type;     /* media type of the body, lower case, no parameters; "" if none */
    const char   *body;     /* NUL-terminated */
    size_t        body_length;
    struct fields captures; /* {token} in the route */
    struct fields query;
    struct fields form;     /* filled by call_read_form */
    struct fields headers;  /* CGI names without HTTP_: "ORIGIN", "ACCEPT_LANGUAGE", … */

    /* the answer */
    int           status;
    struct fields answer_headers;
    struct text   answer;
    int64_t       started_us;
    const char   *route;   /* the pattern that matched, or NULL: what the log line shows */
    const char   *subject; /* what the log line should name, such as the order; or NULL */
    const char   *detail;  /* a sentence about a failure in the visitor's language, or NULL */
    const char   *problem; /* which page tells a failure, if the status does not; or NULL */
};

const char *call_capture(const struct call *call, const char *name);
const char *call_query(const struct call *call, const char *name);   /* NULL when absent */
const char *call_form(const struct call *call, const char *name);    /* NULL when absent */
const char *call_header(const struct call *call, const char *name);  /* NULL when absent */
/* A cookie's value, or NULL; a name that stands twice counts as absent. */
const char *call_cookie(const struct call *call, const char *name);
/* The first language of Accept-Language, best first, that `known` says yes to; else NULL. */
const char *call_language(const struct call *call,
        bool (*known)(const void *context, const char *language), const void *context);
/* The client asks for JSON rather than HTML. */
bool call_wants_json(const struct call *call);

/* application/x-www-form-urlencoded → call->form. ERROR_INPUT; for another type ERROR_INPUT with
 * call->status already 415. */
bool call_read_form(struct call *call, struct error *err);
/* application/json → one object, by json_read. Errors as above. */
bool call_read_json(struct call *call, json_t **value, struct error *err);

/* Set (or replace) a header of the answer. */
void call_set(struct call *call, const char *name, const char *value);
/* Set one unless the answer has it already. */
void call_set_default(struct call *call, const char *name, const char *value);
/* Add one that may stand several times, such as Set-Cookie. */
void call_add(struct call *call, const char *name, const char *value);
/* These give the whole answer and return true, so that a handler can end with them. */
bool call_answer(struct call *call, int status, const char *type, const char *bytes, size_t length);
bool call_answer_json(struct call *call, int status, const json_t *value);
bool call_redirect(struct call *call, const char *location); /* 303 See Other */

/* Splits a=b&c=d; ERROR_INPUT for broken escapes, unclean text, a name that stands twice, or more
 * than 64 fields. */
bool call_split_fields(struct arena *arena, const char *encoded, struct fields *fields,
        struct error *err);
const char *fields_get(const struct fields *fields, const char *name);
void fields_add(struct arena *arena, struct fields *fields, const char *name, const char *value);

#endif
