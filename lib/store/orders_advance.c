/* orders_advance.c: the one door through which an order changes.
 * SPDX-License-Identifier: ISC */
#include "store/orders_row.h"

#include <string.h>

#include "base/failpoint.h"
#include "base/json.h"
#include "base/uuid.h"

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
    if (before->state == ORDER_FAILED && news->happening == PROVEN_PAID)
        after->flags |= FLAG_CONTRADICTION; /* it failed while MixPay was being asked */
    step = taken || (order_is_held(after) && !says_person(news))
            ? NULL
            : order_step(before->state, news->happening);
    if (step == NULL && says_person(news))
        return fail(err, ERROR_CONFLICT, "An order that is %s cannot be resolved that way.",
                order_state_name(before->state));
    if (money && news->result->status != RESULT_UNPAID)
        take_facts(news->result, after);
    if (step != NULL)
        after->state = step->to;
    if (after->state != before->state && after->state == ORDER_PAID_LATE)
        after->flags &= ~(unsigned)FLAG_DISMISSED; /* that was before there was money */
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

    if (!order_row_load(advance->db, advance->arena, advance->order_id, &before, err)
            || !decide(advance, &before, after, err))
        return false;
    news = !same_facts(&before, after) || says_person(advance->news);
    if (news) {
        if (!update_order(advance->db, after, err)
                || !order_row_event(advance->db, after, before.state,
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

    if (!order_row_load(linking->db, linking->arena, linking->order_id, order, err))
        return false;
    if (order->link_url[0] == '\0') { /* the first code stays: it is the same one anyway (§3b) */
        order->link_url = linking->url;
        order->flags |= made ? 0 : FLAG_LINK_REFUSED;
        if (!write_link(linking, err)
                || !order_row_event(linking->db, order, order->state,
                        made ? "link_made" : "link_refused", linking->job->cause,
                        linking->sentence, linking->now_ms / 1000, &event_id, err))
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
