/* test_settings.c: what is wrong with a configuration is told by line and in words; what is right
 * is read.
 * SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "check.h"
#include "settings.h"
#include "tests/tap.h"

#define PAYEE "26ea4d0f-a5a5-4da5-8aef-5cb2bc7c4cb1"
#define BTC "c6d0c728-2624-429b-8e0d-d9d19b6592fa"
#define TEN "1234567890"
#define FIFTY TEN TEN TEN TEN TEN

/* A shop that can be opened, in three lines, for what a case adds. */
#define SHOP "base_url = \"https://shop.example\"\n" \
             "shop { name = \"Kiosk\"\n" \
             "payee = \"" PAYEE "\" }\n"
#define REHEARSAL "base_url = \"http://127.0.0.1:8080\"\nrehearsal = yes\n"
#define COFFEE "item coffee {\nname = \"Coffee\"\nprice = \"5\"\n"

struct made {
    struct arena   *arena;
    char            path[256];
    struct settings settings;
    struct error    err;
    char           *complaints;
    bool            read;
};

static void
make(struct made *made, const char *text)
{
    const char *folder = getenv("MIXTILL_TMP");
    size_t      length = 0;
    FILE       *file, *listener;

    made->arena = arena_open();
    made->err = (struct error){ ERROR_NONE, "" };
    made->complaints = NULL;
    snprintf(made->path, sizeof made->path, "%s/mixtill-%ld.conf", folder == NULL ? "/tmp" : folder,
            (long)getpid());
    file = fopen(made->path, "w");
    listener = open_memstream(&made->complaints, &length);
    if (file == NULL || listener == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    made->read = settings_read(made->arena, made->path, listener, &made->settings, &made->err);
    fclose(listener);
}

static void
unmake(struct made *made)
{
    unlink(made->path);
    free(made->complaints);
    arena_close(made->arena);
}

/* Whether the complaints hold a line PATH:LINE: with these words. */
static bool
complains(const struct made *made, int line, const char *words)
{
    char        place[300];
    const char *at = made->complaints;

    snprintf(place, sizeof place, "%s:%d: ", made->path, line);
    while ((at = strstr(at, place)) != NULL) {
        const char *end = strchr(at, '\n');
        const char *found = strstr(at, words);

        if (found != NULL && (end == NULL || found < end))
            return true;
        at += strlen(place);
    }
    return false;
}

static const struct {
    const char *what, *text;
    int         line;
    const char *words;
} bad[] = {
    /* what is missing */
    { "an empty file", "", 1, "base_url is missing" },
    { "no shop", "base_url = \"https://shop.example\"\n", 1, "shop payee is missing" },
    { "no payee", "base_url = \"https://shop.example\"\nshop {\n  name = \"K\"\n}\n", 4,
            "shop payee is missing" },
    { "no name", "base_url = \"https://shop.example\"\n\nshop {\n payee = \"" PAYEE "\"\n\n}\n", 6,
            "shop name is missing" },
    { "no base_url", "shop { name = \"K\"\npayee = \"" PAYEE "\" }\n", 3, "base_url is missing" },
    { "an item without name", SHOP "item coffee {\nprice = \"5\"\n}\n", 6,
            "item coffee name is missing" },
    { "an item without price", SHOP "item coffee {\nname = \"Coffee\"\n}\n", 6,
            "item coffee price is missing" },
    { "the second item without price", SHOP COFFEE "}\nitem tea {\nname = \"Tea\" }\n", 9,
            "item tea price is missing" },

    /* what is not known, or written twice */
    { "an unknown setting", SHOP "colour = \"red\"\n", 4, "no setting colour" },
    { "an unknown setting of the shop", "shop {\nname = \"K\"\ncolour = \"red\"\n}\n", 3,
            "no setting colour" },
    { "an unknown setting of an item", SHOP COFFEE "colour = \"red\"\n}\n", 7,
            "no setting colour" },
    { "an unknown section", SHOP "shopp {\n}\n", 4, "no setting shopp" },
    { "a setting in the wrong place", SHOP "payee = \"" PAYEE "\"\n", 4, "no setting payee" },
    { "a setting twice", SHOP "language = \"en\"\n\nlanguage = \"de\"\n", 6,
            "language was given in line 4" },
    { "a setting twice in an item", SHOP COFFEE "price = \"6\"\n}\n", 7,
            "price was given in line 6" },
    { "an item twice", SHOP COFFEE "}\n" COFFEE "}\n", 8, "two items coffee" },

    /* what is not closed, or stands alone */
    { "a text that is not closed", SHOP COFFEE "description = \"Hot\nlink = \"paylink\"\n}\n", 7,
            "not closed" },
    { "a text that is never closed", SHOP "language = \"en\n", 5, "too soon" },
    { "a text in ' that is never closed", SHOP "language = 'en\n", 5, "quotation mark" },
    { "a block that is never closed", SHOP "limits {\n", 4, "never closed" },
    { "a block that holds another", SHOP "limits {\nshop { }\n", 5, "no setting shop" },
    { "a brace too many", SHOP "}\n", 4, "closes nothing" },
    { "no =", SHOP "language \"en\"\n", 4, "language wants a =" },
    { "no value", SHOP "language =\n}\n", 5, "cannot stand here" },
    { "a comma for a point", SHOP "item tea { name = \"Tea\"\nprice = 5,00 }\n", 5,
            "cannot stand here" },
    { "an item without a title", SHOP "item {\n}\n", 4, "item coffee { … }" },
    { "comments above", "# one\n\n# two \"half\n" SHOP "# three ' half\nlanguage = \"??\" # four\n",
            8, "language" },

    /* addresses */
    { "plain http", "base_url = \"http://shop.example\"\n", 1, "https://" },
    { "an address that is none", "base_url = \"shop.example\"\n", 1, "https://shop.example" },
    { "a user name in it", "base_url = \"https://me@shop.example\"\n", 1, "without user name" },
    { "a ? in it", "base_url = \"https://shop.example/?a=b\"\n"
            "shop { name = \"K\"\npayee = \"" PAYEE "\" }\n", 1, "without ? and #" },
    { "MixPay's API by plain http", SHOP "mixpay {\napi = \"http://api.example/v1\"\n}\n", 5,
            "mixpay api = " },
    { "MixPay's API with a ?", SHOP "mixpay {\napi = \"https://api.example/v1?\"\n}\n", 5,
            "without ? and #" },
    { "MixPay here, base_url not", SHOP "mixpay {\napi = \"http://127.0.0.1/v1\"\n}\n", 5,
            "rehearsal = yes" },
    { "MixPay's pages here, base_url not", SHOP "mixpay {\n\npages = \"https://localhost\"\n}\n",
            6, "is this machine" },
    { "callbacks by plain http", SHOP "shop { callback_url = \"http://shop.example/x\" }\n", 4,
            "shop callback_url" },
    { "callbacks to this machine", "base_url = \"http://127.0.0.1\"\nshop { name = \"K\"\n"
            "payee = \"" PAYEE "\"\ncallback_url = \"http://127.0.0.1/x\" }\n", 4,
            "MixPay calls nothing else" },
    { "a return by plain http", SHOP "shop { return_to = \"http://shop.example\" }\n", 4,
            "shop return_to" },
    { "a shop's site that is none", SHOP "shop { url = \"shop.example\" }\n", 4, "shop url" },

    /* who and what */
    { "a payee that is no UUID", "base_url = \"https://shop.example\"\nshop { name = \"K\"\n"
            "payee = \"me\" }\n", 3, "bot 7000101422" },
    { "an empty payee", "base_url = \"https://shop.example\"\nshop { name = \"K\"\n"
            "payee = \"\" }\n", 3, "mixtill payee" },
    { "a payee of MixPay's documents", "base_url = \"https://shop.example\"\n"
            "shop { name = \"K\"\npayee = \"a38ed284-5689-4fb9-8c2a-91fba5e32ce9\" }\n", 3,
            "placeholder" },
    { "a payee of ones", "base_url = \"https://shop.example\"\nshop { name = \"K\"\n"
            "payee = \"11111111-1111-1111-1111-111111111111\" }\n", 3, "placeholder" },
    { "the nil payee", "base_url = \"https://shop.example\"\nshop { name = \"K\"\n"
            "payee = \"00000000-0000-0000-0000-000000000000\" }\n", 3, "shop payee" },
    { "an unknown kind of payee", SHOP "shop { payee_kind = \"bank\" }\n", 4,
            "user, robot or multisig" },
    { "an asset that is no UUID", SHOP "shop { settlement_asset = \"BTC\" }\n", 4, "a UUID" },
    { "an item's asset that is no UUID", SHOP COFFEE "settlement_asset = \"BTC\"\n}\n", 7,
            "item coffee settlement_asset" },
    { "a quote asset in capitals", SHOP "shop { quote_asset = \"USD\" }\n", 4, "small letters" },
    { "an empty quote asset", SHOP "shop { quote_asset = \"\" }\n", 4, "what prices are in" },
    { "a one-time link without asset", SHOP COFFEE "}\nshop { settlement_asset = \"\" }\n", 7,
            "needs a settlement_asset" },
    { "a shop's name of nothing", "base_url = \"https://shop.example\"\nshop { name = \"\"\n"
            "payee = \"" PAYEE "\" }\n", 2, "shop name" },

    /* the rest of the shop */
    { "an unknown link", SHOP "shop { link = \"QR\" }\n", 4, "one_time" },
    { "an expiry of 11 s", SHOP "shop { expiry = \"11s\" }\n", 4, "from 12s to 47h" },
    { "an expiry of 48 h", SHOP "shop { expiry = \"48h\" }\n", 4, "from 12s to 47h" },
    { "an expiry of half an hour", SHOP "shop { expiry = \"0.5h\" }\n", 4, "shop expiry" },
    { "an expiry in weeks", SHOP "shop { expiry = \"1w\" }\n", 4, "shop expiry" },
    { "a negative expiry", SHOP "shop { expiry = \"-30m\" }\n", 4, "shop expiry" },
    { "an expiry of nothing", SHOP "shop { expiry = \"\" }\n", 4, "shop expiry" },
    { "an expiry beyond counting", SHOP "shop { expiry = \"99999999999999999999s\" }\n", 4,
            "shop expiry" },
    { "a watch of 31 days", SHOP "shop { watch = \"31d\" }\n", 4, "up to 30d" },
    { "a remark of 51 characters", SHOP "shop { remark = \"" FIFTY "é\" }\n", 4,
            "at most 50 characters" },
    { "a control character in a remark", SHOP "shop { remark = \"\\x07\" }\n", 4, "shop remark" },
    { "a remark that is not UTF-8", SHOP "shop { remark = \"\xff\" }\n", 4, "shop remark" },
    { "an item's remark of 51", SHOP COFFEE "remark = \"" FIFTY "!\"\n}\n", 7, "50 characters" },
    { "a memo of 201 characters", SHOP "shop { settlement_memo = \"" FIFTY FIFTY FIFTY FIFTY
            "!\" }\n", 4, "at most 200 characters" },
    { "an unknown event", SHOP "shop { callback_events = \"settle|paid\" }\n", 4,
            "settle, pending, paid_less" },
    { "events with a bar at the end", SHOP "shop { callback_events = \"settle|\" }\n", 4,
            "callback_events" },
    { "strict mode maybe", SHOP "shop { strict_mode = maybe }\n", 4, "yes or no" },
    { "a rehearsal of 1", SHOP "rehearsal = 1\n", 4, "yes or no" },
    { "a language in capitals", SHOP "language = \"EN\"\n", 4, "language" },
    { "a folder that is not there", SHOP "templates = \"/nowhere/at/all\"\n", 4, "absolute path" },
    { "a folder from here", SHOP "templates = \".\"\n", 4, "absolute path" },
    { "certificates that are not there", SHOP "ca_file = \"/nowhere.pem\"\n", 4, "ca_file" },
    { "another database", SHOP "store {\nurl = \"postgres://localhost/till\"\n}\n", 5,
            "sqlite:/absolute" },
    { "a database from here", SHOP "store {\nurl = \"sqlite:till.db\"\n}\n", 5, "store url" },
    { "orders without number", SHOP "limits {\norders_per_minute = many\n}\n", 5,
            "limits orders_per_minute" },
    { "a time-out of a minute", SHOP "limits {\nlink_timeout = \"1m\"\n}\n", 5, "from 1s to 20s" },

    /* items */
    { "an item in capitals", SHOP "item Coffee { name = \"C\"\nprice = \"5\" }\n", 5,
            "small letters, digits and -" },
    { "an item of 41 letters", SHOP "item a" TEN TEN TEN TEN " { name = \"C\"\nprice = \"5\" }\n",
            5, "at most 40" },
    { "an item of nothing", SHOP "item \"\" { name = \"C\"\nprice = \"5\" }\n", 5, "item \"\"" },
    { "a price of 0", SHOP "item tea { name = \"T\"\nprice = \"0\" }\n", 5, "above 0" },
    { "a price of 0.00", SHOP "item tea { name = \"T\"\nprice = \"0.00\" }\n", 5, "above 0" },
    { "a negative price", SHOP "item tea { name = \"T\"\nprice = \"-5\" }\n", 5, "above 0" },
    { "a price with 9 decimals", SHOP "item tea { name = \"T\"\nprice = \"5.000000001\" }\n", 5,
            "item tea price" },
    { "a price with its currency", SHOP "item tea { name = \"T\"\nprice = \"5 usd\" }\n", 5,
            "item tea price" },
    { "an exponent", SHOP "item tea { name = \"T\"\nprice = \"1e3\" }\n", 5, "item tea price" },
    { "a max_qty of 0", SHOP COFFEE "max_qty = 0\n}\n", 7, "from 1 to 99" },
    { "a max_qty of 100", SHOP COFFEE "max_qty = 100\n}\n", 7, "from 1 to 99" },
    { "a stock of some", SHOP COFFEE "stock = some\n}\n", 7, "whole number" },
    { "a stock of -1", SHOP COFFEE "stock = -1\n}\n", 7, "whole number" },
    { "an item's unknown link", SHOP COFFEE "link = \"QR\"\n}\n", 7, "item coffee link" },
    { "an item's unknown currency", SHOP COFFEE "currency = \"$\"\n}\n", 7,
            "item coffee currency" },
    { "an item that is not sure", SHOP COFFEE "disabled = perhaps\n}\n", 7, "yes or no" },
};

static void
test_bad(struct tap *tap)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct made made;

        make(&made, bad[i].text);
        if (!tap_ok(tap, !made.read && made.err.code == ERROR_INPUT
                        && complains(&made, bad[i].line, bad[i].words), "refused: %s", bad[i].what))
            printf("# wanted: %d: … %s\n# got: %s\n", bad[i].line, bad[i].words, made.complaints);
        unmake(&made);
    }
}

