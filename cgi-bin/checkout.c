/* checkout.c: the shopper's pages: what is for sale, the order form, and the page of an order.
 * SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/log.h"
#include "cgi-bin/tables.h"
#include "guard.h"
#include "page.h"
#include "pay/link.h"
#include "pay/view.h"
#include "session.h"
#include "store/assets.h"
#include "store/orders.h"
#include "web/qr.h"
#include "worker/job.h"

#define ITEM_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

enum { NOTE_MOST = 500, EMAIL_MOST = 254, LOCAL_MOST = 64, QUANTITIES_SHOWN = 20,
        MOST_WAITING = 8 };

/* What a shopper asks for, checked. */
struct wish {
    const struct item *item;
    int64_t            quantity;
    struct amount      total;
    const char        *email, *note;
    const char        *email_fault, *note_fault; /* keys of the texts that say so, or NULL */
};

/* ---- reading a wish ---- */

static bool
read_item(struct call *call, const char *name, struct wish *wish, struct error *err)
{
    if (name == NULL)
        return fail(err, ERROR_INPUT, "The address must name an item: /checkout?item=NAME.");
    if (strlen(name) > 40 || !text_is_made_of(name, ITEM_LETTERS))
        return fail(err, ERROR_INPUT, "The name of an item is made of a-z, 0-9 and -.");
    wish->item = settings_item(&call->app->settings, name);
    if (wish->item == NULL || wish->item->disabled) {
        call->problem = "item_missing";
        return fail(err, ERROR_MISSING, "There is no such item for sale.");
    }
    return true;
}

static bool
read_quantity(struct call *call, const char *text, struct wish *wish, struct error *err)
{
    const char *most = arena_format(call->arena, "%" PRId64, wish->item->max_qty);
    long long   quantity = 1;

    if (text != NULL && !text_to_integer(text, 1, wish->item->max_qty, &quantity)) {
        call->detail = view_say(call->arena, page_text(call, NULL), "error_qty", "max", most,
                (char *)0);
        return fail(err, ERROR_INPUT, "Please choose a quantity from 1 to %s.", most);
    }
    wish->quantity = quantity;
    return amount_multiply(wish->item->price, quantity, &wish->total, err);
}

static bool
has_double_dot(const char *text)
{
    return strstr(text, "..") != NULL || text[0] == '.' || text[strlen(text) - 1] == '.';
}

/* Local part of letters, digits and ._%+-; a dotted ASCII domain (design §4, rule 15). */
static bool
is_email(struct arena *arena, const char *text)
{
    const char *at = strchr(text, '@');
    const char *local, *domain;

    if (at == NULL || at == text || at[1] == '\0' || strlen(text) > EMAIL_MOST
            || at - text > LOCAL_MOST)
        return false;
    local = arena_copy_bytes(arena, text, (size_t)(at - text));
    domain = at + 1;
    return text_is_made_of(local, LETTERS "._%+-") && strchr(LETTERS, local[0]) != NULL
            && !has_double_dot(local) && text_is_made_of(domain, LETTERS ".-")
            && !has_double_dot(domain) && strchr(domain, '.') != NULL && domain[0] != '-'
            && domain[strlen(domain) - 1] != '-';
}

static void
read_details(struct call *call, struct wish *wish)
{
    const char *email = call_form(call, "email"), *note = call_form(call, "note");

    wish->email = email == NULL ? "" : text_trim(call->arena, email);
    wish->note = note == NULL ? "" : text_trim(call->arena, note);
    if (wish->email[0] != '\0' && !is_email(call->arena, wish->email))
        wish->email_fault = "error_email";
    if (strlen(wish->note) > NOTE_MOST)
        wish->note_fault = "error_note";
}

/* ---- front and form ---- */

/* A text of the visitor's language with its {names} filled in. */
#define SAY(...) view_say(call->arena, text, __VA_ARGS__, (char *)0)

/* None is left. If that cannot be told now, placing the order will tell. */
static bool
is_sold_out(const struct call *call, const struct item *item)
{
    struct error err;
    int64_t      taken;

    return item->stock == 0 || (item->stock > 0
            && store_item_taken(call->station->store, item->name, &taken, &err)
            && taken >= item->stock);
}

static json_t *
view_item(const struct call *call, const struct item *item)
{
    char price[AMOUNT_TEXT];

    amount_print(item->price, price);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "name", item->name, "title",
            item->title, "description", item->description, "image", item->image, "price", price,
            "unit_price", price, "currency", view_currency(call->arena, item->currency), "sold_out",
            is_sold_out(call, item), "href",
            arena_format(call->arena, "%s/checkout?item=%s", call->app->settings.base_url.path,
                    item->name));
}

