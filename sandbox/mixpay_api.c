/* mixpay_api.c: the pretend MixPay's API: protocol/mixpay.md §2, 3b, 3d, 4.
 * SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/uuid.h"
#include "sandbox/answer.h"
#include "sandbox/assets.h"
#include "sandbox/mixpay.h"
#include "sandbox/payment.h"
#include "sandbox/requests.h"
#include "sandbox/result.h"
#include "sandbox/terms.h"

enum { GET_BODY = 4096, POST_BODY = 16384, GROUP_BODY = 32768, GROUP_LEAST = 3, GROUP_MOST = 256 };

/* ---- one_time_payment ------------------------------------------------------------------------ */

struct creation {
    struct call   *call;
    struct payment wanted;
    const char    *code; /* the answer */
};

/* By trace, else by order; a row that has one of them from elsewhere is found too. */
static bool
find_same(struct creation *creation, struct payment *existing, bool *found, struct error *err)
{
    const struct payment *wanted = &creation->wanted;
    struct db            *db = creation->call->station->db;
    struct arena         *arena = creation->call->arena;

    *found = false;
    if (wanted->trace_id != NULL
            && !payment_by_trace(db, arena, wanted->trace_id, existing, found, err))
        return false;
    return *found || wanted->order_id == NULL || payment_by_order(db, arena, wanted->payee_id,
            wanted->order_id, existing, found, err);
}

static bool
is_another(const struct payment *wanted, const struct payment *existing)
{
    return !text_equal(wanted->payee_id, existing->payee_id)
            || (wanted->trace_id != NULL && !text_equal(wanted->trace_id, existing->trace_id))
            || (wanted->order_id != NULL && !text_equal(wanted->order_id, existing->order_id));
}

/* A trace given becomes the code (MixPay's document says so); without one the code is the trace. */
static bool
create_fresh(struct creation *creation, struct error *err)
{
    char code[UUID_TEXT];

    uuid_make(code);
    if (creation->wanted.trace_id == NULL)
        creation->wanted.trace_id = arena_copy(creation->call->arena, code);
    creation->wanted.code = creation->code = creation->wanted.trace_id;
    return payment_save(creation->call->station->db, &creation->wanted, err);
}

/* The order was opened by a Paylink before and nothing is paid: now the code alone counts. */
static bool
attach_code(struct creation *creation, const struct payment *existing, struct error *err)
{
    creation->wanted.trace_id = existing->trace_id;
    creation->wanted.order_id = existing->order_id;
    creation->wanted.created_at = existing->created_at;
    creation->wanted.version = existing->version;
    creation->wanted.raw = existing->raw;
    creation->wanted.code = creation->code = existing->trace_id;
    return payment_save(creation->call->station->db, &creation->wanted, err);
}

static bool
create(void *context, struct error *err)
{
    struct creation *creation = context;
    struct station  *station = creation->call->station;
    struct payment   existing;
    bool             found;

    if (!find_same(creation, &existing, &found, err))
        return false;
    if (!found)
        return create_fresh(creation, err);
    switch (payment_seen(&existing, clock_now(), false).status) {
    case PAYMENT_SUCCESS:
        return refuse(station, CODE_DONE, err);
    case PAYMENT_FAILED:
        return refuse(station, CODE_OVER, err);
    default:
        break;
    }
    if (is_another(&creation->wanted, &existing))
        return refuse(station, CODE_DONE, err);
    creation->code = existing.code;
    if (existing.code != NULL)
        return true;
    return existing.status == PAYMENT_UNPAID ? attach_code(creation, &existing, err)
                                             : refuse(station, CODE_DONE, err);
}

static bool
create_one_time_payment(struct call *call, struct error *err)
{
    struct creation creation = { .call = call };
    struct inputs   inputs;

    if (!inputs_read(call, &inputs, err) || !terms_read(&inputs, false, &creation.wanted, err)
            || !db_transact(call->station->db, create, &creation, err))
        return false;
    call->subject = creation.wanted.order_id;
    return answer_data(call, json_pack("{s:s}", "code", creation.code));
}

/* ---- payments_result ------------------------------------------------------------------------- */

static bool
find_asked(struct call *call, const struct inputs *inputs, struct payment *payment, bool *found,
        struct error *err)
{
    struct station *station = call->station;
    const char     *trace, *order, *payee;

