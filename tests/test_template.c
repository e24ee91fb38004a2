/* test_template.c: Mustache templates: the official specification's cases, then our own.
 * SPDX-License-Identifier: ISC
 *
 * test_template [FILE…] runs files of the specification's JSON form, one line per case; without
 * arguments those in tests/vectors/mustache, then what the specification leaves to us. */
#include <glob.h>
#include <stdlib.h>

#include "base/json.h"
#include "tests/tap.h"
#include "web/template.h"

enum { PARTIALS_MOST = 32, FILE_MOST = 4 * 1024 * 1024 };

/* Partials of one case, parsed when first asked for. */
struct partials {
    struct arena    *arena;
    json_t          *sources; /* name → text; may be NULL */
    size_t           count;
    const char      *names[PARTIALS_MOST];
    struct template *templates[PARTIALS_MOST];
    struct error     fault;
};

static const struct template *
partial_find(void *context, const char *name)
{
    struct partials *partials = context;
    json_t          *source = json_object_get(partials->sources, name);
    size_t           i = 0;

    while (i < partials->count && strcmp(partials->names[i], name) != 0)
        i++;
    if (i < partials->count)
        return partials->templates[i];
    if (!json_is_string(source) || i == PARTIALS_MOST)
        return NULL;
    if (!template_parse(json_string_value(source), json_string_length(source),
                &partials->templates[i], &partials->fault))
        return NULL;
    partials->names[i] = arena_copy(partials->arena, name);
    return partials->templates[partials->count++];
}

/* Parses and renders; false with err where either fails. */
static bool
render(const char *source, size_t length, json_t *data, json_t *sources, struct text *out,
        struct error *err)
{
    struct partials        partials = { .arena = out->arena, .sources = sources };
    struct template_source lookup = { partial_find, &partials };
    struct template       *template;
    bool                   done;

    if (!template_parse(source, length, &template, err))
        return false;
    done = template_render(template, data, &lookup, out, err);
    if (done && partials.fault.code != ERROR_NONE)
        done = fail(err, partials.fault.code, "a partial: %s", partials.fault.message);
    for (size_t i = 0; i < partials.count; i++)
        template_close(partials.templates[i]);
    template_close(template);
    return done;
}

/* ---- the specification ---- */

static void
tell(const char *what, const char *bytes, size_t length)
{
    json_t *value = json_stringn(bytes, length);
    char   *text = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);

    printf("# %s: %s\n", what, text == NULL ? "(not UTF-8)" : text);
    free(text);
    json_decref(value);
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void
run_case(struct tap *tap, const char *path, json_t *test, size_t number)
{
    struct arena *arena = arena_open();
    json_t       *source = json_object_get(test, "template");
    json_t       *expected = json_object_get(test, "expected");
    const char   *name = json_string_value(json_object_get(test, "name"));
    struct error  err = { ERROR_NONE, "" };
    struct text   out;
    bool          same = false;

    text_open(&out, arena);
    if (!json_is_string(source) || !json_is_string(expected))
        fail(&err, ERROR_INPUT, "the case has no template, or nothing is expected");
    else if (render(json_string_value(source), json_string_length(source),
                     json_object_get(test, "data"), json_object_get(test, "partials"), &out, &err))
        same = out.length == json_string_length(expected)
                && memcmp(out.bytes, json_string_value(expected), out.length) == 0;
    if (name == NULL)
        name = arena_format(arena, "case %zu", number + 1);
    if (!tap_ok(tap, same, "%s: %s", base_name(path), name)) {
        if (err.code != ERROR_NONE)
            tell("   error", err.message, strlen(err.message));
        tell("     got", out.bytes, out.length);
        tell("expected", json_string_value(expected), json_string_length(expected));
    }
    arena_close(arena);
}

/* By the strict reader, which keeps 1.21 as it was written; what it refuses, by plain Jansson. */
static json_t *
vectors_read(struct arena *arena, const char *path)
{
    char        *bytes = arena_alloc(arena, FILE_MOST);
    FILE        *file = fopen(path, "rb");
    json_error_t reason;
    json_t      *value = NULL;
    size_t       length;

    if (file == NULL)
        return NULL;
    length = fread(bytes, 1, FILE_MOST, file);
    fclose(file);
    if (length < FILE_MOST)
        value = json_read(arena, bytes, length, NULL);
    if (value == NULL && (value = json_load_file(path, 0, &reason)) != NULL)
        json_keep(arena, value);
    return value;
}

static void
run_file(struct tap *tap, const char *path)
{
    struct arena *arena = arena_open();
    json_t       *tests = json_object_get(vectors_read(arena, path), "tests");
    json_t       *test;
    size_t        i;

    if (json_array_size(tests) == 0)
        tap_ok(tap, false, "%s cannot be read, or there are no tests in it", path);
    json_array_foreach(tests, i, test)
        run_case(tap, path, test, i);
    arena_close(arena);
}

