/* program.h: the main of a FastCGI program: options, configuration, loop.
 * SPDX-License-Identifier: ISC */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "web/serve.h"

/* What a program is made of. */
struct program {
    const char                *name;
    const char                *purpose; /* one sentence for --help */
    const struct route *const *tables;  /* NULL-terminated */
    void (*problem)(struct call *call, const struct error *err);
};

/* Serves by FastCGI until told to stop. Returns the exit code: 2 for wrong options, 1 when it
 * cannot start. */
int program_run(const struct program *program, int argc, char **argv);

/* Answers one request as plain CGI; a configuration that cannot be used is told to the visitor as
 * "the shop is being set up", and to the owner in the server's error log. */
int program_run_cgi(const struct program *program);

#endif
