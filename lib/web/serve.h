/* serve.h: the loop that takes requests and sends answers, by FastCGI or as plain CGI.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_SERVE_H
#define WEB_SERVE_H

#include "web/call.h"
#include "web/route.h"

/* What a program tells the loop about itself. */
struct service {
    const char                *name;
    const struct route *const *tables; /* NULL-terminated */
    const char                *base;   /* path of base_url, "" at the root */
    const struct app          *app;
    /* One station a thread, opened before its first request. NULL ends the process. */
    struct station *(*station_open)(const struct app *app);
    void (*station_close)(struct station *station);
    /* Headers of every answer, errors and redirects too; runs after the handler. */
    void (*dress)(struct call *call);
    /* Makes the page that tells a failure; call->status is the status to use. */
    void (*problem)(struct call *call, const struct error *err);
    /* Runs in a thread of its own beside the requests, until stop_fd is readable; or NULL. */
    void (*companion)(const struct app *app, int stop_fd);
};

struct serve_options {
    int         threads;     /* 1–256 */
    const char *socket_path; /* unix socket to make; NULL: fd 3 under LISTEN_FDS, else fd 0 */
};

/*
 * Serves until SIGTERM or SIGINT, then finishes the requests in hand and leaves the socket whole
 * for the successor. Threads wait in epoll on the listening socket, not in libfcgi's accept. Also
 * raises the process's core limit to nothing: memory may hold secrets. Returns the exit code.
 */
int serve_run(const struct service *service, const struct serve_options *options);

/* One request from the environment and standard input (CGI/1.1). Returns the exit code. */
int serve_once(const struct service *service);

#endif
