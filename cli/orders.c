/* orders.c: `mixtill orders` and `mixtill order`: what was sold, and all facts of one order.
 * SPDX-License-Identifier: ISC */
#include "cli/orders.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/tool.h"
#include "pay/view.h"
#include "store/assets.h"

enum { LIMIT = 50, LIMIT_MOST = 1000000, ASKS_PERSON = 255 };

/* ---- shared ---- */

bool
orders_find(struct station *station, struct arena *arena, const char *name, struct order *order,
        struct error *err)
{
    if (store_order_by_id(station->store, arena, name, order, err))
        return true;
    if (err->code != ERROR_MISSING
            || store_order_by_token(station->store, arena, name, order, err))
        return err->code == ERROR_MISSING;
    return err->code != ERROR_MISSING
            ? false
            : fail(err, ERROR_MISSING, "there is no order %.60s", tool_safe(arena, name));
}

const char *
orders_currency(struct station *station, struct arena *arena, const char *asset)
{
    struct error ignored;
    const char  *symbol = "";

    if (strlen(asset) == UUID_TEXT - 1)
        store_asset_symbol(station->store, arena, asset, &symbol, &ignored);
    return symbol[0] != '\0' ? tool_safe(arena, symbol) : view_currency(arena, asset);
}

const char *
orders_flags(struct arena *arena, unsigned flags)
{
    struct text names;

    text_open(&names, arena);
    for (unsigned place = 0; place < ORDER_FLAGS; place++)
        if ((flags >> place & 1) != 0)
            text_add_format(&names, "%s%s", names.length > 0 ? ", " : "",
                    order_flag_name(1u << place));
    return names.bytes;
}

bool
orders_is_questionable(const struct order *order)
{
    return (order->flags & ASKS_PERSON) != 0 || order->state == ORDER_PAID_LATE;
}

static const char *
amount_text(struct arena *arena, struct amount amount)
{
    char text[AMOUNT_TEXT];

    amount_print(amount, text);
    return arena_copy(arena, text);
}

static const char *
iso(struct arena *arena, int64_t seconds)
{
    char text[CLOCK_TEXT];

    clock_text(seconds, text);
    return arena_copy(arena, text);
}

/* ---- an order's facts: one list for people, JSON and CSV ---- */

enum fact_kind { FACT_TEXT, FACT_COUNT, FACT_AMOUNT, FACT_TIME, FACT_MAYBE /* -1: not told */ };

#define FACT(name, kind, member) { #name, kind, offsetof(struct order, member) }

static const struct fact {
    const char    *name;
    enum fact_kind kind;
    size_t         offset;
} facts[] = {
    FACT(order_id,             FACT_TEXT,   order_id),
    FACT(item,                 FACT_TEXT,   item),
    FACT(title,                FACT_TEXT,   title),
    FACT(quantity,             FACT_COUNT,  quantity),
    FACT(unit_price,           FACT_AMOUNT, unit_price),
    FACT(amount,               FACT_AMOUNT, amount),
    FACT(quote_asset,          FACT_TEXT,   quote_asset),
    FACT(settlement_asset,     FACT_TEXT,   settlement_asset),
    FACT(payee,                FACT_TEXT,   payee),
    FACT(email,                FACT_TEXT,   email),
    FACT(note,                 FACT_TEXT,   note),
    FACT(language,             FACT_TEXT,   language),
    FACT(link_url,             FACT_TEXT,   link_url),
    FACT(created_at,           FACT_TIME,   created_at),
    FACT(expires_at,           FACT_TIME,   expires_at),
    FACT(watch_until,          FACT_TIME,   watch_until),
    FACT(paid_at,              FACT_TIME,   paid_at),
    FACT(trace_id,             FACT_TEXT,   trace_id),
    FACT(failure_code,         FACT_TEXT,   failure_code),
    FACT(payment_amount,       FACT_TEXT,   payment_amount),
    FACT(payment_symbol,       FACT_TEXT,   payment_symbol),
    FACT(payable_amount,       FACT_TEXT,   payable_amount),
    FACT(payable_symbol,       FACT_TEXT,   payable_symbol),
    FACT(surplus_amount,       FACT_TEXT,   surplus_amount),
    FACT(confirmations,        FACT_MAYBE,  confirmations),
    FACT(confirmations_needed, FACT_MAYBE,  confirmations_needed),
    FACT(txid,                 FACT_TEXT,   txid),
    FACT(explorer_url,         FACT_TEXT,   explorer_url),
    FACT(settle_status,        FACT_TEXT,   settle_status),
    FACT(settle_amount,        FACT_TEXT,   settle_amount),
    FACT(settle_symbol,        FACT_TEXT,   settle_symbol),
    FACT(settle_asset,         FACT_TEXT,   settle_asset),
    FACT(version,              FACT_COUNT,  version),
};

