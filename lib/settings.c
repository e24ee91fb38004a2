/* settings.c: the one configuration file, read once at the start.
 * SPDX-License-Identifier: ISC
 *
 * The only file that knows libConfuse. Every value is read as text, so that one set of checks,
 * ours, words every complaint. libConfuse tells no line after parsing; so a validation callback,
 * which knows it, notes the line as the option's comment. */
#include "settings.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check.h"

struct reading {
    struct arena *arena;
    const char   *path;
    FILE         *complaints;
    int           faults;
};

struct setting {
    const char     *section, *name;
    const char     *fallback; /* NULL: must be given */
    check_function *check;
    size_t          offset;
    const char     *meaning;
};

#define TOP(name, fallback, check, member, meaning)                                                \
    { "", name, fallback, check, offsetof(struct settings, member), meaning }
#define IN(section, name, fallback, check, member, meaning)                                        \
    { section, name, fallback, check, offsetof(struct settings, member), meaning }
#define ITEM(name, fallback, check, member, meaning)                                               \
    { "item", name, fallback, check, offsetof(struct item, member), meaning }

static const struct setting table[] = {
    TOP("base_url", NULL, check_address, base_url_text,
            "Where shoppers reach mixtill; its path is the prefix of every page."),
    TOP("rehearsal", "no", check_switch, rehearsal,
            "yes: nothing is real money; every page says so, and MixPay may be the sandbox."),
    TOP("language", "en", check_language, language,
            "The language for visitors whose own one is not in templates/lang."),
    TOP("templates", "", check_file, templates,
            "A folder with your own copies of templates; each one there replaces ours."),
    TOP("ca_file", "", check_file, ca_file,
            "Certificates that outgoing https trusts, instead of the system's."),
    TOP("trusted_proxy", "", check_text, trusted_proxy,
            "Address of a proxy in front whose X-Forwarded-For is believed."),

    IN("store", "url", "sqlite:/var/lib/mixtill/mixtill.db", check_store, store_url,
            "Where orders are kept: sqlite: and an absolute path on a local disk."),

    IN("mixpay", "pages", "https://mixpay.me", check_address, mixpay_pages,
            "MixPay's pages, where shoppers pay."),
    IN("mixpay", "api", "https://api.mixpay.me/v1", check_address, mixpay_api, "MixPay's API."),

    IN("shop", "name", NULL, check_title, shop_name, "The shop's name, on every page."),
    IN("shop", "contact", "", check_text, shop_contact,
            "Where shoppers get help: an e-mail address or an https address."),
    IN("shop", "url", "", check_optional_address, shop_url, "The shop's own site."),
    IN("shop", "payee", NULL, check_payee, payee,
            "Who gets the money: UUID of a Mixin user, robot or multisig group."),
    IN("shop", "payee_kind", "user", check_payee_kind, payee_kind,
            "What the payee is: user, robot or multisig; pages say so."),
    IN("shop", "settlement_asset", "c6d0c728-2624-429b-8e0d-d9d19b6592fa", check_asset,
            settlement_asset, "The coin the payee receives (here: BTC). Empty, for Paylinks only: "
            "the coin as it was paid."),
    IN("shop", "quote_asset", "usd", check_quote_asset, quote_asset,
            "What prices are in: usd, eur, … or a coin's asset id."),
    IN("shop", "link", "one_time", check_link, link,
            "one_time: made by MixPay's API, cannot be edited; paylink: needs no call."),
    IN("shop", "expiry", "30m", check_expiry, expiry, "How long a shopper has to pay."),
    IN("shop", "watch", "48h", check_watch, watch,
            "How long late money is looked for after the deadline."),
    IN("shop", "strict_mode", "no", check_switch, strict_mode,
            "yes: rather no payment than settlement in another coin."),
    IN("shop", "remark", "", check_remark, remark,
            "What payer and payee see, up to 50 characters."),
    IN("shop", "settlement_memo", "", check_memo, settlement_memo,
            "Memo of the settlement in Mixin, up to 200 characters."),
    IN("shop", "callback", "yes", check_switch, use_callback,
            "no: MixPay is not asked to call back; results come by polling alone."),
    IN("shop", "callback_url", "", check_optional_address, callback_url,
            "Where MixPay calls back, if not base_url + /mixpay/callback; https."),
    IN("shop", "callback_events", "settle|pending|paid_less", check_events, callback_events,
            "Events beyond success and failure that MixPay calls back for."),
    IN("shop", "return_to", "", check_optional_address, return_to,
            "Where MixPay sends the shopper afterwards, if not to the order's own page."),
    IN("shop", "failed_return_to", "", check_optional_address, failed_return_to,
            "The same after a failed payment."),

    IN("limits", "orders_per_minute", "10", check_count, orders_per_minute,
            "Orders that one address may place in a minute; 0: any number."),
    IN("limits", "link_timeout", "4s", check_timeout, link_timeout_ms,
            "How long a shopper waits for MixPay before he sees his order's page instead."),

    ITEM("name", NULL, check_title, title, "What shoppers read."),
    ITEM("description", "", check_text, description, "A sentence below it."),
    ITEM("price", NULL, check_price, price, "Price of one piece."),
    ITEM("currency", "", check_quote_asset, currency, "What the price is in, if not quote_asset."),
    ITEM("image", "", check_text, image,
            "Address of a picture on this site, such as /img/cup.jpg."),
    ITEM("max_qty", "10", check_max_qty, max_qty, "How many one order may hold: 1 to 99."),
    ITEM("stock", "any", check_stock, stock,
            "How many may be sold in all; 0: sold out. Raise it when you restock."),
    ITEM("disabled", "no", check_switch, disabled, "yes: not for sale, as if it were not there."),
    ITEM("link", "shop", check_item_link, link, "one_time or paylink, if not as the shop has it."),
    ITEM("settlement_asset", "", check_asset, settlement_asset,
            "Coin to receive, if not the shop's."),
    ITEM("remark", "", check_remark, remark, "As in shop."),
    ITEM("settlement_memo", "", check_memo, settlement_memo, "As in shop."),
};

