/* mixin_token.c: the token that says who makes a request to Mixin, and which one.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_token.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "remote/mixin_rsa.h"
#include "remote/mixin_scalar.h"

const char *
mixin_token_uri(struct arena *arena, const char *url)
{
    const char *host = strstr(url, "://");
    const char *path;

    host = host == NULL ? url : host + 3;
    path = host + strcspn(host, "/?#");
    return arena_format(arena, "%s%.*s", *path == '/' ? "" : "/", (int)strcspn(path, "#"), path);
}

void
mixin_token_sum(const struct mixin_request *request, unsigned char sum[static CRYPT_HASH])
{
    struct arena *arena = arena_open();
    struct text   all;

    text_open(&all, arena);
    text_add(&all, request->method);
    text_add(&all, request->uri);
    text_add_bytes(&all, request->body, request->body_length);
    crypt_hash(all.bytes, all.length, sum);
    arena_close(arena);
}

static void
add_claim(json_t *payload, const char *name, json_t *value)
{
    json_object_set_new(payload, name, value);
}

static const char *
payload_print(struct arena *arena, const struct mixin_keystore *keystore,
        const struct mixin_request *request, const struct mixin_claims *claims)
{
    json_t       *payload = json_keep(arena, json_object());
    unsigned char sum[CRYPT_HASH];

    mixin_token_sum(request, sum);
    add_claim(payload, "uid", json_string(keystore->user_id));
    add_claim(payload, "sid", json_string(keystore->session_id));
    add_claim(payload, "iat", json_integer(claims->issued_at));
    add_claim(payload, "exp", json_integer(claims->expires_at));
    add_claim(payload, "jti", json_string(claims->id));
    add_claim(payload, "sig", json_string(crypt_hex(arena, sum, sizeof sum)));
    if (claims->scope != NULL)
        add_claim(payload, "scp", json_string(claims->scope));
    return json_print(arena, payload);
}

static bool
sign(struct arena *arena, const struct mixin_keystore *keystore, const char *text,
        unsigned char **signature, size_t *length, struct error *err)
{
    if (keystore->algorithm == MIXIN_RS512)
        return mixin_rsa_sign(arena, keystore->secrets->session_pem, text, strlen(text), signature,
                length, err);
    *length = MIXIN_SIGNATURE;
    *signature = arena_alloc(arena, *length);
    mixin_scalar_sign_seed(keystore->secrets->session_seed, text, strlen(text), *signature, NULL);
    return true;
}

const char *
mixin_token_make(struct arena *arena, const struct mixin_keystore *keystore,
        const struct mixin_request *request, const struct mixin_claims *claims, struct error *err)
{
    const char *header = keystore->algorithm == MIXIN_RS512 ? "{\"alg\":\"RS512\",\"typ\":\"JWT\"}"
                                                            : "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}";
    const char *payload = payload_print(arena, keystore, request, claims);
    const char *signed_text = arena_format(arena, "%s.%s",
            crypt_base64url(arena, header, strlen(header)),
            crypt_base64url(arena, payload, strlen(payload)));
    unsigned char *signature;
    size_t         length;

    if (!sign(arena, keystore, signed_text, &signature, &length, err))
        return NULL;
    return arena_format(arena, "%s.%s", signed_text, crypt_base64url(arena, signature, length));
}
