/* shelf.c: the template and language files, read once, and again when they change.
 * SPDX-License-Identifier: ISC */
#include "web/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "web/template.h"

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_-"
#define LANGUAGES "lang/"

enum { NAME_MOST = 40, FILE_MOST = 256 * 1024, PATH_SIZE = 4096, LOOK_EVERY_US = 1000000 };

enum { OWN, BUILT_IN, COPIES };

/* Two versions of a file differ in one of these. The status time tells where the others do not: a
 * file written in place by a tool that sets the old time again, or one made readable at last. */
struct version {
    int             trouble; /* errno of stat(2) */
    dev_t           device;
    ino_t           inode;
    off_t           size;
    struct timespec written, status;
};

/* A file in one of the folders, as last seen. */
struct copy {
    const char      *path; /* NULL: there is no such folder */
    struct version   version;
    struct template *page;  /* one of these two, or neither where it is absent or broken */
    json_t          *words;
    bool             broken;
    struct error     fault;
};

struct file {
    struct file *next;
    const char  *name;
    int64_t      looked_us;
    struct copy  copies[COPIES];
    json_t      *words;   /* the copies' as one; NULL: to be made */
    size_t       alarmed; /* state of the shelf in which this page last failed */
};

struct shelf {
    struct arena *arena; /* of names, paths and files; what is in them is freed by hand */
    const char   *folders[COPIES];
    struct file  *files;
    int64_t       now_us; /* stands still during a call, so that no page changes while in use */
    size_t        state;  /* counts the changes seen */
};

static bool
name_is_good(const char *name)
{
    return strlen(name) <= NAME_MOST && text_is_made_of(name, NAME_BYTES);
}

/* ---- one copy ---- */

static struct version
version_of(const char *path)
{
    struct version version = { 0 };
    struct stat    now;

    if (stat(path, &now) < 0) {
        version.trouble = errno == ENOTDIR ? ENOENT : errno;
        return version;
    }
    version.device = now.st_dev;
    version.inode = now.st_ino;
    version.size = now.st_size;
    version.written = now.st_mtim;
    version.status = now.st_ctim;
    return version;
}

static bool
time_equal(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
version_equal(const struct version *a, const struct version *b)
{
    return a->trouble == b->trouble && a->device == b->device && a->inode == b->inode
            && a->size == b->size && time_equal(&a->written, &b->written)
            && time_equal(&a->status, &b->status);
}

/* At most FILE_MOST bytes; where there are more, *length is above it. */
static bool
bytes_read(int from, char *bytes, size_t *length, struct error *err)
{
    *length = 0;
    while (*length <= FILE_MOST) {
        ssize_t got = read(from, bytes + *length, FILE_MOST + 1 - *length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, ERROR_INTERNAL, "cannot be read: %s", strerror(errno));
        if (got == 0)
            return true;
        *length += (size_t)got;
    }
    return fail(err, ERROR_INTERNAL, "is over 256 kB");
}

static bool
file_read(const char *path, char *bytes, size_t *length, struct error *err)
{
    int         from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    bool        done;

    if (from < 0)
        return fail(err, ERROR_INTERNAL, "cannot be opened: %s", strerror(errno));
    if (fstat(from, &status) < 0 || !S_ISREG(status.st_mode))
        done = fail(err, ERROR_INTERNAL, "is not a plain file");
    else
        done = bytes_read(from, bytes, length, err);
    close(from);
    return done;
}

/* json_read does not tell the line; where plain Jansson minds the file too, it does. */
static bool
words_read(struct arena *arena, const char *bytes, size_t length, json_t **words,
        struct error *err)
{
    json_t      *value = json_read(arena, bytes, length, err);
    json_error_t reason;

    if (value != NULL) {
        *words = json_incref(value); /* beyond the arena */
        return true;
    }
    value = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &reason);
    if (value == NULL)
        fail(err, ERROR_INPUT, "line %d: %s", reason.line, reason.text);
    json_decref(value);
    return false;
}

static void
copy_empty(struct copy *copy)
{
    template_close(copy->page);
    json_decref(copy->words);
    copy->page = NULL;
    copy->words = NULL;
    copy->broken = false;
}