enum { SETTINGS = sizeof table / sizeof table[0] };

static const char *const sections[] = { "store", "mixpay", "shop", "limits", "item" };

enum { SECTIONS = sizeof sections / sizeof sections[0], ITEMS = SECTIONS - 1 };

enum { FILE_MOST = 1024 * 1024 };

/* ---- complaining ---- */

static void
complain_with(struct reading *reading, int line, const char *format, va_list arguments)
{
    reading->faults++;
    if (reading->complaints == NULL)
        return;
    fprintf(reading->complaints, "%s:%d: ", reading->path, line > 0 ? line : 1);
    vfprintf(reading->complaints, format, arguments);
    fputc('\n', reading->complaints);
}

static void
complain(struct reading *reading, int line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void
complain(struct reading *reading, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_with(reading, line, format, arguments);
    va_end(arguments);
}

/* libConfuse hands its callbacks no context; but every section's first option is ours, with a name
 * that no file can write, and points to the reading. */
static cfg_opt_t
reading_option(struct reading *reading)
{
    return (cfg_opt_t){ .name = "|", .type = CFGT_PTR, .simple_value.ptr = (void **)reading };
}

static struct reading *
reading_of(const cfg_t *cfg)
{
    return (struct reading *)cfg->opts[0].simple_value.ptr;
}

/* What libConfuse complains of by itself, in our words. Those with %s name one thing. */
static const struct { const char *theirs, *ours; } wordings[] = {
    { "no such option '%s'", "there is no setting %s here; mixtill.conf(5) lists those there are" },
    { "missing equal sign after option '%s'", "%s wants a = and a value after it" },
    { "missing opening brace for section '%s'", "%s wants a { after it, or after its name" },
    { "missing title for section '%s'", "%s wants a name after it, as in: item coffee { … }" },
    { "found duplicate title '%s'", "there are two items %s: give one another name" },
    { "unexpected token '%s'", "%s cannot stand here: is a quotation mark or a value missing?" },
    { "unexpected closing brace", "this } closes nothing" },
    { "premature end of file", "the file ends too soon: is a quotation mark or a } missing?" },
    { "unterminated string constant", "a text is not closed: a quotation mark is missing" },
};

static void
report(cfg_t *cfg, const char *format, va_list arguments)
{
    for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++)
        if (strcmp(wordings[i].theirs, format) == 0)
            format = wordings[i].ours;
    complain_with(reading_of(cfg), cfg->line, format, arguments);
}

