/* settings.h: the one configuration file, read once at the start.
 * SPDX-License-Identifier: ISC
 *
 * The table in settings.c is the list of all settings: it reads the file, checks it, writes
 * `mixtill init`'s commented file, and the README and manual are held against it by a test. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/amount.h"
#include "base/error.h"
#include "base/url.h"
#include "pay/order.h"

/* One thing that is for sale: `item coffee { … }`. Texts are never NULL. */
struct item {
    const char    *name; /* [a-z0-9-]{1,40}: what stands in addresses */
    const char    *title, *description, *image;
    const char    *currency, *settlement_asset, *remark, *settlement_memo;
    struct amount  price;
    enum link_kind link;
    int64_t        max_qty;
    int64_t        stock; /* how many may be sold in all; 0 sold out, -1 no limit */
    bool           disabled;
};

/* Everything is checked, folded to its normal form, and lives as long as the process. */
struct settings {
    const char *path; /* of the file */

    const char *base_url_text;
    struct url  base_url;
    bool        rehearsal;
    const char *ca_file, *templates, *language; /* "" where not set */

    const char *store_url;

    const char *mixpay_pages, *mixpay_api; /* without a slash at the end */

    const char    *shop_name, *shop_contact, *shop_url;
    const char    *payee, *payee_kind; /* UUID; user, robot or multisig */
    const char    *settlement_asset, *quote_asset, *remark, *settlement_memo, *callback_url;
    const char    *callback_events, *return_to, *failed_return_to;
    enum link_kind link;
    bool           strict_mode, use_callback;
    int64_t        expiry, watch; /* s */

    int64_t     orders_per_minute, link_timeout_ms; /* orders of one address; 0: any number */
    const char *trusted_proxy;

    struct item *items;
    size_t       item_count;
};

/*
 * Reads and checks `path`. What is wrong is printed to `complaints` (NULL: to nobody) as FILE:LINE:
 * sentence, one line each, saying what to write instead; then ERROR_INPUT. A setting that is
 * missing has the line where its block ends. ERROR_MISSING: the file cannot be read. The settings
 * live in the arena.
 */
bool settings_read(struct arena *arena, const char *path, FILE *complaints,
        struct settings *settings, struct error *err);

/* The item of that name, or NULL. */
const struct item *settings_item(const struct settings *settings, const char *name);

/* A commented configuration file with every setting and its default; `given` fills in some of
 * them: "shop.payee", "…", "base_url", "…", NULL. */
void settings_write_example(FILE *file, const char *const *given);

/* Calls `each` for every setting: section ("" at the top, "item" for items), name, default (NULL:
 * must be given), meaning. */
void settings_list(void (*each)(void *context, const char *section, const char *name,
                           const char *fallback, const char *meaning), void *context);

/* Where the configuration is, unless --config says otherwise. */
const char *settings_path(void);

#endif
