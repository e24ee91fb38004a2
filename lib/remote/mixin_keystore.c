/* mixin_keystore.c: a bot's keys, out of the file that Mixin's dashboard gave its owner.
 * SPDX-License-Identifier: ISC
 *
 * Five generations of files use a dozen names for five things, and mix them up in practice; so
 * names only find a value, and its encoding says what it is (protocol/mixin.md §1.2). */
#include "remote/mixin_keystore.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/json.h"
#include "base/text.h"
#include "remote/mixin_rsa.h"
#include "remote/mixin_scalar.h"

#define AGAIN \
    " Download the bot's keystore again: developers.mixin.one/dashboard, the bot, its session."

enum { MOST_FILE = 65536, LEAST_WRAPPED = 128 };

/* A value found under one of its names, and its bytes. */
struct value {
    const char          *name, *text;
    bool                 hex;   /* 64 or 128 hex digits; else Base64 or neither */
    const unsigned char *bytes; /* NULL when it is neither */
    size_t               length;
};

struct reading {
    struct arena          *scratch; /* overwritten at the end */
    const json_t          *file;
    struct mixin_keystore *keystore;
    struct mixin_secrets  *secrets;
    struct error          *err;
};

static const char *const user_names[] = { "app_id", "client_id", "user_id", NULL };
static const char *const session_names[] = { "session_id", NULL };
static const char *const private_names[] = { "session_private_key", "private_key", NULL };
static const char *const server_names[] = {
    "server_public_key", "pin_token", "pin_token_base64", NULL,
};
static const char *const spend_names[] = { "spend_private_key", "spend_key", NULL };
static const char *const pin_names[] = { "pin", "pin_code", NULL };

/* What people write where a value belongs; only asked of a value that makes no sense. */
static bool
is_placeholder(const char *text, struct arena *scratch)
{
    static const char *const signs[] = {
        "<", ">", "...", "…", "***", "xxx", "your", "my-", "example", "replace", "change",
        "placeholder", "todo", "00000000-0000-0000",
    };
    char *lower = arena_copy(scratch, text);

    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(lower, signs[i]) != NULL)
            return true;
    return false;
}

static bool
refuse_value(struct reading *reading, const struct value *value, const char *expected)
{
    if (is_placeholder(value->text, reading->scratch))
        return fail(reading->err, ERROR_INPUT,
                "The keystore's %s is still a sample's placeholder." AGAIN, value->name);
    return fail(reading->err, ERROR_INPUT,
            "The keystore's %s must be %s, but has %zu characters of another sort." AGAIN,
            value->name, expected, strlen(value->text));
}

static void
value_decode(struct reading *reading, struct value *value)
{
    size_t digits = strlen(value->text);

    value->hex = (digits == 64 || digits == 128)
            && text_is_made_of(value->text, "0123456789abcdefABCDEF");
    value->bytes = value->hex ? mixin_bytes_hex(reading->scratch, value->text, &value->length)
                              : mixin_bytes_base64(reading->scratch, value->text, &value->length);
    if (value->bytes == NULL)
        value->length = 0;
}

/* The first of the names that has a value that is not empty. */
static bool
value_find(struct reading *reading, const char *const names[], struct value *value)
{
    for (*value = (struct value){ .name = names[0] }; *names != NULL; names++) {
        const char *text = json_decimal(reading->file, *names);

        if (text == NULL || *(text = text_trim(reading->scratch, text)) == '\0')
            continue;
        value->name = *names;
        value->text = text;
        value_decode(reading, value);
        return true;
    }
    return false;
}

static bool
id_read(struct reading *reading, const char *const names[], char uuid[static UUID_TEXT])
{
    struct value value;

    if (!value_find(reading, names, &value))
        return fail(reading->err, ERROR_INPUT, "The keystore has no %s." AGAIN, value.name);
    return uuid_fold(value.text, uuid) || refuse_value(reading, &value, "a UUID");
}

static bool
is_one_byte_repeated(const unsigned char *bytes, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (bytes[i] != bytes[0])
            return false;
    return true;
}