static void
run_folder(struct tap *tap)
{
    const char *top = getenv("srcdir");
    char        pattern[4096];
    glob_t      found;

    snprintf(pattern, sizeof pattern, "%s/tests/vectors/mustache/*.json", top == NULL ? "." : top);
    if (glob(pattern, 0, NULL, &found) != 0) {
        tap_ok(tap, false, "there are vectors at %s", pattern);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        run_file(tap, found.gl_pathv[i]);
    globfree(&found);
}

/* ---- our own ---- */

static const struct {
    const char *source, *message;
} faults[] = {
    { "a\nb\n{{#items}}\nc", "line 3: section {{#items}} is never closed" },
    { "a\n{{^no.items}}{{#x}}{{/x}}", "line 2: section {{^no.items}} is never closed" },
    { "{{#a}}\n{{#b}}\n\n{{/a}}\n",
            "line 4: {{/a}} stands where {{#b}} of line 2 should be closed" },
    { "\n\n{{/a}}", "line 3: {{/a}} closes a section never opened" },
    { "\r\n\r\n{{/a}}", "line 3: {{/a}} closes a section never opened" },
    { "x\n{{name", "line 2: the tag \"{{name\" is never closed" },
    { "x\n{{name\nmore", "line 2: the tag \"{{name\" is never closed" },
    { "{{{name}}", "line 1: the tag \"{{{name}}\" is never closed" },
    { "{{! never", "line 1: the tag \"{{! never\" is never closed" },
    { "{{", "line 1: the tag \"{{\" is never closed" },
    { "{{!\n\n}}\n{{}}", "line 4: a tag has no name" },
    { "{{> }}", "line 1: a tag has no name" },
    { "{{#}}{{/}}", "line 1: a tag has no name" },
    { "{{{}}}", "line 1: a tag has no name" },
    { "{{first name}}", "line 1: the name \"first name\" has a space in it" },
    { "{{a..b}}", "line 1: the name \"a..b\" has a dot too many" },
    { "{{.a}}", "line 1: the name \".a\" has a dot too many" },
    { "{{#a.}}{{/a.}}", "line 1: the name \"a.\" has a dot too many" },
    { "{{..}}", "line 1: the name \"..\" has a dot too many" },
    { "\n{{<layout}}", "line 2: {{<layout}}: parents and blocks are not supported" },
    { "{{$title}}", "line 1: {{$title}}: parents and blocks are not supported" },
    { "a\nb\n\xff\n", "line 3: not UTF-8, or a control character is in it" },
    { "a\x01", "line 1: not UTF-8, or a control character is in it" },
    { "{{=<%=}}", "line 1: new delimiters are written {{=<% %>=}}: two, each of 1 to 16 bytes "
                  "without = or space" },
    { "{{=a b c=}}", "line 1: new delimiters are written {{=<% %>=}}: two, each of 1 to 16 bytes "
                     "without = or space" },
    { "{{=a= b=}}", "line 1: new delimiters are written {{=<% %>=}}: two, each of 1 to 16 bytes "
                    "without = or space" },
    { "\n{{= =}}", "line 2: new delimiters are written {{=<% %>=}}: two, each of 1 to 16 bytes "
                   "without = or space" },
    { "{{=01234567890123456 b=}}", "line 1: new delimiters are written {{=<% %>=}}: two, each of "
                                   "1 to 16 bytes without = or space" },
    { "{{=<% %>=}}\n<%#a%>\n<%={{ }}=%>{{/b}}",
            "line 3: {{/b}} stands where {{#a}} of line 2 should be closed" },
};

static void
test_faults(struct tap *tap)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct template *template;
        struct error     err = { ERROR_NONE, "" };
        bool parsed = template_parse(faults[i].source, strlen(faults[i].source), &template, &err);

        tap_ok(tap, !parsed && template == NULL && err.code == ERROR_INPUT, "fault %zu is found",
                i + 1);
        tap_text(tap, err.message, faults[i].message, "and told so that it can be mended");
        template_close(template);
    }
}

