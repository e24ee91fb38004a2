/* app.c: what lives as long as the process, and what each thread keeps for itself.
 * SPDX-License-Identifier: ISC */
#include "app.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/log.h"

#define USER_AGENT "mixtill/" PACKAGE_VERSION

const char *
app_datadir(void)
{
    const char *folder = getenv("MIXTILL_DATADIR");

    return folder == NULL ? MIXTILL_DATADIR : folder;
}

const char *
app_libexecdir(void)
{
    const char *folder = getenv("MIXTILL_LIBEXECDIR");

    return folder == NULL ? MIXTILL_LIBEXECDIR : folder;
}

/* Forms go to us, and by our redirect to MixPay's pages: browsers check both against
 * form-action. */
static const char *
content_policy(struct app *app)
{
    struct url pages;

    if (!url_parse(app->arena, app->settings.mixpay_pages, &pages, NULL))
        abort(); /* settings_read has checked it */
    return arena_format(app->arena, "default-src 'none'; script-src 'self'; style-src 'self'; "
            "img-src 'self'; connect-src 'self'; form-action 'self' %s; base-uri 'none'; "
            "frame-ancestors 'none'", pages.origin);
}

static bool
open_store(struct app *app, bool migrate, struct error *err)
{
    struct store *store;
    bool          ready;

    if (!db_home_open(app->settings.store_url, migrate, &app->home, err)
            || !store_open(app->home, &store, err))
        return false;
    ready = (migrate ? store_migrate(store, app->schema, err)
                     : store_check_schema(store, app->schema, err))
            && store_secret(store, "session", app->session_key, err);
    store_close(store);
    return ready;
}

struct app *
app_open(const char *config, bool migrate, struct error *err)
{
    struct arena *arena = arena_open();
    struct app   *app = arena_alloc(arena, sizeof *app);

    app->arena = arena;
    app->schema = arena_format(arena, "%s/schema/sqlite", app_datadir());
    app->templates = arena_format(arena, "%s/templates", app_datadir());
    app->languages = arena_format(arena, "%s/templates/lang", app_datadir());
    if (!crypt_start()) {
        fail(err, ERROR_INTERNAL, "libsodium will not start");
        goto out;
    }
    if (!settings_read(arena, config, stderr, &app->settings, err))
        goto out;
    app->csp = content_policy(app);
    if (!open_store(app, migrate, err))
        goto out;
    return app;
out:
    app_close(app);
    return NULL;
}

void
app_close(struct app *app)
{
    if (app == NULL)
        return;
    crypt_wipe(app->session_key, sizeof app->session_key);
    db_home_close(app->home);
    arena_close(app->arena);
}

struct station *
station_open(const struct app *app)
{
    struct station *station = calloc(1, sizeof *station);
    struct error    err = { ERROR_NONE, "" };

    if (station == NULL)
        abort();
    station->app = app;
    if (!store_open(app->home, &station->store, &err)) {
        log_alarm("no_database", "error", err.message);
        free(station);
        return NULL;
    }
    return station;
}

void
station_close(struct station *station)
{
    if (station == NULL)
        return;
    http_client_close(station->http);
    shelf_close(station->shelf);
    store_close(station->store);
    free(station);
}

struct shelf *
station_shelf(struct station *station)
{
    const char *own = station->app->settings.templates;

    if (station->shelf == NULL)
        station->shelf = shelf_open(own[0] == '\0' ? NULL : own, station->app->templates);
    return station->shelf;
}

struct mixpay
station_mixpay(struct station *station, int timeout_ms)
{
    const struct settings *settings = &station->app->settings;

    if (station->http == NULL)
        station->http = http_client_open(settings->ca_file[0] == '\0' ? NULL : settings->ca_file,
                USER_AGENT);
    return (struct mixpay){ station->http, settings->mixpay_api, timeout_ms };
}

/* Orders are their owner's alone: no cache keeps what a handler does not mark itself. Static files
 * are nginx's or Apache's. */
void
app_dress(struct call *call)
{
    call_set(call, "Content-Security-Policy", call->app->csp);
    call_set(call, "X-Content-Type-Options", "nosniff");
    call_set(call, "Referrer-Policy", "no-referrer");
    call_set(call, "X-Frame-Options", "DENY");
    call_set_default(call, "Cache-Control", "no-store");
    if (call->app->settings.base_url.secure)
        call_set(call, "Strict-Transport-Security", "max-age=31536000");
}

const char *
app_path(const struct call *call, const char *path)
{
    return arena_format(call->arena, "%s%s", call->app->settings.base_url.path, path);
}