    if (!inputs_text(inputs, "traceId", &trace, err) || !inputs_text(inputs, "orderId", &order, err)
            || !inputs_text(inputs, "payeeId", &payee, err))
        return false;
    if (trace != NULL)
        return terms_trace(station, call->arena, trace, &trace, err)
                && payment_by_trace(station->db, call->arena, trace, payment, found, err);
    if (order == NULL || payee == NULL)
        return refuse_for(station, CODE_PARAMETER, err, "traceId, or orderId with payeeId.");
    return terms_order(station, order, err)
            && terms_payee(station, call->arena, payee, &payee, err)
            && payment_by_order(station->db, call->arena, payee, order, payment, found, err);
}

/* Is `name` one of the words between commas? */
static bool
lists(const char *words, const char *name)
{
    size_t length = strlen(name);

    for (; words != NULL && *words != '\0'; words += strcspn(words, ","), words += *words == ',')
        if (strcspn(words, ",") == length && strncmp(words, name, length) == 0)
            return true;
    return false;
}

static bool
show_result(struct call *call, struct error *err)
{
    struct station *station = call->station;
    struct payment  payment;
    struct inputs   inputs;
    const char     *with;
    json_t         *result;
    bool            found = false;

    if (!inputs_read(call, &inputs, err) || !inputs_text(&inputs, "with", &with, err)
            || !find_asked(call, &inputs, &payment, &found, err))
        return false;
    if (!found)
        return refuse(station, station->switches.values[SWITCH_UNKNOWN_ORDER] == UNKNOWN_ORDER_404
                ? CODE_NO_PATH : CODE_NO_ORDER, err);
    call->subject = payment.order_id;
    return result_json(station, call->arena, &payment, lists(with, "payment"),
            lists(with, "transactions"), &result, err)
            && answer_data(call, json_incref(result));
}

/* ---- lists, users, groups -------------------------------------------------------------------- */

/* quoteAmount has to come with quoteAssetId. */
static bool
read_quote(const struct inputs *inputs, const struct asset **quote, struct amount *amount,
        struct error *err)
{
    struct station *station = inputs->call->station;
    const char     *id, *text;

    *quote = NULL;
    *amount = (struct amount){ 0 };
    if (!inputs_text(inputs, "quoteAssetId", &id, err)
            || !inputs_text(inputs, "quoteAmount", &text, err))
        return false;
    if (id == NULL || text == NULL)
        return true;
    *quote = asset_find(id);
    if (*quote == NULL)
        return refuse(station, CODE_NO_QUOTE_ASSET, err);
    return amount_parse(text, amount, NULL) || refuse_for(station, CODE_SHAPE, err,
            "quoteAmount is not an amount.");
}

static bool
show_list(struct call *call, enum asset_list kind, struct error *err)
{
    struct inputs       inputs;
    const struct asset *quote;
    struct amount       amount;
    const char         *payee;

    if (!inputs_read(call, &inputs, err) || !inputs_text(&inputs, "payeeId", &payee, err)
            || (payee != NULL && !terms_payee(call->station, call->arena, payee, &payee, err))
            || !read_quote(&inputs, &quote, &amount, err))
        return false;
    return answer_data(call, asset_list(kind, quote, amount));
}

static bool
show_payment_assets(struct call *call, struct error *err)
{
    return show_list(call, ASSETS_TO_PAY_WITH, err);
}

static bool
show_quote_assets(struct call *call, struct error *err)
{
    return show_list(call, ASSETS_TO_QUOTE_IN, err);
}

static bool
show_settlement_assets(struct call *call, struct error *err)
{
    return show_list(call, ASSETS_TO_SETTLE_IN, err);
}

/* An id that is always the same for the same text. */
static const char *
id_from(struct arena *arena, const char *text)
{
    unsigned char hash[CRYPT_HASH];
    char          id[UUID_TEXT];

    crypt_hash(text, strlen(text), hash);
    hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x40);
    hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
    return uuid_fold_loose(crypt_hex(arena, hash, 16), id) ? arena_copy(arena, id) : "";
}

/* Mixin numbers have five digits and more; here they all are MixPay's users. */
static bool
show_payee(struct call *call, struct error *err)
{
    const char *number = call_capture(call, "number");

    if (!text_is_made_of(number, "0123456789"))
        return refuse_for(call->station, CODE_SHAPE, err, "A Mixin number is made of digits.");
    if (strlen(number) < 5 || strlen(number) > 12 || number[0] == '0')
        return refuse(call->station, CODE_NO_USER, err);
    return answer_data(call, json_pack("{s:s}", "payeeId",
            id_from(call->arena, arena_format(call->arena, "mixin %s", number))));
}

struct group {
    const char *members[GROUP_MOST];
    size_t      count;
    const char *threshold;
};

