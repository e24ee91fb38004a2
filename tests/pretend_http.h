/* pretend_http.h: a small HTTP server inside a test, which does what it is told and remembers.
 * SPDX-License-Identifier: ISC
 *
 * It listens on a free port of 127.0.0.1. One act, set by pretend_play, is played for every request
 * until the next is set. Each connection has a thread of its own. */
#ifndef TESTS_PRETEND_HTTP_H
#define TESTS_PRETEND_HTTP_H

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum pretend_deed {
    PRETEND_ANSWER, /* read the request, send `bytes`, keep the connection */
    PRETEND_CLOSE,  /* the same, and close the connection: without bytes, drop it */
    PRETEND_DRIP,   /* read the request, send `bytes` one by one, 20 ms apart */
    PRETEND_RESET,  /* read the request, then reset the connection */
    PRETEND_REFUSE, /* reset the connection as soon as it stands, nothing read */
    PRETEND_GREET   /* send `bytes` as soon as it stands and close, nothing read */
};

struct pretend_act {
    enum pretend_deed deed;
    const char       *bytes; /* or NULL */
    size_t            length;
    int               delay_ms; /* before the bytes */
};

enum { PRETEND_CONNECTIONS = 256, PRETEND_ROOM = 2 * 1024 * 1024 };

struct pretend {
    int                listener, port;
    pthread_t          door, hands[PRETEND_CONNECTIONS];
    pthread_mutex_t    lock;
    struct pretend_act act;
    size_t             connections, requests; /* since pretend_play */
    size_t             threads;
    char               last[PRETEND_ROOM]; /* the last request, head and body */
    size_t             last_length;
};

struct pretend_hand {
    struct pretend *pretend;
    int             socket;
};

static inline void
pretend_die(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(1);
}

static inline void
pretend_sleep(int ms)
{
    usleep((useconds_t)ms * 1000);
}

/* How long the body is, by the head's Content-Length. */
static inline size_t
pretend_body_length(const char *head)
{
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, "content-length:", 15) == 0)
            return strtoul(line + 16, NULL, 10);
    return 0;
}

/* Reads one request into `bytes`; its length, 0 when the client is gone. */
static inline size_t
pretend_read(int socket, char *bytes)
{
    size_t length = 0, whole = 0;

    while (whole == 0 || length < whole) {
        ssize_t got = recv(socket, bytes + length, PRETEND_ROOM - 1 - length, 0);
        char   *end;

        if (got <= 0)
            return 0;
        length += (size_t)got;
        bytes[length] = '\0';
        end = strstr(bytes, "\r\n\r\n");
        if (end != NULL)
            whole = (size_t)(end + 4 - bytes) + pretend_body_length(bytes);
    }
    return length;
}

