/* mixpay.c: the calls of MixPay's API, and what its answers mean.
 * SPDX-License-Identifier: ISC */
#include "remote/mixpay.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum { BUSY = 1429, SERVER_ERROR = -1, MAINTENANCE = 10008, HTTP_TOO_MANY = 429 };

#define LATEST_MS 253402300799999 /* the end of the year 9999 */

static const char *const verdict_names[] = {
    [MIXPAY_ANSWERED] = "answered",
    [MIXPAY_REFUSED]  = "refused",
    [MIXPAY_BUSY]     = "busy",
    [MIXPAY_DOWN]     = "down",
};

static const char *const list_paths[] = {
    [MIXPAY_PAYMENT_ASSETS]    = "/setting/payment_assets",
    [MIXPAY_QUOTE_ASSETS]      = "/setting/quote_assets",
    [MIXPAY_SETTLEMENT_ASSETS] = "/setting/settlement_assets",
};

/* protocol/mixpay.md §1, §4 and §6c */
static const struct code {
    enum mixpay_code_family family;
    long long               code;
    const char             *text;
} codes[] = {
    { MIXPAY_API_CODE, -1,    "MixPay's server has an error" },
    { MIXPAY_API_CODE, 404,   "there is no such payment link" },
    { MIXPAY_API_CODE, 1017,  "a parameter is wrong" },
    { MIXPAY_API_CODE, 1429,  "asked too often" },
    { MIXPAY_API_CODE, 2000,  "not permitted" },
    { MIXPAY_API_CODE, 10000, "the authorization by Mixin has expired" },
    { MIXPAY_API_CODE, 10001, "there is no such user or payee" },
    { MIXPAY_API_CODE, 10002, "there is no such asset, or it cannot be exchanged" },
    { MIXPAY_API_CODE, 10003, "the quote asset is not supported" },
    { MIXPAY_API_CODE, 10004, "the price is too low" },
    { MIXPAY_API_CODE, 10005, "the price is too high" },
    { MIXPAY_API_CODE, 10006, "the amount is over MixPay's limit" },
    { MIXPAY_API_CODE, 10007, "MixPay offers no service to this user" },
    { MIXPAY_API_CODE, 10008, "payments are closed for maintenance" },
    { MIXPAY_API_CODE, 10009, "withdrawals are closed for maintenance" },
    { MIXPAY_API_CODE, 10010, "the balance is too small" },
    { MIXPAY_API_CODE, 10011, "a parameter is wrong" },
    { MIXPAY_API_CODE, 10020, "the order or trace is completed or attached already" },
    { MIXPAY_API_CODE, 10032, "not possible in the payment's present state" },
    { MIXPAY_API_CODE, 10033, "this user was added three times in a day already" },
    { MIXPAY_API_CODE, 10034, "the price is in disorder, later it may work" },
    { MIXPAY_API_CODE, 10035, "the multisig group belongs to somebody else" },
    { MIXPAY_API_CODE, 10036, "there is no such robot" },
    { MIXPAY_API_CODE, 10037, "this is not a robot" },
    { MIXPAY_API_CODE, 10039, "this robot belongs to somebody else" },
    { MIXPAY_API_CODE, 10040, "this robot is bound already" },
    { MIXPAY_API_CODE, 10041, "the threshold is higher than the number of receivers" },
    { MIXPAY_API_CODE, 10042, "more than 20 multisig groups are bound" },
    { MIXPAY_API_CODE, 10043, "more than 20 robots are bound" },
    { MIXPAY_API_CODE, 10044, "the multisig group needs a name first" },
    { MIXPAY_API_CODE, 10061, "the callback address must be https" },
    { MIXPAY_API_CODE, 10062, "MixPay does not know this order" },
    { MIXPAY_API_CODE, 10063, "the order would expire too soon" },
    { MIXPAY_API_CODE, 10064, "the order would expire too late" },
    { MIXPAY_API_CODE, 10065, "the trace has expired or failed" },
    { MIXPAY_API_CODE, 10084, "the trace is not available for this" },
    { MIXPAY_API_CODE, 10131, "the callback event is not one of MixPay's" },

    { MIXPAY_FAILURE_CODE, 10002, "the asset does not exist or cannot be exchanged" },
    { MIXPAY_FAILURE_CODE, 10003, "the quote asset cannot be used" },
    { MIXPAY_FAILURE_CODE, 10010, "the balance is too small" },
    { MIXPAY_FAILURE_CODE, 10011, "a parameter is wrong" },
    { MIXPAY_FAILURE_CODE, 10021, "the payee does not take this settlement asset" },
    { MIXPAY_FAILURE_CODE, 10034, "the price was in disorder" },
    { MIXPAY_FAILURE_CODE, 10052, "the settlement asset is not available" },
    { MIXPAY_FAILURE_CODE, 10053, "the asset paid cannot be the quote asset" },
    { MIXPAY_FAILURE_CODE, 10054, "the asset paid is not available" },
    { MIXPAY_FAILURE_CODE, 10055, "the settlement asset is no longer offered" },
    { MIXPAY_FAILURE_CODE, 10056, "the quote asset is no longer offered" },
    { MIXPAY_FAILURE_CODE, 10057, "the asset paid is no longer offered" },
    { MIXPAY_FAILURE_CODE, 10066, "the payee does not take this settlement asset" },
    { MIXPAY_FAILURE_CODE, 10067, "the payee does not take the asset paid" },
    { MIXPAY_FAILURE_CODE, 10068, "the payee does not take the asset paid as quote asset" },
    { MIXPAY_FAILURE_CODE, 10069, "less than the least amount of the asset paid" },
    { MIXPAY_FAILURE_CODE, 10070, "more than the largest amount of the asset paid" },
    { MIXPAY_FAILURE_CODE, 10071, "less than the least amount of the asset paid" },
    { MIXPAY_FAILURE_CODE, 10072, "more than the largest amount of the asset paid" },
    { MIXPAY_FAILURE_CODE, 10074, "the payee is not available" },
    { MIXPAY_FAILURE_CODE, 10095, "rejected in MixPay's review" },
    { MIXPAY_FAILURE_CODE, 40000, "not paid, or not confirmed, before the deadline" },
    { MIXPAY_FAILURE_CODE, 40001, "the link names no existing payee" },
    { MIXPAY_FAILURE_CODE, 40002, "the link's asset does not exist or cannot be exchanged" },
    { MIXPAY_FAILURE_CODE, 40003, "the amount is over MixPay's limit" },
    { MIXPAY_FAILURE_CODE, 40004, "refused by MixPay, which publishes no reason for this code" },
    { MIXPAY_FAILURE_CODE, 40005, "the link's amount has too many decimals" },
    { MIXPAY_FAILURE_CODE, 40006, "the link's amount has too many digits" },
    { MIXPAY_FAILURE_CODE, 40008, "the balance is too small" },
    { MIXPAY_FAILURE_CODE, 40009, "MixPay's server had an error" },
    { MIXPAY_FAILURE_CODE, 40011, "MixPay was out of service for a while" },
    { MIXPAY_FAILURE_CODE, 40012, "the memo's way of withdrawing does not exist" },
    { MIXPAY_FAILURE_CODE, 40013, "the memo's asset to withdraw does not exist" },
    { MIXPAY_FAILURE_CODE, 40014, "the memo's address to withdraw to does not exist" },
    { MIXPAY_FAILURE_CODE, 40015, "an earlier withdrawal is not finished" },
    { MIXPAY_FAILURE_CODE, 40016, "the withdrawal is too large" },
    { MIXPAY_FAILURE_CODE, 40017, "the withdrawal is too small" },
    { MIXPAY_FAILURE_CODE, 40018, "the transfer is too small" },
    { MIXPAY_FAILURE_CODE, 40019, "the transfer is too large" },
    { MIXPAY_FAILURE_CODE, 40020, "paid in the wrong asset" },
    { MIXPAY_FAILURE_CODE, 40021, "paid twice" },
    { MIXPAY_FAILURE_CODE, 40022, "the trace does not exist" },
    { MIXPAY_FAILURE_CODE, 40023, "the memo names no existing payee" },
    { MIXPAY_FAILURE_CODE, 40024, "too little was paid before the deadline" },
    { MIXPAY_FAILURE_CODE, 40025, "the market moved too much" },
    { MIXPAY_FAILURE_CODE, 40027, "the settlement asset may not be traded for this" },
    { MIXPAY_FAILURE_CODE, 40032, "cancelled" },
};

