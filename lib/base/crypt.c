/* crypt.c: randomness, keyed hashes, comparison in constant time.
 * SPDX-License-Identifier: ISC */
#include "base/crypt.h"

#include <sodium.h>
#include <string.h>

bool
crypt_start(void)
{
    return sodium_init() >= 0;
}

void
crypt_random(void *bytes, size_t length)
{
    randombytes_buf(bytes, length);
}

void
crypt_hash(const void *bytes, size_t length, unsigned char hash[static CRYPT_HASH])
{
    crypto_hash_sha256(hash, bytes, length);
}

void
crypt_mac(const unsigned char key[static CRYPT_KEY], const void *bytes, size_t length,
        unsigned char mac[static CRYPT_HASH])
{
    crypto_auth_hmacsha256(mac, bytes, length, key);
}

bool
crypt_equal(const char *a, const char *b)
{
    size_t length = strlen(a);

    return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}

char *
crypt_hex(struct arena *arena, const void *bytes, size_t length)
{
    char *text = arena_alloc(arena, length * 2 + 1);

    return sodium_bin2hex(text, length * 2 + 1, bytes, length);
}

char *
crypt_base64url(struct arena *arena, const void *bytes, size_t length)
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t    room = sodium_base64_ENCODED_LEN(length, (unsigned)variant);

    return sodium_bin2base64(arena_alloc(arena, room), room, bytes, length, variant);
}

bool
crypt_from_hex(const char *text, void *bytes, size_t length)
{
    size_t got;

    return strlen(text) == length * 2
            && sodium_hex2bin(bytes, length, text, length * 2, NULL, &got, NULL) == 0
            && got == length;
}

char *
crypt_token(struct arena *arena, size_t bytes)
{
    unsigned char random[64];

    crypt_random(random, sizeof random);
    return crypt_base64url(arena, random, bytes < sizeof random ? bytes : sizeof random);
}

void
crypt_wipe(void *bytes, size_t length)
{
    sodium_memzero(bytes, length);
}
