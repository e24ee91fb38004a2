/* test_amount.c: money is read, printed and reckoned exactly, or refused.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>

#include "base/amount.h"
#include "base/text.h"
#include "tests/tap.h"

#define MOST_UNITS INT64_MAX
#define MOST_TEXT "92233720368.54775807"

static const struct {
    const char *text;
    int64_t     units;
    const char *shortest, *full;
} good[] = {
    { "0",                    0,                        "0",            "0.00000000"           },
    { "0.0",                  0,                        "0",            "0.00000000"           },
    { "0.00000000",           0,                        "0",            "0.00000000"           },
    { "1",                    100000000,                "1",            "1.00000000"           },
    { "10",                   1000000000,               "10",           "10.00000000"          },
    { "10.0",                 1000000000,               "10",           "10.00000000"          },
    { "10.00000000",          1000000000,               "10",           "10.00000000"          },
    { "100",                  INT64_C(10000000000),     "100",          "100.00000000"         },
    { "0.1",                  10000000,                 "0.1",          "0.10000000"           },
    { "0.10000000",           10000000,                 "0.1",          "0.10000000"           },
    { "0.01",                 1000000,                  "0.01",         "0.01000000"           },
    { "0.00000001",           1,                        "0.00000001",   "0.00000001"           },
    { "0.00000010",           10,                       "0.0000001",    "0.00000010"           },
    { "0.00022",              22000,                    "0.00022",      "0.00022000"           },
    { "2.55",                 255000000,                "2.55",         "2.55000000"           },
    { "19.99",                1999000000,               "19.99",        "19.99000000"          },
    { "1.10",                 110000000,                "1.1",          "1.10000000"           },
    { "1.01",                 101000000,                "1.01",         "1.01000000"           },
    { "1000000.00000001",     INT64_C(100000000000001), "1000000.00000001",
                                                                        "1000000.00000001"     },
    { "20000000000",          INT64_C(2000000000000000000), "20000000000", "20000000000.00000000" },
    { MOST_TEXT,              MOST_UNITS,               MOST_TEXT,      MOST_TEXT              },
    { "92233720368",          INT64_C(9223372036800000000), "92233720368", "92233720368.00000000" },
};

static const char *const bad[] = {
    "", " ", "+", "-", ".", "-0", "-1", "+1", "1.", ".1", "0.", "00", "01", "00.1", "1..2", "1.2.3",
    "1e3", "1E3", "1e-8", "0x10", "1,000", "1.000,00", " 1", "1 ", "1\n", "1\t", "1.0 ", "1_000",
    "NaN", "inf", "Infinity", "1.000000000", "0.000000001", "0.123456789", "1.0000000010",
    "92233720368.54775808", "92233720369", "99999999999", "100000000000", "999999999999",
    "1000000000000", "9223372036854775807", "18446744073709551616", "99999999999999999999999999",
    "1a", "a1", "1.a", "1.1a", "\xd9\xa1" /* an Arabic one */,
    "\xef\xbc\x91" /* a wide one */, "\xe2\x88\x92" "1" /* a true minus */,
    "$1", "1$", "0-1", "--1", "1/2",
};

static void
test_parse(struct tap *tap)
{
    char text[AMOUNT_TEXT];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct amount amount = { -1 };
        bool          read = amount_parse(good[i].text, &amount, NULL);

        tap_ok(tap, read && amount.units == good[i].units, "\"%s\" is %lld units", good[i].text,
                (long long)good[i].units);
        amount_print(amount, text);
        tap_ok(tap, strcmp(text, good[i].shortest) == 0, "\"%s\" prints as %s", good[i].text, text);
        amount_print_full(amount, text);
        tap_ok(tap, strcmp(text, good[i].full) == 0, "\"%s\" in full is %s", good[i].text, text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct amount amount = { 4711 };
        struct error  err = { ERROR_NONE, "" };

        tap_ok(tap, !amount_parse(bad[i], &amount, &err) && err.code == ERROR_INPUT
                && amount.units == 4711, "refused, and left alone: \"%s\"", bad[i]);
    }
}

/* Every text that is read is printed so that it is read back as the same. */
static void
test_round_trip(struct tap *tap)
{
    uint64_t seed = 88172645463325252;
    int      same = 0, tries = 20000;

    for (int i = 0; i < tries; i++) {
        struct amount amount, again = { -1 };
        char          shortest[AMOUNT_TEXT], full[AMOUNT_TEXT];

        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        amount.units = (int64_t)(seed >> (1 + i % 60));
        amount_print(amount, shortest);
        amount_print_full(amount, full);
        same += amount_parse(shortest, &again, NULL) && again.units == amount.units
                && amount_parse(full, &again, NULL) && again.units == amount.units;
    }
    tap_ok(tap, same == tries, "%d amounts come back from their texts", same);
}

