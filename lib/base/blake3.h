/* blake3.h: the BLAKE3 hash.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_BLAKE3_H
#define BASE_BLAKE3_H

#include <stddef.h>

enum { BLAKE3_HASH = 32 };

/*
 * The plain hash (no key, 32 bytes) of any number of bytes; `bytes` may be NULL where length is 0.
 * Thread-safe. Source: the BLAKE3 paper, as told in protocol/mixin.md appendix A.
 */
void blake3(const void *bytes, size_t length, unsigned char hash[static BLAKE3_HASH]);

#endif