enum { FACTS = sizeof facts / sizeof facts[0] };

/* "" where there is nothing to tell. */
static const char *
fact_text(struct arena *arena, const struct fact *fact, const struct order *order)
{
    const void *at = (const char *)order + fact->offset;
    int64_t     count = fact->kind == FACT_TEXT || fact->kind == FACT_AMOUNT
                ? 0 : *(const int64_t *)at;

    switch (fact->kind) {
    case FACT_TEXT:
        return *(const char *const *)at;
    case FACT_AMOUNT:
        return amount_text(arena, *(const struct amount *)at);
    case FACT_TIME:
        return count == 0 ? "" : iso(arena, count);
    case FACT_MAYBE:
        return count < 0 ? "" : arena_format(arena, "%" PRId64, count);
    default:
        return arena_format(arena, "%" PRId64, count);
    }
}

static json_t *
fact_json(struct arena *arena, const struct fact *fact, const struct order *order)
{
    const void *at = (const char *)order + fact->offset;
    const char *text = fact_text(arena, fact, order);

    if (fact->kind == FACT_COUNT || (fact->kind == FACT_MAYBE && text[0] != '\0'))
        return json_integer(*(const int64_t *)at);
    return text[0] == '\0' && fact->kind != FACT_TEXT ? json_null() : json_string(text);
}

static json_t *
order_json(struct arena *arena, const struct order *order)
{
    json_t *view = json_object(), *flags = json_array();

    for (unsigned place = 0; place < ORDER_FLAGS; place++)
        if ((order->flags >> place & 1) != 0)
            json_array_append_new(flags, json_string(order_flag_name(1u << place)));
    json_object_set_new(view, facts[0].name, fact_json(arena, &facts[0], order));
    json_object_set_new(view, "state", json_string(order_state_name(order->state)));
    json_object_set_new(view, "flags", flags);
    json_object_set_new(view, "link_kind",
            json_string(order->link_kind == LINK_PAYLINK ? "paylink" : "one_time"));
    for (size_t i = 1; i < FACTS; i++)
        json_object_set_new(view, facts[i].name, fact_json(arena, &facts[i], order));
    return view;
}

/* What shoppers wrote stands in it, and a terminal may be what reads it: letters beyond ASCII are
 * written \uNNNN. */
static void
print_value(const json_t *value)
{
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
    putchar('\n');
}

/* ---- orders ---- */

struct list {
    struct command_line *line;
    struct station      *station;
    struct order        *orders;
    size_t               count, room;
    struct order_search  search;
    bool                 json, csv;
};

static bool
keep(void *context, const struct order *order)
{
    struct list *list = context;

    if (list->count == list->room) {
        size_t        room = list->room == 0 ? 64 : list->room * 2;
        struct order *orders = arena_array(list->line->arena, room, sizeof *orders);

        if (list->count > 0)
            memcpy(orders, list->orders, list->count * sizeof *orders);
        list->orders = orders;
        list->room = room;
    }
    list->orders[list->count++] = *order;
    return true;
}

static void
print_json(const struct list *list)
{
    json_t *array = json_keep(list->line->arena, json_array());

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, order_json(list->line->arena, &list->orders[i]));
    print_value(array);
}

/* RFC 4180. A cell that a spreadsheet would take for a formula gets a ' before it. A file gets the
 * text as it is, a terminal what cannot steer it. */
static void
print_csv_cell(struct arena *arena, const char *text, bool last)
{
    const char *end = last ? "\r\n" : ",";

    if (isatty(STDOUT_FILENO))
        text = tool_safe(arena, text);
    fputs(text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? "\"'" : "\"", stdout);
    for (; *text != '\0'; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){ *text, '\0' }, stdout);
    printf("\"%s", end);
}

static void
print_csv(const struct list *list)
{
    struct arena *arena = list->line->arena;

    fputs("state,flags", stdout);
    for (size_t i = 0; i < FACTS; i++)
        printf(",%s", facts[i].name);
    fputs("\r\n", stdout);
    for (size_t k = 0; k < list->count; k++) {
        const struct order *order = &list->orders[k];

        print_csv_cell(arena, order_state_name(order->state), false);
        print_csv_cell(arena, orders_flags(arena, order->flags), false);
        for (size_t i = 0; i < FACTS; i++)
            print_csv_cell(arena, fact_text(arena, &facts[i], order), i == FACTS - 1);
    }
}

enum { COLUMNS = 6 };

