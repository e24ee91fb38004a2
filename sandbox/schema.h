/* schema.h: the tables of the sandbox, as SQL.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_SCHEMA_H
#define SANDBOX_SCHEMA_H

extern const char sandbox_schema[]; /* makes what is missing */
extern const char sandbox_wipe[];   /* empties everything */

#endif
