/* test_mixin_rules.c: what our Mixin refuses, and says of it; what no vector tells.
 * SPDX-License-Identifier: ISC */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/blake3.h"
#include "base/text.h"
#include "remote/mixin_id.h"
#include "remote/mixin_memo.h"
#include "remote/mixin_pin.h"
#include "remote/mixin_sign.h"
#include "remote/mixin_token.h"
#include "tests/tap.h"

#define APP "200f1ffa-b1d3-4261-b292-05276202b9b0"
#define SESSION "8af5a207-4ed7-4cbf-a634-9111db5a71f3"
#define SEED "3b56229aaaadd9d504b28d5226e707567917e0205e7b2d94d477f83a1b137d0e"
#define SERVER "a9ebd55f3133dd4cd1045dafad06deb85365588c2426ebbab84f97df8cdc1be9"
#define SPEND "42196afa41ca8bdd90d98099b83490602d462dc6c3241ba1dd8ed6cfc457f32b"
#define TRACE "12c55575-c85a-4b58-a245-79e6b678eee9"
#define REFUND "UkZ8MTJjNTU1NzUtYzg1YS00YjU4LWEyNDUtNzllNmI2NzhlZWU5fDQwMDI1"
#define HEX32 "0102030405060708091011121314151617181920212223242526272829303132"

struct scene {
    struct tap    tap;
    struct arena *arena;
    struct error  err;
};

/* ---- keystores ------------------------------------------------------------------------------- */

