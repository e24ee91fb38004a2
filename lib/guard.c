/* guard.c: who may call, as the rows of the route tables say it.
 * SPDX-License-Identifier: ISC */
#include "guard.h"

#include <string.h>

#include "app.h"
#include "session.h"

bool
anyone(struct call *call, struct error *err)
{
    (void)call;
    (void)err;
    return true;
}

/* Our pages send no referrer, and browsers then write "null" as a form's origin; what is left to go
 * by is the browser's own word on where the form came from, and in any case the token. */
static bool
comes_from_us(const struct call *call)
{
    const char *origin = call_header(call, "ORIGIN");
    const char *site = call_header(call, "SEC_FETCH_SITE");

    if (site != NULL && strcmp(site, "cross-site") == 0)
        return false;
    return origin == NULL || strcmp(origin, "null") == 0
            || text_equal_nocase(origin, call->app->settings.base_url.origin);
}

bool
visitor(struct call *call, struct error *err)
{
    const char *session = session_find(call), *token;

    if (!comes_from_us(call))
        return fail(err, ERROR_DENIED, "This form came from another site.");
    if (!call_read_form(call, err))
        return false;
    token = call_form(call, "csrf");
    if (session == NULL || token == NULL || !session_holds(call, session, token))
        return fail(err, ERROR_DENIED, "This form is too old, or your browser did not keep its "
                "cookie: please open the page again.");
    return true;
}
