/* serve.c: the loop that takes requests and sends answers, by FastCGI or as plain CGI.
 * SPDX-License-Identifier: ISC
 *
 * libfcgi's accept cannot be woken by a signal in another thread, and a stop would cut requests or
 * break the socket for the successor. So each thread waits in epoll for the (non-blocking)
 * listening socket or the stop event, and calls libfcgi only when a connection is there.
 * Connections that the web server wants kept open are closed all the same: libfcgi would pin a
 * thread to each. */
#include "web/serve.h"

#include <ctype.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { MOST_BODY = 65536, MOST_URI = 8192, MOST_THREADS = 256, BACKLOG = 1024,
        FIRST_PASSED_FD = 3 };

/* Where a request comes from and its answer goes: FastCGI or CGI. */
struct line {
    char *const *parameters;
    FCGX_Stream *in, *out; /* NULL under CGI: standard input and output */
};

struct server {
    const struct service *service;
    int                   listener, stop; /* stop becomes readable when it is time to go */
    atomic_bool           stopping;       /* the same, for a thread that has work in hand */
};

static size_t
line_read(const struct line *line, char *bytes, size_t length)
{
    if (line->in == NULL)
        return fread(bytes, 1, length, stdin);
    int got = FCGX_GetStr(bytes, (int)length, line->in);
    return got < 0 ? 0 : (size_t)got;
}

static void
line_write(const struct line *line, const char *bytes, size_t length)
{
    if (line->out == NULL)
        fwrite(bytes, 1, length, stdout);
    else
        FCGX_PutStr(bytes, (int)length, line->out);
}

static const char *
parameter(const struct line *line, const char *name)
{
    const char *value = FCGX_GetParam(name, (FCGX_ParamArray)line->parameters);

    return value == NULL ? "" : value;
}

/* The status for an error that set none itself. */
static int
status_of(enum error_code code)
{
    static const int statuses[] = {
        [ERROR_NONE] = 500,  [ERROR_INPUT] = 400,  [ERROR_DENIED] = 403,
        [ERROR_MISSING] = 404, [ERROR_CONFLICT] = 409, [ERROR_LIMIT] = 429,
        [ERROR_REMOTE] = 502, [ERROR_STORE] = 503, [ERROR_INTERNAL] = 500,
    };

    return statuses[code];
}

static bool
is_list_header(const char *name)
{
    static const char *const lists[] = { "ACCEPT", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING",
        "ACCEPT_CHARSET", "CACHE_CONTROL", "PRAGMA", "VIA", "FORWARDED", "CONNECTION", "TE",
        "WARNING", NULL };

    for (size_t i = 0; lists[i] != NULL; i++)
        if (strcmp(name, lists[i]) == 0)
            return true;
    return false;
}

/* A proxy may append to the line it got, or write one of its own below: the last is its word. */
static bool
keeps_all_lines(const char *name)
{
    return strcmp(name, "COOKIE") == 0 || strcmp(name, "X_FORWARDED_FOR") == 0;
}

/* Servers hand two equal headers over as two parameters: all of them are looked at. */
static bool
read_headers(const struct line *line, struct call *call, struct error *err)
{
    bool lengths = false, types = false;

    for (char *const *at = line->parameters; *at != NULL; at++) {
        const char *equals = strchr(*at, '=');
        char       *name;

        if (equals == NULL)
            continue;
        name = arena_copy_bytes(call->arena, *at, (size_t)(equals - *at));
        if ((strcmp(name, "CONTENT_LENGTH") == 0 && lengths)
                || (strcmp(name, "CONTENT_TYPE") == 0 && types))
            return fail(err, ERROR_INPUT, "The header %s is given twice.", name);
        lengths = lengths || strcmp(name, "CONTENT_LENGTH") == 0;
        types = types || strcmp(name, "CONTENT_TYPE") == 0;
        if (!text_starts(name, "HTTP_"))
            continue;
        name += strlen("HTTP_");
        if (!keeps_all_lines(name) && fields_get(&call->headers, name) != NULL) {
            if (!is_list_header(name))
                return fail(err, ERROR_INPUT, "The header %.60s is given twice.", name);
            continue;
        }
        fields_add(call->arena, &call->headers, name, arena_copy(call->arena, equals + 1));
    }
    return true;
}

