/* settings.c: the one configuration file, read once at the start. The only file that knows libConfuse.
 * SPDX-License-Identifier: ISC
 *
 * Every value is read as text, so that one set of checks, ours, words every complaint. libConfuse
 * tells no line after parsing; so a validation callback, which knows it, notes the line as the
 * option's comment. */
#include "settings.h"

#include <confuse.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/uuid.h"

enum { SECOND = 1, MINUTE = 60, HOUR = 3600, DAY = 86400 };

struct reading {
    struct arena *arena;
    const char   *path;
    FILE         *complaints;
    int           faults;
};

/* A check turns the text into the member at `to`; false: `hint` says what to write instead. */
typedef bool check_function(struct arena *arena, const char *text, void *to, const char **hint);

struct setting {
    const char     *section, *name;
    const char     *fallback; /* NULL: must be given */
    check_function *check;
    size_t          offset;
    const char     *meaning;
};

static bool
take_text(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write plain UTF-8 text of at most 200 bytes";
    *(const char **)to = arena_copy(arena, text);
    return strlen(text) <= 200 && text_is_clean(text, strlen(text), false);
}

static bool
take_title(struct arena *arena, const char *text, void *to, const char **hint)
{
    bool taken = take_text(arena, text, to, hint);

    *hint = "write the name that shoppers will read, 1 to 200 bytes";
    return taken && text[0] != '\0';
}

