/* tool.h: what several subcommands need: files, safe text for a terminal, times, and MixPay.
 * SPDX-License-Identifier: ISC */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include <stdio.h>

#include "cli/command.h"

/* The whole file ("-": standard input), NUL-terminated in the arena. ERROR_MISSING, or ERROR_INPUT
 * when it is longer than `most` bytes. */
bool tool_read_file(struct arena *arena, const char *path, size_t most, const char **bytes,
        size_t *length, struct error *err);

/* The text with everything that could steer a terminal written as \xNN: control characters, and
 * those that turn the direction of writing. Strange bytes too. */
const char *tool_safe(struct arena *arena, const char *text);

/* "2026-11-20 13:30:00 UTC"; "never" for 0. */
const char *tool_time(struct arena *arena, int64_t seconds);

/* "5 s", "12 min", "3 h", "2 days" */
const char *tool_span(struct arena *arena, int64_t seconds);

/* Prints text in columns of a terminal: `text` and spaces up to `width` characters. */
void tool_print_cell(FILE *file, const char *text, size_t width);

/*
 * MixPay, asked from the command line. Works with half a configuration and without a database, as
 * at the first set-up; where there is a database, each call is taken from the common budget.
 */
struct asker {
    struct arena       *arena;
    struct settings     settings; /* all of it, or as much as could be read */
    struct mixpay       mixpay;
    struct http_client *http;
    struct db_home     *home;
    struct store       *store; /* NULL: no database that can be used */
};

/* Reads the configuration, saying what is wrong with it to `complaints` (NULL: to nobody); false
 * with *err when it cannot be used as it is: the asker then works all the same. */
bool asker_open(struct command_line *line, FILE *complaints, struct asker *asker,
        struct error *err);
/* Opens the configured database. False with *err when it cannot be used. */
bool asker_open_store(struct asker *asker, struct error *err);
void asker_close(struct asker *asker);

/* Takes one call from the budget, if there is one. ERROR_LIMIT tells how long to wait. */
bool asker_may_call(struct asker *asker, struct error *err);
/* Whether that is what was asked for; else ERROR_REMOTE or ERROR_LIMIT with MixPay's words. */
bool asker_got(struct asker *asker, const struct mixpay_answer *answer, struct error *err);

#endif
