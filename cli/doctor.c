/* doctor.c: `mixtill doctor`: what is well, what is not, and how to mend it.
 * SPDX-License-Identifier: ISC */
#include "cli/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/pages.h"
#include "store/budget.h"
#include "store/orders.h"

enum { WORKER_SILENT = 60, JOB_LATE_MS = 120000 };

/* ---- telling ---- */

void
doctor_tell(struct doctor *doctor, enum doctor_word word, const char *remedy, const char *format,
        ...)
{
    static const char *const words[] = { "ok  ", "warn", "BAD " };
    va_list arguments;

    doctor->told[word]++;
    printf("%s ", words[word]);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("%s%s\n", remedy == NULL ? "" : " → ", remedy == NULL ? "" : remedy);
}

/* ---- the configuration ---- */

static void
look_at_settings(struct doctor *doctor)
{
    char        *complaints = NULL;
    size_t       length = 0;
    FILE        *listener = open_memstream(&complaints, &length);
    struct error err = { ERROR_NONE, "" };

    if (listener == NULL)
        abort();
    doctor->configured = asker_open(doctor->line, listener, &doctor->asker, &err);
    fclose(listener);
    for (char *line = strtok(complaints, "\n"); line != NULL; line = strtok(NULL, "\n"))
        doctor_tell(doctor, DOCTOR_BAD, NULL, "%s", line);
    if (err.code == ERROR_MISSING)
        doctor_tell(doctor, DOCTOR_BAD, NULL, "%s", err.message);
    else if (doctor->configured)
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s: every setting can be used",
                doctor->asker.settings.path);
    free(complaints);
}

static void
look_at_items(struct doctor *doctor)
{
    const struct settings *settings = &doctor->asker.settings;
    size_t                 sold = 0;

    for (size_t i = 0; i < settings->item_count; i++)
        sold += !settings->items[i].disabled && settings->items[i].stock != 0;
    if (sold == 0)
        doctor_tell(doctor, DOCTOR_WARN, "add a block: item coffee { name = \"Coffee\"  price = "
                "\"5\" }", "nothing is for sale");
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "for sale: %zu of %zu items", sold,
                settings->item_count);
}

static void
look_at_permissions(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    const char   *path = doctor->line->config;
    struct stat   facts;

    if (stat(path, &facts) != 0)
        return;
    if ((facts.st_mode & S_IWOTH) != 0)
        doctor_tell(doctor, DOCTOR_BAD, arena_format(arena, "chmod o-w %s", path),
                "%s: anybody on this machine may change who gets the money", path);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s: others cannot change it", path);
}

static void
look_at_callback(struct doctor *doctor)
{
    const struct settings *settings = &doctor->asker.settings;

    if (!settings->use_callback)
        doctor_tell(doctor, DOCTOR_OK, NULL, "no callbacks are asked for: results come by polling");
    else if (text_starts(settings->callback_url, "https://") || settings->rehearsal)
        doctor_tell(doctor, DOCTOR_OK, NULL, "MixPay will call %s", settings->callback_url);
    else
        doctor_tell(doctor, DOCTOR_WARN, "give base_url an https address, or write callback = no",
                "MixPay calls https alone, not %s: results come by polling",
                settings->callback_url);
}

/* ---- the database ---- */

static const char *
database_path(const struct doctor *doctor)
{
    return doctor->asker.settings.store_url + strlen("sqlite:");
}

static void
look_at_folder(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    const char   *path = database_path(doctor), *slash = strrchr(path, '/');
    size_t        length = slash == path ? 1 : (size_t)(slash - path);
    const char   *folder = arena_copy_bytes(arena, path, length);

    if (access(folder, F_OK) != 0)
        doctor_tell(doctor, DOCTOR_BAD, arena_format(arena, "mkdir -p %s, owned by whom mixtill "
                "runs as", folder), "the database's folder %s is not there", folder);
    else if (access(folder, W_OK | X_OK) != 0)
        doctor_tell(doctor, DOCTOR_BAD, "run this as whom mixtill runs as, or give him the folder",
                "the database's folder %s cannot be written: %s", folder, strerror(errno));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "the database's folder %s can be written", folder);
}

