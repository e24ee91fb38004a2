/* test_store.c: what is remembered: once, whole, and by one door; in real files, by many at once.
 * SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#include "base/crypt.h"
#include "base/json.h"
#include "store/assets.h"
#include "store/budget.h"
#include "store/orders.h"
#include "tests/fresh_store.h"

#define PAYEE "26ea4d0f-a5a5-4da5-8aef-5cb2bc7c4cb1"
#define BTC "c6d0c728-2624-429b-8e0d-d9d19b6592fa"
#define OTHER_TRACE "44444444-3333-4444-5555-666677778888"
#define TRACE "3f2c1a10-5d1b-4a0e-9d5e-0a1b2c3d4e5f"

enum { NOW = 1795185228, THREADS = 50 };

static const int64_t now_ms = NOW * INT64_C(1000);

static void
rest(int ms)
{
    const struct timespec length = { ms / 1000, ms % 1000 * 1000000L };

    nanosleep(&length, NULL);
}

/* ---- helpers ---- */

static struct order
wanted_order(struct arena *arena, const char *name)
{
    return (struct order){ .order_id = arena_format(arena, "order-%s", name),
        .token = arena_format(arena, "token-of-22-letters---%s", name), .item = "coffee",
        .title = "Coffee", .quantity = 2, .unit_price = { 500000000 }, .amount = { 1000000000 },
        .quote_asset = "usd", .settlement_asset = BTC, .payee = PAYEE, .email = "a@b.example",
        .note = "a note", .language = "en", .link_kind = LINK_ONE_TIME, .link_request = "{}",
        .link_url = "", .created_at = NOW, .expires_at = NOW + 1800, .watch_until = NOW + 9000 };
}

static struct order_form
plain_form(struct arena *arena, const char *name)
{
    return (struct order_form){ .key = arena_format(arena, "key-%s", name), .hash = "contents",
        .client = "somebody", .stock = -1, .most_per_minute = 0 };
}

static bool
place_named(struct fresh *fresh, const char *name, struct order *order)
{
    struct order      wanted = wanted_order(fresh->arena, name);
    struct order_form form = plain_form(fresh->arena, name);
    struct error      err = { ERROR_NONE, "" };
    bool              new;

    if (store_place_order(fresh->store, fresh->arena, &wanted, &form, order, &new, &err))
        return true;
    printf("# %s\n", err.message);
    return false;
}

static int64_t
count_of(struct fresh *fresh, struct store *store, const char *table)
{
    static const struct { const char *name, *sql; } counts[] = {
        { "orders", "SELECT count(*) FROM orders" },
        { "event",  "SELECT count(*) FROM event" },
        { "proof",  "SELECT count(*) FROM proof" },
        { "outbox", "SELECT count(*) FROM outbox" },
        { "steps",  "SELECT count(*) FROM event WHERE from_state <> to_state" },
        { "calls",  "SELECT count(*) FROM budget_call" },
        { "schema", "SELECT count(*) FROM schema_step" },
    };
    struct db_query *query;
    bool             row;
    int64_t          count;
    size_t           i = 0;

    (void)fresh;
    while (strcmp(counts[i].name, table) != 0)
        i++;
    if (!db_prepare(store->db, counts[i].sql, &query, NULL) || !db_step(query, &row, NULL))
        abort();
    count = db_integer(query, 0);
    db_reset(query);
    return count;
}

static struct result
plain_result(enum result_status status, const char *trace)
{
    return (struct result){ .status = status, .word = "", .trace_id = trace, .payee_id = PAYEE,
        .quote_asset = "usd", .quote_amount = "10", .failure_code = "", .failure_reason = "",
        .payment_amount = "0.0001", .payment_symbol = "BTC", .payable_amount = "0.0001",
        .payable_symbol = "BTC", .surplus_amount = "0", .txid = "tx", .explorer_url = "",
        .settle_status = "", .settle_amount = "", .settle_symbol = "", .settle_asset = "",
        .date = NOW - 5, .confirmations = 1, .confirmations_needed = 3 };
}

static struct order_news
news_of(struct arena *arena, enum order_happening happening, const struct result *result)
{
    return (struct order_news){ .happening = happening, .failure_code = "", .cause = "poll",
        .sentence = "So it was.", .result = result, .request = "GET /payments_result",
        .http_status = 200, .answer = "{\"a\":1}", .answer_length = 7,
        .checks = json_keep(arena, json_array()) };
}

static bool
advance(struct fresh *fresh, const char *id, enum order_happening happening,
        const struct result *result, struct order *order, struct error *err)
{
    struct order_news news = news_of(fresh->arena, happening, result);

    return store_advance_order(fresh->store, fresh->arena, id, &news, NULL, now_ms, order, err);
}

/* ---- opening ---- */

static void
test_schema(struct tap *tap, struct fresh *fresh)
{
    struct error err = { ERROR_NONE, "" };
    struct stat  facts;
    int64_t      steps = count_of(fresh, fresh->store, "schema");

    tap_ok(tap, steps >= 1 && store_check_schema(fresh->store, fresh->schema, &err),
            "a fresh database has our schema");
    tap_ok(tap, store_migrate(fresh->store, fresh->schema, &err)
            && count_of(fresh, fresh->store, "schema") == steps, "migrating again changes nothing");
    tap_ok(tap, stat(db_home_path(fresh->home), &facts) == 0 && (facts.st_mode & 0007) == 0,
            "others cannot read it");
    if (!db_script(fresh->store->db, "INSERT INTO schema_step VALUES (9999, 1)", &err))
        abort();
    tap_ok(tap, !store_check_schema(fresh->store, fresh->schema, &err) && err.code == ERROR_CONFLICT
            && strstr(err.message, "newer") != NULL && strstr(err.message, "9999") != NULL,
            "a newer one is refused: %s", err.message);
    tap_ok(tap, !store_migrate(fresh->store, fresh->schema, &err) && err.code == ERROR_CONFLICT
            && strstr(err.message, "newer") != NULL, "also when migrating");
    tap_ok(tap, !store_check_schema(fresh->store, "/nowhere", &err) && err.code == ERROR_INTERNAL,
            "ours is not called newer where our files are missing: %s", err.message);
    db_script(fresh->store->db, "DELETE FROM schema_step WHERE number = 9999", NULL);
    db_script(fresh->store->db, "DELETE FROM schema_step", NULL);
    tap_ok(tap, !store_check_schema(fresh->store, fresh->schema, &err)
            && err.code == ERROR_CONFLICT, "so is an older one, to who may not migrate");
}

