/* clock.h: the time, which a rehearsal may move.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT = 24 };

/* Since 1970 UTC. Built with --enable-failpoints, the whole seconds written in the file that the
 * environment's MIXTILL_CLOCK_OFFSET names are added, so that a test can move time. */
int64_t clock_now(void);    /* s  */
int64_t clock_now_ms(void); /* ms */

/* Never set back, for measuring how long something takes; µs from some point. */
int64_t clock_steady_us(void);

/* "2026-11-20T13:30:00Z" */
void clock_text(int64_t seconds, char text[static CLOCK_TEXT]);

#endif
