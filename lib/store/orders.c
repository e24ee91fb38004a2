/* orders.c: the shop's orders, and the one door through which they change.
 * SPDX-License-Identifier: ISC */
#include "store/orders.h"

#include <string.h>

#include "base/failpoint.h"
#include "base/json.h"
#include "base/text.h"
#include "base/uuid.h"

#define ORDER_COLUMNS                                                                               \
    "order_id, token, item, title, quantity, unit_price, amount, quote_asset, settlement_asset, "   \
    "payee, email, note, language, link_kind, link_request, link_url, state, flags, failure_code, " \
    "coalesce(trace_id, ''), created_at, expires_at, watch_until, watched_at, paid_at, version, "   \
    "confirmations, confirmations_needed, payment_amount, payment_symbol, payable_amount, "         \
    "payable_symbol, surplus_amount, txid, explorer_url, settle_status, settle_amount, "            \
    "settle_symbol, settle_asset"

static void
read_order(struct db_query *query, struct arena *arena, struct order *order)
{
    int column = 0;

#define TEXT(member) order->member = db_text(query, column++, arena)
#define COUNT(member) order->member = db_integer(query, column++)
    TEXT(order_id), TEXT(token), TEXT(item), TEXT(title), COUNT(quantity);
    COUNT(unit_price.units), COUNT(amount.units), TEXT(quote_asset), TEXT(settlement_asset);
    TEXT(payee), TEXT(email), TEXT(note), TEXT(language);
    order->link_kind = strcmp(db_text(query, column++, arena), "paylink") == 0 ? LINK_PAYLINK
                                                                               : LINK_ONE_TIME;
    TEXT(link_request), TEXT(link_url);
    order_state_of(db_text(query, column++, arena), &order->state);
    order->flags = (unsigned)db_integer(query, column++);
    TEXT(failure_code), TEXT(trace_id), COUNT(created_at), COUNT(expires_at), COUNT(watch_until);
    COUNT(watched_at), COUNT(paid_at), COUNT(version), COUNT(confirmations);
    COUNT(confirmations_needed), TEXT(payment_amount), TEXT(payment_symbol), TEXT(payable_amount);
    TEXT(payable_symbol), TEXT(surplus_amount), TEXT(txid), TEXT(explorer_url), TEXT(settle_status);
    TEXT(settle_amount), TEXT(settle_symbol), TEXT(settle_asset);
#undef TEXT
#undef COUNT
}

/* Takes the only row of a query that selects ORDER_COLUMNS. */
static bool
take_order(struct db_query *query, struct arena *arena, struct order *order, bool *found,
        struct error *err)
{
    if (!db_step(query, found, err))
        return false;
    if (*found) {
        read_order(query, arena, order);
        db_reset(query);
    }
    return true;
}

static bool
load_by_id(struct db *db, struct arena *arena, const char *order_id, struct order *order,
        struct error *err)
{
    struct db_query *query;
    bool             found;

    if (!db_prepare(db, "SELECT " ORDER_COLUMNS " FROM orders WHERE order_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, order_id);
    return take_order(query, arena, order, &found, err)
            && (found || fail(err, ERROR_MISSING, "There is no order %.40s.", order_id));
}

bool
store_order_by_id(struct store *store, struct arena *arena, const char *order_id,
        struct order *order, struct error *err)
{
    return load_by_id(store->db, arena, order_id, order, err);
}

bool
store_order_by_token(struct store *store, struct arena *arena, const char *token,
        struct order *order, struct error *err)
{
    struct db_query *query;
    bool             found;

    if (!db_prepare(store->db, "SELECT " ORDER_COLUMNS " FROM orders WHERE token = $1", &query,
            err))
        return false;
    db_bind_text(query, 1, token);
    return take_order(query, arena, order, &found, err)
            && (found || fail(err, ERROR_MISSING, "There is no such order."));
}

/* An event row; *event_id names it for a proof. */
static bool
write_event(struct db *db, const struct order *order, enum order_state from, const char *what,
        const char *cause, const char *detail, int64_t at, int64_t *event_id, struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, "INSERT INTO event (order_id, at, what, cause, from_state, to_state, "
            "flags, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING event_id",
            &query, err))
        return false;
    db_bind_text(query, 1, order->order_id);
    db_bind_integer(query, 2, at);
    db_bind_text(query, 3, what);
    db_bind_text(query, 4, cause);
    db_bind_text(query, 5, order_state_name(from));
    db_bind_text(query, 6, order_state_name(order->state));
    db_bind_integer(query, 7, order->flags);
    db_bind_text(query, 8, detail);
    if (!db_step(query, &row, err))
        return false;
    *event_id = row ? db_integer(query, 0) : 0;
    return db_run(query, err);
}