/* Takes a seed of 32 bytes, or of 64 with its public half, which must be its own. */
static bool
seed_take(struct reading *reading, const struct value *value, unsigned char seed[static MIXIN_KEY],
        unsigned char public[static MIXIN_KEY])
{
    unsigned char both[crypto_sign_SECRETKEYBYTES];

    if (value->length != MIXIN_KEY && value->length != sizeof both)
        return refuse_value(reading, value, "32 or 64 bytes in hex or Base64");
    if (is_one_byte_repeated(value->bytes, MIXIN_KEY))
        return fail(reading->err, ERROR_INPUT,
                "The keystore's %s is still a sample's placeholder." AGAIN, value->name);
    memcpy(seed, value->bytes, MIXIN_KEY);
    crypto_sign_seed_keypair(public, both, seed);
    sodium_memzero(both, sizeof both);
    if (value->length > MIXIN_KEY && memcmp(value->bytes + MIXIN_KEY, public, MIXIN_KEY) != 0)
        return fail(reading->err, ERROR_INPUT,
                "The two halves of the keystore's %s do not belong together: the second is not the "
                "public key of the first." AGAIN, value->name);
    return true;
}

/* The letters of a whole key may spell "xxx" by chance; a sample's are few. */
enum { PEM_LEAST = 160 };

static bool
pem_take(struct reading *reading, const struct value *value)
{
    struct error why = { .code = ERROR_NONE };

    reading->keystore->algorithm = MIXIN_RS512;
    if (text_copy(reading->secrets->session_pem, MIXIN_PEM_ROOM, value->text)
            && mixin_rsa_check(value->text, &why))
        return true;
    if (strlen(value->text) < PEM_LEAST && is_placeholder(value->text, reading->scratch))
        return refuse_value(reading, value, "a PEM text");
    return fail(reading->err, ERROR_INPUT, "The keystore's %s cannot be used. %s" AGAIN,
            value->name, why.code == ERROR_NONE ? "It is too long." : why.message);
}

static bool
private_key_read(struct reading *reading)
{
    struct mixin_keystore *keystore = reading->keystore;
    struct value           value;

    if (!value_find(reading, private_names, &value))
        return fail(reading->err, ERROR_INPUT, "The keystore has no %s." AGAIN, value.name);
    if (strstr(value.text, "-----BEGIN") != NULL)
        return pem_take(reading, &value);
    if (value.length != MIXIN_KEY && value.length != MIXIN_KEY * 2)
        return refuse_value(reading, &value,
                "64 or 128 hex digits, Base64 of 32 or 64 bytes, or a PEM text");
    keystore->algorithm = MIXIN_EDDSA;
    return seed_take(reading, &value, reading->secrets->session_seed, keystore->session_public);
}

/* The PIN's key out of a key exchange with the server's public key (§3.2). */
static bool
exchange(const unsigned char seed[static MIXIN_KEY], const unsigned char server[static MIXIN_KEY],
        unsigned char key[static MIXIN_KEY])
{
    unsigned char public[MIXIN_KEY], both[crypto_sign_SECRETKEYBYTES], secret[MIXIN_KEY];
    bool          done;

    crypto_sign_seed_keypair(public, both, seed);
    done = crypto_sign_ed25519_sk_to_curve25519(secret, both) == 0
            && crypto_scalarmult_curve25519(key, secret, server) == 0;
    sodium_memzero(both, sizeof both);
    sodium_memzero(secret, sizeof secret);
    return done;
}

static bool
server_key_take(struct reading *reading, const struct value *value)
{
    struct mixin_keystore *keystore = reading->keystore;

    if (value->length >= LEAST_WRAPPED)
        return fail(reading->err, ERROR_INPUT, "The keystore's %s is of an RSA session, but its "
                "private key is not." AGAIN, value->name);
    if (value->length != MIXIN_KEY)
        return refuse_value(reading, value, "64 hex digits or Base64 of 32 bytes");
    if (!value->hex)
        memcpy(keystore->server_public, value->bytes, MIXIN_KEY);
    if ((value->hex
                && crypto_sign_ed25519_pk_to_curve25519(keystore->server_public, value->bytes) != 0)
            || !exchange(reading->secrets->session_seed, keystore->server_public,
                    reading->secrets->pin_key))
        return fail(reading->err, ERROR_INPUT, "The keystore's %s is not a public key: no point of "
                "the curve has these bytes." AGAIN, value->name);
    return true;
}

static bool
wrapped_key_take(struct reading *reading, const struct value *value)
{
    struct error why;

    if (value->length < LEAST_WRAPPED)
        return refuse_value(reading, value, "Base64 of at least 128 bytes, as the private key is "
                "an RSA key");
    return mixin_rsa_unwrap(reading->secrets->session_pem, value->bytes, value->length,
                   reading->keystore->session_id, reading->secrets->pin_key, &why)
            || fail(reading->err, ERROR_INPUT, "The keystore's parts do not belong together. %s"
                    AGAIN, why.message);
}

