/* setup.c: `mixtill init` and `mixtill render`: a new shop, and how its pages look.
 * SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "check.h"
#include "cli/command.h"
#include "cli/pages.h"
#include "cli/tool.h"
#include "web/shelf.h"

enum { CONFIG_MODE = 0640, DATA_MOST = 1024 * 1024, MOST_GIVEN = 6 };

/* ---- init ---- */

static void
print_setting(void *context, const char *section, const char *name, const char *fallback,
        const char *meaning)
{
    (void)context;
    printf("%s\t%s\t%s\t%s\n", section, name, fallback == NULL ? "must be given" : fallback,
            meaning);
}

struct wanted {
    const char *file;
    bool        replace;
    const char *given[2 * MOST_GIVEN + 1]; /* setting, value, …, NULL */
    size_t      count;
};

/* What an option sets, and what it must look like. */
static const struct {
    const char     *option, *setting;
    check_function *check;
} givables[] = {
    { "payee",    "shop.payee", check_payee   },
    { "base-url", "base_url",   check_address },
    { "name",     "shop.name",  check_title   },
};

static bool
take_given(struct command_line *line, struct wanted *wanted, int which, const char *value,
        struct error *err)
{
    const char *taken, *hint = "";

    if (!givables[which].check(line->arena, value, &taken, &hint))
        return fail(err, ERROR_INPUT, "--%s \"%.80s\": %s", givables[which].option, value, hint);
    wanted->given[wanted->count++] = givables[which].setting;
    wanted->given[wanted->count++] = taken;
    return true;
}

/* Exit code, or -1 to go on. */
static int
read_options(struct command_line *line, struct wanted *wanted)
{
    static const struct option options[] = { { "payee", required_argument, NULL, 0 },
        { "base-url", required_argument, NULL, 1 }, { "name", required_argument, NULL, 2 },
        { "force", no_argument, NULL, 'f' }, { "list", no_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 } };
    struct error err = { ERROR_NONE, "" };
    int          option;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1) {
        if (option == 'f')
            wanted->replace = true;
        else if (option == 'l')
            return settings_list(print_setting, NULL), EXIT_DONE;
        else if (option > 2 || wanted->count == 2 * MOST_GIVEN)
            return command_usage(line);
        else if (!take_given(line, wanted, option, optarg, &err))
            return command_fail(&err), EXIT_USAGE;
    }
    if (line->argc - optind > 1)
        return command_usage(line);
    wanted->file = optind < line->argc ? line->argv[optind] : line->config;
    return -1;
}

/* This machine's full name is what shoppers most likely write; a short one is no use to them. */
static void
guess_base_url(struct command_line *line, struct wanted *wanted)
{
    char host[256] = "";

    for (size_t i = 0; i < wanted->count; i += 2)
        if (strcmp(wanted->given[i], "base_url") == 0)
            return;
    if (gethostname(host, sizeof host - 1) != 0 || strchr(host, '.') == NULL
            || strstr(host, ".local") != NULL)
        return;
    wanted->given[wanted->count++] = "base_url";
    wanted->given[wanted->count++] = arena_format(line->arena, "https://%s", host);
    printf("base_url is a guess: %s\n", wanted->given[wanted->count - 1]);
}

/* Written beside and then moved, so that there never is half a file. */
static bool
write_config(struct arena *arena, const struct wanted *wanted, struct error *err)
{
    const char *fresh = arena_format(arena, "%s.new", wanted->file);
    int         flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    int         made = open(fresh, flags, CONFIG_MODE);
    FILE       *file = made < 0 ? NULL : fdopen(made, "w");
    bool        written;

    if (file == NULL)
        return fail(err, ERROR_INPUT, "%s cannot be written: %s", fresh, strerror(errno));
    settings_write_example(file, wanted->given);
    written = fchmod(made, CONFIG_MODE) == 0 && fflush(file) == 0 && fsync(made) == 0;
    written = fclose(file) == 0 && written;
    if (written) /* unlike rename, link spares a file that is there */
        written = (wanted->replace ? rename : link)(fresh, wanted->file) == 0;
    if (!written)
        fail(err, ERROR_CONFLICT, "%s %s", wanted->file, errno == EEXIST
                ? "is there already, and stays as it is; --force replaces it" : strerror(errno));
    if (!written || !wanted->replace)
        unlink(fresh);
    return written;
}

static const char *
folder_of(struct arena *arena, const char *store_url)
{
    const char *path = store_url == NULL ? NULL : strchr(store_url, '/');
    const char *slash = path == NULL ? NULL : strrchr(path, '/');

    return slash == path ? "/" : arena_copy_bytes(arena, path, (size_t)(slash - path));
}

