/* fresh_store.h: a real database in a folder of the test's own, made anew.
 * SPDX-License-Identifier: ISC */
#ifndef TESTS_FRESH_STORE_H
#define TESTS_FRESH_STORE_H

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/tap.h"

struct fresh {
    struct arena   *arena;
    const char     *folder, *url, *schema;
    struct db_home *home;
    struct store   *store;
};

static inline const char *
fresh_folder(struct arena *arena)
{
    const char *given = getenv("MIXTILL_TMP");
    char       *made = arena_format(arena, "%s/mixtill-XXXXXX", given == NULL ? "/tmp" : given);

    if (mkdtemp(made) == NULL)
        abort();
    return made;
}

static inline void
fresh_open(struct fresh *fresh)
{
    const char  *source = getenv("MIXTILL_DATADIR");
    struct error err = { ERROR_NONE, "" };

    fresh->arena = arena_open();
    fresh->folder = fresh_folder(fresh->arena);
    fresh->url = arena_format(fresh->arena, "sqlite:%s/till.db", fresh->folder);
    fresh->schema = arena_format(fresh->arena, "%s/schema/sqlite", source == NULL ? "." : source);
    if (!db_home_open(fresh->url, true, &fresh->home, &err)
            || !store_open(fresh->home, &fresh->store, &err)
            || !store_migrate(fresh->store, fresh->schema, &err)) {
        printf("Bail out! %s\n", err.message);
        exit(1);
    }
}

static inline void
fresh_close(struct fresh *fresh)
{
    DIR                 *folder = opendir(fresh->folder);
    const struct dirent *entry;

    store_close(fresh->store);
    db_home_close(fresh->home);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        unlink(arena_format(fresh->arena, "%s/%s", fresh->folder, entry->d_name));
    if (folder != NULL)
        closedir(folder);
    rmdir(fresh->folder);
    arena_close(fresh->arena);
}

#endif