/* Values as {{x}}, {{{x}}} and {{#x}}; those without quotes are read by json_read. */
static const struct {
    const char *source, *data, *partial /* p */, *expected;
} pages[] = {
    { "{{x}}|{{{x}}}|{{&x}}", "{\"x\":\"&<>\\\"'\"}", NULL,
            "&amp;&lt;&gt;&quot;&#39;|&<>\"'|&<>\"'" },
    { "{{x}}{{^x}}no{{/x}}", "{\"x\":0}", NULL, "0" },
    { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":\"\"}", NULL, "no" },
    { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":{}}", NULL, "yes" },
    { "{{#x}}{{.}},{{/x}}", "{\"x\":[true,false,null,[],{},1e3,\"a\"]}", NULL,
            "true,false,,,,1e3,a," },
    { "{{x}}", "{\"x\":100000000000000000000.000000010}", NULL, "100000000000000000000.000000010" },
    { "\xef\xbb\xbf{{#x}}\ny\n{{/x}}\n", "{\"x\":true}", NULL, "y\n" },
    { "{{=<% %>=}}<%{x}%><%&x%><%x%>{{x}}", "{\"x\":\"<\"}", NULL, "<<&lt;{{x}}" },
    { "{{{x}}}}{{x}}}", "{\"x\":1}", NULL, "1}1}" },
    { "{{\nx\n}}", "{\"x\":1}", NULL, "1" },
    { "{{>../etc/passwd}}{{>none}}", "{}", NULL, "" },
    /* what the specification says of indented partials, further than its cases go */
    { " {{>p}}\n", "{\"x\":\"a\\nb\"}", "{{x}}\n{{!c}}d\n{{#x}}e{{/x}}\n", " a\nb\n d\n e\n" },
    { " {{>p}}\n", "{\"x\":[1,2]}", "{{#x}}\n{{.}}\n{{/x}} z\n", " 1\n  2\n  z\n" },
    { " {{>p}}\n", "{\"x\":[1,2]}", "{{#x}}a\n{{/x}}\nz", " a\na\n z" },
    { " {{>p}}", "{\"x\":[{\"x\":[]}]}", "<\n{{#x}}\n\t{{>p}}\n{{/x}}\n>\n",
            " <\n \t<\n \t>\n >\n" },
    { " {{>p}}\n", "{\"x\":1}", "{{=| |=}}a\n|x|\n", " a\n 1\n" },
    { " {{>p}} .", "{}", "a\nb", " a\nb ." },
    { "\t{{>p}}\r\n.", "{}", "a\r\n\r\nb\r\n", "\ta\r\n\t\r\n\tb\r\n." },
};

static void
test_pages(struct tap *tap)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct arena *arena = arena_open();
        struct error  err = { ERROR_NONE, "" };
        json_t *data = json_read(arena, pages[i].data, strlen(pages[i].data), &err);
        json_t *sources = json_keep(arena, json_object());
        struct text out;

        text_open(&out, arena);
        if (pages[i].partial != NULL)
            json_object_set_new(sources, "p", json_string(pages[i].partial));
        if (data == NULL
                || !render(pages[i].source, strlen(pages[i].source), data, sources, &out, &err))
            text_add(&out, err.message);
        tap_text(tap, out.bytes, pages[i].expected,
                arena_format(arena, "page %zu is as it should be", i + 1));
        arena_close(arena);
    }
}

static void
test_numbers(struct tap *tap)
{
    struct arena *arena = arena_open();
    json_t *data = json_keep(arena, json_pack("{s:I,s:f,s:f,s:s}", "whole",
            (json_int_t)-9007199254740993, "part", 1.21, "huge", 1e300, "text", "<1>"));
    const char *source = "{{whole}} {{part}} {{huge}} {{text}}";
    struct text out;

    text_open(&out, arena);
    text_add(&out, "before ");
    tap_ok(tap, render(source, strlen(source), data, NULL, &out, NULL),
            "plain values are rendered");
    tap_text(tap, out.bytes, "before -9007199254740993 1.21 1e300 &lt;1&gt;",
            "plain numbers are printed, behind what was there");
    arena_close(arena);
}

/* `source` fails to render with `message`, and leaves what was in the text before. */
static void
fails(struct tap *tap, const char *source, const char *data, const char *partial,
        const char *message)
{
    struct arena *arena = arena_open();
    struct error  err = { ERROR_NONE, "" };
    json_t       *sources = json_keep(arena, json_object());
    struct text   out;

    text_open(&out, arena);
    text_add(&out, "before");
    json_object_set_new(sources, "p", json_string(partial));
    tap_ok(tap, !render(source, strlen(source), json_read(arena, data, strlen(data), NULL), sources,
                        &out, &err) && err.code == ERROR_INTERNAL, "refused: %s", message);
    tap_text(tap, err.message, message, message);
    tap_ok(tap, out.length == 6 && strcmp(out.bytes, "before") == 0, "and the text is as before");
    arena_close(arena);
}

/* `count` times `piece`. */
static char *
repeated(struct arena *arena, const char *piece, size_t count)
{
    struct text text;

    text_open(&text, arena);
    while (count-- > 0)
        text_add(&text, piece);
    return text.bytes;
}