/* A good keystore with one member written otherwise; NULL takes it out. */
static const struct {
    const char *name, *member, *value;
    const char *said; /* NULL: it is taken */
} keystores[] = {
    { "as it came", "name", "my bot", NULL },
    { "without a server key", "server_public_key", NULL, NULL },
    { "with a scope", "scope", "FULL", NULL },
    { "the user id in capitals", "app_id", "200F1FFA-B1D3-4261-B292-05276202B9B0", NULL },
    { "white space at the ends", "session_private_key", " " SEED "\n", NULL },
    { "an empty PIN", "pin", "", NULL },
    { "a PIN", "pin", "012345", NULL },
    { "a TIP key as PIN", "pin", SPEND, NULL },
    { "a spend key", "spend_private_key", SPEND, NULL },
    { "an empty authorization", "authorization_id", "", NULL },
    { "no user id", "app_id", NULL, "has no app_id" },
    { "an empty user id", "app_id", "", "has no app_id" },
    { "no session", "session_id", NULL, "has no session_id" },
    { "no private key", "session_private_key", NULL, "has no session_private_key" },
    { "the nil UUID", "app_id", "00000000-0000-0000-0000-000000000000", "is still a sample" },
    { "a name for an id", "app_id", "kiosk", "app_id must be a UUID" },
    { "a sample's id", "app_id", "YOUR_APP_ID", "app_id is still a sample's placeholder" },
    { "a sample's session", "session_id", "<uuid>", "session_id is still a sample's placeholder" },
    { "a sample's key", "session_private_key", "...", "session_private_key is still a sample" },
    { "a key of zeros", "session_private_key",
      "0000000000000000000000000000000000000000000000000000000000000000", "is still a sample" },
    { "a key cut short", "session_private_key",
      "3b56229aaaadd9d504b28d5226e707567917e0205e7b2d94d477f83a1b137d", "has 62 characters" },
    { "a key with a letter too many", "session_private_key", SEED "a", "has 65 characters" },
    { "a key with a wrong half", "session_private_key", SEED SEED, "do not belong together" },
    { "Base64 with a wrong half", "session_private_key",
      "L96nlYGhH1NKAeL6DShVCzZnH37MEtZY0_P6_q5EnJP9bUALWjsuOG87uC8B5-ZTGfCj8pq1mgL_z3nvsP76sQ",
      "do not belong together" },
    { "a damaged PEM", "session_private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIC\n"
      "-----END RSA PRIVATE KEY-----\n", "damaged, encrypted, or not a private key" },
    { "a sample's PEM", "session_private_key", "-----BEGIN RSA PRIVATE KEY-----\n...\n"
      "-----END RSA PRIVATE KEY-----\n", "is still a sample's placeholder" },
    { "a public PEM", "session_private_key", "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAqevVXzEz3UzRBF2vrQbeuFNlWIwkJuu6uE+X34zcG+k=\n-----END PUBLIC KEY-----\n",
      "damaged, encrypted, or not a private key" },
    { "a server key that is no point", "server_public_key",
      "0200000000000000000000000000000000000000000000000000000000000000", "not a public key" },
    { "a server key of low order", "server_public_key",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not a public key" },
    { "a server key cut short", "server_public_key", "abcd", "has 4 characters" },
    { "an RSA session's token", "server_public_key",
      "04RCIQ7n/09j33zHoojs0AOSuGVpuwfbx2I0GyO17O0WKYmPHfnvWdJ/xse/V9HaWlmoP2wnAX21tWyPz1rK34vUJXpZ"
      "HDMy9pEMdGWkDSppVN8FeomsWoXtYY5PVN4mqD8ggkYbzVYJNROueWPFfpenGTJrXHDHAuFOCIS82C8=",
      "is of an RSA session" },
    { "a PIN of five digits", "pin", "12345", "must be six digits" },
    { "a PIN of letters", "pin", "abcdef", "must be six digits" },
    { "a short spend key", "spend_private_key", "1234", "spend_private_key must be" },
    { "a spend key with a wrong half", "spend_private_key", SPEND SPEND, "do not belong together" },
    { "an OAuth authorization", "authorization_id", APP, "OAuth" },
};

static char *
keystore_text(struct scene *scene, const char *member, const char *value)
{
    json_t *file = json_keep(scene->arena, json_pack("{ssssssss}", "app_id", APP, "session_id",
            SESSION, "session_private_key", SEED, "server_public_key", SERVER));

    if (value == NULL)
        json_object_del(file, member);
    else
        json_object_set_new(file, member, json_string(value));
    return json_print(scene->arena, file);
}

/* A failure is said in one sentence or two that quote nothing of the value. */
static bool
is_said(const struct error *err, const char *said, const char *value)
{
    return strstr(err->message, said) != NULL && strlen(err->message) < sizeof err->message - 1
            && (value == NULL || strlen(value) < 6 || strstr(err->message, value) == NULL);
}

static void
test_keystores(struct scene *scene)
{
    for (size_t i = 0; i < sizeof keystores / sizeof *keystores; i++) {
        struct mixin_keystore keystore;
        const char *text = keystore_text(scene, keystores[i].member, keystores[i].value);
        bool taken = mixin_keystore_parse(scene->arena, text, strlen(text), &keystore, &scene->err);
        bool right = keystores[i].said == NULL ? taken
                : !taken && scene->err.code == ERROR_INPUT
                        && is_said(&scene->err, keystores[i].said, keystores[i].value);

        tap_ok(&scene->tap, right, "keystore, %s", keystores[i].name);
        if (!right)
            printf("# %s\n", scene->err.message);
    }
}

static void
test_not_json(struct scene *scene)
{
    static const char *const texts[] = {
        "", "{", "[]", "\"" SEED "\"",
        "{\"private_key\":\"" SEED "\",\"private_key\":\"" SEED "\"}",
        "{\"private_key\":\"-----BEGIN RSA\nPRIVATE KEY", "{\"private_key\":" SEED "}",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mixin_keystore keystore;

        tap_ok(&scene->tap, !mixin_keystore_parse(scene->arena, texts[i], strlen(texts[i]),
                        &keystore, &scene->err)
                && scene->err.code == ERROR_INPUT && strstr(scene->err.message, "3b56") == NULL
                && strstr(scene->err.message, "not one JSON object") != NULL,
                "keystore, not one JSON object: %zu", i);
    }
}

static void
test_pin_needs_key(struct scene *scene)
{
    const char           *text = "{\"app_id\":\"" APP "\",\"session_id\":\"" SESSION "\","
                                 "\"private_key\":\"" SEED "\",\"pin\":\"123456\"}";
    struct mixin_keystore keystore;

    tap_ok(&scene->tap, !mixin_keystore_parse(scene->arena, text, strlen(text), &keystore,
                    &scene->err) && is_said(&scene->err, "neither server_public_key", "123456"),
            "keystore, a PIN without a key to encrypt it with");
}

static void
test_file(struct scene *scene)
{
    static const struct {
        const char     *name;
        mode_t          mode;
        enum error_code code;
    } modes[] = {
        { "the owner may read and write", 0600, ERROR_NONE },
        { "the owner may read", 0400, ERROR_NONE },
        { "everybody may read", 0644, ERROR_DENIED },
        { "the group may read", 0640, ERROR_DENIED },
        { "others may write", 0602, ERROR_DENIED },
    };
    const char           *text = keystore_text(scene, "name", "a bot");
    char                  folder[] = "/tmp/test_mixin.XXXXXX", *path;
    struct mixin_keystore keystore;
    FILE                 *file;

    if (!tap_ok(&scene->tap, mkdtemp(folder) != NULL, "a folder"))
        return;
    path = arena_format(scene->arena, "%s/keystore.json", folder);
    file = fopen(path, "w");
    tap_ok(&scene->tap, file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "a file");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        scene->err.code = ERROR_NONE;
        chmod(path, modes[i].mode);
        tap_ok(&scene->tap, mixin_keystore_read(scene->arena, path, &keystore, &scene->err)
                        == (modes[i].code == ERROR_NONE)
                && scene->err.code == modes[i].code
                && (modes[i].code == ERROR_NONE || strstr(scene->err.message, "chmod 600") != NULL),
                "keystore file, %s", modes[i].name);
    }
    tap_ok(&scene->tap, !mixin_keystore_read(scene->arena, folder, &keystore, &scene->err)
            && scene->err.code == ERROR_INPUT && is_said(&scene->err, "is not a file", NULL),
            "a folder is no keystore");
    chmod(path, 0600);
    file = fopen(path, "w");
    tap_ok(&scene->tap, file != NULL && fprintf(file, "%s%70000s", text, "") > 0
            && fclose(file) == 0
            && !mixin_keystore_read(scene->arena, path, &keystore, &scene->err)
            && scene->err.code == ERROR_INPUT, "a file of 70 kB is no keystore");
    unlink(path);
    tap_ok(&scene->tap, !mixin_keystore_read(scene->arena, path, &keystore, &scene->err)
            && scene->err.code == ERROR_MISSING, "no file");
    rmdir(folder);
}

/* ---- RSA sessions ---------------------------------------------------------------------------- */

enum pem_form { PKCS1, PKCS8, PKCS8_ENCRYPTED };

/* The key as a PEM text in the arena; takes the key over. */
static char *
pem_make(struct scene *scene, EVP_PKEY *key, enum pem_form form)
{
    const EVP_CIPHER *cipher = form == PKCS8_ENCRYPTED ? EVP_aes_256_cbc() : NULL;
    BIO              *bio = BIO_new(BIO_s_mem());
    char             *bytes, *pem;
    long              length;

    if (form == PKCS1)
        PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL);
    else
        PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, cipher == NULL ? NULL : "secret",
                cipher == NULL ? 0 : 6, NULL, NULL);
    length = BIO_get_mem_data(bio, &bytes);
    pem = arena_copy_bytes(scene->arena, bytes, (size_t)length);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

