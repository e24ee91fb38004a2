/* mixin_bytes.c: bytes as Mixin writes them in texts, and the hashes that it takes of them.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_bytes.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

unsigned char *
mixin_bytes_base64(struct arena *arena, const char *text, size_t *length)
{
    static const int variants[] = {
        sodium_base64_VARIANT_ORIGINAL,
        sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
        sodium_base64_VARIANT_URLSAFE,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    };
    size_t         room = strlen(text);
    unsigned char *bytes = arena_alloc(arena, room + 1);

    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        if (sodium_base642bin(bytes, room, text, room, NULL, length, NULL, variants[i]) == 0) {
            bytes[*length] = '\0';
            return bytes;
        }
    return NULL;
}

unsigned char *
mixin_bytes_hex(struct arena *arena, const char *text, size_t *length)
{
    size_t         digits = strlen(text);
    unsigned char *bytes = arena_alloc(arena, digits / 2 + 1);

    *length = 0;
    return sodium_hex2bin(bytes, digits / 2, text, digits, NULL, length, NULL) == 0 ? bytes : NULL;
}

void
mixin_bytes_sha3(const void *bytes, size_t length, unsigned char hash[static MIXIN_HASH])
{
    if (EVP_Digest(bytes, length, hash, NULL, EVP_sha3_256(), NULL) != 1)
        abort();
}
