/* test_order.c: an order's life: the table of steps, the schema that holds it, and when to look.
 * SPDX-License-Identifier: ISC */
#include "pay/order.h"

#include <inttypes.h>
#include <limits.h>

#include "base/text.h"
#include "base/uuid.h"
#include "tests/fresh_store.h"

#define TRACE "3f2c1a10-5d1b-4a0e-9d5e-0a1b2c3d4e5f"

enum { STAYS = ORDER_STATES };

/* ---- the table ---- */

/* Where each happening leads, written down a second time: . is nowhere. States by their letter:
 * Open, Confirming, paid_Less, pEnding, Auditing, Paid, late (T), Failed, eXpired. */
static const char letters[] = "OCLEAPTFX";

static const struct { enum order_state from; const char *to; } wanted[] = {
    /*                  unpaid confirming less pending auditing paid failed late accept dismiss
     *                  something */
    { ORDER_OPEN,       ".CLEAPFXPF." },
    { ORDER_CONFIRMING, "O.LEAPF.PF." },
    { ORDER_PAID_LESS,  ".C.EAPFXPF." },
    { ORDER_PENDING,    ".CL.APF.PF." },
    { ORDER_AUDITING,   "...E.PF.PF." },
    { ORDER_PAID,       "........PP." },
    { ORDER_PAID_LATE,  "........PT." },
    { ORDER_FAILED,     ".........F." },
    { ORDER_EXPIRED,    ".....T..PX." },
};

static void
test_steps(struct tap *tap)
{
    tap_ok(tap, sizeof wanted / sizeof wanted[0] == ORDER_STATES
            && strlen(wanted[0].to) == ORDER_HAPPENINGS && strlen(letters) == ORDER_STATES,
            "every state and every happening is here");
    for (unsigned state = 0; state < ORDER_STATES; state++)
        for (unsigned happening = 0; happening < ORDER_HAPPENINGS; happening++) {
            const struct order_step *step = order_step(wanted[state].from,
                    (enum order_happening)happening);
            char to = step == NULL ? '.' : letters[step->to];

            tap_ok(tap, to == wanted[state].to[happening], "%s, %s: %s",
                    order_state_name(wanted[state].from),
                    order_happening_name((enum order_happening)happening),
                    step == NULL ? "nothing" : order_state_name(step->to));
        }
}

static void
test_rules(struct tap *tap)
{
    bool once = true, final = true, seen_ends = true;

    for (const struct order_step *step = order_steps; step->from != ORDER_STATES; step++) {
        bool by_person = step->happening == PERSON_ACCEPTED || step->happening == PERSON_DISMISSED;

        once = once && order_step(step->from, step->happening) == step;
        if ((step->from == ORDER_PAID || step->from == ORDER_FAILED) && step->to != step->from)
            final = false;
        if (step->to == ORDER_PAID && !by_person && step->happening != PROVEN_PAID)
            seen_ends = false;
        if (step->from == ORDER_EXPIRED && step->to == ORDER_PAID && !by_person)
            seen_ends = false;
    }
    tap_ok(tap, once, "no state and happening stand twice");
    tap_ok(tap, final, "paid and failed lead nowhere else");
    tap_ok(tap, seen_ends, "only a proof or a person makes an order paid, an expired one a person");
}

static void
test_names(struct tap *tap)
{
    bool             round = true, differ = true;
    enum order_state state = ORDER_PAID;

    for (unsigned i = 0; i < ORDER_STATES; i++)
        round = round && order_state_of(order_state_name((enum order_state)i), &state)
                && state == (enum order_state)i;
    for (unsigned i = 0; i < ORDER_FLAGS; i++)
        for (unsigned k = 0; k < i; k++)
            differ = differ && strcmp(order_flag_name(1u << i), order_flag_name(1u << k)) != 0;
    state = ORDER_PAID;
    tap_ok(tap, round && !order_state_of("Paid", &state) && !order_state_of("", &state)
            && state == ORDER_PAID, "states have names, and are found by them alone");
    tap_ok(tap, differ && strcmp(order_flag_name(FLAG_SURPLUS), "surplus") == 0
            && 1 << (ORDER_FLAGS - 1) == FLAG_SURPLUS, "flags have names of their own");
}

