/* uuid.c: identifiers of 128 bits in their usual dress.
 * SPDX-License-Identifier: ISC */
#include "base/uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"

static bool
has_dash_at(size_t place)
{
    return place == 8 || place == 13 || place == 18 || place == 23;
}

bool
uuid_fold(const char *text, char folded[static UUID_TEXT])
{
    bool nil = true;

    if (strlen(text) != UUID_TEXT - 1)
        return false;
    for (size_t i = 0; i < UUID_TEXT - 1; i++) {
        if (has_dash_at(i) ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
        nil = nil && (text[i] == '0' || text[i] == '-');
        folded[i] = (char)tolower((unsigned char)text[i]);
    }
    folded[UUID_TEXT - 1] = '\0';
    return !nil;
}

bool
uuid_fold_loose(const char *text, char folded[static UUID_TEXT])
{
    char dashed[UUID_TEXT];

    if (strlen(text) != 32)
        return uuid_fold(text, folded);
    snprintf(dashed, sizeof dashed, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8, text + 12,
            text + 16,
            text + 20);
    return uuid_fold(dashed, folded);
}

void
uuid_make(char text[static UUID_TEXT])
{
    unsigned char bytes[16];

    crypt_random(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    snprintf(text, UUID_TEXT,
            "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
            bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
            bytes[8],
            bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}