static bool
take_switch(struct arena *arena, const char *text, void *to, const char **hint)
{
    (void)arena;
    *hint = "write yes or no";
    *(bool *)to = strcmp(text, "yes") == 0;
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

static bool
take_address(struct arena *arena, const char *text, void *to, const char **hint)
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

static bool
take_optional_address(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (text[0] != '\0')
        return take_address(arena, text, to, hint);
    *(const char **)to = "";
    return true;
}

static bool
take_file(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write the absolute path of a file or folder that exists and can be read";
    *(const char **)to = arena_copy(arena, text);
    return text[0] == '\0' || (text[0] == '/' && access(text, R_OK) == 0);
}

static bool
take_store(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write \"sqlite:/absolute/path/mixtill.db\"";
    *(const char **)to = arena_copy(arena, text);
    return text_starts(text, "sqlite:/") && strlen(text) < 900;
}

#define PAYEE_HINT                                                                                  \
    "write your own payee id, a UUID that decides who gets the money (`mixtill payee MIXIN_ID` "     \
    "finds it, or send your Mixin ID to the bot 7000101422)"

static bool
take_payee(struct arena *arena, const char *text, void *to, const char **hint)
{
    char folded[UUID_TEXT];

    *hint = PAYEE_HINT;
    if (!uuid_fold_loose(text, folded))
        return false;
    *(const char **)to = arena_copy(arena, folded);
    return true;
}

static bool
take_asset(struct arena *arena, const char *text, void *to, const char **hint)
{
    char folded[UUID_TEXT];

    *hint = "write the coin's asset id, a UUID (`mixtill doctor` checks that MixPay settles in it)";
    if (!uuid_fold(text, folded))
        return text[0] == '\0' ? (*(const char **)to = "", true) : false;
    *(const char **)to = arena_copy(arena, folded);
    return true;
}

static bool
take_quote_asset(struct arena *arena, const char *text, void *to, const char **hint)
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

static bool
take_link(struct arena *arena, const char *text, void *to, const char **hint)
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
static bool
take_expiry(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long a shopper has to pay, such as 30m: from 12s to 47h";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds;
    return seconds >= 12 && seconds <= 47 * (long long)HOUR;
}

static bool
take_watch(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long late money is looked for after the deadline, such as 48h: up to 30d";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds;
    return seconds <= 30 * (long long)DAY;
}

static bool
take_timeout(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long seconds;

    *hint = "write how long a shopper waits for MixPay at most, such as 4s: from 1s to 20s";
    if (!read_duration(arena, text, &seconds))
        return false;
    *(int64_t *)to = seconds * 1000;
    return seconds >= 1 && seconds <= 20;
}

static bool
take_remark(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write at most 50 characters";
    *(const char **)to = arena_copy(arena, text);
    return text_is_clean(text, strlen(text), false) && text_count(text) <= 50;
}

static bool
take_memo(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write at most 200 characters";
    *(const char **)to = arena_copy(arena, text);
    return text_is_clean(text, strlen(text), false) && text_count(text) <= 200;
}

static bool
take_events(struct arena *arena, const char *text, void *to, const char **hint)
{
    const char *at = text;

    *hint = "write some of settle, pending, paid_less, joined by |";
    *(const char **)to = arena_copy(arena, text);
    while (*at != '\0') {
        size_t length = strcspn(at, "|");
        char  *word = arena_copy_bytes(arena, at, length);

        if (strcmp(word, "settle") != 0 && strcmp(word, "pending") != 0
                && strcmp(word, "paid_less") != 0)
            return false;
        at += length + (at[length] == '|');
    }
    return true;
}

static bool
take_payee_kind(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write user, robot or multisig";
    *(const char **)to = arena_copy(arena, text);
    return strcmp(text, "user") == 0 || strcmp(text, "robot") == 0 || strcmp(text, "multisig") == 0;
}

static bool
take_language(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write a language of templates/lang in two or three small letters, such as en";
    *(const char **)to = arena_copy(arena, text);
    return text_is_made_of(text, "abcdefghijklmnopqrstuvwxyz") && strlen(text) <= 3;
}

static bool
take_price(struct arena *arena, const char *text, void *to, const char **hint)
{
    struct error err = { ERROR_NONE, "" };

    (void)arena;
    *hint = "write a price above 0, such as \"19.99\"";
    return amount_parse(text, to, &err) && ((const struct amount *)to)->units > 0;
}

static bool
take_count(struct arena *arena, const char *text, void *to, const char **hint)
{
    long long count;

    (void)arena;
    *hint = "write a whole number from 0 to 1000000";
    if (!text_to_integer(text, 0, 1000000, &count))
        return false;
    *(int64_t *)to = count;
    return true;
}

static bool
take_stock(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (strcmp(text, "any") != 0)
        return take_count(arena, text, to, hint);
    *(int64_t *)to = -1;
    return true;
}

static bool
take_max_qty(struct arena *arena, const char *text, void *to, const char **hint)
{
    *hint = "write a whole number from 1 to 99";
    return take_count(arena, text, to, &(const char *){ NULL }) && *(int64_t *)to >= 1
            && *(int64_t *)to <= 99;
}

/* "" where the shop's setting counts. */
static bool
take_item_link(struct arena *arena, const char *text, void *to, const char **hint)
{
    if (strcmp(text, "shop") == 0) {
        *(enum link_kind *)to = (enum link_kind)-1;
        return true;
    }
    return take_link(arena, text, to, hint);
}

#define TOP(name, fallback, check, member, meaning)                                                 \
    { "", name, fallback, check, offsetof(struct settings, member), meaning }
#define IN(section, name, fallback, check, member, meaning)                                         \
    { section, name, fallback, check, offsetof(struct settings, member), meaning }
#define ITEM(name, fallback, check, member, meaning)                                                \
    { "item", name, fallback, check, offsetof(struct item, member), meaning }

static const struct setting table[] = {
    TOP("base_url", NULL, take_address, base_url_text,
            "Where shoppers reach mixtill; its path is the prefix of every page."),
    TOP("rehearsal", "no", take_switch, rehearsal,
            "yes: nothing is real money; every page says so, and MixPay may be the sandbox."),
    TOP("language", "en", take_language, language,
            "The language for visitors whose own one is not in templates/lang."),
    TOP("templates", "", take_file, templates,
            "A folder with your own copies of templates; each one there replaces ours."),
    TOP("ca_file", "", take_file, ca_file,
            "Certificates that outgoing https trusts, instead of the system's."),
    TOP("trusted_proxy", "", take_text, trusted_proxy,
            "Address of a proxy in front whose X-Forwarded-Proto and -For are believed."),

    IN("store", "url", "sqlite:/var/lib/mixtill/mixtill.db", take_store, store_url,
            "Where orders are kept: sqlite: and an absolute path on a local disk."),

    IN("mixpay", "pages", "https://mixpay.me", take_address, mixpay_pages,
            "MixPay's pages, where shoppers pay."),
    IN("mixpay", "api", "https://api.mixpay.me/v1", take_address, mixpay_api, "MixPay's API."),

    IN("shop", "name", NULL, take_title, shop_name, "The shop's name, on every page."),
    IN("shop", "contact", "", take_text, shop_contact,
            "Where shoppers get help: an e-mail address or an https address."),
    IN("shop", "url", "", take_optional_address, shop_url, "The shop's own site."),
    IN("shop", "payee", NULL, take_payee, payee,
            "Who gets the money: UUID of a Mixin user, robot or multisig group."),
    IN("shop", "payee_kind", "user", take_payee_kind, payee_kind,
            "What the payee is: user, robot or multisig; pages say so."),
    IN("shop", "settlement_asset", "c6d0c728-2624-429b-8e0d-d9d19b6592fa", take_asset,
            settlement_asset, "The coin the payee receives (here: BTC). Empty, for Paylinks only: "
            "the coin as it was paid."),
    IN("shop", "quote_asset", "usd", take_quote_asset, quote_asset,
            "What prices are in: usd, eur, … or a coin's asset id."),
    IN("shop", "link", "one_time", take_link, link,
            "one_time: made by MixPay's API, cannot be edited; paylink: needs no call."),
    IN("shop", "expiry", "30m", take_expiry, expiry, "How long a shopper has to pay."),
    IN("shop", "watch", "48h", take_watch, watch,
            "How long late money is looked for after the deadline."),
    IN("shop", "strict_mode", "no", take_switch, strict_mode,
            "yes: rather no payment than settlement in another coin."),
    IN("shop", "remark", "", take_remark, remark, "What payer and payee see, up to 50 characters."),
    IN("shop", "settlement_memo", "", take_memo, settlement_memo,
            "Memo of the settlement in Mixin, up to 200 characters."),
    IN("shop", "callback", "yes", take_switch, use_callback,
            "no: MixPay is not asked to call back; results come by polling alone."),
    IN("shop", "callback_url", "", take_optional_address, callback_url,
            "Where MixPay calls back, if not base_url + /mixpay/callback; https."),
    IN("shop", "callback_events", "settle|pending|paid_less", take_events, callback_events,
            "Events beyond success and failure that MixPay calls back for."),
    IN("shop", "return_to", "", take_optional_address, return_to,
            "Where MixPay sends the shopper afterwards, if not to the order's own page."),
    IN("shop", "failed_return_to", "", take_optional_address, failed_return_to,
            "The same after a failed payment."),

    IN("limits", "orders_per_minute", "30", take_count, orders_per_minute,
            "Orders that one address may place in a minute; 0: any number."),
    IN("limits", "link_timeout", "4s", take_timeout, link_timeout_ms,
            "How long a shopper waits for MixPay before he sees his order's page instead."),

    ITEM("name", NULL, take_title, title, "What shoppers read."),
    ITEM("description", "", take_text, description, "A sentence below it."),
    ITEM("price", NULL, take_price, price, "Price of one piece."),
    ITEM("currency", "", take_quote_asset, currency, "What the price is in, if not quote_asset."),
    ITEM("image", "", take_text, image, "Address of a picture on this site, such as /img/cup.jpg."),
    ITEM("max_qty", "10", take_max_qty, max_qty, "How many one order may hold: 1 to 99."),
    ITEM("stock", "any", take_stock, stock,
            "How many may be sold in all; 0: sold out. Raise it when you restock."),
    ITEM("disabled", "no", take_switch, disabled, "yes: not for sale, as if it were not there."),
    ITEM("link", "shop", take_item_link, link, "one_time or paylink, if not as the shop has it."),
    ITEM("settlement_asset", "", take_asset, settlement_asset, "Coin to receive, if not the shop's."),
    ITEM("remark", "", take_remark, remark, "As in shop."),
    ITEM("settlement_memo", "", take_memo, settlement_memo, "As in shop."),
};

enum { SETTINGS = sizeof table / sizeof table[0], MOST_ITEMS = 500 };

static const char *const sections[] = { "store", "mixpay", "shop", "limits", "item" };

enum { SECTIONS = sizeof sections / sizeof sections[0] };

static void
complain(struct reading *reading, const char *line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void
complain(struct reading *reading, const char *line, const char *format, ...)
{
    va_list arguments;

    fprintf(reading->complaints, "%s:%s%s ", reading->path, line, line[0] == '\0' ? "" : ":");
    va_start(arguments, format);
    vfprintf(reading->complaints, format, arguments);
    va_end(arguments);
    fputc('\n', reading->complaints);
    reading->faults++;
}

/* libConfuse's own complaints: unknown settings, missing quotes and braces. */
static void
report(cfg_t *cfg, const char *format, va_list arguments)
{
    char text[300];

    vsnprintf(text, sizeof text, format, arguments);
    fprintf(stderr, "%s:%d: %s%s\n", cfg == NULL || cfg->filename == NULL ? "" : cfg->filename,
            cfg == NULL ? 0 : cfg->line, text,
            strstr(text, "no such option") == NULL ? ""
                    : "; see mixtill.conf(5) for the settings there are");
}

static int
note_line(cfg_t *cfg, cfg_opt_t *option)
{
    char line[16];

    snprintf(line, sizeof line, "%d", cfg->line);
    return cfg_opt_setcomment(option, line) == CFG_SUCCESS ? 0 : -1;
}

static const char *
line_of(cfg_t *section, const char *name)
{
    const char *line = cfg_opt_getcomment(cfg_getopt(section, name));

    return line == NULL ? "" : line;
}

/* The options of a section, made from the table; NULL as default marks what was not written. */
static cfg_opt_t *
section_options(struct arena *arena, const char *section)
{
    static const cfg_opt_t end = CFG_END();
    cfg_opt_t             *options = arena_array(arena, SETTINGS + SECTIONS + 1, sizeof *options);
    size_t                 count = 0;

    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].section, section) == 0) {
            cfg_opt_t option = CFG_STR(table[i].name, NULL, CFGF_NONE);

            options[count++] = option;
        }
    for (size_t i = 0; section[0] == '\0' && i < SECTIONS; i++) {
        cfg_flag_t flags = strcmp(sections[i], "item") == 0
                ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES
                : CFGF_NONE;
        cfg_opt_t option = CFG_SEC(sections[i], section_options(arena, sections[i]), flags);

        options[count++] = option;
    }
    options[count] = end;
    return options;
}

