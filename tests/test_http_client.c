/* test_http_client.c: what http_client does with good, slow, broken and hostile servers.
 * SPDX-License-Identifier: ISC */
#include "remote/http_client.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/pretend_http.h"
#include "tests/tap.h"

#define HEAD "HTTP/1.1 200 OK\r\n"
#define WORD HEAD "Content-Length: 5\r\n\r\nhello"

enum { LARGE = 3000000, LONG_BODY = 1500000 };

struct scene {
    struct tap          tap;
    struct pretend     *pretend;
    struct http_client *client;
    struct arena       *arena;
    struct http_answer  answer;
    struct error        err;
    long long           took_ms;
};

static bool
ask(struct scene *scene, struct http_request request)
{
    int64_t started = clock_steady_us();
    bool    answered;

    if (request.url == NULL)
        request.url = arena_format(scene->arena, "http://127.0.0.1:%d/a/../b?c=d%%20e",
                scene->pretend->port);
    if (request.method == NULL)
        request.method = "GET";
    if (request.timeout_ms == 0)
        request.timeout_ms = 5000;
    scene->err = (struct error){ .code = ERROR_NONE };
    answered = http_exchange(scene->client, scene->arena, &request, &scene->answer, &scene->err);
    scene->took_ms = (clock_steady_us() - started) / 1000;
    return answered;
}

/* A fresh client: no kept connection. */
static void
renew(struct scene *scene)
{
    http_client_close(scene->client);
    scene->client = http_client_open(NULL, "mixtill-test/1");
}

static bool
last_holds(struct scene *scene, const char *part)
{
    char *last = pretend_last(scene->pretend);
    bool  holds = strstr(last, part) != NULL;

    free(last);
    return holds;
}