static bool
show_front(struct call *call, struct error *err)
{
    const struct settings *settings = &call->app->settings;
    const json_t          *text = page_text(call, NULL);
    json_t                *items = json_array();
    json_t                *view;

    for (size_t i = 0; i < settings->item_count; i++)
        if (!settings->items[i].disabled)
            json_array_append_new(items, view_item(call, &settings->items[i]));
    view = json_pack("{s:b, s:o, s:s}", "has_items", json_array_size(items) > 0, "items", items,
            "headline", SAY("front_headline"));
    return page_answer(call, 200, "front", view, err);
}

/* Those that fit on a phone: all of them, or the first ten and the ones around the chosen one. */
static json_t *
view_quantities(const struct call *call, const struct wish *wish)
{
    json_t *list = json_array();

    for (int64_t i = 1; i <= wish->item->max_qty && wish->item->max_qty > 1; i++)
        if (wish->item->max_qty <= QUANTITIES_SHOWN || i <= 10
                || (i >= wish->quantity - 3 && i <= wish->quantity + 3))
            json_array_append_new(list, json_pack("{s:s, s:b}", "value",
                    arena_format(call->arena, "%" PRId64, i), "selected", i == wish->quantity));
    return list;
}

static void
add_fault(struct call *call, json_t *view, const json_t *text, const char *field, const char *key)
{
    const char *sentence = key == NULL ? "" : SAY(key);

    json_object_set_new(view, arena_format(call->arena, "error_%s", field), json_string(sentence));
    if (key == NULL)
        return;
    json_object_set_new(view, "has_errors", json_true());
    json_array_append_new(json_object_get(view, "errors"),
            json_pack("{s:s, s:s}", "field", field, "text", sentence));
}

static bool
answer_form(struct call *call, int status, const struct wish *wish, struct error *err)
{
    const struct settings *settings = &call->app->settings;
    const json_t          *text = page_text(call, NULL);
    bool                   sold_out = is_sold_out(call, wish->item);
    const char            *session = session_open(call);
    const char            *payee_key = arena_format(call->arena, "payee_line_%s",
            settings->payee_kind);
    char                   total[AMOUNT_TEXT];
    json_t                *view;

    amount_print(wish->total, total);
    view = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:[], s:b, s:s, s:b, s:s, s:s}",
            "item", view_item(call, wish->item),
            "quantity", arena_format(call->arena, "%" PRId64, wish->quantity),
            "max_qty", arena_format(call->arena, "%" PRId64, wish->item->max_qty),
            "total", total, "quantities", view_quantities(call, wish),
            "csrf", session_token(call, session), "email", wish->email, "note", wish->note,
            "action", app_path(call, "/checkout"), "errors", "has_errors", false,
            "payee_line", SAY(payee_key, "payee", settings->shop_name), "sold_out", sold_out,
            "headline", SAY(sold_out ? "sold_out_headline" : "checkout_headline"),
            "note_max", arena_format(call->arena, "%d", NOTE_MOST));
    add_fault(call, view, text, "email", wish->email_fault);
    add_fault(call, view, text, "note", wish->note_fault);
    return page_answer(call, status, "checkout", view, err);
}

static bool
show_checkout(struct call *call, struct error *err)
{
    struct wish wish = { .email = "", .note = "" };

    if (!read_item(call, call_query(call, "item"), &wish, err)
            || !read_quantity(call, call_query(call, "qty"), &wish, err)
            || !answer_form(call, 200, &wish, err))
        return false;
    /* "Back" then shows the form that was sent, whose token leads to the order it made. */
    call_set(call, "Cache-Control", "private, no-cache");
    return true;
}

/* ---- placing an order ---- */

static const char *
hash_text(struct arena *arena, const char *text)
{
    unsigned char hash[CRYPT_HASH];

    crypt_hash(text, strlen(text), hash);
    return crypt_hex(arena, hash, sizeof hash);
}

/* MixPay takes https callbacks alone (code 10061); a rehearsal's own sandbox takes ours as it
 * is. */
static const char *
callback_url(const struct settings *settings)
{
    bool usable = text_starts(settings->callback_url, "https://") || settings->rehearsal;

    return settings->use_callback && usable ? settings->callback_url : "";
}