/* ---- the schema ---- */

static bool
run(struct fresh *fresh, const char *sql)
{
    return db_script(fresh->store->db, sql, NULL);
}

/* An order in that state, made by hand; trace "": none. */
static bool
insert(struct fresh *fresh, const char *id, enum order_state state, unsigned flags,
        const char *trace)
{
    return run(fresh, arena_format(fresh->arena, "INSERT INTO orders (order_id, token, form_key, "
            "form_hash, client, item, title, quantity, unit_price, amount, quote_asset, "
            "settlement_asset, payee, email, note, language, link_kind, link_request, state, "
            "flags, trace_id, created_at, expires_at, watch_until) VALUES ('%s', "
            "'token-of-22-letters-%s', 'key-%s', 'hash', 'client', 'coffee', 'Coffee', 1, "
            "500000000, 500000000, 'usd', '', '26ea4d0f-a5a5-4da5-8aef-5cb2bc7c4cb1', '', '', "
            "'en', 'paylink', '', '%s', %u, nullif('%s', ''), 1000, 3000, 9000)", id, id, id,
            order_state_name(state), flags, trace));
}

static bool
schema_has_step(struct fresh *fresh, enum order_state from, enum order_state to)
{
    struct db_query *query;
    bool             row = false;

    if (!db_prepare(fresh->store->db, "SELECT 1 FROM order_step WHERE from_state = $1 "
                "AND to_state = $2", &query, NULL))
        abort();
    db_bind_text(query, 1, order_state_name(from));
    db_bind_text(query, 2, order_state_name(to));
    if (!db_step(query, &row, NULL))
        abort();
    db_reset(query);
    return row;
}

static bool
table_has_step(enum order_state from, enum order_state to)
{
    for (const struct order_step *step = order_steps; step->from != ORDER_STATES; step++)
        if (step->from == from && step->to == to)
            return true;
    return false;
}

static void
test_same_table(struct tap *tap, struct fresh *fresh)
{
    for (unsigned from = 0; from < ORDER_STATES; from++)
        for (unsigned to = 0; to < ORDER_STATES; to++)
            if (from != to) {
                bool ours = table_has_step((enum order_state)from, (enum order_state)to);
                bool theirs = schema_has_step(fresh, (enum order_state)from, (enum order_state)to);

                tap_ok(tap, ours == theirs, "%s to %s: %s here and in the schema",
                        order_state_name((enum order_state)from),
                        order_state_name((enum order_state)to), ours ? "a step" : "none");
            }
}

/* Accepted by a person, so that nothing but the step itself can be refused. */
static void
test_refused_steps(struct tap *tap, struct fresh *fresh)
{
    for (unsigned from = 0; from < ORDER_STATES; from++)
        for (unsigned to = 0; to < ORDER_STATES; to++) {
            const char *id = arena_format(fresh->arena, "step-%u-%u", from, to);
            bool        legal = from == to
                    || table_has_step((enum order_state)from, (enum order_state)to);

            if (!insert(fresh, id, (enum order_state)from, FLAG_ACCEPTED, ""))
                abort();
            tap_ok(tap, run(fresh, arena_format(fresh->arena, "UPDATE orders SET state = '%s' "
                    "WHERE order_id = '%s'", order_state_name((enum order_state)to), id)) == legal,
                    "the schema %s %s to %s", legal ? "lets" : "refuses",
                    order_state_name((enum order_state)from),
                    order_state_name((enum order_state)to));
        }
    tap_ok(tap, !run(fresh, "UPDATE orders SET state = 'refunded' WHERE order_id = 'step-0-0'"),
            "a state that there is not");
}

