/* http_client.c: one HTTP request to somebody else, and the answer to it.
 * SPDX-License-Identifier: ISC */
#include "remote/http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed"
#endif

struct http_client {
    CURL *easy;
    char *ca_file; /* or NULL */
    char *user_agent;
    char  detail[CURL_ERROR_SIZE];
};

/* One exchange while it runs. */
struct exchange {
    struct arena              *arena;
    const struct http_request *request;
    struct http_answer        *answer;
    struct text                body;
    size_t                     most, header_bytes;
    long                       timeout_ms, connect_ms;
    bool                       repeatable, too_large, head_ended;
    const char                *peer; /* host[:port], for errors */
    struct curl_slist         *lines;
};

/* What holds for every exchange. QUICK_EXIT lets go of a name lookup that outlasts the time-out;
 * without it libcurl would wait for the resolver's thread. Connections idle for longer than
 * MAXAGE_CONN are likely to be closed by the other side, perhaps just while we send. */
static const struct {
    CURLoption option;
    long       value;
} house_rules[] = {
    { CURLOPT_NOSIGNAL,       1 },
    { CURLOPT_QUICK_EXIT,     1 },
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_SSL_VERIFYPEER, 1 },
    { CURLOPT_SSL_VERIFYHOST, 2 },
    { CURLOPT_SSLVERSION,     CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_HTTP_VERSION,   CURL_HTTP_VERSION_1_1 },
    { CURLOPT_HTTP09_ALLOWED, 0 },
    { CURLOPT_PATH_AS_IS,     1 },
    { CURLOPT_MAXAGE_CONN,    30 },
};

/* How a transfer fails: "HOST …." `secure`: libcurl's own words add what a person needs. */
static const struct reason {
    CURLcode    code;
    bool        secure;
    const char *predicate;
} reasons[] = {
    { CURLE_COULDNT_RESOLVE_HOST,     false, "cannot be found: no address is known for it" },
    { CURLE_COULDNT_CONNECT,          false, "cannot be reached: the connection was refused" },
    { CURLE_SSL_CONNECT_ERROR,        true,  "does not speak TLS with us" },
    { CURLE_PEER_FAILED_VERIFICATION, true,  "shows a certificate that cannot be trusted" },
    { CURLE_SSL_CACERT_BADFILE,       true,  "was not asked: the file of certificates to trust "
                                             "cannot be read" },
    { CURLE_SEND_ERROR,               false, "closed the connection while we were sending" },
    { CURLE_GOT_NOTHING,              false, "closed the connection without an answer" },
    { CURLE_ABORTED_BY_CALLBACK,      false, "closed a kept connection without an answer" },
    { CURLE_RECV_ERROR,               false, "broke the connection off" },
    { CURLE_PARTIAL_FILE,             false, "broke off in the middle of its answer" },
    { CURLE_UNSUPPORTED_PROTOCOL,     false, "answered with something that is not HTTP" },
    { CURLE_WEIRD_SERVER_REPLY,       false, "answered with something that is not HTTP" },
};

static void *
need(void *memory)
{
    if (memory == NULL) {
        fputs("level=fatal what=\"out of memory\"\n", stderr);
        abort();
    }
    return memory;
}

struct http_client *
http_client_open(const char *ca_file, const char *user_agent)
{
    struct http_client *client = need(calloc(1, sizeof *client));

    client->easy = need(curl_easy_init());
    client->ca_file = ca_file == NULL ? NULL : need(strdup(ca_file));
    client->user_agent = need(strdup(user_agent));
    return client;
}

void
http_client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->easy);
    free(client->ca_file);
    free(client->user_agent);
    free(client);
}

static size_t
refuse_more(struct exchange *exchange)
{
    exchange->too_large = true;
    return CURL_WRITEFUNC_ERROR;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t           length = size * count;

    if (length > exchange->most - exchange->body.length)
        return refuse_more(exchange);
    text_add_bytes(&exchange->body, bytes, length);
    return length;
}