/* ---- reading ---- */

static int
count_breaks(const char *text)
{
    int count = 0;

    while ((text = strchr(text, '\n')) != NULL)
        count++, text++;
    return count;
}

/* A setting was read: its line is noted. One value on more than one line is a forgotten quote. */
static int
note_line(cfg_t *cfg, cfg_opt_t *option)
{
    int         breaks = count_breaks(cfg_opt_getnstr(option, 0));
    const char *earlier = cfg_opt_getcomment(option);
    char        line[16];

    if (breaks > 0)
        complain(reading_of(cfg), cfg->line - breaks, "%s: the text is not closed on its line: a "
                "quotation mark is missing", option->name);
    if (earlier != NULL)
        complain(reading_of(cfg), cfg->line, "%s was given in line %s already", option->name,
                earlier);
    snprintf(line, sizeof line, "%d", cfg->line);
    return breaks == 0 && cfg_opt_setcomment(option, line) == CFG_SUCCESS ? 0 : -1;
}

/* Where the setting stands, or where its block ends and it could be written. */
static int
line_of(cfg_t *section, const char *name)
{
    const char *line = cfg_opt_getcomment(cfg_getopt(section, name));

    return line == NULL ? section->line : (int)strtol(line, NULL, 10);
}

/* The options of a section, made from the table; NULL as default marks what was not written. */
static cfg_opt_t *
section_options(struct reading *reading, const char *section)
{
    static const cfg_opt_t end = CFG_END();
    cfg_opt_t *options = arena_array(reading->arena, SETTINGS + SECTIONS + 2, sizeof *options);
    size_t     count = 0;

    options[count++] = reading_option(reading);
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].section, section) == 0) {
            cfg_opt_t option = CFG_STR(table[i].name, NULL, CFGF_NONE);

            option.validcb = note_line;
            options[count++] = option;
        }
    for (size_t i = 0; section[0] == '\0' && i < SECTIONS; i++) {
        cfg_flag_t flags = i == ITEMS ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES : CFGF_NONE;
        cfg_opt_t  option = CFG_SEC(sections[i], section_options(reading, sections[i]), flags);

        options[count++] = option;
    }
    options[count] = end;
    return options;
}

/* "base_url", "shop payee", "item coffee price" */
static const char *
label_of(struct arena *arena, cfg_t *section, const struct setting *setting)
{
    const char *title = cfg_title(section);

    if (setting->section[0] == '\0')
        return setting->name;
    return arena_format(arena, "%s %s%s%s", setting->section, title == NULL ? "" : title,
            title == NULL ? "" : " ", setting->name);
}