static void
note_lines(struct arena *arena, cfg_t *cfg)
{
    for (size_t i = 0; i < SETTINGS; i++)
        cfg_set_validate_func(cfg,
                table[i].section[0] == '\0'
                        ? table[i].name
                        : arena_format(arena, "%s|%s", table[i].section, table[i].name),
                note_line);
}

static void
take_setting(struct reading *reading, cfg_t *section, const struct setting *setting, void *to)
{
    const char *given = cfg_getstr(section, setting->name), *hint = "";
    const char *label = setting->section[0] == '\0'
            ? setting->name
            : arena_format(reading->arena, "%s %s", setting->section, setting->name);

    if (given == NULL && setting->fallback == NULL) {
        complain(reading, "", "%s is missing: %s", label, setting->meaning);
        return;
    }
    if (!setting->check(reading->arena, given == NULL ? setting->fallback : given,
                (char *)to + setting->offset, &hint))
        complain(reading, line_of(section, setting->name), "%s = \"%.80s\": %s", label, given, hint);
}

static void
take_section(struct reading *reading, cfg_t *section, const char *name, void *to)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].section, name) == 0)
            take_setting(reading, section, &table[i], to);
}

static void
inherit(const struct settings *settings, struct item *item)
{
    const struct { const char **to, *from; } texts[] = {
        { &item->currency,         settings->quote_asset      },
        { &item->settlement_asset, settings->settlement_asset },
        { &item->remark,           settings->remark           },
        { &item->settlement_memo,  settings->settlement_memo  },
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*texts[i].to == NULL || (*texts[i].to)[0] == '\0')
            *texts[i].to = texts[i].from;
    if (item->link == (enum link_kind)-1)
        item->link = settings->link;
}

