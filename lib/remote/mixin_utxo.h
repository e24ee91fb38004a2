/* mixin_utxo.h: unspent outputs, which of them to spend, and the transfer that spends them.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_UTXO_H
#define REMOTE_MIXIN_UTXO_H

#include <stdint.h>

#include "base/json.h"
#include "base/uuid.h"
#include "remote/mixin_tx.h"

enum mixin_utxo_state { MIXIN_UTXO_UNSPENT, MIXIN_UTXO_SIGNED, MIXIN_UTXO_SPENT };

/* What of an output matters for spending it (protocol/mixin.md §4.4). */
struct mixin_utxo {
    struct mixin_input      place; /* the transaction that made it, and which of its outputs */
    struct mixin_hash       asset; /* the kernel's id */
    struct amount           amount;
    struct mixin_key        mask;
    const struct mixin_key *keys;
    size_t                  key_count;
    enum mixin_utxo_state   state;
    int64_t                 sequence;
    size_t                  receiver_count, threshold;
    char                    receiver[UUID_TEXT]; /* the first one */
    bool                    inscribed; /* a collectible: no money */
};

/*
 * One output as GET /safe/outputs lists it, read by json_read. Numbers may stand as texts; `asset`
 * and `kernel_asset_id` are the same; the rest of its members are ignored. The keys are in the
 * arena. ERROR_INPUT with a sentence; also where its amount does not fit our type, so that it is
 * reported and neither counted wrongly nor spent.
 */
bool mixin_utxo_read(struct arena *arena, const json_t *output, struct mixin_utxo *utxo,
        struct error *err);

/* Unspent, no collectible, and this user's alone. */
bool mixin_utxo_is_ours(const struct mixin_utxo *utxo, const char *user_id);

/*
 * Takes from the front until the amount is reached: *taken outputs, and what is left over as
 * *change. All must be of one asset and should stand in the order of their sequence (§4.5).
 * ERROR_MISSING: all of them together are too little. ERROR_LIMIT: MIXIN_TX_INPUTS of them are too
 * little, so they must be consolidated first. ERROR_INPUT: the amount is 0, or the assets differ.
 */
bool mixin_utxo_choose(const struct mixin_utxo *utxos, size_t count, struct amount amount,
        size_t *taken, struct amount *change, struct error *err);

/* One-time keys of an output, as POST /safe/keys gives them (§4.6). */
struct mixin_ghost {
    struct mixin_key        mask;
    const struct mixin_key *keys;
    size_t                  key_count;
};

/* One entry of the answer; ERROR_INPUT. The keys are in the arena. */
bool mixin_ghost_read(struct arena *arena, const json_t *entry, struct mixin_ghost *ghost,
        struct error *err);

/* A payment and what comes back of it. */
struct mixin_transfer {
    const struct mixin_utxo  *utxos; /* all of them are spent */
    size_t                    count;
    struct amount             amount, change;
    const struct mixin_ghost *to;   /* keys for output 0, the payment */
    const struct mixin_ghost *back; /* keys for output 1; used where the change is above 0 */
    const void               *memo;
    size_t                    memo_length;
};

/*
 * The unsigned transaction of a transfer, in the arena (§4.7). ERROR_INPUT when inputs and outputs
 * do not add up exactly, when assets differ, or as in mixin_tx_check.
 */
bool mixin_utxo_transfer(struct arena *arena, const struct mixin_transfer *transfer,
        struct mixin_tx *tx, struct error *err);

#endif
