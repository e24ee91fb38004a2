/* test_mixin.c: holds our Mixin to vectors that the official client made.
 * SPDX-License-Identifier: ISC
 *
 * test_mixin [FILE…]: the files given, or all of tests/vectors/mixin. A file's `kind` picks the
 * check; each vector is one fact. What a vector says of amounts that do not fit struct amount (more
 * than eight decimals or more than 63 bits) cannot be done by us: there, refusing is right. */
#include <ctype.h>
#include <glob.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/blake3.h"
#include "base/text.h"
#include "remote/mixin_id.h"
#include "remote/mixin_pin.h"
#include "remote/mixin_scalar.h"
#include "remote/mixin_sign.h"
#include "remote/mixin_token.h"
#include "tests/tap.h"

#define SOMEBODY "0a165c77-6447-4c45-9252-8ad610996e5e"

enum { AMOUNT_AT = 82 }; /* where the first output's amount stands in a transaction of one input */

/* One vector on its way. */
struct check {
    struct arena *arena;
    const json_t *in, *out;
    struct error  err;
    int           compared, failed;
};

/* ---- comparing ------------------------------------------------------------------------------- */

static void
same(struct check *check, const char *name, const char *got, const char *expected)
{
    check->compared++;
    if (got != NULL && expected != NULL && strcmp(got, expected) == 0)
        return;
    check->failed++;
    printf("# %s\n#      got: %s\n# expected: %s\n", name, got ? got : "(nothing)",
            expected ? expected : "(nothing)");
}

static void
fact(struct check *check, bool holds, const char *name)
{
    same(check, name, holds ? "holds" : "does not hold", "holds");
}

/* A text is what the vector's `out` has under this name. */
static void
same_text(struct check *check, const char *name, const char *got)
{
    same(check, name, got, json_member(check->out, name));
}

static void
same_bytes(struct check *check, const char *name, const void *bytes, size_t length)
{
    same_text(check, name, crypt_hex(check->arena, bytes, length));
}

/* The bytes are element i of the vector's list of this name. */
static void
same_element(struct check *check, const char *name, size_t i, const void *bytes, size_t length)
{
    same(check, name, crypt_hex(check->arena, bytes, length),
            json_string_value(json_array_get(json_object_get(check->out, name), i)));
}

/* Said by a function of ours that should not have failed. */
static void
failed(struct check *check, const char *what)
{
    check->failed++;
    printf("# %s: %s\n", what, check->err.message);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = json_member(object, name);

    return text == NULL ? "" : text;
}

static long long
number_of(const json_t *object, const char *name)
{
    long long number = -1;

    json_whole(object, name, 0, INT64_MAX, &number);
    return number;
}

/* What is not that many bytes in hex is taken for zeros, and will not compare equal. */
static void
bytes_of(const json_t *object, const char *name, void *bytes, size_t length)
{
    if (!crypt_from_hex(text_of(object, name), bytes, length))
        memset(bytes, 0, length);
}

static const unsigned char *
hex_of(struct check *check, const json_t *object, const char *name, size_t *length)
{
    const unsigned char *bytes = mixin_bytes_hex(check->arena, text_of(object, name), length);

    if (bytes == NULL)
        *length = 0;
    return bytes != NULL ? bytes : (const unsigned char *)"";
}

static struct mixin_key *
keys_of(struct check *check, const json_t *list, size_t *count)
{
    struct mixin_key *keys;

    *count = json_array_size(list);
    keys = arena_array(check->arena, *count, sizeof *keys);
    for (size_t i = 0; i < *count; i++)
        if (!crypt_from_hex(json_string_value(json_array_get(list, i)), &keys[i], sizeof *keys))
            memset(&keys[i], 0, sizeof *keys);
    return keys;
}

static bool
keystore_of(struct check *check, const json_t *file, struct mixin_keystore *keystore)
{
    char *text = json_dumps(file, JSON_COMPACT);
    bool  done = mixin_keystore_parse(check->arena, text, strlen(text), keystore, &check->err);

    free(text);
    return done;
}

/* ---- amounts --------------------------------------------------------------------------------- */

