/* test_base.c: the ground: addresses, identifiers, text, JSON, hashes, arenas.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "base/uuid.h"
#include "tests/tap.h"

/* ---- addresses ---- */

static const struct {
    const char *text;
    const char *origin, *path; /* origin NULL: refused */
    bool        secure, loopback;
} addresses[] = {
    { "https://shop.example",               "https://shop.example",      "",      true,  false },
    { "https://shop.example/",              "https://shop.example",      "",      true,  false },
    { "https://shop.example/till",          "https://shop.example",      "/till", true,  false },
    { "https://shop.example/till///",       "https://shop.example",      "/till", true,  false },
    { "https://shop.example/a/b?c=/d",      "https://shop.example",      "/a/b",  true,  false },
    { "https://shop.example?c=d/",          "https://shop.example",      "",      true,  false },
    { "https://shop.example#a/b",           "https://shop.example",      "",      true,  false },
    { "HTTPS://Shop.EXAMPLE/Till",          "https://shop.example",      "/Till", true,  false },
    { "https://shop.example:443",           "https://shop.example",      "",      true,  false },
    { "https://shop.example:8443/x",        "https://shop.example:8443", "/x",    true,  false },
    { "http://shop.example:80",             "http://shop.example",       "",      false, false },
    { "http://shop.example:443",            "http://shop.example:443",   "",      false, false },
    { "http://127.0.0.1:8080/",             "http://127.0.0.1:8080",     "",      false, true  },
    { "http://127.255.0.1",                 "http://127.255.0.1",        "",      false, true  },
    { "http://128.0.0.1",                   "http://128.0.0.1",          "",      false, false },
    { "http://localhost",                   "http://localhost",          "",      false, true  },
    { "http://LOCALHOST:1",                 "http://localhost:1",        "",      false, true  },
    { "http://[::1]:8080/x",                "http://[::1]:8080",         "/x",    false, true  },
    { "http://[2001:db8::1]",               "http://[2001:db8::1]",      "",      false, false },
    { "http://localhost.evil.example",      "http://localhost.evil.example", "",  false, false },
    { "http://127.0.0.1.evil.example",      "http://127.0.0.1.evil.example", "",  false, false },
    { "http://127.1",                       "http://127.1",              "",      false, false },
    { "https://a.example/x#y|z",            "https://a.example",         "/x",    true,  false },
    { "",                                   NULL, NULL, false, false },
    { "shop.example",                       NULL, NULL, false, false },
    { "//shop.example",                     NULL, NULL, false, false },
    { "ftp://shop.example",                 NULL, NULL, false, false },
    { "javascript:alert(1)",                NULL, NULL, false, false },
    { "https:/shop.example",                NULL, NULL, false, false },
    { "https://",                           NULL, NULL, false, false },
    { "https:///x",                         NULL, NULL, false, false },
    { "https://:443",                       NULL, NULL, false, false },
    { "https://user@shop.example",          NULL, NULL, false, false },
    { "https://127.0.0.1@shop.example",     NULL, NULL, false, false },
    { "https://user:word@shop.example/",    NULL, NULL, false, false },
    { "https://shop.example:",              NULL, NULL, false, false },
    { "https://shop.example:0",             NULL, NULL, false, false },
    { "https://shop.example:65536",         NULL, NULL, false, false },
    { "https://shop.example:80x",           NULL, NULL, false, false },
    { "https://shop.example:+80",           NULL, NULL, false, false },
    { "https://shop.example:080",           NULL, NULL, false, false },
    { "https://shop example",               NULL, NULL, false, false },
    { "https://shop.example/a b",           NULL, NULL, false, false },
    { "https://shop.example/\n",            NULL, NULL, false, false },
    { "https://shop.example/\"",            NULL, NULL, false, false },
    { "https://shop.example/'",             NULL, NULL, false, false },
    { "https://shop.example/<",             NULL, NULL, false, false },
    { "https://shop.example\\evil.example", NULL, NULL, false, false },
    { "https://sh\xc3\xb6p.example",        NULL, NULL, false, false },
    { "https://shop.example/\x7f",          NULL, NULL, false, false },
    { "https://sho%70.example",             NULL, NULL, false, false },
    { "http://[::1",                        NULL, NULL, false, false },
};

