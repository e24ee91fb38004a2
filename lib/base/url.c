/* url.c: http addresses taken apart, percent-encoding undone.
 * SPDX-License-Identifier: ISC */
#include "base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443, MOST_LENGTH = 2000 };

static bool
is_loopback(const char *host)
{
    struct in_addr address;

    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0
            || (inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127);
}

static bool
has_plain_letters(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || strchr("\"'<>\\`{}", *text) != NULL)
            return false;
    return true;
}

static bool
read_scheme(const char **at, struct url *url)
{
    if (strncasecmp(*at, "https://", 8) == 0) {
        url->scheme = "https";
        url->port = HTTPS_PORT;
        url->secure = true;
        *at += 8;
        return true;
    }
    if (strncasecmp(*at, "http://", 7) != 0)
        return false;
    url->scheme = "http";
    url->port = HTTP_PORT;
    url->secure = false;
    *at += 7;
    return true;
}

static bool
read_host(struct arena *arena, const char **at, struct url *url)
{
    size_t length = **at == '[' ? strcspn(*at, "]") + 1 : strcspn(*at, ":/?#");
    char  *host;

    if (length == 0 || length > 253 || strlen(*at) < length)
        return false;
    host = arena_copy_bytes(arena, *at, length);
    for (char *byte = host; *byte != '\0'; byte++)
        *byte = (char)tolower((unsigned char)*byte);
    *at += length;
    url->host = host;
    url->loopback = is_loopback(host);
    return host[0] == '[' || text_is_made_of(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
}

static bool
read_port(struct arena *arena, const char **at, struct url *url)
{
    size_t    length;
    long long port;

    if (**at != ':')
        return true;
    length = strspn(++*at, "0123456789");
    if (!text_to_integer(arena_copy_bytes(arena, *at, length), 1, 65535, &port))
        return false;
    url->port = (int)port;
    *at += length;
    return true;
}

bool
url_parse(struct arena *arena, const char *text, struct url *url, struct error *err)
{
    const char *at = text;
    size_t      length;

    if (strlen(text) > MOST_LENGTH || !has_plain_letters(text))
        return fail(err, ERROR_INPUT, "an address is plain ASCII without spaces or quotes");
    if (!read_scheme(&at, url))
        return fail(err, ERROR_INPUT, "an address starts with https:// (or http://)");
    if (memchr(at, '@', strcspn(at, "/?#")) != NULL)
        return fail(err, ERROR_INPUT, "an address here has no user name in it");
    if (!read_host(arena, &at, url))
        return fail(err, ERROR_INPUT, "the address has no proper host name");
    if (!read_port(arena, &at, url) || (*at != '\0' && strchr("/?#", *at) == NULL))
        return fail(err, ERROR_INPUT, "the address has no proper port");
    url->origin = url->port == (url->secure ? HTTPS_PORT : HTTP_PORT)
            ? arena_format(arena, "%s://%s", url->scheme, url->host)
            : arena_format(arena, "%s://%s:%d", url->scheme, url->host, url->port);
    length = strcspn(at, "?#");
    while (length > 0 && at[length - 1] == '/')
        length--;
    url->path = arena_copy_bytes(arena, at, length);
    return true;
}

static int
hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

char *
url_decode(struct arena *arena, const char *bytes, size_t length, bool plus)
{
    char *decoded = arena_alloc(arena, length + 1), *to = decoded;

    for (size_t i = 0; i < length; i++) {
        int high, low;

        if (bytes[i] != '%') {
            *to++ = plus && bytes[i] == '+' ? ' ' : bytes[i];
            continue;
        }
        if (i + 2 >= length)
            return NULL;
        high = hex_digit(bytes[i + 1]);
        low = hex_digit(bytes[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return NULL;
        *to++ = (char)(high << 4 | low);
        i += 2;
    }
    return memchr(bytes, '\0', length) == NULL ? decoded : NULL;
}
