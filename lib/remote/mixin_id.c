/* mixin_id.c: identifiers that both sides can work out.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_id.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/text.h"

enum { MD5 = 16, NAME_ROOM = 128 };

void
mixin_id_named(const char *name, char uuid[static UUID_TEXT])
{
    static const char dash_before[MD5] = { [4] = 1, [6] = 1, [8] = 1, [10] = 1 };
    unsigned char     hash[EVP_MAX_MD_SIZE];

    if (EVP_Digest(name, strlen(name), hash, NULL, EVP_md5(), NULL) != 1)
        abort();
    hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x30);
    hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
    for (int i = 0; i < MD5; i++)
        uuid += snprintf(uuid, 4, "%s%02x", dash_before[i] ? "-" : "", hash[i]);
}

void
mixin_id_output(const char *transaction_hash, unsigned index, char uuid[static UUID_TEXT])
{
    char name[NAME_ROOM];

    snprintf(name, sizeof name, "%.64s:%u", transaction_hash, index);
    mixin_id_named(name, uuid);
}

void
mixin_id_hint(const char *request_id, unsigned index, char uuid[static UUID_TEXT])
{
    char name[NAME_ROOM];

    snprintf(name, sizeof name, "%.36sOUTPUT%u", request_id, index);
    mixin_id_named(name, uuid);
}

void
mixin_id_conversation(const char *user, const char *other, char uuid[static UUID_TEXT])
{
    char name[NAME_ROOM];
    bool sorted = strcmp(user, other) <= 0;

    snprintf(name, sizeof name, "%.36s%.36s", sorted ? user : other, sorted ? other : user);
    mixin_id_named(name, uuid);
}

static int
by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *
mixin_id_members_joined(struct arena *arena, const char *const members[], size_t count)
{
    const char **sorted = arena_array(arena, count, sizeof *sorted);
    struct text  joined;

    text_open(&joined, arena);
    for (size_t i = 0; i < count; i++)
        sorted[i] = members[i];
    qsort(sorted, count, sizeof *sorted, by_bytes);
    for (size_t i = 0; i < count; i++)
        text_add(&joined, sorted[i]);
    return joined.bytes;
}

char *
mixin_id_members(struct arena *arena, const char *const members[], size_t count)
{
    const char   *joined = mixin_id_members_joined(arena, members, count);
    unsigned char hash[MIXIN_HASH];

    mixin_bytes_sha3(joined, strlen(joined), hash);
    return crypt_hex(arena, hash, sizeof hash);
}

void
mixin_id_asset(const char *asset_id, unsigned char kernel_id[static MIXIN_HASH])
{
    mixin_bytes_sha3(asset_id, strlen(asset_id), kernel_id);
}