/* Whether units of 10^-8 in 63 bits can hold it, worked out on the digits. */
static bool
amount_is_ours(const char *text)
{
    static const char most[] = "9223372036854775807";
    char              digits[128] = "";
    const char       *point = strchr(text, '.');
    size_t            whole = point == NULL ? strlen(text) : (size_t)(point - text);
    size_t            decimals = point == NULL ? 0 : strlen(point + 1);
    const char       *first = digits;

    if (decimals > 8 || whole > 100)
        return false;
    snprintf(digits, sizeof digits, "%.*s%s%.*s", (int)whole, text, point == NULL ? "" : point + 1,
            (int)(8 - decimals), "00000000");
    first += strspn(first, "0");
    return strlen(first) < sizeof most - 1
            || (strlen(first) == sizeof most - 1 && strcmp(first, most) <= 0);
}

static struct mixin_tx
tx_of_amount(struct check *check, struct amount amount)
{
    struct mixin_input  *input = arena_alloc(check->arena, sizeof *input);
    struct mixin_output *output = arena_alloc(check->arena, sizeof *output);

    output->amount = amount;
    output->keys = arena_alloc(check->arena, sizeof *output->keys);
    output->key_count = output->threshold = 1;
    return (struct mixin_tx){ .inputs = input, .input_count = 1, .outputs = output,
                              .output_count = 1 };
}