static void
test_url(struct tap *tap, struct arena *arena)
{
    char long_one[2100] = "https://shop.example/";

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct url   url;
        struct error err = { ERROR_NONE, "" };
        bool         read = url_parse(arena, addresses[i].text, &url, &err);

        if (addresses[i].origin == NULL)
            tap_ok(tap, !read && err.code == ERROR_INPUT, "refused: %s", addresses[i].text);
        else
            tap_ok(tap, read && strcmp(url.origin, addresses[i].origin) == 0
                    && strcmp(url.path, addresses[i].path) == 0
                    && url.secure == addresses[i].secure && url.loopback == addresses[i].loopback,
                    "%s", addresses[i].text);
    }
    memset(long_one + strlen(long_one), 'a', sizeof long_one - 1 - strlen(long_one));
    tap_ok(tap, !url_parse(arena, long_one, &(struct url){ .port = 0 }, NULL),
            "refused: an address of 2,099 bytes");
}

static const struct {
    const char *text;
    bool        plus;
    const char *decoded; /* NULL: refused */
} escapes[] = {
    { "",             false, ""             }, { "plain",    false, "plain"   },
    { "a%20b",        false, "a b"          }, { "%2f%2F",   false, "//"      },
    { "a+b",          false, "a+b"          }, { "a+b",      true,  "a b"     },
    { "%2b",          true,  "+"            }, { "%C3%A9",   false, "\xc3\xa9" },
    { "%25%32%35",    false, "%25"          }, { "%ff",      false, "\xff"    },
    { "%",            false, NULL           }, { "%1",       false, NULL      },
    { "a%",           false, NULL           }, { "a%2",      false, NULL      },
    { "%zz",          false, NULL           }, { "%2g",      false, NULL      },
    { "%00",          false, NULL           }, { "a%00b",    false, NULL      },
    { "%u0041",       false, NULL           }, { "%%41",     false, NULL      },
    { "% 1",          false, NULL           }, { "%+1",      true,  NULL      },
};

static void
test_decode(struct tap *tap, struct arena *arena)
{
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        const char *decoded = url_decode(arena, escapes[i].text, strlen(escapes[i].text),
                escapes[i].plus);

        tap_text(tap, decoded, escapes[i].decoded, escapes[i].text);
    }
    tap_ok(tap, url_decode(arena, "a\0b", 3, false) == NULL, "a NUL byte as it is is refused");
    tap_text(tap, url_decode(arena, "abc%20", 3, false), "abc", "bytes beyond the length are not");
}

/* ---- identifiers ---- */

static const struct { const char *text, *folded, *loose; } ids[] = {
    { "c6d0c728-2624-429b-8e0d-d9d19b6592fa", "c6d0c728-2624-429b-8e0d-d9d19b6592fa",
            "c6d0c728-2624-429b-8e0d-d9d19b6592fa" },
    { "C6D0C728-2624-429B-8E0D-D9D19B6592FA", "c6d0c728-2624-429b-8e0d-d9d19b6592fa",
            "c6d0c728-2624-429b-8e0d-d9d19b6592fa" },
    { "c6d0c7282624429b8e0dd9d19b6592fa", NULL, "c6d0c728-2624-429b-8e0d-d9d19b6592fa" },
    { "C6D0C7282624429B8E0DD9D19B6592FA", NULL, "c6d0c728-2624-429b-8e0d-d9d19b6592fa" },
    /* version 1, as in the seeds */
    { "2a2b0790-0a0e-11ed-861d-0242ac120002", "2a2b0790-0a0e-11ed-861d-0242ac120002",
            "2a2b0790-0a0e-11ed-861d-0242ac120002" },
    { "00000000-0000-0000-0000-000000000000", NULL, NULL },
    { "00000000000000000000000000000000", NULL, NULL },
    { "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0000-000000000001" },
    { "", NULL, NULL },
    { "c6d0c728-2624-429b-8e0d-d9d19b6592f", NULL, NULL },
    { "c6d0c728-2624-429b-8e0d-d9d19b6592faa", NULL, NULL },
    { "c6d0c728-2624-429b-8e0d-d9d19b6592fg", NULL, NULL },
    { "c6d0c728 2624 429b 8e0d d9d19b6592fa", NULL, NULL },
    { "c6d0c7282624-429b-8e0d-d9d19b6592fa-", NULL, NULL },
    { "{6d0c728-2624-429b-8e0d-d9d19b6592f}", NULL, NULL },
    { "c6d0c728_2624_429b_8e0d_d9d19b6592fa", NULL, NULL },
    { "c6d0c728-2624-429b-8e0d-d9d19b6592-a", NULL, NULL },
    { "c6d0c7282624429b8e0dd9d19b6592f-", NULL, NULL },
};

