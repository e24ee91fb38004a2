/* tap.h: facts stated by a test, printed in the Test Anything Protocol.
 * SPDX-License-Identifier: ISC */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct tap {
    int count, failed;
};

/* States a fact; returns whether it held. */
__attribute__((format(printf, 3, 4))) static inline bool
tap_ok(struct tap *tap, bool fact, const char *format, ...)
{
    char            name[512];
    __builtin_va_list arguments;

    __builtin_va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    __builtin_va_end(arguments);
    for (char *at = name; *at != '\0'; at++)
        if (*at == '#' || *at == '\n')
            *at = ' ';
    printf("%sok %d - %s\n", fact ? "" : "not ", ++tap->count, name);
    tap->failed += !fact;
    return fact;
}

static inline bool
tap_text(struct tap *tap, const char *got, const char *expected, const char *name)
{
    bool same = got == NULL || expected == NULL ? got == expected : strcmp(got, expected) == 0;

    tap_ok(tap, same, "%s", name);
    if (!same)
        printf("#      got: %s\n# expected: %s\n", got ? got : "(null)",
                expected ? expected : "(null)");
    return same;
}

/* Prints the plan; the program's exit code. */
static inline int
tap_end(const struct tap *tap)
{
    printf("1..%d\n", tap->count);
    return tap->failed > 0 || tap->count == 0;
}

#endif
