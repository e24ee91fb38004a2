/* mixtill_cgi.c: the program `mixtill.cgi`: everything in one, as plain CGI.
 * SPDX-License-Identifier: ISC */
#include "cgi-bin/tables.h"
#include "page.h"
#include "program.h"

int
main(void)
{
    static const struct route *const tables[] = { checkout_routes, callback_routes, NULL };
    static const struct program      all = { "mixtill.cgi", "", tables, page_problem };

    return program_run_cgi(&all);
}