static void
test_homes(struct tap *tap, struct fresh *fresh)
{
    const char     *empty = arena_format(fresh->arena, "sqlite:%s/empty.db", fresh->folder);
    struct db_home *home = NULL;
    struct store   *store;
    struct error    err = { ERROR_NONE, "" };

    tap_ok(tap, !db_home_open(arena_format(fresh->arena, "sqlite:%s/none.db", fresh->folder), false,
            &home, &err) && err.code == ERROR_MISSING, "a database that is not there");
    tap_ok(tap, access(arena_format(fresh->arena, "%s/none.db", fresh->folder), F_OK) != 0,
            "and is not made by looking");
    if (!db_home_open(empty, true, &home, &err) || !store_open(home, &store, &err))
        abort();
    tap_ok(tap, !store_migrate(store, "/nowhere", &err) && err.code == ERROR_INTERNAL,
            "without schema files nothing is migrated");
    store_close(store);
    db_home_close(home);
    tap_ok(tap, !db_home_open("sqlite:till.db", true, &home, &err) && err.code == ERROR_INPUT,
            "a path from here is refused");
    tap_ok(tap, !db_home_open("postgres://x/y", true, &home, &err) && err.code == ERROR_INPUT,
            "another engine, too");
    tap_ok(tap, !db_home_open("sqlite:/nowhere/at/all/till.db", true, &home, &err),
            "a folder that is not there");
}

static void *
migrate_thread(void *context)
{
    struct fresh *fresh = context;
    struct store *store;
    struct error  err = { ERROR_NONE, "" };
    bool          done = store_open(fresh->home, &store, &err)
            && store_migrate(store, fresh->schema, &err);

    if (!done)
        printf("# %s\n", err.message);
    else
        store_close(store);
    return done ? fresh : NULL;
}

static void
test_migrating_at_once(struct tap *tap)
{
    struct fresh fresh;
    pthread_t    threads[8];
    int          done = 0;

    fresh_open(&fresh); /* its home is used, its file replaced by an empty one */
    store_close(fresh.store);
    db_home_close(fresh.home);
    fresh.url = arena_format(fresh.arena, "%s.new", fresh.url);
    if (!db_home_open(fresh.url, true, &fresh.home, NULL))
        abort();
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, migrate_thread, &fresh);
    for (int i = 0; i < 8; i++) {
        void *outcome;

        pthread_join(threads[i], &outcome);
        done += outcome != NULL;
    }
    tap_ok(tap, done == 8, "8 at once bring a new database forward (%d)", done);
    store_open(fresh.home, &fresh.store, NULL);
    tap_ok(tap, store_check_schema(fresh.store, fresh.schema, NULL), "to our schema");
    fresh_close(&fresh);
}

static void
test_secret(struct tap *tap, struct fresh *fresh)
{
    unsigned char first[CRYPT_KEY], again[CRYPT_KEY], other[CRYPT_KEY];
    struct store *second;

    if (!store_open(fresh->home, &second, NULL))
        abort();
    tap_ok(tap, store_secret(fresh->store, "a", first, NULL)
            && store_secret(second, "a", again, NULL) && memcmp(first, again, sizeof first) == 0,
            "a secret stays the same");
    tap_ok(tap, store_secret(second, "b", other, NULL) && memcmp(first, other, sizeof first) != 0,
            "another name, another secret");
    store_close(second);
}

static bool
write_and_fail(void *context, struct error *err)
{
    struct db *db = context;

    return db_script(db, "INSERT INTO budget_call VALUES (1, 'x')", err)
            && fail(err, ERROR_LIMIT, "no");
}

static void
test_rollback(struct tap *tap, struct fresh *fresh)
{
    struct error err = { ERROR_NONE, "" };
    int64_t      before = count_of(fresh, fresh->store, "calls");

    tap_ok(tap, !db_transact(fresh->store->db, write_and_fail, fresh->store->db, &err)
            && err.code == ERROR_LIMIT && count_of(fresh, fresh->store, "calls") == before,
            "of a transaction that fails nothing stays");
}

/* ---- placing ---- */

static void
test_place(struct tap *tap, struct fresh *fresh)
{
    struct order        wanted = wanted_order(fresh->arena, "a"), order, again;
    struct order_form   form = plain_form(fresh->arena, "a");
    struct error        err = { ERROR_NONE, "" };
    bool                new = false, found;
    struct job_standing job;

    tap_ok(tap, store_place_order(fresh->store, fresh->arena, &wanted, &form, &order, &new, &err)
            && new && order.state == ORDER_OPEN && order.flags == 0 && order.version == 1
            && strcmp(order.note, "a note") == 0 && order.amount.units == 1000000000
            && order.trace_id[0] == '\0' && order.confirmations == -1, "an order is placed");
    tap_ok(tap, count_of(fresh, fresh->store, "event") == 1, "with its event");
    tap_ok(tap, outbox_standing(fresh->store, fresh->arena, JOB_MAKE_LINK, "order-a", &job, &found,
            NULL) && found && outbox_standing(fresh->store, fresh->arena, JOB_LOOK, "order-a", &job,
            &found, NULL) && found, "and its jobs");
    wanted.order_id = "order-b";
    wanted.token = "token-of-22-letters---b";
    new = true;
    tap_ok(tap, store_place_order(fresh->store, fresh->arena, &wanted, &form, &again, &new, &err)
            && !new && strcmp(again.order_id, "order-a") == 0
            && count_of(fresh, fresh->store, "orders") == 1, "the same form again is that order");
    form.hash = "other contents";
    tap_ok(tap, !store_place_order(fresh->store, fresh->arena, &wanted, &form, &again, &new, &err)
            && err.code == ERROR_CONFLICT && count_of(fresh, fresh->store, "orders") == 1,
            "with other contents it is a conflict");
    tap_ok(tap, store_order_by_id(fresh->store, fresh->arena, "order-a", &again, NULL)
            && store_order_by_token(fresh->store, fresh->arena, again.token, &again, NULL),
            "found by id and by token");
    tap_ok(tap, !store_order_by_id(fresh->store, fresh->arena, again.token, &again, &err)
            && err.code == ERROR_MISSING
            && !store_order_by_token(fresh->store, fresh->arena, "order-a", &again, &err)
            && err.code == ERROR_MISSING, "never one by the other");
    wanted = wanted_order(fresh->arena, "p");
    wanted.link_kind = LINK_PAYLINK;
    wanted.link_request = "";
    wanted.link_url = "https://mixpay.me/pay?x";
    form = plain_form(fresh->arena, "p");
    tap_ok(tap, store_place_order(fresh->store, fresh->arena, &wanted, &form, &order, &new, &err)
            && outbox_standing(fresh->store, fresh->arena, JOB_MAKE_LINK, "order-p", &job, &found,
                    NULL) && !found && strcmp(order.link_url, wanted.link_url) == 0,
            "a Paylink needs no job to be made");
}