/* ---- placing ---- */

struct placing {
    struct db               *db;
    struct arena            *arena;
    const struct order      *wanted;
    const struct order_form *form;
    struct order            *order;
    bool                    *fresh;
};

/* *found when the form's key made an order before; with other contents that is a conflict. */
static bool
find_earlier(const struct placing *placing, bool *found, struct error *err)
{
    struct db_query *query;
    char             hash[96];

    if (!db_prepare(placing->db, "SELECT " ORDER_COLUMNS ", form_hash FROM orders WHERE form_key "
            "= $1",
                &query, err))
        return false;
    db_bind_text(query, 1, placing->form->key);
    if (!db_step(query, found, err))
        return false;
    if (!*found)
        return true;
    read_order(query, placing->arena, placing->order);
    db_copy(query, 39, hash, sizeof hash);
    db_reset(query);
    return strcmp(hash, placing->form->hash) == 0
            || fail(err, ERROR_CONFLICT, "This form was sent before with other contents.");
}

static bool
count(struct db *db, const char *sql, const char *text, int64_t integer, int64_t *total,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(db, sql, &query, err))
        return false;
    db_bind_text(query, 1, text);
    db_bind_integer(query, 2, integer);
    if (!db_step(query, &row, err))
        return false;
    *total = row ? db_integer(query, 0) : 0;
    db_reset(query);
    return true;
}

static bool
is_in_stock(const struct placing *placing, struct error *err)
{
    int64_t taken;

    if (placing->form->stock < 0)
        return true;
    if (!count(placing->db, "SELECT coalesce(sum(quantity), 0) + $2 FROM orders WHERE item = $1 "
                "AND state NOT IN ('failed', 'expired')", placing->wanted->item,
                placing->wanted->quantity, &taken, err))
        return false;
    return taken <= placing->form->stock || fail(err, ERROR_CONFLICT,
            "There are not that many left.");
}

static bool
is_within_limit(const struct placing *placing, struct error *err)
{
    int64_t placed;

    if (placing->form->most_per_minute == 0)
        return true;
    if (!count(placing->db, "SELECT count(*) FROM orders WHERE client = $1 AND created_at > $2",
                placing->form->client, placing->wanted->created_at - 60, &placed, err))
        return false;
    return placed < placing->form->most_per_minute
            || fail(err, ERROR_LIMIT, "That were many orders in a short time; please wait a "
            "minute.");
}