static void
test_uuid(struct tap *tap)
{
    char folded[UUID_TEXT], made[UUID_TEXT], other[UUID_TEXT];

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        tap_text(tap, uuid_fold(ids[i].text, folded) ? folded : NULL, ids[i].folded, ids[i].text);
        tap_text(tap, uuid_fold_loose(ids[i].text, folded) ? folded : NULL, ids[i].loose,
                ids[i].text);
    }
    uuid_make(made);
    uuid_make(other);
    tap_ok(tap, uuid_fold(made, folded) && strcmp(made, folded) == 0, "a made one is folded: %s",
            made);
    tap_ok(tap, made[14] == '4' && strchr("89ab", made[19]) != NULL, "and of version 4");
    tap_ok(tap, strcmp(made, other) != 0, "the next one is another one");
}

/* ---- text ---- */

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t      length;
    bool        clean, with_lines;
    const char *what;
} texts[] = {
    { BYTES(""),                         true,  true,  "nothing" },
    { BYTES("plain ~"),                  true,  true,  "ASCII" },
    { BYTES("\xc2\x80"),                 true,  true,  "the first of two bytes" },
    { BYTES("\xdf\xbf"),                 true,  true,  "the last of two bytes" },
    { BYTES("\xe0\xa0\x80"),             true,  true,  "the first of three bytes" },
    { BYTES("\xed\x9f\xbf"),             true,  true,  "the last before the surrogates" },
    { BYTES("\xee\x80\x80"),             true,  true,  "the first behind the surrogates" },
    { BYTES("\xef\xbf\xbf"),             true,  true,  "the last of three bytes" },
    { BYTES("\xf0\x90\x80\x80"),         true,  true,  "the first of four bytes" },
    { BYTES("\xf4\x8f\xbf\xbf"),         true,  true,  "the last of all" },
    { BYTES("a\nb\r\tc"),                false, true,  "line breaks and tabs" },
    { BYTES("\x1f"),                     false, false, "a control character" },
    { BYTES("\x01"),                     false, false, "the mark of numbers" },
    { BYTES("\x7f"),                     false, false, "DEL" },
    { BYTES("a\0b"),                     false, false, "NUL" },
    { BYTES("\x0b"),                     false, false, "a vertical tab" },
    { BYTES("\x1b[31m"),                 false, false, "a terminal's escape" },
    { BYTES("\x80"),                     false, false, "a trailing byte alone" },
    { BYTES("\xbf"),                     false, false, "another trailing byte alone" },
    { BYTES("\xc0\x80"),                 false, false, "NUL in two bytes" },
    { BYTES("\xc1\xbf"),                 false, false, "DEL in two bytes" },
    { BYTES("\xe0\x80\x80"),             false, false, "NUL in three bytes" },
    { BYTES("\xe0\x9f\xbf"),             false, false, "three bytes for two" },
    { BYTES("\xf0\x8f\xbf\xbf"),         false, false, "four bytes for three" },
    { BYTES("\xed\xa0\x80"),             false, false, "the first surrogate" },
    { BYTES("\xed\xbf\xbf"),             false, false, "the last surrogate" },
    { BYTES("\xed\xa0\xbd\xed\xb8\x80"), false, false, "a pair of surrogates" },
    { BYTES("\xf4\x90\x80\x80"),         false, false, "one beyond the last" },
    { BYTES("\xf5\x80\x80\x80"),         false, false, "far beyond the last" },
    { BYTES("\xf8\x88\x80\x80\x80"),     false, false, "five bytes" },
    { BYTES("\xfe"),                     false, false, "FE" },
    { BYTES("\xff"),                     false, false, "FF" },
    { BYTES("\xc3"),                     false, false, "one of two bytes" },
    { BYTES("\xe2\x82"),                 false, false, "two of three bytes" },
    { BYTES("\xf0\x9f\x98"),             false, false, "three of four bytes" },
    { BYTES("\xe2\x82x"),                false, false, "three bytes broken off" },
    { BYTES("\xc3\xc3"),                 false, false, "two leading bytes" },
    { BYTES("ok\xe2\x28\xa1"),           false, false, "a stranger in the middle" },
};