/* REQUEST_URI, as the client wrote it: PATH_INFO differs from server to server. An absolute form
 * loses its scheme and host; the path stays raw until the route has split it. */
static bool
read_address(const struct line *line, const char *base, struct call *call, struct error *err)
{
    const char *uri = parameter(line, "REQUEST_URI");
    const char *host = strstr(uri, "://");
    size_t      length, base_length = strlen(base);

    if (strlen(uri) > MOST_URI)
        return call->status = 414, fail(err, ERROR_INPUT, "The address is too long.");
    if (host != NULL && host < uri + strcspn(uri, "/?") + 1)
        uri = host + 3 + strcspn(host + 3, "/?");
    length = strcspn(uri, "?#");
    call->path = arena_copy_bytes(call->arena, uri, length);
    if (strncmp(call->path, base, base_length) != 0
            || (call->path[base_length] != '/' && call->path[base_length] != '\0'))
        call->path = "";
    else
        call->path = call->path[base_length] == '\0' ? "/" : call->path + base_length;
    if (uri[length] == '?')
        return call_split_fields(call->arena,
                arena_copy_bytes(call->arena, uri + length + 1, strcspn(uri + length + 1, "#")),
                &call->query, err);
    return true;
}

static void
read_type(const struct line *line, struct call *call)
{
    const char *type = parameter(line, "CONTENT_TYPE");
    char       *lower = arena_copy_bytes(call->arena, type, strcspn(type, "; \t"));

    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    call->type = lower;
}

static bool
read_body(const struct line *line, size_t most, struct call *call, struct error *err)
{
    const char *claimed = parameter(line, "CONTENT_LENGTH");
    long long   length = 0;
    char       *body;

    if (*claimed != '\0' && !text_to_integer(claimed, 0, INT64_MAX, &length))
        return fail(err, ERROR_INPUT, "The header Content-Length is not a number.");
    if ((size_t)length > most && length > 0) {
        call->status = 413;
        return fail(err, ERROR_LIMIT, "The body is larger than %zu bytes.", most);
    }
    body = arena_alloc(call->arena, (size_t)length + 1);
    call->body_length = line_read(line, body, (size_t)length);
    call->body = body;
    if (call->body_length != (size_t)length)
        return fail(err, ERROR_INPUT, "The body ended early.");
    return true;
}

static bool
read_request(const struct line *line, const struct service *service, struct call *call,
        struct error *err)
{
    call->method = arena_copy(call->arena, parameter(line, "REQUEST_METHOD"));
    call->address = arena_copy(call->arena, parameter(line, "REMOTE_ADDR"));
    call->path = call->body = call->type = "";
    read_type(line, call);
    return read_headers(line, call, err) && read_address(line, service->base, call, err);
}

static bool
answer_request(const struct line *line, const struct service *service, struct call *call,
        struct error *err)
{
    const struct route *route;
    size_t              most;

    if (!read_request(line, service, call, err))
        return false;
    route = route_find(service->tables, call, err);
    most = route == NULL ? 0 : route->most_body < MOST_BODY ? route->most_body : MOST_BODY;
    return route != NULL && read_body(line, most, call, err) && route->may(call, err)
            && route->handler(call, err);
}

