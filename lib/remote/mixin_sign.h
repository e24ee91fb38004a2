/* mixin_sign.h: one-time keys, and signing with them.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_SIGN_H
#define REMOTE_MIXIN_SIGN_H

#include "remote/mixin_keystore.h"
#include "remote/mixin_tx.h"
#include "remote/mixin_utxo.h"

/*
 * The one-time private key t = view + spend mod L of an output, and its public key, which is one of
 * the output's keys when all is well (protocol/mixin.md §4.10). `view` is the server's, 32 bytes of
 * a scalar below L; ERROR_INPUT otherwise. The caller wipes the private key.
 */
bool mixin_sign_key(const unsigned char spend_scalar[static MIXIN_KEY],
        const struct mixin_key *view, struct mixin_key *private, struct mixin_key *public,
        struct error *err);

/*
 * Signs every input of the transaction, in the arena: tx->signatures. utxos[i] is the output that
 * input i spends and views[i] its view, out of the answer of POST /safe/transaction/requests. The
 * same transaction always gets the same signatures. Nothing is signed with a spend key that was not
 * proven (ERROR_DENIED). ERROR_INPUT: the counts differ, an input is not that output, a view is no
 * scalar, or the key that comes out is none of the output's, which means a wrong spend key, order
 * of views or output. ERROR_INTERNAL: a signature does not hold when it is verified. tx stays
 * unsigned then.
 */
bool mixin_sign_tx(struct arena *arena, const struct mixin_keystore *keystore, struct mixin_tx *tx,
        const struct mixin_utxo *utxos, const struct mixin_key *views, size_t count,
        struct error *err);

/* What POST /safe/users registers a spend key by: Ed25519 over SHA3-256 of the user's id (§4.2). */
void mixin_sign_user(const unsigned char spend_seed[static MIXIN_KEY], const char *user_id,
        unsigned char signature[static MIXIN_SIGNATURE], struct mixin_key *public);

/* What Mixin's side makes for one output (§4.10): for whoever plays it. */
struct mixin_ghost_key {
    struct mixin_key mask;   /* R = r·B */
    struct mixin_key shared; /* Q = r·A, the same as a·R */
    struct mixin_key view;   /* x, which the owner gets when he spends */
    struct mixin_key key;    /* P = x·B + the spend public key */
};

/* From a random r, and the owner's public view and spend keys. ERROR_INPUT when one of them is no
 * point or scalar of the group. */
bool mixin_sign_ghost(const struct mixin_key *r, const struct mixin_key *view_public,
        const struct mixin_key *spend_public, uint64_t index, struct mixin_ghost_key *ghost,
        struct error *err);

#endif
