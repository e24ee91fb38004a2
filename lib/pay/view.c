/* view.c: an order as pages and the status answer show it: struct → JSON.
 * SPDX-License-Identifier: ISC */
#include "pay/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "pay/result.h"

#define REFRESH_SECONDS "10"

enum { CURRENCY_MOST = 12 };

static const char *
text_of(const json_t *text, const char *key)
{
    const char *found = json_string_value(json_object_get(text, key));

    return found == NULL ? key : found;
}

/* Fills {name}; `pairs` are name, value, …, NULL. A name that is not among them stays as it is. */
static const char *
fill_in(struct arena *arena, const char *pattern, const char *const *pairs)
{
    struct text filled;

    text_open(&filled, arena);
    while (*pattern != '\0') {
        size_t             plain = strcspn(pattern, "{"), length;
        const char *const *pair = pairs;

        text_add_bytes(&filled, pattern, plain);
        pattern += plain;
        if (*pattern == '\0')
            break;
        length = strcspn(pattern, "}");
        while (*pair != NULL
                && (strlen(*pair) != length - 1 || strncmp(*pair, pattern + 1, length - 1) != 0))
            pair += 2;
        if (*pair == NULL || pattern[length] == '\0') {
            text_add_bytes(&filled, pattern, 1);
            pattern++;
        } else {
            text_add(&filled, pair[1]);
            pattern += length + 1;
        }
    }
    return filled.bytes;
}

enum { MOST_PAIRS = 8 };

const char *
view_say(struct arena *arena, const json_t *text, const char *key, ...)
{
    const char *pairs[2 * MOST_PAIRS + 1] = { NULL };
    va_list     list;

    va_start(list, key);
    for (size_t i = 0; i < 2 * MOST_PAIRS && (pairs[i] = va_arg(list, const char *)) != NULL; i++)
        ;
    va_end(list);
    return fill_in(arena, text_of(text, key), pairs);
}

#define SAY(...) view_say(arena, scene->text, __VA_ARGS__, (char *)0)
#define TEXTS(...) json_add_texts(json_object(), __VA_ARGS__, (char *)0)

const char *
view_date(struct arena *arena, const json_t *text, int64_t seconds)
{
    time_t    time = (time_t)seconds;
    struct tm parts;
    char      month_key[24], day[8], year[12], clock[16];

    if (gmtime_r(&time, &parts) == NULL)
        return "";
    snprintf(month_key, sizeof month_key, "month_%d", parts.tm_mon + 1);
    snprintf(day, sizeof day, "%d", parts.tm_mday);
    snprintf(year, sizeof year, "%d", parts.tm_year + 1900);
    snprintf(clock, sizeof clock, "%02d:%02d", parts.tm_hour, parts.tm_min);
    return view_say(arena, text, "date_text", "day", day, "month", text_of(text, month_key), "year",
            year, "time", clock, (char *)0);
}