static const char *
reason(int status)
{
    static const struct { int status; const char *text; } reasons[] = { { 200, "OK" },
        { 201, "Created" }, { 204, "No Content" }, { 302, "Found" }, { 303, "See Other" },
        { 304, "Not Modified" }, { 400, "Bad Request" }, { 403, "Forbidden" }, { 404, "Not Found" },
        { 405, "Method Not Allowed" }, { 409, "Conflict" }, { 410, "Gone" },
        { 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
        { 429, "Too Many Requests" }, { 500, "Internal Server Error" }, { 502, "Bad Gateway" },
        { 503, "Service Unavailable" }, { 0, NULL } };
    size_t i = 0;

    while (reasons[i].status != status && reasons[i].text != NULL)
        i++;
    return reasons[i].text == NULL ? "Status" : reasons[i].text;
}

/* Head and body in one piece: one write to the web server. */
static void
send_answer(const struct line *line, const struct call *call)
{
    struct text whole;

    text_open(&whole, call->arena);
    text_add_format(&whole, "Status: %d %s\r\n", call->status, reason(call->status));
    for (size_t i = 0; i < call->answer_headers.count; i++) {
        const struct field *header = &call->answer_headers.list[i];

        if (header->value[strcspn(header->value, "\r\n")] != '\0')
            continue;
        text_add(&whole, header->name);
        text_add(&whole, ": ");
        text_add(&whole, header->value);
        text_add(&whole, "\r\n");
    }
    if (call->status != 204 && call->status != 304)
        text_add_format(&whole, "Content-Length: %zu\r\n", call->answer.length);
    text_add(&whole, "\r\n");
    if (strcmp(call->method, "HEAD") != 0)
        text_add_bytes(&whole, call->answer.bytes, call->answer.length);
    line_write(line, whole.bytes, whole.length);
}

/* An order's token is its key. An address that no route knows may hold one all the same, mistyped:
 * of long words only the beginning is kept. */
static const char *
log_path(const struct call *call)
{
    static const char letters[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const char *at = call->path;
    struct text path;

    if (call->route != NULL)
        return call->route;
    text_open(&path, call->arena);
    while (*at != '\0') {
        size_t word = strspn(at, letters), other = strcspn(at + word, letters);

        text_add_bytes(&path, at, word > 16 ? 6 : word);
        text_add(&path, word > 16 ? "..." : "");
        text_add_bytes(&path, at + word, other);
        at += word + other;
    }
    return path.bytes;
}

static void
log_call(const struct service *service, const struct call *call, const struct error *err)
{
    char status[16], taken[24], size[24];

    snprintf(status, sizeof status, "%d", call->status);
    snprintf(taken, sizeof taken, "%lld", (long long)(clock_steady_us() - call->started_us));
    snprintf(size, sizeof size, "%zu", call->answer.length);
    log_event(call->status >= 500 ? "warn" : "info", "request", "program", service->name, "method",
            call->method, "path", log_path(call), "status", status, "us", taken, "bytes", size,
            "client", call->address, "subject", call->subject, "error",
            err->code == ERROR_NONE ? NULL : err->message, (char *)0);
}

static void
serve_line(const struct line *line, const struct service *service, struct station *station,
        struct arena *arena)
{
    struct call  call = { .arena = arena, .app = service->app, .station = station, .status = 0,
         .started_us = clock_steady_us() };
    struct error err = { ERROR_NONE, "" };

    text_open(&call.answer, arena);
    if (!answer_request(line, service, &call, &err)) {
        if (call.status < 400)
            call.status = status_of(err.code);
        service->problem(&call, &err);
    }
    service->dress(&call);
    send_answer(line, &call);
    log_call(service, &call, &err);
}

/* libfcgi sleeps until the web server has hung up, too, lest input that nobody has read make the
 * kernel throw the answer away. Where all of it has been read a plain close does. */
static void
end_request(FCGX_Request *request)
{
    char left[1];

    request->keepConnection = 0;
    if (FCGX_GetStr(left, sizeof left, request->in) == 0)
        FCGX_Detach(request);
    FCGX_Finish_r(request);
}

static bool
wait_for_call(int epoll, const struct server *server)
{
    struct epoll_event event;

    for (;;) {
        int ready = epoll_wait(epoll, &event, 1, -1);

        if (ready == 1)
            return event.data.fd != server->stop;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static int
watch(const struct server *server)
{
    struct epoll_event stop = { .events = EPOLLIN, .data.fd = server->stop };
    struct epoll_event call = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = server->listener };
    int                epoll = epoll_create1(EPOLL_CLOEXEC);

    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, server->stop, &stop) != 0
            || epoll_ctl(epoll, EPOLL_CTL_ADD, server->listener, &call) != 0)
        abort();
    return epoll;
}

static void *
serve_thread(void *context)
{
    struct server       *server = context;
    struct station      *station = server->service->station_open(server->service->app);
    struct arena        *arena = arena_open();
    int                  epoll = watch(server);
    FCGX_Request         request;

    if (station == NULL || FCGX_InitRequest(&request, server->listener,
            FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        exit(1);
    while (wait_for_call(epoll, server)) {
        while (!atomic_load(&server->stopping) && FCGX_Accept_r(&request) == 0) {
            struct line line = { request.envp, request.in, request.out };

            serve_line(&line, server->service, station, arena);
            end_request(&request);
            arena_reset(arena);
        }
    }
    FCGX_Free(&request, 1);
    arena_close(arena);
    server->service->station_close(station);
    close(epoll);
    return NULL;
}

static void *
companion_thread(void *context)
{
    const struct server *server = context;

    server->service->companion(server->service->app, server->stop);
    return NULL;
}

static int
open_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int                listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || !text_copy(address.sun_path, sizeof address.sun_path, path))
        return -1;
    unlink(path);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0
            || chmod(path, 0660) != 0 || listen(listener, BACKLOG) != 0)
        return -1;
    return listener;
}