/* Whoever mends a file wants to see all of it at once. */
static void
test_many(struct tap *tap)
{
    struct made made;

    make(&made, "base_url = \"http://shop.example\"\nshop {\nexpiry = \"1s\"\n}\nitem tea {\n"
            "price = \"x\"\n}\n");
    tap_ok(tap, complains(&made, 1, "base_url") && complains(&made, 3, "expiry")
            && complains(&made, 4, "shop name") && complains(&made, 4, "shop payee")
            && complains(&made, 6, "item tea price") && complains(&made, 7, "item tea name"),
            "all that is wrong is told at once");
    unmake(&made);
}

static void
test_unreadable(struct tap *tap)
{
    struct arena   *arena = arena_open();
    struct settings settings;
    struct error    err = { ERROR_NONE, "" };

    tap_ok(tap, !settings_read(arena, "/nowhere/mixtill.conf", NULL, &settings, &err)
            && err.code == ERROR_MISSING && strstr(err.message, "mixtill init") != NULL,
            "a file that is not there");
    tap_ok(tap, !settings_read(arena, "/tmp", NULL, &settings, &err) && err.code == ERROR_MISSING,
            "a folder");
    tap_ok(tap, !settings_read(arena, "/dev/zero", NULL, &settings, &err)
            && err.code == ERROR_INPUT, "a file without end");
    arena_close(arena);
}

