/* mixin_id.h: identifiers that both sides can work out: of outputs, hints, conversations, members
 * and assets.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_ID_H
#define REMOTE_MIXIN_ID_H

#include <stddef.h>

#include "base/uuid.h"
#include "remote/mixin_bytes.h"

/* All are pure and thread-safe; an OpenSSL without MD5 or SHA-3 ends the process. UUIDs are taken
 * as they stand and must be in lower case (uuid_fold). */

/* The name-based UUID (RFC 4122 version 3 without a name space) of a text (protocol/mixin.md §4.4).
 * */
void mixin_id_named(const char *name, char uuid[static UUID_TEXT]);

/* `output_id` of the output with this number; the transaction's hash in lower-case hex (§4.4). */
void mixin_id_output(const char *transaction_hash, unsigned index, char uuid[static UUID_TEXT]);

/*
 * The hint by which POST /safe/keys derives the keys of output `index`, in the way of the Android
 * wallet (scheme A of §4.6). That it depends on nothing but these two is the third lock against
 * paying twice (§5.2): do not change it while payments are under way.
 */
void mixin_id_hint(const char *request_id, unsigned index, char uuid[static UUID_TEXT]);

/* The conversation of two users; either order gives the same. */
void mixin_id_conversation(const char *user, const char *other, char uuid[static UUID_TEXT]);

/* Hash of the owners of an output, in whatever order they are given; in the arena, hex (§4.3). */
char *mixin_id_members(struct arena *arena, const char *const members[], size_t count);

/* The ids sorted and written behind each other: what mixin_id_members takes the hash of. */
char *mixin_id_members_joined(struct arena *arena, const char *const members[], size_t count);

/* The kernel's name of an asset (§0). */
void mixin_id_asset(const char *asset_id, unsigned char kernel_id[static MIXIN_HASH]);

#endif