static void
test_clean(struct tap *tap)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        /* In memory of its very length, so that a sanitizer sees a read beyond it. */
        char *bytes = malloc(texts[i].length + (texts[i].length == 0));

        if (bytes == NULL)
            abort();
        memcpy(bytes, texts[i].bytes, texts[i].length);
        tap_ok(tap, text_is_clean(bytes, texts[i].length, false) == texts[i].clean
                && text_is_clean(bytes, texts[i].length, true) == texts[i].with_lines, "%s",
                texts[i].what);
        free(bytes);
    }
    tap_ok(tap, text_count("") == 0 && text_count("abc") == 3
            && text_count("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == 3, "characters are counted");
}

static void
test_integer(struct tap *tap)
{
    static const struct { const char *text; bool good; } numbers[] = { { "0", true }, { "1", true },
        { "42", true }, { "100", true }, { "101", false }, { "-1", false }, { "", false },
        { "00", false }, { "01", false }, { "+1", false }, { " 1", false }, { "1 ", false },
        { "1.0", false }, { "1e1", false }, { "0x1", false }, { "9223372036854775807", false },
        { "9223372036854775808", false }, { "99999999999999999999999999", false } };
    long long value;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        value = 4711;
        tap_ok(tap, text_to_integer(numbers[i].text, 0, 100, &value) == numbers[i].good
                && (value == 4711) != numbers[i].good, "0 to 100: \"%s\"", numbers[i].text);
    }
    tap_ok(tap, text_to_integer("9223372036854775807", 0, INT64_MAX, &value)
            && value == INT64_MAX, "the largest");
    tap_ok(tap, !text_to_integer("9223372036854775808", 0, INT64_MAX, &value), "one more");
}

