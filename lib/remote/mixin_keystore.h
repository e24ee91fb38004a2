/* mixin_keystore.h: a bot's keys, out of the file that Mixin's dashboard gave its owner.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_KEYSTORE_H
#define REMOTE_MIXIN_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include "remote/mixin_bytes.h"

enum mixin_algorithm {
    MIXIN_EDDSA, /* an Ed25519 session: both generations of the API */
    MIXIN_RS512  /* an RSA session of before 2020: the legacy API only */
};

enum mixin_pin_kind {
    MIXIN_PIN_NONE,
    MIXIN_PIN_DIGITS, /* six digits */
    MIXIN_PIN_TIP     /* an Ed25519 key that took their place */
};

enum mixin_spend {
    MIXIN_SPEND_NONE,        /* no spend key: nothing can be sent over the Safe API */
    MIXIN_SPEND_UNPROVEN,    /* there is one, but nothing may be signed with it yet */
    MIXIN_SPEND_SEED,        /* proven, read as an Ed25519 seed */
    MIXIN_SPEND_SEED_PUBLIC, /* proven, a seed that stood with its public key in the file */
    MIXIN_SPEND_SCALAR       /* proven, read as the scalar itself (very old bots) */
};

enum { MIXIN_PIN_CODE = 6, MIXIN_PEM_ROOM = 8192 };

/* Lies alone in memory that is locked, between guard pages, not in core dumps, read-only. */
struct mixin_secrets {
    unsigned char session_seed[MIXIN_KEY]; /* EdDSA */
    unsigned char pin_key[MIXIN_KEY];      /* shared with Mixin; encrypts the PIN */
    unsigned char tip_seed[MIXIN_KEY];
    unsigned char spend_given[MIXIN_KEY];  /* as in the file, of either reading */
    unsigned char spend_scalar[MIXIN_KEY]; /* once proven: y mod L, little-endian */
    char          pin_code[MIXIN_PIN_CODE + 1];
    char          session_pem[MIXIN_PEM_ROOM]; /* RS512 */
};

struct mixin_keystore {
    char                        user_id[UUID_TEXT]; /* app_id = client_id = user_id */
    char                        session_id[UUID_TEXT];
    enum mixin_algorithm        algorithm;
    enum mixin_pin_kind         pin;
    enum mixin_spend            spend;
    bool                        spend_has_public;          /* the file has its public half, too */
    bool                        has_pin_key;
    unsigned char               session_public[MIXIN_KEY]; /* EdDSA */
    unsigned char               server_public[MIXIN_KEY];  /* EdDSA: X25519, where has_pin_key */
    unsigned char               spend_public[MIXIN_KEY];   /* once proven */
    const struct mixin_secrets *secrets;
};

/*
 * Reads a keystore of any of the forms K1 to K4 of protocol/mixin.md §1; what a value is, is told
 * by its encoding, never by its name. Unknown members are ignored. The secrets are wiped when the
 * arena is closed or reset; all copies that were made on the way are wiped before this returns, but
 * for what Jansson's parser leaves in memory that it freed. ERROR_INPUT with a sentence that says
 * which member is wrong, how, and where to get the right file; it never quotes a value. An OAuth
 * authorization (K5) is refused, so is a sample's placeholder, and a key whose public half is not
 * its own.
 */
bool mixin_keystore_parse(struct arena *arena, const char *bytes, size_t length,
        struct mixin_keystore *keystore, struct error *err);

/*
 * The same from a file, which must be readable by its owner alone: else ERROR_DENIED, with the
 * command that sets it right. ERROR_MISSING when it cannot be opened.
 */
bool mixin_keystore_read(struct arena *arena, const char *path, struct mixin_keystore *keystore,
        struct error *err);

/*
 * Settles how the spend key is to be read, by `spend_public_key` of GET /safe/me (64 hex digits;
 * §1.2), and makes signing possible. To be called before other threads use the keystore.
 * ERROR_MISSING when the file has no spend key, or an RSA session; ERROR_INPUT when its key is
 * another's.
 */
bool mixin_keystore_prove_spend(struct mixin_keystore *keystore, const char *spend_public_key,
        struct error *err);

/* Whether a spend key was proven: whether this bot can sign transactions. */
bool mixin_keystore_can_spend(const struct mixin_keystore *keystore);

#endif
