/* app.h: what the sandbox keeps: as long as it runs, per thread, and per request.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_APP_H
#define SANDBOX_APP_H

#include <stdatomic.h>

#include "base/error.h"
#include "sandbox/switches.h"
#include "store/db.h"
#include "web/call.h"
#include "web/shelf.h"

struct app {
    const char     *base;   /* public address, without "/" at its end */
    const char     *path;   /* the path of it: "/sandbox", or "" */
    const char     *folder; /* of templates/ and static/ */
    struct db_home *home;
    atomic_bool    *stopping; /* set once the program is asked to end */
};

struct station {
    const struct app *app;
    struct db        *db;
    struct shelf     *shelf;    /* NULL in a thread that shows no pages */
    struct switches   switches; /* as they were when the call in hand began */
    struct fault      fault;    /* what is to go wrong with it */
    int               code;     /* MixPay's code for its refusal; 0: none was named */
    int               limit, remaining; /* of the calls this minute; limit 0: not counted */
};

#endif