static void
take_items(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    unsigned count = cfg_size(cfg, "item");

    settings->items = arena_array(reading->arena, count + 1, sizeof *settings->items);
    settings->item_count = count;
    for (unsigned i = 0; i < count; i++) {
        cfg_t       *section = cfg_getnsec(cfg, "item", i);
        struct item *item = &settings->items[i];

        item->name = arena_copy(reading->arena, cfg_title(section));
        if (!text_is_made_of(item->name, "abcdefghijklmnopqrstuvwxyz0123456789-")
                || strlen(item->name) > 40)
            complain(reading, line_of(section, "name"), "item \"%.60s\": write its name in small "
                    "letters, digits and -, at most 40", item->name);
        take_section(reading, section, "item", item);
        inherit(settings, item);
        if (item->settlement_asset != NULL && item->settlement_asset[0] == '\0'
                && item->link == LINK_ONE_TIME)
            complain(reading, line_of(section, "name"), "item %s: a one_time link needs a "
                    "settlement_asset; only a paylink may leave it empty", item->name);
    }
}

/* The samples of MixPay's documents, and ids typed for lack of a real one. */
static bool
is_placeholder(const char *uuid)
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

/* What one value alone cannot tell. */
static void
check_together(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    const struct { const char *name, *address; } upstreams[] = { { "pages", settings->mixpay_pages },
        { "api", settings->mixpay_api } };
    struct url url;

    if (!url_parse(reading->arena, settings->base_url_text, &settings->base_url, NULL))
        return;
    for (size_t i = 0; i < 2; i++)
        if (url_parse(reading->arena, upstreams[i].address, &url, NULL) && url.loopback
                && !settings->base_url.loopback && !settings->rehearsal)
            complain(reading, line_of(cfg_getsec(cfg, "mixpay"), upstreams[i].name),
                    "mixpay %s = \"%.80s\" is this machine, but base_url is not: write MixPay's own "
                    "address, or rehearsal = yes", upstreams[i].name, upstreams[i].address);
    if (is_placeholder(settings->payee) && !settings->rehearsal)
        complain(reading, line_of(cfg_getsec(cfg, "shop"), "payee"),
                "shop payee = \"%s\": this is a placeholder: " PAYEE_HINT, settings->payee);
    if (strchr(settings->base_url_text, '?') != NULL || strchr(settings->base_url_text, '#') != NULL)
        complain(reading, line_of(cfg, "base_url"), "base_url = \"%.80s\": write it without ? and #",
                settings->base_url_text);
    if (settings->callback_url[0] == '\0')
        settings->callback_url = arena_format(reading->arena, "%s/mixpay/callback",
                settings->base_url_text);
    if (settings->quote_asset[0] == '\0')
        complain(reading, line_of(cfg_getsec(cfg, "shop"), "quote_asset"),
                "shop quote_asset: write what prices are in, such as usd");
}

