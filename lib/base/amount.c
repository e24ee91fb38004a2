/* amount.c: an amount of money, exact: whole units of 10^-8.
 * SPDX-License-Identifier: ISC */
#include "base/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UNITS_OF_ONE INT64_C(100000000)

enum { MOST_WHOLE_DIGITS = 12, DECIMALS = 8 };

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
unreadable(struct error *err)
{
    return fail(err, ERROR_INPUT,
            "An amount is written like 19.99: digits, at most eight of them after one point.");
}

bool
amount_parse(const char *text, struct amount *amount, struct error *err)
{
    int64_t whole = 0, fraction = 0, units;
    size_t  digits = 0, decimals = 0;

    for (; is_digit(text[digits]) && digits <= MOST_WHOLE_DIGITS; digits++)
        whole = whole * 10 + (text[digits] - '0');
    if (digits == 0 || digits > MOST_WHOLE_DIGITS || (text[0] == '0' && digits > 1))
        return unreadable(err);
    text += digits;
    if (*text == '.') {
        for (text++; is_digit(*text) && decimals < DECIMALS; text++, decimals++)
            fraction = fraction * 10 + (*text - '0');
        if (decimals == 0)
            return unreadable(err);
        for (; decimals < DECIMALS; decimals++)
            fraction *= 10;
    }
    if (*text != '\0')
        return unreadable(err);
    if (__builtin_mul_overflow(whole, UNITS_OF_ONE, &units)
            || __builtin_add_overflow(units, fraction, &units))
        return fail(err, ERROR_INPUT, "The amount is too large.");
    amount->units = units;
    return true;
}

void
amount_print_full(struct amount amount, char text[static AMOUNT_TEXT])
{
    uint64_t size = amount.units < 0 ? -(uint64_t)amount.units : (uint64_t)amount.units;

    snprintf(text, AMOUNT_TEXT, "%s%" PRIu64 ".%08" PRIu64, amount.units < 0 ? "-" : "",
            size / UNITS_OF_ONE, size % UNITS_OF_ONE);
}

void
amount_print(struct amount amount, char text[static AMOUNT_TEXT])
{
    size_t length;

    amount_print_full(amount, text);
    length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    text[length] = '\0';
}

static bool
settle(bool overflow, int64_t units, struct amount *amount, struct error *err)
{
    if (overflow || units < 0)
        return fail(err, ERROR_INPUT, "The amount is out of range.");
    amount->units = units;
    return true;
}

bool
amount_add(struct amount a, struct amount b, struct amount *sum, struct error *err)
{
    int64_t units;
    bool    overflow = __builtin_add_overflow(a.units, b.units, &units);

    return settle(overflow, units, sum, err);
}

bool
amount_subtract(struct amount a, struct amount b, struct amount *rest, struct error *err)
{
    int64_t units;
    bool    overflow = __builtin_sub_overflow(a.units, b.units, &units);

    return settle(overflow, units, rest, err);
}

bool
amount_multiply(struct amount amount, int64_t count, struct amount *total, struct error *err)
{
    int64_t units;
    bool    overflow = __builtin_mul_overflow(amount.units, count, &units);

    return settle(overflow, units, total, err);
}

int
amount_compare(struct amount a, struct amount b)
{
    return (a.units > b.units) - (a.units < b.units);
}
