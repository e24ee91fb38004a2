/* switches.c: how the pretend MixPay behaves, and what is to go wrong.
 * SPDX-License-Identifier: ISC */
#include "sandbox/switches.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum { MOST_OPTIONS = 7, MOST_FAULT_MS = 120000, SLOW_MS = 25000, FOREVER = -1 };

static const struct rule {
    const char *name, *about;
    const char *options[MOST_OPTIONS]; /* none: a number */
    int         least, most, usual;
} rules[SWITCH_COUNT] = {
    [SWITCH_STATUS_SET] = { "status_set", "Statuses of MixPay since August 2026, or the older five",
        { "new", "old" }, 0, 0, STATUS_SET_NEW },
    [SWITCH_DATE_WHEN_UNPAID] = { "date_when_unpaid", "What stands in date before anything is paid",
        { "", "null", "0" }, 0, 0, DATE_EMPTY },
    [SWITCH_FAILURE_CODE] = { "failure_code", "How failureCode is written",
        { "text", "number" }, 0, 0, FAILURE_CODE_TEXT },
    [SWITCH_ERROR_HTTP] = { "error_http", "HTTP status of refusals",
        { "200", "400" }, 0, 0, ERROR_HTTP_200 },
    [SWITCH_ERROR_DATA] = { "error_data", "What stands in data of refusals",
        { "[]", "{}", "null" }, 0, 0, ERROR_DATA_ARRAY },
    [SWITCH_UNKNOWN_ORDER] = { "unknown_order", "Code for an order that MixPay does not know",
        { "10062", "404" }, 0, 0, UNKNOWN_ORDER_10062 },
    [SWITCH_STRICT_BOOLEAN] = { "strict_boolean", "Refuse strictMode given as the text true",
        { "on", "off" }, 0, 0, SWITCH_ON },
    [SWITCH_RATE_LIMIT] = { "rate_limit", "Count calls and answer 1429 above the limit",
        { "on", "off" }, 0, 0, SWITCH_ON },
    [SWITCH_RATE_LIMIT_PER_MINUTE] = { "rate_limit_per_minute", "The limit",
        { NULL }, 1, 1000000, 60 },
    [SWITCH_SETTLE] = { "settle", "Settle a paid payment at once, or when told to",
        { "now", "delayed" }, 0, 0, SETTLE_NOW },
    [SWITCH_CALLBACKS] = { "callbacks", "How callbacks are delivered",
        { "normal", "none", "late", "twice", "forged", "out_of_order" }, 0, 0, CALLBACKS_NORMAL },
    [SWITCH_CALLBACK_SCHEDULE] = { "callback_schedule", "Nine attempts as now, or ten as before",
        { "new", "old" }, 0, 0, CALLBACK_SCHEDULE_NEW },
    [SWITCH_CALLBACK_TIME_FACTOR] = { "callback_time_factor", "Waits are so many times shorter",
        { NULL }, 1, 1000000, 1 },
    [SWITCH_CALLBACK_EVENT] = { "callback_event", "Name the event in the callback's body",
        { "hidden", "shown" }, 0, 0, CALLBACK_EVENT_HIDDEN },
};

static const struct {
    const char *kind, *about;
} fault_kinds[] = {
    { "slow",       "answer after ms (25 s)" },
    { "drop",       "break off before anything is done" },
    { "drop_after", "do it, then break off" },
    { "500",        "HTTP 500" },
    { "502",        "HTTP 502 with a page" },
    { "html",       "HTTP 200 with a page" },
    { "truncated",  "do it, send half of the answer" },
    { "1429",       "too many requests" },
    { "10008",      "maintenance" },
    { "-1",         "server error" },
    { "huge",       "do it, with 4 MB in the answer" },
};

enum { FAULT_KINDS = sizeof fault_kinds / sizeof fault_kinds[0] };

static const struct rule *
rule_find(const char *name)
{
    for (size_t i = 0; i < SWITCH_COUNT; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

int
switches_option(enum switch_name name, const char *option)
{
    for (int i = 0; i < MOST_OPTIONS && rules[name].options[i] != NULL; i++)
        if (strcmp(rules[name].options[i], option) == 0)
            return i;
    return -1;
}

/* The value as text: what a person would write for it. */
static const char *
value_text(const json_t *value)
{
    const char *literal = json_literal(value);

    if (literal != NULL)
        return literal;
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_array(value) && json_array_size(value) == 0)
        return "[]";
    if (json_is_object(value) && json_object_size(value) == 0)
        return "{}";
    return json_is_true(value) ? "on" : json_is_false(value) ? "off" : json_is_null(value) ? "null"
                                                                                          : "?";
}

static bool
refuse_value(const struct rule *rule, struct arena *arena, const char *given, struct error *err)
{
    struct text known;

    if (rule->options[0] == NULL)
        return fail(err, ERROR_INPUT, "The switch %s is a number from %d to %d, not %.40s.",
                rule->name, rule->least, rule->most, given);
    text_open(&known, arena);
    for (int i = 0; i < MOST_OPTIONS && rule->options[i] != NULL; i++)
        text_add_format(&known, "%s\"%s\"", i == 0 ? "" : ", ", rule->options[i]);
    return fail(err, ERROR_INPUT, "The switch %s takes %s, not \"%.40s\".", rule->name, known.bytes,
            given);
}

static bool
write_switch(struct db *db, const struct rule *rule, long long value, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "INSERT INTO switch (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value", &query, err))
        return false;
    db_bind_text(query, 1, rule->name);
    db_bind_integer(query, 2, value);
    return db_run(query, err);
}