/* ---- what is right ---- */

static void
test_least(struct tap *tap)
{
    struct made            made;
    const struct settings *got = &made.settings;

    make(&made, SHOP);
    tap_ok(tap, made.read && made.complaints[0] == '\0', "a shop in three lines");
    tap_text(tap, got->base_url.origin, "https://shop.example", "its address");
    tap_text(tap, got->callback_url, "https://shop.example/mixpay/callback", "its callback");
    tap_text(tap, got->mixpay_api, "https://api.mixpay.me/v1", "MixPay's API");
    tap_text(tap, got->mixpay_pages, "https://mixpay.me", "MixPay's pages");
    tap_text(tap, got->quote_asset, "usd", "prices in dollars");
    tap_text(tap, got->settlement_asset, BTC, "settled in bitcoins");
    tap_text(tap, got->payee, PAYEE, "the payee");
    tap_ok(tap, got->expiry == 1800 && got->watch == 172800 && got->link_timeout_ms == 4000
            && got->orders_per_minute == 10 && got->link == LINK_ONE_TIME && !got->rehearsal
            && got->use_callback && !got->strict_mode && got->item_count == 0, "all defaults");
    unmake(&made);
}

static void
test_full(struct tap *tap)
{
    struct made            made;
    const struct settings *got = &made.settings;
    const struct item     *tea, *cup;

    make(&made, "# a comment with \"half a text\n"
            "base_url = \"https://shop.example/till/\"\nlanguage = de # another\n"
            "shop { name = \"K & \\\"K\\\" é\"\npayee = \"26EA4D0FA5A54DA58AEF5CB2BC7C4CB1\"\n"
            "expiry = 12s\nwatch = 30d\nremark = \"" FIFTY "\"\nsettlement_memo = \"" FIFTY FIFTY
            FIFTY FIFTY "\"\nlink = paylink\nstrict_mode = yes\ncallback = no\n"
            "callback_events = \"paid_less|settle\"\ncontact = 'a@b.example' }\n"
            "limits { orders_per_minute = 0\nlink_timeout = 20 }\n"
            "mixpay { api = \"https://api.example/v1///\" }\n"
            "item tea { name = \"Tea\"\nprice = 19.99\nmax_qty = 99\nstock = 0\ndisabled = yes\n"
            "link = one_time\nremark = \"hot\" }\n"
            "item cup-2 { name = \"Cup\"\nprice = \"0.00000001\"\ncurrency = eur }\n");
    tap_ok(tap, made.read && made.complaints[0] == '\0', "a shop with everything");
    tap_text(tap, got->base_url.path, "/till", "a path");
    tap_text(tap, got->base_url_text, "https://shop.example/till", "its slash gone");
    tap_text(tap, got->shop_name, "K & \"K\" é", "quotation marks in a text");
    tap_text(tap, got->payee, PAYEE, "a payee in capitals without dashes, folded");
    tap_text(tap, got->mixpay_api, "https://api.example/v1", "an address, its slashes gone");
    tap_text(tap, got->language, "de", "a word needs no quotation marks");
    tap_ok(tap, got->expiry == 12 && got->watch == 2592000 && got->link_timeout_ms == 20000
            && got->orders_per_minute == 0 && got->link == LINK_PAYLINK && got->strict_mode
            && !got->use_callback, "numbers, durations, switches");
    tea = settings_item(got, "tea");
    cup = settings_item(got, "cup-2");
    tap_ok(tap, tea != NULL && cup != NULL && settings_item(got, "none") == NULL, "items by name");
    tap_ok(tap, tea != NULL && tea->price.units == 1999000000 && tea->max_qty == 99
            && tea->stock == 0 && tea->disabled && tea->link == LINK_ONE_TIME
            && strcmp(tea->remark, "hot") == 0, "an item's own settings");
    tap_ok(tap, cup != NULL && cup->price.units == 1 && cup->max_qty == 10 && cup->stock == -1
            && !cup->disabled && cup->link == LINK_PAYLINK && strcmp(cup->currency, "eur") == 0
            && strcmp(cup->remark, FIFTY) == 0 && strcmp(cup->settlement_asset, BTC) == 0,
            "and what it has from the shop");
    unmake(&made);
}

