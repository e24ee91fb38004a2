/* main.c: the command mixtill: finds the subcommand and runs it.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "cli/command.h"

const struct command commands[] = {
    /* name, what follows, what it does, more about it, function */
    { "init", "[FILE] [--payee ID] [--base-url URL] [--name NAME] [--force]",
            "write a commented configuration",
            "It asks nothing: what is missing is left empty, and said. A file that is there stays "
            "as it\nis, unless --force replaces it.\n", command_init },
    { "doctor", "[--offline]",
            "say what is well and what is not, and how to mend it",
            "Each line begins with ok, warn or BAD; the exit code is 1 when something is BAD.\n"
            "Run it as whom mixtill runs as. It asks MixPay twice, with --offline never.\n",
            command_doctor },
    { "serve", "[--run DIR] [--log DIR] [--sandbox]",
            "start all programs, restart what dies, stop all cleanly",
            "--run DIR  where the sockets are made (" MIXTILL_RUNSTATEDIR "/mixtill)\n"
            "--log DIR  one log file a program there, instead of standard error\n"
            "--sandbox  play MixPay, too: for rehearsals\n", command_serve },
    { "orders", "[--state STATE] [--flagged] [--limit N] [--json | --csv]",
            "list orders, newest first",
            "STATE is open, confirming, paid_less, pending, auditing, paid, paid_late, failed or "
            "expired.\n--flagged  those that wait for a person\n--limit N  so many at most (50)\n",
            command_orders },
    { "order", "ORDER [--json]", "show all facts of one order",
            "ORDER is its order_id, or the token of its page.\n", command_order },
    { "explain", "ORDER", "tell an order's story, with its proofs",
            "ORDER is its order_id, or the token of its page.\n", command_explain },
    { "resolve", "ORDER (--accept | --dismiss) --reason TEXT",
            "decide on a flagged or late order",
            "--accept   it counts as paid\n--dismiss  it does not\n"
            "The reason, 1 to 200 characters, is kept in the order's story with your name.\n",
            command_resolve },
    { "paylink", "ITEM [--qty N] [--order ID]", "print a Paylink and its QR code",
            "For a sign or an e-mail; the till does not watch it: no order is made, and nobody is "
            "told\nwhen it is paid. It ends when shop { expiry } is over.\n", command_paylink },
    { "payee", "MIXIN_ID", "find the payee id of a MixPay user",
            "MIXIN_ID is the number that people see in Mixin, such as 26930.\n", command_payee },
    { "multisig", "ID… --threshold N", "make the payee id of a multisig group",
            "3 to 256 UUIDs of Mixin users; N of them must sign to spend.\n", command_multisig },
    { "render", "TEMPLATE DATA.json", "preview a template",
            "Prints the page as shoppers would get it, your own copies first. DATA.json is what "
            "the\n"
            "page is filled with, - for standard input; without \"text\" in it the texts of its\n"
            "\"lang\" are added.\n", command_render },
    { NULL, NULL, NULL, NULL, NULL },
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
    fprintf(file, "usage: mixtill [--config FILE] %s %s\n\n%s\n%s%s", command->name,
            command->synopsis, command->summary, command->notes[0] == '\0' ? "" : "\n",
            command->notes);
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
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool
asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (is_help(argv[i]))
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