/* What a server sends and what comes of it: status 0 is no answer. */
static const struct {
    const char       *name;
    enum pretend_deed deed;
    const char       *bytes;
    int               status;
    const char       *body;
    const char       *reason; /* in the error */
} answers[] = {
    { "a plain answer", PRETEND_ANSWER, WORD, 200, "hello", NULL },
    { "an answer in chunks", PRETEND_ANSWER,
      HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n", 200,
      "hello", NULL },
    { "an answer that ends with the connection", PRETEND_CLOSE, HEAD "\r\nhello", 200, "hello",
      NULL },
    { "an answer byte by byte", PRETEND_DRIP, "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200,
      "ok", NULL },
    { "204 without a body", PRETEND_ANSWER, "HTTP/1.1 204 No Content\r\n\r\n", 204, "", NULL },
    { "304 without a body", PRETEND_ANSWER, "HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", NULL },
    { "an empty body", PRETEND_ANSWER, HEAD "Content-Length: 0\r\n\r\n", 200, "", NULL },
    { "404 is an answer", PRETEND_ANSWER, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
      404, "no", NULL },
    { "401 is an answer", PRETEND_ANSWER,
      "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=a\r\nContent-Length: 0\r\n\r\n", 401, "",
      NULL },
    { "503 is an answer", PRETEND_CLOSE, "HTTP/1.1 503 Down\r\nContent-Length: 4\r\n\r\ndown", 503,
      "down", NULL },
    { "100 Continue is stepped over", PRETEND_ANSWER,
      "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" WORD, 200, "hello", NULL },
    { "a redirect is not followed", PRETEND_ANSWER,
      "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, "", NULL },
    { "compressed bytes are not unpacked", PRETEND_ANSWER,
      HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bzz", 200, "\x1f\x8bzz",
      NULL },
    { "a body cut short", PRETEND_CLOSE, HEAD "Content-Length: 50\r\n\r\nhello", 0, NULL,
      "broke off in the middle" },
    { "chunks cut short", PRETEND_CLOSE, HEAD "Transfer-Encoding: chunked\r\n\r\n30\r\nhello", 0,
      NULL, "broke" },
    { "a chunk without a length", PRETEND_CLOSE, HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
      0, NULL, "" },
    { "a head cut short", PRETEND_CLOSE, HEAD "Content-Le", 0, NULL, "broke off in the middle" },
    { "a head without its empty line", PRETEND_CLOSE, HEAD "Content-Length: 0\r\n", 0, NULL,
      "broke off in the middle" },
    { "nothing after 100 Continue", PRETEND_CLOSE, "HTTP/1.1 100 Continue\r\n\r\n", 0, NULL, "" },
    { "bytes that are no status line", PRETEND_CLOSE, "hello, who is there?\r\n\r\n", 0, NULL,
      "is not HTTP" },
    { "HTTP/0.9", PRETEND_CLOSE, "<html>hello</html>", 0, NULL, "is not HTTP" },
    { "a status line of another protocol", PRETEND_CLOSE, "SMTP/1.1 200 OK\r\n\r\n", 0, NULL,
      "is not HTTP" },
    { "a control character in a header", PRETEND_CLOSE, HEAD "X-B: \x01\r\n\r\nok", 200, "ok",
      NULL },
    { "a trailer after an empty body", PRETEND_ANSWER,
      HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n", 200, "", NULL },
    { "dropped after the request was read", PRETEND_CLOSE, NULL, 0, NULL, "without an answer" },
    { "reset after the request was read", PRETEND_RESET, NULL, 0, NULL, "broke" },
    { "reset before the request was read", PRETEND_REFUSE, NULL, 0, NULL, "" },
};

static void
test_answers(struct scene *scene)
{
    struct tap *tap = &scene->tap;

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        bool answered;

        renew(scene);
        pretend_play(scene->pretend, answers[i].deed, answers[i].bytes, 0, 0);
        answered = ask(scene, (struct http_request){ 0 });
        tap_ok(tap, answered == (answers[i].status != 0), "%s: %s", answers[i].name,
                answered ? "an answer" : scene->err.message);
        /* a reset can come before the connection counts as made */
        tap_ok(tap, scene->answer.sent || answers[i].deed == PRETEND_REFUSE,
                "%s: the request may have arrived", answers[i].name);
        tap_ok(tap, scene->answer.status == answers[i].status, "%s: status %d", answers[i].name,
                answers[i].status);
        if (answers[i].status != 0)
            tap_text(tap, scene->answer.body, answers[i].body, answers[i].name);
        else
            tap_ok(tap, scene->err.code == ERROR_REMOTE
                            && strstr(scene->err.message, answers[i].reason) != NULL
                            && text_starts(scene->err.message, "127.0.0.1:")
                            && strstr(scene->err.message, "c=d") == NULL,
                    "%s: the error names host and reason, not the path", answers[i].name);
    }
}

static void
test_headers(struct scene *scene)
{
    struct tap *tap = &scene->tap;

    pretend_play(scene->pretend, PRETEND_ANSWER,
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" HEAD
            "X-RateLimit-Remaining:  41 \r\nX-Empty:\r\nX-Twice: a\r\nX-Twice: b\r\n"
            "Content-Length: 0\r\n\r\n", 0, 0);
    tap_ok(tap, ask(scene, (struct http_request){ 0 }), "an answer with headers");
    tap_text(tap, http_answer_header(&scene->answer, "x-ratelimit-remaining"), "41",
            "a header by its name in any case, without the space around it");
    tap_text(tap, http_answer_header(&scene->answer, "X-Empty"), "", "an empty header");
    tap_text(tap, http_answer_header(&scene->answer, "X-Twice"), "a", "the first of two");
    tap_text(tap, http_answer_header(&scene->answer, "X-Early"), NULL, "no header of the 103");
    tap_text(tap, http_answer_header(&scene->answer, "X-Rate"), NULL, "no header by half its name");
}

/* What leaves us, byte for byte where it matters. */
static void
test_request(struct scene *scene)
{
    static const struct http_header headers[] = { { "X-Key", "k" }, { "X-Nothing", "" } };
    static const struct http_header evil[] = { { "X-Key", "k\r\nHost: evil" } };
    static const struct http_header misnamed[] = { { "X-Key: a\r\nHost", "k" } };
    struct tap *tap = &scene->tap;

    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    ask(scene, (struct http_request){ .method = "POST", .type = "application/json",
        .body = "{\"a\":1}and more", .body_length = 7, .headers = headers, .header_count = 2 });
    tap_ok(tap, last_holds(scene, "POST /a/../b?c=d%20e HTTP/1.1\r\n"), "the path as it was given");
    tap_ok(tap, last_holds(scene, "\r\nContent-Type: application/json\r\n"), "the media type");
    tap_ok(tap, last_holds(scene, "\r\nContent-Length: 7\r\n"), "the body's length");
    tap_ok(tap, last_holds(scene, "\r\n\r\n{\"a\":1}"), "the body");
    tap_ok(tap, last_holds(scene, "\r\nX-Key: k\r\n"), "a header of our own");
    tap_ok(tap, last_holds(scene, "\r\nX-Nothing:\r\n"), "an empty header of our own");
    tap_ok(tap, last_holds(scene, "\r\nUser-Agent: mixtill-test/1\r\n"), "who we are");
    ask(scene, (struct http_request){ .method = "POST" });
    tap_ok(tap, last_holds(scene, "\r\nContent-Length: 0\r\n"), "a POST without a body says so");
    tap_ok(tap, !last_holds(scene, "Content-Type"), "and has no media type");
    ask(scene, (struct http_request){ .method = "GET" });
    tap_ok(tap, !last_holds(scene, "Content-Length"), "a GET has no body");
    ask(scene, (struct http_request){ .method = "DELETE" });
    tap_ok(tap, last_holds(scene, "DELETE /"), "another method");
    pretend_play(scene->pretend, PRETEND_ANSWER, HEAD "Content-Length: 5\r\n\r\n", 0, 0);
    tap_ok(tap, ask(scene, (struct http_request){ .method = "HEAD" }) && scene->answer.length == 0
                    && last_holds(scene, "HEAD /"), "HEAD waits for no body");
    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ .headers = evil, .header_count = 1 })
                    && scene->err.code == ERROR_INPUT && !scene->answer.sent,
            "a header with a line break is not sent");
    tap_ok(tap, !ask(scene, (struct http_request){ .headers = misnamed, .header_count = 1 })
                    && scene->err.code == ERROR_INPUT && !scene->answer.sent,
            "a header with a strange name is not sent");
    tap_ok(tap, !ask(scene, (struct http_request){ .type = "text/plain\r\nX: y" })
                    && scene->err.code == ERROR_INPUT,
                    "a media type with a line break is not sent");
    tap_ok(tap, !ask(scene, (struct http_request){ .method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" })
                    && scene->err.code == ERROR_INPUT, "a method with more in it is not sent");
    tap_ok(tap, pretend_requests(scene->pretend) == 0, "nothing of these four arrived");
}

/* libcurl would ask for leave to send a long body, by Expect: 100-continue, and wait a second. */
static void
test_long_request(struct scene *scene)
{
    char *body = memset(arena_alloc(scene->arena, LONG_BODY + 1), 'x', LONG_BODY);

    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    tap_ok(&scene->tap, ask(scene, (struct http_request){ .method = "POST", .body = body,
                                .body_length = LONG_BODY }), "1.5 MB are posted");
    tap_ok(&scene->tap, !last_holds(scene, "Expect"), "without asking for leave");
    tap_ok(&scene->tap, last_holds(scene, body), "all of them");
}

static void
test_addresses(struct scene *scene)
{
    static const char *const bad[] = {
        "", "mixpay.me", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
        "http://user:secret@127.0.0.1/", "https://secret@example.org/", "http://example.org/",
        "http://192.168.1.1/", "http://127.0.0.1:99999/", "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y", "http:///a", "http://127.0.0.1.example.org/",
        "http://localhost.example.org/", "http://[::2]/",
    };
    struct tap *tap = &scene->tap;

    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(tap, !ask(scene, (struct http_request){ .url = bad[i] })
                        && scene->err.code == ERROR_INPUT && !scene->answer.sent
                        && strstr(scene->err.message, "secret") == NULL,
                "not called: <%s>: %s", bad[i], scene->err.message);
    tap_ok(tap, ask(scene, (struct http_request){ .url = arena_format(scene->arena,
                               "http://localhost:%d/x#y", scene->pretend->port) })
                    && last_holds(scene, "GET /x HTTP/1.1\r\n"),
            "localhost is called by plain http; what follows the hash mark stays here");
}

static void
test_time(struct scene *scene)
{
    struct tap *tap = &scene->tap;
    char       *drops = arena_alloc(scene->arena, 100);

    renew(scene);
    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 2000);
    tap_ok(tap, !ask(scene, (struct http_request){ .timeout_ms = 300 }), "a slow server");
    tap_ok(tap, scene->took_ms >= 290 && scene->took_ms < 1900, "given up after 300 ms (%lld)",
            scene->took_ms);
    tap_ok(tap, scene->err.code == ERROR_REMOTE && scene->answer.sent
                    && strstr(scene->err.message, "did not answer within 300 ms") != NULL,
            "time-out: %s", scene->err.message);
    renew(scene);
    pretend_play(scene->pretend, PRETEND_DRIP, memset(drops, 'x', 100), 100, 0);
    memcpy(drops, HEAD "X-Slow: ", strlen(HEAD "X-Slow: "));
    tap_ok(tap, !ask(scene, (struct http_request){ .timeout_ms = 200 }) && scene->took_ms < 1900
                    && scene->answer.sent && scene->answer.status == 0,
            "dripping bytes do not extend the time (%lld ms)", scene->took_ms);
    tap_ok(tap, scene->answer.header_count == 0, "nothing of half an answer is told");
}