static void
fill_row(const struct list *list, const struct order *order, const char *row[static COLUMNS])
{
    struct arena *arena = list->line->arena;

    row[0] = order->order_id;
    row[1] = order_state_name(order->state);
    row[2] = order->flags == 0 ? "-" : orders_flags(arena, order->flags);
    row[3] = arena_format(arena, "%s %s", amount_text(arena, order->amount),
            orders_currency(list->station, arena, order->quote_asset));
    row[4] = arena_format(arena, "%s×%" PRId64, order->item, order->quantity);
    row[5] = tool_time(arena, order->created_at);
}

static void
print_table(const struct list *list)
{
    static const char *const heads[COLUMNS] = { "ORDER", "STATE", "FLAGS", "AMOUNT", "ITEM",
        "CREATED" };
    const char *(*rows)[COLUMNS] = arena_array(list->line->arena, list->count + 1, sizeof *rows);
    size_t      widths[COLUMNS] = { 0 };

    memcpy(rows[0], heads, sizeof heads);
    for (size_t i = 0; i < list->count; i++)
        fill_row(list, &list->orders[i], rows[i + 1]);
    for (size_t i = 0; i <= list->count; i++)
        for (size_t k = 0; k < COLUMNS - 1; k++)
            if (text_count(rows[i][k]) + 2 > widths[k])
                widths[k] = text_count(rows[i][k]) + 2;
    for (size_t i = 0; i <= list->count; i++) {
        for (size_t k = 0; k < COLUMNS; k++)
            tool_print_cell(stdout, rows[i][k], widths[k]);
        putchar('\n');
    }
}

static bool
read_list_options(struct list *list)
{
    static const struct option options[] = { { "state", required_argument, NULL, 's' },
        { "limit", required_argument, NULL, 'l' }, { "flagged", no_argument, NULL, 'f' },
        { "json", no_argument, NULL, 'j' }, { "csv", no_argument, NULL, 'c' },
        { NULL, 0, NULL, 0 } };
    enum order_state state;
    long long        most = LIMIT;
    int              option;

    while ((option = getopt_long(list->line->argc, list->line->argv, "", options, NULL)) != -1) {
        if (option == '?' || (option == 's' && !order_state_of(optarg, &state))
                || (option == 'l' && !text_to_integer(optarg, 1, LIMIT_MOST, &most)))
            return false;
        list->search.state = option == 's' ? optarg : list->search.state;
        list->search.flagged |= option == 'f';
        list->json |= option == 'j';
        list->csv |= option == 'c';
    }
    list->search.most = most;
    return optind == list->line->argc && !(list->json && list->csv);
}

int
command_orders(struct command_line *line)
{
    struct list  list = { .line = line };
    struct error err = { ERROR_NONE, "" };
    int          code = EXIT_DONE;

    if (!read_list_options(&list))
        return command_usage(line);
    list.station = command_open(line, false);
    if (list.station == NULL)
        return EXIT_TROUBLE;
    if (!store_list_orders(list.station->store, line->arena, &list.search, keep, &list, &err))
        code = command_fail(&err);
    else if (list.json)
        print_json(&list);
    else if (list.csv)
        print_csv(&list);
    else if (list.count > 0)
        print_table(&list);
    command_close(list.station);
    return code;
}

/* ---- order ---- */

static const char *
page_of(struct station *station, struct arena *arena, const struct order *order)
{
    return arena_format(arena, "%s/order/%s", station->app->settings.base_url_text, order->token);
}

static void
print_fact(const char *name, const char *text)
{
    if (text[0] == '\0')
        return;
    tool_print_cell(stdout, name, 22);
    puts(text);
}

static void
print_order(struct station *station, struct arena *arena, const struct order *order)
{
    print_fact("order_id", order->order_id);
    print_fact("state", order_state_name(order->state));
    print_fact("flags", orders_flags(arena, order->flags));
    print_fact("order_url", page_of(station, arena, order));
    print_fact("link_kind", order->link_kind == LINK_PAYLINK ? "paylink" : "one_time");
    for (size_t i = 1; i < FACTS; i++)
        print_fact(facts[i].name, tool_safe(arena, fact_text(arena, &facts[i], order)));
}

int
command_order(struct command_line *line)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 } };
    struct station *station;
    struct order    order;
    struct error    err = { ERROR_NONE, "" };
    bool            json = false;
    int             option, code = EXIT_DONE;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1) {
        if (option == '?')
            return command_usage(line);
        json = true;
    }
    if (line->argc - optind != 1)
        return command_usage(line);
    station = command_open(line, false);
    if (station == NULL)
        return EXIT_TROUBLE;
    if (!orders_find(station, line->arena, line->argv[optind], &order, &err))
        code = command_fail(&err);
    else if (json) {
        json_t *view = json_keep(line->arena, order_json(line->arena, &order));

        json_object_set_new(view, "order_url", json_string(page_of(station, line->arena, &order)));
        print_value(view);
    } else
        print_order(station, line->arena, &order);
    command_close(station);
    return code;
}
