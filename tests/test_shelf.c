/* test_shelf.c: the shelf of template and language files.
 * SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "tests/tap.h"
#include "web/shelf.h"

/* Each test has folders, a shelf and a log of its own. */
struct stage {
    struct tap   *tap;
    struct arena *arena;
    char         *folder;
    struct shelf *shelf;
    int           standard_error; /* while the log goes to a file */
};

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static char *
path_of(const struct stage *stage, const char *name)
{
    return arena_format(stage->arena, "%s/%s", stage->folder, name);
}

static void
shelf_reopen(struct stage *stage)
{
    shelf_close(stage->shelf);
    stage->shelf = shelf_open(path_of(stage, "own"), path_of(stage, "ours"));
}

static void
stage_open(struct stage *stage, struct tap *tap)
{
    static const char *const folders[] = { "own", "own/lang", "ours", "ours/lang" };
    const char              *top = getenv("TMPDIR");
    int                      log;

    stage->tap = tap;
    stage->arena = arena_open();
    stage->folder = arena_format(stage->arena, "%s/shelf.XXXXXX", top == NULL ? "/tmp" : top);
    if (mkdtemp(stage->folder) == NULL)
        abort();
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(path_of(stage, folders[i]), 0700) < 0)
            abort();
    log = open(path_of(stage, "log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    stage->standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (log < 0 || stage->standard_error < 0 || dup2(log, STDERR_FILENO) < 0)
        abort();
    close(log);
    stage->shelf = NULL;
    shelf_reopen(stage);
}

static void
stage_close(struct stage *stage)
{
    shelf_close(stage->shelf);
    dup2(stage->standard_error, STDERR_FILENO);
    close(stage->standard_error);
    nftw(stage->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_close(stage->arena);
}

static void
file_write_bytes(const struct stage *stage, const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(path_of(stage, name), "wb");

    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        abort();
}

static void
file_write(const struct stage *stage, const char *name, const char *text)
{
    file_write_bytes(stage, name, text, strlen(text));
}

/* As an editor does: another file takes the name. */
static void
file_replace(const struct stage *stage, const char *name, const char *text)
{
    file_write(stage, "new", text);
    if (rename(path_of(stage, "new"), path_of(stage, name)) < 0)
        abort();
}

/* Until the shelf looks at its files again. */
static void
wait_for_look(void)
{
    struct timespec rest = { 1, 20000000 };

    while (nanosleep(&rest, &rest) < 0)
        ;
}

/* The page, or its error as "code: message". */
static const char *
page(const struct stage *stage, const char *name)
{
    json_t      *data = json_keep(stage->arena, json_pack("{s:s}", "who", "<you>"));
    struct error err = { ERROR_NONE, "" };
    struct text  out;

    text_open(&out, stage->arena);
    if (shelf_render(stage->shelf, name, data, &out, &err))
        return out.bytes;
    return arena_format(stage->arena, "%s%s: %s", out.bytes, error_name(err.code), err.message);
}

static const char *
words(const struct stage *stage, const char *name)
{
    struct error err = { ERROR_NONE, "" };
    json_t      *value = NULL;
    char        *text;

    if (!shelf_json(stage->shelf, name, &value, &err))
        return arena_format(stage->arena, "%s: %s", error_name(err.code), err.message);
    text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    arena_defer(stage->arena, free, text);
    return text;
}

/* How often the log has the word. */
static int
logged(const struct stage *stage, const char *word)
{
    FILE *file = fopen(path_of(stage, "log"), "r");
    char  line[4096];
    int   count = 0;

    if (file == NULL)
        abort();
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, word) != NULL;
    fclose(file);
    return count;
}

static void
test_own_wins(struct stage *stage)
{
    file_write(stage, "ours/order.mustache", "{{>head}} order of {{who}} {{>foot}}{{>none}}");
    file_write(stage, "ours/head.mustache", "our head");
    file_write(stage, "ours/foot.mustache", "our foot");
    file_write(stage, "ours/plain.mustache", "{{>head}}");
    tap_text(stage->tap, page(stage, "order"), "our head order of &lt;you&gt; our foot",
            "a page is made of built-in files");
    file_write(stage, "own/head.mustache", "own head");
    shelf_reopen(stage);
    tap_text(stage->tap, page(stage, "order"), "own head order of &lt;you&gt; our foot",
            "the owner's partial wins in our page");
    file_write(stage, "own/order.mustache", "own order {{>foot}}");
    shelf_reopen(stage);
    tap_text(stage->tap, page(stage, "order"), "own order our foot",
            "the owner's page wins, with our partial");
    tap_text(stage->tap, page(stage, "plain"), "own head", "file by file");
    tap_ok(stage->tap, logged(stage, "alarm") == 0, "and there is no alarm");
}

/* A page for each kind of change: before, just after it, and when the shelf has looked again. */
static const struct {
    const char *name, *before, *after, *what;
} changes[] = {
    { "replaced", "one", "two", "another file of the same size and time is seen" },
    { "retimed", "one", "two", "so is one whose old time was set again" },
    { "rewritten", "one", "two", "a file written in place is seen" },
    { "added", "ours", "own", "a new file of the owner is seen" },
    { "removed", "own", "ours", "and that he took one away" },
    { "gone", "ours", "internal: there is no built-in template gone", "and that ours is gone" },
    { "new", "internal: there is no template new", "ours", "and that a missing one is there" },
};

enum { CHANGES = sizeof changes / sizeof *changes };

static void
test_changes(struct stage *stage)
{
    struct timeval times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

    file_write(stage, "ours/replaced.mustache", "one");
    utimes(path_of(stage, "ours/replaced.mustache"), times);
    file_write(stage, "ours/retimed.mustache", "one");
    utimes(path_of(stage, "ours/retimed.mustache"), times);
    file_write(stage, "ours/rewritten.mustache", "one");
    file_write(stage, "ours/added.mustache", "ours");
    file_write(stage, "ours/removed.mustache", "ours");
    file_write(stage, "own/removed.mustache", "own");
    file_write(stage, "ours/gone.mustache", "ours");
    for (int i = 0; i < CHANGES; i++)
        tap_text(stage->tap, page(stage, changes[i].name), changes[i].before, "before the change");
    file_replace(stage, "ours/replaced.mustache", "two");
    utimes(path_of(stage, "ours/replaced.mustache"), times);
    file_write(stage, "ours/retimed.mustache", "two");
    utimes(path_of(stage, "ours/retimed.mustache"), times);
    file_write(stage, "ours/rewritten.mustache", "two");
    file_write(stage, "own/added.mustache", "own");
    unlink(path_of(stage, "own/removed.mustache"));
    unlink(path_of(stage, "ours/gone.mustache"));
    for (int i = 0; i < CHANGES; i++)
        tap_text(stage->tap, page(stage, changes[i].name), changes[i].before,
                "for a second no file is looked at again");
    file_write(stage, "ours/new.mustache", "ours");
    wait_for_look();
    for (int i = 0; i < CHANGES; i++)
        tap_text(stage->tap, page(stage, changes[i].name), changes[i].after, changes[i].what);
}

static void
test_broken_own(struct stage *stage)
{
    file_write(stage, "ours/order.mustache", "our {{>head}}");
    file_write(stage, "ours/other.mustache", "other");
    file_write(stage, "ours/head.mustache", "head");
    file_write(stage, "own/order.mustache", "own\n\n{{#items}}");
    file_write(stage, "own/other.mustache", "{{/x}}");
    tap_text(stage->tap, page(stage, "order"), "our head",
            "a broken page of the owner is not used");
    tap_ok(stage->tap, logged(stage, "own/order.mustache fault=\"line 3: section {{#items}}") == 1,
            "the alarm tells path and line");
    page(stage, "other");
    file_write(stage, "own/order.mustache", "own\n{{#items}}");
    wait_for_look();
    tap_text(stage->tap, page(stage, "order"), "our head", "nor is the next broken one");
    tap_ok(stage->tap, logged(stage, "line 2: section") == 1, "but it alarms anew");
    page(stage, "other");
    tap_ok(stage->tap, logged(stage, "own/other.mustache") == 1, "the same version alarms once");
    file_write(stage, "own/order.mustache", "own {{>head}}");
    file_write(stage, "own/head.mustache", "{{");
    wait_for_look();
    tap_text(stage->tap, page(stage, "order"), "own head", "mended, it wins, with our partial");
    tap_ok(stage->tap, logged(stage, "own/head.mustache") == 1, "the broken partial alarms");
}

static void
test_failing_own(struct stage *stage)
{
    file_write(stage, "ours/order.mustache", "our {{>head}}");
    file_write(stage, "ours/head.mustache", "head");
    file_write(stage, "own/head.mustache", "own {{>head}}");
    tap_text(stage->tap, page(stage, "order"), "our head",
            "a partial of the owner that calls itself: the page is built-in alone");
    page(stage, "order");
    tap_ok(stage->tap, logged(stage, "what=template_failed page=order") == 1
                    && logged(stage, "partial head, line 1") == 1,
            "one alarm tells where, not one for each visitor");
    file_write(stage, "own/order.mustache", "{{>order}}");
    wait_for_look();
    tap_text(stage->tap, page(stage, "order"), "our head", "and so with a page of his");
    tap_ok(stage->tap, logged(stage, "what=template_failed page=order") == 2, "which alarms anew");
}

static void
test_broken_built_in(struct stage *stage)
{
    char *head = path_of(stage, "ours/head.mustache");

    file_write(stage, "ours/order.mustache", "{{>head}} x");
    file_write(stage, "ours/head.mustache", "\n{{/x}}");
    tap_text(stage->tap, page(stage, "order"),
            arena_format(stage->arena, "internal: %s: line 2: {{/x}} closes a section never opened",
                    head), "a broken built-in partial is an error");
    tap_text(stage->tap, page(stage, "head"),
            arena_format(stage->arena, "internal: %s: line 2: {{/x}} closes a section never opened",
                    head), "so is a broken built-in page");
    tap_text(stage->tap, page(stage, "none"), "internal: there is no template none",
            "and one that is not there");
    file_write(stage, "own/head.mustache", "own head");
    shelf_reopen(stage);
    tap_text(stage->tap, page(stage, "order"), "own head x", "the owner's file helps");
    file_write(stage, "ours/loop.mustache", "{{>loop}}");
    tap_text(stage->tap, page(stage, "loop"), "internal: template loop: partial loop, line 1: "
            "sections and partials are nested too deeply",
            "a built-in page that fails is an error");
}

static void
test_odd_files(struct stage *stage)
{
    char *bytes = memset(arena_alloc(stage->arena, 262145), 'x', 262145);

    file_write(stage, "ours/order.mustache", "ours");
    file_write_bytes(stage, "own/order.mustache", bytes, 262145);
    tap_text(stage->tap, page(stage, "order"), "ours", "a file over 256 kB is not used");
    tap_ok(stage->tap, logged(stage, "is over 256 kB") == 1, "and alarms");
    file_write_bytes(stage, "own/large.mustache", bytes, 262144);
    tap_ok(stage->tap, strlen(page(stage, "large")) == 262144, "one of 256 kB is used");
    file_write(stage, "ours/dir.mustache", "ours");
    mkdir(path_of(stage, "own/dir.mustache"), 0700);
    tap_text(stage->tap, page(stage, "dir"), "ours", "a folder is no template");
    file_write(stage, "ours/pipe.mustache", "ours");
    mkfifo(path_of(stage, "own/pipe.mustache"), 0600);
    tap_text(stage->tap, page(stage, "pipe"), "ours", "a pipe is not waited for");
    file_write(stage, "ours/loop.mustache", "ours");
    if (symlink("loop.mustache", path_of(stage, "own/loop.mustache")) < 0)
        abort();
    tap_text(stage->tap, page(stage, "loop"), "ours", "a link to itself is not followed for ever");
    tap_ok(stage->tap, logged(stage, "alarm") == 4, "each of them alarms");
}

static void
test_names(struct stage *stage)
{
    static const char *const refused[] = { "", ".", "..", "../secret", "/etc/passwd", "lang/en",
        "a.b", "Order", "order.mustache", "a b", "a\n", "\xc3\xa4", "a/b", "a\\b",
        "abcdefghijklmnopqrstuvwxyz0123456789_-abc" };
    const char *name = "abcdefghijklmnopqrstuvwxyz0123456789_-ab";

    file_write(stage, "secret.mustache", "secret");
    file_write(stage, "secret.json", "{}");
    file_write(stage, "ours/.mustache", "hidden");
    file_write(stage, "ours/lang/x.mustache", "hidden");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        tap_ok(stage->tap, strncmp(page(stage, refused[i]), "input: ", 7) == 0,
                "page name %zu is refused", i + 1);
    file_write(stage, arena_format(stage->arena, "ours/%s.mustache", name), "long");
    tap_text(stage->tap, page(stage, name), "long", "40 characters are a name");
    file_write(stage, "ours/order.mustache", "<{{>../secret}}{{>lang/x}}{{>/etc/passwd}}>");
    tap_text(stage->tap, page(stage, "order"), "<>", "no partial's name leads out of the folder");
    tap_ok(stage->tap, strncmp(words(stage, "lang/../../secret"), "input: ", 7) == 0
                    && strncmp(words(stage, "lang/"), "input: ", 7) == 0
                    && strncmp(words(stage, "../secret"), "input: ", 7) == 0
                    && strncmp(words(stage, "order"), "input: ", 7) == 0,
            "nor does a language's");
}

static void
test_languages(struct stage *stage)
{
    const char *ours = "{\"a\":\"our a\",\"b\":\"our b\",\"g\":{\"c\":\"our c\",\"d\":\"our d\"},"
                       "\"t\":true}";

    tap_text(stage->tap, words(stage, "lang/fr"), "missing: there is no file lang/fr.json",
            "a language that is in neither folder is missing");
    file_write(stage, "ours/lang/en.json", ours);
    tap_text(stage->tap, words(stage, "lang/en"), ours, "the built-in texts");
    file_write(stage, "own/lang/en.json",
            "{\"a\":\"own a\",\"g\":{\"d\":\"own d\",\"e\":\"own e\"},\"t\":false}");
    wait_for_look();
    tap_text(stage->tap, words(stage, "lang/en"), "{\"a\":\"own a\",\"b\":\"our b\","
            "\"g\":{\"c\":\"our c\",\"d\":\"own d\",\"e\":\"own e\"},\"t\":false}",
            "the owner's texts are laid over them");
    file_write(stage, "own/lang/en.json", "{\"a\":null,\"b\":{\"x\":\"y\"},\"g\":\"no group\"}");
    shelf_reopen(stage);
    tap_text(stage->tap, words(stage, "lang/en"), ours, "what is of another type is left out");
    file_write(stage, "own/lang/en.json", "{\n\"a\": \"own a\"\n\"b\": 1}");
    shelf_reopen(stage);
    tap_text(stage->tap, words(stage, "lang/en"), ours, "a broken file of the owner is not used");
    tap_ok(stage->tap, logged(stage, "own/lang/en.json fault=\"line 3:") == 1,
            "the alarm tells path and line");
}

static void
test_more_languages(struct stage *stage)
{
    json_t      *first = NULL, *second = NULL;
    const char  *broken;

    file_write(stage, "own/lang/fr.json", "{\"a\":\"le a\"}");
    tap_text(stage->tap, words(stage, "lang/fr"), "{\"a\":\"le a\"}", "a language of the owner's");
    tap_ok(stage->tap, shelf_json(stage->shelf, "lang/fr", &first, NULL)
                    && shelf_json(stage->shelf, "lang/fr", &second, NULL) && first == second,
            "is made once");
    file_write(stage, "own/lang/it.json", "[]");
    tap_text(stage->tap, words(stage, "lang/it"),
            "missing: there is no file lang/it.json that can be used",
            "a broken one without a built-in one is missing");
    file_write(stage, "ours/lang/de.json", "{\"a\":\"\\u0001\"}");
    broken = words(stage, "lang/de");
    tap_ok(stage->tap, strncmp(broken, "internal: ", 10) == 0
                    && strstr(broken, "de.json: ") != NULL, "a broken built-in one is an error");
    file_write(stage, "own/lang/de.json", "{\"a\":\"das a\"}");
    shelf_reopen(stage);
    tap_text(stage->tap, words(stage, "lang/de"), "{\"a\":\"das a\"}", "unless the owner has one");
}

static void
test_without_own(struct stage *stage)
{
    struct shelf *alone = shelf_open(NULL, path_of(stage, "ours"));
    struct shelf *nowhere = shelf_open("/nowhere/at/all", "/nowhere/else");
    struct text   out;
    struct error  err;

    file_write(stage, "ours/order.mustache", "ours");
    file_write(stage, "own/order.mustache", "own");
    text_open(&out, stage->arena);
    text_add(&out, "before ");
    tap_ok(stage->tap, shelf_render(alone, "order", NULL, &out, NULL)
                    && strcmp(out.bytes, "before ours") == 0, "there need not be a folder of his");
    tap_ok(stage->tap, !shelf_render(nowhere, "order", NULL, &out, &err)
                    && err.code == ERROR_INTERNAL && strcmp(out.bytes, "before ours") == 0,
            "folders that are not there hold no page");
    shelf_close(nowhere);
    shelf_close(alone);
    shelf_close(NULL);
}

static void (*const tests[])(struct stage *) = {
    test_own_wins, test_changes, test_broken_own, test_failing_own, test_broken_built_in,
    test_odd_files, test_names, test_languages, test_more_languages, test_without_own,
};

int
main(void)
{
    struct tap   tap = { 0 };
    struct stage stage;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        stage_open(&stage, &tap);
        tests[i](&stage);
        stage_close(&stage);
    }
    return tap_end(&tap);
}