static void
test_size(struct scene *scene)
{
    const char *head = arena_format(scene->arena, HEAD "Content-Length: %d\r\n\r\n", LARGE);
    char       *flood = arena_alloc(scene->arena, strlen(head) + LARGE + 1), *long_head;
    struct text headers;
    struct tap *tap = &scene->tap;
    size_t      length = strlen(head);

    memset(flood, 'x', length + LARGE);
    memcpy(flood, head, length);
    pretend_play(scene->pretend, PRETEND_CLOSE, flood, length + LARGE, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ 0 }) && scene->err.code == ERROR_REMOTE
                    && strstr(scene->err.message, "sent more than we take") != NULL
                    && scene->answer.sent && scene->answer.length == 0,
            "3 MB are too much: %s", scene->err.message);
    tap_ok(tap, ask(scene, (struct http_request){ .most = LARGE }) && scene->answer.length == LARGE,
            "unless the request takes them");
    pretend_play(scene->pretend, PRETEND_CLOSE, HEAD "\r\nhello", 0, 0);
    tap_ok(tap, ask(scene, (struct http_request){ .most = 5 }), "5 bytes, when 5 are taken");
    tap_ok(tap, !ask(scene, (struct http_request){ .most = 4 }), "but not when 4 are");
    text_open(&headers, scene->arena);
    text_add(&headers, HEAD);
    for (int i = 0; i < HTTP_HEADER_COUNT; i++)
        text_add_format(&headers, "X-%d: y\r\n", i);
    pretend_play(scene->pretend, PRETEND_CLOSE,
            arena_format(scene->arena, "%s\r\nok", headers.bytes), 0, 0);
    tap_ok(tap, ask(scene, (struct http_request){ 0 })
                    && scene->answer.header_count == HTTP_HEADER_COUNT, "100 headers");
    pretend_play(scene->pretend, PRETEND_CLOSE,
            arena_format(scene->arena, "%sX: y\r\n\r\nok", headers.bytes), 0, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ 0 }), "101 headers are too many");
    long_head = memset(arena_alloc(scene->arena, 70006), 'x', 70000);
    memcpy(long_head, HEAD "X: ", strlen(HEAD "X: "));
    memcpy(long_head + 70000, "\r\n\r\nok", 6);
    pretend_play(scene->pretend, PRETEND_CLOSE, long_head, 70006, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ 0 }) && scene->err.code == ERROR_REMOTE,
            "70 kB of headers are too much");
}