static bool
set_switch(struct db *db, struct arena *arena, const char *name, const json_t *value,
        struct error *err)
{
    const struct rule *rule = rule_find(name);
    const char        *text = value_text(value);
    long long          number;

    if (rule == NULL)
        return fail(err, ERROR_INPUT, "There is no switch \"%.40s\"; GET shows them all.", name);
    if (rule->options[0] != NULL) {
        number = switches_option((enum switch_name)(rule - rules), text);
        if (number < 0)
            return refuse_value(rule, arena, text, err);
    } else if (!text_to_integer(text, rule->least, rule->most, &number)) {
        return refuse_value(rule, arena, text, err);
    }
    return write_switch(db, rule, number, err);
}

static bool
fault_kind_is_known(const char *kind)
{
    for (size_t i = 0; i < FAULT_KINDS; i++)
        if (strcmp(fault_kinds[i].kind, kind) == 0)
            return true;
    return false;
}

static bool
write_fault(struct db *db, const char *path, const char *kind, long long times, long long ms,
        struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "INSERT INTO fault (path, kind, times, ms) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, times = excluded.times,"
            " ms = excluded.ms", &query, err))
        return false;
    db_bind_text(query, 1, path);
    db_bind_text(query, 2, kind);
    db_bind_integer(query, 3, times);
    db_bind_integer(query, 4, ms);
    return db_run(query, err);
}

static bool
remove_fault(struct db *db, const char *path, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "DELETE FROM fault WHERE path = $1 OR $1 = '*'", &query, err))
        return false;
    db_bind_text(query, 1, path);
    return db_run(query, err);
}

/* "times" is how often it strikes, or -1; "ms" is what "slow" waits. */
static bool
read_times(const json_t *wanted, long long *times, struct error *err)
{
    const char *text = json_decimal(wanted, "times");

    *times = FOREVER;
    if (text == NULL && json_object_get(wanted, "times") == NULL)
        return true;
    if (text != NULL && strcmp(text, "-1") == 0)
        return true;
    if (text == NULL || !text_to_integer(text, 0, 1000000, times))
        return fail(err, ERROR_INPUT, "A fault's \"times\" is a whole number, or -1 for ever.");
    return true;
}

static bool
set_fault(struct db *db, json_t *wanted, struct error *err)
{
    const char *path = json_member(wanted, "path"), *kind = json_decimal(wanted, "kind");
    long long   times, ms = SLOW_MS;

    if (!json_is_object(wanted) || kind == NULL)
        return fail(err, ERROR_INPUT, "A fault is {\"path\", \"kind\", \"times\", \"ms\"}.");
    path = path == NULL || *path == '\0' ? "*" : path;
    if (!read_times(wanted, &times, err))
        return false;
    if (json_object_get(wanted, "ms") != NULL && !json_whole(wanted, "ms", 0, MOST_FAULT_MS, &ms))
        return fail(err, ERROR_INPUT, "A fault's \"ms\" is from 0 to %d.", MOST_FAULT_MS);
    if (strcmp(kind, "off") == 0 || times == 0)
        return remove_fault(db, path, err);
    if (!fault_kind_is_known(kind))
        return fail(err, ERROR_INPUT, "There is no fault of the kind \"%.40s\".", kind);
    return write_fault(db, path, kind, times, ms, err);
}

/* One fault, or a list of them. */
static bool
set_faults(struct db *db, json_t *wanted, struct error *err)
{
    json_t *one;
    size_t  i;

    if (!json_is_array(wanted))
        return set_fault(db, wanted, err);
    json_array_foreach(wanted, i, one)
        if (!set_fault(db, one, err))
            return false;
    return true;
}

bool
switches_set(struct db *db, struct arena *arena, json_t *wanted, struct error *err)
{
    const char *name;
    json_t     *value;

    json_object_foreach(wanted, name, value) {
        bool done = strcmp(name, "fault") == 0 || strcmp(name, "faults") == 0
                ? set_faults(db, value, err)
                : set_switch(db, arena, name, value, err);

        if (!done)
            return false;
    }
    return true;
}

