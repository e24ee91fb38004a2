/* callback_main.c: the program `callback`.
 * SPDX-License-Identifier: ISC */
#include "cgi-bin/tables.h"
#include "page.h"
#include "program.h"

int
main(int argc, char **argv)
{
    static const struct route *const tables[] = { callback_routes, NULL };
    static const struct program      callback = { "callback",
             "Takes MixPay's callbacks by FastCGI.", tables, page_problem_json };

    return program_run(&callback, argc, argv);
}
