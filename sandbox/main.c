/* main.c: the sandbox: a rehearsal of those whom a till talks to. So far it plays MixPay.
 * SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "sandbox/answer.h"
#include "sandbox/companion.h"
#include "sandbox/files.h"
#include "sandbox/mixpay.h"
#include "sandbox/requests.h"
#include "sandbox/schema.h"
#include "web/serve.h"

#ifndef MIXTILL_DATADIR
#define MIXTILL_DATADIR "."
#endif

#define API "/mixpay/v1/"

static const char usage[] =
    "usage: sandbox --state FILE.db --base URL [--socket PATH] [--threads N]\n"
    "\n"
    "Plays MixPay for a rehearsal: its checkout pages, its API, its callbacks. No real money.\n"
    "  --state FILE.db  where it remembers; made if it is not there\n"
    "  --base URL       its public address, such as http://127.0.0.1:8080/sandbox\n"
    "  --socket PATH    the unix socket to listen on; else the one it is given\n"
    "  --threads N      requests at a time (16)\n"
    "Templates and style sheet are taken from sandbox/ in the folder that the environment's\n"
    "MIXTILL_DATADIR names, or from where they were installed.\n";

static const struct route *const tables[] = {
    front_routes, file_routes, mixpay_page_routes, mixpay_control_routes, mixpay_api_routes, NULL
};

/* What is shown to people; everything else answers in JSON. */
static bool
is_page(const struct call *call)
{
    static const char *const pages[] = { "/mixpay/pay", "/mixpay/code/", "/mixpay/trace/",
        "/mixpay/tx/", NULL };

    if (!text_starts(call->path, "/mixpay/"))
        return true;
    for (size_t i = 0; pages[i] != NULL; i++)
        if (text_starts(call->path, pages[i]) && !text_starts(call->path, "/mixpay/payments"))
            return true;
    return false;
}

static bool
is_api(const struct call *call)
{
    return text_starts(call->path, API);
}

/* MixPay's own framework says it this way, in a body with nothing else in it. */
static void
answer_message(struct call *call, const char *message)
{
    answer_json(call, call->status, json_pack("{s:s}", "message", message));
}

static void
api_problem(struct call *call, const struct error *err)
{
    struct station *station = call->station;
    bool            no_path = call->status == 404 && station->code == 0;

    if (fault_answer(call))
        return;
    if (no_path)
        answer_message(call, "The address you visited does not exist.");
    else if (station->code != 0)
        answer_refusal(call, station->code, err->message);
    else if (call->status >= 500)
        answer_refusal(call, CODE_SERVER, NULL);
    else
        answer_message(call, err->message);
    if (call->status == 500)
        log_alarm("api", "error", err->message);
}

static const char *
headline(const struct call *call)
{
    switch (call->status) {
    case 403:
        return "That is not allowed";
    case 404:
        return "There is nothing here";
    case 409:
        return "This cannot be paid here";
    case 400:
        return text_starts(call->path, "/mixpay/pay") ? "This payment link cannot be used"
                                                      : "That cannot be done";
    default:
        return call->status < 500 ? "That cannot be done" : "The sandbox has a problem";
    }
}

static void
page_problem(struct call *call, const struct error *err)
{
    struct error another = { ERROR_NONE, "" };
    int          status = call->status;
    json_t      *view = json_pack("{s:s, s:s, s:s, s:i}", "title", headline(call), "headline",
            headline(call), "message", err->message, "status", status);

    if (call->station->code != 0)
        json_object_set_new(view, "code", json_integer(call->station->code));
    if (!answer_page(call, status, "problem", view, &another)) {
        log_alarm("page", "error", another.message);
        call_answer(call, status, "text/plain; charset=utf-8", err->message, strlen(err->message));
    }
}

static void
show_problem(struct call *call, const struct error *err)
{
    if (is_api(call))
        api_problem(call, err);
    else if (is_page(call))
        page_problem(call, err);
    else
        answer_json(call, call->status, json_pack("{s:s}", "error", err->message));
}

