/* app.h: what lives as long as the process, and what each thread keeps for itself.
 * SPDX-License-Identifier: ISC */
#ifndef APP_H
#define APP_H

#include "remote/http_client.h"
#include "remote/mixpay.h"
#include "settings.h"
#include "store/store.h"
#include "web/call.h"
#include "web/shelf.h"

/* Read only after app_open; shared by all threads. */
struct app {
    struct arena   *arena;
    struct settings settings;
    struct db_home *home;
    const char     *schema, *templates, *languages; /* folders of ours */
    const char     *csp;                            /* the Content-Security-Policy of our pages */
    unsigned char   session_key[32];
};

/* One thread's own tools. The database is opened with it, the rest at first use. */
struct station {
    const struct app   *app;
    struct store       *store;
    struct shelf       *shelf;
    struct http_client *http;
};

/*
 * Reads the configuration (complaints go to standard error), opens the database, which is made and
 * brought forward where `migrate`, and reads the keys. NULL with *err otherwise.
 */
struct app *app_open(const char *config, bool migrate, struct error *err);
void app_close(struct app *app);

struct station *station_open(const struct app *app); /* NULL: the reason is in the log */
void station_close(struct station *station);

struct shelf *station_shelf(struct station *station);
/* A way to MixPay with this time-out, on the thread's own connection. */
struct mixpay station_mixpay(struct station *station, int timeout_ms);

/* Folders of the installation; the environment's MIXTILL_DATADIR and MIXTILL_LIBEXECDIR win, so
 * that a build tree works without being installed. */
const char *app_datadir(void);
const char *app_libexecdir(void);

/* The headers of every answer of ours. */
void app_dress(struct call *call);

/* The path of base_url + path, in the call's arena. */
const char *app_path(const struct call *call, const char *path);

#endif
