/* tool.c: what several subcommands need: files, safe text for a terminal, times, and MixPay.
 * SPDX-License-Identifier: ISC */
#include "cli/tool.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/budget.h"

enum { CALL_MS = 10000, MINUTE_MS = 60000 };

/* ---- files and text ---- */

bool
tool_read_file(struct arena *arena, const char *path, size_t most, const char **bytes,
        size_t *length, struct error *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *read;
    bool  broken;

    if (file == NULL)
        return fail(err, ERROR_MISSING, "%s cannot be opened: %s", path, strerror(errno));
    read = arena_alloc(arena, most + 2);
    *length = fread(read, 1, most + 1, file);
    broken = ferror(file) != 0;
    if (file != stdin)
        fclose(file);
    *bytes = read;
    if (broken)
        return fail(err, ERROR_INPUT, "%s cannot be read", path);
    return *length <= most || fail(err, ERROR_INPUT, "%s is longer than %zu bytes", path, most);
}

const char *
tool_safe(struct arena *arena, const char *text)
{
    size_t      left = strlen(text);
    struct text safe;

    text_open(&safe, arena);
    while (left > 0) {
        size_t length = text_tame(text, left);

        if (length == 0)
            text_add_format(&safe, "\\x%02x", (unsigned char)*text);
        else
            text_add_bytes(&safe, text, length);
        text += length == 0 ? 1 : length;
        left -= length == 0 ? 1 : length;
    }
    return safe.bytes;
}

const char *
tool_time(struct arena *arena, int64_t seconds)
{
    time_t    time = (time_t)seconds;
    struct tm parts;
    char      text[40];

    if (seconds == 0 || gmtime_r(&time, &parts) == NULL
            || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return "never";
    return arena_copy(arena, text);
}

const char *
tool_span(struct arena *arena, int64_t seconds)
{
    static const struct { int64_t size; const char *unit; } units[] = { { 2 * 86400, "days" },
        { 2 * 3600, "h" }, { 2 * 60, "min" }, { 0, "s" } };
    static const int64_t sizes[] = { 86400, 3600, 60, 1 };
    size_t               i = 0;

    while (seconds < units[i].size)
        i++;
    return arena_format(arena, "%" PRId64 " %s", seconds / sizes[i], units[i].unit);
}

void
tool_print_cell(FILE *file, const char *text, size_t width)
{
    size_t count = text_count(text);

    fputs(text, file);
    for (; count < width; count++)
        fputc(' ', file);
}

/* ---- MixPay ---- */

static void
take_default(void *context, const char *section, const char *name, const char *fallback,
        const char *meaning)
{
    (void)meaning;
    if (strcmp(section, "mixpay") == 0 && strcmp(name, "api") == 0)
        *(const char **)context = fallback;
}

/* What the configuration says even where it is not complete, or MixPay's own address. */
static const char *
api_of(const struct settings *settings)
{
    const char *api = settings->mixpay_api;

    if (api == NULL)
        settings_list(take_default, &api);
    return api;
}

bool
asker_open(struct command_line *line, FILE *complaints, struct asker *asker, struct error *err)
{
    bool        read;
    const char *ca_file;

    *asker = (struct asker){ .arena = line->arena };
    read = settings_read(line->arena, line->config, complaints, &asker->settings, err);
    ca_file = asker->settings.ca_file;
    asker->http = http_client_open(ca_file == NULL || ca_file[0] == '\0' ? NULL : ca_file,
            "mixtill/" PACKAGE_VERSION);
    asker->mixpay = (struct mixpay){ asker->http, api_of(&asker->settings), CALL_MS };
    return read;
}

bool
asker_open_store(struct asker *asker, struct error *err)
{
    const char *schema = arena_format(asker->arena, "%s/schema/sqlite", app_datadir());

    if (asker->settings.store_url == NULL)
        return fail(err, ERROR_MISSING, "no database is configured");
    if (!db_home_open(asker->settings.store_url, false, &asker->home, err)
            || !store_open(asker->home, &asker->store, err))
        return false;
    if (store_check_schema(asker->store, schema, err))
        return true;
    store_close(asker->store);
    asker->store = NULL;
    return false;
}

void
asker_close(struct asker *asker)
{
    store_close(asker->store);
    db_home_close(asker->home);
    http_client_close(asker->http);
}

bool
asker_may_call(struct asker *asker, struct error *err)
{
    int64_t wait_ms = 0;

    if (asker->store == NULL)
        return true;
    if (!budget_take(asker->store, BUDGET_FOR_PROMPTED, clock_now_ms(), &wait_ms, err))
        return false;
    return wait_ms == 0
            || fail(err, ERROR_LIMIT, "the calls that MixPay takes in a minute are used up: try "
                    "again in %" PRId64 " s", (wait_ms + 999) / 1000);
}

static bool
refused(const struct mixpay_answer *answer, struct error *err)
{
    const char *meaning = mixpay_code_text(MIXPAY_API_CODE, answer->code);

    return fail(err, ERROR_REMOTE, "MixPay says no: code %lld, %s%s%.200s", answer->code,
            meaning != NULL ? meaning : "unknown", answer->message[0] == '\0' ? "" : ": ",
            answer->message);
}

bool
asker_got(struct asker *asker, const struct mixpay_answer *answer, struct error *err)
{
    struct error ignored;

    switch (answer->verdict) {
    case MIXPAY_ANSWERED:
        return true;
    case MIXPAY_REFUSED:
        return refused(answer, err);
    case MIXPAY_BUSY:
        if (asker->store != NULL)
            budget_pause(asker->store, (clock_now_ms() / MINUTE_MS + 1) * MINUTE_MS, &ignored);
        return fail(err, ERROR_LIMIT, "MixPay was asked too often: try again in a minute");
    default:
        return fail(err, ERROR_REMOTE, "MixPay is not available: %.300s", answer->message);
    }
}