/* "Name: value" with its line end, not NUL-terminated; `colon` stands in it. */
static void
keep_header(struct exchange *exchange, const char *line, const char *colon, size_t length)
{
    struct http_header *header = &exchange->answer->headers[exchange->answer->header_count++];
    size_t              before = (size_t)(colon - line);

    header->name = arena_copy_bytes(exchange->arena, line, before);
    header->value = text_trim(exchange->arena,
            arena_copy_bytes(exchange->arena, colon + 1, length - before - 1));
}

/* Headers of a 1xx answer are forgotten when the next answer starts; trailers are not kept. The
 * empty line is noted: libcurl takes a head cut short for a whole answer without a body. */
static size_t
take_header(char *line, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t           length = size * count;
    const char      *colon = memchr(line, ':', length);

    if (length > HTTP_HEADER_MOST - exchange->header_bytes)
        return refuse_more(exchange);
    exchange->header_bytes += length;
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0) {
        exchange->answer->header_count = 0;
        exchange->head_ended = false;
    } else if (exchange->head_ended)
        return length;
    else if (length <= 2)
        exchange->head_ended = true;
    else if (colon != NULL && exchange->answer->header_count == HTTP_HEADER_COUNT)
        return refuse_more(exchange);
    else if (colon != NULL)
        keep_header(exchange, line, colon, length);
    return length;
}

/* Called with the connection ready and before the first byte of a request. libcurl would quietly
 * send a request again when a kept connection dies under it; a POST must not be sent twice. */
static int
allow_sending(void *context, char *address, char *own_address, int port, int own_port)
{
    struct exchange *exchange = context;

    (void)address, (void)own_address, (void)port, (void)own_port;
    if (exchange->answer->sent && !exchange->repeatable)
        return CURL_PREREQFUNC_ABORT;
    exchange->answer->sent = true;
    return CURL_PREREQFUNC_OK;
}

static bool
is_token(const char *text)
{
    return text_is_made_of(text,
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
}

/* A line break in a value would start a header, or a request, of the value's own making. */
static bool
add_line(struct exchange *exchange, const char *name, const char *value, struct error *err)
{
    if (!is_token(name) || !text_is_clean(value, strlen(value), false))
        return fail(err, ERROR_INPUT, "The header %s cannot be sent.",
                is_token(name) ? name : "with that name");
    exchange->lines = need(curl_slist_append(exchange->lines,
            value[0] == '\0' ? arena_format(exchange->arena, "%s;", name)
                             : arena_format(exchange->arena, "%s: %s", name, value)));
    return true;
}

/* A name and a colon alone keep libcurl from adding that header by itself. */
static bool
add_lines(struct exchange *exchange, struct error *err)
{
    const struct http_request *request = exchange->request;

    exchange->lines = need(curl_slist_append(exchange->lines, "Expect:"));
    if (request->type == NULL)
        exchange->lines = need(curl_slist_append(exchange->lines, "Content-Type:"));
    else if (!add_line(exchange, "Content-Type", request->type, err))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!add_line(exchange, request->headers[i].name, request->headers[i].value, err))
            return false;
    return true;
}

static bool
check_address(struct exchange *exchange, struct error *err)
{
    struct error reason;
    struct url   url;

    if (!url_parse(exchange->arena, exchange->request->url, &url, &reason))
        return fail(err, ERROR_INPUT, "This address cannot be called: %s.", reason.message);
    if (!url.secure && !url.loopback)
        return fail(err, ERROR_INPUT, "%s is called by https only.", url.host);
    exchange->peer = strstr(url.origin, "://") + 3;
    return true;
}

/* Such a request says how long its body is, even when there is none. */
static bool
takes_body(const char *method)
{
    return text_equal(method, "POST") || text_equal(method, "PUT") || text_equal(method, "PATCH");
}

static bool
set_body(CURL *easy, const char *body, size_t length)
{
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body) == CURLE_OK;
}