const char *
mixpay_verdict_name(enum mixpay_verdict verdict)
{
    return verdict_names[verdict];
}

const char *
mixpay_code_text(enum mixpay_code_family family, long long code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].family == family && codes[i].code == code)
            return codes[i].text;
    return NULL;
}

/* The envelope's code: a number or the text of one, below zero too (-1 is one of MixPay's). */
static bool
read_code(const json_t *envelope, long long *code)
{
    const char *text = json_decimal(envelope, "code");
    bool        negative = text != NULL && text[0] == '-';

    if (text == NULL || !text_to_integer(text + negative, 0, 999999999, code))
        return false;
    if (negative)
        *code = -*code;
    return true;
}

static const char *
status_message(struct arena *arena, const char *what, int http_status)
{
    return arena_format(arena, "%s (HTTP %d)", what, http_status);
}

/* Which verdict an envelope gets; where it is no proper one, answer->message says so unless MixPay
 * gave a message itself. */
static enum mixpay_verdict
judge(struct arena *arena, const json_t *envelope, struct mixpay_answer *answer)
{
    const json_t *success = json_object_get(envelope, "success");
    const char   *message = json_member(envelope, "message");
    bool          coded = read_code(envelope, &answer->code);

    answer->message = message != NULL ? message : "";
    if (answer->http_status == HTTP_TOO_MANY || answer->code == BUSY)
        return MIXPAY_BUSY;
    if (answer->code == SERVER_ERROR || answer->code == MAINTENANCE)
        return MIXPAY_DOWN;
    if (coded && answer->code != 0 && json_is_boolean(success))
        return MIXPAY_REFUSED;
    if (coded && json_is_true(success) && answer->http_status / 100 == 2)
        return MIXPAY_ANSWERED;
    if (answer->message[0] == '\0')
        answer->message = status_message(arena,
                json_is_true(success) ? "the answer contradicts itself"
                                      : "the answer is not in MixPay's form",
                answer->http_status);
    return MIXPAY_DOWN;
}