static bool
try_place(struct fresh *fresh, const char *name, int64_t stock, int64_t most, int64_t at,
        struct error *err)
{
    struct order      wanted = wanted_order(fresh->arena, name), order;
    struct order_form form = plain_form(fresh->arena, name);
    bool              new;

    wanted.item = stock >= 0 ? "rare" : "coffee";
    wanted.created_at += at;
    form.client = most > 0 ? "hasty" : "somebody";
    form.stock = stock;
    form.most_per_minute = most;
    return store_place_order(fresh->store, fresh->arena, &wanted, &form, &order, &new, err);
}

static void
test_stock(struct tap *tap, struct fresh *fresh)
{
    struct error err = { ERROR_NONE, "" };
    struct order order;

    tap_ok(tap, !try_place(fresh, "s0", 1, 0, 0, &err) && err.code == ERROR_CONFLICT,
            "two of the last one");
    tap_ok(tap, try_place(fresh, "s1", 5, 0, 0, &err) && try_place(fresh, "s2", 5, 0, 0, &err),
            "two and two of five");
    tap_ok(tap, !try_place(fresh, "s3", 5, 0, 0, &err) && err.code == ERROR_CONFLICT,
            "not two more");
    tap_ok(tap, try_place(fresh, "s3", 6, 0, 0, &err), "of six, they are");
    advance(fresh, "order-s1", TIME_RAN_OUT, NULL, &order, &err);
    tap_ok(tap, order.state == ORDER_EXPIRED && try_place(fresh, "s4", 6, 0, 0, &err),
            "what expired is there again");
    tap_ok(tap, !try_place(fresh, "s5", 0, 0, 0, &err) && err.code == ERROR_CONFLICT,
            "of none there is none");
}

static void
test_rate(struct tap *tap, struct fresh *fresh)
{
    struct error err = { ERROR_NONE, "" };

    tap_ok(tap, try_place(fresh, "r1", -1, 2, 0, &err) && try_place(fresh, "r2", -1, 2, 10, &err),
            "two in a minute");
    tap_ok(tap, !try_place(fresh, "r3", -1, 2, 59, &err) && err.code == ERROR_LIMIT, "not a third");
    tap_ok(tap, try_place(fresh, "r3", -1, 2, 60, &err), "a minute later, again");
    tap_ok(tap, try_place(fresh, "r4", -1, 0, 60, &err), "another client, at once");
}

/* ---- the door ---- */

