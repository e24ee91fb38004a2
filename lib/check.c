/* check.c: from a setting's text to its value: one check for each kind of setting.
 * SPDX-License-Identifier: ISC */
#include "check.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/amount.h"
#include "base/text.h"
#include "base/url.h"
#include "base/uuid.h"
#include "pay/order.h"

enum { SECOND = 1, MINUTE = 60, HOUR = 3600, DAY = 86400 };

bool
check_text(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write plain UTF-8 text of at most 200 bytes";
    *(const char **)to = arena_copy(arena, text);
    return strlen(text) <= 200 && text_is_clean(text, strlen(text), false);
}

bool
check_title(struct arena *arena, const char *text, void *to, const char **hint)
{
    bool taken = check_text(arena, text, to, hint);

    *hint = "write the name that shoppers will read, 1 to 200 bytes";
    return taken && text[0] != '\0';
}

bool
check_switch(struct arena *arena, const char *text, void *to, const char **hint)
{
    (void)arena;
    *hint = "write yes or no";
    *(bool *)to = strcmp(text, "yes") == 0;
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

bool
check_address(struct arena *arena, const char *text, void *to, const char **hint)
{
    struct url   url;
    struct error err = { ERROR_NONE, "" };
    size_t       length = strlen(text);

    *hint = "write an address like https://shop.example, without user name or spaces";
    if (!url_parse(arena, text, &url, &err))
        return false;
    *hint = "write https:// (plain http is only for 127.0.0.1, ::1 and localhost)";
    while (length > 0 && text[length - 1] == '/')
        length--;
    *(const char **)to = arena_copy_bytes(arena, text, length);
    return url.secure || url.loopback;
}

bool
check_optional_address(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (text[0] != '\0')
        return check_address(arena, text, to, hint);
    *(const char **)to = "";
    return true;
}

bool
check_file(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write the absolute path of a file or folder that exists and can be read";
    *(const char **)to = arena_copy(arena, text);
    return text[0] == '\0' || (text[0] == '/' && access(text, R_OK) == 0);
}

bool
check_store(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write \"sqlite:/absolute/path/mixtill.db\"";
    *(const char **)to = arena_copy(arena, text);
    return text_starts(text, "sqlite:/") && strlen(text) < 900;
}

bool
check_payee(struct arena *arena, const char *text, void *to, const char **hint)
{
    char folded[UUID_TEXT];

    *hint = CHECK_PAYEE_HINT;
    if (!uuid_fold_loose(text, folded))
        return false;
    *(const char **)to = arena_copy(arena, folded);
    return true;
}

bool
check_asset(struct arena *arena, const char *text, void *to, const char **hint)
{
    char folded[UUID_TEXT];

    *hint = "write the coin's asset id, a UUID (`mixtill doctor` checks that MixPay settles in it)";
    if (!uuid_fold(text, folded))
        return text[0] == '\0' ? (*(const char **)to = "", true) : false;
    *(const char **)to = arena_copy(arena, folded);
    return true;
}

bool
check_quote_asset(struct arena *arena, const char *text, void *to, const char **hint)
{
    char   folded[UUID_TEXT];
    size_t length = strlen(text);

    *hint = "write a currency in small letters, such as usd, or a coin's asset id";
    if (uuid_fold(text, folded)) {
        *(const char **)to = arena_copy(arena, folded);
        return true;
    }
    *(const char **)to = arena_copy(arena, text);
    return length <= 10 && (length == 0 || text_is_made_of(text, "abcdefghijklmnopqrstuvwxyz"));
}

bool
check_link(struct arena *arena, const char *text, void *to, const char **hint)
{
    (void)arena;
    *hint = "write one_time (made by MixPay's API, cannot be edited) or paylink";
    *(enum link_kind *)to = strcmp(text, "paylink") == 0 ? LINK_PAYLINK : LINK_ONE_TIME;
    return strcmp(text, "paylink") == 0 || strcmp(text, "one_time") == 0;
}

/* "45s", "30m", "24h", "2d", or plain seconds. */
static bool
read_duration(struct arena *arena, const char *text, long long *seconds)
{
    static const struct { char letter; long long size; } units[] = { { 's', SECOND },
        { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
    size_t    digits = strspn(text, "0123456789");
    long long size = text[digits] == '\0' ? SECOND : 0;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (text[digits] == units[i].letter && text[digits + 1] == '\0')
            size = units[i].size;
    if (size == 0
            || !text_to_integer(arena_copy_bytes(arena, text, digits), 0, INT32_MAX, seconds))
        return false;
    *seconds *= size;
    return true;
}

/* MixPay: more than 10 s and less than 2880 min ahead (protocol/mixpay.md §3a). */
bool
check_expiry(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long a shopper has to pay, such as 30m: from 12s to 47h";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds;
    return seconds >= 12 && seconds <= 47 * (long long)HOUR;
}

bool
check_watch(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long late money is looked for after the deadline, such as 48h: up to 30d";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds;
    return seconds <= 30 * (long long)DAY;
}

bool
check_timeout(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long a shopper waits for MixPay at most, such as 4s: from 1s to 20s";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds * 1000;
    return seconds >= 1 && seconds <= 20;
}

bool
check_remark(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write at most 50 characters";
    *(const char **)to = arena_copy(arena, text);
    return text_is_clean(text, strlen(text), false) && text_count(text) <= 50;
}

bool
check_memo(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write at most 200 characters";
    *(const char **)to = arena_copy(arena, text);
    return text_is_clean(text, strlen(text), false) && text_count(text) <= 200;
}

bool
check_events(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write some of settle, pending, paid_less, joined by |";
    *(const char **)to = arena_copy(arena, text);
    if (text[0] == '\0')
        return true;
    for (;;) {
        size_t      length = strcspn(text, "|");
        const char *word = arena_copy_bytes(arena, text, length);

        if (strcmp(word, "settle") != 0 && strcmp(word, "pending") != 0
                && strcmp(word, "paid_less") != 0)
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

bool
check_payee_kind(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write user, robot or multisig";
    *(const char **)to = arena_copy(arena, text);
    return strcmp(text, "user") == 0 || strcmp(text, "robot") == 0 || strcmp(text, "multisig") == 0;
}

bool
check_language(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write a language of templates/lang in two or three small letters, such as en";
    *(const char **)to = arena_copy(arena, text);
    return text_is_made_of(text, "abcdefghijklmnopqrstuvwxyz") && strlen(text) <= 3;
}

bool
check_price(struct arena *arena, const char *text, void *to, const char **hint)
{
    struct error err = { ERROR_NONE, "" };

    (void)arena;
    *hint = "write a price above 0, such as \"19.99\"";
    return amount_parse(text, to, &err) && ((const struct amount *)to)->units > 0;
}

bool
check_count(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long count;

    (void)arena;
    *hint = "write a whole number from 0 to 1000000";
    if (!text_to_integer(text, 0, 1000000, &count))
        return false;
    *(int64_t *)to = count;
    return true;
}

bool
check_stock(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (strcmp(text, "any") != 0)
        return check_count(arena, text, to, hint);
    *(int64_t *)to = -1;
    return true;
}

bool
check_max_qty(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write a whole number from 1 to 99";
    return check_count(arena, text, to, &(const char *){ NULL }) && *(int64_t *)to >= 1
            && *(int64_t *)to <= 99;
}

/* "" where the shop's setting counts. */
bool
check_item_link(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (strcmp(text, "shop") == 0) {
        *(enum link_kind *)to = (enum link_kind)-1;
        return true;
    }
    return check_link(arena, text, to, hint);
}

bool
check_is_placeholder(const char *uuid)
{
    static const char *const samples[] = { "a38ed284-5689-4fb9-8c2a-91fba5e32ce9",
        "a0d77914-0877-6b47-eb1d-d3f94ed15d6a", "8e69e534-d0c4-3e04-8b61-37a73cd9e7d7",
        "12345678-1234-1234-1234-123456789012", NULL };
    size_t same = 0;

    for (size_t i = 0; samples[i] != NULL; i++)
        if (strcmp(uuid, samples[i]) == 0)
            return true;
    for (const char *at = uuid; *at != '\0'; at++)
        same += *at == uuid[0];
    return same >= 28;
}