static char *
rsa_text(struct scene *scene, const char *pem)
{
    return json_print(scene->arena, json_keep(scene->arena, json_pack("{ssssssss}", "client_id",
            APP, "session_id", SESSION, "private_key", pem, "spend_private_key", SPEND)));
}

static void
test_rsa(struct scene *scene)
{
    const struct {
        const char *name, *pem, *said; /* NULL: it is taken */
    } rows[] = {
        { "PKCS#1", pem_make(scene, EVP_RSA_gen(1024), PKCS1), NULL },
        { "PKCS#8", pem_make(scene, EVP_RSA_gen(1024), PKCS8), NULL },
        { "2048 bits", pem_make(scene, EVP_RSA_gen(2048), PKCS8), NULL },
        { "512 bits", pem_make(scene, EVP_RSA_gen(512), PKCS1), "has 512 bits" },
        { "a key of a curve", pem_make(scene, EVP_EC_gen("P-256"), PKCS8), "not an RSA key" },
        { "encrypted", pem_make(scene, EVP_RSA_gen(1024), PKCS8_ENCRYPTED), "encrypted" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mixin_keystore keystore;
        const char           *text = rsa_text(scene, rows[i].pem);
        bool taken = mixin_keystore_parse(scene->arena, text, strlen(text), &keystore, &scene->err);

        tap_ok(&scene->tap, rows[i].said == NULL ? taken && keystore.algorithm == MIXIN_RS512
                        : !taken && is_said(&scene->err, rows[i].said, rows[i].pem),
                "RSA session, %s", rows[i].name);
        if (taken)
            tap_ok(&scene->tap, keystore.spend == MIXIN_SPEND_NONE
                    && !mixin_keystore_prove_spend(&keystore, HEX32, &scene->err)
                    && scene->err.code == ERROR_MISSING, "it spends nothing");
    }
}

/* ---- memos ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *memo;
    const char *source; /* NULL: it is refused */
    const char *trace, *trace_id, *expand;
} memos[] = {
    { "MixPay's sample", REFUND, "RF", TRACE, TRACE, "40025" },
    { "hex", "52467c31326335353537352d633835612d346235382d613234352d373965366236373865656539"
      "7c3430303235", "RF", TRACE, TRACE, "40025" },
    { "hex in capitals", "504D7C61", "PM", "a", "", NULL },
    { "hex of Base64", "556b5a384d544a6a4e5455314e7a5574597a673159533030596a55344c5745794e4455"
      "744e7a6c6c4e6d49324e7a686c5a575535664451774d444931",
      "RF", TRACE, TRACE, "40025" },
    { "the text itself", "PM|" TRACE "|thanks", "PM", TRACE, TRACE, "thanks" },
    { "an id in capitals", "PM|12C55575-C85A-4B58-A245-79E6B678EEE9", "PM",
      "12C55575-C85A-4B58-A245-79E6B678EEE9", TRACE, NULL },
    { "a bar in EXPAND", "PM|x|a|b|", "PM", "x", "", "a|b|" },
    { "an empty EXPAND", "PM|x|", "PM", "x", "", "" },
    { "standard Base64, padded", "UE18eHzDvz8/Pg==", "PM", "x", "", "ÿ?" "?>" },
    { "standard Base64, not padded", "UE18eHzDvz8/Pg", "PM", "x", "", "ÿ?" "?>" },
    { "URL-safe Base64, not padded", "UE18eHzDvz8_Pg", "PM", "x", "", "ÿ?" "?>" },
    { "URL-safe Base64, padded", "UE18eHzDvz8_Pg==", "PM", "x", "", "ÿ?" "?>" },
    { "wrapped Base64", "UkZ8MTJjNTU1NzUtYzg1YS00YjU4\r\n LWEyNDUtNzllNmI2NzhlZWU5fDQwMDI1\n", "RF",
      TRACE, TRACE, "40025" },
    { "a long source", "payment|" TRACE, "payment", TRACE, TRACE, NULL },
    { "nothing", "", NULL, NULL, NULL, NULL },
    { "a word", "coffee", NULL, NULL, NULL, NULL },
    { "no trace", "RF", NULL, NULL, NULL, NULL },
    { "an empty trace", "RF|", NULL, NULL, NULL, NULL },
    { "an empty trace before EXPAND", "RF||40025", NULL, NULL, NULL, NULL },
    { "no source", "|" TRACE, NULL, NULL, NULL, NULL },
    { "a source with a space", "R F|" TRACE, NULL, NULL, NULL, NULL },
    { "a source that is too long", "abcdefghijklmnopq|" TRACE, NULL, NULL, NULL, NULL },
    { "Base64 of other bytes", "/////////w==", NULL, NULL, NULL, NULL },
    { "Base64 with a NUL in it", "UkZ8YQB8Yg==", NULL, NULL, NULL, NULL },
    { "Base64 cut short", "UkZ8MTJjNTU1NzUtYzg1Y!", NULL, NULL, NULL, NULL },
    { "a control character", "RF|\x01", NULL, NULL, NULL, NULL },
    { "broken UTF-8", "RF|\xff", NULL, NULL, NULL, NULL },
    { "three codings deep", "565774614f475649647a424e52454635546c453950513d3d", NULL,
      NULL, NULL, NULL },
};

static void
test_memos(struct scene *scene)
{
    for (size_t i = 0; i < sizeof memos / sizeof *memos; i++) {
        struct mixin_memo memo;
        bool read = mixin_memo_read(scene->arena, memos[i].memo, &memo, &scene->err);
        bool right = memos[i].source == NULL ? !read && scene->err.code == ERROR_INPUT
                : read && text_equal(memo.source, memos[i].source)
                        && text_equal(memo.trace, memos[i].trace)
                        && text_equal(memo.trace_id, memos[i].trace_id)
                        && text_equal(memo.expand, memos[i].expand);

        tap_ok(&scene->tap, right, "memo, %s", memos[i].name);
    }
}

