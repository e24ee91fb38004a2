/* companion.c: what the sandbox does without being asked: callbacks, confirmations, deadlines.
 * SPDX-License-Identifier: ISC
 *
 * A shop that is slow to answer must not hold up what others are told, so several threads send. The
 * first one does the rest, too. */
#include "sandbox/companion.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "remote/http_client.h"
#include "sandbox/act.h"
#include "sandbox/callbacks.h"

enum { SENDERS = 4, NAP_MS = 100, LOG_HIGH = 1024 * 1024 };

struct station *
station_open(const struct app *app)
{
    struct station *station = calloc(1, sizeof *station);
    struct error    err = { ERROR_NONE, "" };
    char           *templates;
    struct arena   *arena = arena_open();

    if (station == NULL)
        abort();
    station->app = app;
    if (!db_open(app->home, &station->db, &err)
            || !switches_load(station->db, &station->switches, &err)) {
        log_alarm("no station", "error", err.message);
        station_close(station);
        arena_close(arena);
        return NULL;
    }
    templates = arena_format(arena, "%s/templates", app->folder);
    station->shelf = shelf_open(NULL, templates);
    arena_close(arena);
    return station;
}

void
station_close(struct station *station)
{
    if (station == NULL)
        return;
    shelf_close(station->shelf);
    db_close(station->db);
    free(station);
}

struct duty {
    struct station *station;
    struct arena   *arena;
    bool            found;
};

/* Time is up, and nobody or too little has paid: that is told once (behaviours row 21). */
static bool
tell_expiry(struct duty *duty, struct payment *payment, struct error *err)
{
    struct payment_seen seen = payment_seen(payment, clock_now(), false);
    bool old_set = duty->station->switches.values[SWITCH_STATUS_SET] == STATUS_SET_OLD;

    payment->expiry_told = true;
    return payment_save(duty->station->db, payment, err)
            && (old_set || seen.status != PAYMENT_FAILED || callbacks_queue(duty->station,
                    duty->arena, payment, EVENT_FAIL, -1, err));
}

static bool
do_due(void *context, struct error *err)
{
    static const struct act_order next = { "confirming_auto", NULL, false, -1 };
    struct duty                  *duty = context;
    struct payment                payment;

    if (!payment_due(duty->station->db, duty->arena, clock_now_ms(), &payment, &duty->found, err))
        return false;
    if (!duty->found)
        return true;
    return payment.auto_at_ms > 0 && payment.auto_at_ms <= clock_now_ms()
            ? act_play(duty->station, duty->arena, &payment, &next, err)
            : tell_expiry(duty, &payment, err);
}

/* Most of the time there is nothing due: looked up without a transaction. */
static bool
anything_due(struct station *station, struct arena *arena, struct error *err)
{
    struct payment payment;
    bool           found;

    return payment_due(station->db, arena, clock_now_ms(), &payment, &found, err) && found;
}

static bool
keep_house(struct station *station, struct arena *arena, struct error *err)
{
    struct duty duty = { station, arena, false };
    int64_t     left;

    if (db_log_size(station->db) > LOG_HIGH && !db_checkpoint(station->db, &left, err))
        return false;
    if (!anything_due(station, arena, err))
        return err->code == ERROR_NONE;
    return switches_load(station->db, &station->switches, err)
            && db_transact(station->db, do_due, &duty, err);
}

struct sender {
    const struct app *app;
    int               stop_fd;
    bool              keeps_house;
};

/* True when it is time to go. */
static bool
nap(int stop_fd, int ms)
{
    struct pollfd stop = { .fd = stop_fd, .events = POLLIN };

    return poll(&stop, 1, ms) > 0;
}

static void *
send_callbacks(void *context)
{
    const struct sender *sender = context;
    struct station      *station = station_open(sender->app);
    struct http_client  *client = http_client_open(NULL, "MixPay sandbox");
    struct arena        *arena = arena_open();
    bool                 sent = false;

    while (station != NULL && !nap(sender->stop_fd, sent ? 0 : NAP_MS)) {
        struct error err = { ERROR_NONE, "" };

        if (!callbacks_send_one(station, arena, client, &sent, &err)
                || (sender->keeps_house && !keep_house(station, arena, &err)))
            log_warn("companion", "error", err.message);
        arena_reset(arena);
    }
    arena_close(arena);
    http_client_close(client);
    station_close(station);
    return NULL;
}

void
companion_run(const struct app *app, int stop_fd)
{
    struct sender senders[SENDERS];
    pthread_t     threads[SENDERS];

    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){ app, stop_fd, i == 0 };
        if (pthread_create(&threads[i], NULL, send_callbacks, &senders[i]) != 0)
            abort();
    }
    nap(stop_fd, -1);
    atomic_store(app->stopping, true);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
}
