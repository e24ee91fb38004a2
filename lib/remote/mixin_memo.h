/* mixin_memo.h: what the memo of a transfer says.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_MEMO_H
#define REMOTE_MIXIN_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"

enum { MIXIN_MEMO_MOST = 200, MIXIN_MEMO_SOURCE = 17 };

/* A memo `SOURCE|TRACE` or `SOURCE|TRACE|EXPAND`, such as "RF|…|40025" (protocol/mixpay.md §6c). */
struct mixin_memo {
    char        source[MIXIN_MEMO_SOURCE]; /* letters, digits, '-' and '_': "RF", "PM", "payment" */
    const char *trace;                     /* as it stands, never empty, without '|' */
    char        trace_id[UUID_TEXT];       /* the same folded where it is a UUID, else "" */
    const char *expand;                    /* all behind the second '|', more of them included; NULL
                                            * when there is none */
};

/*
 * Reads the memo of a record. It may be hex (Safe: the bytes of the transaction's extra), Base64 of
 * either alphabet, padded or not (MixPay's convention), hex of such Base64, or the text itself;
 * they are tried in this order: text, hex, standard Base64, URL-safe Base64. White space within hex
 * and Base64 is skipped (some wrap at 60 columns). The parts belong to the arena. ERROR_INPUT: it
 * is no such memo; the record is still to be kept and shown. Anybody can write any memo, so it
 * proves nothing by itself.
 */
bool mixin_memo_read(struct arena *arena, const char *text, struct mixin_memo *memo,
        struct error *err);

/*
 * What to show a person of any memo, where `hex` says that the record has it in hex (Safe): the
 * text that was written, or behind its Base64 when that is plainly text; the memo as it is when
 * neither can be read. In the arena, or `text` itself.
 */
const char *mixin_memo_shown(struct arena *arena, const char *text, bool hex);

#endif
