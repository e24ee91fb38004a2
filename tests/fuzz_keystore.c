/* fuzz_keystore.c: any bytes as a keystore; what is taken must be able to work.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "remote/mixin_pin.h"
#include "remote/mixin_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
must(bool fact)
{
    if (!fact)
        abort();
}

/* Tokens come out of it; how they look is said elsewhere. */
static void
check_token(struct arena *arena, const struct mixin_keystore *keystore)
{
    const struct mixin_request request = { "GET", "/me", NULL, 0 };
    const struct mixin_claims  claims = { 1, 2, keystore->session_id, NULL };
    const char *token = mixin_token_make(arena, keystore, &request, &claims, NULL);

    must(token != NULL && strchr(token, '.') != strrchr(token, '.'));
}

static void
check_pin(struct arena *arena, const struct mixin_keystore *keystore)
{
    const unsigned char *key = keystore->secrets->pin_key;
    struct mixin_pin     pin = { .time = 1, .iterator = 2 }, opened;
    const char          *field, *sealed;

    if (!mixin_pin_prove(keystore, "TIP:VERIFY:", &pin, &field, NULL)) {
        must(keystore->pin == MIXIN_PIN_NONE);
        return;
    }
    sealed = mixin_pin_seal(arena, key, key, &pin, NULL);
    must(sealed != NULL && mixin_pin_open(key, sealed, &opened, NULL));
    must(opened.length == pin.length && memcmp(opened.bytes, pin.bytes, pin.length) == 0);
}

/* Written in the way of today's dashboard it is the same keystore. */
static void
check_again(struct arena *arena, const struct mixin_keystore *keystore)
{
    struct mixin_keystore again;
    const char           *text = json_print(arena, json_keep(arena, json_pack("{ssssss}", "app_id",
            keystore->user_id, "session_id", keystore->session_id, "session_private_key",
            crypt_hex(arena, keystore->secrets->session_seed, MIXIN_KEY))));

    must(mixin_keystore_parse(arena, text, strlen(text), &again, NULL));
    must(strcmp(again.user_id, keystore->user_id) == 0
            && memcmp(again.session_public, keystore->session_public, MIXIN_KEY) == 0
            && again.pin == MIXIN_PIN_NONE && again.spend == MIXIN_SPEND_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena         *arena = arena_open();
    struct mixin_keystore keystore;
    struct error          err = { ERROR_NONE, "" };

    if (mixin_keystore_parse(arena, length == 0 ? "" : (const char *)bytes, length, &keystore,
                &err)) {
        must(strlen(keystore.user_id) == UUID_TEXT - 1 && err.code == ERROR_NONE);
        check_token(arena, &keystore);
        check_pin(arena, &keystore);
        if (keystore.algorithm == MIXIN_EDDSA)
            check_again(arena, &keystore);
        must(!mixin_keystore_can_spend(&keystore));
    } else {
        must(err.code == ERROR_INPUT && err.message[0] != '\0'
                && text_is_clean(err.message, strlen(err.message), false));
    }
    arena_close(arena);
    return 0;
}