/* Bytes of a control character at `at`: DEL, or an escaped one such as \u0007; 0: there is none. */
static size_t
control_length(const char *at, size_t left)
{
    if (at[0] == 0x7f)
        return 1;
    if (at[0] != '\\' || left < 2)
        return 0;
    if (at[1] == 'b' || at[1] == 'f')
        return 2;
    if (left < 6 || memcmp(at, "\\u00", 4) != 0)
        return 0;
    return at[4] == '0' || at[4] == '1' || (at[4] == '7' && (at[5] | 0x20) == 'f') ? 6 : 0;
}

/* A payer may write a control character into a remark that MixPay tells again; his whole answer
 * would be unreadable, and the order never looked at. A question mark stands in for it: what is
 * compared is no longer equal then, and `raw` keeps what came. */
static const char *
without_controls(struct arena *arena, const char *body, size_t length)
{
    char *copy = NULL;

    for (size_t i = 0, step; i + 1 < length; i += step) {
        size_t control = control_length(body + i, length - i);

        step = control > 0 ? control : body[i] == '\\' ? 2 : 1;
        if (control == 0)
            continue;
        if (copy == NULL)
            copy = arena_copy_bytes(arena, body, length);
        memset(copy + i, '?', control);
    }
    return copy == NULL ? body : copy;
}