static struct link_terms
terms_of(const struct settings *settings, const struct item *item, const char *order_url)
{
    return (struct link_terms){ .pages = settings->mixpay_pages,
        .callback_url = callback_url(settings), .callback_events = settings->callback_events,
        .return_to = settings->return_to[0] != '\0' ? settings->return_to : order_url,
        .failed_return_to = settings->failed_return_to[0] != '\0' ? settings->failed_return_to
                                                                  : order_url,
        .remark = item->remark, .settlement_memo = item->settlement_memo,
        .strict_mode = settings->strict_mode };
}

static const char *
order_address(const struct call *call, const char *token)
{
    return arena_format(call->arena, "%s/order/%s", call->app->settings.base_url_text, token);
}

/* The terms: all from our configuration and clock; from the shopper only item, quantity,
 * details. */
static struct order
draw_up(struct call *call, const struct wish *wish)
{
    const struct settings *settings = &call->app->settings;
    const struct item     *item = wish->item;
    int64_t                now = clock_now();
    unsigned char          random[12];
    struct order           order = { .token = crypt_token(call->arena, 16), .item = item->name,
                  .title = item->title, .quantity = wish->quantity, .unit_price = item->price,
                  .amount = wish->total, .quote_asset = item->currency,
                  .settlement_asset = item->settlement_asset, .payee = settings->payee,
                  .email = wish->email, .note = wish->note, .link_kind = item->link,
                  .link_request = "",
                  .link_url = "", .created_at = now, .expires_at = now + settings->expiry,
                  .watch_until = now + settings->expiry + settings->watch };
    struct link_terms      terms;

    crypt_random(random, sizeof random);
    order.order_id = arena_format(call->arena, "mt%s", crypt_hex(call->arena, random,
            sizeof random));
    page_text(call, &order.language);
    terms = terms_of(settings, item, order_address(call, order.token));
    if (item->link == LINK_PAYLINK)
        order.link_url = link_paylink(call->arena, &order, &terms);
    else
        order.link_request = link_request(call->arena, &order, &terms);
    return order;
}

static struct order_form
form_of(struct call *call, const struct wish *wish)
{
    return (struct order_form){ .key = hash_text(call->arena, call_form(call, "csrf")),
        .hash = hash_text(call->arena, arena_format(call->arena, "%s\n%" PRId64 "\n%s\n%s",
                wish->item->name, wish->quantity, wish->email, wish->note)),
        .client = session_client(call), .stock = wish->item->stock,
        .most_per_minute = call->app->settings.orders_per_minute };
}

/* The shopper waits for MixPay here anyway: so the very job that the worker would run is run now.
 * If that fails, the order stands all the same, and the worker has the job. So it has where several
 * wait already: a slow MixPay must not hold all threads, and with them everybody's pages. */
static void
make_link_now(struct call *call, struct order *order)
{
    static atomic_int waiting;
    struct error      err = { ERROR_NONE, "" };
    bool              found;

    if (order->link_url[0] != '\0')
        return;
    if (atomic_fetch_add(&waiting, 1) < MOST_WAITING
            && (!job_run_now(call->station, call->arena, JOB_MAKE_LINK, order->order_id,
                (int)call->app->settings.link_timeout_ms, &found, &err)
            || !store_order_by_id(call->station->store, call->arena, order->order_id, order, &err)))
        log_warn("link_later", "order", order->order_id, "error", err.message);
    atomic_fetch_sub(&waiting, 1);
}

static bool
answer_placed(struct call *call, const struct order *order, bool fresh)
{
    const char *url = order_address(call, order->token);
    bool        payable = order->state == ORDER_OPEN && order->link_url[0] != '\0'
            && clock_now() < order->expires_at;

    call->subject = order->order_id;
    if (!call_wants_json(call))
        return call_redirect(call, payable ? order->link_url : url);
    call_set(call, "Location", url);
    return call_answer_json(call, fresh ? 201 : 200,
            json_keep(call->arena, json_pack("{s:s, s:s, s:s, s:s?}", "order_id", order->order_id,
                    "token", order->token, "order_url", url, "pay_url",
                    payable ? order->link_url : NULL)));
}

/* Which page tells that the store said no. */
static bool
refuse_order(struct call *call, const struct error *err)
{
    if (err->code == ERROR_CONFLICT)
        call->problem = strstr(err->message, "other contents") != NULL ? "used_token" : "sold_out";
    return false;
}