static void
test_extremes(struct tap *tap)
{
    char text[AMOUNT_TEXT];

    amount_print_full((struct amount){ INT64_MIN }, text);
    tap_text(tap, text, "-92233720368.54775808", "the least amount fits its room");
    amount_print((struct amount){ -150000000 }, text);
    tap_text(tap, text, "-1.5", "a negative rest can be shown");
    tap_ok(tap, strlen(MOST_TEXT) + 2 < AMOUNT_TEXT, "there is room for the longest");
}

static const struct {
    int64_t a, b;
    bool    adds;
    int64_t sum;
    bool    subtracts;
    int64_t rest;
} sums[] = {
    { 0,              0,              true,  0,              true,  0              },
    { 1,              2,              true,  3,              false, 0              },
    { 2,              1,              true,  3,              true,  1              },
    { MOST_UNITS,     0,              true,  MOST_UNITS,     true,  MOST_UNITS     },
    { MOST_UNITS,     1,              false, 0,              true,  MOST_UNITS - 1 },
    { MOST_UNITS - 1, 1,              true,  MOST_UNITS,     true,  MOST_UNITS - 2 },
    { MOST_UNITS,     MOST_UNITS,     false, 0,              true,  0              },
    { 0,              MOST_UNITS,     true,  MOST_UNITS,     false, 0              },
    { 1,              -2,             false, 0,              true,  3              },
    { MOST_UNITS,     -1,             true,  MOST_UNITS - 1, false, 0              },
};

static void
test_sums(struct tap *tap)
{
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        struct amount a = { sums[i].a }, b = { sums[i].b }, sum = { 4711 }, rest = { 4711 };
        bool          adds = amount_add(a, b, &sum, NULL);
        bool          subtracts = amount_subtract(a, b, &rest, NULL);

        tap_ok(tap, adds == sums[i].adds && sum.units == (adds ? sums[i].sum : 4711),
                "%lld + %lld", (long long)a.units, (long long)b.units);
        tap_ok(tap, subtracts == sums[i].subtracts
                && rest.units == (subtracts ? sums[i].rest : 4711), "%lld - %lld",
                (long long)a.units, (long long)b.units);
    }
}

static void
test_products(struct tap *tap)
{
    static const struct { int64_t units, count; bool fits; int64_t total; } products[] = {
        { 1999000000, 1,   true,  1999000000   }, { 1999000000, 3, true, INT64_C(5997000000) },
        { 1999000000, 0,   true,  0            }, { 0,          99, true, 0                  },
        { 1,          MOST_UNITS, true, MOST_UNITS }, { 2, MOST_UNITS, false, 0              },
        { MOST_UNITS, 2,   false, 0            }, { 100,        -1, false, 0                 },
        { MOST_UNITS / 99, 99, true, MOST_UNITS / 99 * 99 }, { MOST_UNITS / 99 + 1, 99, false, 0 },
    };

    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        struct amount amount = { products[i].units }, total = { 4711 };
        struct error  err = { ERROR_NONE, "" };
        bool          fits = amount_multiply(amount, products[i].count, &total, &err);

        tap_ok(tap, fits == products[i].fits && total.units == (fits ? products[i].total : 4711)
                && (fits || err.code == ERROR_INPUT), "%lld times %lld", (long long)amount.units,
                (long long)products[i].count);
    }
}

static void
test_compare(struct tap *tap)
{
    struct amount small = { 1 }, large = { MOST_UNITS }, debt = { INT64_MIN };

    tap_ok(tap, amount_compare(small, large) == -1, "less");
    tap_ok(tap, amount_compare(large, small) == 1, "more");
    tap_ok(tap, amount_compare(large, large) == 0, "equal");
    tap_ok(tap, amount_compare(debt, large) == -1 && amount_compare(large, debt) == 1,
            "the whole range apart");
}

int
main(void)
{
    struct tap tap = { 0, 0 };

    test_parse(&tap);
    test_round_trip(&tap);
    test_extremes(&tap);
    test_sums(&tap);
    test_products(&tap);
    test_compare(&tap);
    return tap_end(&tap);
}
