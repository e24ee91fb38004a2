/* failpoint.c: named places where a test may stop the process dead.
 * SPDX-License-Identifier: ISC */
#include "base/failpoint.h"

#ifdef MIXTILL_FAILPOINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The only mutable state at file level in lib/: a count of visits, in test builds alone. */
void
failpoint(const char *name)
{
    static atomic_long visits;
    const char        *wanted = getenv("MIXTILL_FAILPOINT");
    size_t             length = wanted == NULL ? 0 : strcspn(wanted, ":");
    long               nth;

    if (wanted == NULL || strlen(name) != length || memcmp(name, wanted, length) != 0)
        return;
    nth = wanted[length] == ':' ? strtol(wanted + length + 1, NULL, 10) : 1;
    if (atomic_fetch_add(&visits, 1) + 1 == nth)
        raise(SIGKILL);
}

#else

/* ISO C wants something in every file. */
extern const char failpoint_none[];
const char        failpoint_none[] = "";

#endif