static bool
insert_order(const struct placing *placing, struct error *err)
{
    const struct order *order = placing->wanted;
    struct db_query    *query;

    if (!db_prepare(placing->db, "INSERT INTO orders (order_id, token, form_key, form_hash, "
            "client, item, title, quantity, unit_price, amount, quote_asset, settlement_asset, "
            "payee, email, note, language, link_kind, link_request, link_url, created_at, "
            "expires_at, watch_until, watched_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
            "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $20) RETURNING "
            ORDER_COLUMNS,
                &query, err))
        return false;
    db_bind_text(query, 1, order->order_id);
    db_bind_text(query, 2, order->token);
    db_bind_text(query, 3, placing->form->key);
    db_bind_text(query, 4, placing->form->hash);
    db_bind_text(query, 5, placing->form->client);
    db_bind_text(query, 6, order->item);
    db_bind_text(query, 7, order->title);
    db_bind_integer(query, 8, order->quantity);
    db_bind_integer(query, 9, order->unit_price.units);
    db_bind_integer(query, 10, order->amount.units);
    db_bind_text(query, 11, order->quote_asset);
    db_bind_text(query, 12, order->settlement_asset);
    db_bind_text(query, 13, order->payee);
    db_bind_text(query, 14, order->email);
    db_bind_text(query, 15, order->note);
    db_bind_text(query, 16, order->language);
    db_bind_text(query, 17, order->link_kind == LINK_PAYLINK ? "paylink" : "one_time");
    db_bind_text(query, 18, order->link_request);
    db_bind_text(query, 19, order->link_url);
    db_bind_integer(query, 20, order->created_at);
    db_bind_integer(query, 21, order->expires_at);
    db_bind_integer(query, 22, order->watch_until);
    return take_order(query, placing->arena, placing->order, placing->fresh, err);
}

/* The program that places the order makes the link itself, at once; the worker comes in where that
 * program came to nothing. */
static bool
place_order(void *context, struct error *err)
{
    const struct placing *placing = context;
    const struct order   *wanted = placing->wanted;
    int64_t               now_ms = wanted->created_at * 1000, event_id;
    bool                  found = false;

    if (!find_earlier(placing, &found, err))
        return false;
    if (found) {
        *placing->fresh = false;
        return true;
    }
    return is_within_limit(placing, err) && is_in_stock(placing, err) && insert_order(placing, err)
            && write_event(placing->db, placing->order, ORDER_OPEN, "placed", "shopper",
                    "The shopper placed the order.", wanted->created_at, &event_id, err)
            && (wanted->link_kind == LINK_PAYLINK
                    || outbox_add(placing->db, JOB_MAKE_LINK, wanted->order_id, now_ms + 2000,
                            PRIORITY_SHOPPER, "shopper", err))
            && outbox_add(placing->db, JOB_LOOK, wanted->order_id, now_ms + 5000, PRIORITY_POLL,
            "poll",
                    err);
}

bool
store_place_order(struct store *store, struct arena *arena, const struct order *wanted,
        const struct order_form *form, struct order *order, bool *fresh, struct error *err)
{
    struct placing placing = { store->db, arena, wanted, form, order, fresh };

    if (!db_transact(store->db, place_order, &placing, err))
        return false;
    failpoint("order_placed");
    return true;
}

/* ---- the door ---- */

struct advance {
    struct db               *db;
    struct arena            *arena;
    const char              *order_id;
    const struct order_news *news;
    const struct job        *job;
    int64_t                  now_ms;
    struct order            *order;
};

static bool
says_person(const struct order_news *news)
{
    return news->happening == PERSON_ACCEPTED || news->happening == PERSON_DISMISSED;
}

/* What MixPay said, as people will read it. An answer that leaves a fact out does not erase it. */
static void
take_facts(const struct result *result, struct order *order)
{
    const struct { const char **to, *from; } facts[] = {
        { &order->payment_amount, result->payment_amount },
        { &order->payment_symbol, result->payment_symbol },
        { &order->payable_amount, result->payable_amount },
        { &order->payable_symbol, result->payable_symbol },
        { &order->surplus_amount, result->surplus_amount },
        { &order->txid,           result->txid           },
        { &order->explorer_url,   result->explorer_url   },
        { &order->settle_status,  result->settle_status  },
        { &order->settle_amount,  result->settle_amount  },
        { &order->settle_symbol,  result->settle_symbol  },
        { &order->settle_asset,   result->settle_asset   },
    };

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].from[0] != '\0')
            *facts[i].to = facts[i].from;
    order->confirmations = result->confirmations;
    order->confirmations_needed = result->confirmations_needed;
}