/* What was read may be newer than the version it goes by; then it is read once more for nothing. */
static void
copy_read(struct copy *copy, bool is_page)
{
    struct arena *arena = arena_open();
    char         *bytes = arena_alloc(arena, FILE_MOST + 1);
    size_t        length = 0;

    if (copy->version.trouble != 0)
        copy->broken = !fail(&copy->fault, ERROR_INTERNAL, "cannot be found: %s",
                strerror(copy->version.trouble));
    else
        copy->broken = !file_read(copy->path, bytes, &length, &copy->fault)
                || !(is_page ? template_parse(bytes, length, &copy->page, &copy->fault)
                             : words_read(arena, bytes, length, &copy->words, &copy->fault));
    arena_close(arena);
    if (copy->broken)
        log_alarm("template_broken", "path", copy->path, "fault", copy->fault.message);
}

/* True where it is another version than the one last seen. */
static bool
copy_look(struct copy *copy, bool is_page)
{
    struct version version;

    if (copy->path == NULL)
        return false;
    version = version_of(copy->path);
    if (version_equal(&version, &copy->version))
        return false;
    copy_empty(copy);
    copy->version = version;
    if (version.trouble != ENOENT)
        copy_read(copy, is_page);
    return true;
}

/* ---- files ---- */

static bool
file_is_page(const struct file *file)
{
    return !text_starts(file->name, LANGUAGES);
}

static void
file_look(struct shelf *shelf, struct file *file)
{
    bool changed = false;

    file->looked_us = shelf->now_us;
    for (int i = 0; i < COPIES; i++)
        changed |= copy_look(&file->copies[i], file_is_page(file));
    if (!changed)
        return;
    shelf->state++;
    json_decref(file->words);
    file->words = NULL;
}

/* False where the path is longer than any path can be, or there is no such folder. */
static bool
path_make(const char *folder, const char *name, char path[static PATH_SIZE])
{
    const char *type = text_starts(name, LANGUAGES) ? "json" : "mustache";

    return folder != NULL
            && snprintf(path, PATH_SIZE, "%s/%s.%s", folder, name, type) < PATH_SIZE;
}

static struct file *
file_add(struct shelf *shelf, const char *name)
{
    struct file *file = arena_alloc(shelf->arena, sizeof *file);
    char         path[PATH_SIZE];

    file->name = arena_copy(shelf->arena, name);
    for (int i = 0; i < COPIES; i++) {
        file->copies[i].version.trouble = ENOENT;
        if (path_make(shelf->folders[i], name, path))
            file->copies[i].path = arena_copy(shelf->arena, path);
    }
    file->next = shelf->files;
    shelf->files = file;
    file_look(shelf, file);
    return file;
}

/* NULL where neither folder has it. Nothing is kept of those, so that the names a template may
 * think of cannot fill the memory. */
static struct file *
file_find(struct shelf *shelf, const char *name)
{
    char path[PATH_SIZE];

    for (struct file *file = shelf->files; file != NULL; file = file->next)
        if (strcmp(file->name, name) == 0) {
            if (shelf->now_us - file->looked_us >= LOOK_EVERY_US)
                file_look(shelf, file);
            return file;
        }
    for (int i = 0; i < COPIES; i++)
        if (path_make(shelf->folders[i], name, path) && version_of(path).trouble != ENOENT)
            return file_add(shelf, name);
    return NULL;
}

/* ---- pages ---- */

/* One attempt at a page. */
struct attempt {
    struct shelf      *shelf;
    bool               built_in_only;
    bool               used_own; /* so that another attempt may fare better */
    const struct copy *broken;   /* a built-in file that was wanted */
};

static const struct template *
file_page(struct attempt *attempt, const struct file *file)
{
    const struct copy *own = &file->copies[OWN], *built_in = &file->copies[BUILT_IN];

    if (own->page != NULL && !attempt->built_in_only) {
        attempt->used_own = true;
        return own->page;
    }
    if (built_in->broken && attempt->broken == NULL)
        attempt->broken = built_in;
    return built_in->page;
}

static const struct template *
partial_find(void *context, const char *name)
{
    struct attempt *attempt = context;
    struct file    *file = name_is_good(name) ? file_find(attempt->shelf, name) : NULL;

    return file == NULL ? NULL : file_page(attempt, file);
}