/* Every column: may it change later? */
static const struct { const char *column, *value; bool may; } columns[] = {
    { "order_id",         "'another'",  false },
    { "token",            "'another-token-of-22-letters'", false },
    { "form_key",         "'another'",  false }, { "form_hash",            "'x'",      false },
    { "item",             "'tea'",      false }, { "title",                "'Tea'",    false },
    { "quantity",         "2",          false }, { "unit_price",           "1",        false },
    { "amount",           "1",          false }, { "quote_asset",          "'eur'",    false },
    { "settlement_asset", "'x'",        false },
    { "payee", "'3f2c1a10-5d1b-4a0e-9d5e-0a1b2c3d4e5f'", false },
    { "link_kind",        "'one_time'", false }, { "link_request",         "'{}'",     false },
    { "created_at",       "1",          false }, { "expires_at",           "8000",     false },
    { "link_url",         "'x'",        true  }, { "flags",                "2",        true  },
    { "failure_code",     "'40000'",    true  }, { "watched_at",           "5",        true  },
    { "version",          "2",          true  }, { "confirmations",        "1",        true  },
    { "payment_amount",   "'1'",        true  }, { "settle_status",        "'success'", true },
    { "trace_id", "'" TRACE "'",        true  },
};

static void
test_terms(struct tap *tap, struct fresh *fresh)
{
    insert(fresh, "terms-1", ORDER_OPEN, 0, "");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        tap_ok(tap, run(fresh, arena_format(fresh->arena, "UPDATE orders SET %s = %s WHERE "
                "order_id = 'terms-1'", columns[i].column, columns[i].value)) == columns[i].may,
                "%s %s", columns[i].column, columns[i].may ? "may change" : "never changes");
    tap_ok(tap, !run(fresh, "UPDATE orders SET trace_id = NULL WHERE order_id = 'terms-1'"),
            "a trace stays");
    tap_ok(tap, !run(fresh, "UPDATE orders SET trace_id = 'x' WHERE order_id = 'terms-1'"),
            "and stays the same");
}

static void
test_kept(struct tap *tap, struct fresh *fresh)
{
    static const struct { const char *sql, *what; } refused[] = {
        { "DELETE FROM orders", "orders are kept" },
        { "DELETE FROM event", "events are kept" },
        { "DELETE FROM proof", "proofs are kept" },
        { "UPDATE event SET detail = 'x'", "events never change" },
        { "UPDATE proof SET answer = x'00'", "proofs never change" },
        { "REPLACE INTO event SELECT event_id, order_id, at, what, cause, from_state, to_state, "
          "flags, 'x' FROM event", "events are not replaced" },
        { "REPLACE INTO proof SELECT proof_id, event_id, request, 0, answer, checks FROM proof",
          "proofs are not replaced" },
        { "INSERT INTO event (order_id, at, what, cause, from_state, to_state, flags, detail) "
          "VALUES ('nobody', 1, '', '', '', '', 0, '')", "an event belongs to an order" },
        { "INSERT INTO proof (event_id, request, http_status, answer, checks) VALUES (999999, '', "
          "200, x'', '')", "a proof belongs to an event" },
    };

    insert(fresh, "kept-01", ORDER_OPEN, 0, "");
    if (!run(fresh, "INSERT INTO event VALUES (1, 'kept-01', 1, 'placed', 'shopper', 'open', "
                "'open', 0, '')")
            || !run(fresh, "INSERT INTO proof VALUES (1, 1, 'GET /', 200, x'7b7d', '[]')"))
        abort();
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        tap_ok(tap, !run(fresh, refused[i].sql), "%s", refused[i].what);
    tap_ok(tap, !run(fresh, arena_format(fresh->arena, "REPLACE INTO orders SELECT * FROM orders "
            "WHERE order_id = 'kept-01'")), "orders are not replaced");
}

