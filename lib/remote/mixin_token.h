/* mixin_token.h: the token that says who makes a request to Mixin, and which one.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_TOKEN_H
#define REMOTE_MIXIN_TOKEN_H

#include <stdint.h>

#include "base/crypt.h"
#include "remote/mixin_keystore.h"

/* The request that a token is for, as it goes on the wire (protocol/mixin.md §2.2). */
struct mixin_request {
    const char *method; /* upper case */
    const char *uri;    /* path and query, as mixin_token_uri gives them */
    const void *body;   /* the very bytes that are sent; NULL where there are none */
    size_t      body_length;
};

/* What else a token says (§2.3). Every try of a request needs a new one. */
struct mixin_claims {
    int64_t     issued_at, expires_at; /* s since 1970 */
    const char *id;                    /* jti: a fresh UUID; goes into X-Request-Id, too */
    const char *scope;                 /* "FULL"; NULL leaves it out */
};

enum { MIXIN_TOKEN_LIFETIME = 300 }; /* s: what the client's tokens are good for */

/*
 * What of a whole address is signed: all behind the host, so a prefix in the path of the base
 * address is part of it; percent-encoding stays as it is, a fragment is cut off, "/" for the bare
 * host. Given the address that libcurl gets (with CURLOPT_PATH_AS_IS), it cannot differ from what
 * is sent.
 */
const char *mixin_token_uri(struct arena *arena, const char *url);

/* SHA-256 of method, URI and body: the claim `sig`, before it is written in hex. */
void mixin_token_sum(const struct mixin_request *request, unsigned char sum[static CRYPT_HASH]);

/* The token, for `Authorization: Bearer …`, in the arena; never to be logged. The claims stand in
 * the order of the official Node client. NULL with ERROR_INTERNAL when the key does not sign. */
const char *mixin_token_make(struct arena *arena, const struct mixin_keystore *keystore,
        const struct mixin_request *request, const struct mixin_claims *claims, struct error *err);

#endif