static void
test_limits(struct tap *tap)
{
    struct arena *arena = arena_open();
    char *list = arena_format(arena, "{\"x\":[%s1],\"t\":\"%s\"}", repeated(arena, "1,", 1999),
            repeated(arena, "<", 300000));

    fails(tap, "a\n{{>p}}", "{}", "b\n\n{{>p}}",
            "partial p, line 3: sections and partials are nested too deeply");
    fails(tap, "\n{{#x}}\n{{>p}}{{/x}}", "{\"x\":{}}", "{{#x}}{{>p}}{{/x}}",
            "partial p, line 1: sections and partials are nested too deeply");
    fails(tap, "{{#x}}\n{{#x}}{{t}}{{/x}}{{/x}}", list, "", "line 2: the page is over 1 MiB");
    fails(tap, "{{#x}}{{{t}}}{{/x}}", list, "", "line 1: the page is over 1 MiB");
    fails(tap, "{{t}}", list, "", "line 1: the page is over 1 MiB");
    fails(tap, "{{#x}}\n{{#x}}{{/x}}{{/x}}", list, "", "line 2: the page takes too many steps");
    fails(tap, arena_format(arena, "{{#x}}\n%s{{/x}}", repeated(arena, "{{i}}", 600)), list, "",
            "line 2: the page takes too many steps");
    /* Four steps before them, and the limit falls between two items, just behind a partial. */
    fails(tap, "a{{i}}{{i}}{{#x}}\n{{#x}}{{>p}}{{/x}}{{/x}}", list, "y",
            "line 2: the page takes too many steps");
    fails(tap, "{{#x}}{{>p}}\n{{/x}}", list, "{{#x}}{{>q}}{{/x}}",
            "partial p, line 1: the page takes too many steps");
    fails(tap, arena_format(arena, "%s{{>p}}", repeated(arena, " ", 100000)), "{}",
            repeated(arena, "\n", 100000), "partial p, line 1: the page is over 1 MiB");
    arena_close(arena);
}

/* Exactly 1 MiB fits, and 64 levels do. */
static void
test_edges(struct tap *tap)
{
    struct arena *arena = arena_open();
    char *text = repeated(arena, "x", TEMPLATE_OUTPUT);
    char *nested = arena_format(arena, "%s!%s", repeated(arena, "{{#a}}", TEMPLATE_LEVELS),
            repeated(arena, "{{/a}}", TEMPLATE_LEVELS));
    json_t     *data = json_keep(arena, json_pack("{s:b}", "a", 1));
    struct text out;

    text_open(&out, arena);
    tap_ok(tap, render(text, TEMPLATE_OUTPUT, data, NULL, &out, NULL)
                    && out.length == TEMPLATE_OUTPUT, "a page of 1 MiB is rendered");
    text_open(&out, arena);
    tap_ok(tap, render(nested, strlen(nested), data, NULL, &out, NULL)
                    && strcmp(out.bytes, "!") == 0, "64 sections inside each other are rendered");
    arena_close(arena);
}

static const struct {
    const char *piece;
    size_t      count;
    const char *message;
} hostile[] = {
    { "{{#a}}", 10000, "line 1: more than 64 sections inside each other" },
    { "{{^a}}\n", 10000, "line 65: more than 64 sections inside each other" },
    { "{", 100000, "line 1: the tag \"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"
                   "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\" is never closed" },
    { "{{a}} \n", 30000, NULL },
    { " {{!a}}", 30000, NULL },
    { "{{={{ }}=}}", 20000, NULL },
    { "a.", 100000, NULL },
    { "}}", 100000, NULL },
};

static void
test_hostile(struct tap *tap)
{
    struct arena *arena = arena_open();
    char *delimiters = arena_format(arena, "{{=%s %s=}}", repeated(arena, "[", 50000),
            repeated(arena, "]", 50000));
    struct template *template;
    struct error     err;

    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char *source = repeated(arena, hostile[i].piece, hostile[i].count);
        bool  parsed = template_parse(source, strlen(source), &template, &err);

        tap_text(tap, parsed ? NULL : err.message, hostile[i].message,
                arena_format(arena, "hostile template %zu", i + 1));
        template_close(template);
    }
    tap_ok(tap, !template_parse(delimiters, strlen(delimiters), &template, &err)
                    && err.code == ERROR_INPUT, "huge delimiters are refused");
    tap_ok(tap, !template_parse("a\0b", 3, &template, &err), "a NUL is refused");
    tap_ok(tap, template_parse("", 0, &template, &err), "an empty template is fine");
    template_close(template);
    template_close(NULL);
    arena_close(arena);
}

int
main(int count, char *arguments[])
{
    struct tap tap = { 0 };

    for (int i = 1; i < count; i++)
        run_file(&tap, arguments[i]);
    if (count > 1)
        return tap_end(&tap);
    run_folder(&tap);
    test_faults(&tap);
    test_pages(&tap);
    test_numbers(&tap);
    test_limits(&tap);
    test_edges(&tap);
    test_hostile(&tap);
    return tap_end(&tap);
}