static void
test_kept(struct scene *scene)
{
    struct tap *tap = &scene->tap;
    int         answered = 0;

    renew(scene);
    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    for (int i = 0; i < 200; i++)
        answered += ask(scene, (struct http_request){ .method = i % 2 == 0 ? "GET" : "POST" })
                && scene->answer.length == 5;
    tap_ok(tap, answered == 200 && pretend_requests(scene->pretend) == 200, "200 exchanges");
    tap_ok(tap, pretend_connections(scene->pretend) == 1, "over one connection");

    pretend_play(scene->pretend, PRETEND_CLOSE, NULL, 0, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ .method = "POST" }) && scene->answer.sent
                    && scene->err.code == ERROR_REMOTE,
            "a kept connection dies under a POST: %s", scene->err.message);
    tap_ok(tap, pretend_requests(scene->pretend) == 1, "which is not sent again");

    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    ask(scene, (struct http_request){ 0 });
    pretend_play(scene->pretend, PRETEND_CLOSE, NULL, 0, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ 0 }), "a kept connection dies under a GET");
    tap_ok(tap, pretend_requests(scene->pretend) == 2 && pretend_connections(scene->pretend) == 1,
            "which is sent once more, by a new one");

    pretend_play(scene->pretend, PRETEND_CLOSE, HEAD "Content-Length: 5\r\n\r\nhello", 0, 0);
    ask(scene, (struct http_request){ 0 });
    pretend_sleep(50);
    tap_ok(tap, ask(scene, (struct http_request){ .method = "POST" }),
            "a connection closed meanwhile is not used for a POST");
}