static void
test_paid(struct tap *tap, struct fresh *fresh)
{
    static const enum order_state paid[] = { ORDER_PAID, ORDER_PAID_LATE };

    for (size_t i = 0; i < 2; i++) {
        const char *name = order_state_name(paid[i]);

        tap_ok(tap, !insert(fresh, arena_format(fresh->arena, "proof-a%zu", i), paid[i], 0, ""),
                "%s without a trace is refused", name);
        tap_ok(tap, insert(fresh, arena_format(fresh->arena, "proof-b%zu", i), paid[i],
                FLAG_ACCEPTED, ""), "unless a person accepted it: %s", name);
        tap_ok(tap, insert(fresh, arena_format(fresh->arena, "proof-c%zu", i), paid[i], 0,
                arena_format(fresh->arena, "trace-%zu", i)), "%s with a trace", name);
    }
    tap_ok(tap, !insert(fresh, "proof-d", ORDER_OPEN, 0, "trace-1"),
            "one trace proves one order");
    insert(fresh, "proof-e", ORDER_OPEN, 0, "");
    tap_ok(tap, !run(fresh, "UPDATE orders SET state = 'paid' WHERE order_id = 'proof-e'"),
            "nor does an order become paid without a trace");
}

static void
test_held(struct tap *tap, struct fresh *fresh)
{
    for (unsigned place = 0; place < ORDER_FLAGS; place++) {
        unsigned     flag = 1u << place;
        struct order order = { .flags = flag };
        const char  *id = arena_format(fresh->arena, "held-%u", place);
        bool         kept = insert(fresh, id, ORDER_PAID, flag, id);

        tap_ok(tap, kept != order_is_held(&order), "paid and %s: the schema %s",
                order_flag_name(flag), kept ? "lets it be" : "refuses, as the order is held");
        order.flags = flag | FLAG_ACCEPTED;
        id = arena_format(fresh->arena, "done-%u", place);
        tap_ok(tap, !order_is_held(&order)
                && insert(fresh, id, ORDER_PAID, flag | FLAG_ACCEPTED, id),
                "accepted by a person: %s", order_flag_name(flag));
    }
}

static void
test_values(struct tap *tap, struct fresh *fresh)
{
    static const struct { const char *column, *value; } bad[] = { { "quantity", "0" },
        { "amount", "0" }, { "amount", "-1" }, { "unit_price", "0" }, { "amount", "'5'||'x'" },
        { "amount", "0.5" }, { "link_kind", "'free'" }, { "payee", "'me'" },
        { "expires_at", "1000" }, { "watch_until", "2999" }, { "token", "'short'" },
        { "order_id", "'five5'" }, { "order_id", "'" TRACE "x'" }, { "quote_asset", "NULL" } };

    insert(fresh, "plain-1", ORDER_OPEN, 0, "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *list = "item, title, quantity, unit_price, amount, quote_asset, "
                "settlement_asset, payee, email, note, language, link_kind, link_request, "
                "created_at, expires_at, watch_until, order_id, token, form_key, form_hash, client";
        struct text picked;
        const char *at = list;

        text_open(&picked, fresh->arena);
        while (*at != '\0') { /* the plain order's columns, but for the bad one and the keys */
            size_t      length = strcspn(at, ",");
            const char *name = arena_copy_bytes(fresh->arena, at, length);
            const char *own = arena_format(fresh->arena, "'values-%zu-%s-long-enough'", i, name);
            bool        key = text_equal(name, "token") || text_equal(name, "form_key");

            if (text_equal(name, "order_id")) {
                own = arena_format(fresh->arena, "'values-%zu'", i);
                key = true;
            }
            text_add_format(&picked, "%s%s", picked.length > 0 ? ", " : "",
                    text_equal(name, bad[i].column) ? bad[i].value : key ? own : name);
            at += length + strspn(at + length, ", ");
        }
        tap_ok(tap, !run(fresh, arena_format(fresh->arena, "INSERT INTO orders (%s) SELECT %s FROM "
                "orders WHERE order_id = 'plain-1'", list, picked.bytes)), "refused: %s of %s",
                bad[i].column, bad[i].value);
    }
}

