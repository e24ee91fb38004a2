/* clock.c: the time, which a rehearsal may move.
 * SPDX-License-Identifier: ISC */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef MIXTILL_FAILPOINTS
static int64_t
offset(void)
{
    const char *name = getenv("MIXTILL_CLOCK_OFFSET");
    FILE       *file = name == NULL ? NULL : fopen(name, "re");
    long long   seconds = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%lld", &seconds) != 1)
        seconds = 0;
    fclose(file);
    return seconds;
}
#else
static int64_t
offset(void)
{
    return 0;
}
#endif

int64_t
clock_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return ((int64_t)now.tv_sec + offset()) * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_now(void)
{
    return clock_now_ms() / 1000;
}

int64_t
clock_steady_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
clock_text(int64_t seconds, char text[static CLOCK_TEXT])
{
    time_t    time = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&time, &parts) == NULL || strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ",
            &parts) == 0)
        snprintf(text, CLOCK_TEXT, "@%lld", (long long)seconds);
}