static int
find_listener(const struct serve_options *options)
{
    const char *passed = getenv("LISTEN_FDS");

    if (options->socket_path != NULL)
        return open_socket(options->socket_path);
    return passed != NULL && strcmp(passed, "0") != 0 ? FIRST_PASSED_FD : STDIN_FILENO;
}

static bool
is_listening(int listener)
{
    int       listening = 0;
    socklen_t length = sizeof listening;

    return getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0
            && listening != 0;
}

static void
keep_no_core(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
}

/* Blocked in all threads; this one waits for them, then wakes the others. */
static void
wait_for_stop(const sigset_t *stops, struct server *server)
{
    const uint64_t one = 1;
    int            signal;

    while (sigwait(stops, &signal) != 0)
        ;
    atomic_store(&server->stopping, true);
    if (write(server->stop, &one, sizeof one) < 0)
        abort();
}

static void
count_text(int count, char text[static 12])
{
    snprintf(text, 12, "%d", count);
}

static int
run_threads(struct server *server, int count)
{
    pthread_t threads[MOST_THREADS], companion;
    sigset_t  stops;
    char      number[12];

    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, serve_thread, server) != 0)
            abort();
    if (server->service->companion != NULL
            && pthread_create(&companion, NULL, companion_thread, server) != 0)
        abort();
    count_text(count, number);
    log_info("serving", "program", server->service->name, "threads", number);
    wait_for_stop(&stops, server);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (server->service->companion != NULL)
        pthread_join(companion, NULL);
    log_info("stopped", "program", server->service->name);
    return 0;
}

int
serve_run(const struct service *service, const struct serve_options *options)
{
    struct server server = { service, find_listener(options), eventfd(0, EFD_CLOEXEC), false };

    if (server.listener < 0 || server.stop < 0 || !is_listening(server.listener)) {
        fprintf(stderr, "%s: no socket to listen on: give --socket PATH, or start it from mixtill "
                        "serve, systemd or spawn-fcgi\n", service->name);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    keep_no_core();
    if (FCGX_Init() != 0 || fcntl(server.listener, F_SETFL, O_NONBLOCK) != 0) {
        fprintf(stderr, "%s: the listening socket cannot be used\n", service->name);
        return 1;
    }
    return run_threads(&server, options->threads);
}

int
serve_once(const struct service *service)
{
    extern char   **environ;
    struct line     line = { environ, NULL, NULL };
    struct arena   *arena = arena_open();
    struct station *station = service->station_open(service->app);

    if (station == NULL)
        return 1;
    keep_no_core();
    serve_line(&line, service, station, arena);
    fflush(stdout);
    service->station_close(station);
    arena_close(arena);
    return 0;
}
