/* page.c: what all pages have in common: language, shop, templates, and how a failure is told.
 * SPDX-License-Identifier: ISC */
#include "page.h"

#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/json.h"
#include "base/log.h"
#include "pay/view.h"

static const char last_resort[] =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>We will be right back</title></head>\n<body><main>"
        "<h1>We will be right back</h1><p>The shop cannot show this page just now. Orders already "
        "placed are safe. Please try again in a moment.</p></main></body></html>\n";

static bool
has_language(const void *context, const char *language)
{
    const struct call *call = context;
    json_t            *text;

    return shelf_json(station_shelf(call->station), arena_format(call->arena, "lang/%s", language),
            &text, NULL);
}

const json_t *
page_text(struct call *call, const char **language)
{
    const char *wanted = call_language(call, has_language, call);
    json_t     *text;

    if (wanted == NULL)
        wanted = call->app->settings.language;
    if (!shelf_json(station_shelf(call->station), arena_format(call->arena, "lang/%s", wanted),
            &text,
                NULL)) {
        wanted = "en";
        if (!shelf_json(station_shelf(call->station), "lang/en", &text, NULL))
            text = json_keep(call->arena, json_object());
    }
    if (language != NULL)
        *language = wanted;
    return json_keep(call->arena, json_incref(text));
}

static const char *
contact_href(const struct call *call)
{
    const char *contact = call->app->settings.shop_contact;

    if (text_starts(contact, "https://"))
        return contact;
    return strchr(contact, '@') != NULL && strchr(contact, ' ') == NULL
            ? arena_format(call->arena, "mailto:%s", contact)
            : "";
}

static void
add_common(struct call *call, json_t *view)
{
    const struct settings *settings = &call->app->settings;
    const char            *headline = json_string_value(json_object_get(view, "headline"));
    const char            *language;
    const json_t          *text = page_text(call, &language);

    json_add_texts(view, "lang", language, "dir", "ltr", "base", settings->base_url.path,
            "static", app_path(call, "/static"), "title",
            view_say(call->arena, text, "title_text", "headline", headline == NULL ? "" : headline,
                    "shop", settings->shop_name, (char *)0), (char *)0);
    json_add(view, "shop", json_add_texts(json_object(), "name", settings->shop_name,
            "contact", settings->shop_contact, "contact_href", contact_href(call),
            "url", settings->shop_url, (char *)0));
    json_add(view, "rehearsal", json_boolean(settings->rehearsal));
    json_add(view, "text", json_pack("O", text)); /* shared, not copied */
    call_set(call, "Content-Language", language);
    call_set(call, "Vary", "Accept-Language, Accept");
}

bool
page_answer(struct call *call, int status, const char *name, json_t *view, struct error *err)
{
    struct text page;

    json_keep(call->arena, view);
    add_common(call, view);
    text_open(&page, call->arena);
    return shelf_render(station_shelf(call->station), name, view, &page, err)
            && call_answer(call, status, "text/html; charset=utf-8", page.bytes, page.length);
}

/* Which texts tell this failure. */
static const char *
kind_of(const struct call *call)
{
    static const struct { int status; const char *kind; } kinds[] = { { 400, "bad_request" },
        { 403, "denied" }, { 404, "missing" }, { 405, "method" }, { 409, "conflict" },
        { 413, "too_large" }, { 414, "bad_request" }, { 415, "media" }, { 429, "limit" },
        { 502, "down" }, { 503, "down" }, { 0, "internal" } };
    size_t i = 0;

    if (call->problem != NULL)
        return call->problem;
    while (kinds[i].status != call->status && kinds[i].status != 0)
        i++;
    return kinds[i].kind;
}

/* Back to the form he came from, where we can tell which one it was and it is of use. */
static const char *
again(const struct call *call, const char *kind)
{
    const char *item = call_form(call, "item");

    if (item == NULL || settings_item(&call->app->settings, item) == NULL
            || strcmp(kind, "sold_out") == 0)
        return "";
    return arena_format(call->arena, "%s/checkout?item=%s", call->app->settings.base_url.path,
            item);
}

/* The program's own sentence helps where no text of the language says more; it is English. */
static const char *
details(const struct call *call, const char *language, const struct error *err)
{
    if (call->detail != NULL)
        return call->detail;
    return call->status < 500 && call->status != 404 && call->problem == NULL
                    && strcmp(language, "en") == 0
            ? err->message
            : "";
}

static const char *
say(const struct call *call, const json_t *text, const char *kind, const char *part)
{
    return view_say(call->arena, text, arena_format(call->arena, "problem_%s_%s", kind, part),
            (char *)0);
}

static bool
answer_problem(struct call *call, const struct error *err)
{
    const char   *kind = kind_of(call);
    const char   *language;
    const json_t *text = page_text(call, &language);
    struct error  ignored;
    char          status[12];
    json_t       *view;

    snprintf(status, sizeof status, "%d", call->status);
    view = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b}",
            "status", status, "headline", say(call, text, kind, "headline"),
            "advice", say(call, text, kind, "advice"), "details", details(call, language, err),
            "again_url", again(call, kind), "is_missing", call->status == 404,
            "is_denied", call->status == 403, "is_conflict", call->status == 409,
            "is_limit", call->status == 429, "is_down", call->status >= 500,
            "is_misconfigured", strcmp(kind, "misconfigured") == 0);
    return page_answer(call, call->status, "problem", view, &ignored);
}

void
page_problem_json(struct call *call, const struct error *err)
{
    bool    ours = call->status >= 500;
    json_t *value = json_pack("{s:s, s:s}", "error", ours ? "unavailable" : error_name(err->code),
            "message", ours ? "This cannot be answered just now; please try again." : err->message);

    call_answer_json(call, call->status, json_keep(call->arena, value));
}

void
page_problem(struct call *call, const struct error *err)
{
    if (call->status >= 500)
        log_warn("problem", "path", call->path, "code", error_name(err->code), "error",
        err->message);
    if (call_wants_json(call))
        page_problem_json(call, err);
    else if (!answer_problem(call, err))
        call_answer(call, call->status, "text/html; charset=utf-8", last_resort,
                sizeof last_resort - 1);
}