/* Without one, a bot can do all that takes no PIN. */
static bool
server_key_read(struct reading *reading)
{
    struct value value;

    if (!value_find(reading, server_names, &value))
        return true;
    reading->keystore->has_pin_key = true;
    return reading->keystore->algorithm == MIXIN_RS512 ? wrapped_key_take(reading, &value)
                                                       : server_key_take(reading, &value);
}

static bool
pin_take(struct reading *reading, const struct value *value)
{
    struct mixin_keystore *keystore = reading->keystore;
    unsigned char          public[MIXIN_KEY];

    if (value->hex) {
        keystore->pin = MIXIN_PIN_TIP;
        return seed_take(reading, value, reading->secrets->tip_seed, public);
    }
    if (strlen(value->text) != MIXIN_PIN_CODE || !text_is_made_of(value->text, "0123456789"))
        return refuse_value(reading, value, "six digits, or 64 or 128 hex digits");
    keystore->pin = MIXIN_PIN_DIGITS;
    return text_copy(reading->secrets->pin_code, sizeof reading->secrets->pin_code, value->text);
}

static bool
pin_read(struct reading *reading)
{
    struct value value;

    if (!value_find(reading, pin_names, &value))
        return true;
    if (!reading->keystore->has_pin_key)
        return fail(reading->err, ERROR_INPUT, "The keystore has a %s, but neither "
                "server_public_key nor pin_token, which it is encrypted with." AGAIN, value.name);
    return pin_take(reading, &value);
}

/* An RSA session reaches the legacy API alone, where a spend key is of no use. */
static bool
spend_read(struct reading *reading)
{
    struct mixin_keystore *keystore = reading->keystore;
    struct value           value;
    unsigned char          public[MIXIN_KEY];

    if (!value_find(reading, spend_names, &value) || keystore->algorithm == MIXIN_RS512)
        return true;
    keystore->spend = MIXIN_SPEND_UNPROVEN;
    keystore->spend_has_public = value.length > MIXIN_KEY;
    return seed_take(reading, &value, reading->secrets->spend_given, public);
}

static bool
file_read(struct reading *reading)
{
    const char *authorization = json_member(reading->file, "authorization_id");

    if (authorization != NULL && authorization[0] != '\0')
        return fail(reading->err, ERROR_INPUT, "This keystore is a user's OAuth authorization, not "
                "a bot's keys." AGAIN);
    return id_read(reading, user_names, reading->keystore->user_id)
            && id_read(reading, session_names, reading->keystore->session_id)
            && private_key_read(reading)
            && server_key_read(reading)
            && pin_read(reading)
            && spend_read(reading);
}

/* Jansson's copies do not lie in the scratch arena. */
static void
texts_wipe(const json_t *value)
{
    const char *name;
    json_t     *member;
    size_t      i;

    if (json_is_string(value))
        sodium_memzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_array_foreach(value, i, member)
        texts_wipe(member);
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
        texts_wipe(member);
}

static struct mixin_secrets *
secrets_open(struct arena *arena)
{
    struct mixin_secrets *secrets = crypt_start() ? sodium_malloc(sizeof *secrets) : NULL;

    if (secrets != NULL) {
        sodium_memzero(secrets, sizeof *secrets);
        arena_defer(arena, sodium_free, secrets);
    }
    return secrets;
}

bool
mixin_keystore_parse(struct arena *arena, const char *bytes, size_t length,
        struct mixin_keystore *keystore, struct error *err)
{
    struct reading reading = { arena_open(), NULL, keystore, secrets_open(arena), err };
    bool           done = false;

    *keystore = (struct mixin_keystore){ .secrets = reading.secrets };
    if (reading.secrets == NULL)
        fail(err, ERROR_INTERNAL, "There is no memory for secrets.");
    else if ((reading.file = json_read(reading.scratch, bytes, length, NULL)) == NULL)
        fail(err, ERROR_INPUT, "The keystore is not one JSON object, from { to }, with each name "
                "once." AGAIN);
    else
        done = file_read(&reading);
    texts_wipe(reading.file);
    arena_close_wiped(reading.scratch);
    if (done)
        sodium_mprotect_readonly(reading.secrets);
    return done;
}