static void
test_shown(struct scene *scene)
{
    static const struct {
        const char *memo;
        bool        hex;
        const char *shown;
    } rows[] = {
        { "68656c6c6f", true, "hello" },    { "68656c6c6f", false, "68656c6c6f" },
        { "coffee", false, "coffee" },      { "ff00", true, "ff00" },
        { "", true, "" },                   { "41424344", false, "41424344" },
        { "aGVsbG8=", false, "aGVsbG8=" },  { "hello you", false, "hello you" },
        { "Zm9yIHR3byBjb2ZmZWVz", false, "for two coffees" },
        { "5a6d3979494852336279426a62325a6d5a57567a", true, "for two coffees" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_text(&scene->tap, mixin_memo_shown(scene->arena, rows[i].memo, rows[i].hex),
                rows[i].shown, "memo as it is shown");
}

/* ---- tokens and PINs ------------------------------------------------------------------------- */

static void
test_uris(struct scene *scene)
{
    static const struct {
        const char *url, *uri;
    } rows[] = {
        { "https://api.mixin.one", "/" },
        { "https://api.mixin.one/", "/" },
        { "https://api.mixin.one/safe/me", "/safe/me" },
        { "http://127.0.0.1:8081/a/prefix/safe/me?x=%2B&y=:", "/a/prefix/safe/me?x=%2B&y=:" },
        { "https://api.mixin.one?limit=1", "/?limit=1" },
        { "https://api.mixin.one/me#top", "/me" },
        { "https://[::1]:80//me", "//me" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_text(&scene->tap, mixin_token_uri(scene->arena, rows[i].url), rows[i].uri,
                rows[i].url);
}

static struct mixin_keystore
keystore_make(struct scene *scene, const char *member, const char *value)
{
    struct mixin_keystore keystore;
    const char           *text = keystore_text(scene, member, value);

    if (!mixin_keystore_parse(scene->arena, text, strlen(text), &keystore, &scene->err))
        tap_ok(&scene->tap, false, "a good keystore: %s", scene->err.message);
    return keystore;
}

static void
test_pins(struct scene *scene)
{
    static const unsigned char iv[MIXIN_PIN_IV] = { 1 };
    struct mixin_keystore      keystore = keystore_make(scene, "pin", "123456");
    const unsigned char       *key = keystore.secrets->pin_key;
    struct mixin_pin           pin = { .time = 1, .iterator = UINT64_MAX }, opened;
    const char                *field = "", *sealed;
    char                      *spoilt;

    tap_ok(&scene->tap, mixin_pin_prove(&keystore, "", &pin, &field, &scene->err)
            && pin.length == 6 && memcmp(pin.bytes, "123456", 6) == 0 && text_equal(field, "pin"),
            "six digits go into pin");
    sealed = mixin_pin_seal(scene->arena, key, iv, &pin, &scene->err);
    tap_ok(&scene->tap, sealed != NULL && strlen(sealed) == 64
            && mixin_pin_open(key, sealed, &opened, &scene->err) && opened.time == 1
            && opened.iterator == UINT64_MAX && opened.length == 6, "and come out again");
    tap_ok(&scene->tap, !mixin_pin_open(keystore.session_public, sealed, &opened, &scene->err)
            || opened.length != 6 || memcmp(opened.bytes, "123456", 6) != 0, "not by another key");
    spoilt = arena_copy(scene->arena, sealed);
    spoilt[60] = spoilt[60] == 'A' ? 'B' : 'A';
    tap_ok(&scene->tap, !mixin_pin_open(key, spoilt, &opened, &scene->err)
            || opened.iterator != UINT64_MAX, "not when a byte was changed");
    tap_ok(&scene->tap, !mixin_pin_open(key, "", &opened, &scene->err)
            && !mixin_pin_open(key, "AAAA", &opened, &scene->err), "nor out of nothing");
    pin.length = 0;
    tap_ok(&scene->tap, mixin_pin_seal(scene->arena, key, iv, &pin, &scene->err) == NULL,
            "an empty PIN is refused");
    pin.length = MIXIN_PIN_MOST + 1;
    tap_ok(&scene->tap, mixin_pin_seal(scene->arena, key, iv, &pin, &scene->err) == NULL,
            "a PIN of 65 bytes is refused");
    tap_ok(&scene->tap, mixin_pin_next(5, 9) == 9 && mixin_pin_next(9, 9) == 10
            && mixin_pin_next(9, 5) == 10, "the iterator never goes back");
}

static void
test_actions(struct scene *scene)
{
    struct mixin_keystore keystore = keystore_make(scene, "pin", SPEND);
    struct mixin_keystore without = keystore_make(scene, "name", "");
    const char           *action =
            mixin_pin_transfer_action(scene->arena, "a", "b", "0.01", "c", "d");
    struct mixin_pin      pin = { .time = 0 };
    const char           *field = "";

    tap_text(&scene->tap, action, "TIP:TRANSFER:CREATE:ab0.01cd", "the action of a transfer");
    tap_text(&scene->tap, mixin_pin_verify_action(scene->arena, 1700000191520425984),
            "TIP:VERIFY:00000000000001700000191520425984", "the action of a check");
    tap_ok(&scene->tap, mixin_pin_prove(&keystore, action, &pin, &field, &scene->err)
            && pin.length == MIXIN_SIGNATURE && text_equal(field, "pin_base64"),
            "a TIP signature goes into pin_base64");
    tap_ok(&scene->tap, !mixin_pin_prove(&without, action, &pin, &field, &scene->err)
            && scene->err.code == ERROR_MISSING, "without a PIN nothing is proven");
}

/* ---- transactions ---------------------------------------------------------------------------- */

#define ASSET "75dcc16895f1fcea306b8a4c06cf3d8bf90d5d651034f9596594845626c3cfe9"
#define HEAD "77770005" ASSET
#define INPUT "5106e09d617b01b3b602f938c227a0975602ffd5887dbd0d8532bd227ed036c6" "0002000000000000"
#define KEY "e7e5b8d413252736bf9aee7908c93be91004fd358375175b9216ab8981d09730"
#define MASK "40591e96fb81ec73ca7e09c15aa17094b3cd0dc4f8b4d25d8d0931c28ff04203"
#define OUTPUT_OF(type, amount, keys, script) type amount keys MASK script "0000"
#define OUTPUT OUTPUT_OF("0000", "00030f4240", "0001" KEY, "0003fffe01")
#define OF(output) HEAD "0001" INPUT "0001" output "0000" "00000000" "0000"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* The worked example of protocol/mixin.md, appendix B. */
#define EXAMPLE HEAD "0001" INPUT "0002" OUTPUT \
    "0000" "00050253fca1c0" "0001" \
    "8c0fca6add8b55b9dfc76606ef9fdb8aaf70015072e0c9c9d386ff3781b5b5d3" \
    "bfdd083a83ea2a3e4b75962c8e8b49fe85614683d22fe507e44687ce9bcd00ca" "0003fffe01" "0000" \
    "0000" "00000009746573742d6d656d6f"

static const struct {
    const char *name, *raw;
    const char *said; /* NULL: it is taken */
} raws[] = {
    { "the worked example", EXAMPLE "0000", NULL },
    { "one output", OF(OUTPUT), NULL },
    { "a withdrawal", OF("00a1" "000101" "0000" ZEROS "0000" "7777" "000141" "0000"), NULL },
    { "2 of 3 keys", OF(OUTPUT_OF("0000", "000101", "0003" KEY KEY KEY, "0003fffe02")), NULL },
    { "signed", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "0001" "0001" "0000" KEY MASK,
      NULL },
    { "nothing", "", "too early" },
    { "version 4", "77770004", "version 5" },
    { "bytes behind it", OF(OUTPUT) "00", "bytes follow" },
    { "no inputs", HEAD "0000" "0001" OUTPUT "0000" "00000000" "0000", "1 to 256 inputs" },
    { "an input twice", HEAD "0002" INPUT INPUT "0001" OUTPUT "0000" "00000000" "0000", "twice" },
    { "an input's index of 1025", HEAD "0001" KEY "0401000000000000" "0001" OUTPUT "0000" "00000000"
      "0000", "at most 1024" },
    { "a mint", HEAD "0001" KEY "0000000000007777" "0001" OUTPUT "0000" "00000000" "0000",
      "a mint" },
    { "no outputs", HEAD "0001" INPUT "0000" "0000" "00000000" "0000", "1 to 256 outputs" },
    { "an amount of 0", OF(OUTPUT_OF("0000", "000100", "0001" KEY, "0003fffe01")), "shortest" },
    { "an amount without bytes", OF(OUTPUT_OF("0000", "0000", "0001" KEY, "0003fffe01")),
      "shortest" },
    { "an amount with a zero before", OF(OUTPUT_OF("0000", "00020001", "0001" KEY, "0003fffe01")),
      "shortest" },
    { "an amount of 63 bits", OF(OUTPUT_OF("0000", "00087fffffffffffffff", "0001" KEY,
      "0003fffe01")), NULL },
    { "an amount of 64 bits", OF(OUTPUT_OF("0000", "00088000000000000000", "0001" KEY,
      "0003fffe01")), "too large for us" },
    { "an amount of 72 bits", OF(OUTPUT_OF("0000", "0009010000000000000000", "0001" KEY,
      "0003fffe01")), "too large for us" },
    { "another type", OF(OUTPUT_OF("00a4", "000101", "0001" KEY, "0003fffe01")), "unknown type" },
    { "no keys", OF(OUTPUT_OF("0000", "000101", "0000", "0003fffe01")), "1 to 256 keys" },
    { "more keys than bytes", OF(OUTPUT_OF("0000", "000101", "0100" KEY, "0003fffe01")),
      "count is too large" },
    { "another script", OF(OUTPUT_OF("0000", "000101", "0001" KEY, "0003ffff01")), "script" },
    { "no signature needed", OF(OUTPUT_OF("0000", "000101", "0001" KEY, "0003fffe00")), "1 to 64" },
    { "65 signatures needed", OF(OUTPUT_OF("0000", "000101", "0001" KEY, "0003fffe41")),
      "1 to 64" },
    { "a withdrawal with a mask", OF("00a1" "000101" "0000" MASK "0000" "7777" "000141" "0000"),
      "mask" },
    { "a withdrawal to nowhere", OF("00a1" "000101" "0000" ZEROS "0000" "7777" "0000" "0000"),
      "address" },
    { "an address with a NUL", OF("00a1" "000101" "0000" ZEROS "0000" "7777" "000100" "0000"),
      "NUL" },
    { "17 references", HEAD "0001" INPUT "0001" OUTPUT "0011", "count is too large" },
    { "a memo of 257 bytes", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000101", "more than 256" },
    { "aggregated signatures", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "ffffff01",
      "aggregated" },
    { "signatures for two inputs", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "0002",
      "not all" },
    { "an input without signatures", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "0001"
      "0000", "1 to 256 signatures" },
    { "signatures out of order", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "0001" "0002"
      "0001" KEY MASK "0000" KEY MASK, "sorted" },
    { "two signatures of one key", HEAD "0001" INPUT "0001" OUTPUT "0000" "00000000" "0001" "0002"
      "0001" KEY MASK "0001" KEY MASK, "sorted" },
};

/* Decodes hex; *again is what encoding it gives. False for a refusal. */
static bool
raw_decode(struct scene *scene, const char *raw, struct mixin_tx *tx, const char **again)
{
    size_t               length;
    const unsigned char *bytes = mixin_bytes_hex(scene->arena, raw, &length);

    if (bytes == NULL || !mixin_tx_decode(scene->arena, bytes, length, tx, &scene->err))
        return false;
    *again = mixin_tx_raw(scene->arena, tx, &scene->err);
    if (*again == NULL)
        *again = "not written";
    return true;
}

/* What no bytes can say is not written either. */
static void
test_limits(struct scene *scene)
{
    struct mixin_input *inputs = arena_array(scene->arena, MIXIN_TX_INPUTS + 1, sizeof *inputs);
    struct mixin_tx     tx, good;
    const char         *again;

    raw_decode(scene, OF(OUTPUT), &good, &again);
    for (unsigned i = 0; i <= MIXIN_TX_INPUTS; i++)
        inputs[i].index = i;
    tx = good;
    tx.inputs = inputs;
    tx.input_count = MIXIN_TX_INPUTS;
    tx.extra_length = MIXIN_TX_EXTRA;
    tx.extra = arena_alloc(scene->arena, MIXIN_TX_EXTRA + 1);
    tap_ok(&scene->tap, mixin_tx_check(&tx, &scene->err), "256 inputs, a memo of 256 bytes");
    tx.input_count++;
    tap_ok(&scene->tap, mixin_tx_raw(scene->arena, &tx, &scene->err) == NULL, "257 inputs");
    tx.input_count--;
    tx.extra_length++;
    tap_ok(&scene->tap, mixin_tx_raw(scene->arena, &tx, &scene->err) == NULL,
            "a memo of 257 bytes");
}

static void
test_raws(struct scene *scene)
{
    for (size_t i = 0; i < sizeof raws / sizeof *raws; i++) {
        struct mixin_tx tx;
        const char     *again;
        bool            taken = raw_decode(scene, raws[i].raw, &tx, &again);
        bool            right = raws[i].said == NULL ? taken && strcmp(again, raws[i].raw) == 0
                : !taken && scene->err.code == ERROR_INPUT
                        && strstr(scene->err.message, raws[i].said) != NULL;

        tap_ok(&scene->tap, right, "transaction, %s", raws[i].name);
        if (!right)
            printf("# %s\n", taken ? again : scene->err.message);
    }
}

static void
test_example(struct scene *scene)
{
    struct mixin_tx   tx;
    struct mixin_hash hash;
    const char       *again, *raw = EXAMPLE "0000";
    size_t            taken = 0, changed = 0;

    raw_decode(scene, raw, &tx, &again);
    mixin_tx_hash(&tx, &hash, &scene->err);
    tap_text(&scene->tap, crypt_hex(scene->arena, &hash, sizeof hash),
            "aedde8c1c6f18a0742eba3c2a56d25f0a5786ed15d24b63026e90405f699cf61", "its hash");
    for (size_t i = 0; i < strlen(raw); i++)
        taken += raw_decode(scene, arena_copy_bytes(scene->arena, raw, i), &tx, &again);
    tap_ok(&scene->tap, taken == 0, "no beginning of it is a transaction");
    for (size_t i = 0; i < strlen(raw); i++) {
        char *spoilt = arena_copy(scene->arena, raw);

        spoilt[i] = spoilt[i] == '0' ? '1' : '0';
        changed += raw_decode(scene, spoilt, &tx, &again) && strcmp(again, spoilt) != 0;
    }
    tap_ok(&scene->tap, changed == 0, "what is taken comes out as it went in");
}

/* ---- outputs --------------------------------------------------------------------------------- */

static const struct {
    const char *name, *member, *value;
    bool        read, ours;
} outputs[] = {
    { "as it came", "x", "1", true, true },
    { "index as a text", "output_index", "\"7\"", true, true },
    { "reserved", "state", "\"signed\"", true, false },
    { "spent", "state", "\"spent\"", true, false },
    { "another's", "receivers", "[\"" SESSION "\"]", true, false },
    { "two owners", "receivers", "[\"" APP "\",\"" SESSION "\"]", true, false },
    { "no owners", "receivers", "[]", true, false },
    { "a threshold of 2", "receivers_threshold", "2", true, false },
    { "a collectible", "inscription_hash", "\"" HEX32 "\"", true, false },
    { "an inscription of zeros", "inscription_hash", "\"" ZEROS "\"", true, true },
    { "an empty inscription", "inscription_hash", "\"\"", true, true },
    { "an unknown state", "state", "\"gone\"", false, false },
    { "an amount of 9 decimals", "amount", "\"0.000000001\"", false, false },
    { "an amount of 64 bits", "amount", "\"184467440737.09551615\"", false, false },
    { "a negative amount", "amount", "\"-1\"", false, false },
    { "no amount", "amount", "null", false, false },
    { "an index of 1025", "output_index", "1025", false, false },
    { "no keys", "keys", "[]", false, false },
    { "a key cut short", "keys", "[\"" HEX32 "\",\"0102\"]", false, false },
    { "a key that is a number", "keys", "[1]", false, false },
    { "an asset that is no hash", "kernel_asset_id", "\"btc\"", false, false },
};

static const json_t *
output_json(struct scene *scene, const char *member, const char *value)
{
    json_t *output = json_keep(scene->arena, json_pack("{sssssssssssss[s]s[s]}",
            "transaction_hash", HEX32, "output_index", "1", "kernel_asset_id", ASSET, "amount",
            "1.5", "mask", MASK, "state", "unspent", "keys", KEY, "receivers", APP));
    const char *text;

    json_object_set_new(output, "receivers_threshold", json_string("1"));
    json_object_set_new(output, member, json_loads(value, JSON_DECODE_ANY, NULL));
    text = json_print(scene->arena, output);
    return json_read(scene->arena, text, strlen(text), &scene->err);
}

static void
test_outputs(struct scene *scene)
{
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const json_t     *json = output_json(scene, outputs[i].member, outputs[i].value);
        struct mixin_utxo utxo;
        bool              read = mixin_utxo_read(scene->arena, json, &utxo, &scene->err);

        tap_ok(&scene->tap, read == outputs[i].read
                && (!read || mixin_utxo_is_ours(&utxo, APP) == outputs[i].ours)
                && (read || strncmp(scene->err.message, "An output", 9) == 0),
                "output, %s", outputs[i].name);
    }
}

static void
test_choice(struct scene *scene)
{
    struct mixin_utxo *utxos = arena_array(scene->arena, 300, sizeof *utxos);
    struct amount      change = { 0 };
    size_t             taken;

    for (size_t i = 0; i < 300; i++)
        utxos[i].amount.units = 10;
    tap_ok(&scene->tap, mixin_utxo_choose(utxos, 300, (struct amount){ 10 }, &taken, &change, NULL)
            && taken == 1 && change.units == 0, "one output is enough");
    tap_ok(&scene->tap, mixin_utxo_choose(utxos, 300, (struct amount){ 11 }, &taken, &change, NULL)
            && taken == 2 && change.units == 9, "two, and change");
    tap_ok(&scene->tap, mixin_utxo_choose(utxos, 300, (struct amount){ 2560 }, &taken, &change,
                    NULL) && taken == 256 && change.units == 0, "256 at most");
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 300, (struct amount){ 2561 }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_LIMIT, "more must be put together");
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 3, (struct amount){ 31 }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_MISSING, "too little");
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 0, (struct amount){ 1 }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_MISSING, "nothing");
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 3, (struct amount){ 0 }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_INPUT, "an amount of 0");
    utxos[1].asset.bytes[0] = 1;
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 3, (struct amount){ 20 }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_INPUT, "two assets");
    utxos[1].asset.bytes[0] = 0;
    utxos[0].amount.units = INT64_MAX - 1;
    tap_ok(&scene->tap, !mixin_utxo_choose(utxos, 3, (struct amount){ INT64_MAX }, &taken, &change,
                    &scene->err) && scene->err.code == ERROR_INPUT, "a sum past 63 bits");
}

