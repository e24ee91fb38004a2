/* tables.h: the route tables of the programs; mixtill.cgi has them all.
 * SPDX-License-Identifier: ISC */
#ifndef CGI_BIN_TABLES_H
#define CGI_BIN_TABLES_H

#include "web/route.h"

extern const struct route checkout_routes[];
extern const struct route callback_routes[];

#endif