const char *
view_currency(struct arena *arena, const char *asset)
{
    char *upper = arena_copy(arena, asset);

    if (strlen(asset) > CURRENCY_MOST)
        return asset;
    for (char *at = upper; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return upper;
}

static const char *
iso(struct arena *arena, int64_t seconds)
{
    char text[CLOCK_TEXT];

    clock_text(seconds, text);
    return arena_copy(arena, text);
}

static const char *
plain(struct arena *arena, struct amount amount)
{
    char text[AMOUNT_TEXT];

    amount_print(amount, text);
    return arena_copy(arena, text);
}

static const char *
number(struct arena *arena, int64_t value)
{
    return arena_format(arena, "%" PRId64, value);
}

/* "0.00022 BTC"; "" where there is no amount. */
static const char *
with_symbol(struct arena *arena, const char *amount, const char *symbol)
{
    return amount[0] == '\0' ? "" : arena_format(arena, "%s%s%s", amount,
            symbol[0] == '\0' ? "" : " ",
            symbol);
}

/* Money came after the deadline, and MixPay has not yet said what becomes of it. */
static bool
awaits_late_money(const struct order *order)
{
    return order->state == ORDER_EXPIRED && (order->flags & FLAG_LATE_MONEY) != 0
            && order->failure_code[0] == '\0';
}

/* What the page is about: mostly the state, but some circumstances speak louder. */
static const char *
situation(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    if (order_is_held(order))
        return "mismatch";
    if (order->state == ORDER_PAID_LATE && (order->flags & FLAG_DISMISSED) != 0)
        return "late_dismissed";
    if (awaits_late_money(order))
        return "late_money";
    if ((order->state == ORDER_OPEN || order->state == ORDER_PAID_LESS)
            && scene->now >= order->expires_at)
        return "time_is_up";
    if (order->state == ORDER_OPEN && order->link_url[0] == '\0')
        return (order->flags & FLAG_LINK_REFUSED) != 0 ? "link_refused"
                : scene->link_failing                  ? "link_failed"
                                                       : "link_pending";
    return arena_format(arena, "state_%s", order_state_name(order->state));
}

static bool
is_payable(const struct order *order, const struct view_scene *scene)
{
    return (order->state == ORDER_OPEN || order->state == ORDER_PAID_LESS) && !order_is_held(order)
            && order->link_url[0] != '\0' && scene->now < order->expires_at;
}

/* Whether the page should look again by itself. */
static bool
is_waiting(const struct order *order)
{
    return order_is_waiting(order) || order_is_held(order) || awaits_late_money(order);
}

static json_t *
view_facts(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    return TEXTS("order_id", order->order_id, "token", order->token, "item", order->title,
            "item_name", order->item, "quantity", number(arena, order->quantity),
            "unit_price", plain(arena, order->unit_price), "amount", plain(arena, order->amount),
            "currency", scene->currency, "email", order->email, "note", order->note,
            "created", view_date(arena, scene->text, order->created_at),
            "created_iso", iso(arena, order->created_at));
}

/* 1799 → "29:59", 3600 → "1:00:00" */
static const char *
time_left(struct arena *arena, int64_t seconds)
{
    int64_t hours = seconds / 3600, minutes = seconds / 60 % 60;

    return hours > 0
            ? arena_format(arena, "%" PRId64 ":%02d:%02d", hours, (int)minutes, (int)(seconds % 60))
            : arena_format(arena, "%d:%02d", (int)minutes, (int)(seconds % 60));
}

/* "14:00 UTC", with the date where that is another day. */
static const char *
view_deadline(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *today = iso(arena, scene->now), *then = iso(arena, order->expires_at);

    if (strncmp(today, then, strlen("2026-11-20")) != 0)
        return view_date(arena, scene->text, order->expires_at);
    return arena_format(arena, "%.5s UTC", then + strlen("2026-11-20T"));
}

static json_t *
view_expiry(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    int64_t left = order->expires_at - scene->now;

    if (!is_payable(order, scene))
        return json_false();
    return TEXTS("seconds", number(arena, left), "text", time_left(arena, left),
            "at", view_deadline(arena, order, scene), "iso", iso(arena, order->expires_at));
}

static json_t *
view_confirmations(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *have = number(arena, order->confirmations < 0 ? 0 : order->confirmations);
    const char *need = number(arena, order->confirmations_needed);

    if (order->state != ORDER_CONFIRMING || order->confirmations < 0)
        return json_false();
    if (order->confirmations_needed <= 0)
        return TEXTS("have", have, "text", SAY("confirmations_seen", "have", have));
    return TEXTS("have", have, "need", need,
            "text", SAY("confirmations_text", "have", have, "need", need));
}

static json_t *
view_rest(struct arena *arena, const struct order *order)
{
    const char *rest = result_rest(arena, order->payable_amount, order->payment_amount);

    if (order->state != ORDER_PAID_LESS || rest[0] == '\0')
        return json_false();
    return TEXTS("amount", rest, "symbol",
            order->payable_symbol[0] != '\0' ? order->payable_symbol : order->payment_symbol,
            "paid", order->payment_amount, "total", order->payable_amount);
}

static json_t *
view_receipt(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    bool    settled = order_is_settled(order);
    json_t *receipt;

    if (order->state != ORDER_PAID && order->state != ORDER_PAID_LATE)
        return json_false();
    receipt = TEXTS("paid_at", view_date(arena, scene->text, order->paid_at),
            "paid_iso", iso(arena, order->paid_at),
            "payment", with_symbol(arena, order->payment_amount, order->payment_symbol),
            "txid", order->txid, "explorer", order->explorer_url, "trace_id", order->trace_id,
            "settlement",
            settled ? with_symbol(arena, order->settle_amount, order->settle_symbol) : "");
    json_add(receipt, "settled", json_boolean(settled));
    return receipt;
}

static json_t *
view_surplus(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *amount = with_symbol(arena, order->surplus_amount, order->payment_symbol);

    if ((order->flags & FLAG_SURPLUS) == 0)
        return json_false();
    return TEXTS("amount", amount, "text", SAY("surplus_text", "amount", amount));
}

static json_t *
view_failure(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *key = arena_format(arena, "failure_%s", order->failure_code);

    if (order->failure_code[0] == '\0')
        return json_false();
    if (json_object_get(scene->text, key) == NULL)
        key = "failure_unknown";
    return TEXTS("code", order->failure_code, "text", SAY(key, "code", order->failure_code));
}

/* Not while late money is on its way: who orders again then may pay twice. */
static const char *
again_url(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    bool closed = order->state == ORDER_FAILED
            || (order->state == ORDER_EXPIRED && !awaits_late_money(order));

    if (!closed && !order_is_held(order) && (order->flags & FLAG_LINK_REFUSED) == 0)
        return "";
    return arena_format(arena, "%s/checkout?item=%s&qty=%" PRId64, scene->base, order->item,
            order->quantity);
}

static json_t *
view_flags(const struct order *order)
{
    json_t *flags = json_array();

    for (unsigned place = 0; place < ORDER_FLAGS; place++)
        if ((order->flags >> place & 1) != 0)
            json_array_append_new(flags, json_string(order_flag_name(1u << place)));
    return flags;
}

/* Changes whenever anything on the page does, the clock's turning points included. */
static const char *
version(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    return arena_format(arena, "%" PRId64 ".%s", order->version, situation(arena, order, scene));
}

static json_t *
view_pay(const struct order *order, const struct view_scene *scene)
{
    if (!is_payable(order, scene))
        return json_false();
    return TEXTS("url", order->link_url, "label", text_of(scene->text, "pay_with_crypto"));
}

/* Exactly one of these is true. */
static void
mark_state(json_t *view, const struct order *order)
{
    static const char *const marks[ORDER_STATES] = { [ORDER_OPEN] = "is_open",
        [ORDER_CONFIRMING] = "is_confirming", [ORDER_PAID_LESS] = "is_paid_less",
        [ORDER_PENDING] = "is_pending", [ORDER_AUDITING] = "is_auditing", [ORDER_PAID] = "is_paid",
        [ORDER_PAID_LATE] = "is_paid_late", [ORDER_FAILED] = "is_failed",
        [ORDER_EXPIRED] = "is_expired" };

    for (unsigned state = 0; state < ORDER_STATES; state++)
        json_add(view, marks[state], json_boolean(order->state == (enum order_state)state));
}

json_t *
view_order(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *about = situation(arena, order, scene);
    const char *url = arena_format(arena, "%s/order/%s", scene->base, order->token);
    json_t     *view = TEXTS("state", order_state_name(order->state),
                "headline", SAY(arena_format(arena, "%s_headline", about)),
                "advice", SAY(arena_format(arena, "%s_advice", about)),
                "refresh", REFRESH_SECONDS, "again_url", again_url(arena, order, scene),
                "qr", arena_format(arena, "%s/qr.svg", url),
                "status_url", arena_format(arena, "%s/status", url),
                "version", version(arena, order, scene));
    const struct { const char *name; bool is; } marks[] = {
        { "waiting",      is_waiting(order) },
        { "is_mismatch",  order_is_held(order) },
        { "time_is_up",   strcmp(about, "time_is_up") == 0 },
        { "link_pending", strcmp(about, "link_pending") == 0 },
        { "link_failed",  strcmp(about, "link_failed") == 0 || strcmp(about, "link_refused") == 0 },
    };
    const struct { const char *name; json_t *value; } parts[] = {
        { "order",         view_facts(arena, order, scene)         },
        { "flags",         view_flags(order)                       },
        { "pay",           view_pay(order, scene)                  },
        { "expires",       view_expiry(arena, order, scene)        },
        { "confirmations", view_confirmations(arena, order, scene) },
        { "rest",          view_rest(arena, order)                 },
        { "receipt",       view_receipt(arena, order, scene)       },
        { "surplus",       view_surplus(arena, order, scene)       },
        { "failure",       view_failure(arena, order, scene)       },
    };

    mark_state(view, order);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        json_add(view, marks[i].name, json_boolean(marks[i].is));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        json_add(view, parts[i].name, parts[i].value);
    return view;
}

json_t *
view_status(struct arena *arena, const struct order *order, const struct view_scene *scene)
{
    const char *about = situation(arena, order, scene);
    json_t     *seconds = is_payable(order, scene) ? json_integer(order->expires_at - scene->now)
                                                   : json_null();
    json_t     *confirmations = order->state == ORDER_CONFIRMING && order->confirmations >= 0
                ? json_pack("{s:I, s:I}", "have", (json_int_t)order->confirmations, "need",
                          (json_int_t)order->confirmations_needed)
                : json_null();

    return json_pack("{s:s, s:o, s:s, s:s, s:b, s:s, s:o, s:o, s:s, s:I}",
            "state", order_state_name(order->state), "flags", view_flags(order), "order_id",
            order->order_id, "version", version(arena, order, scene), "waiting", is_waiting(order),
            "headline", SAY(arena_format(arena, "%s_headline", about)), "seconds", seconds,
            "confirmations", confirmations, "failure_code", order->failure_code, "now",
            (json_int_t)scene->now);
}
