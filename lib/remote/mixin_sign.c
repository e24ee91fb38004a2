/* mixin_sign.c: one-time keys, and signing with them.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_sign.h"

#include <sodium.h>
#include <string.h>

#include "base/blake3.h"
#include "remote/mixin_scalar.h"

bool
mixin_sign_key(const unsigned char spend_scalar[static MIXIN_KEY],
        const struct mixin_key *view, struct mixin_key *private, struct mixin_key *public,
        struct error *err)
{
    if (!mixin_scalar_is_canonical(view->bytes))
        return fail(err, ERROR_INPUT, "A view that Mixin sent is not a scalar.");
    crypto_core_ed25519_scalar_add(private->bytes, view->bytes, spend_scalar);
    return crypto_scalarmult_ed25519_base_noclamp(public->bytes, private->bytes) == 0
            || fail(err, ERROR_INPUT, "A view that Mixin sent gives no key.");
}

/* The place of the key among the output's; their count when it is none of them. */
static size_t
key_index(const struct mixin_utxo *utxo, const struct mixin_key *key)
{
    size_t i = 0;

    while (i < utxo->key_count && memcmp(&utxo->keys[i], key, sizeof *key) != 0)
        i++;
    return i;
}

static bool
is_spent_by(const struct mixin_utxo *utxo, const struct mixin_input *input)
{
    return utxo->place.index == input->index
            && memcmp(&utxo->place.hash, &input->hash, sizeof input->hash) == 0;
}

static bool
input_sign(const struct mixin_keystore *keystore, const struct mixin_utxo *utxo,
        const struct mixin_key *view, const struct mixin_hash *hash,
        struct mixin_signature *signature, struct error *err)
{
    struct mixin_key private, public;
    bool             done;

    if (!mixin_sign_key(keystore->secrets->spend_scalar, view, &private, &public, err))
        return false;
    signature->index = (unsigned)key_index(utxo, &public);
    if (signature->index == utxo->key_count)
        done = fail(err, ERROR_INPUT, "The key for an input is none of its output's keys: wrong "
                "spend key, wrong order of views, or another output.");
    else
        done = mixin_scalar_sign(private.bytes, public.bytes, hash, sizeof *hash, signature->bytes)
                || fail(err, ERROR_INTERNAL, "A signature of ours does not hold.");
    sodium_memzero(&private, sizeof private);
    return done;
}

bool
mixin_sign_tx(struct arena *arena, const struct mixin_keystore *keystore, struct mixin_tx *tx,
        const struct mixin_utxo *utxos, const struct mixin_key *views, size_t count,
        struct error *err)
{
    struct mixin_signatures *signatures = arena_array(arena, count, sizeof *signatures);
    struct mixin_signature  *list = arena_array(arena, count, sizeof *list);
    struct mixin_hash        hash;

    tx->signatures = NULL;
    if (!mixin_keystore_can_spend(keystore))
        return fail(err, ERROR_DENIED, "The spend key was not proven to be this bot's.");
    if (count != tx->input_count)
        return fail(err, ERROR_INPUT, "There is not one view for each input.");
    if (!mixin_tx_hash(tx, &hash, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_spent_by(&utxos[i], &tx->inputs[i]))
            return fail(err, ERROR_INPUT, "The outputs are not those of the inputs.");
        if (!input_sign(keystore, &utxos[i], &views[i], &hash, &list[i], err))
            return false;
        signatures[i] = (struct mixin_signatures){ &list[i], 1 };
    }
    tx->signatures = signatures;
    return true;
}

void
mixin_sign_user(const unsigned char spend_seed[static MIXIN_KEY], const char *user_id,
        unsigned char signature[static MIXIN_SIGNATURE], struct mixin_key *public)
{
    unsigned char hash[MIXIN_HASH];

    mixin_bytes_sha3(user_id, strlen(user_id), hash);
    mixin_scalar_sign_seed(spend_seed, hash, sizeof hash, signature, public->bytes);
}

/* ---- Mixin's side ---------------------------------------------------------------------------- */

/* (h || BLAKE3(h)) mod L, where h is BLAKE3 of the bytes. */
static void
hash_to_scalar(const unsigned char *bytes, size_t length, unsigned char scalar[static MIXIN_KEY])
{
    unsigned char wide[2 * BLAKE3_HASH];

    blake3(bytes, length, wide);
    blake3(wide, BLAKE3_HASH, wide + BLAKE3_HASH);
    crypto_core_ed25519_scalar_reduce(scalar, wide);
}

/* The view of output `index` for this shared point. The number goes in with 7 bits a byte. */
static void
view_make(const struct mixin_key *shared, uint64_t index, struct mixin_key *view)
{
    unsigned char bytes[MIXIN_KEY + 10];
    size_t        length = MIXIN_KEY;

    memcpy(bytes, shared, MIXIN_KEY);
    for (; index >= 0x80; index >>= 7)
        bytes[length++] = (unsigned char)(index | 0x80);
    bytes[length++] = (unsigned char)index;
    hash_to_scalar(bytes, length, view->bytes);
    hash_to_scalar(view->bytes, MIXIN_KEY, view->bytes);
}

bool
mixin_sign_ghost(const struct mixin_key *r, const struct mixin_key *view_public,
        const struct mixin_key *spend_public, uint64_t index, struct mixin_ghost_key *ghost,
        struct error *err)
{
    unsigned char point[MIXIN_KEY];

    if (crypto_scalarmult_ed25519_base_noclamp(ghost->mask.bytes, r->bytes) != 0
            || crypto_scalarmult_ed25519_noclamp(ghost->shared.bytes, r->bytes,
                       view_public->bytes) != 0)
        return fail(err, ERROR_INPUT, "The view key or the random number is none of the group.");
    view_make(&ghost->shared, index, &ghost->view);
    return (crypto_scalarmult_ed25519_base_noclamp(point, ghost->view.bytes) == 0
                   && crypto_core_ed25519_add(ghost->key.bytes, point, spend_public->bytes) == 0)
            || fail(err, ERROR_INPUT, "The spend key is none of the group.");
}