/* A port where nobody listens, and one where nobody ever accepts. */
static void
test_no_connection(struct scene *scene)
{
    struct tap *tap = &scene->tap;
    int         port, fillers[8], bound = pretend_bind(&port, false);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    const char *url = arena_format(scene->arena, "http://127.0.0.1:%d/secret", port);

    tap_ok(tap, !ask(scene, (struct http_request){ .method = "POST", .url = url })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent,
            "a refused port: surely not sent");
    tap_ok(tap, strstr(scene->err.message, "was refused") != NULL
                    && strstr(scene->err.message, "secret") == NULL, "%s", scene->err.message);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listen(bound, 0) != 0)
        pretend_die("listen");
    for (size_t i = 0; i < 8; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    tap_ok(tap, !ask(scene, (struct http_request){ .url = url, .timeout_ms = 300 })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent
                    && scene->took_ms < 2900, "no place in the queue: surely not sent");
    tap_ok(tap, strstr(scene->err.message, "could not be reached within 300 ms") != NULL, "%s",
            scene->err.message);
    tap_ok(tap, !ask(scene, (struct http_request){ .url = url, .timeout_ms = 20000 })
                    && !scene->answer.sent && scene->took_ms < 10000,
            "connecting takes 3 s at most (%lld ms)", scene->took_ms);
    for (size_t i = 0; i < 8; i++)
        close(fillers[i]);
    close(bound);
    tap_ok(tap, !ask(scene, (struct http_request){ .url = "https://nowhere.invalid/",
                         .timeout_ms = 20000 }) && scene->err.code == ERROR_REMOTE
                    && !scene->answer.sent && text_starts(scene->err.message, "nowhere.invalid "),
            "a name that cannot exist: %s", scene->err.message);
}

static void
test_tls(struct scene *scene)
{
    struct tap *tap = &scene->tap;
    const char *url = arena_format(scene->arena, "https://127.0.0.1:%d/", scene->pretend->port);

    pretend_play(scene->pretend, PRETEND_GREET, "HTTP/1.1 400 Plain\r\n\r\n", 0, 0);
    tap_ok(tap, !ask(scene, (struct http_request){ .method = "POST", .url = url })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent
                    && strstr(scene->err.message, "does not speak TLS") != NULL,
            "no TLS on the other side: surely not sent: %s", scene->err.message);
    http_client_close(scene->client);
    scene->client = http_client_open("/nonexistent/ca.pem", "mixtill-test/1");
    tap_ok(tap, !ask(scene, (struct http_request){ .url = url, .timeout_ms = 2000 })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent
                    && strstr(scene->err.message, "cannot be read") != NULL,
            "no file of certificates: %s", scene->err.message);
    renew(scene);
}