static void
test_growing(struct tap *tap, struct arena *arena)
{
    struct text text;
    char        small[4] = "xyz";
    size_t      length = 0;

    text_open(&text, arena);
    tap_text(tap, text.bytes, "", "a fresh text is empty");
    text_add_html(&text, "<a href=\"x\">'&'</a>", 19);
    tap_text(tap, text.bytes, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;", "HTML");
    text_open(&text, arena);
    text_add_percent(&text, "aZ09-._~ /?&=+%#\xc3\xa9\n");
    tap_text(tap, text.bytes, "aZ09-._~%20%2F%3F%26%3D%2B%25%23%C3%A9%0A", "percent");
    text_open(&text, arena);
    for (int i = 0; i < 5000; i++) {
        text_add_format(&text, "%d,", i);
        length += strlen(arena_format(arena, "%d,", i));
    }
    tap_ok(tap, text.length == length && strlen(text.bytes) == length
            && strncmp(text.bytes + length - 10, "4998,4999,", 10) == 0, "it grows");
    tap_ok(tap, text_copy(small, sizeof small, "abc") && strcmp(small, "abc") == 0, "a copy fits");
    tap_ok(tap, !text_copy(small, sizeof small, "abcd") && small[0] == '\0',
            "or is empty, never cut");
    tap_text(tap, text_trim(arena, " \t\r\n a b \n"), "a b", "trimmed");
    tap_text(tap, text_trim(arena, " \n"), "", "trimmed to nothing");
    tap_ok(tap, text_is_made_of("abba", "ab") && !text_is_made_of("abc", "ab")
            && !text_is_made_of("", "ab"), "made of");
    tap_ok(tap, text_equal(NULL, NULL) && !text_equal(NULL, "") && text_equal("a", "a")
            && text_equal_nocase("aB", "Ab") && !text_equal_nocase("a", NULL), "equal");
}

/* ---- JSON ---- */

static const struct {
    const char *bytes;
    size_t      length;
    bool        good;
    const char *what;
} documents[] = {
    { BYTES("{}"),                                true,  "an empty object" },
    { BYTES(" \t\r\n{ \"a\" : [ 1 , null ] } "),  true,  "white space" },
    { BYTES("{\"a\":\"\\u00e9\\ud83d\\ude00\"}"), true,  "escapes" },
    { BYTES("{\"a\":\"x\\n\\ty\"}"),              true,  "a line break in a text" },
    { BYTES("{\"\":1}"),                          true,  "an empty name" },
    { BYTES("{\"a\":99999999999999999999999999}"), true, "a huge number" },
    { BYTES("{\"a\":1e999}"),                     true,  "a number that no double holds" },
    { BYTES(""),                                  false, "nothing" },
    { BYTES(" "),                                 false, "white space alone" },
    { BYTES("[]"),                                false, "a list" },
    { BYTES("1"),                                 false, "a number" },
    { BYTES("\"a\""),                             false, "a text" },
    { BYTES("null"),                              false, "null" },
    { BYTES("{}{}"),                              false, "two objects" },
    { BYTES("{}x"),                               false, "something after it" },
    { BYTES("{} \0"),                             false, "a NUL after it" },
    { BYTES("{\"a\":1,\"a\":1}"),                 false, "a name twice" },
    { BYTES("{\"a\":1,\"\\u0061\":1}"),           false, "a name twice, once escaped" },
    { BYTES("{\"b\":{\"a\":1,\"a\":2}}"),         false, "a name twice inside" },
    { BYTES("{\"a\":1,}"),                        false, "a comma too many" },
    { BYTES("{'a':1}"),                           false, "single quotes" },
    { BYTES("{a:1}"),                             false, "a bare name" },
    { BYTES("{\"a\":01}"),                        false, "a leading zero" },
    { BYTES("{\"a\":+1}"),                        false, "a plus" },
    { BYTES("{\"a\":1.}"),                        false, "a point at the end" },
    { BYTES("{\"a\":.1}"),                        false, "a point at the start" },
    { BYTES("{\"a\":1e}"),                        false, "an exponent without digits" },
    { BYTES("{\"a\":-}"),                         false, "a minus alone" },
    { BYTES("{\"a\":0x1}"),                       false, "hexadecimal" },
    { BYTES("{\"a\":NaN}"),                       false, "NaN" },
    { BYTES("{\"a\":Infinity}"),                  false, "Infinity" },
    { BYTES("{\"a\":1 2}"),                       false, "two values" },
    { BYTES("{\"a\":12\"34\"}"),                  false, "a number that runs into a text" },
    { BYTES("{\"a\":tru}"),                       false, "half a word" },
    { BYTES("{\"a\":\"x}"),                       false, "a text without end" },
    { BYTES("{\"a\":\"x\\"),                      false, "an escape without end" },
    { BYTES("{\"a\":"),                           false, "half an object" },
    { BYTES("{\"a\":\"\\x41\"}"),                 false, "an unknown escape" },
    { BYTES("{\"a\":\"\\u00\"}"),                 false, "half an escape" },
    { BYTES("{\"a\":\"\\ud83d\"}"),               false, "half a pair of surrogates" },
    { BYTES("{\"a\":\"\\u0000\"}"),               false, "an escaped NUL" },
    { BYTES("{\"a\":\"\\u0001\"}"),               false, "a forged mark" },
    { BYTES("{\"a\":\"\\u0001" "12\"}"),          false, "a forged number" },
    { BYTES("{\"\\u0001a\":1}"),                  false, "a forged mark in a name" },
    { BYTES("{\"a\":\"\\u001b\"}"),               false, "an escaped control character" },
    { BYTES("{\"a\":\"\\u007f\"}"),               false, "an escaped DEL" },
    { BYTES("{\"a\":\"\x01\"}"),                  false, "a control character" },
    { BYTES("{\"a\":\"\x01" "12\"}"),             false, "a forged number, plainly" },
    { BYTES("{\"a\\n\":1}"),                      false, "a line break in a name" },
    { BYTES("{\"a\":\"\xff\"}"),                  false, "bytes that are not UTF-8" },
    { BYTES("{\"a\":\"\xc0\x80\"}"),              false, "an overlong NUL" },
    { BYTES("{\"a\":\"\xed\xa0\x80\"}"),          false, "a surrogate in UTF-8" },
    { BYTES("\xef\xbb\xbf{}"),                    false, "a byte order mark" },
    { BYTES("{\"a\":1}//"),                       false, "a comment" },
};

static void
test_json(struct tap *tap, struct arena *arena)
{
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        char        *bytes = malloc(documents[i].length + (documents[i].length == 0));
        struct error err = { ERROR_NONE, "" };
        bool         read;

        if (bytes == NULL)
            abort();
        memcpy(bytes, documents[i].bytes, documents[i].length);
        read = json_read(arena, bytes, documents[i].length, &err) != NULL;
        tap_ok(tap, read == documents[i].good && (read || err.code == ERROR_INPUT)
                && text_is_clean(err.message, strlen(err.message), false), "JSON: %s",
                documents[i].what);
        free(bytes);
    }
}