/* One trace proves one order: another order's trace is a flag, not this order's proof. */
static bool
take_trace(struct advance *advance, struct order *order, bool *taken, struct error *err)
{
    char             trace[UUID_TEXT];
    struct db_query *query;

    *taken = false;
    if (order->trace_id[0] != '\0' || advance->news->result == NULL
            || advance->news->result->status == RESULT_UNPAID
            || !uuid_fold_loose(advance->news->result->trace_id, trace))
        return true;
    if (!db_prepare(advance->db, "SELECT 1 FROM orders WHERE trace_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, trace);
    if (!db_step(query, taken, err))
        return false;
    if (*taken)
        db_reset(query);
    else
        order->trace_id = arena_copy(advance->arena, trace);
    return true;
}

static bool
same_facts(const struct order *a, const struct order *b)
{
    return a->state == b->state && a->flags == b->flags && strcmp(a->trace_id, b->trace_id) == 0
            && a->confirmations == b->confirmations
            && a->confirmations_needed == b->confirmations_needed
            && strcmp(a->failure_code, b->failure_code) == 0
            && strcmp(a->payment_amount, b->payment_amount) == 0
            && strcmp(a->payable_amount, b->payable_amount) == 0
            && strcmp(a->surplus_amount, b->surplus_amount) == 0
            && strcmp(a->txid, b->txid) == 0 && strcmp(a->explorer_url, b->explorer_url) == 0
            && strcmp(a->settle_status, b->settle_status) == 0
            && strcmp(a->settle_asset, b->settle_asset) == 0;
}

static bool
update_order(struct db *db, const struct order *order, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(db, "UPDATE orders SET state = $2, flags = $3, failure_code = $4, trace_id = "
                "nullif($5, ''), paid_at = $6, version = version + 1, confirmations = $7, "
                "confirmations_needed = $8, payment_amount = $9, payment_symbol = $10, "
                "payable_amount = $11, payable_symbol = $12, surplus_amount = $13, txid = $14, "
                "explorer_url = $15, settle_status = $16, settle_amount = $17, settle_symbol = "
                "$18, settle_asset = $19 WHERE order_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, order->order_id);
    db_bind_text(query, 2, order_state_name(order->state));
    db_bind_integer(query, 3, order->flags);
    db_bind_text(query, 4, order->failure_code);
    db_bind_text(query, 5, order->trace_id);
    db_bind_integer(query, 6, order->paid_at);
    db_bind_integer(query, 7, order->confirmations);
    db_bind_integer(query, 8, order->confirmations_needed);
    db_bind_text(query, 9, order->payment_amount);
    db_bind_text(query, 10, order->payment_symbol);
    db_bind_text(query, 11, order->payable_amount);
    db_bind_text(query, 12, order->payable_symbol);
    db_bind_text(query, 13, order->surplus_amount);
    db_bind_text(query, 14, order->txid);
    db_bind_text(query, 15, order->explorer_url);
    db_bind_text(query, 16, order->settle_status);
    db_bind_text(query, 17, order->settle_amount);
    db_bind_text(query, 18, order->settle_symbol);
    db_bind_text(query, 19, order->settle_asset);
    return db_run(query, err);
}

static bool
write_proof(struct advance *advance, int64_t event_id, struct error *err)
{
    const struct order_news *news = advance->news;
    struct db_query         *query;

    if (news->result == NULL)
        return true;
    if (!db_prepare(advance->db, "INSERT INTO proof (event_id, request, http_status, answer, "
            "checks) VALUES ($1, $2, $3, $4, $5)", &query, err))
        return false;
    db_bind_integer(query, 1, event_id);
    db_bind_text(query, 2, news->request);
    db_bind_integer(query, 3, news->http_status);
    db_bind_bytes(query, 4, news->answer, (int)news->answer_length);
    db_bind_text(query, 5, json_print(advance->arena, news->checks));
    return db_run(query, err);
}

/* The order as it will be. Held: flags and facts may change, its state only by a person. */
static bool
decide(struct advance *advance, const struct order *before, struct order *after, struct error *err)
{
    const struct order_news *news = advance->news;
    const struct order_step *step;
    bool                     taken, money = news->result != NULL;

    *after = *before;
    if (!take_trace(advance, after, &taken, err))
        return false;
    after->flags = (before->flags & ~news->lower) | news->raise | (taken ? FLAG_TRACE : 0);
    step = taken || (order_is_held(after) && !says_person(news))
            ? NULL
            : order_step(before->state, news->happening);
    if (step == NULL && says_person(news))
        return fail(err, ERROR_CONFLICT, "An order that is %s cannot be resolved that way.",
                order_state_name(before->state));
    if (money)
        take_facts(news->result, after);
    if (step != NULL)
        after->state = step->to;
    if (news->failure_code[0] != '\0' && after->state != ORDER_PAID)
        after->failure_code = news->failure_code;
    if (after->state != before->state && (step->to == ORDER_PAID || step->to == ORDER_PAID_LATE))
        after->paid_at = money && news->result->date > 0 ? news->result->date
        : advance->now_ms / 1000;
    return true;
}

static bool
settle_look(struct advance *advance, const struct order *after, bool news, struct error *err)
{
    int64_t looks = news || advance->job == NULL ? 0 : advance->job->looks + 1;

    return advance->job == NULL
            || outbox_settle(advance->db, advance->job,
                    order_next_look(after, advance->now_ms, looks), news, advance->now_ms, err);
}

static bool
advance_order(void *context, struct error *err)
{
    struct advance *advance = context;
    struct order    before, *after = advance->order;
    int64_t         event_id;
    bool            news;

    if (!load_by_id(advance->db, advance->arena, advance->order_id, &before, err)
            || !decide(advance, &before, after, err))
        return false;
    news = !same_facts(&before, after) || says_person(advance->news);
    if (news) {
        if (!update_order(advance->db, after, err)
                || !write_event(advance->db, after, before.state,
                        order_happening_name(advance->news->happening), advance->news->cause,
                        advance->news->sentence, advance->now_ms / 1000, &event_id, err)
                || !write_proof(advance, event_id, err))
            return false;
        after->version++;
    }
    return settle_look(advance, after, news, err);
}

bool
store_advance_order(struct store *store, struct arena *arena, const char *order_id,
        const struct order_news *news, const struct job *job, int64_t now_ms, struct order *order,
        struct error *err)
{
    struct advance advance = { store->db, arena, order_id, news, job, now_ms, order };

    if (!db_transact(store->db, advance_order, &advance, err))
        return false;
    failpoint("order_advanced");
    return true;
}

/* ---- the link ---- */

struct linking {
    struct db        *db;
    struct arena     *arena;
    const char       *order_id, *url, *sentence;
    const struct job *job;
    int64_t           now_ms;
    struct order     *order;
};

static bool
write_link(const struct linking *linking, struct error *err)
{
    struct db_query *query;

    if (!db_prepare(linking->db, "UPDATE orders SET link_url = $2, flags = $3, version = version + "
            "1 WHERE order_id = $1", &query, err))
        return false;
    db_bind_text(query, 1, linking->order_id);
    db_bind_text(query, 2, linking->order->link_url);
    db_bind_integer(query, 3, linking->order->flags);
    return db_run(query, err);
}

static bool
link_made(void *context, struct error *err)
{
    const struct linking *linking = context;
    struct order         *order = linking->order;
    bool                  made = linking->url[0] != '\0';
    int64_t               event_id;

    if (!load_by_id(linking->db, linking->arena, linking->order_id, order, err))
        return false;
    if (order->link_url[0] == '\0') { /* the first code stays: it is the same one anyway (§3b) */
        order->link_url = linking->url;
        order->flags |= made ? 0 : FLAG_LINK_REFUSED;
        if (!write_link(linking, err)
                || !write_event(linking->db, order, order->state,
                made ? "link_made" : "link_refused",
                        linking->job->cause, linking->sentence, linking->now_ms / 1000, &event_id,
                        err))
            return false;
        order->version++;
    }
    return outbox_settle(linking->db, linking->job, 0, true, linking->now_ms, err);
}

bool
store_link_made(struct store *store, struct arena *arena, const char *order_id, const char *url,
        const char *sentence, const struct job *job, int64_t now_ms, struct order *order,
        struct error *err)
{
    struct linking linking = { store->db, arena, order_id, url, sentence, job, now_ms, order };

    if (!db_transact(store->db, link_made, &linking, err))
        return false;
    failpoint("link_made");
    return true;
}

/* ---- watching and reading ---- */

struct watching {
    struct db  *db;
    const char *order_id;
    int64_t     now_ms;
};

static bool
watch_order(void *context, struct error *err)
{
    const struct watching *watching = context;
    struct db_query       *query;

    if (!db_prepare(watching->db, "UPDATE orders SET watched_at = $2 WHERE order_id = $1", &query,
            err))
        return false;
    db_bind_text(query, 1, watching->order_id);
    db_bind_integer(query, 2, watching->now_ms / 1000);
    return db_run(query, err);
}

bool
store_watch_order(struct store *store, const struct order *order, int64_t now_ms, struct error *err)
{
    struct watching watching = { store->db, order->order_id, now_ms };
    bool            written;

    if (!order_is_waiting(order) && order->state != ORDER_EXPIRED)
        return true;
    if (order->watched_at * 1000 + 20000 > now_ms)
        return true;
    return db_transact(store->db, watch_order, &watching, err)
            && outbox_prompt(store, JOB_LOOK, order->order_id, now_ms + 2000, PRIORITY_WATCHED,
                    "watched", false, &written, err);
}

bool
store_list_orders(struct store *store, struct arena *arena, const struct order_search *search,
        bool (*each)(void *context, const struct order *order), void *context, struct error *err)
{
    struct db_query *query;
    struct order     order;
    bool             row;

    /* 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128: flags that ask for a person; 768: one has spoken. */
    if (!db_prepare(store->db, "SELECT " ORDER_COLUMNS " FROM orders WHERE ($1 = '' OR state = $1) "
                "AND ($2 = 0 OR (((flags & 255) <> 0 OR state = 'paid_late') AND (flags & 768) = "
                "0)) ORDER BY created_at DESC, order_id LIMIT $3", &query, err))
        return false;
    db_bind_text(query, 1, search->state == NULL ? "" : search->state);
    db_bind_integer(query, 2, search->flagged);
    db_bind_integer(query, 3, search->most);
    while (db_step(query, &row, err)) {
        if (!row)
            return true;
        read_order(query, arena, &order);
        if (!each(context, &order)) {
            db_reset(query);
            return true;
        }
    }
    return false;
}

bool
store_order_events(struct store *store, struct arena *arena, const char *order_id,
        bool (*each)(void *context, const struct order_event *event), void *context,
        struct error *err)
{
    struct db_query *query;
    bool             row;

    if (!db_prepare(store->db, "SELECT e.at, e.what, e.cause, e.from_state, e.to_state, e.detail, "
                "e.flags, p.request, p.http_status, p.answer, p.checks FROM event e "
                "LEFT JOIN proof p ON p.event_id = e.event_id WHERE e.order_id = $1 "
                "ORDER BY e.event_id", &query, err))
        return false;
    db_bind_text(query, 1, order_id);
    while (db_step(query, &row, err)) {
        struct order_event event;

        if (!row)
            return true;
        event = (struct order_event){ db_integer(query, 0), db_text(query, 1, arena),
            db_text(query, 2, arena), db_text(query, 3, arena), db_text(query, 4, arena),
            db_text(query, 5, arena), (unsigned)db_integer(query, 6), db_text(query, 7, arena),
            (int)db_integer(query, 8), db_text(query, 9, arena), db_text(query, 10, arena) };
        if (!each(context, &event)) {
            db_reset(query);
            return true;
        }
    }
    return false;
}