/* A server of somebody's own making: `openssl s_server`, with a certificate for "localhost" that
 * only its own file vouches for. False where there is no openssl. */
static bool
make_certificate(struct scene *scene, const char *folder)
{
    const char *command = arena_format(scene->arena,
            "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
            "-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
            "-keyout key -out cert >log 2>&1", folder);

    return system(command) == 0;
}

static pid_t
start_tls(const char *folder, int *port)
{
    char  line[200];
    int   ends[2];
    FILE *said;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        pretend_die("a server of TLS");
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (chdir(folder) == 0)
            execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key",
                    "key",
                    "-cert", "cert", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    while (said != NULL && fgets(line, sizeof line, said) != NULL)
        if (sscanf(line, "ACCEPT 127.0.0.1:%d", port) == 1)
            break;
    if (said != NULL)
        fclose(said);
    return child;
}

static void
ask_tls(struct scene *scene, const char *ca_file, int port)
{
    struct tap *tap = &scene->tap;
    const char *url = arena_format(scene->arena, "https://localhost:%d/", port);

    renew(scene);
    tap_ok(tap, !ask(scene, (struct http_request){ .method = "POST", .url = url })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent
                    && strstr(scene->err.message, "cannot be trusted") != NULL,
            "a certificate nobody vouches for: %s", scene->err.message);
    http_client_close(scene->client);
    scene->client = http_client_open(ca_file, "mixtill-test/1");
    tap_ok(tap, ask(scene, (struct http_request){ .url = url }) && scene->answer.status == 200,
            "one that ca_file vouches for: %s", scene->err.message);
    url = arena_format(scene->arena, "https://127.0.0.1:%d/", port);
    tap_ok(tap, !ask(scene, (struct http_request){ .method = "POST", .url = url })
                    && scene->err.code == ERROR_REMOTE && !scene->answer.sent
                    && strstr(scene->err.message, "cannot be trusted") != NULL,
            "but not for this name: %s", scene->err.message);
    renew(scene);
}

static void
test_certificates(struct scene *scene)
{
    const char *home = getenv("MIXTILL_TMP");
    char       *folder = arena_format(scene->arena, "%s/tls-XXXXXX", home != NULL ? home : "/tmp");

    if (mkdtemp(folder) == NULL)
        pretend_die(folder);
    if (make_certificate(scene, folder)) {
        int   port = 0;
        pid_t server = start_tls(folder, &port);

        ask_tls(scene, arena_format(scene->arena, "%s/cert", folder), port);
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    } else
        printf("ok %d - certificates # SKIP no openssl here\n", ++scene->tap.count);
    if (system(arena_format(scene->arena, "rm -r %s", folder)) != 0)
        pretend_die(folder);
}

/* Proxies in the environment would see every payment. */
static void
test_environment(struct scene *scene)
{
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    renew(scene);
    pretend_play(scene->pretend, PRETEND_ANSWER, WORD, 0, 0);
    tap_ok(&scene->tap, ask(scene, (struct http_request){ 0 }), "http_proxy is not heard");
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

int
main(void)
{
    struct scene scene = { .pretend = pretend_open(), .arena = arena_open(),
        .client = http_client_open(NULL, "mixtill-test/1") };

    signal(SIGPIPE, SIG_DFL); /* a server that leaves must not end the program */
    test_answers(&scene);
    test_headers(&scene);
    test_request(&scene);
    test_long_request(&scene);
    test_addresses(&scene);
    test_time(&scene);
    test_size(&scene);
    test_kept(&scene);
    test_no_connection(&scene);
    test_tls(&scene);
    test_certificates(&scene);
    test_environment(&scene);
    http_client_close(scene.client);
    http_client_close(NULL);
    pretend_close(scene.pretend);
    arena_close(scene.arena);
    return tap_end(&scene.tap);
}