static void
check_amount(struct check *check)
{
    const char          *text = text_of(check->in, "amount");
    const char          *encoded = text_of(check->out, "encoded");
    const unsigned char *bytes;
    struct amount        amount;
    struct mixin_tx      tx;
    size_t               length;
    char                 printed[AMOUNT_TEXT];

    if (!amount_parse(text, &amount, &check->err)) {
        fact(check, !amount_is_ours(text), "only amounts that do not fit are refused");
        return;
    }
    fact(check, amount_is_ours(text), "amounts that do not fit are refused");
    amount_print(amount, printed);
    same_text(check, "canonical", printed);
    same_text(check, "units", arena_format(check->arena, "%lld", (long long)amount.units));
    tx = tx_of_amount(check, amount);
    if (mixin_tx_encode(check->arena, &tx, &bytes, &length, &check->err))
        same_bytes(check, "encoded", bytes + AMOUNT_AT, strlen(encoded) / 2);
    else
        failed(check, "mixin_tx_encode");
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void
output_of(struct check *check, const json_t *from, struct mixin_output *output, bool *ours)
{
    const json_t *withdrawal = json_object_get(from, "withdrawal");
    unsigned char script[3] = { 0 };

    *ours = *ours && amount_is_ours(text_of(from, "amount"));
    amount_parse(text_of(from, "amount"), &output->amount, &check->err);
    output->type = (enum mixin_output_type)number_of(from, "type");
    output->keys = keys_of(check, json_object_get(from, "keys"), &output->key_count);
    bytes_of(from, "mask", &output->mask, sizeof output->mask);
    bytes_of(from, "script", script, sizeof script);
    output->threshold = script[2];
    if (output->type == MIXIN_OUTPUT_SCRIPT)
        fact(check, script[0] == 0xff && script[1] == 0xfe, "a script");
    if (withdrawal != NULL) {
        output->address = text_of(withdrawal, "address");
        output->tag = text_of(withdrawal, "tag");
    }
}

static void
input_of(const json_t *from, struct mixin_input *input)
{
    bytes_of(from, "hash", &input->hash, sizeof input->hash);
    input->index = (unsigned)number_of(from, "index");
}

/* Whether all of its amounts are ours. */
static bool
tx_of(struct check *check, const json_t *from, struct mixin_tx *tx)
{
    const json_t        *inputs = json_object_get(from, "inputs");
    const json_t        *outputs = json_object_get(from, "outputs");
    struct mixin_input  *input;
    struct mixin_output *output;
    size_t               references;
    bool                 ours = true;

    *tx = (struct mixin_tx){ .input_count = json_array_size(inputs),
                             .output_count = json_array_size(outputs) };
    tx->inputs = input = arena_array(check->arena, tx->input_count, sizeof *input);
    tx->outputs = output = arena_array(check->arena, tx->output_count, sizeof *output);
    bytes_of(from, "asset", &tx->asset, sizeof tx->asset);
    for (size_t i = 0; i < tx->input_count; i++)
        input_of(json_array_get(inputs, i), &input[i]);
    for (size_t i = 0; i < tx->output_count; i++)
        output_of(check, json_array_get(outputs, i), &output[i], &ours);
    tx->references = (struct mixin_hash *)keys_of(check, json_object_get(from, "references"),
            &references);
    tx->reference_count = references;
    tx->extra = hex_of(check, from, "extra", &tx->extra_length);
    return ours;
}

/* These bytes are the vector's, and out of them comes the same transaction. */
static void
same_raw(struct check *check, const char *name, const struct mixin_tx *tx)
{
    const unsigned char *bytes;
    struct mixin_tx      again;
    size_t               length;

    if (!mixin_tx_encode(check->arena, tx, &bytes, &length, &check->err)) {
        failed(check, "mixin_tx_encode");
        return;
    }
    same_bytes(check, name, bytes, length);
    if (!mixin_tx_decode(check->arena, bytes, length, &again, &check->err))
        failed(check, "mixin_tx_decode");
    else
        same_text(check, name, mixin_tx_raw(check->arena, &again, &check->err));
}

static void
same_hash(struct check *check, const struct mixin_tx *tx)
{
    struct mixin_hash hash;

    if (mixin_tx_hash(tx, &hash, &check->err))
        same_bytes(check, "hash", &hash, sizeof hash);
    else
        failed(check, "mixin_tx_hash");
}

/* An amount is too large for us, and so the whole is refused, in writing and in reading. */
static void
refused(struct check *check, const struct mixin_tx *tx)
{
    struct mixin_tx      read;
    size_t               length;
    const unsigned char *raw = hex_of(check, check->out, "raw", &length);

    fact(check, mixin_tx_raw(check->arena, tx, &check->err) == NULL, "it is not written");
    fact(check, length > 0 && !mixin_tx_decode(check->arena, raw, length, &read, &check->err),
            "it is not read");
}

static void
check_raw_tx(struct check *check)
{
    struct mixin_tx tx;

    if (!tx_of(check, json_object_get(check->in, "tx"), &tx)) {
        refused(check, &tx);
        return;
    }
    same_raw(check, "raw", &tx);
    same_hash(check, &tx);
    fact(check, number_of(check->out, "size") == (long long)strlen(text_of(check->out, "raw")) / 2,
            "its size");
}

/* A keystore around a spend key, proven. */
static bool
spender_of(struct check *check, const char *spend, const char *public,
        struct mixin_keystore *keystore)
{
    json_t *file = json_pack("{ssssssss}", "app_id", SOMEBODY, "session_id", SOMEBODY,
            "session_private_key",
            "742785acac3997794fcfa30c9d9ec8a9125bfe0d2f725172915f39da195c851a",
            "spend_private_key", spend);

    return keystore_of(check, json_keep(check->arena, file), keystore)
            && mixin_keystore_prove_spend(keystore, public, &check->err);
}

static void
same_signatures(struct check *check, const struct mixin_keystore *keystore,
        const struct mixin_tx *tx, const struct mixin_key *views)
{
    for (size_t i = 0; i < tx->input_count; i++) {
        struct mixin_key private, public;

        if (!mixin_sign_key(keystore->secrets->spend_scalar, &views[i], &private, &public,
                    &check->err))
            failed(check, "mixin_sign_key");
        same_element(check, "signing_keys", i, &private, sizeof private);
        same_element(check, "public_keys", i, &public, sizeof public);
        same_element(check, "signatures", i, tx->signatures[i].list[0].bytes, MIXIN_SIGNATURE);
        fact(check, tx->signatures[i].list[0].index == number_of(check->in, "key_index"),
                "key_index");
    }
}

static struct mixin_utxo *
spent_of(struct check *check, const struct mixin_tx *tx)
{
    const json_t      *inputs = json_object_get(check->in, "inputs");
    struct mixin_utxo *utxos = arena_array(check->arena, tx->input_count, sizeof *utxos);

    for (size_t i = 0; i < tx->input_count; i++) {
        const json_t *keys = json_object_get(json_array_get(inputs, i), "keys");

        utxos[i].place = tx->inputs[i];
        utxos[i].keys = keys_of(check, keys, &utxos[i].key_count);
    }
    return utxos;
}

static void
check_sign_tx(struct check *check)
{
    struct mixin_keystore   keystore;
    struct mixin_tx         tx;
    const struct mixin_key *views;
    size_t                  count;

    if (!tx_of(check, json_object_get(check->in, "tx"), &tx)) {
        refused(check, &tx);
        return;
    }
    same_raw(check, "raw", &tx);
    same_hash(check, &tx);
    views = keys_of(check, json_object_get(check->in, "views"), &count);
    if (!spender_of(check, text_of(check->in, "spend_private_key"),
                text_of(check->out, "spend_public_key"), &keystore)
            || !mixin_sign_tx(check->arena, &keystore, &tx, spent_of(check, &tx), views, count,
                    &check->err)) {
        failed(check, "mixin_sign_tx");
        return;
    }
    same_bytes(check, "spend_scalar", keystore.secrets->spend_scalar, MIXIN_KEY);
    same_signatures(check, &keystore, &tx, views);
    same_raw(check, "signed_raw", &tx);
    same_hash(check, &tx);
}

static bool
outputs_are_ours(const json_t *outputs)
{
    const json_t *output;
    size_t        i;

    json_array_foreach(outputs, i, output)
        if (!amount_is_ours(text_of(output, "amount")))
            return false;
    return true;
}

static bool
transfer_of(struct check *check, struct mixin_transfer *transfer)
{
    const json_t       *outputs = json_object_get(check->in, "outputs");
    const json_t       *ghosts = json_object_get(check->in, "ghost_keys");
    size_t              count = json_array_size(outputs);
    struct mixin_utxo  *utxos = arena_array(check->arena, count, sizeof *utxos);
    struct mixin_ghost *ghost = arena_array(check->arena, 2, sizeof *ghost);

    for (size_t i = 0; i < count; i++) {
        if (!mixin_utxo_read(check->arena, json_array_get(outputs, i), &utxos[i], &check->err))
            return false;
        fact(check, mixin_utxo_is_ours(&utxos[i], text_of(check->in, "app_id")), "is ours");
    }
    for (size_t i = 0; i < json_array_size(ghosts) && i < 2; i++)
        if (!mixin_ghost_read(check->arena, json_array_get(ghosts, i), &ghost[i], &check->err))
            return false;
    *transfer = (struct mixin_transfer){ .utxos = utxos, .to = &ghost[0], .back = &ghost[1],
                                         .memo = text_of(check->in, "memo") };
    transfer->memo_length = strlen(transfer->memo);
    return amount_parse(text_of(check->in, "amount"), &transfer->amount, &check->err)
            && mixin_utxo_choose(utxos, count, transfer->amount, &transfer->count,
                    &transfer->change, &check->err);
}

static void
check_build_tx(struct check *check)
{
    struct mixin_transfer transfer;
    struct mixin_tx       tx, expected;
    char                  change[AMOUNT_TEXT];

    if (!transfer_of(check, &transfer)) {
        fact(check, !amount_is_ours(text_of(check->in, "amount"))
                        || !outputs_are_ours(json_object_get(check->in, "outputs")),
                check->err.message);
        return;
    }
    amount_print(transfer.change, change);
    same_text(check, "change", change);
    fact(check, (long long)transfer.count == number_of(check->out, "input_count"), "input_count");
    if (!mixin_utxo_transfer(check->arena, &transfer, &tx, &check->err)) {
        failed(check, "mixin_utxo_transfer");
        return;
    }
    same_raw(check, "raw", &tx);
    same_hash(check, &tx);
    if (tx_of(check, json_object_get(check->out, "tx"), &expected))
        same_raw(check, "raw", &expected);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static void
same_part(struct check *check, const char *name, const char *coded)
{
    size_t length;

    same_text(check, name, (char *)mixin_bytes_base64(check->arena, coded, &length));
}

static void
same_token(struct check *check, const char *token)
{
    char         *part = arena_copy(check->arena, token);
    char         *payload = strchr(part, '.') + 1;
    char         *last = strchr(payload, '.') + 1;
    unsigned char signature[EVP_MAX_MD_SIZE * 16];
    size_t        length;

    same_text(check, "token", token);
    last[-1] = '\0';
    same_text(check, "signing_input", part);
    payload[-1] = '\0';
    if (json_object_get(check->out, "header_json") != NULL) {
        same_part(check, "header_json", part);
        same_part(check, "payload_json", payload);
    }
    sodium_base642bin(signature, sizeof signature, last, strlen(last), NULL, &length, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    same_bytes(check, "signature", signature, length);
}

static void
check_token(struct check *check, json_t *file)
{
    const char          *body = text_of(check->in, "body");
    struct mixin_request request = { text_of(check->in, "method"), text_of(check->in, "uri"), body,
                                     strlen(body) };
    struct mixin_claims  claims = { number_of(check->in, "iat"), number_of(check->in, "exp"),
                                    text_of(check->in, "jti"), json_member(check->in, "scp") };
    struct mixin_keystore keystore;
    unsigned char         sum[CRYPT_HASH];
    const char           *token;

    mixin_token_sum(&request, sum);
    same_bytes(check, "sig", sum, sizeof sum);
    same(check, "uri", mixin_token_uri(check->arena,
                               arena_format(check->arena, "https://a.b:1%s", request.uri)),
            request.uri);
    if (!keystore_of(check, json_keep(check->arena, file), &keystore)
            || (token = mixin_token_make(check->arena, &keystore, &request, &claims, &check->err))
                    == NULL)
        failed(check, "mixin_token_make");
    else
        same_token(check, token);
}

static void
check_jwt_eddsa(struct check *check)
{
    check_token(check, json_pack("{ssssss}", "app_id", text_of(check->in, "app_id"), "session_id",
            text_of(check->in, "session_id"), "session_private_key",
            text_of(check->in, "session_private_key")));
}

static void
check_jwt_rs512(struct check *check)
{
    check_token(check, json_pack("{ssssss}", "client_id", text_of(check->in, "uid"), "session_id",
            text_of(check->in, "sid"), "private_key", text_of(check->in, "private_key_pem")));
}

/* ---- keystores and PINs ---------------------------------------------------------------------- */

static void
same_pin(struct check *check, const struct mixin_keystore *keystore)
{
    const char *expected = json_member(check->out, "pin");

    if (expected == NULL)
        fact(check, keystore->pin == MIXIN_PIN_NONE, "no pin");
    else if (keystore->pin == MIXIN_PIN_DIGITS)
        same_text(check, "pin", keystore->secrets->pin_code);
    else
        same(check, "pin", crypt_hex(check->arena, keystore->secrets->tip_seed, MIXIN_KEY),
                arena_copy_bytes(check->arena, expected, strnlen(expected, MIXIN_KEY * 2)));
}

static void
check_keystore(struct check *check)
{
    struct mixin_keystore keystore;

    if (!keystore_of(check, check->in, &keystore)) {
        failed(check, "mixin_keystore_parse");
        return;
    }
    same_text(check, "uid", keystore.user_id);
    same_text(check, "sid", keystore.session_id);
    same_text(check, "alg", keystore.algorithm == MIXIN_RS512 ? "RS512" : "EdDSA");
    if (json_object_get(check->out, "pin_shared_key") != NULL)
        same_bytes(check, "pin_shared_key", keystore.secrets->pin_key, MIXIN_KEY);
    same_pin(check, &keystore);
    fact(check, (json_object_get(check->out, "spend_seed") != NULL)
                    == (keystore.spend != MIXIN_SPEND_NONE), "has a spend key");
    if (keystore.spend != MIXIN_SPEND_NONE)
        same_bytes(check, "spend_seed", keystore.secrets->spend_given, MIXIN_KEY);
    if (keystore.algorithm == MIXIN_RS512)
        return;
    same_bytes(check, "session_seed", keystore.secrets->session_seed, MIXIN_KEY);
    same_bytes(check, "session_public_key", keystore.session_public, MIXIN_KEY);
    if (json_object_get(check->out, "server_x25519_public") != NULL)
        same_bytes(check, "server_x25519_public", keystore.server_public, MIXIN_KEY);
}

static const char *
spend_form(enum mixin_spend spend)
{
    return spend == MIXIN_SPEND_SEED ? "seed"
            : spend == MIXIN_SPEND_SEED_PUBLIC ? "seed_public"
            : spend == MIXIN_SPEND_SCALAR ? "scalar" : "mismatch";
}

static void
check_spend_key(struct check *check)
{
    struct mixin_keystore keystore;

    if (!spender_of(check, text_of(check->in, "spend_private_key"),
                text_of(check->in, "spend_public_key"), &keystore)) {
        same_text(check, "form", "mismatch");
        fact(check, !mixin_keystore_can_spend(&keystore), "nothing can be spent");
        return;
    }
    same_text(check, "form", spend_form(keystore.spend));
    same_bytes(check, "spend_scalar", keystore.secrets->spend_scalar, MIXIN_KEY);
}

/* The bytes before encryption, padded as §3.2 says. */
static char *
padded(struct check *check, const struct mixin_pin *pin)
{
    unsigned char bytes[MIXIN_PIN_MOST + 32];
    size_t        length = pin->length, room;

    memcpy(bytes, pin->bytes, length);
    for (int i = 0; i < 8; i++) {
        bytes[length + (size_t)i] = (unsigned char)(pin->time >> (8 * i));
        bytes[length + 8 + (size_t)i] = (unsigned char)(pin->iterator >> (8 * i));
    }
    room = (length + 16) / 16 * 16 + 16;
    memset(bytes + length + 16, (int)(room - length - 16), room - length - 16);
    return crypt_hex(check->arena, bytes, room);
}

static void
same_sealed(struct check *check, const struct mixin_keystore *keystore, const char *name)
{
    struct mixin_pin     pin = { .time = number_of(check->in, "time") }, opened;
    unsigned char        iv[MIXIN_PIN_IV];
    const char          *sealed;
    const unsigned char *bytes, *plain = hex_of(check, check->in, "pin_hex", &pin.length);
    size_t               length;

    if (pin.length > MIXIN_PIN_MOST)
        pin.length = 0;
    memcpy(pin.bytes, plain, pin.length);
    pin.iterator = strtoull(text_of(check->in, "iterator"), NULL, 10);
    bytes_of(check->in, "iv", iv, sizeof iv);
    same_bytes(check, "shared_key", keystore->secrets->pin_key, MIXIN_KEY);
    sealed = mixin_pin_seal(check->arena, keystore->secrets->pin_key, iv, &pin, &check->err);
    same_text(check, name, sealed);
    bytes = sealed == NULL ? NULL : mixin_bytes_base64(check->arena, sealed, &length);
    if (bytes == NULL
            || !mixin_pin_open(keystore->secrets->pin_key, sealed, &opened, &check->err)) {
        failed(check, "mixin_pin_open");
        return;
    }
    same_bytes(check, "ciphertext", bytes + MIXIN_PIN_IV, length - MIXIN_PIN_IV);
    same_text(check, "plaintext", padded(check, &opened));
}

/* Mixin's side of the exchange gets the same key. */
static void
same_on_both_sides(struct check *check, const struct mixin_keystore *keystore)
{
    unsigned char seed[MIXIN_KEY], public[MIXIN_KEY], both[crypto_sign_SECRETKEYBYTES];
    unsigned char private[MIXIN_KEY], session[MIXIN_KEY], key[MIXIN_KEY];

    crypto_sign_seed_keypair(public, both, keystore->secrets->session_seed);
    crypto_sign_ed25519_sk_to_curve25519(private, both);
    same_bytes(check, "session_x25519_private", private, sizeof private);
    bytes_of(check->in, "server_private_seed", seed, sizeof seed);
    crypto_sign_seed_keypair(public, both, seed);
    crypto_sign_ed25519_sk_to_curve25519(private, both);
    fact(check, crypto_sign_ed25519_pk_to_curve25519(session, keystore->session_public) == 0
                    && crypto_scalarmult_curve25519(key, private, session) == 0, "exchange");
    same_bytes(check, "shared_key", key, sizeof key);
}

static void
check_pin_x25519(struct check *check)
{
    struct mixin_keystore keystore;

    if (!keystore_of(check, json_object_get(check->in, "keystore"), &keystore)) {
        failed(check, "mixin_keystore_parse");
        return;
    }
    same_bytes(check, "server_x25519_public", keystore.server_public, MIXIN_KEY);
    same_on_both_sides(check, &keystore);
    same_sealed(check, &keystore, "pin_base64");
}

static void
check_pin_rsa(struct check *check)
{
    struct mixin_keystore keystore;
    struct mixin_pin      pin;
    json_t               *file = json_pack("{ssssssss}", "client_id", SOMEBODY, "session_id",
            text_of(check->in, "session_id"), "private_key", text_of(check->in, "private_key_pem"),
            "pin_token", text_of(check->in, "pin_token"));

    if (!keystore_of(check, json_keep(check->arena, file), &keystore)) {
        failed(check, "mixin_keystore_parse");
        return;
    }
    same_sealed(check, &keystore, "pin_base64url");
    fact(check, mixin_pin_open(keystore.secrets->pin_key, text_of(check->out, "pin_base64"), &pin,
                        &check->err), "standard Base64 is opened, too");
    same(check, "pin_hex", crypt_hex(check->arena, pin.bytes, pin.length),
            json_member(check->in, "pin_hex"));
}

static void
check_tip(struct check *check)
{
    const char   *action = text_of(check->in, "message");
    unsigned char seed[MIXIN_KEY], signature[MIXIN_SIGNATURE], public[MIXIN_KEY];
    size_t        length;
    const unsigned char *signed_bytes = hex_of(check, check->out, "signed_bytes", &length);

    bytes_of(check->in, "tip_private_key", seed, sizeof seed);
    bytes_of(check->in, "tip_public_key", public, sizeof public);
    mixin_pin_sign_action(seed, action, signature);
    same_bytes(check, "signature", signature, sizeof signature);
    fact(check, crypto_sign_verify_detached(signature, signed_bytes, length, public) == 0,
            "it is signed_bytes that are signed");
}

static void
check_safe_register(struct check *check)
{
    const char      *user = text_of(check->in, "user_id");
    unsigned char    seed[MIXIN_KEY], hash[MIXIN_HASH], signature[MIXIN_SIGNATURE];
    struct mixin_key public;
    const char      *action;

    bytes_of(check->in, "spend_private_key", seed, sizeof seed);
    mixin_bytes_sha3(user, strlen(user), hash);
    same_bytes(check, "user_id_sha3_256", hash, sizeof hash);
    mixin_sign_user(seed, user, signature, &public);
    same_bytes(check, "public_key", &public, sizeof public);
    same_text(check, "signature", crypt_base64url(check->arena, signature, sizeof signature));
    action = arena_format(check->arena, "SEQUENCER:REGISTER:%s%s", user,
            crypt_hex(check->arena, &public, sizeof public));
    crypt_hash(action, strlen(action), hash);
    same_bytes(check, "tip_body", hash, sizeof hash);
    mixin_pin_sign_action(seed, action, signature);
    same_bytes(check, "tip_signature", signature, sizeof signature);
}

/* ---- identifiers, hashes, one-time keys ------------------------------------------------------ */

static void
check_members_hash(struct check *check)
{
    const json_t *list = json_object_get(check->in, "members");
    size_t        count = json_array_size(list);
    const char  **members = arena_array(check->arena, count, sizeof *members);

    for (size_t i = 0; i < count; i++)
        members[i] = json_string_value(json_array_get(list, i));
    same_text(check, "joined", mixin_id_members_joined(check->arena, members, count));
    same_text(check, "hash", mixin_id_members(check->arena, members, count));
}

static void
check_asset_id(struct check *check)
{
    unsigned char id[MIXIN_HASH];

    mixin_id_asset(text_of(check->in, "asset_id"), id);
    same_bytes(check, "kernel_asset_id", id, sizeof id);
}

static void
check_ids(struct check *check)
{
    const char *a = text_of(check->in, "user_a"), *b = text_of(check->in, "user_b");
    char        id[UUID_TEXT], other[UUID_TEXT];

    mixin_id_output(text_of(check->in, "transaction_hash"),
            (unsigned)number_of(check->in, "output_index"), id);
    same_text(check, "output_id", id);
    mixin_id_conversation(a, b, id);
    mixin_id_conversation(b, a, other);
    same_text(check, "conversation_id", id);
    same_text(check, "conversation_id", other);
}

static void
check_key_hint(struct check *check)
{
    const char   *trace = text_of(check->in, "trace_id");
    const json_t *entry;
    size_t        i;

    json_array_foreach(json_object_get(check->out, "entries"), i, entry) {
        char hint[UUID_TEXT];

        mixin_id_hint(trace, (unsigned)number_of(entry, "index"), hint);
        same(check, "hint_android", hint, json_member(entry, "hint_android"));
    }
}

static void
check_hash(struct check *check)
{
    size_t               length;
    const unsigned char *bytes = hex_of(check, check->in, "message", &length);
    unsigned char        hash[BLAKE3_HASH];

    fact(check, (long long)length == number_of(check->in, "length"), "length");
    blake3(bytes, length, hash);
    same_bytes(check, "blake3", hash, sizeof hash);
    mixin_bytes_sha3(bytes, length, hash);
    same_bytes(check, "sha3_256", hash, sizeof hash);
}

static void
check_ghost_key(struct check *check)
{
    struct mixin_key       r, view, view_public = { 0 }, spend_public, shared = { 0 };
    struct mixin_ghost_key ghost;
    unsigned char          seed[MIXIN_KEY], signature[MIXIN_SIGNATURE];

    bytes_of(check->in, "r", &r, sizeof r);
    bytes_of(check->in, "view_private_key", &view, sizeof view);
    bytes_of(check->in, "spend_private_key", seed, sizeof seed);
    mixin_scalar_sign_seed(seed, "", 0, signature, spend_public.bytes);
    same_bytes(check, "spend_public_key", &spend_public, sizeof spend_public);
    fact(check, crypto_scalarmult_ed25519_base_noclamp(view_public.bytes, view.bytes) == 0, "a·B");
    same_bytes(check, "view_public_key", &view_public, sizeof view_public);
    if (!mixin_sign_ghost(&r, &view_public, &spend_public,
                (uint64_t)number_of(check->in, "output_index"), &ghost, &check->err)) {
        failed(check, "mixin_sign_ghost");
        return;
    }
    same_bytes(check, "mask", &ghost.mask, sizeof ghost.mask);
    same_bytes(check, "shared_point", &ghost.shared, sizeof ghost.shared);
    same_bytes(check, "view", &ghost.view, sizeof ghost.view);
    same_bytes(check, "key", &ghost.key, sizeof ghost.key);
    fact(check, crypto_scalarmult_ed25519_noclamp(shared.bytes, view.bytes, ghost.mask.bytes) == 0,
            "a·R");
    same_bytes(check, "shared_point", &shared, sizeof shared);
}

/* ---- files ----------------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    void      (*check)(struct check *check); /* NULL: we do not do this, and need not */
} kinds[] = {
    { "amount",        check_amount        },
    { "asset_id",      check_asset_id      },
    { "build_tx",      check_build_tx      },
    { "ghost_key",     check_ghost_key     },
    { "hash",          check_hash          },
    { "ids",           check_ids           },
    { "jwt_eddsa",     check_jwt_eddsa     },
    { "jwt_rs512",     check_jwt_rs512     },
    { "key_hint",      check_key_hint      },
    { "keystore",      check_keystore      },
    { "members_hash",  check_members_hash  },
    { "mix_address",   NULL                },
    { "pin_rsa",       check_pin_rsa       },
    { "pin_x25519",    check_pin_x25519    },
    { "raw_tx",        check_raw_tx        },
    { "safe_register", check_safe_register },
    { "sign_tx",       check_sign_tx       },
    { "spend_key",     check_spend_key     },
    { "tip",           check_tip           },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void
vector_check(struct tap *tap, size_t kind, const json_t *vector)
{
    struct check check = { .arena = arena_open(), .in = json_object_get(vector, "in"),
                           .out = json_object_get(vector, "out") };
    const char  *id = text_of(vector, "id"), *note = text_of(vector, "note");

    if (kinds[kind].check == NULL) {
        printf("ok %d - %s # SKIP for pay links only\n", ++tap->count, id);
    } else {
        kinds[kind].check(&check);
        tap_ok(tap, check.failed == 0 && check.compared > 0, "%s%s%s", id,
                note[0] == '\0' ? "" : ": ", note);
    }
    arena_close(check.arena);
}

/* The whole file in the arena; NULL where it cannot be read. */
static char *
file_read(struct arena *arena, const char *path, size_t *length)
{
    FILE       *file = fopen(path, "rb");
    struct text all;
    char        some[65536];
    size_t      got;

    if (file == NULL)
        return NULL;
    text_open(&all, arena);
    while ((got = fread(some, 1, sizeof some, file)) > 0)
        text_add_bytes(&all, some, got);
    fclose(file);
    *length = all.length;
    return all.bytes;
}

static void
file_check(struct tap *tap, const char *path)
{
    struct arena *arena = arena_open();
    struct error  err = { ERROR_INPUT, "it cannot be opened" };
    size_t        length = 0, kind = 0, i;
    const char   *bytes = file_read(arena, path, &length);
    const json_t *file = bytes == NULL ? NULL : json_read(arena, bytes, length, &err);
    const json_t *vectors = json_object_get(file, "vectors"), *vector;

    while (kind < KINDS && strcmp(kinds[kind].kind, text_of(file, "kind")) != 0)
        kind++;
    if (file == NULL)
        tap_ok(tap, false, "%s: %s", path, err.message);
    else if (kind == KINDS || json_array_size(vectors) == 0)
        tap_ok(tap, false, "%s: no vectors of a kind that we know", path);
    else
        json_array_foreach(vectors, i, vector)
            vector_check(tap, kind, vector);
    arena_close(arena);
}

/* Returns how many files there are. */
static size_t
default_files_check(struct tap *tap)
{
    const char *source = getenv("srcdir");
    char        pattern[4096];
    glob_t      found = { .gl_pathc = 0 };
    size_t      count;

    snprintf(pattern, sizeof pattern, "%s/tests/vectors/mixin/*.json",
            source == NULL ? "." : source);
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        file_check(tap, found.gl_pathv[i]);
    count = found.gl_pathc;
    globfree(&found);
    return count;
}

int
main(int count, char *arguments[])
{
    struct tap tap = { 0 };

    if (!crypt_start())
        return 2;
    for (int i = 1; i < count; i++)
        file_check(&tap, arguments[i]);
    if (count == 1)
        tap_ok(&tap, default_files_check(&tap) >= KINDS, "there is a file of each kind");
    return tap_end(&tap);
}