static const struct { const char *what, *text; } good[] = {
    { "a rehearsal against this machine", REHEARSAL "shop { name = \"K\"\npayee = \"" PAYEE "\" }\n"
            "mixpay { api = \"http://127.0.0.1:8080/sandbox/mixpay/v1\"\n"
            "pages = \"http://127.0.0.1:8080/sandbox/mixpay\" }\n" },
    { "a rehearsal elsewhere", "base_url = \"https://shop.example\"\nrehearsal = yes\n"
            "shop { name = \"K\"\npayee = \"" PAYEE "\" }\n"
            "mixpay { api = \"http://localhost/v1\" }\n" },
    { "a rehearsal with a placeholder", REHEARSAL "shop { name = \"K\"\n"
            "payee = \"11111111-1111-1111-1111-111111111111\" }\n" },
    { "a Paylink without settlement asset", SHOP "shop { settlement_asset = \"\"\n"
            "link = paylink }\n" COFFEE "}\n" },
    { "47 hours to pay", SHOP "shop { expiry = \"47h\" }\n" },
    { "seconds without letter", SHOP "shop { expiry = 600 }\n" },
    { "no events", SHOP "shop { callback_events = \"\" }\n" },
    { "a folder that is there", SHOP "templates = \"/\"\n" },
    { "a block in two pieces", SHOP "shop { remark = \"x\" }\n" },
    { "no line break at the end", SHOP "language = en" },
    { "line breaks of Windows", "base_url = \"https://shop.example\"\r\nshop {\r\nname = \"K\"\r\n"
            "payee = \"" PAYEE "\"\r\n}\r\n" },
};

