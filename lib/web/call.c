/* call.c: one HTTP request and the answer to it.
 * SPDX-License-Identifier: ISC */
#include "web/call.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/url.h"

enum { MOST_FIELDS = 64 };

const char *
fields_get(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->list[i].name, name) == 0)
            return fields->list[i].value;
    return NULL;
}

/* The list grows by whole powers of two, so that most additions copy nothing. */
void
fields_add(struct arena *arena, struct fields *fields, const char *name, const char *value)
{
    size_t count = fields->count;

    if ((count & (count - 1)) == 0) {
        struct field *list = arena_array(arena, count == 0 ? 1 : count * 2, sizeof *list);

        if (count > 0)
            memcpy(list, fields->list, count * sizeof *list);
        fields->list = list;
    }
    fields->list[fields->count++] = (struct field){ name, value };
}

const char *
call_capture(const struct call *call, const char *name)
{
    return fields_get(&call->captures, name);
}

const char *
call_query(const struct call *call, const char *name)
{
    return fields_get(&call->query, name);
}

const char *
call_form(const struct call *call, const char *name)
{
    return fields_get(&call->form, name);
}

const char *
call_header(const struct call *call, const char *name)
{
    return fields_get(&call->headers, name);
}

const char *
call_cookie(const struct call *call, const char *name)
{
    const char *at = call_header(call, "COOKIE"), *found = NULL;
    size_t      length = strlen(name);

    while (at != NULL && *at != '\0') {
        size_t pair;

        at += strspn(at, "; ");
        pair = strcspn(at, ";");
        if (strncmp(at, name, length) == 0 && at[length] == '=') {
            if (found != NULL)
                return NULL;
            found = arena_copy_bytes(call->arena, at + length + 1, pair - length - 1);
        }
        at += pair;
    }
    return found;
}

/* "q=0.8" in thousandths; 1000 where it is not given, 0 where it cannot be read. */
static int
weight(const char *parameters, size_t length)
{
    int value = 0, scale = 100;

    parameters += strspn(parameters, "; ");
    if (length < 3 || strncasecmp(parameters, "q=", 2) != 0)
        return 1000;
    if (parameters[2] == '1')
        return 1000;
    if (strncmp(parameters + 2, "0.", 2) != 0)
        return 0;
    for (parameters += 4; isdigit((unsigned char)*parameters) && scale > 0; parameters++,
            scale /= 10)
        value += (*parameters - '0') * scale;
    return value;
}

const char *
call_language(const struct call *call, bool (*known)(const void *context, const char *language),
        const void *context)
{
    const char *at = call_header(call, "ACCEPT_LANGUAGE"), *best = NULL;
    int         best_weight = 0;

    for (size_t left = 32; at != NULL && *at != '\0' && left > 0; left--) {
        size_t item, length;
        char   language[4] = "";
        int    item_weight;

        at += strspn(at, ", ");
        item = strcspn(at, ",");
        length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        item_weight = weight(at + strcspn(at, ";,"), item - strcspn(at, ";,"));
        for (size_t i = 0; i < length && length < sizeof language; i++)
            language[i] = (char)tolower((unsigned char)at[i]);
        if (item_weight > best_weight && language[0] != '\0' && known(context, language)) {
            best = arena_copy(call->arena, language);
            best_weight = item_weight;
        }
        at += item;
    }
    return best;
}

bool
call_wants_json(const struct call *call)
{
    const char *accept = call_header(call, "ACCEPT");

    return accept != NULL && strstr(accept, "application/json") != NULL
            && strstr(accept, "text/html") == NULL;
}

bool
call_split_fields(struct arena *arena, const char *encoded, struct fields *fields,
        struct error *err)
{
    while (*encoded != '\0') {
        size_t length = strcspn(encoded, "&"), split = strcspn(encoded, "=&");
        size_t skip = split < length ? split + 1 : length;
        char  *name = url_decode(arena, encoded, split, true);
        char  *value = url_decode(arena, encoded + skip, length - skip, true);

        if (name == NULL || value == NULL)
            return fail(err, ERROR_INPUT, "The address or form holds a broken %%-escape.");
        if (!text_is_clean(name, strlen(name), false) || !text_is_clean(value, strlen(value), true))
            return fail(err, ERROR_INPUT, "The address or form holds characters that are not "
            "text.");
        if (length > 0) {
            if (fields_get(fields, name) != NULL)
                return fail(err, ERROR_INPUT, "The field \"%.40s\" is given twice.", name);
            if (fields->count == MOST_FIELDS)
                return fail(err, ERROR_INPUT, "There are too many fields.");
            fields_add(arena, fields, name, value);
        }
        encoded += length + (encoded[length] == '&');
    }
    return true;
}

static bool
wrong_type(struct call *call, const char *wanted, struct error *err)
{
    call->status = 415;
    return fail(err, ERROR_INPUT, "The body must be sent as %s.", wanted);
}

bool
call_read_form(struct call *call, struct error *err)
{
    if (strcmp(call->type, "application/x-www-form-urlencoded") != 0)
        return wrong_type(call, "application/x-www-form-urlencoded", err);
    if (strlen(call->body) != call->body_length)
        return fail(err, ERROR_INPUT, "The form holds characters that are not text.");
    return call_split_fields(call->arena, call->body, &call->form, err);
}

bool
call_read_json(struct call *call, json_t **value, struct error *err)
{
    if (strcmp(call->type, "application/json") != 0)
        return wrong_type(call, "application/json", err);
    *value = json_read(call->arena, call->body, call->body_length, err);
    return *value != NULL;
}

void
call_add(struct call *call, const char *name, const char *value)
{
    fields_add(call->arena, &call->answer_headers, name, value);
}

static struct field *
find_answer_header(struct call *call, const char *name)
{
    for (size_t i = 0; i < call->answer_headers.count; i++)
        if (strcasecmp(call->answer_headers.list[i].name, name) == 0)
            return &call->answer_headers.list[i];
    return NULL;
}

void
call_set(struct call *call, const char *name, const char *value)
{
    struct field *header = find_answer_header(call, name);

    if (header != NULL)
        header->value = value;
    else
        call_add(call, name, value);
}

void
call_set_default(struct call *call, const char *name, const char *value)
{
    if (find_answer_header(call, name) == NULL)
        call_add(call, name, value);
}

bool
call_answer(struct call *call, int status, const char *type, const char *bytes, size_t length)
{
    call->status = status;
    call_set(call, "Content-Type", type);
    text_open(&call->answer, call->arena);
    text_add_bytes(&call->answer, bytes, length);
    return true;
}

bool
call_answer_json(struct call *call, int status, const json_t *value)
{
    const char *text = json_print(call->arena, value);

    return call_answer(call, status, "application/json", text, strlen(text));
}

bool
call_redirect(struct call *call, const char *location)
{
    call_set(call, "Location", location);
    return call_answer(call, 303, "text/plain; charset=utf-8", "", 0);
}
