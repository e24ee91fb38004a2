/* uuid.h: identifiers of 128 bits in their usual dress.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>

enum { UUID_TEXT = 37 };

/* Writes 8-4-4-4-12 in lower case; false for any other shape and for the nil UUID.
 * Any RFC 4122 version is taken (the seeds' sample is of version 1). */
bool uuid_fold(const char *text, char folded[static UUID_TEXT]);

/* The same, and 32 hex digits without dashes too (payeeId, protocol/mixpay.md §2). */
bool uuid_fold_loose(const char *text, char folded[static UUID_TEXT]);

/* A fresh random one (version 4). */
void uuid_make(char text[static UUID_TEXT]);

#endif