static void
test_transfers(struct scene *scene)
{
    static const struct {
        const char *name;
        int64_t     amount, change;
        bool        made;
    } rows[] = {
        { "all of it", 20, 0, true },       { "with change", 19, 1, true },
        { "too much", 20, 1, false },       { "too little", 18, 1, false },
        { "change below zero", 21, -1, false }, { "nothing", 0, 20, false },
    };
    static const struct mixin_key key;
    const struct mixin_ghost      ghost = { .keys = &key, .key_count = 1 };
    const struct mixin_utxo       utxos[2] = {
        { .amount = { 10 } }, { .amount = { 10 }, .place.index = 1 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct mixin_transfer transfer = { utxos, 2, { rows[i].amount }, { rows[i].change },
                                                 &ghost, &ghost, "memo", 4 };
        struct mixin_tx             tx;

        tap_ok(&scene->tap, mixin_utxo_transfer(scene->arena, &transfer, &tx, &scene->err)
                        == rows[i].made
                && (!rows[i].made || tx.output_count == (rows[i].change > 0 ? 2 : 1)),
                "transfer, %s", rows[i].name);
    }
}

/* ---- signing --------------------------------------------------------------------------------- */

/* The worked example's one input, its key and view. */
static void
example_make(struct scene *scene, struct mixin_tx *tx, struct mixin_utxo *utxo,
        struct mixin_key *view)
{
    struct mixin_key *key = arena_alloc(scene->arena, sizeof *key);
    const char       *again;

    raw_decode(scene, EXAMPLE "0000", tx, &again);
    crypt_from_hex("edcc12fcb991357a8a18823be38d23bc34d1a9d82e5208c8a1949dd53e6045b0", key, 32);
    crypt_from_hex("f210fa6961d4c026a3d8a0f3db8c6bbd853e97fbeebd8904308381c075b30001", view, 32);
    *utxo = (struct mixin_utxo){ .place = tx->inputs[0], .keys = key, .key_count = 1 };
}

/* Another way to write the same scalar: L more. */
static void
order_add(unsigned char scalar[static MIXIN_KEY])
{
    static const unsigned char order[MIXIN_KEY] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2,
        0xde, 0xf9, 0xde, 0x14, [31] = 0x10,
    };

    sodium_add(scalar, order, MIXIN_KEY);
}

