/* mixin_pin.h: the PIN, by which the legacy API lets money go, encrypted for one use.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_PIN_H
#define REMOTE_MIXIN_PIN_H

#include <stdint.h>

#include "remote/mixin_keystore.h"

enum { MIXIN_PIN_MOST = 64, MIXIN_PIN_IV = 16 };

/* What is encrypted (protocol/mixin.md §3.2). Whoever has one wipes it (crypt_wipe). */
struct mixin_pin {
    unsigned char bytes[MIXIN_PIN_MOST]; /* six digits, a TIP signature, or a new key and counter */
    size_t        length;
    int64_t       time;     /* s since 1970 */
    uint64_t      iterator; /* greater than that of every PIN this session used before */
};

/* The iterator after `last`: the time in nanoseconds since 1970, or last + 1 where the clock went
 * back. It must be stored durably before the PIN is sent (§3.2). */
uint64_t mixin_pin_next(uint64_t last, uint64_t now_ns);

/* AES-256-CBC under the session's shared key (keystore->secrets->pin_key); URL-safe Base64 without
 * padding, in the arena. `iv` is random and fresh. NULL with ERROR_INTERNAL when OpenSSL refuses,
 * or ERROR_INPUT when the length is not 1 to MIXIN_PIN_MOST. */
const char *mixin_pin_seal(struct arena *arena, const unsigned char key[static MIXIN_KEY],
        const unsigned char iv[static MIXIN_PIN_IV], const struct mixin_pin *pin,
        struct error *err);

/* The way back, for who plays Mixin; takes any Base64. ERROR_INPUT: not made with this key. */
bool mixin_pin_open(const unsigned char key[static MIXIN_KEY], const char *sealed,
        struct mixin_pin *pin, struct error *err);

/* ---- what proves the right to act ------------------------------------------------------------ */

/* The action `TIP:TRANSFER:CREATE:…` (§3.3). The amount must be the text of the request's body. */
const char *mixin_pin_transfer_action(struct arena *arena, const char *asset_id,
        const char *opponent_id, const char *amount, const char *trace_id, const char *memo);

/* `TIP:VERIFY:…` for POST /pin/verify, whose `timestamp` is the same number. */
const char *mixin_pin_verify_action(struct arena *arena, uint64_t now_ns);

/* Signs an action: its SHA-256, but the bare text of `TIP:VERIFY:`. */
void mixin_pin_sign_action(const unsigned char tip_seed[static MIXIN_KEY], const char *action,
        unsigned char signature[static MIXIN_SIGNATURE]);

/*
 * Fills pin->bytes with what this keystore proves an action by: its six digits, or the action
 * signed with its TIP key; time and iterator are the caller's. *field is the member of the body
 * that it goes into: "pin" or "pin_base64". ERROR_MISSING when the keystore has no PIN.
 */
bool mixin_pin_prove(const struct mixin_keystore *keystore, const char *action,
        struct mixin_pin *pin, const char **field, struct error *err);

#endif
