/* mixin_tx.h: a transaction of Mixin's kernel, version 5, and its bytes.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_TX_H
#define REMOTE_MIXIN_TX_H

#include <stdint.h>

#include "base/amount.h"
#include "remote/mixin_bytes.h"

/* The kernel's limits (protocol/mixin.md §4.8). */
enum {
    MIXIN_TX_INPUTS = 256,
    MIXIN_TX_INPUT_INDEX = 1024, /* the largest */
    MIXIN_TX_OUTPUTS = 256,
    MIXIN_TX_KEYS = 256, /* of one output */
    MIXIN_TX_THRESHOLD = 64,
    MIXIN_TX_REFERENCES = 16,
    MIXIN_TX_EXTRA = 256,
    MIXIN_TX_NAME = 512, /* ours: bytes of an address or a tag */
    MIXIN_TX_BYTES = 4 * 1024 * 1024
};

enum mixin_output_type {
    MIXIN_OUTPUT_SCRIPT = 0x00,    /* to one-time keys */
    MIXIN_OUTPUT_WITHDRAWAL = 0xa1 /* to an address of another chain */
};

/* The output of an earlier transaction that is spent. */
struct mixin_input {
    struct mixin_hash hash;
    unsigned          index;
};

struct mixin_output {
    enum mixin_output_type type;
    struct amount          amount; /* never 0 */
    /* SCRIPT */
    const struct mixin_key *keys;
    size_t                  key_count;
    struct mixin_key        mask;
    unsigned                threshold; /* so many of the keys must sign: 1 to 64 */
    /* WITHDRAWAL */
    const char *address, *tag; /* a tag may be "" */
};

struct mixin_signature {
    unsigned      index; /* of the key among the spent output's */
    unsigned char bytes[MIXIN_SIGNATURE];
};

/* Those of one input, by ascending index. */
struct mixin_signatures {
    const struct mixin_signature *list;
    size_t                        count;
};

struct mixin_tx {
    struct mixin_hash              asset; /* the kernel's id */
    const struct mixin_input      *inputs; /* no two alike */
    size_t                         input_count;
    const struct mixin_output     *outputs;
    size_t                         output_count;
    const struct mixin_hash       *references;
    size_t                         reference_count;
    const unsigned char           *extra;
    size_t                         extra_length;
    const struct mixin_signatures *signatures; /* one for each input; NULL while unsigned */
};

/* Whether it keeps to all that is said above; else ERROR_INPUT names the rule. */
bool mixin_tx_check(const struct mixin_tx *tx, struct error *err);

/*
 * The bytes of a transaction, in the arena. ERROR_INPUT with a sentence when mixin_tx_check refuses
 * it. The same transaction always gives the same bytes. Pure and thread-safe.
 */
bool mixin_tx_encode(struct arena *arena, const struct mixin_tx *tx, const unsigned char **bytes,
        size_t *length, struct error *err);

/* The same in lower-case hex, as the API takes it; NULL for an error. */
const char *mixin_tx_raw(struct arena *arena, const struct mixin_tx *tx, struct error *err);

/*
 * The transaction in these bytes; encoding it gives them again, so only the canonical form is
 * taken. ERROR_INPUT for everything else, and for what bots never make: amounts that do not fit our
 * type, deposits, mints, aggregated signatures, other kinds of outputs. Its parts belong to the
 * arena; it keeps no pointer into `bytes`.
 */
bool mixin_tx_decode(struct arena *arena, const unsigned char *bytes, size_t length,
        struct mixin_tx *tx, struct error *err);

/* The hash that is signed and that names the transaction: BLAKE3 of its bytes without signatures.
 * ERROR_INPUT as in mixin_tx_encode. */
bool mixin_tx_hash(const struct mixin_tx *tx, struct mixin_hash *hash, struct error *err);

#endif