static void
test_paid(struct tap *tap, struct fresh *fresh)
{
    struct result result = plain_result(RESULT_SUCCESS, "3F2C1A105D1B4A0E9D5E0A1B2C3D4E5F");
    struct order  order;
    struct error  err = { ERROR_NONE, "" };
    int64_t       events, proofs;

    place_named(fresh, "paid", &order);
    events = count_of(fresh, fresh->store, "event");
    proofs = count_of(fresh, fresh->store, "proof");
    tap_ok(tap, advance(fresh, "order-paid", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_PAID && order.version == 2, "a proof makes it paid");
    tap_text(tap, order.trace_id, TRACE, "its trace is kept, folded");
    tap_ok(tap, order.paid_at == NOW - 5 && order.confirmations == 1
            && strcmp(order.payment_amount, "0.0001") == 0 && strcmp(order.txid, "tx") == 0,
            "with MixPay's date and facts");
    tap_ok(tap, count_of(fresh, fresh->store, "event") == events + 1
            && count_of(fresh, fresh->store, "proof") == proofs + 1, "one event, one proof");
    tap_ok(tap, advance(fresh, "order-paid", PROVEN_PAID, &result, &order, &err)
            && order.version == 2 && count_of(fresh, fresh->store, "event") == events + 1,
            "the same again writes nothing");
    result.settle_status = "success";
    result.txid = "";
    tap_ok(tap, advance(fresh, "order-paid", SEEN_SOMETHING, &result, &order, &err)
            && order.state == ORDER_PAID && order_is_settled(&order)
            && strcmp(order.txid, "tx") == 0, "more facts join, what is left out stays");
    tap_ok(tap, advance(fresh, "order-paid", SEEN_FAILED, &result, &order, &err)
            && order.state == ORDER_PAID, "paid is final");
    tap_ok(tap, !advance(fresh, "order-none", SEEN_PENDING, &result, &order, &err)
            && err.code == ERROR_MISSING, "an order that there is not");
}

static void
test_one_trace(struct tap *tap, struct fresh *fresh)
{
    struct result result = plain_result(RESULT_SUCCESS, TRACE);
    struct order  order;
    struct error  err = { ERROR_NONE, "" };

    place_named(fresh, "thief", &order);
    tap_ok(tap, advance(fresh, "order-thief", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_OPEN && order.flags == FLAG_TRACE && order.trace_id[0] == '\0',
            "a trace that proved another order proves nothing here");
    result = plain_result(RESULT_SUCCESS, "11112222-3333-4444-5555-666677778888");
    tap_ok(tap, advance(fresh, "order-thief", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_OPEN, "and a person has to look first");
    tap_ok(tap, advance(fresh, "order-thief", PERSON_DISMISSED, NULL, &order, &err)
            && order.state == ORDER_FAILED, "who says how it ends");
    result = plain_result(RESULT_UNPAID, TRACE);
    place_named(fresh, "unpaid", &order);
    tap_ok(tap, advance(fresh, "order-unpaid", SEEN_UNPAID, &result, &order, &err)
            && order.trace_id[0] == '\0' && order.flags == 0,
            "an unpaid order has no trace to prove yet");
}

static void
test_held(struct tap *tap, struct fresh *fresh)
{
    struct result     result = plain_result(RESULT_SUCCESS, "22222222-3333-4444-5555-666677778888");
    struct order_news news = news_of(fresh->arena, SEEN_SOMETHING, &result);
    struct order      order;
    struct error      err = { ERROR_NONE, "" };

    place_named(fresh, "held", &order);
    news.raise = FLAG_MISMATCH;
    tap_ok(tap, store_advance_order(fresh->store, fresh->arena, "order-held", &news, NULL, now_ms,
            &order, &err) && order.flags == FLAG_MISMATCH && order_is_held(&order)
            && strcmp(order.txid, "tx") == 0, "a flag holds it, its facts are kept");
    tap_ok(tap, advance(fresh, "order-held", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_OPEN && advance(fresh, "order-held", TIME_RAN_OUT, NULL, &order,
            &err) && order.state == ORDER_OPEN, "nothing moves it");
    news = news_of(fresh->arena, PERSON_ACCEPTED, NULL);
    news.raise = FLAG_ACCEPTED;
    news.cause = "person";
    tap_ok(tap, store_advance_order(fresh->store, fresh->arena, "order-held", &news, NULL, now_ms,
            &order, &err) && order.state == ORDER_PAID && order.paid_at == NOW
            && order.flags == (FLAG_MISMATCH | FLAG_ACCEPTED), "but a person");
    news.happening = PERSON_DISMISSED;
    news.raise = FLAG_DISMISSED;
    news.lower = FLAG_ACCEPTED;
    tap_ok(tap, !store_advance_order(fresh->store, fresh->arena, "order-held", &news, NULL, now_ms,
            &order, &err) && err.code == ERROR_CONFLICT
            && store_order_by_id(fresh->store, fresh->arena, "order-held", &order, NULL)
            && order.flags == (FLAG_MISMATCH | FLAG_ACCEPTED),
            "whose word the schema does not let him take back");
    place_named(fresh, "failed", &order);
    advance(fresh, "order-failed", SEEN_FAILED, NULL, &order, &err);
    tap_ok(tap, !advance(fresh, "order-failed", PERSON_ACCEPTED, NULL, &order, &err)
            && err.code == ERROR_CONFLICT, "a word that has no place is refused");
}

static void
test_late(struct tap *tap, struct fresh *fresh)
{
    struct result result = plain_result(RESULT_SUCCESS, "33333333-3333-4444-5555-666677778888");
    struct order  order;
    struct error  err = { ERROR_NONE, "" };

    place_named(fresh, "late", &order);
    advance(fresh, "order-late", TIME_RAN_OUT, NULL, &order, &err);
    tap_ok(tap, order.state == ORDER_EXPIRED
            && advance(fresh, "order-late", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_PAID_LATE, "late money is a state of its own");
    tap_ok(tap, advance(fresh, "order-late", PERSON_ACCEPTED, NULL, &order, &err)
            && order.state == ORDER_PAID, "which a person accepts");
}

struct found {
    int         count;
    const char *last;
    bool        stop_at_two;
};

static bool
take_order(void *context, const struct order *order)
{
    struct found *found = context;

    found->count++;
    found->last = order->order_id;
    return !found->stop_at_two || found->count < 2;
}

static bool
take_event(void *context, const struct order_event *event)
{
    struct found *found = context;

    found->count++;
    found->last = event->what;
    return true;
}

static void
test_lists(struct tap *tap, struct fresh *fresh)
{
    struct order_search search = { NULL, false, 1000 };
    struct found        found = { 0, "", false };

    store_list_orders(fresh->store, fresh->arena, &search, take_order, &found, NULL);
    tap_ok(tap, found.count == count_of(fresh, fresh->store, "orders"), "all orders");
    found = (struct found){ 0, "", true };
    store_list_orders(fresh->store, fresh->arena, &search, take_order, &found, NULL);
    tap_ok(tap, found.count == 2, "until enough is said");
    search = (struct order_search){ "failed", false, 1000 };
    found = (struct found){ 0, "", false };
    store_list_orders(fresh->store, fresh->arena, &search, take_order, &found, NULL);
    tap_ok(tap, found.count == 2, "those that failed");
    search = (struct order_search){ NULL, true, 1000 };
    found = (struct found){ 0, "", false };
    store_list_orders(fresh->store, fresh->arena, &search, take_order, &found, NULL);
    tap_ok(tap, found.count == 1 && strcmp(found.last, "order-thief") == 0,
            "those that wait for a person");
    found = (struct found){ 0, "", false };
    store_order_events(fresh->store, fresh->arena, "order-held", take_event, &found, NULL);
    tap_ok(tap, found.count == 3 && strcmp(found.last, "person_accepted") == 0,
            "an order's events, in order");
}

static void
test_watch(struct tap *tap, struct fresh *fresh)
{
    struct order        order;
    struct job          look;
    struct job_standing job;
    bool                found;

    place_named(fresh, "watch", &order);
    outbox_claim_that(fresh->store, fresh->arena, JOB_LOOK, "order-watch", now_ms, 60000, &look,
            &found, NULL);
    outbox_retry(fresh->store, &look, now_ms + 600000, false, "", NULL);
    tap_ok(tap, store_watch_order(fresh->store, &order, now_ms + 30000, NULL)
            && store_order_by_id(fresh->store, fresh->arena, "order-watch", &order, NULL)
            && order.watched_at == NOW + 30, "a page is open");
    tap_ok(tap, outbox_standing(fresh->store, fresh->arena, JOB_LOOK, "order-watch", &job, &found,
            NULL) && found && job.due_ms == now_ms + 32000, "its look is due soon");
    tap_ok(tap, store_watch_order(fresh->store, &order, now_ms + 31000, NULL)
            && store_order_by_id(fresh->store, fresh->arena, "order-watch", &order, NULL)
            && order.watched_at == NOW + 30, "not noted every time");
}

/* The worker asked while the order was open; meanwhile a person dismissed it. */
static void
test_dismissed_meanwhile(struct tap *tap, struct fresh *fresh)
{
    struct result result = plain_result(RESULT_SUCCESS, "55555555-3333-4444-5555-666677778888");
    struct order  order;
    struct error  err = { ERROR_NONE, "" };

    place_named(fresh, "meanwhile", &order);
    tap_ok(tap, advance(fresh, "order-meanwhile", SEEN_FAILED, NULL, &order, &err)
            && advance(fresh, "order-meanwhile", PROVEN_PAID, &result, &order, &err)
            && order.state == ORDER_FAILED && (order.flags & FLAG_CONTRADICTION) != 0,
            "money for an order that failed while MixPay was being asked is flagged");
}

/* ---- the outbox ---- */

static bool
claim(struct fresh *fresh, int64_t at_ms, struct job *job)
{
    bool found = false;

    if (!outbox_claim(fresh->store, fresh->arena, true, at_ms, 60000, job, &found, NULL))
        abort();
    return found;
}

static bool
add_job(void *context, struct error *err)
{
    struct db *db = context;

    return outbox_add(db, "look", "slow", now_ms, PRIORITY_POLL, "poll", err)
            && outbox_add(db, "look", "watched", now_ms + 5, PRIORITY_WATCHED, "watched", err)
            && outbox_add(db, "make_link", "shop", now_ms + 9, PRIORITY_SHOPPER, "shopper", err)
            && outbox_add(db, "look", "later", now_ms + 500000, PRIORITY_POLL, "poll", err)
            && outbox_add(db, "look", "slow", now_ms + 7, PRIORITY_POLL, "poll", err);
}

static void
test_claims(struct tap *tap, struct fresh *fresh)
{
    struct job first, second, third, other;

    if (!db_transact(fresh->store->db, add_job, fresh->store->db, NULL))
        abort();
    tap_ok(tap, count_of(fresh, fresh->store, "outbox") == 4, "a job is one row");
    tap_ok(tap, claim(fresh, now_ms + 10, &first) && strcmp(first.subject, "shop") == 0,
            "who waits comes first");
    tap_ok(tap, claim(fresh, now_ms + 10, &second) && strcmp(second.subject, "watched") == 0,
            "then who watches");
    tap_ok(tap, claim(fresh, now_ms + 10, &third) && strcmp(third.subject, "slow") == 0
            && !claim(fresh, now_ms + 10, &other), "then the rest, and each once");
    tap_ok(tap, outbox_done(fresh->store, &first, now_ms, NULL)
            && !outbox_done(fresh->store, &first, now_ms, NULL) == false,
            "settled by who has it");
    tap_ok(tap, claim(fresh, now_ms + 60010, &other) && strcmp(other.subject, "watched") == 0
            && other.fence > second.fence, "a lease ends, and somebody else takes over");
    tap_ok(tap, !outbox_retry(fresh->store, &second, now_ms, true, "x", NULL)
            && !outbox_park(fresh->store, &second, "x", NULL)
            && !outbox_done(fresh->store, &second, now_ms, NULL),
            "who lost the lease settles nothing");
    tap_ok(tap, outbox_retry(fresh->store, &other, now_ms + 90000, true, "it rained", NULL),
            "the new one does");
}

static void
test_settling(struct tap *tap, struct fresh *fresh)
{
    struct job          job;
    struct job_standing standing;
    bool                found;
    int64_t             due_ms, depth;

    tap_ok(tap, outbox_standing(fresh->store, fresh->arena, "look", "watched", &standing, &found,
            NULL) && found && strcmp(standing.state, "due") == 0 && standing.tries == 1
            && standing.due_ms == now_ms + 90000 && strcmp(standing.last_error, "it rained") == 0,
            "a try that failed is counted, with its reason");
    tap_ok(tap, strcmp(standing.last_error, "it rained") == 0, "which people can read");
    tap_ok(tap, outbox_next(fresh->store, now_ms + 200000, &due_ms, &depth, NULL) && depth == 2,
            "what is due is counted");
    tap_ok(tap, outbox_claim_that(fresh->store, fresh->arena, "look", "later", now_ms, 60000, &job,
            &found, NULL) && found, "a job is taken before its time by who names it");
    tap_ok(tap, outbox_claim_that(fresh->store, fresh->arena, "look", "later", now_ms, 60000, &job,
            &found, NULL) && !found, "but not twice");
    tap_ok(tap, outbox_park(fresh->store, &(struct job){ .job_id = 4, .fence = 1 }, "enough", NULL)
            && outbox_claim_that(fresh->store, fresh->arena, "look", "later", now_ms + 600000,
            60000, &job, &found, NULL) && !found, "what is parked waits for a person");
}

static bool
prompt(struct fresh *fresh, const char *subject, int64_t due_ms, bool revive)
{
    bool written = false;

    if (!outbox_prompt(fresh->store, "look", subject, due_ms, PRIORITY_CALLBACK, "callback", revive,
                &written, NULL))
        abort();
    return written;
}

static void
test_prompts(struct tap *tap, struct fresh *fresh)
{
    struct job          job;
    struct job_standing standing;
    bool                found;

    tap_ok(tap, prompt(fresh, "watched", now_ms + 100, false), "a callback makes a look due");
    tap_ok(tap, !prompt(fresh, "watched", now_ms + 100, false)
            && !prompt(fresh, "watched", now_ms + 5000, false), "the next ones write nothing");
    tap_ok(tap, !prompt(fresh, "nobody", now_ms, false), "nor one about nobody");
    outbox_claim_that(fresh->store, fresh->arena, "look", "watched", now_ms + 200, 60000, &job,
            &found, NULL);
    tap_ok(tap, found && prompt(fresh, "watched", now_ms + 300, false),
            "one that comes while MixPay is being asked is written");
    tap_ok(tap, outbox_retry(fresh->store, &job, now_ms + 50000, false, "", NULL)
            && outbox_standing(fresh->store, fresh->arena, "look", "watched", &standing, &found,
            NULL) && standing.due_ms == now_ms + 300, "and gets another look");
    outbox_claim_that(fresh->store, fresh->arena, "look", "watched", now_ms + 400, 60000, &job,
            &found, NULL);
    outbox_done(fresh->store, &job, now_ms, NULL);
    tap_ok(tap, !prompt(fresh, "watched", now_ms + 500, false), "done for good stays done");
    tap_ok(tap, prompt(fresh, "watched", now_ms + 500, true)
            && outbox_standing(fresh->store, fresh->arena, "look", "watched", &standing, &found,
            NULL) && strcmp(standing.state, "due") == 0, "unless it is to be revived");
}

/* A look whose lease was lost brings no news, and nothing of it stays. */
static void
test_lost_look(struct tap *tap, struct fresh *fresh)
{
    struct result     result = plain_result(RESULT_CONFIRMING, OTHER_TRACE);
    struct order_news news = news_of(fresh->arena, SEEN_CONFIRMING, &result);
    struct job        old, new;
    struct order      order;
    struct error      err = { ERROR_NONE, "" };
    bool              found;
    int64_t           events;

    place_named(fresh, "lost", &order);
    events = count_of(fresh, fresh->store, "event");
    outbox_claim_that(fresh->store, fresh->arena, JOB_LOOK, "order-lost", now_ms, 1000, &old,
            &found, NULL);
    outbox_claim_that(fresh->store, fresh->arena, JOB_LOOK, "order-lost", now_ms + 2000, 1000,
            &new, &found, NULL);
    tap_ok(tap, found && !store_advance_order(fresh->store, fresh->arena, "order-lost", &news, &old,
            now_ms + 2500, &order, &err) && err.code == ERROR_CONFLICT
            && store_order_by_id(fresh->store, fresh->arena, "order-lost", &order, NULL)
            && order.state == ORDER_OPEN && count_of(fresh, fresh->store, "event") == events,
            "who lost the lease changes no order");
    tap_ok(tap, store_advance_order(fresh->store, fresh->arena, "order-lost", &news, &new,
            now_ms + 2500, &order, &err) && order.state == ORDER_CONFIRMING, "who has it does");
    tap_ok(tap, !store_advance_order(fresh->store, fresh->arena, "order-lost", &news, &old,
            now_ms + 2500, &order, &err), "and settles it");
}

static void
test_link(struct tap *tap, struct fresh *fresh)
{
    struct job   job;
    struct order order;
    bool         found;

    place_named(fresh, "link", &order);
    outbox_claim_that(fresh->store, fresh->arena, JOB_MAKE_LINK, "order-link", now_ms, 60000, &job,
            &found, NULL);
    tap_ok(tap, found && store_link_made(fresh->store, fresh->arena, "order-link", "https://m/1",
            "Made.", &job, now_ms, &order, NULL) && strcmp(order.link_url, "https://m/1") == 0,
            "the link is kept");
    tap_ok(tap, outbox_claim_that(fresh->store, fresh->arena, JOB_MAKE_LINK, "order-link", now_ms,
            60000, &job, &found, NULL) && !found, "and not made again");
    place_named(fresh, "nolink", &order);
    outbox_claim_that(fresh->store, fresh->arena, JOB_MAKE_LINK, "order-nolink", now_ms, 60000,
            &job, &found, NULL);
    tap_ok(tap, store_link_made(fresh->store, fresh->arena, "order-nolink", "", "Refused.", &job,
            now_ms, &order, NULL) && order.flags == FLAG_LINK_REFUSED, "a refusal is a flag");
}

static bool
add_line(void *context, struct error *err)
{
    static const char *const pushy[] = { "pushy 1", "pushy 2", "pushy 3" };
    struct db               *db = context;

    for (int i = 0; i < 3; i++)
        if (!outbox_add(db, "look", pushy[i], now_ms + 100000000 - 1000, PRIORITY_WATCHED,
                "watched", err))
            return false;
    return outbox_add(db, "look", "patient", now_ms + 100000000 - 61000, PRIORITY_POLL, "poll",
            err);
}

/* Strangers can keep as many pages open as they like. */
static void
test_line(struct tap *tap, struct fresh *fresh)
{
    const int64_t at_ms = now_ms + 100000000;
    struct job    jobs[3], job = { .job_id = 0 };
    int           patient = 0;

    while (claim(fresh, at_ms, &job))
        outbox_done(fresh->store, &job, at_ms, NULL);
    if (!db_transact(fresh->store->db, add_line, fresh->store->db, NULL))
        abort();
    for (int i = 0; i < 3; i++)
        if (claim(fresh, at_ms, &jobs[i]) && strcmp(jobs[i].subject, "patient") == 0) {
            patient++;
            job = jobs[i];
        }
    tap_ok(tap, patient == 1, "of three claims one is for who is overdue, two for who watches");
    while (claim(fresh, at_ms, &jobs[0]))
        ;
    outbox_retry(fresh->store, &job, at_ms + 86400000, false, "", NULL);
    tap_ok(tap, claim(fresh, at_ms, &job) && strcmp(job.subject, "patient") == 0,
            "what a clock that was wrong put off for a day is due now");
    tap_ok(tap, !claim(fresh, at_ms + 59000, &job), "but not what somebody has");
    tap_ok(tap, claim(fresh, at_ms - 86400000, &job),
            "unless his lease, too, was written under such a clock");
}

/* ---- the budget ---- */

static bool
take(struct fresh *fresh, enum budget_class class, int64_t at_ms, int64_t *wait_ms)
{
    if (!budget_take(fresh->store, class, at_ms, wait_ms, NULL))
        abort();
    return *wait_ms == 0;
}

static int
take_many(struct fresh *fresh, enum budget_class class, int64_t from_ms, int tries, int every_ms)
{
    int64_t wait_ms;
    int     taken = 0;

    for (int i = 0; i < tries; i++)
        taken += take(fresh, class, from_ms + (int64_t)i * every_ms, &wait_ms);
    return taken;
}

static void
test_budget(struct tap *tap, struct fresh *fresh)
{
    int64_t wait_ms, at = now_ms, used, pause_ms;

    tap_ok(tap, take_many(fresh, BUDGET_FOR_PROMPTED, at, 100, 1) == 30,
            "strangers prompt 30 calls at most");
    tap_ok(tap, !take(fresh, BUDGET_FOR_PROMPTED, at + 100, &wait_ms) && wait_ms > 0
            && wait_ms <= BUDGET_WINDOW_MS, "then they wait");
    tap_ok(tap, take_many(fresh, BUDGET_FOR_POLLER, at + 1000, 300, 190) == 20,
            "20 are left for the poller");
    tap_ok(tap, budget_read(fresh->store, at + 58000, &used, &pause_ms, NULL) && used == 50
            && pause_ms == 0, "50 in all");
    tap_ok(tap, take_many(fresh, BUDGET_FOR_PROMPTED, at + 59000, 10, 1) == 0
            && take_many(fresh, BUDGET_FOR_HINT, at + 59000, 10, 1) == 0, "and none more");
    tap_ok(tap, !take(fresh, BUDGET_FOR_PROMPTED, at + 59500, &wait_ms)
            && take(fresh, BUDGET_FOR_PROMPTED, at + 59500 + wait_ms, &wait_ms),
            "who waits as long as he is told gets one");
    at += 1000000;
    tap_ok(tap, take_many(fresh, BUDGET_FOR_HINT, at, 100, 1) == 15, "hints get 15 at most");
    tap_ok(tap, take_many(fresh, BUDGET_FOR_PROMPTED, at, 100, 1) == 15, "the others the rest");
    at += 1000000;
    tap_ok(tap, take_many(fresh, BUDGET_FOR_POLLER, at, 100, 1) == 5,
            "the poller spends 5 at a time");
    at += 1000000;
    tap_ok(tap, budget_pause(fresh->store, at + 5000, NULL)
            && !take(fresh, BUDGET_FOR_POLLER, at, &wait_ms) && wait_ms == 5000
            && !take(fresh, BUDGET_FOR_PROMPTED, at + 4999, &wait_ms)
            && take(fresh, BUDGET_FOR_POLLER, at + 5000, &wait_ms), "in a pause nobody calls");
    tap_ok(tap, budget_pause(fresh->store, at + 90000000, NULL)
            && take(fresh, BUDGET_FOR_POLLER, at + 20000, &wait_ms),
            "a pause of a day is a clock gone wrong, and is not kept");
}

/* In no 60 s are there more than 50, however they are spread. */
static void
test_window(struct tap *tap, struct fresh *fresh)
{
    enum { TRIES = 4000 };
    int64_t granted[TRIES], wait_ms, at = now_ms + 50000000;
    int     count = 0, most = 0;
    uint64_t seed = 42;

    for (int i = 0; i < TRIES; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        at += (int64_t)(seed % 300);
        if (take(fresh, (enum budget_class)(seed / 1000 % 3), at, &wait_ms))
            granted[count++] = at;
    }
    for (int i = 0; i < count; i++) {
        int within = 0;

        for (int k = i; k < count && granted[k] < granted[i] + BUDGET_WINDOW_MS; k++)
            within++;
        most = within > most ? within : most;
    }
    tap_ok(tap, most <= BUDGET_CALLS && count > 300,
            "%d calls in ten minutes, at most %d in any one", count, most);
}

/* ---- many at once ---- */

struct crowd {
    struct fresh     *fresh;
    pthread_barrier_t gate;
    int               mode; /* 0: advance, 1: place */
};

static void *
join_crowd(void *context)
{
    struct crowd     *crowd = context;
    struct arena     *arena = arena_open();
    struct result     result = plain_result(RESULT_SUCCESS, "55555555-3333-4444-5555-666677778888");
    struct order_news news = news_of(arena, PROVEN_PAID, &result);
    struct order      wanted = wanted_order(arena, "crowd"), order;
    struct order_form form = plain_form(arena, "crowd-form");
    struct store     *store = NULL;
    struct error      err = { ERROR_NONE, "" };
    bool              done = store_open(crowd->fresh->home, &store, &err), new;

    wanted.order_id = arena_format(arena, "crowd-%p", (void *)&order);
    wanted.token = arena_format(arena, "token-of-22-letters-%p", (void *)&order);
    pthread_barrier_wait(&crowd->gate);
    done = done && (crowd->mode == 0
            ? store_advance_order(store, arena, "order-crowd", &news, NULL, now_ms, &order, &err)
                    && order.state == ORDER_PAID
            : store_place_order(store, arena, &wanted, &form, &order, &new, &err));
    if (!done)
        printf("# %s\n", err.message);
    store_close(store);
    arena_close(arena);
    return done ? crowd : NULL;
}

static int
gather(struct fresh *fresh, int mode)
{
    struct crowd crowd = { .fresh = fresh, .mode = mode };
    pthread_t    threads[THREADS];
    int          done = 0;

    pthread_barrier_init(&crowd.gate, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, join_crowd, &crowd) != 0)
            abort();
    for (int i = 0; i < THREADS; i++) {
        void *outcome;

        pthread_join(threads[i], &outcome);
        done += outcome != NULL;
    }
    pthread_barrier_destroy(&crowd.gate);
    return done;
}

static void
test_crowd(struct tap *tap, struct fresh *fresh)
{
    struct order order;
    int64_t      steps, proofs, orders;
    int          done;

    place_named(fresh, "crowd", &order);
    steps = count_of(fresh, fresh->store, "steps");
    proofs = count_of(fresh, fresh->store, "proof");
    done = gather(fresh, 0);
    tap_ok(tap, done == THREADS, "%d at once bring the same news", done);
    tap_ok(tap, count_of(fresh, fresh->store, "steps") == steps + 1
            && count_of(fresh, fresh->store, "proof") == proofs + 1, "and the order moves once");
    orders = count_of(fresh, fresh->store, "orders");
    done = gather(fresh, 1);
    tap_ok(tap, done == THREADS && count_of(fresh, fresh->store, "orders") == orders + 1,
            "%d send the same form at once, and there is one order", done);
}

/* A child writes slowly, says so by a byte, and ends when a byte comes back. */
struct slow {
    struct db *db;
    int        say, hear;
};

static bool
write_slowly(void *context, struct error *err)
{
    struct slow *slow = context;
    char         byte = 'x';

    return db_script(slow->db, "INSERT INTO budget_call VALUES (7, 'slow')", err)
            && write(slow->say, &byte, 1) == 1 && read(slow->hear, &byte, 1) == 1;
}

static int
be_slow(const struct fresh *fresh, int say, int hear)
{
    struct db_home *home;
    struct slow     slow = { NULL, say, hear };
    bool            done = db_home_open(fresh->url, false, &home, NULL)
            && db_open(home, &slow.db, NULL) && db_transact(slow.db, write_slowly, &slow, NULL);

    if (done) {
        db_close(slow.db);
        db_home_close(home);
    }
    return done ? 0 : 1;
}

static void
test_checkpoint(struct tap *tap, struct fresh *fresh)
{
    int     says[2], hears[2], status = 1;
    int64_t left = -1, before;
    char    byte;
    pid_t   child;

    if (pipe(says) != 0 || pipe(hears) != 0)
        abort();
    child = fork();
    if (child == 0)
        _exit(be_slow(fresh, says[1], hears[0]));
    if (read(says[0], &byte, 1) != 1)
        abort();
    before = db_log_size(fresh->store->db);
    tap_ok(tap, before > 0 && db_checkpoint(fresh->store->db, &left, NULL) && left == before,
            "while somebody writes, nobody checkpoints");
    if (write(hears[1], &byte, 1) != 1)
        abort();
    waitpid(child, &status, 0);
    tap_ok(tap, status == 0, "and who writes is not disturbed");
    tap_ok(tap, db_checkpoint(fresh->store->db, &left, NULL) && left == 0,
            "afterwards all of the log goes");
    close(says[0]), close(says[1]), close(hears[0]), close(hears[1]);
}

struct waiting {
    struct fresh *fresh;
    bool          done;
};

static void *
beat_thread(void *context)
{
    struct waiting *waiting = context;
    struct store   *store;

    if (!store_open(waiting->fresh->home, &store, NULL)
            || !store_beat(store, "worker", NOW, NULL))
        abort();
    store_close(store);
    __atomic_store_n(&waiting->done, true, __ATOMIC_SEQ_CST);
    return NULL;
}

static void
test_writers_wait(struct tap *tap, struct fresh *fresh)
{
    struct waiting waiting = { fresh, false };
    pthread_t      thread;
    int64_t        at = 0;
    const char    *path = arena_format(fresh->arena, "%s/till.db.lock", fresh->folder);
    int            lock = open(path, O_RDWR);

    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        abort();
    pthread_create(&thread, NULL, beat_thread, &waiting);
    rest(300);
    tap_ok(tap, !__atomic_load_n(&waiting.done, __ATOMIC_SEQ_CST),
            "while somebody checkpoints, nobody writes");
    flock(lock, LOCK_UN);
    pthread_join(thread, NULL);
    tap_ok(tap, store_last_beat(fresh->store, "worker", &at, NULL) && at == NOW,
            "and then they do");
    tap_ok(tap, store_last_beat(fresh->store, "nobody", &at, NULL) && at == 0, "nobody never beat");
    close(lock);
}

/* Four processes write as fast as they can, and this one checkpoints all the while. */
static int
write_much(const struct fresh *fresh, int64_t which)
{
    struct db_home *home;
    struct store   *store;

    if (!db_home_open(fresh->url, false, &home, NULL) || !store_open(home, &store, NULL))
        return 1;
    for (int64_t i = 0; i < 100; i++)
        if (!store_beat(store, "busy", which * 1000 + i, NULL))
            return 2;
    store_close(store);
    db_home_close(home);
    return 0;
}

static void
test_busy(struct tap *tap, struct fresh *fresh)
{
    pid_t        children[4];
    int          status, well = 0, over = 0;
    int64_t      left, at;
    struct error err = { ERROR_NONE, "" };

    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(write_much(fresh, i));
    }
    while (over < 4) {
        well += !db_checkpoint(fresh->store->db, &left, &err);
        over += waitpid(-1, &status, WNOHANG) > 0 ? 1 : 0;
        rest(2);
    }
    tap_ok(tap, well == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0,
            "four processes write, one checkpoints");
    tap_ok(tap, store_last_beat(fresh->store, "busy", &at, &err) && at % 1000 == 99,
            "the last word stands");
    tap_ok(tap, db_check(fresh->store->db, &err), "and the database is whole");
    (void)children;
}

static void
test_damage(struct tap *tap)
{
    struct fresh fresh;
    struct error err = { ERROR_NONE, "" };
    char         rubbish[2048];
    int64_t      left;
    int          file;
    struct order order;
    struct stat  facts;

    fresh_open(&fresh);
    for (int i = 0; i < 200; i++)
        place_named(&fresh, arena_format(fresh.arena, "d%d", i), &order);
    db_checkpoint(fresh.store->db, &left, NULL);
    store_close(fresh.store);
    file = open(db_home_path(fresh.home), O_RDWR);
    memset(rubbish, 0xa5, sizeof rubbish);
    if (file < 0 || fstat(file, &facts) != 0)
        abort();
    for (off_t page = facts.st_size / 4096 * 3 / 4; page < facts.st_size / 4096; page++)
        if (pwrite(file, rubbish, sizeof rubbish, page * 4096) < 0)
            abort();
    close(file);
    if (!store_open(fresh.home, &fresh.store, &err)) {
        printf("# %s\n", err.message);
        abort();
    }
    tap_ok(tap, !db_check(fresh.store->db, &err) && err.code == ERROR_STORE
            && err.message[0] != '\0', "damage is found: %.60s", err.message);
    fresh_close(&fresh);
}

/* ---- assets ---- */

static void
test_assets(struct tap *tap, struct fresh *fresh)
{
    const struct asset list[] = { { BTC, "BTC", "Bitcoin", "Bitcoin", "0.00001", "1" },
        { "usd", "USD", "Dollar", "", "1", "1000" } };
    const char        *symbol;
    bool               known;
    int64_t            at;

    tap_ok(tap, store_assets_keep(fresh->store, "quote", list, 2, NOW, NULL)
            && store_asset_symbol(fresh->store, fresh->arena, BTC, &symbol, NULL)
            && strcmp(symbol, "BTC") == 0, "an asset's name");
    tap_ok(tap, store_asset_known(fresh->store, "quote", "usd", &known, &at, NULL) && known
            && at == NOW && store_asset_known(fresh->store, "quote", "eur", &known, &at, NULL)
            && !known && at == NOW, "one is known, another is not");
    tap_ok(tap, store_asset_known(fresh->store, "payment", BTC, &known, &at, NULL) && !known
            && at == 0, "a list that was never read");
    tap_ok(tap, store_assets_keep(fresh->store, "quote", list, 0, NOW + 1, NULL)
            && store_asset_known(fresh->store, "quote", "usd", &known, &at, NULL) && known,
            "an empty list replaces nothing");
    tap_ok(tap, store_assets_keep(fresh->store, "quote", list, 1, NOW + 2, NULL)
            && store_asset_known(fresh->store, "quote", "usd", &known, &at, NULL) && !known
            && at == NOW + 2, "a new one replaces all of the old");
    tap_ok(tap, store_asset_symbol(fresh->store, fresh->arena, PAYEE, &symbol, NULL)
            && symbol[0] == '\0', "what nobody knows has no name");
}

static void
in_fresh(struct tap *tap, void (*const tests[])(struct tap *, struct fresh *))
{
    struct fresh fresh;

    fresh_open(&fresh);
    for (; *tests != NULL; tests++)
        (*tests)(tap, &fresh);
    fresh_close(&fresh);
}

int
main(void)
{
    static void (*const groups[][8])(struct tap *, struct fresh *) = {
        { test_homes, test_schema, NULL },
        { test_secret, test_rollback, test_assets, NULL },
        { test_place, test_stock, test_rate, NULL },
        { test_paid, test_one_trace, test_held, test_late, test_lists, test_watch,
            test_dismissed_meanwhile, NULL },
        { test_claims, test_settling, test_prompts, test_line, NULL },
        { test_lost_look, test_link, NULL },
        { test_budget, test_window, NULL },
        { test_crowd, test_checkpoint, test_writers_wait, test_busy, NULL },
    };
    struct tap tap = { 0, 0 };

    setvbuf(stdout, NULL, _IOLBF, 0); /* children inherit no lines */
    if (!crypt_start())
        return 1;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        in_fresh(&tap, groups[i]);
    test_migrating_at_once(&tap);
    test_damage(&tap);
    return tap_end(&tap);
}