/* The public key of the example's spend key. */
static const char *
spend_public(struct scene *scene)
{
    unsigned char seed[32], public[32], both[64];

    crypt_from_hex(SPEND, seed, sizeof seed);
    crypto_sign_seed_keypair(public, both, seed);
    return crypt_hex(scene->arena, public, sizeof public);
}

static void
not_signed(struct scene *scene, bool done, enum error_code code, const struct mixin_tx *tx,
        const char *name)
{
    tap_ok(&scene->tap, !done && scene->err.code == code && tx->signatures == NULL, "%s", name);
}

static void
test_signing(struct scene *scene)
{
    struct mixin_keystore keystore = keystore_make(scene, "spend_private_key", SPEND);
    struct mixin_tx       tx;
    struct mixin_utxo     utxo, other;
    struct mixin_key      view, strange = { { 9 } };

    example_make(scene, &tx, &utxo, &view);
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &view, 1, &scene->err),
            ERROR_DENIED, &tx, "nothing is signed with a spend key that was not proven");
    tap_ok(&scene->tap, !mixin_keystore_prove_spend(&keystore, HEX32, &scene->err)
            && scene->err.code == ERROR_INPUT && !mixin_keystore_can_spend(&keystore),
            "another's public key proves nothing");
    tap_ok(&scene->tap, !mixin_keystore_prove_spend(&keystore, "", &scene->err)
            && scene->err.code == ERROR_INPUT, "nor does none");
    tap_ok(&scene->tap, mixin_keystore_prove_spend(&keystore, spend_public(scene), &scene->err)
            && keystore.spend == MIXIN_SPEND_SEED, "its own does");
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &strange, 1, &scene->err),
            ERROR_INPUT, &tx, "another view");
    memset(&strange, 0xff, sizeof strange);
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &strange, 1, &scene->err),
            ERROR_INPUT, &tx, "a view above L");
    strange = view;
    order_add(strange.bytes);
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &strange, 1, &scene->err),
            ERROR_INPUT, &tx, "the view written in another way");
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &view, 0, &scene->err),
            ERROR_INPUT, &tx, "no view");
    other = utxo;
    other.place.index++;
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &other, &view, 1, &scene->err),
            ERROR_INPUT, &tx, "another output");
    other = utxo;
    other.keys = &view;
    not_signed(scene, mixin_sign_tx(scene->arena, &keystore, &tx, &other, &view, 1, &scene->err),
            ERROR_INPUT, &tx, "an output with other keys");
    tap_ok(&scene->tap, mixin_sign_tx(scene->arena, &keystore, &tx, &utxo, &view, 1, &scene->err),
            "the worked example is signed");
    tap_text(&scene->tap, mixin_tx_raw(scene->arena, &tx, &scene->err), EXAMPLE "0001" "0001" "0000"
            "79c00b8db433d7d2130af38da1787b8be9c31875ad595d3d7a07371a38728a71"
            "92e3edfaae3722b56877932f64e18751985fc693b59e7428ab23df346f77c605",
            "and has the contract's signature");
}

