/* guard.h: who may call, as the rows of the route tables say it.
 * SPDX-License-Identifier: ISC */
#ifndef GUARD_H
#define GUARD_H

#include "web/call.h"

/* Everybody. */
bool anyone(struct call *call, struct error *err);

/*
 * A visitor with our session cookie who sends a form of ours: not from a foreign Origin, and with a
 * `csrf` token that was made for this session within a day. Reads the form. ERROR_DENIED.
 */
bool visitor(struct call *call, struct error *err);

#endif