static bool
page_make(struct attempt *attempt, const struct file *file, json_t *data, struct text *out,
        struct error *err)
{
    const struct template_source partials = { partial_find, attempt };
    const struct template       *page = file_page(attempt, file);
    size_t                       before = out->length;
    struct error                 reason;

    if (page == NULL && attempt->broken == NULL)
        return fail(err, ERROR_INTERNAL, "there is no built-in template %s", file->name);
    if (page != NULL && !template_render(page, data, &partials, out, &reason))
        return fail(err, ERROR_INTERNAL, "template %s: %s", file->name, reason.message);
    if (attempt->broken == NULL)
        return true;
    out->length = before;
    out->bytes[before] = '\0';
    return fail(err, ERROR_INTERNAL, "%s: %s", attempt->broken->path,
            attempt->broken->fault.message);
}

bool
shelf_render(struct shelf *shelf, const char *name, json_t *data, struct text *out,
        struct error *err)
{
    struct attempt with_own = { .shelf = shelf };
    struct attempt without = { .shelf = shelf, .built_in_only = true };
    struct error   reason;
    struct file   *file;

    if (!name_is_good(name))
        return fail(err, ERROR_INPUT, "A template's name is 1 to %d of a-z 0-9 _ -.", NAME_MOST);
    shelf->now_us = clock_steady_us();
    file = file_find(shelf, name);
    if (file == NULL)
        return fail(err, ERROR_INTERNAL, "there is no template %s", name);
    if (page_make(&with_own, file, data, out, &reason))
        return true;
    if (!with_own.used_own)
        return fail(err, reason.code, "%s", reason.message);
    if (file->alarmed != shelf->state)
        log_alarm("template_failed", "page", name, "fault", reason.message);
    file->alarmed = shelf->state;
    return page_make(&without, file, data, out, err);
}

/* ---- languages ---- */

static bool
words_are_alike(const json_t *a, const json_t *b)
{
    return json_typeof(a) == json_typeof(b) || (json_is_boolean(a) && json_is_boolean(b));
}

static void
words_lay_over(json_t *words, json_t *own)
{
    const char *name;
    json_t     *mine;

    json_object_foreach(own, name, mine) {
        json_t *theirs = json_object_get(words, name);

        if (json_is_object(theirs) && json_is_object(mine))
            words_lay_over(theirs, mine);
        else if (theirs == NULL || words_are_alike(theirs, mine))
            json_object_set(words, name, mine);
    }
}

bool
shelf_json(struct shelf *shelf, const char *name, json_t **value, struct error *err)
{
    struct file       *file;
    const struct copy *own, *built_in;

    if (!text_starts(name, LANGUAGES) || !name_is_good(name + strlen(LANGUAGES)))
        return fail(err, ERROR_INPUT, "A language's name is %s and 1 to %d of a-z 0-9 _ -.",
                LANGUAGES, NAME_MOST);
    shelf->now_us = clock_steady_us();
    file = file_find(shelf, name);
    if (file == NULL)
        return fail(err, ERROR_MISSING, "there is no file %s.json", name);
    own = &file->copies[OWN];
    built_in = &file->copies[BUILT_IN];
    if (own->words == NULL && built_in->broken)
        return fail(err, ERROR_INTERNAL, "%s: %s", built_in->path, built_in->fault.message);
    if (own->words == NULL && built_in->words == NULL)
        return fail(err, ERROR_MISSING, "there is no file %s.json that can be used", name);
    if (file->words == NULL) {
        file->words = json_deep_copy(built_in->words != NULL ? built_in->words : own->words);
        if (file->words == NULL)
            abort();
        words_lay_over(file->words, own->words);
    }
    *value = file->words;
    return true;
}

/* ---- the shelf ---- */

struct shelf *
shelf_open(const char *own_folder, const char *folder)
{
    struct arena *arena = arena_open();
    struct shelf *shelf = arena_alloc(arena, sizeof *shelf);

    shelf->arena = arena;
    shelf->folders[OWN] = own_folder == NULL ? NULL : arena_copy(arena, own_folder);
    shelf->folders[BUILT_IN] = arena_copy(arena, folder);
    return shelf;
}

void
shelf_close(struct shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (struct file *file = shelf->files; file != NULL; file = file->next) {
        for (int i = 0; i < COPIES; i++)
            copy_empty(&file->copies[i]);
        json_decref(file->words);
    }
    arena_close(shelf->arena);
}
