/* mixin_rsa.h: what the oldest bots do with their RSA session key.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_RSA_H
#define REMOTE_MIXIN_RSA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "remote/mixin_bytes.h"

/*
 * The key is handed over as PEM (PKCS#1 or PKCS#8, not encrypted) each time, and OpenSSL has it
 * only while it works, so that it stays in locked memory otherwise. All are thread-safe.
 */

/* A private RSA key of 1024 to 8192 bits; ERROR_INPUT with a sentence that says what it is. */
bool mixin_rsa_check(const char *pem, struct error *err);

/* RSASSA-PKCS1-v1_5 with SHA-512 (RS512, protocol/mixin.md §2.3). The signature is in the arena. */
bool mixin_rsa_sign(struct arena *arena, const char *pem, const void *bytes, size_t length,
        unsigned char **signature, size_t *signature_length, struct error *err);

/*
 * The key in a `pin_token`: RSA-OAEP, SHA-256 for both hashes, the session's id as the label
 * (§3.2). ERROR_INPUT: it was not made for this key and session.
 */
bool mixin_rsa_unwrap(const char *pem, const unsigned char *wrapped, size_t length,
        const char *session_id, unsigned char key[static MIXIN_KEY], struct error *err);

#endif
