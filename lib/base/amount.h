/* amount.h: an amount of money, exact: whole units of 10^-8.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_AMOUNT_H
#define BASE_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Units of 10^-8 of one coin (or one dollar, …), never negative when it was parsed.
 * A struct, so that the compiler tells it from seconds and counts. */
struct amount {
    int64_t units;
};

enum { AMOUNT_TEXT = 24 }; /* room for any amount printed, with its NUL */

/*
 * Parses ^(0|[1-9][0-9]{0,11})(\.[0-9]{1,8})?$ and nothing else: a sign, an exponent, spaces or
 * more decimals are refused, never rounded; so is what does not fit 63 bits. ERROR_INPUT.
 */
bool amount_parse(const char *text, struct amount *amount, struct error *err);

/* Shortest exact decimal: "10", "0.00022". */
void amount_print(struct amount amount, char text[static AMOUNT_TEXT]);

/* All eight decimals: "10.00000000". */
void amount_print_full(struct amount amount, char text[static AMOUNT_TEXT]);

/* ERROR_INPUT when the result does not fit or falls below zero. */
bool amount_add(struct amount a, struct amount b, struct amount *sum, struct error *err);
bool amount_subtract(struct amount a, struct amount b, struct amount *rest, struct error *err);
bool amount_multiply(struct amount amount, int64_t count, struct amount *total, struct error *err);

/* -1, 0, 1 */
int amount_compare(struct amount a, struct amount b);

#endif