void
mixpay_read_envelope(struct arena *arena, int http_status, const char *body, size_t length,
        struct mixpay_answer *answer)
{
    struct error  reason;
    const char   *readable = without_controls(arena, body, length);
    const json_t *envelope = json_read(arena, readable, length, &reason);
    json_t       *data = json_object_get(envelope, "data");

    answer->http_status = http_status;
    answer->code = 0;
    answer->raw = body;
    answer->raw_length = length;
    answer->data = json_is_object(data) || json_is_array(data) ? data : NULL;
    answer->timestamp_ms = 0;
    if (envelope == NULL) {
        answer->verdict = http_status == HTTP_TOO_MANY ? MIXPAY_BUSY : MIXPAY_DOWN;
        answer->message = arena_format(arena, "%s: %s",
                status_message(arena, "the answer cannot be read", http_status), reason.message);
        return;
    }
    json_whole(envelope, "timestampMs", 0, LATEST_MS, &answer->timestamp_ms);
    answer->verdict = judge(arena, envelope, answer);
}

static void
read_remaining(const struct http_answer *http, struct mixpay_answer *answer)
{
    const char *text = http_answer_header(http, "x-ratelimit-remaining");

    if (text != NULL)
        text_to_integer(text, 0, 1000000, &answer->remaining);
}

static const char *
make_url(struct arena *arena, const char *api, const char *path)
{
    size_t length = strlen(api);

    while (length > 0 && api[length - 1] == '/')
        length--;
    return arena_format(arena, "%s%s", arena_copy_bytes(arena, api, length), path);
}

/* One call: `body` NULL is a GET. */
static bool
ask(const struct mixpay *mixpay, struct arena *arena, const char *path, const char *body,
        size_t most, struct mixpay_answer *answer, struct error *err)
{
    static const struct http_header accept = { "Accept", "application/json" };
    const struct http_request request = {
        .method = body == NULL ? "GET" : "POST",
        .url = make_url(arena, mixpay->api, path),
        .type = body == NULL ? NULL : "application/json",
        .body = body,
        .body_length = body == NULL ? 0 : strlen(body),
        .timeout_ms = mixpay->timeout_ms,
        .most = most,
        .headers = &accept,
        .header_count = 1,
    };
    struct http_answer http;
    bool               answered = http_exchange(mixpay->http, arena, &request, &http, err);

    *answer = (struct mixpay_answer){
        .verdict = MIXPAY_DOWN,
        .message = "",
        .raw = "",
        .remaining = -1,
        .request = arena_format(arena, "%s %s", request.method, path),
        .sent = http.sent,
    };
    if (!answered)
        return false;
    mixpay_read_envelope(arena, http.status, http.body, http.length, answer);
    read_remaining(&http, answer);
    return true;
}

/* A member of an answer's data that must be a UUID. */
static bool
read_uuid(const struct mixpay_answer *answer, const char *name, char uuid[static UUID_TEXT])
{
    const char *text = json_member(answer->data, name);

    return answer->verdict == MIXPAY_ANSWERED && text != NULL && uuid_fold_loose(text, uuid);
}

bool
mixpay_create_link(const struct mixpay *mixpay, struct arena *arena, const char *body,
        struct mixpay_answer *answer, struct error *err)
{
    return ask(mixpay, arena, "/one_time_payment", body, MIXPAY_RAW_MOST, answer, err);
}

bool
mixpay_link_code(const struct mixpay_answer *answer, char code[static UUID_TEXT])
{
    return read_uuid(answer, "code", code);
}

bool
mixpay_read_result(const struct mixpay *mixpay, struct arena *arena, const char *order_id,
        const char *payee_id, struct mixpay_answer *answer, struct error *err)
{
    struct text path;

    text_open(&path, arena);
    text_add(&path, "/payments_result?orderId=");
    text_add_percent(&path, order_id);
    text_add(&path, "&payeeId=");
    text_add_percent(&path, payee_id);
    text_add(&path, "&with=payment,transactions");
    return ask(mixpay, arena, path.bytes, NULL, MIXPAY_RAW_MOST, answer, err);
}