static void
take_setting(struct reading *reading, cfg_t *section, const struct setting *setting, void *to)
{
    const char *given = cfg_getstr(section, setting->name), *hint = "";
    const char *value = given != NULL ? given : setting->fallback;
    const char *label = label_of(reading->arena, section, setting);

    if (value == NULL)
        complain(reading, line_of(section, setting->name), "%s is missing: %s", label,
                setting->meaning);
    else if (!setting->check(reading->arena, value, (char *)to + setting->offset, &hint))
        complain(reading, line_of(section, setting->name), "%s = \"%.80s\": %s", label, value,
                hint);
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
take_item(struct reading *reading, cfg_t *section, const struct settings *settings,
        struct item *item)
{
    item->name = arena_copy(reading->arena, cfg_title(section));
    if (!text_is_made_of(item->name, "abcdefghijklmnopqrstuvwxyz0123456789-")
            || strlen(item->name) > 40)
        complain(reading, section->line, "item \"%.60s\": write its name in small letters, digits "
                "and -, at most 40", item->name);
    take_section(reading, section, "item", item);
    inherit(settings, item);
    if (text_equal(item->settlement_asset, "") && item->link == LINK_ONE_TIME)
        complain(reading, line_of(section, "settlement_asset"), "item %s: a one_time link needs a "
                "settlement_asset; only a paylink may leave it empty", item->name);
}

static void
take_items(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    unsigned count = cfg_size(cfg, "item");

    settings->item_count = count;
    settings->items = arena_array(reading->arena, count + 1, sizeof *settings->items);
    for (unsigned i = 0; i < count; i++)
        take_item(reading, cfg_getnsec(cfg, "item", i), settings, &settings->items[i]);
}

/* MixPay's addresses get paths of ours behind them; and a live till must not ask this machine. */
static void
check_upstream(struct reading *reading, cfg_t *mixpay, const struct settings *settings,
        const char *name, const char *address)
{
    struct url url;

    if (strpbrk(address, "?#") != NULL)
        complain(reading, line_of(mixpay, name), "mixpay %s = \"%.80s\": write it without ? and #",
                name, address);
    if (url_parse(reading->arena, address, &url, NULL) && url.loopback
            && !settings->base_url.loopback && !settings->rehearsal)
        complain(reading, line_of(mixpay, name), "mixpay %s = \"%.80s\" is this machine, but "
                "base_url is not: write MixPay's own address, or rehearsal = yes", name, address);
}

static void
check_shop(struct reading *reading, cfg_t *shop, const struct settings *settings)
{
    if (check_is_placeholder(settings->payee) && !settings->rehearsal)
        complain(reading, line_of(shop, "payee"), "shop payee = \"%s\": this is a placeholder: "
                CHECK_PAYEE_HINT, settings->payee);
    if (settings->quote_asset[0] == '\0')
        complain(reading, line_of(shop, "quote_asset"), "shop quote_asset = \"\": write what "
                "prices are in, such as usd");
    if (settings->callback_url[0] != '\0' && !text_starts(settings->callback_url, "https://")
            && !settings->rehearsal)
        complain(reading, line_of(shop, "callback_url"), "shop callback_url = \"%.80s\": write "
                "https://, MixPay calls nothing else; or callback = no", settings->callback_url);
}

/* What one value alone cannot tell. */
static void
check_together(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    cfg_t *mixpay = cfg_getsec(cfg, "mixpay");

    if (!url_parse(reading->arena, settings->base_url_text, &settings->base_url, NULL))
        return;
    if (strpbrk(settings->base_url_text, "?#") != NULL)
        complain(reading, line_of(cfg, "base_url"), "base_url = \"%.80s\": write it without ? "
                "and #", settings->base_url_text);
    check_upstream(reading, mixpay, settings, "pages", settings->mixpay_pages);
    check_upstream(reading, mixpay, settings, "api", settings->mixpay_api);
    check_shop(reading, cfg_getsec(cfg, "shop"), settings);
    if (settings->callback_url[0] == '\0')
        settings->callback_url = arena_format(reading->arena, "%s/mixpay/callback",
                settings->base_url_text);
}

static void
take_all(struct reading *reading, cfg_t *cfg, struct settings *settings)
{
    take_section(reading, cfg, "", settings);
    for (size_t i = 0; i < ITEMS; i++)
        take_section(reading, cfg_getsec(cfg, sections[i]), sections[i], settings);
    take_items(reading, cfg, settings);
    if (reading->faults == 0)
        check_together(reading, cfg, settings);
}

/* libConfuse 3.3 counts a line with a comment three times: so it is shown none. Nor does it mind a
 * block that is never closed: returns the line where such a one begins, 0 for none. */
static int
blank_comments(char *text)
{
    int  line = 1, open = 0;
    char quote = '\0';

    for (char *at = text; *at != '\0'; at++) {
        line += *at == '\n';
        if (quote != '\0' && *at == '\\' && at[1] != '\0' && at[1] != '\n')
            at++;
        else if (quote != '\0')
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '{' || *at == '}')
            open = *at == '{' ? line : 0;
        else if (*at == '#')
            at = memset(at, ' ', strcspn(at, "\n"));
    }
    return open;
}

