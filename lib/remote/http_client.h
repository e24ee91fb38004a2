/* http_client.h: one HTTP request to somebody else, and the answer to it.
 * SPDX-License-Identifier: ISC
 *
 * The only code that leaves the machine, and the only file with libcurl in it. What it never does:
 * follow a redirect, speak anything but HTTP/1.1 over https (plain http only to this very machine),
 * skip the check of a certificate, use a proxy named in the environment (http_proxy and its kin do
 * nothing here), read .netrc, keep cookies, or put an address's path, a header or a body into an
 * error. */
#ifndef REMOTE_HTTP_CLIENT_H
#define REMOTE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum {
    HTTP_CONNECT_MS = 3000,        /* name, TCP and TLS together never take longer */
    HTTP_TIMEOUT_MS = 10000,       /* where a request names no time-out */
    HTTP_BODY_MOST = 1024 * 1024,  /* where a request names no limit */
    HTTP_HEADER_MOST = 64 * 1024,  /* all header lines of an answer together */
    HTTP_HEADER_COUNT = 100
};

/* A handle with its kept connections. Belongs to one thread; another thread opens another. */
struct http_client;

/*
 * `ca_file`: certificates to trust instead of the system's, or NULL. Both texts are copied. Never
 * NULL: out of memory ends the process, and an unreadable file shows at the first exchange.
 */
struct http_client *http_client_open(const char *ca_file, const char *user_agent);
void http_client_close(struct http_client *client); /* NULL is fine */

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char               *method; /* "GET", "POST", …: capital letters */
    const char               *url;    /* absolute, without user info; sent as it stands */
    const char               *type;   /* the body's media type, or NULL */
    const char               *body;   /* or NULL; these very bytes are sent */
    size_t                    body_length;
    int                       timeout_ms;   /* for the whole exchange; 0: HTTP_TIMEOUT_MS */
    size_t                    most;         /* bytes of body taken; 0: HTTP_BODY_MOST */
    const struct http_header *headers;      /* more header lines, or NULL */
    size_t                    header_count;
};

struct http_answer {
    bool                sent;   /* the request may have reached the other side */
    int                 status;
    const char         *body;   /* NUL-terminated; "" when there is none */
    size_t              length; /* of the body */
    struct http_header *headers;
    size_t              header_count;
};

/*
 * True when a complete answer came, whatever its status; all of it is in the arena.
 * Otherwise false, and answer->sent tells the two outcomes apart that matter for money: false means
 * the other side cannot have seen the request, true means that nobody knows.
 * ERROR_REMOTE names the host and the reason (worth a retry); ERROR_INPUT when the request itself
 * cannot be sent, such as a malformed address or plain http to another machine.
 * A GET or HEAD may go out a second time when a kept connection turns out to be dead; any other
 * method goes out once at most.
 */
bool http_exchange(struct http_client *client, struct arena *arena,
        const struct http_request *request, struct http_answer *answer, struct error *err);

/* The value of the answer's first header of that name, in any case; NULL when there is none. */
const char *http_answer_header(const struct http_answer *answer, const char *name);

#endif