/* The account's public key fits this value as a scalar, but the file does not hold it as one. */
static void
test_scalars(struct scene *scene)
{
    unsigned char         scalar[MIXIN_KEY * 2] = { 5, 6 }, both[64], point[MIXIN_KEY];
    struct mixin_keystore keystore;
    const char           *public;

    crypto_scalarmult_ed25519_base_noclamp(point, scalar);
    public = crypt_hex(scene->arena, point, sizeof point);
    keystore = keystore_make(scene, "spend_private_key",
            crypt_hex(scene->arena, scalar, MIXIN_KEY));
    tap_ok(&scene->tap, mixin_keystore_prove_spend(&keystore, public, &scene->err)
            && keystore.spend == MIXIN_SPEND_SCALAR, "a spend key that is a scalar");
    crypto_sign_seed_keypair(scalar + MIXIN_KEY, both, scalar);
    keystore = keystore_make(scene, "spend_private_key",
            crypt_hex(scene->arena, scalar, sizeof scalar));
    tap_ok(&scene->tap, !mixin_keystore_prove_spend(&keystore, public, &scene->err)
            && !mixin_keystore_can_spend(&keystore), "with the public key of a seed it is none");
    order_add(scalar);
    keystore = keystore_make(scene, "spend_private_key",
            crypt_hex(scene->arena, scalar, MIXIN_KEY));
    tap_ok(&scene->tap, !mixin_keystore_prove_spend(&keystore, public, &scene->err)
            && !mixin_keystore_can_spend(&keystore), "nor is it one when written in another way");
}

