/* mixin_scalar.h: private keys of Ed25519 as numbers, which Mixin adds up.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_SCALAR_H
#define REMOTE_MIXIN_SCALAR_H

#include <stdbool.h>

#include "remote/mixin_bytes.h"

/* Scalars and points are 32 bytes, little-endian, as in RFC 8032; L is the order of the group. All
 * functions are pure and thread-safe, and leave no secret on the stack. */

/* y mod L of a seed: the half of its hash that Ed25519 signs with (protocol/mixin.md §4.10). */
void mixin_scalar_of_seed(const unsigned char seed[static MIXIN_KEY],
        unsigned char scalar[static MIXIN_KEY]);

/* Below L: the one way to write this scalar. */
bool mixin_scalar_is_canonical(const unsigned char scalar[static MIXIN_KEY]);

/* Whether this is the point's private key. */
bool mixin_scalar_makes(const unsigned char scalar[static MIXIN_KEY],
        const unsigned char point[static MIXIN_KEY]);

/*
 * Signs with the scalar itself as the private key of `public` (§4.10). The nonce is made from the
 * key and the message, so that the same bytes come out every time. Verifies what it made and gives
 * false when it does not hold.
 */
bool mixin_scalar_sign(const unsigned char scalar[static MIXIN_KEY],
        const unsigned char public[static MIXIN_KEY], const void *message, size_t length,
        unsigned char signature[static MIXIN_SIGNATURE]);

/* Ordinary Ed25519 with a seed; *public too, where it is not NULL. */
void mixin_scalar_sign_seed(const unsigned char seed[static MIXIN_KEY], const void *message,
        size_t length, unsigned char signature[static MIXIN_SIGNATURE], unsigned char *public);

#endif
