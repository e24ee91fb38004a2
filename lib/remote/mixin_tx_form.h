/* mixin_tx_form.h: the constant bytes of a transaction, for those who write and read it.
 * SPDX-License-Identifier: ISC */
#ifndef REMOTE_MIXIN_TX_FORM_H
#define REMOTE_MIXIN_TX_FORM_H

#include "remote/mixin_bytes.h"

static const unsigned char magic[] = { 0x77, 0x77, 0x00, 0x05 };
static const unsigned char withdrawal_mark[] = { 0x77, 0x77 };
static const unsigned char nothing[MIXIN_HASH];

/* A script is these three bytes: FF FE and the threshold. */
enum { SCRIPT = 3, SCRIPT_FIRST = 0xff, SCRIPT_SECOND = 0xfe };

#endif
