/* session.h: the one cookie, and the tokens that tie a form to it.
 * SPDX-License-Identifier: ISC
 *
 * Nothing of a session is stored. The cookie is random; a token is a nonce, its time, and a keyed
 * hash of both with the cookie. A used token is known by the order that it made. */
#ifndef SESSION_H
#define SESSION_H

#include "web/call.h"

/* The visitor's session; a fresh one, with its cookie in the answer, where he has none. */
const char *session_open(struct call *call);

/* NULL when the request has no (proper) session cookie. */
const char *session_find(const struct call *call);

/* A token for one form of this session; good for a day. */
const char *session_token(const struct call *call, const char *session);

/* Made by session_token, for this session, not too long ago. */
bool session_holds(const struct call *call, const char *session, const char *token);

/* What stands for the caller's address in the database: a keyed hash. */
const char *session_client(const struct call *call);

#endif
