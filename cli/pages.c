/* pages.c: are templates and language files well?
 * SPDX-License-Identifier: ISC */
#include "cli/pages.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/tool.h"
#include "web/template.h"

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_-"

enum { FILE_MOST = 256 * 1024, NAME_MOST = 40, NAMES_TOLD = 5 };

enum { OWN, BUILT_IN, FOLDERS };

/* A template that was looked at. */
struct seen {
    struct seen *next;
    const char  *name;
    bool         included; /* by another one */
};

struct look {
    struct arena *arena;
    const char   *folders[FOLDERS]; /* NULL: there is none */
    bool          all;              /* both copies of a file, not just the one that is used */
    pages_remark *remark;
    void         *context;
    struct seen  *seen;
};

/* ---- templates ---- */

/* "line 12: …" becomes FILE:12 and the rest. */
static void
tell_fault(struct look *look, const char *path, const char *fault)
{
    const char *rest = fault + (text_starts(fault, "line ") ? strlen("line ") : 0);
    size_t      digits = strspn(rest, "0123456789");

    if (rest != fault && digits > 0 && text_starts(rest + digits, ": "))
        look->remark(look->context, true,
                arena_format(look->arena, "%s:%.*s", path, (int)digits, rest), rest + digits + 2);
    else
        look->remark(look->context, true, path, fault);
}

static const char *
path_of(struct look *look, int folder, const char *name, const char *type)
{
    return look->folders[folder] == NULL ? NULL
            : arena_format(look->arena, "%s/%s.%s", look->folders[folder], name, type);
}

static bool
is_there(const char *path)
{
    return path != NULL && access(path, F_OK) == 0;
}

static struct seen *
find_seen(struct look *look, const char *name)
{
    struct seen *seen = look->seen;

    while (seen != NULL && strcmp(seen->name, name) != 0)
        seen = seen->next;
    return seen;
}

static void look_at_page(struct look *look, const char *name, const char *includer, size_t line);

struct includer {
    struct look *look;
    const char  *path;
};

static void
follow(void *context, const char *name, size_t line)
{
    const struct includer *includer = context;

    look_at_page(includer->look, name, includer->path, line);
}

static void
look_at_copy(struct look *look, const char *path)
{
    struct includer  includer = { look, path };
    struct template *template;
    const char      *bytes;
    size_t           length;
    struct error     err = { ERROR_NONE, "" };

    if (!tool_read_file(look->arena, path, FILE_MOST, &bytes, &length, &err)) {
        look->remark(look->context, true, path, err.message);
        return;
    }
    if (!template_parse(bytes, length, &template, &err)) {
        tell_fault(look, path, err.message);
        return;
    }
    template_partials(template, follow, &includer);
    template_close(template);
}

static void
tell_missing(struct look *look, const char *name, const char *includer, size_t line)
{
    if (includer == NULL)
        look->remark(look->context, true, name, "there is no template of that name");
    else
        look->remark(look->context, false, arena_format(look->arena, "%s:%zu", includer, line),
                arena_format(look->arena, "{{>%s}} prints nothing: there is no %s.mustache", name,
                        name));
}

static void
look_at_page(struct look *look, const char *name, const char *includer, size_t line)
{
    struct seen *seen = find_seen(look, name);
    bool         good = text_is_made_of(name, NAME_BYTES) && strlen(name) <= NAME_MOST;
    bool         found = false;

    if (seen != NULL) {
        seen->included |= includer != NULL;
        return;
    }
    for (int i = 0; good && i < FOLDERS; i++)
        found = found || is_there(path_of(look, i, name, "mustache"));
    if (!found) {
        tell_missing(look, name, includer, line);
        return;
    }
    seen = arena_alloc(look->arena, sizeof *seen);
    *seen = (struct seen){ look->seen, arena_copy(look->arena, name), includer != NULL };
    look->seen = seen;
    for (int i = 0; i < FOLDERS; i++) {
        const char *path = path_of(look, i, name, "mustache");

        if (!is_there(path))
            continue;
        look_at_copy(look, path);
        if (!look->all)
            return;
    }
}

/* Calls `each` for the names of a folder's files of that type, in order. */
static void
list_files(struct look *look, const char *folder, const char *type,
        void (*each)(struct look *look, const char *name))
{
    struct dirent **entries = NULL;
    int             count = scandir(folder, &entries, NULL, alphasort);
    size_t          tail = strlen(type) + 1;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t      length = strlen(name);

        if (name[0] != '.' && length > tail && name[length - tail] == '.'
                && strcmp(name + length - tail + 1, type) == 0)
            each(look, arena_copy_bytes(look->arena, name, length - tail));
        free(entries[i]);
    }
    free(entries);
}