static void
take_all(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    take_section(reading, cfg, "", settings);
    for (size_t i = 0; i < SECTIONS - 1; i++)
        take_section(reading, cfg_getsec(cfg, sections[i]), sections[i], settings);
    if (reading->faults == 0)
        take_items(reading, cfg, settings);
    if (reading->faults == 0)
        check_together(reading, cfg, settings);
}

bool
settings_read(struct arena *arena, const char *path, FILE *complaints, struct settings *settings,
        struct error *err)
{
    struct reading reading = { arena, path, complaints, 0 };
    cfg_t         *cfg = cfg_init(section_options(arena, ""), CFGF_NONE);
    int            outcome;

    *settings = (struct settings){ .path = arena_copy(arena, path) };
    cfg_set_error_function(cfg, report);
    note_lines(arena, cfg);
    outcome = cfg_parse(cfg, path);
    if (outcome == CFG_FILE_ERROR)
        fail(err, ERROR_MISSING, "%s cannot be read: `mixtill init` writes one", path);
    else if (outcome == CFG_PARSE_ERROR)
        fail(err, ERROR_INPUT, "%s is not used as it is", path);
    else {
        take_all(&reading, cfg, settings);
        if (reading.faults > 0)
            fail(err, ERROR_INPUT, "%s is not used as it is", path);
    }
    cfg_free(cfg);
    return outcome == CFG_SUCCESS && reading.faults == 0;
}