static void
test_no_spend_key(struct scene *scene)
{
    struct mixin_keystore keystore = keystore_make(scene, "name", "");

    tap_ok(&scene->tap, !mixin_keystore_prove_spend(&keystore, spend_public(scene), &scene->err)
            && scene->err.code == ERROR_MISSING && !mixin_keystore_can_spend(&keystore),
            "without a spend key there is nothing to prove");
}

/* ---- anchors --------------------------------------------------------------------------------- */

static void
test_anchors(struct scene *scene)
{
    const char   *request = "13816ba1-b24d-45f8-a058-a07f1aa3f5ba";
    unsigned char hash[BLAKE3_HASH];
    char          id[UUID_TEXT];

    blake3(NULL, 0, hash);
    tap_text(&scene->tap, crypt_hex(scene->arena, hash, sizeof hash),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            "BLAKE3 of nothing");
    mixin_id_asset("c94ac88f-4671-3976-b60a-09064f1811e8", hash);
    tap_text(&scene->tap, crypt_hex(scene->arena, hash, sizeof hash),
            "a99c2e0e2b1da4d648755ef19bd95139acbbe6564cfb06dec7cd34931ca72cdc", "XIN's kernel id");
    mixin_id_hint(request, 0, id);
    tap_text(&scene->tap, id, "4e5fe969-aca1-3771-a787-7277e25741f1", "the hint of output 0");
    mixin_id_hint(request, 1, id);
    tap_text(&scene->tap, id, "a8f30634-bde2-39e0-9a9a-4b52877c6c3a", "the hint of output 1");
}

int
main(void)
{
    static void (*const tests[])(struct scene *) = {
        test_keystores, test_not_json, test_pin_needs_key, test_file, test_rsa, test_memos,
        test_shown, test_uris, test_pins, test_actions, test_raws, test_limits,
        test_example, test_outputs, test_choice, test_transfers, test_signing, test_scalars,
        test_no_spend_key, test_anchors,
    };
    struct scene scene = { .tap = { 0 } };

    if (!crypt_start())
        return 2;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        scene.arena = arena_open();
        tests[i](&scene);
        arena_close(scene.arena);
    }
    return tap_end(&scene.tap);
}
