/* check.h: from a setting's text to its value: one check for each kind of setting.
 * SPDX-License-Identifier: ISC
 *
 * A check turns `text` into the member at `to` and says whether it could; where it could not, *hint
 * says what to write instead. What the member then points to lives in the arena, or for ever. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "base/arena.h"

typedef bool check_function(struct arena *arena, const char *text, void *to, const char **hint);

/* to a const char *: */
check_function check_text;             /* UTF-8 on one line, up to 200 bytes */
check_function check_title;            /* the same, and not empty */
check_function check_address;          /* https, or http to this machine; no "/" at its end */
check_function check_optional_address; /* or empty */
check_function check_file;             /* exists and can be read; or empty */
check_function check_store;            /* where the database is */
check_function check_payee;            /* a UUID, with or without dashes; folded */
check_function check_payee_kind;
check_function check_asset;            /* a UUID, folded; or empty */
check_function check_quote_asset;      /* a UUID or a currency, in small letters; or empty */
check_function check_remark;           /* protocol/mixpay.md §3a: 50 characters */
check_function check_memo;             /* 200 characters */
check_function check_events;           /* protocol/mixpay.md §5 */
check_function check_language;
/* to a bool: */
check_function check_switch;
/* to an enum link_kind; check_item_link: -1 where the shop's own counts */
check_function check_link, check_item_link;
/* to a struct amount above 0: */
check_function check_price;
/* to an int64_t: */
check_function check_expiry, check_watch; /* s */
check_function check_timeout;             /* ms */
check_function check_count;               /* 0 to a million */
check_function check_stock;               /* the same, or -1: any number */
check_function check_max_qty;             /* 1 to 99 */

/* What to write as payee. */
#define CHECK_PAYEE_HINT                                                                           \
    "write your own payee id, a UUID that decides who gets the money (`mixtill payee MIXIN_ID` "   \
    "finds it, or send your Mixin ID to the bot 7000101422)"

/* The samples of MixPay's documents, and ids typed for lack of a real one. */
bool check_is_placeholder(const char *uuid);

#endif