/* SQLite's files are written by all programs alike: another owner among them is trouble to come. */
static void
look_at_owners(struct doctor *doctor)
{
    static const char *const tails[] = { "-wal", "-shm", ".lock" };
    const char              *path = database_path(doctor);
    struct stat              main, beside;

    if (stat(path, &main) != 0)
        return;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        const char *other = arena_format(doctor->line->arena, "%s%s", path, tails[i]);

        if (stat(other, &beside) == 0 && beside.st_uid != main.st_uid)
            doctor_tell(doctor, DOCTOR_BAD, arena_format(doctor->line->arena,
                    "chown --reference=%s %s", path, other), "%s belongs to somebody else", other);
    }
}

static void
look_at_database(struct doctor *doctor)
{
    struct error err = { ERROR_NONE, "" };
    bool         there = access(database_path(doctor), F_OK) == 0;

    look_at_folder(doctor);
    if (!there)
        doctor_tell(doctor, DOCTOR_WARN, "`mixtill serve` makes it", "there is no database yet");
    else if (!asker_open_store(&doctor->asker, &err))
        doctor_tell(doctor, DOCTOR_BAD, err.code == ERROR_STORE
                ? "run this as whom mixtill runs as; is the disk full?" : NULL, "%s", err.message);
    else if (!db_check(doctor->asker.store->db, &err))
        doctor_tell(doctor, DOCTOR_BAD, "stop mixtill, keep a copy of the files, restore a backup",
                "%s", err.message);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "the database is whole, its schema is ours");
    look_at_owners(doctor);
}

static void
look_at_log(struct doctor *doctor)
{
    int64_t size = db_log_size(doctor->asker.store->db);

    if (size >= DB_LOG_HIGH)
        doctor_tell(doctor, DOCTOR_WARN, "the worker moves it into the database: is it alive?",
                "the database's log has %" PRId64 " MiB", size >> 20);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "the database's log is small (%" PRId64 " KiB)",
                size >> 10);
}

/* Says that the database failed; true where it did. */
static bool
failed(struct doctor *doctor, bool done, const struct error *err)
{
    if (!done)
        doctor_tell(doctor, DOCTOR_BAD, NULL, "%s", err->message);
    return !done;
}

static void
look_at_worker(struct doctor *doctor)
{
    struct error err = { ERROR_NONE, "" };
    int64_t      at, silent;

    if (failed(doctor, store_last_beat(doctor->asker.store, "worker", &at, &err), &err))
        return;
    silent = clock_now() - at;
    if (silent >= 0 && silent <= WORKER_SILENT)
        doctor_tell(doctor, DOCTOR_OK, NULL, "the worker is alive");
    else
        doctor_tell(doctor, DOCTOR_BAD, "`mixtill serve` starts it, and its log says why it died",
                "the worker gave no sign of life %s%s", at == 0 ? "yet" : "since ",
                at == 0 ? "" : tool_time(doctor->line->arena, at));
}

static void
look_at_outbox(struct doctor *doctor)
{
    struct error err = { ERROR_NONE, "" };
    int64_t      now_ms = clock_now_ms(), due_ms, depth, late_ms;

    if (failed(doctor, outbox_next(doctor->asker.store, now_ms, &due_ms, &depth, &err), &err))
        return;
    late_ms = depth == 0 ? 0 : now_ms - due_ms;
    if (late_ms > JOB_LATE_MS)
        doctor_tell(doctor, DOCTOR_WARN, "is the worker alive, and does MixPay answer?",
                "%" PRId64 " jobs are due, the oldest for %s", depth,
                tool_span(doctor->line->arena, late_ms / 1000));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "jobs due: %" PRId64, depth);
}

static void
look_at_budget(struct doctor *doctor)
{
    struct error err = { ERROR_NONE, "" };
    int64_t      used, paused_until_ms;

    if (failed(doctor, budget_read(doctor->asker.store, clock_now_ms(), &used, &paused_until_ms,
                    &err), &err))
        return;
    if (paused_until_ms != 0)
        doctor_tell(doctor, DOCTOR_WARN, "wait; who else calls MixPay from this address?",
                "MixPay asked us to pause until %s",
                tool_time(doctor->line->arena, paused_until_ms / 1000));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "calls to MixPay in the last minute: %" PRId64
                " of %d", used, BUDGET_CALLS);
}