/* NULL with *err when there is no text to be had. */
static char *
read_file(struct arena *arena, const char *path, struct error *err)
{
    FILE  *file = fopen(path, "re");
    char  *text = arena_alloc(arena, FILE_MOST + 2);
    size_t length = file == NULL ? 0 : fread(text, 1, FILE_MOST + 1, file);
    bool   read = file != NULL && ferror(file) == 0;

    if (file == NULL && errno == ENOENT)
        fail(err, ERROR_MISSING, "%s is not there: `mixtill init` writes one", path);
    else if (!read)
        fail(err, ERROR_MISSING, "%s cannot be read: %s", path, strerror(errno));
    else if (length > FILE_MOST || strlen(text) != length)
        read = fail(err, ERROR_INPUT, "%s is no configuration: too long, or not text", path);
    if (file != NULL)
        fclose(file);
    return read ? text : NULL;
}

bool
settings_read(struct arena *arena, const char *path, FILE *complaints, struct settings *settings,
        struct error *err)
{
    struct reading reading = { arena, path, complaints, 0 };
    char          *text;
    cfg_t         *cfg;
    bool           parsed;
    int            open;

    *settings = (struct settings){ .path = arena_copy(arena, path) };
    text = read_file(arena, path, err);
    if (text == NULL)
        return false;
    open = blank_comments(text);
    cfg = cfg_init(section_options(&reading, ""), CFGF_NONE);
    cfg_set_error_function(cfg, report);
    parsed = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
    if (parsed && open != 0)
        complain(&reading, open, "this block is never closed: a } is missing");
    if (parsed)
        take_all(&reading, cfg, settings);
    cfg_free(cfg);
    return (parsed && reading.faults == 0)
            || fail(err, ERROR_INPUT, "%s is not used as it is", path);
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

/* As libConfuse reads it back: in quotes, where " \ and $ have a meaning. */
static void
write_value(FILE *file, const char *value)
{
    fputc('"', file);
    for (; *value != '\0'; value++)
        fprintf(file, strchr("\"\\$", *value) == NULL ? "%c" : "\\%c", *value);
    fputs("\"\n\n", file);
}

/* A default is written as a comment; what must be given is left empty, to be filled in. */
static void
write_setting(FILE *file, const struct setting *setting, const char *value)
{
    const char *indent = setting->section[0] == '\0' ? "" : "    ";
    const char *fallback = setting->fallback == NULL ? "" : setting->fallback;

    fprintf(file, "%s# %s%s\n", indent, setting->meaning,
            setting->fallback == NULL ? " Must be given." : "");
    fprintf(file, "%s%s%s = ", indent, value == NULL && setting->fallback != NULL ? "#" : "",
            setting->name);
    write_value(file, value != NULL ? value : fallback);
}

void
settings_write_example(FILE *file, const char *const *given)
{
    static const char *const sample[] = { "item.name", "Coffee", "item.price", "5", NULL };
    const char              *section = "";

    fputs("# mixtill.conf: the configuration of mixtill; see mixtill.conf(5).\n"
          "# What begins with # is a comment; a setting commented out has the value shown.\n\n",
            file);
    for (size_t i = 0; i < SETTINGS; i++) {
        bool        item = strcmp(table[i].section, sections[ITEMS]) == 0;
        const char *value = given_value(item ? sample : given, table[i].section, table[i].name);

        if (strcmp(table[i].section, section) != 0)
            fprintf(file, "%s%s {\n", section[0] == '\0' ? "" : "}\n\n", item
                    ? "# What is for sale: one block an item. Its name stands in the address:\n"
                      "# /checkout?item=coffee\nitem coffee"
                    : table[i].section);
        section = table[i].section;
        write_setting(file, &table[i], value);
    }
    fputs("}\n", file);
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