/* -1 with a reason when it is not a file that is ours alone. */
static int
file_open(const char *path, struct error *err)
{
    int         file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat facts;

    if (file < 0) {
        fail(err, ERROR_MISSING, "The keystore %s cannot be opened: %s.", path, strerror(errno));
        return -1;
    }
    if (fstat(file, &facts) < 0 || !S_ISREG(facts.st_mode))
        fail(err, ERROR_INPUT, "The keystore %s is not a file.", path);
    else if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fail(err, ERROR_DENIED, "The keystore %s can be read or written by others than its owner. "
                "Keep it to yourself: chmod 600 %s", path, path);
    else
        return file;
    close(file);
    return -1;
}

/* All of the file; false when it cannot be read or does not fit. */
static bool
file_take(int file, char *bytes, size_t room, size_t *length)
{
    ssize_t got = 1;

    for (*length = 0; got > 0 && *length < room; *length += (size_t)got)
        if ((got = read(file, bytes + *length, room - *length)) < 0)
            return false;
    return got == 0;
}

bool
mixin_keystore_read(struct arena *arena, const char *path, struct mixin_keystore *keystore,
        struct error *err)
{
    int           file = file_open(path, err);
    struct arena *scratch;
    size_t        length;
    char         *bytes;
    bool          done;

    *keystore = (struct mixin_keystore){ .secrets = NULL };
    if (file < 0)
        return false;
    scratch = arena_open();
    bytes = arena_alloc(scratch, MOST_FILE);
    done = file_take(file, bytes, MOST_FILE, &length)
            ? mixin_keystore_parse(arena, bytes, length, keystore, err)
            : fail(err, ERROR_INPUT, "The keystore %s cannot be read, or is too large." AGAIN,
                    path);
    arena_close_wiped(scratch);
    close(file);
    return done;
}

/* ---- the spend key, which can be read in two ways -------------------------------------------- */

static enum mixin_spend
spend_settle(const struct mixin_keystore *keystore, struct mixin_secrets *secrets,
        const unsigned char public[static MIXIN_KEY])
{
    mixin_scalar_of_seed(secrets->spend_given, secrets->spend_scalar);
    if (mixin_scalar_makes(secrets->spend_scalar, public))
        return keystore->spend_has_public ? MIXIN_SPEND_SEED_PUBLIC : MIXIN_SPEND_SEED;
    memcpy(secrets->spend_scalar, secrets->spend_given, MIXIN_KEY);
    if (!keystore->spend_has_public && mixin_scalar_is_canonical(secrets->spend_given)
            && mixin_scalar_makes(secrets->spend_given, public))
        return MIXIN_SPEND_SCALAR;
    sodium_memzero(secrets->spend_scalar, MIXIN_KEY);
    return MIXIN_SPEND_UNPROVEN;
}

bool
mixin_keystore_prove_spend(struct mixin_keystore *keystore, const char *spend_public_key,
        struct error *err)
{
    struct mixin_secrets *secrets = (struct mixin_secrets *)(uintptr_t)keystore->secrets;
    unsigned char         public[MIXIN_KEY];

    if (keystore->algorithm == MIXIN_RS512)
        return fail(err, ERROR_MISSING, "The keystore is of an RSA session, which reaches the "
                "legacy API alone. Make an Ed25519 session in the dashboard.");
    if (keystore->spend == MIXIN_SPEND_NONE)
        return fail(err, ERROR_MISSING, "The keystore has no spend_private_key, without which "
                "nothing can be sent. The dashboard showed it once; add it to the file.");
    if (!crypt_from_hex(spend_public_key, public, sizeof public))
        return fail(err, ERROR_INPUT, "The account's spend_public_key is not 64 hex digits.");
    sodium_mprotect_readwrite(secrets);
    keystore->spend = spend_settle(keystore, secrets, public);
    sodium_mprotect_readonly(secrets);
    memcpy(keystore->spend_public, public, sizeof public);
    return mixin_keystore_can_spend(keystore)
            || fail(err, ERROR_INPUT, "The keystore's spend_private_key is not the one of this "
                    "bot: its public key is not the account's. Put the key that the dashboard "
                    "showed for this bot into the file.");
}

bool
mixin_keystore_can_spend(const struct mixin_keystore *keystore)
{
    return keystore->spend > MIXIN_SPEND_UNPROVEN;
}