const struct item *
settings_item(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->item_count; i++)
        if (strcmp(settings->items[i].name, name) == 0)
            return &settings->items[i];
    return NULL;
}

static const char *
given_value(const char *const *given, const char *section, const char *name)
{
    size_t length = strlen(section);

    for (; given != NULL && *given != NULL; given += 2)
        if (section[0] == '\0' ? strcmp(*given, name) == 0
                               : strncmp(*given, section, length) == 0 && (*given)[length] == '.'
                        && strcmp(*given + length + 1, name) == 0)
            return given[1];
    return NULL;
}

static void
write_setting(FILE *file, const struct setting *setting, const char *value)
{
    const char *indent = setting->section[0] == '\0' ? "" : "    ";

    fprintf(file, "%s# %s\n", indent, setting->meaning);
    fprintf(file, "%s%s%s = \"%s\"\n\n", indent, value == NULL && setting->fallback != NULL ? "#" : "",
            setting->name, value != NULL ? value : setting->fallback != NULL ? setting->fallback : "");
}

void
settings_write_example(FILE *file, const char *const *given)
{
    const char *section = "";

    fputs("# mixtill.conf: the configuration of mixtill; see mixtill.conf(5).\n"
          "# What begins with # is a comment; a setting commented out has the value shown.\n\n", file);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(table[i].section, "item") == 0)
            break;
        if (strcmp(table[i].section, section) != 0) {
            fprintf(file, "%s%s {\n", section[0] == '\0' ? "" : "}\n\n", table[i].section);
            section = table[i].section;
        }
        write_setting(file, &table[i], given_value(given, table[i].section, table[i].name));
    }
    fputs("}\n\n# What is for sale: one block an item. Its name stands in the address:\n"
          "# /checkout?item=coffee\nitem coffee {\n    name = \"Coffee\"\n    price = \"5\"\n}\n", file);
}

void
settings_list(void (*each)(void *context, const char *section, const char *name,
                      const char *fallback, const char *meaning), void *context)
{
    for (size_t i = 0; i < SETTINGS; i++)
        each(context, table[i].section, table[i].name, table[i].fallback, table[i].meaning);
}

const char *
settings_path(void)
{
    const char *path = getenv("MIXTILL_CONFIG");

    return path == NULL ? MIXTILL_SYSCONFDIR "/mixtill/mixtill.conf" : path;
}
