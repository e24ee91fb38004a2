/* mixin_pin.c: the PIN, by which the legacy API lets money go, encrypted for one use.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_pin.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/crypt.h"
#include "base/text.h"
#include "remote/mixin_scalar.h"

enum { NUMBER = 8, PLAIN_MOST = MIXIN_PIN_MOST + 2 * NUMBER, BLOCK = 16 };

#define VERIFY "TIP:VERIFY:"

static void
number_write(uint64_t number, unsigned char *bytes)
{
    for (int i = 0; i < NUMBER; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t
number_read(const unsigned char *bytes)
{
    uint64_t number = 0;

    for (int i = NUMBER - 1; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

uint64_t
mixin_pin_next(uint64_t last, uint64_t now_ns)
{
    return now_ns > last ? now_ns : last + 1;
}

/* AES-256-CBC with padding, one way or the other; `to` has room for a block more. */
static bool
cipher(bool sealing, const unsigned char *key, const unsigned char *iv, const unsigned char *from,
        size_t length, unsigned char *to, size_t *done)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int             some = 0, rest = 0;
    bool            fine = context != NULL
            && EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key, iv, sealing) == 1
            && EVP_CipherUpdate(context, to, &some, from, (int)length) == 1
            && EVP_CipherFinal_ex(context, to + some, &rest) == 1;

    EVP_CIPHER_CTX_free(context);
    *done = (size_t)(some + rest);
    return fine;
}

const char *
mixin_pin_seal(struct arena *arena, const unsigned char key[static MIXIN_KEY],
        const unsigned char iv[static MIXIN_PIN_IV], const struct mixin_pin *pin,
        struct error *err)
{
    unsigned char plain[PLAIN_MOST], sealed[MIXIN_PIN_IV + PLAIN_MOST + BLOCK];
    size_t        length;
    bool          done;

    if (pin->length == 0 || pin->length > MIXIN_PIN_MOST) {
        fail(err, ERROR_INPUT, "A PIN has 1 to %d bytes.", MIXIN_PIN_MOST);
        return NULL;
    }
    memcpy(plain, pin->bytes, pin->length);
    number_write((uint64_t)pin->time, plain + pin->length);
    number_write(pin->iterator, plain + pin->length + NUMBER);
    memcpy(sealed, iv, MIXIN_PIN_IV);
    done = cipher(true, key, iv, plain, pin->length + 2 * NUMBER, sealed + MIXIN_PIN_IV, &length);
    crypt_wipe(plain, sizeof plain);
    if (!done) {
        fail(err, ERROR_INTERNAL, "The PIN cannot be encrypted.");
        return NULL;
    }
    return crypt_base64url(arena, sealed, MIXIN_PIN_IV + length);
}

static bool
plain_read(const unsigned char *plain, size_t length, struct mixin_pin *pin)
{
    if (length <= 2 * NUMBER || length > PLAIN_MOST)
        return false;
    pin->length = length - 2 * NUMBER;
    memcpy(pin->bytes, plain, pin->length);
    pin->time = (int64_t)number_read(plain + pin->length);
    pin->iterator = number_read(plain + pin->length + NUMBER);
    return true;
}

bool
mixin_pin_open(const unsigned char key[static MIXIN_KEY], const char *sealed,
        struct mixin_pin *pin, struct error *err)
{
    struct arena        *arena = arena_open();
    unsigned char        plain[PLAIN_MOST + 2 * BLOCK];
    size_t               length = 0, plain_length;
    const unsigned char *bytes = mixin_bytes_base64(arena, sealed, &length);
    bool                 done;

    *pin = (struct mixin_pin){ .length = 0 };
    done = bytes != NULL && length > MIXIN_PIN_IV && length <= MIXIN_PIN_IV + PLAIN_MOST + BLOCK
            && cipher(false, key, bytes, bytes + MIXIN_PIN_IV, length - MIXIN_PIN_IV, plain,
                    &plain_length)
            && plain_read(plain, plain_length, pin);
    crypt_wipe(plain, sizeof plain);
    arena_close(arena);
    return done || fail(err, ERROR_INPUT, "The encrypted PIN is of the wrong format.");
}

const char *
mixin_pin_transfer_action(struct arena *arena, const char *asset_id, const char *opponent_id,
        const char *amount, const char *trace_id, const char *memo)
{
    return arena_format(arena, "TIP:TRANSFER:CREATE:%s%s%s%s%s", asset_id, opponent_id, amount,
            trace_id, memo);
}

const char *
mixin_pin_verify_action(struct arena *arena, uint64_t now_ns)
{
    return arena_format(arena, VERIFY "%032" PRIu64, now_ns);
}

void
mixin_pin_sign_action(const unsigned char tip_seed[static MIXIN_KEY], const char *action,
        unsigned char signature[static MIXIN_SIGNATURE])
{
    unsigned char hash[CRYPT_HASH];

    if (text_starts(action, VERIFY)) {
        mixin_scalar_sign_seed(tip_seed, action, strlen(action), signature, NULL);
        return;
    }
    crypt_hash(action, strlen(action), hash);
    mixin_scalar_sign_seed(tip_seed, hash, sizeof hash, signature, NULL);
}

bool
mixin_pin_prove(const struct mixin_keystore *keystore, const char *action, struct mixin_pin *pin,
        const char **field, struct error *err)
{
    if (keystore->pin == MIXIN_PIN_NONE || !keystore->has_pin_key)
        return fail(err, ERROR_MISSING, "The keystore has no pin, without which nothing can be "
                "sent over the legacy API. Add the bot's PIN to the file.");
    *field = keystore->pin == MIXIN_PIN_TIP ? "pin_base64" : "pin";
    if (keystore->pin == MIXIN_PIN_TIP) {
        mixin_pin_sign_action(keystore->secrets->tip_seed, action, pin->bytes);
        pin->length = MIXIN_SIGNATURE;
        return true;
    }
    memcpy(pin->bytes, keystore->secrets->pin_code, MIXIN_PIN_CODE);
    pin->length = MIXIN_PIN_CODE;
    return true;
}
