/* checkout_main.c: the program `checkout`.
 * SPDX-License-Identifier: ISC */
#include "cgi-bin/tables.h"
#include "page.h"
#include "program.h"

int
main(int argc, char **argv)
{
    static const struct route *const tables[] = { checkout_routes, NULL };
    static const struct program      checkout = { "checkout",
             "Serves the shopper's pages by FastCGI.", tables, page_problem };

    return program_run(&checkout, argc, argv);
}