static void
look_at_listed(struct look *look, const char *name)
{
    look_at_page(look, name, NULL, 0);
}

static void
tell_useless(struct look *look, const char *name)
{
    const struct seen *seen = find_seen(look, name);

    if (seen != NULL && !seen->included && !is_there(path_of(look, BUILT_IN, name, "mustache")))
        look->remark(look->context, false, path_of(look, OWN, name, "mustache"),
                "replaces nothing: there is no built-in template of that name");
}

/* ---- languages ---- */

static void
tell_broken_words(struct look *look, const char *path, const char *fault)
{
    json_error_t reason;
    json_t      *loose = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);

    /* json_read does not tell the line; where plain Jansson minds the file too, it does. */
    if (loose == NULL && reason.line > 0)
        look->remark(look->context, true,
                arena_format(look->arena, "%s:%d", path, reason.line), reason.text);
    else
        look->remark(look->context, true, path, fault);
    json_decref(loose);
}

static json_t *
read_words(struct look *look, const char *path, bool tell)
{
    struct error err = { ERROR_NONE, "" };
    const char  *bytes;
    size_t       length;
    json_t      *words = NULL;

    if (!is_there(path))
        return NULL;
    if (tool_read_file(look->arena, path, FILE_MOST, &bytes, &length, &err))
        words = json_read(look->arena, bytes, length, &err);
    if (words == NULL && tell)
        tell_broken_words(look, path, err.message);
    return words;
}

/* The names in `all` that neither `a` nor `b` has, the first few of them in words. */
static size_t
missing(struct look *look, json_t *all, const json_t *a, const json_t *b, const char **names)
{
    struct text told;
    const char *name;
    json_t     *value;
    size_t      count = 0;

    text_open(&told, look->arena);
    json_object_foreach(all, name, value) {
        if (json_object_get(a, name) != NULL || json_object_get(b, name) != NULL)
            continue;
        if (count < NAMES_TOLD)
            text_add_format(&told, "%s%s", count == 0 ? "" : ", ", name);
        count++;
    }
    *names = count > NAMES_TOLD ? arena_format(look->arena, "%s, …", told.bytes) : told.bytes;
    return count;
}

static void
look_at_language(struct look *look, const char *name)
{
    const char *own_path = path_of(look, OWN, arena_format(look->arena, "lang/%s", name), "json");
    const char *path = path_of(look, BUILT_IN, arena_format(look->arena, "lang/%s", name), "json");
    json_t     *english = read_words(look, path_of(look, BUILT_IN, "lang/en", "json"), false);
    json_t     *built_in = read_words(look, path, true), *own = read_words(look, own_path, true);
    const char *where = own != NULL ? own_path : path, *names;
    size_t      count;

    if (english == NULL || (own == NULL && built_in == NULL))
        return;
    count = missing(look, english, own, built_in, &names);
    if (count > 0)
        look->remark(look->context, false, where, arena_format(look->arena, "lacks %zu of the "
                "texts of lang/en.json: %s", count, names));
    count = own == NULL ? 0 : missing(look, own, english, built_in, &names);
    if (count > 0)
        look->remark(look->context, false, where, arena_format(look->arena, "%zu of its texts no "
                "built-in page knows: %s", count, names));
}

/* Those that are in both folders were looked at already. */
static void
look_at_own_language(struct look *look, const char *name)
{
    if (!is_there(path_of(look, BUILT_IN, arena_format(look->arena, "lang/%s", name), "json")))
        look_at_language(look, name);
}

/* ---- both ---- */

void
pages_check(struct arena *arena, const char *own, const char *built_in, pages_remark *remark,
        void *context)
{
    struct look look = { arena, { own, built_in }, true, remark, context, NULL };
    const char *own_languages = own == NULL ? NULL : arena_format(arena, "%s/lang", own);

    list_files(&look, built_in, "mustache", look_at_listed);
    list_files(&look, arena_format(arena, "%s/lang", built_in), "json", look_at_language);
    if (own == NULL)
        return;
    list_files(&look, own, "mustache", look_at_listed);
    list_files(&look, own, "mustache", tell_useless);
    list_files(&look, own_languages, "json", look_at_own_language);
}

void
pages_check_one(struct arena *arena, const char *own, const char *built_in, const char *name,
        pages_remark *remark, void *context)
{
    struct look look = { arena, { own, built_in }, false, remark, context, NULL };

    look_at_page(&look, name, NULL, 0);
}
