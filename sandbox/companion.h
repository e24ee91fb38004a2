/* companion.h: what the sandbox does without being asked: callbacks, confirmations, deadlines.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_COMPANION_H
#define SANDBOX_COMPANION_H

#include "sandbox/app.h"

/* A thread's database and templates; NULL, with a line in the log, when they cannot be opened. */
struct station *station_open(const struct app *app);
void            station_close(struct station *station);

/* Runs beside the requests until stop_fd is readable (struct service.companion). */
void companion_run(const struct app *app, int stop_fd);

#endif