static inline bool
pretend_send(int socket, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static inline void
pretend_reset(int socket)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Whether the connection goes on. */
static inline bool
pretend_perform(const struct pretend_act *act, int socket)
{
    if (act->delay_ms > 0)
        pretend_sleep(act->delay_ms);
    if (act->deed == PRETEND_RESET)
        pretend_reset(socket);
    if (act->deed == PRETEND_RESET || act->bytes == NULL)
        return false;
    if (act->deed != PRETEND_DRIP)
        return pretend_send(socket, act->bytes, act->length) && act->deed == PRETEND_ANSWER;
    for (size_t i = 0; i < act->length; i++, pretend_sleep(20))
        if (!pretend_send(socket, act->bytes + i, 1))
            return false;
    return true;
}

static inline struct pretend_act
pretend_note(struct pretend *pretend, const char *bytes, size_t length)
{
    struct pretend_act act;

    pthread_mutex_lock(&pretend->lock);
    act = pretend->act;
    if (length > 0) {
        pretend->requests++;
        pretend->last_length = length;
        memcpy(pretend->last, bytes, length + 1);
    }
    pthread_mutex_unlock(&pretend->lock);
    return act;
}

static inline void *
pretend_serve(void *context)
{
    struct pretend_hand *hand = context;
    char                *bytes = malloc(PRETEND_ROOM);
    struct pretend_act   act = pretend_note(hand->pretend, "", 0);
    size_t               length;

    if (bytes == NULL)
        pretend_die("malloc");
    if (act.deed == PRETEND_GREET)
        pretend_perform(&act, hand->socket);
    while (act.deed < PRETEND_REFUSE && (length = pretend_read(hand->socket, bytes)) > 0) {
        act = pretend_note(hand->pretend, bytes, length);
        if (!pretend_perform(&act, hand->socket))
            break;
    }
    if (act.deed == PRETEND_REFUSE)
        pretend_reset(hand->socket);
    close(hand->socket);
    free(bytes);
    free(hand);
    return NULL;
}

static inline void *
pretend_accept(void *context)
{
    struct pretend *pretend = context;

    for (;;) {
        struct pretend_hand *hand = calloc(1, sizeof *hand);

        if (hand == NULL)
            pretend_die("calloc");
        hand->pretend = pretend;
        hand->socket = accept(pretend->listener, NULL, NULL);
        if (hand->socket < 0) {
            free(hand);
            return NULL;
        }
        pthread_mutex_lock(&pretend->lock);
        pretend->connections++;
        pthread_mutex_unlock(&pretend->lock);
        if (pretend->threads == PRETEND_CONNECTIONS
                || pthread_create(&pretend->hands[pretend->threads], NULL, pretend_serve,
                        hand) != 0)
            pretend_die("pthread_create");
        pretend->threads++;
    }
}

/* A socket bound to a free port; listening where `listens`. */
static inline int
pretend_bind(int *port, bool listens)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t          length = sizeof address;
    int                bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bound < 0 || bind(bound, (struct sockaddr *)&address, sizeof address) != 0
            || (listens && listen(bound, 64) != 0)
            || getsockname(bound, (struct sockaddr *)&address, &length) != 0)
        pretend_die("a listening socket");
    *port = ntohs(address.sin_port);
    return bound;
}

static inline struct pretend *
pretend_open(void)
{
    struct pretend *pretend = calloc(1, sizeof *pretend);

    if (pretend == NULL)
        pretend_die("calloc");
    pretend->listener = pretend_bind(&pretend->port, true);
    pthread_mutex_init(&pretend->lock, NULL);
    if (pthread_create(&pretend->door, NULL, pretend_accept, pretend) != 0)
        pretend_die("pthread_create");
    return pretend;
}

/* What happens from now on. `length` 0: bytes is text. */
static inline void
pretend_play(struct pretend *pretend, enum pretend_deed deed, const char *bytes, size_t length,
        int delay_ms)
{
    pthread_mutex_lock(&pretend->lock);
    pretend->act = (struct pretend_act){ deed, bytes,
        length == 0 && bytes != NULL ? strlen(bytes) : length, delay_ms };
    pretend->connections = pretend->requests = pretend->last_length = 0;
    pretend->last[0] = '\0';
    pthread_mutex_unlock(&pretend->lock);
}

static inline size_t
pretend_requests(struct pretend *pretend)
{
    size_t requests;

    pthread_mutex_lock(&pretend->lock);
    requests = pretend->requests;
    pthread_mutex_unlock(&pretend->lock);
    return requests;
}

static inline size_t
pretend_connections(struct pretend *pretend)
{
    size_t connections;

    pthread_mutex_lock(&pretend->lock);
    connections = pretend->connections;
    pthread_mutex_unlock(&pretend->lock);
    return connections;
}

/* The last request, copied out: NUL-terminated, to be freed. */
static inline char *
pretend_last(struct pretend *pretend)
{
    char *copy = malloc(PRETEND_ROOM);

    if (copy == NULL)
        pretend_die("malloc");
    pthread_mutex_lock(&pretend->lock);
    memcpy(copy, pretend->last, pretend->last_length + 1);
    pthread_mutex_unlock(&pretend->lock);
    return copy;
}

/* All clients must have closed their connections. */
static inline void
pretend_close(struct pretend *pretend)
{
    shutdown(pretend->listener, SHUT_RDWR);
    pthread_join(pretend->door, NULL);
    for (size_t i = 0; i < pretend->threads; i++)
        pthread_join(pretend->hands[i], NULL);
    close(pretend->listener);
    pthread_mutex_destroy(&pretend->lock);
    free(pretend);
}

#endif