static void
print_next_steps(struct arena *arena, const struct wanted *wanted, const struct settings *settings,
        bool complete)
{
    const char *folder = folder_of(arena, settings->store_url);

    printf("\nNext:\n");
    if (!complete)
        printf("  - Fill in what is missing (above). Each setting has its comment; mixtill.conf(5) "
               "tells more.\n");
    printf("  - The payee decides who gets the money: a Mixin user, a Mixin robot or a multisig\n"
           "    group. If you don't know which, take your own user account:\n"
           "        mixtill payee MIXIN_ID\n"
           "    prints its payee id; so does the bot 7000101422 in Mixin, if you send it your\n"
           "    Mixin ID. mixtill multisig makes a group's. You need not register with MixPay.\n");
    if (access(folder, W_OK) != 0)
        printf("  - Make the database's folder, owned by whom mixtill will run as:\n"
               "        mkdir -p %s\n", folder);
    printf("  - In the server block of your nginx:\n"
           "        include %s/nginx/nginx-mixtill.conf;\n"
           "  - Is all well, and if not, how to mend it:\n"
           "        mixtill --config %s doctor\n"
           "  - Start it:\n"
           "        mixtill --config %s serve\n"
           "\nAll that came in is under \"Payment History\" in the MixPay app. Questions about a\n"
           "payment: MixPay's customer service, bot 7000104220 in Mixin.\n",
            app_datadir(), wanted->file, wanted->file);
}

int
command_init(struct command_line *line)
{
    struct wanted   wanted = { .count = 0 };
    struct settings settings;
    struct error    err = { ERROR_NONE, "" };
    int             code = read_options(line, &wanted);
    bool            complete;

    if (code >= 0)
        return code;
    guess_base_url(line, &wanted);
    if (!write_config(line->arena, &wanted, &err))
        return command_fail(&err);
    printf("written: %s\n", wanted.file);
    complete = settings_read(line->arena, wanted.file, stdout, &settings, &err);
    print_next_steps(line->arena, &wanted, &settings, complete);
    return EXIT_DONE;
}

/* ---- render ---- */

static void
print_remark(void *context, bool broken, const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    *(bool *)context |= broken;
}

/* The owner's folder, where there is a configuration that names one; NULL otherwise. */
static const char *
own_templates(struct command_line *line)
{
    struct settings settings;
    struct error    err = { ERROR_NONE, "" };

    if (!settings_read(line->arena, line->config, stderr, &settings, &err)) {
        if (err.code != ERROR_MISSING)
            fprintf(stderr, "mixtill: built-in templates alone: %s\n", err.message);
        return NULL;
    }
    return settings.templates[0] == '\0' ? NULL : settings.templates;
}

/* Jansson tells the line where json_read does not; it minds a little less. */
static json_t *
read_data(struct arena *arena, const char *path, struct error *err)
{
    const char  *bytes;
    size_t       length;
    json_t      *data, *loose;
    json_error_t reason;

    if (!tool_read_file(arena, path, DATA_MOST, &bytes, &length, err))
        return NULL;
    data = json_read(arena, bytes, length, err);
    if (data != NULL)
        return data;
    loose = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &reason);
    if (loose == NULL)
        fail(err, ERROR_INPUT, "%s:%d: %s", path, reason.line, reason.text);
    else
        fail(err, ERROR_INPUT, "%s: %s", path, arena_copy(arena, err->message));
    json_decref(loose);
    return NULL;
}

/* `text` and `lang` as every page has them, where the data brings none. */
static bool
add_text(struct arena *arena, struct shelf *shelf, json_t *data, struct error *err)
{
    const char *language = json_member(data, "lang");
    json_t     *text;

    if (json_object_get(data, "text") != NULL)
        return true;
    if (language == NULL)
        language = "en";
    if (!shelf_json(shelf, arena_format(arena, "lang/%s", language), &text, err))
        return false;
    json_object_set(data, "text", text);
    json_object_set_new(data, "lang", json_string(language));
    return true;
}

static bool
render(struct command_line *line, const char *name, const char *data_path, struct text *page,
        struct error *err)
{
    const char   *own = own_templates(line);
    const char   *built_in = arena_format(line->arena, "%s/templates", app_datadir());
    struct shelf *shelf = shelf_open(own, built_in);
    json_t       *data;
    bool          broken = false, done = false;

    pages_check_one(line->arena, own, built_in, name, print_remark, &broken);
    if (broken)
        fail(err, ERROR_INPUT, "%s is not rendered", name);
    else if ((data = read_data(line->arena, data_path, err)) != NULL)
        done = add_text(line->arena, shelf, data, err)
                && shelf_render(shelf, name, data, page, err);
    shelf_close(shelf);
    return done;
}

int
command_render(struct command_line *line)
{
    struct error err = { ERROR_NONE, "" };
    struct text  page;
    const char  *name;
    size_t       length;

    if (line->argc != 3 || line->argv[1][0] == '-')
        return command_usage(line);
    name = line->argv[1];
    length = strlen(name);
    if (length > 9 && strcmp(name + length - 9, ".mustache") == 0)
        name = arena_copy_bytes(line->arena, name, length - 9);
    text_open(&page, line->arena);
    if (!render(line, name, line->argv[2], &page, &err))
        return command_fail(&err);
    fwrite(page.bytes, 1, page.length, stdout);
    return EXIT_DONE;
}