/* Any shop's page may call the API from a browser, as it may call MixPay's. */
static void
dress_api(struct call *call)
{
    const struct station *station = call->station;
    int                   left = station->remaining < 0 ? 0 : station->remaining;

    call_set(call, "Access-Control-Allow-Origin", "*");
    call_set(call, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    call_set(call, "Access-Control-Allow-Headers",
            "Accept, Authorization, Content-Type, X-Requested-With");
    call_set(call, "Access-Control-Expose-Headers", "x-ratelimit-limit, x-ratelimit-remaining");
    call_set(call, "Access-Control-Max-Age", "86400");
    if (station->limit == 0)
        return;
    call_set(call, "x-ratelimit-limit", arena_format(call->arena, "%d", station->limit));
    call_set(call, "x-ratelimit-remaining", arena_format(call->arena, "%d", left));
}

static void
dress(struct call *call)
{
    struct station *station = call->station;

    call_set(call, "X-Content-Type-Options", "nosniff");
    call_set(call, "Referrer-Policy", "same-origin");
    call_set(call, "Cache-Control", "no-store");
    call_set(call, "Content-Security-Policy", "default-src 'none'; style-src 'self'; "
            "img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'");
    if (is_api(call))
        dress_api(call);
    fault_spoil(call);
    station->code = station->limit = 0;
    station->fault = (struct fault){ NULL, 0 };
}

struct options {
    const char          *state, *base;
    struct serve_options serve;
};

static bool
read_options(int count, char **words, struct options *options)
{
    static const struct option known[] = {
        { "state", required_argument, NULL, 's' },  { "base", required_argument, NULL, 'b' },
        { "socket", required_argument, NULL, 'l' }, { "threads", required_argument, NULL, 't' },
        { NULL, 0, NULL, 0 }
    };
    long long threads = 16;
    int       option;

    while ((option = getopt_long(count, words, "", known, NULL)) != -1)
        switch (option) {
        case 's':
            options->state = optarg;
            break;
        case 'b':
            options->base = optarg;
            break;
        case 'l':
            options->serve.socket_path = optarg;
            break;
        case 't':
            if (!text_to_integer(optarg, 1, 256, &threads))
                return false;
            break;
        default:
            return false;
        }
    options->serve.threads = (int)threads;
    return options->state != NULL && options->base != NULL && optind == count;
}

/* The path of the state may be relative; the database wants it whole. */
static bool
open_home(struct app *app, struct arena *arena, const char *state, struct error *err)
{
    char        here[PATH_MAX];
    struct db  *db;
    bool        done;

    if (state[0] != '/') {
        if (realpath(".", here) == NULL)
            return fail(err, ERROR_STORE, "The working folder cannot be found.");
        state = arena_format(arena, "%s/%s", here, state);
    }
    if (!db_home_open(arena_format(arena, "sqlite:%s", state), true, &app->home, err)
            || !db_open(app->home, &db, err))
        return false;
    done = db_script(db, sandbox_schema, err);
    db_close(db);
    return done;
}

static bool
set_base(struct app *app, struct arena *arena, const char *base, struct error *err)
{
    struct url url;

    if (!url_parse(arena, base, &url, err))
        return false;
    app->path = url.path;
    app->base = arena_format(arena, "%s%s", url.origin, url.path);
    return true;
}

static bool
start(struct app *app, struct arena *arena, const struct options *options, struct error *err)
{
    const char *folder = getenv("MIXTILL_DATADIR");

    app->folder = arena_format(arena, "%s/sandbox", folder == NULL ? MIXTILL_DATADIR : folder);
    return (crypt_start() || fail(err, ERROR_INTERNAL, "libsodium does not start."))
            && set_base(app, arena, options->base, err)
            && open_home(app, arena, options->state, err);
}

int
main(int count, char **words)
{
    struct options options = { NULL, NULL, { 0, NULL } };
    atomic_bool    stopping = false;
    struct app     app = { .stopping = &stopping };
    struct arena  *arena = arena_open();
    struct error   err = { ERROR_NONE, "" };
    int            code = 2;

    if (!read_options(count, words, &options)) {
        fputs(usage, stderr);
    } else if (!start(&app, arena, &options, &err)) {
        fprintf(stderr, "sandbox: %s\n", err.message);
    } else {
        const struct service service = { .name = "sandbox", .tables = tables, .base = app.path,
            .app = &app, .station_open = station_open, .station_close = station_close,
            .dress = dress, .problem = show_problem, .companion = companion_run };

        code = serve_run(&service, &options.serve);
    }
    db_home_close(app.home);
    arena_close(arena);
    return code;
}