static bool
add_member(struct call *call, struct group *group, const char *text, struct error *err)
{
    char folded[UUID_TEXT];

    if (group->count == GROUP_MOST)
        return refuse_for(call->station, CODE_PARAMETER, err, "There are more than %d receivers.",
                GROUP_MOST);
    if (text == NULL || !uuid_fold(text, folded))
        return refuse_for(call->station, CODE_SHAPE, err, "A receiver is not a UUID.");
    group->members[group->count++] = arena_copy(call->arena, folded);
    return true;
}

/* receivers[]=…&receivers[]=…: the name stands many times, so the house's form reader, which
 * refuses that, is not asked. */
static bool
read_group_form(struct call *call, struct group *group, struct error *err)
{
    const char *at = call->body;

    while (*at != '\0') {
        size_t      length = strcspn(at, "&"), split = strcspn(at, "=&");
        size_t      skip = split < length ? split + 1 : length;
        const char *name = url_decode(call->arena, at, split, true);
        const char *value = url_decode(call->arena, at + skip, length - skip, true);

        if (name == NULL || value == NULL)
            return refuse_for(call->station, CODE_SHAPE, err, "The form cannot be read.");
        if (strcmp(name, "threshold") == 0)
            group->threshold = value;
        else if (text_starts(name, "receivers[") && !add_member(call, group, value, err))
            return false;
        at += length + (at[length] == '&');
    }
    return true;
}

static bool
read_group_json(struct call *call, struct group *group, struct error *err)
{
    struct inputs inputs;
    json_t       *member;
    size_t        i;

    if (!inputs_read(call, &inputs, err)
            || !inputs_text(&inputs, "threshold", &group->threshold, err))
        return false;
    json_array_foreach(json_object_get(inputs.json, "receivers"), i, member)
        if (!add_member(call, group,
                json_literal(member) == NULL ? json_string_value(member) : NULL, err))
            return false;
    for (i = 0; i < call->query.count; i++)
        if (text_starts(call->query.list[i].name, "receivers[")
                && !add_member(call, group, call->query.list[i].value, err))
            return false;
    return true;
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
show_group(struct call *call, struct error *err)
{
    struct group *group = arena_alloc(call->arena, sizeof *group);
    struct text   whole;
    long long     threshold;
    bool          form = strcmp(call->type, "application/x-www-form-urlencoded") == 0;

    if (!(form ? read_group_form(call, group, err) : read_group_json(call, group, err)))
        return false;
    if (group->count < GROUP_LEAST)
        return refuse_for(call->station, CODE_PARAMETER, err, "receivers needs %d members.",
                GROUP_LEAST);
    if (group->threshold == NULL
            || !text_to_integer(group->threshold, 1, (long long)group->count, &threshold))
        return refuse_for(call->station, CODE_PARAMETER, err,
                "threshold is from 1 to the number of receivers.");
    qsort(group->members, group->count, sizeof group->members[0], compare_texts);
    text_open(&whole, call->arena);
    text_add_format(&whole, "multisig %lld", threshold);
    for (size_t i = 0; i < group->count; i++)
        text_add_format(&whole, " %s", group->members[i]);
    return answer_data(call, json_pack("{s:s}", "multisigId", id_from(call->arena, whole.bytes)));
}

/* Browsers ask first, because of the Content-Type that mixpayjs sends with every call; the headers
 * of the answer are set for all of the API (main.c). */
static bool
allow_browsers(struct call *call, struct error *err)
{
    (void)err;
    return call_answer(call, 204, "text/plain", "", 0);
}

#define OFFER(method, path, handler, most_body) \
    { method, "/mixpay/v1/" path, handler, api_client, most_body }, \
    { "OPTIONS", "/mixpay/v1/" path, allow_browsers, anyone, 0 }

const struct route mixpay_api_routes[] = {
    OFFER("POST", "one_time_payment",          create_one_time_payment, POST_BODY),
    OFFER("GET",  "payments_result",           show_result,             GET_BODY),
    OFFER("GET",  "setting/payment_assets",    show_payment_assets,     GET_BODY),
    OFFER("GET",  "setting/quote_assets",      show_quote_assets,       GET_BODY),
    OFFER("GET",  "setting/settlement_assets", show_settlement_assets,  GET_BODY),
    OFFER("GET",  "user/mixin_uuid/{number}",  show_payee,              GET_BODY),
    OFFER("POST", "multisig",                  show_group,              GROUP_BODY),
    { NULL, NULL, NULL, NULL, 0 }
};