static bool
place_order(struct call *call, struct error *err)
{
    struct wish       wish = { .email = "", .note = "" };
    struct order      wanted, order;
    struct order_form form;
    bool              fresh = false;

    if (!read_item(call, call_form(call, "item"), &wish, err)
            || !read_quantity(call, call_form(call, "qty"), &wish, err))
        return false;
    read_details(call, &wish);
    if (wish.email_fault != NULL || wish.note_fault != NULL)
        return call_wants_json(call)
                ? fail(err, ERROR_INPUT, "The field \"%s\" cannot be taken as it is.",
                        wish.email_fault != NULL ? "email" : "note")
                : answer_form(call, 400, &wish, err);
    wanted = draw_up(call, &wish);
    form = form_of(call, &wish);
    if (!store_place_order(call->station->store, call->arena, &wanted, &form, &order, &fresh, err))
        return refuse_order(call, err);
    make_link_now(call, &order);
    return answer_placed(call, &order, fresh);
}

/* ---- the page of an order ---- */

static bool
find_order(struct call *call, struct order *order, struct error *err)
{
    if (!store_order_by_token(call->station->store, call->arena, call_capture(call, "token"), order,
                err)) {
        if (err->code == ERROR_MISSING)
            call->problem = "order_missing";
        return false;
    }
    call->subject = order->order_id;
    return true;
}

/* Whether a try to make the order's link has failed. */
static bool
is_link_failing(struct call *call, const struct order *order, bool *failing, struct error *err)
{
    struct job_standing standing;
    bool                found;

    *failing = false;
    if (order->link_url[0] != '\0')
        return true;
    if (!outbox_standing(call->station->store, call->arena, JOB_MAKE_LINK, order->order_id,
                &standing, &found, err))
        return false;
    *failing = found && standing.last_error[0] != '\0';
    return true;
}

static bool
set_scene(struct call *call, const struct order *order, struct view_scene *scene, struct error *err)
{
    const char *symbol = "";
    bool        failing, is_coin = strlen(order->quote_asset) == UUID_TEXT - 1;

    if (!is_link_failing(call, order, &failing, err))
        return false;
    if (is_coin && !store_asset_symbol(call->station->store, call->arena, order->quote_asset,
                &symbol, err))
        return false;
    *scene = (struct view_scene){ .text = page_text(call, NULL),
        .currency = symbol[0] != '\0' ? symbol : view_currency(call->arena, order->quote_asset),
        .base = call->app->settings.base_url.path, .now = clock_now(),
        .link_failing = failing };
    return true;
}

/* Somebody has the page open: MixPay is asked more often. Not worth a failure of the page. */
static void
note_watching(struct call *call, const struct order *order)
{
    struct error err = { ERROR_NONE, "" };

    if (!store_watch_order(call->station->store, order, clock_now_ms(), &err))
        log_warn("not_watched", "order", order->order_id, "error", err.message);
}

static bool
show_order(struct call *call, struct error *err)
{
    struct order      order;
    struct view_scene scene;

    if (!find_order(call, &order, err) || !set_scene(call, &order, &scene, err))
        return false;
    note_watching(call, &order);
    return page_answer(call, 200, "order", view_order(call->arena, &order, &scene), err);
}

static bool
tell_status(struct call *call, struct error *err)
{
    struct order      order;
    struct view_scene scene;

    if (!find_order(call, &order, err) || !set_scene(call, &order, &scene, err))
        return false;
    note_watching(call, &order);
    return call_answer_json(call, 200,
            json_keep(call->arena, view_status(call->arena, &order, &scene)));
}

static bool
draw_qr(struct call *call, struct error *err)
{
    struct order order;
    struct text  svg;

    if (!find_order(call, &order, err))
        return false;
    if (order.link_url[0] == '\0')
        return fail(err, ERROR_MISSING, "This order has no payment link yet.");
    text_open(&svg, call->arena);
    return qr_draw_svg(order.link_url, &svg, err)
            && call_answer(call, 200, "image/svg+xml", svg.bytes, svg.length);
}

const struct route checkout_routes[] = {
    /* method, path, handler, who may call, largest body */
    { "GET",  "/",                      show_front,    anyone,  0    },
    { "GET",  "/checkout",              show_checkout, anyone,  0    },
    { "POST", "/checkout",              place_order,   visitor, 8192 },
    { "GET",  "/order/{token}",         show_order,    anyone,  0    },
    { "GET",  "/order/{token}/status",  tell_status,   anyone,  0    },
    { "GET",  "/order/{token}/qr.svg",  draw_qr,       anyone,  0    },
    { NULL,   NULL,                     NULL,          NULL,    0    },
};
