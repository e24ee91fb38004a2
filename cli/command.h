/* command.h: the subcommands of mixtill: one row each, one function each.
 * SPDX-License-Identifier: ISC */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "app.h"
#include "base/arena.h"
#include "base/error.h"

/* Exit codes of all commands. */
enum {
    EXIT_DONE = 0,    /* done, and all is well */
    EXIT_TROUBLE = 1, /* could not be done, or something is wrong; standard error says what */
    EXIT_USAGE = 2,   /* asked for in the wrong way */
};

/* One run of the program; lives until main returns. */
struct command_line {
    struct arena *arena;
    const char   *config; /* --config, or the usual place */
    int           argc;   /* of the subcommand: argv[0] is its name; ready for getopt_long */
    char        **argv;
};

struct command {
    const char *name;
    const char *synopsis; /* what follows the name: "ORDER [--json]" */
    const char *summary;  /* one line for --help */
    const char *notes;    /* more of them, for the command's own --help; "" for none */
    int (*run)(struct command_line *line);
};

extern const struct command commands[]; /* ends with a row whose name is NULL */

/* Prints the reason to standard error and returns EXIT_TROUBLE. */
int command_fail(const struct error *err);

/* Prints how the subcommand is used to standard error and returns EXIT_USAGE. */
int command_usage(const struct command_line *line);

/*
 * Opens configuration and database for a command; NULL after the reason was printed. Both are
 * closed by command_close. `migrate`: make and bring forward the database.
 */
struct station *command_open(struct command_line *line, bool migrate);
void            command_close(struct station *station);

/* cli/serve.c */
int command_serve(struct command_line *line);
/* cli/setup.c: a new shop, and how its pages look */
int command_init(struct command_line *line);
int command_render(struct command_line *line);
/* cli/doctor.c: is all well? */
int command_doctor(struct command_line *line);
/* cli/orders.c: what was sold */
int command_orders(struct command_line *line);
int command_order(struct command_line *line);
/* cli/story.c: what happened to an order, and a person's word in it */
int command_explain(struct command_line *line);
int command_resolve(struct command_line *line);
/* cli/mixpay.c: what MixPay can make and tell */
int command_paylink(struct command_line *line);
int command_payee(struct command_line *line);
int command_multisig(struct command_line *line);

#endif