bool
switches_load(struct db *db, struct switches *switches, struct error *err)
{
    struct db_query *query;
    bool             row, done;
    char             name[40];

    for (size_t i = 0; i < SWITCH_COUNT; i++)
        switches->values[i] = rules[i].usual;
    if (!db_prepare(db, "SELECT name, value FROM switch", &query, err))
        return false;
    while ((done = db_step(query, &row, err)) && row) {
        const struct rule *rule;

        db_copy(query, 0, name, sizeof name);
        rule = rule_find(name);
        if (rule != NULL)
            switches->values[rule - rules] = (int)db_integer(query, 1);
    }
    return done;
}

/* An option as JSON: numbers, null, [] and {} as themselves, so that what GET shows can be sent. */
static json_t *
option_json(const char *option)
{
    long long number;

    if (strcmp(option, "null") == 0)
        return json_null();
    if (strcmp(option, "[]") == 0)
        return json_array();
    if (strcmp(option, "{}") == 0)
        return json_object();
    return text_to_integer(option, 0, INT32_MAX, &number) ? json_integer(number)
                                                          : json_string(option);
}

static json_t *
value_json(size_t name, int value)
{
    return rules[name].options[0] == NULL ? json_integer(value)
                                          : option_json(rules[name].options[value]);
}

static bool
show_faults(struct db *db, struct arena *arena, json_t *list, struct error *err)
{
    struct db_query *query;
    bool             row, done;

    if (!db_prepare(db, "SELECT path, kind, times, ms FROM fault ORDER BY path", &query, err))
        return false;
    while ((done = db_step(query, &row, err)) && row)
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "path",
                db_text(query, 0, arena), "kind", db_text(query, 1, arena), "times",
                (json_int_t)db_integer(query, 2), "ms", (json_int_t)db_integer(query, 3)));
    return done;
}

bool
switches_show(struct db *db, struct arena *arena, json_t **shown, struct error *err)
{
    struct switches switches;
    json_t         *faults = json_array();

    *shown = json_object();
    if (!switches_load(db, &switches, err))
        return false;
    for (size_t i = 0; i < SWITCH_COUNT; i++)
        json_object_set_new(*shown, rules[i].name, value_json(i, switches.values[i]));
    json_object_set_new(*shown, "faults", faults);
    return show_faults(db, arena, faults, err);
}

static json_t *
options_view(const struct rule *rule, int value)
{
    json_t *options = json_array();

    for (int i = 0; i < MOST_OPTIONS && rule->options[i] != NULL; i++)
        json_array_append_new(options, json_pack("{s:s, s:s, s:b}", "value", rule->options[i],
                "label", *rule->options[i] == '\0' ? "empty text" : rule->options[i], "selected",
                i == value));
    return options;
}

json_t *
switches_view(const struct switches *switches)
{
    json_t *view = json_array();

    for (size_t i = 0; i < SWITCH_COUNT; i++) {
        char number[12];

        snprintf(number, sizeof number, "%d", switches->values[i]);
        json_array_append_new(view, json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", rules[i].name,
                "about", rules[i].about, "value", number, "is_number", rules[i].options[0] == NULL,
                "options", options_view(&rules[i], switches->values[i])));
    }
    return view;
}

json_t *
switches_fault_kinds(void)
{
    json_t *kinds = json_array();

    for (size_t i = 0; i < FAULT_KINDS; i++)
        json_array_append_new(kinds, json_pack("{s:s, s:s}", "kind", fault_kinds[i].kind, "about",
                fault_kinds[i].about));
    return kinds;
}

static bool
use_up_fault(struct db *db, const char *path, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "UPDATE fault SET times = times - 1 WHERE path = $1 AND times > 0", &query,
            err))
        return false;
    db_bind_text(query, 1, path);
    return db_run(query, err)
            && db_prepare(db, "DELETE FROM fault WHERE times = 0", &query, err)
            && db_run(query, err);
}

bool
switches_take_fault(struct db *db, struct arena *arena, const char *path, struct fault *fault,
        struct error *err)
{
    struct db_query *query;
    const char      *of;
    bool             found;

    *fault = (struct fault){ NULL, 0 };
    if (!db_prepare(db, "SELECT path, kind, ms FROM fault WHERE path = $1 OR path = '*'"
            " ORDER BY path DESC LIMIT 1", &query, err))
        return false;
    db_bind_text(query, 1, path);
    if (!db_step(query, &found, err))
        return false;
    if (!found)
        return true;
    of = db_text(query, 0, arena);
    fault->kind = db_text(query, 1, arena);
    fault->ms = (int)db_integer(query, 2);
    db_reset(query);
    return use_up_fault(db, of, err);
}
