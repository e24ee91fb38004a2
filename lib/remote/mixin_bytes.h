/* mixin_bytes.h: bytes as Mixin writes them in texts, and the hashes that it takes of them.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_BYTES_H
#define REMOTE_MIXIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { MIXIN_HASH = 32, MIXIN_KEY = 32, MIXIN_SIGNATURE = 64 };

struct mixin_hash {
    unsigned char bytes[MIXIN_HASH];
};

struct mixin_key {
    unsigned char bytes[MIXIN_KEY]; /* a point of Ed25519, or a scalar, little-endian */
};

/*
 * Base64 of either alphabet, with or without padding, and nothing else in it: the clients never
 * agreed on one (protocol/mixin.md §1.2). NULL when it is not; else *length bytes in the arena.
 */
unsigned char *mixin_bytes_base64(struct arena *arena, const char *text, size_t *length);

/* Any number of bytes in hex of either case. NULL when it is not; else *length bytes in the arena
 * with a NUL behind them. */
unsigned char *mixin_bytes_hex(struct arena *arena, const char *text, size_t *length);

/* SHA3-256 of FIPS 202: members, kernel asset ids, registration (protocol/mixin.md §0). An OpenSSL
 * without it ends the process. */
void mixin_bytes_sha3(const void *bytes, size_t length, unsigned char hash[static MIXIN_HASH]);

#endif