static void
test_good(struct tap *tap)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct made made;

        make(&made, good[i].text);
        if (!tap_ok(tap, made.read && made.complaints[0] == '\0', "read: %s", good[i].what))
            printf("# %s\n", made.complaints);
        unmake(&made);
    }
}

/* ---- what init writes ---- */

static const char *
write_example(const char *const *given, char **text)
{
    size_t length = 0;
    FILE  *file = open_memstream(text, &length);

    if (file == NULL)
        abort();
    settings_write_example(file, given);
    fclose(file);
    return *text;
}

static void
look_for(void *context, const char *section, const char *name, const char *fallback,
        const char *meaning)
{
    const char **example = context;
    char         line[200];

    (void)section, (void)fallback, (void)meaning;
    snprintf(line, sizeof line, "%s = \"", name);
    if (*example != NULL && strstr(*example, line) == NULL)
        *example = NULL;
}

static void
test_example(struct tap *tap)
{
    static const char *const given[] = { "base_url", "https://shop.example", "shop.name",
        "The \"K\" \\ ${HOME} shop", "shop.payee", PAYEE, NULL };
    static const char *const none[] = { NULL };
    struct made made;
    char       *text;
    const char *example = write_example(given, &text);

    look_for(&example, "", "base_url", "", "");
    settings_list(look_for, &example);
    tap_ok(tap, example != NULL, "the example shows every setting");
    make(&made, text);
    tap_ok(tap, made.read, "filled in, it can be used as it is");
    tap_text(tap, made.settings.shop_name, given[3], "and is read back as it was given");
    tap_ok(tap, settings_item(&made.settings, "coffee") != NULL, "with something for sale");
    unmake(&made);
    free(text);
    make(&made, write_example(none, &text));
    tap_ok(tap, !made.read && strstr(made.complaints, "shop payee") != NULL
            && strstr(made.complaints, "base_url") != NULL
            && strstr(made.complaints, "shop name") != NULL,
            "empty, it says what must be filled in");
    unmake(&made);
    free(text);
}

int
main(void)
{
    struct tap tap = { 0, 0 };

    test_bad(&tap);
    test_many(&tap);
    test_unreadable(&tap);
    test_least(&tap);
    test_full(&tap);
    test_good(&tap);
    test_example(&tap);
    return tap_end(&tap);
}
