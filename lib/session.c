/* session.c: the one cookie, and the tokens that tie a form to it.
 * SPDX-License-Identifier: ISC */
#include "session.h"

#include <arpa/inet.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/crypt.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

enum { SESSION_BYTES = 16, SESSION_LENGTH = 22, TOKEN_NONCE = 24, TOKEN_LIFE = 86400 };

static const char *
cookie_name(const struct call *call)
{
    return call->app->settings.base_url.secure ? "__Host-mixtill" : "mixtill";
}

const char *
session_find(const struct call *call)
{
    const char *session = call_cookie(call, cookie_name(call));

    return session != NULL && strlen(session) == SESSION_LENGTH && text_is_made_of(session, LETTERS)
            ? session
            : NULL;
}

const char *
session_open(struct call *call)
{
    const char *session = session_find(call);

    if (session != NULL)
        return session;
    session = crypt_token(call->arena, SESSION_BYTES);
    call_add(call, "Set-Cookie", arena_format(call->arena,
            "%s=%s; Path=/; HttpOnly; SameSite=Lax%s",
            cookie_name(call), session, call->app->settings.base_url.secure ? "; Secure" : ""));
    return session;
}

/* TIME (hex) and nonce, then the hash of purpose, session and both. */
static const char *
sign(const struct call *call, const char *session, const char *nonce)
{
    unsigned char mac[CRYPT_HASH];
    const char   *signed_text = arena_format(call->arena, "form|%s|%s", session, nonce);

    crypt_mac(call->app->session_key, signed_text, strlen(signed_text), mac);
    return arena_format(call->arena, "%s%s", nonce, crypt_base64url(call->arena, mac, 24));
}

const char *
session_token(const struct call *call, const char *session)
{
    const char *nonce = arena_format(call->arena, "%08llx%.16s",
            (unsigned long long)clock_now() & 0xffffffff, crypt_token(call->arena, 16));

    return sign(call, session, nonce);
}

bool
session_holds(const struct call *call, const char *session, const char *token)
{
    unsigned char time[4];
    const char   *nonce;
    int64_t       made, now = clock_now();

    if (strlen(token) != TOKEN_NONCE + 32)
        return false;
    nonce = arena_copy_bytes(call->arena, token, TOKEN_NONCE);
    if (!crypt_equal(sign(call, session, nonce), token)
            || !crypt_from_hex(arena_copy_bytes(call->arena, nonce, 8), time, sizeof time))
        return false;
    made = (int64_t)time[0] << 24 | time[1] << 16 | time[2] << 8 | time[3];
    return made <= now + 300 && made + TOKEN_LIFE > now;
}

/* The last address that a trusted proxy has seen: the earlier ones, and earlier lines of the
 * header, are the visitor's own words. */
static const char *
client_address(const struct call *call)
{
    const char *trusted = call->app->settings.trusted_proxy, *chain = NULL, *last;

    for (size_t i = 0; i < call->headers.count; i++)
        if (strcmp(call->headers.list[i].name, "X_FORWARDED_FOR") == 0)
            chain = call->headers.list[i].value;
    if (trusted[0] == '\0' || chain == NULL || strcmp(call->address, trusted) != 0)
        return call->address;
    last = strrchr(chain, ',');
    return text_trim(call->arena, last == NULL ? chain : last + 1);
}

/* Whoever has an IPv6 address has a whole /64 of them: they count as one. */
static const char *
client_network(const struct call *call, const char *address)
{
    static const unsigned char none[8]; /* ::1, and IPv4 in the dress of IPv6 */
    unsigned char              bytes[16];

    if (inet_pton(AF_INET6, address, bytes) != 1 || memcmp(bytes, none, sizeof none) == 0)
        return address;
    return crypt_hex(call->arena, bytes, 8);
}

const char *
session_client(const struct call *call)
{
    unsigned char mac[CRYPT_HASH];
    const char   *text = arena_format(call->arena, "client|%s",
            client_network(call, client_address(call)));

    crypt_mac(call->app->session_key, text, strlen(text), mac);
    return crypt_hex(call->arena, mac, 12);
}