/* `levels` objects and lists inside each other, the outermost an object. */
static bool
reads_levels(struct arena *arena, int levels)
{
    struct text text;

    text_open(&text, arena);
    for (int i = 0; i < levels; i++)
        text_add(&text, i % 2 == 0 ? "{\"a\":" : "[");
    text_add(&text, "1");
    for (int i = levels - 1; i >= 0; i--)
        text_add(&text, i % 2 == 0 ? "}" : "]");
    return json_read(arena, text.bytes, text.length, NULL) != NULL;
}

static void
test_values(struct tap *tap, struct arena *arena)
{
    static const char text[] = "{\"n\":19.990,\"s\":\"19.990\",\"big\":12345678901234567890123,"
            "\"e\":1E+2,\"neg\":-1,\"t\":true,\"z\":null,\"l\":[1,\"1\"],\"w\":42,\"ws\":\"42\","
            "\"f\":1.5,\"esc\":\"\\\"\\\\\\u0041\",\"brace\":\"}{][\\\"1,2\"}";
    const json_t *value = json_read(arena, text, strlen(text), NULL);
    long long     whole = 0;

    tap_ok(tap, value != NULL, "an object of all kinds");
    tap_text(tap, json_literal(json_object_get(value, "n")), "19.990", "a number as it is written");
    tap_text(tap, json_literal(json_object_get(value, "big")), "12345678901234567890123", "a long");
    tap_text(tap, json_literal(json_object_get(value, "e")), "1E+2", "an exponent");
    tap_text(tap, json_literal(json_object_get(value, "neg")), "-1", "a negative one");
    tap_text(tap, json_literal(json_object_get(value, "s")), NULL, "a text is no number");
    tap_text(tap, json_literal(json_object_get(value, "t")), NULL, "true is no number");
    tap_text(tap, json_literal(NULL), NULL, "what is absent is no number");
    tap_text(tap, json_member(value, "s"), "19.990", "a text");
    tap_text(tap, json_member(value, "n"), NULL, "a number is no text");
    tap_text(tap, json_member(value, "z"), NULL, "null is no text");
    tap_text(tap, json_member(value, "none"), NULL, "absent");
    tap_text(tap, json_member(value, "esc"), "\"\\A", "escapes undone");
    tap_text(tap, json_member(value, "brace"), "}{][\"1,2", "signs and digits inside a text");
    tap_text(tap, json_decimal(value, "n"), "19.990", "either: a number");
    tap_text(tap, json_decimal(value, "s"), "19.990", "either: a text");
    tap_text(tap, json_decimal(value, "l"), NULL, "either: not a list");
    tap_text(tap, json_literal(json_array_get(json_object_get(value, "l"), 0)), "1", "1");
    tap_text(tap, json_literal(json_array_get(json_object_get(value, "l"), 1)), NULL, "not '1'");
    tap_ok(tap, json_whole(value, "w", 0, 100, &whole) && whole == 42, "a whole number");
    tap_ok(tap, json_whole(value, "ws", 0, 100, &whole) && whole == 42, "as text, too");
    tap_ok(tap, !json_whole(value, "w", 0, 41, &whole), "not one beyond its limits");
    tap_ok(tap, !json_whole(value, "f", 0, 100, &whole) && !json_whole(value, "neg", -9, 9, &whole)
            && !json_whole(value, "big", 0, INT64_MAX, &whole)
            && !json_whole(value, "t", 0, 1, &whole), "a fraction, a sign, a giant, true are not");
    tap_ok(tap, reads_levels(arena, 32), "32 levels");
    tap_ok(tap, !reads_levels(arena, 33), "not 33");
    tap_ok(tap, !reads_levels(arena, 20000), "nor 20,000");
    tap_text(tap, json_print(arena, json_keep(arena, json_pack("{s:i, s:s}", "a", 1, "b", "\"x"))),
            "{\"a\":1,\"b\":\"\\\"x\"}", "printed");
}