bool
mixpay_read_assets(const struct mixpay *mixpay, struct arena *arena, enum mixpay_asset_kind kind,
        struct mixpay_answer *answer, struct error *err)
{
    return ask(mixpay, arena, list_paths[kind], NULL, MIXPAY_LIST_MOST, answer, err);
}

bool
mixpay_read_payee_assets(const struct mixpay *mixpay, struct arena *arena, const char *payee_id,
        struct mixpay_answer *answer, struct error *err)
{
    struct text path;

    text_open(&path, arena);
    text_add_format(&path, "%s?payeeId=", list_paths[MIXPAY_SETTLEMENT_ASSETS]);
    text_add_percent(&path, payee_id);
    return ask(mixpay, arena, path.bytes, NULL, MIXPAY_LIST_MOST, answer, err);
}

/* A UUID in its usual dress, or a short fiat code; both in lower case. */
static bool
read_asset_id(const json_t *entry, char id[static MIXPAY_ASSET_ID])
{
    const char *text = json_member(entry, "assetId");

    if (text == NULL)
        return false;
    if (uuid_fold_loose(text, id))
        return true;
    if (!text_copy(id, MIXPAY_ASSET_ID, text))
        return false;
    for (char *byte = id; *byte != '\0'; byte++)
        if (*byte >= 'A' && *byte <= 'Z')
            *byte = (char)(*byte - 'A' + 'a');
    return strlen(id) <= 20 && text_is_made_of(id, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/* true, 1 and "1", and false, 0 and "0"; anything else is `unsaid`. */
static bool
read_flag(const json_t *entry, const char *name, bool unsaid)
{
    const json_t *member = json_object_get(entry, name);
    long long     number;

    if (json_is_boolean(member))
        return json_is_true(member);
    return json_whole(entry, name, 0, 1, &number) ? number == 1 : unsaid;
}

static const char *
first_text(const json_t *entry, const char *const names[])
{
    for (; *names != NULL; names++) {
        const char *text = json_decimal(entry, *names);

        if (text != NULL && text[0] != '\0')
            return text;
    }
    return NULL;
}

/* 0, 0.00, and 0E-8, as some servers print it. */
static bool
is_zero(const char *amount)
{
    const char *rest = amount == NULL ? "" : amount + strspn(amount, "0.");

    return amount != NULL && amount[0] == '0' && (*rest == '\0' || *rest == 'e' || *rest == 'E');
}

/* The three lists name the same things differently (protocol/mixpay-behaviours.md §6). */
static const char *const symbol_names[] = { "symbol", NULL };
static const char *const name_names[] = { "name", "symbol", NULL };
static const char *const network_names[] = { "network", NULL };
static const char *const chain_names[] = { "symbol", "name", NULL };
static const char *const min_names[] = { "minPaymentAmount", "minQuoteAmount",
    "minSettlementAmount", "min", NULL };
static const char *const max_names[] = { "maxPaymentAmount", "maxQuoteAmount",
    "maxSettlementAmount", "max", NULL };

static const char *
told(const char *text)
{
    return text != NULL ? text : "";
}

static bool
read_asset(const json_t *entry, struct mixpay_asset *asset)
{
    const char *network = first_text(entry, network_names);
    long long   decimals = -1;
    char        folded[UUID_TEXT];

    if (!read_asset_id(entry, asset->id))
        return false;
    if (network == NULL)
        network = first_text(json_object_get(entry, "chainAsset"), chain_names);
    asset->symbol = told(first_text(entry, symbol_names));
    asset->name = told(first_text(entry, name_names));
    asset->network = told(network);
    asset->min = first_text(entry, min_names);
    asset->max = first_text(entry, max_names);
    json_whole(entry, "decimalDigit", 0, 30, &decimals);
    asset->decimals = (int)decimals;
    asset->coin = read_flag(entry, "isAsset", uuid_fold(asset->id, folded));
    asset->available = read_flag(entry, "isAvailable", true) && !is_zero(asset->max);
    return true;
}

bool
mixpay_assets(struct arena *arena, const struct mixpay_answer *answer, struct mixpay_asset **list,
        size_t *count, struct error *err)
{
    size_t        i;
    const json_t *entry;

    *list = NULL;
    *count = 0;
    if (answer->verdict != MIXPAY_ANSWERED || !json_is_array(answer->data))
        return fail(err, ERROR_REMOTE, "MixPay gave no list of assets: %s",
                answer->message[0] != '\0' ? answer->message : "its answer holds none");
    *list = arena_array(arena, json_array_size(answer->data) + 1, sizeof **list);
    json_array_foreach(answer->data, i, entry)
        *count += read_asset(entry, &(*list)[*count]);
    return true;
}

bool
mixpay_read_payee(const struct mixpay *mixpay, struct arena *arena, const char *mixin_id,
        struct mixpay_answer *answer, struct error *err)
{
    const char *path = arena_format(arena, "/user/mixin_uuid/%s", mixin_id);

    *answer = (struct mixpay_answer){ .message = "", .raw = "", .remaining = -1, .request = "" };
    if (!text_is_made_of(mixin_id, "0123456789") || strlen(mixin_id) > 20)
        return fail(err, ERROR_INPUT, "A Mixin ID is a number, such as 26930.");
    return ask(mixpay, arena, path, NULL, MIXPAY_RAW_MOST, answer, err);
}

bool
mixpay_payee_id(const struct mixpay_answer *answer, char payee[static UUID_TEXT])
{
    return read_uuid(answer, "payeeId", payee);
}

/* The receivers, folded, as a JSON array; NULL with ERROR_INPUT when one is no UUID or stands
 * twice: he would count for two signatures. */
static json_t *
fold_receivers(struct arena *arena, const char *const ids[], size_t count, struct error *err)
{
    json_t *receivers = json_keep(arena, json_array());
    char  (*folded)[UUID_TEXT] = arena_array(arena, count, sizeof *folded);

    for (size_t i = 0; i < count; i++) {
        if (!uuid_fold_loose(ids[i], folded[i])) {
            fail(err, ERROR_INPUT, "Receiver %zu is not a UUID.", i + 1);
            return NULL;
        }
        for (size_t k = 0; k < i; k++)
            if (text_equal(folded[k], folded[i])) {
                fail(err, ERROR_INPUT, "Receiver %zu and receiver %zu are the same.", k + 1, i + 1);
                return NULL;
            }
        json_array_append_new(receivers, json_string(folded[i]));
    }
    return receivers;
}

bool
mixpay_make_multisig(const struct mixpay *mixpay, struct arena *arena, const char *const ids[],
        size_t count, size_t threshold, struct mixpay_answer *answer, struct error *err)
{
    json_t *receivers, *body;

    *answer = (struct mixpay_answer){ .message = "", .raw = "", .remaining = -1, .request = "" };
    if (count < MIXPAY_RECEIVERS_LEAST || count > MIXPAY_RECEIVERS_MOST)
        return fail(err, ERROR_INPUT, "A multisig group has %d to %d receivers, not %zu.",
                MIXPAY_RECEIVERS_LEAST, MIXPAY_RECEIVERS_MOST, count);
    if (threshold < 1 || threshold > count)
        return fail(err, ERROR_INPUT, "The threshold is 1 to %zu, the number of receivers.", count);
    receivers = fold_receivers(arena, ids, count, err);
    if (receivers == NULL)
        return false;
    body = json_keep(arena, json_pack("{s:O, s:I}", "receivers", receivers, "threshold",
            (json_int_t)threshold));
    return ask(mixpay, arena, "/multisig", json_print(arena, body), MIXPAY_RAW_MOST, answer, err);
}

bool
mixpay_multisig_id(const struct mixpay_answer *answer, char group[static UUID_TEXT])
{
    return read_uuid(answer, "multisigId", group);
}