static bool
set_method(CURL *easy, const struct http_request *request)
{
    if (text_equal(request->method, "HEAD"))
        return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    if (request->body != NULL && !set_body(easy, request->body, request->body_length))
        return false;
    if (request->body == NULL && takes_body(request->method) && !set_body(easy, "", 0))
        return false;
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

/* An empty proxy's name is "none", whatever the environment says. */
static bool
set_options(struct http_client *client, struct exchange *exchange)
{
    CURL *easy = client->easy;

    for (size_t i = 0; i < sizeof house_rules / sizeof *house_rules; i++)
        if (curl_easy_setopt(easy, house_rules[i].option, house_rules[i].value) != CURLE_OK)
            return false;
    if (client->ca_file != NULL
            && curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) != CURLE_OK)
        return false;
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->detail) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_URL, exchange->request->url) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->lines) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, exchange->timeout_ms) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, exchange->connect_ms) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, allow_sending) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK
            && set_method(easy, exchange->request);
}

/* `detail` is libcurl's text. Only what it says of TLS is worth passing on; a name in somebody
 * else's certificate may stand in it, so it is looked at first. */
static bool
tell_failure(const struct exchange *exchange, CURLcode code, const char *detail,
        struct error *err)
{
    const char *peer = exchange->peer;

    if (exchange->too_large)
        return fail(err, ERROR_REMOTE, "%s sent more than we take.", peer);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return exchange->answer->sent
                ? fail(err, ERROR_REMOTE, "%s did not answer within %ld ms.", peer,
                          exchange->timeout_ms)
                : fail(err, ERROR_REMOTE, "%s could not be reached within %ld ms.", peer,
                          exchange->connect_ms);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code)
            return reasons[i].secure && detail[0] != '\0'
                            && text_is_clean(detail, strlen(detail), false)
                    ? fail(err, ERROR_REMOTE, "%s %s (%s).", peer, reasons[i].predicate, detail)
                    : fail(err, ERROR_REMOTE, "%s %s.", peer, reasons[i].predicate);
    return fail(err, ERROR_REMOTE, "%s could not be asked: %s.", peer, curl_easy_strerror(code));
}

static bool
perform(struct http_client *client, struct exchange *exchange, struct error *err)
{
    struct http_answer *answer = exchange->answer;
    CURLcode            code;
    long                status = 0;

    client->detail[0] = '\0';
    if (!set_options(client, exchange))
        return fail(err, ERROR_INTERNAL, "libcurl does not take one of our options.");
    code = curl_easy_perform(client->easy);
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && (status < 200 || !exchange->head_ended))
        code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK) {
        answer->header_count = 0;
        return tell_failure(exchange, code, client->detail, err);
    }
    answer->status = (int)status;
    answer->body = exchange->body.bytes;
    answer->length = exchange->body.length;
    return true;
}

static void
exchange_open(struct exchange *exchange, struct arena *arena, const struct http_request *request,
        struct http_answer *answer)
{
    long timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : HTTP_TIMEOUT_MS;

    *answer = (struct http_answer){ .body = "" };
    answer->headers = arena_array(arena, HTTP_HEADER_COUNT, sizeof *answer->headers);
    *exchange = (struct exchange){
        .arena = arena,
        .request = request,
        .answer = answer,
        .most = request->most > 0 ? request->most : HTTP_BODY_MOST,
        .timeout_ms = timeout_ms,
        .connect_ms = timeout_ms < HTTP_CONNECT_MS ? timeout_ms : HTTP_CONNECT_MS,
        .repeatable = text_equal(request->method, "GET") || text_equal(request->method, "HEAD"),
    };
    text_open(&exchange->body, arena);
}

bool
http_exchange(struct http_client *client, struct arena *arena, const struct http_request *request,
        struct http_answer *answer, struct error *err)
{
    struct exchange exchange;
    bool            answered;

    exchange_open(&exchange, arena, request, answer);
    if (!text_is_made_of(request->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        return fail(err, ERROR_INPUT, "A method is made of capital letters.");
    if (!check_address(&exchange, err))
        return false;
    answered = add_lines(&exchange, err) && perform(client, &exchange, err);
    curl_easy_reset(client->easy); /* forgets the request, keeps the connections */
    curl_slist_free_all(exchange.lines);
    return answered;
}

const char *
http_answer_header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (text_equal_nocase(answer->headers[i].name, name))
            return answer->headers[i].value;
    return NULL;
}