/* ---- hashes ---- */

static void
test_crypt(struct tap *tap, struct arena *arena)
{
    unsigned char hash[CRYPT_HASH], key[CRYPT_KEY], back[3];
    const char   *token = crypt_token(arena, 16);

    crypt_hash("abc", 3, hash); /* FIPS 180-2, appendix B.1 */
    tap_text(tap, crypt_hex(arena, hash, sizeof hash),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256");
    crypt_hash("", 0, hash);
    tap_text(tap, crypt_hex(arena, hash, sizeof hash),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of nothing");
    memset(key, 0, sizeof key); /* RFC 4231, test case 1: its key, filled up with zeros */
    memset(key, 0x0b, 20);
    crypt_mac(key, "Hi There", 8, hash);
    tap_text(tap, crypt_hex(arena, hash, sizeof hash),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", "HMAC-SHA-256");
    tap_text(tap, crypt_hex(arena, "\x00\xff\x10", 3), "00ff10", "hex");
    tap_ok(tap, crypt_from_hex("00fF10", back, 3) && memcmp(back, "\x00\xff\x10", 3) == 0,
            "and back");
    tap_ok(tap, !crypt_from_hex("00ff1", back, 3) && !crypt_from_hex("00ff100", back, 3)
            && !crypt_from_hex("00fg10", back, 3) && !crypt_from_hex("00 f10", back, 3)
            && !crypt_from_hex("", back, 3), "nothing else is hex");
    tap_text(tap, crypt_base64url(arena, "\xfb\xff\xfe", 3), "-__-", "Base64 for addresses");
    tap_text(tap, crypt_base64url(arena, "a", 1), "YQ", "without padding");
    tap_ok(tap, strlen(token) == 22 && strcmp(token, crypt_token(arena, 16)) != 0
            && strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
                    == 22, "a token of 128 bits has 22 letters, and no other is the same");
    tap_ok(tap, crypt_equal("abc", "abc") && !crypt_equal("abc", "abd") && !crypt_equal("abc", "ab")
            && !crypt_equal("", "a") && crypt_equal("", ""), "equal, in constant time");
}

/* ---- arenas, time ---- */

static int order_of_release[3], released;

static void
release(void *handle)
{
    order_of_release[released++] = *(int *)handle;
}

static void
test_arena(struct tap *tap)
{
    struct arena *arena = arena_open();
    int           numbers[] = { 1, 2, 3 };
    bool          zeroed = true, aligned = true, whole = true;

    for (size_t size = 0; size < 70000; size += 997) {
        unsigned char *memory = arena_alloc(arena, size);

        aligned = aligned && (uintptr_t)memory % _Alignof(max_align_t) == 0;
        for (size_t i = 0; i < size; i++)
            zeroed = zeroed && memory[i] == 0;
        memset(memory, 0xff, size);
    }
    tap_ok(tap, zeroed, "memory is zeroed");
    tap_ok(tap, aligned, "and aligned");
    for (int i = 0; i < 3; i++)
        arena_defer(arena, release, &numbers[i]);
    arena_reset(arena);
    tap_ok(tap, released == 3 && order_of_release[0] == 3 && order_of_release[2] == 1,
            "what was deferred is released, last first");
    zeroed = true;
    for (size_t i = 0; i < 20000; i++)
        zeroed = zeroed && ((char *)arena_alloc(arena, 1))[0] == 0;
    tap_ok(tap, zeroed && released == 3, "after a reset it is as new");
    tap_text(tap, arena_format(arena, "%s-%d", "a", 7), "a-7", "formatted");
    for (int length = 250; length < 262; length++) {
        const char *text = arena_format(arena, "%*d", length, 7), *next = arena_format(arena, "b");

        whole = whole && strlen(text) == (size_t)length && text[length - 1] == '7'
                && strcmp(next, "b") == 0;
    }
    tap_ok(tap, whole, "formatted, short or long");
    tap_text(tap, arena_copy_bytes(arena, "abc", 2), "ab", "copied");
    arena_close(arena);
    arena_close(NULL);
}

static void
test_log(struct tap *tap, struct arena *arena)
{
    const char *none = NULL;
    char        line[8192] = "", longest[3000], *told;
    int         ends[2], kept = dup(STDERR_FILENO);

    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    if (!tap_ok(tap, kept >= 0 && pipe(ends) == 0, "a pipe"))
        return;
    dup2(ends[1], STDERR_FILENO);
    log_info("test", "bare", "a-b", "empty", "", "odd", "a \"b\"\n=\\\x7f\xc3\xa9", "steers",
            "\xc2\x9b\xe2\x80\xae\xff", "none", none, "most",
            longest, "last", "1");
    dup2(kept, STDERR_FILENO);
    told = read(ends[0], line, sizeof line - 1) > 0 ? strstr(line, " level=") : NULL;
    tap_text(tap, told, arena_format(arena, " level=info what=test bare=a-b empty=\"\" "
                "odd=\"a \\\"b\\\"\\x0a=\\\\\\x7f\xc3\xa9\" "
                "steers=\\xc2\\x9b\\xe2\\x80\\xae\\xff most=%.1024s last=1\n", longest),
            "a line for the log: quoted, escaped, cut");
}

static void
test_clock(struct tap *tap)
{
    char    text[CLOCK_TEXT];
    int64_t before = clock_steady_us();

    clock_text(0, text);
    tap_text(tap, text, "1970-01-01T00:00:00Z", "the beginning");
    clock_text(1795185228, text);
    tap_text(tap, text, "2026-11-20T14:33:48Z", "a day in 2026");
    clock_text(INT64_MAX, text);
    tap_ok(tap, text[0] == '@', "a time without a date is told in seconds");
    tap_ok(tap, clock_now() > 1700000000 && clock_now_ms() / 1000 - clock_now() <= 1, "now");
    tap_ok(tap, clock_steady_us() >= before, "time goes on");
}

static void
test_fail(struct tap *tap)
{
    struct error err;

    tap_ok(tap, !fail(&err, ERROR_INPUT, "%.3s and %s", "ab\xc3\xbc", "\x1b[m\nb\xc3\xbc"),
            "it failed");
    tap_text(tap, err.message, "ab? and ?[m?b\xc3\xbc",
            "a message is plain text, however it was cut");
}

int
main(void)
{
    struct tap    tap = { 0, 0 };
    struct arena *arena = arena_open();

    if (!crypt_start())
        return 1;
    test_fail(&tap);
    test_url(&tap, arena);
    test_decode(&tap, arena);
    test_uuid(&tap);
    test_clean(&tap);
    test_integer(&tap);
    test_growing(&tap, arena);
    test_json(&tap, arena);
    test_values(&tap, arena);
    test_crypt(&tap, arena);
    test_arena(&tap);
    test_log(&tap, arena);
    test_clock(&tap);
    arena_close(arena);
    return tap_end(&tap);
}