static bool
count_order(void *context, const struct order *order)
{
    (void)order;
    ++*(int *)context;
    return true;
}

static void
look_at_flagged(struct doctor *doctor)
{
    const struct order_search search = { NULL, true, 1000 };
    struct error              err = { ERROR_NONE, "" };
    int                       count = 0;

    if (failed(doctor, store_list_orders(doctor->asker.store, doctor->line->arena, &search,
                    count_order, &count, &err), &err))
        return;
    if (count > 0)
        doctor_tell(doctor, DOCTOR_WARN, "`mixtill orders --flagged` lists them, `mixtill explain "
                "ORDER` tells why", "orders that wait for a person: %d", count);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "no order waits for a person");
}

/* ---- templates ---- */

static void
tell_page(void *context, bool broken, const char *where, const char *what)
{
    struct doctor *doctor = context;

    doctor_tell(doctor, broken ? DOCTOR_BAD : DOCTOR_WARN, broken
            ? "mend it; until then the built-in file is used, if it is not that one" : NULL,
            "%s: %s", where, what);
}

static void
look_at_pages(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    const char   *own = doctor->asker.settings.templates;
    const char   *built_in = arena_format(arena, "%s/templates", app_datadir());
    int           before = doctor->told[DOCTOR_BAD] + doctor->told[DOCTOR_WARN];

    own = own == NULL || own[0] == '\0' ? NULL : own;
    if (access(arena_format(arena, "%s/order.mustache", built_in), R_OK) != 0)
        doctor_tell(doctor, DOCTOR_BAD, "install mixtill again, or set MIXTILL_DATADIR",
                "there are no templates in %s", built_in);
    pages_check(arena, own, built_in, tell_page, doctor);
    if (doctor->told[DOCTOR_BAD] + doctor->told[DOCTOR_WARN] == before)
        doctor_tell(doctor, DOCTOR_OK, NULL, "templates and languages in %s%s%s", built_in,
                own == NULL ? "" : " and ", own == NULL ? "" : own);
}

/* ---- all of it ---- */

enum { CONFIGURED = 1, STORED = 2, ONLINE = 4 };

static const struct {
    void (*look)(struct doctor *doctor);
    unsigned needs;
} checks[] = {
    { look_at_settings,    0                   },
    { look_at_permissions, 0                   },
    { look_at_items,       CONFIGURED          },
    { look_at_callback,    CONFIGURED          },
    { look_at_database,    CONFIGURED          },
    { look_at_log,         STORED              },
    { look_at_worker,      STORED              },
    { look_at_outbox,      STORED              },
    { look_at_budget,      STORED              },
    { look_at_flagged,     STORED              },
    { look_at_pages,       0                   },
    { doctor_ask_mixpay,   CONFIGURED | ONLINE },
};

static unsigned
have(const struct doctor *doctor)
{
    return (doctor->configured ? CONFIGURED : 0u) | (doctor->asker.store != NULL ? STORED : 0u)
            | (doctor->offline ? 0u : ONLINE);
}

int
command_doctor(struct command_line *line)
{
    struct doctor doctor = { .line = line };
    int           left_out = 0;

    doctor.offline = line->argc == 2 && strcmp(line->argv[1], "--offline") == 0;
    if (line->argc > 1 + doctor.offline)
        return command_usage(line);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if ((checks[i].needs & ~have(&doctor)) == 0)
            checks[i].look(&doctor);
        else
            left_out++;
    asker_close(&doctor.asker);
    printf("\n%d ok, %d to be warned of, %d bad, %d not looked at\n", doctor.told[DOCTOR_OK],
            doctor.told[DOCTOR_WARN], doctor.told[DOCTOR_BAD], left_out);
    return doctor.told[DOCTOR_BAD] > 0 ? EXIT_TROUBLE : EXIT_DONE;
}
