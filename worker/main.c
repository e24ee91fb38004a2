/* main.c: the worker: acts on the outside world as the outbox says, and tends the database.
 * SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/assets.h"
#include "worker/job.h"

enum { THREADS = 4, NAP_MS = 250, TEND_MS = 10000, CHECKPOINT_AFTER = 1024 * 1024 };

struct crew {
    const struct app *app;
    atomic_bool       stopping;
};

static void
nap(void)
{
    const struct timespec length = { 0, NAP_MS * 1000000L };

    nanosleep(&length, NULL);
}

/* A trouble of our own database: said once per nap at most, and tried again. */
static void
complain(const struct error *err)
{
    log_alarm("worker_trouble", "code", error_name(err->code), "error", err->message);
    for (int i = 0; i < 4; i++)
        nap();
}

static void *
work(void *context)
{
    struct crew    *crew = context;
    struct station *station = station_open(crew->app);
    struct arena   *arena = arena_open();

    if (station == NULL)
        exit(1);
    while (!atomic_load(&crew->stopping)) {
        struct error err = { ERROR_NONE, "" };
        bool         found = false;

        if (!job_run_next(station, arena, &found, &err))
            complain(&err);
        else if (!found)
            nap();
        arena_reset(arena);
    }
    arena_close(arena);
    station_close(station);
    return NULL;
}

static void
tend_once(struct station *station)
{
    struct error err = { ERROR_NONE, "" };
    int64_t      left;

    if (!store_beat(station->store, "worker", clock_now(), &err))
        complain(&err);
    if (db_log_size(station->store->db) >= CHECKPOINT_AFTER
            && !db_checkpoint(station->store->db, &left, &err))
        complain(&err);
}

/* The sign of life and the checkpoint. */
static void *
tend(void *context)
{
    struct crew    *crew = context;
    struct station *station = station_open(crew->app);

    if (station == NULL)
        exit(1);
    while (!atomic_load(&crew->stopping)) {
        tend_once(station);
        for (int slept = 0; slept < TEND_MS && !atomic_load(&crew->stopping); slept += NAP_MS)
            nap();
    }
    station_close(station);
    return NULL;
}

static int
run_crew(const struct app *app)
{
    struct crew crew = { app, false };
    pthread_t   threads[THREADS + 1];
    sigset_t    stops;
    int         signal;

    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    for (int i = 0; i <= THREADS; i++)
        if (pthread_create(&threads[i], NULL, i == THREADS ? tend : work, &crew) != 0)
            abort();
    log_info("working");
    while (sigwait(&stops, &signal) != 0)
        ;
    atomic_store(&crew.stopping, true);
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    log_info("stopped", "program", "worker");
    return 0;
}

static bool
plan(const struct app *app, struct error *err)
{
    struct station *station = station_open(app);
    bool            done = station != NULL && store_assets_plan(station->store, clock_now_ms(),
            err);

    station_close(station);
    return done;
}

static void
usage(void)
{
    puts("usage: worker [--config FILE]\n\nAsks MixPay what became of orders, makes payment links, "
         "tends the database.\nRuns until SIGTERM or SIGINT. `mixtill serve` starts it; see "
         "mixtill(1).");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
        { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
    const struct rlimit no_core = { 0, 0 };
    const char         *config = settings_path();
    struct error        err = { ERROR_NONE, "" };
    struct app         *app;
    int                 option, code;

    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option != 'c') {
            usage();
            return option == 'h' ? 0 : 2;
        }
        config = optarg;
    }
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGPIPE, SIG_IGN);
    app = app_open(config, true, &err);
    if (app == NULL || !plan(app, &err)) {
        fprintf(stderr, "worker: %s\n", err.message);
        return 1;
    }
    code = run_crew(app);
    app_close(app);
    return code;
}
