/* mixin_scalar.c: private keys of Ed25519 as numbers, which Mixin adds up.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_scalar.h"

#include <sodium.h>
#include <string.h>

enum { WIDE = crypto_core_ed25519_NONREDUCEDSCALARBYTES, HASH = crypto_hash_sha512_BYTES };

void
mixin_scalar_of_seed(const unsigned char seed[static MIXIN_KEY],
        unsigned char scalar[static MIXIN_KEY])
{
    unsigned char wide[WIDE] = { 0 }, hash[HASH];

    crypto_hash_sha512(hash, seed, MIXIN_KEY);
    memcpy(wide, hash, MIXIN_KEY);
    wide[0] &= 248;
    wide[31] &= 127;
    wide[31] |= 64;
    crypto_core_ed25519_scalar_reduce(scalar, wide);
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(hash, sizeof hash);
}

bool
mixin_scalar_is_canonical(const unsigned char scalar[static MIXIN_KEY])
{
    unsigned char wide[WIDE] = { 0 }, reduced[MIXIN_KEY];
    bool          same;

    memcpy(wide, scalar, MIXIN_KEY);
    crypto_core_ed25519_scalar_reduce(reduced, wide);
    same = sodium_memcmp(reduced, scalar, MIXIN_KEY) == 0;
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(reduced, sizeof reduced);
    return same;
}

bool
mixin_scalar_makes(const unsigned char scalar[static MIXIN_KEY],
        const unsigned char point[static MIXIN_KEY])
{
    unsigned char made[MIXIN_KEY];

    return crypto_scalarmult_ed25519_base_noclamp(made, scalar) == 0
            && memcmp(made, point, MIXIN_KEY) == 0;
}

/* Hash of a, b and the message, as a scalar. */
static void
scalar_of(const unsigned char a[static MIXIN_KEY], const unsigned char *b, const void *message,
        size_t length, unsigned char scalar[static MIXIN_KEY])
{
    crypto_hash_sha512_state state;
    unsigned char            hash[HASH];

    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, a, MIXIN_KEY);
    if (b != NULL)
        crypto_hash_sha512_update(&state, b, MIXIN_KEY);
    crypto_hash_sha512_update(&state, message, length);
    crypto_hash_sha512_final(&state, hash);
    crypto_core_ed25519_scalar_reduce(scalar, hash);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(hash, sizeof hash);
}

bool
mixin_scalar_sign(const unsigned char scalar[static MIXIN_KEY],
        const unsigned char public[static MIXIN_KEY], const void *message, size_t length,
        unsigned char signature[static MIXIN_SIGNATURE])
{
    unsigned char hash[HASH], nonce[MIXIN_KEY], product[MIXIN_KEY], challenge[MIXIN_KEY];
    bool          made;

    crypto_hash_sha512(hash, scalar, MIXIN_KEY);
    scalar_of(hash + MIXIN_KEY, NULL, message, length, nonce);
    made = crypto_scalarmult_ed25519_base_noclamp(signature, nonce) == 0;
    scalar_of(signature, public, message, length, challenge);
    crypto_core_ed25519_scalar_mul(product, challenge, scalar);
    crypto_core_ed25519_scalar_add(signature + MIXIN_KEY, product, nonce);
    sodium_memzero(hash, sizeof hash);
    sodium_memzero(nonce, sizeof nonce);
    sodium_memzero(product, sizeof product);
    return made && crypto_sign_verify_detached(signature, message, length, public) == 0;
}

void
mixin_scalar_sign_seed(const unsigned char seed[static MIXIN_KEY], const void *message,
        size_t length, unsigned char signature[static MIXIN_SIGNATURE], unsigned char *public)
{
    unsigned char own[MIXIN_KEY], both[crypto_sign_SECRETKEYBYTES];

    crypto_sign_seed_keypair(own, both, seed);
    crypto_sign_detached(signature, NULL, message, length, both);
    sodium_memzero(both, sizeof both);
    if (public != NULL)
        memcpy(public, own, MIXIN_KEY);
}
