/* files.h: the style sheet and the script of the sandbox's pages.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_FILES_H
#define SANDBOX_FILES_H

#include "web/route.h"

extern const struct route file_routes[];

#endif