/* ---- when to look ---- */

static void
looks(struct tap *tap, const struct order *order, int64_t now, int64_t count, int64_t wanted_in,
        const char *what)
{
    int64_t next = order_next_look(order, now * 1000, count);
    int64_t in = next == 0 ? 0 : next - now * 1000;

    if (!tap_ok(tap, in == wanted_in * 1000, "%s", what))
        printf("# got %" PRId64 " ms\n", in);
}

static void
test_looks(struct tap *tap)
{
    struct order order = { .state = ORDER_OPEN, .created_at = 10000, .expires_at = 11800,
        .watch_until = 11800 + 172800, .settle_status = "" };
    const int64_t first[] = { 5, 10, 20, 40, 60, 60 };
    bool          minute = true;

    for (int64_t i = 0; i < 6; i++)
        looks(tap, &order, 10000, i, first[i], "an open order: 5, 10, 20, 40 s, then every minute");
    looks(tap, &order, 10000, INT64_MAX, 60, "and so on for ever");
    order.watched_at = 10000;
    looks(tap, &order, 10001, 5, 4, "somebody has the page open");
    looks(tap, &order, 10060, 5, 60, "and closed it");
    order.watched_at = 0;
    looks(tap, &order, 11790, 5, 11, "a second after the deadline");
    looks(tap, &order, 11801, 5, 60, "behind it, until MixPay's word came");
    for (unsigned state = 0; state < ORDER_STATES; state++) {
        order.state = (enum order_state)state;
        if (order_is_waiting(&order))
            minute = minute && order_next_look(&order, 10000000, 9) <= 10000000 + 60000
                    && order_next_look(&order, INT64_C(900000000000), 9) != 0;
    }
    tap_ok(tap, minute, "whoever waits for MixPay's word is asked about every minute, for ever");

    order.state = ORDER_EXPIRED;
    looks(tap, &order, 11801, 9, 60, "expired: every minute at first");
    looks(tap, &order, 11800 + 601, 9, 300, "then every five");
    looks(tap, &order, 11800 + 3601, 9, 1800, "then every half an hour");
    looks(tap, &order, 11800 + 172801, 9, 0, "until its watch is over");
    order.watched_at = 11800 + 3600;
    looks(tap, &order, 11800 + 3601, 9, 10, "unless somebody has the page open");
    order.watched_at = 0;
    order.state = ORDER_FAILED;
    looks(tap, &order, 10000, 0, 0, "failed: never again");
    order.state = ORDER_PAID;
    looks(tap, &order, 11801, 0, 60, "paid, not settled");
    order.settle_status = "success";
    looks(tap, &order, 11801, 0, 0, "paid and settled: never again");
    order.state = ORDER_EXPIRED;
    looks(tap, &order, 11801, 0, 60, "expired is not settled by a word");
    order.state = ORDER_OPEN;
    order.flags = FLAG_MISMATCH;
    tap_ok(tap, order_is_held(&order) && !order_is_waiting(&order)
            && order_next_look(&order, 10000000, 0) > 10000000, "held: looked at, but not waiting");
}

int
main(void)
{
    struct tap   tap = { 0, 0 };
    struct fresh fresh;

    test_steps(&tap);
    test_rules(&tap);
    test_names(&tap);
    test_looks(&tap);
    fresh_open(&fresh);
    test_same_table(&tap, &fresh);
    test_refused_steps(&tap, &fresh);
    test_terms(&tap, &fresh);
    test_kept(&tap, &fresh);
    test_paid(&tap, &fresh);
    test_held(&tap, &fresh);
    test_values(&tap, &fresh);
    fresh_close(&fresh);
    return tap_end(&tap);
}
