/* main.c: the command mixtill: finds the subcommand and runs it.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "cli/command.h"

const struct command commands[] = {
    /* name, what follows, what it does, function */
    { "init",     "[FILE] [--payee ID] [--base-url URL] [--name NAME]",
            "write a commented configuration", command_init },
    { "doctor",   "", "say what is well and what is not, and how to mend it", command_doctor },
    { "serve",    "[--run DIR] [--log DIR] [--sandbox]",
            "start all programs, restart what dies, stop all cleanly", command_serve },
    { "orders",   "[--state STATE] [--flagged] [--limit N] [--json]", "list orders, newest first",
            command_orders },
    { "order",    "ORDER [--json]", "show one order", command_order },
    { "explain",  "ORDER", "tell an order's story, with its proofs", command_explain },
    { "resolve",  "ORDER (--accept|--dismiss) --reason TEXT",
            "decide on a flagged or late order", command_resolve },
    { "paylink",  "ITEM [--qty N] [--order ID]",
            "print a Paylink and its QR code", command_paylink },
    { "payee",    "MIXIN_ID", "find the payee id of a MixPay user", command_payee },
    { "multisig", "ID… --threshold N", "make the payee id of a multisig group", command_multisig },
    { "render",   "TEMPLATE DATA.json", "preview a template", command_render },
    { NULL,       NULL, NULL, NULL },
};

static void
print_help(void)
{
    puts("usage: mixtill [--config FILE] COMMAND …\n\nA till for crypto payments.\n");
    for (const struct command *command = commands; command->name != NULL; command++)
        printf("  %-9s %s\n", command->name, command->summary);
    printf("\n  --config FILE  the configuration (%s)\n  --version      what this is\n\n"
           "`mixtill COMMAND --help` tells how one is used; mixtill(1) tells all.\n",
           settings_path());
}

static const struct command *
find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static void
print_usage(const struct command *command, FILE *file)
{
    fprintf(file, "usage: mixtill [--config FILE] %s %s\n\n%s\n", command->name, command->synopsis,
            command->summary);
}

int
command_usage(const struct command_line *line)
{
    print_usage(find(line->argv[0]), stderr);
    return EXIT_USAGE;
}

int
command_fail(const struct error *err)
{
    fprintf(stderr, "mixtill: %s\n", err->message);
    return EXIT_TROUBLE;
}

struct station *
command_open(struct command_line *line, bool migrate)
{
    struct error    err = { ERROR_NONE, "" };
    struct app     *app = app_open(line->config, migrate, &err);
    struct station *station;

    if (app == NULL) {
        command_fail(&err);
        return NULL;
    }
    station = station_open(app);
    if (station == NULL)
        app_close(app);
    return station;
}

void
command_close(struct station *station)
{
    struct app *app = (struct app *)(uintptr_t)station->app;

    station_close(station);
    app_close(app);
}

static bool
asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int
run(struct command_line *line)
{
    const struct command *command = find(line->argv[0]);

    if (command == NULL) {
        fprintf(stderr, "mixtill: there is no command %s; `mixtill --help` lists them\n",
                line->argv[0]);
        return EXIT_USAGE;
    }
    if (asks_help(line->argc, line->argv)) {
        print_usage(command, stdout);
        return EXIT_DONE;
    }
    return command->run(line);
}

int
main(int argc, char **argv)
{
    struct command_line line = { arena_open(), settings_path(), argc - 1, argv + 1 };
    int                 code = EXIT_USAGE;

    if (line.argc >= 2 && strcmp(line.argv[0], "--config") == 0) {
        line.config = line.argv[1];
        line.argc -= 2;
        line.argv += 2;
    }
    if (!crypt_start())
        fputs("mixtill: libsodium will not start\n", stderr);
    else if (line.argc == 0 || strcmp(line.argv[0], "--help") == 0 || strcmp(line.argv[0],
            "-h") == 0)
        print_help(), code = line.argc == 0 ? EXIT_USAGE : EXIT_DONE;
    else if (strcmp(line.argv[0], "--version") == 0)
        puts("mixtill " PACKAGE_VERSION), code = EXIT_DONE;
    else
        code = run(&line);
    arena_close(line.arena);
    return code;
}
