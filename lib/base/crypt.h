/* crypt.h: randomness, keyed hashes, comparison in constant time. But for remote/mixin_* the only
 * file that knows libsodium. SPDX-License-Identifier: ISC */
#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { CRYPT_HASH = 32, CRYPT_KEY = 32 };

/* Once per process, before anything else here; false when the library will not start. */
bool crypt_start(void);

void crypt_random(void *bytes, size_t length);

/* SHA-256. */
void crypt_hash(const void *bytes, size_t length, unsigned char hash[static CRYPT_HASH]);

/* HMAC-SHA-256. */
void crypt_mac(const unsigned char key[static CRYPT_KEY], const void *bytes, size_t length,
        unsigned char mac[static CRYPT_HASH]);

/* Equal, told in a time that depends on the lengths alone. */
bool crypt_equal(const char *a, const char *b);

/* Lower-case hex, and URL-safe Base64 without padding; in the arena. */
char *crypt_hex(struct arena *arena, const void *bytes, size_t length);
char *crypt_base64url(struct arena *arena, const void *bytes, size_t length);

/* Reads exactly `length` bytes of hex. */
bool crypt_from_hex(const char *text, void *bytes, size_t length);

/* `bytes` random bytes as URL-safe text: 16 bytes (128 bit) become 22 characters. */
char *crypt_token(struct arena *arena, size_t bytes);

void crypt_wipe(void *bytes, size_t length);

#endif
