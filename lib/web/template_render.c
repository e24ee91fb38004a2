/* template_render.c: Mustache templates, from nodes and a JSON value to a page.
 * SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "web/template.h"
#include "web/template_node.h"

enum { NUMBER_SIZE = 64, NUMBER_DIGITS = 15 };

/* What goes before each line of a partial that stands alone on its line. */
struct indent {
    const struct indent *outer;
    struct span          text;
};

/* The template at work: the page itself or a partial. */
struct scene {
    const struct template *template;
    const char            *name; /* NULL: the page */
    const struct indent   *indent;
};

struct run {
    const struct template_source *partials;
    struct text                  *out;
    size_t                        most; /* length of `out` at which it is full */
    size_t                        steps;
    size_t                        depth; /* sections and partials we are in */
    json_t                       *stack[TEMPLATE_LEVELS + 1];
    size_t                        levels; /* values on the stack */
    const struct scene           *scene;  /* these two: where we are, for the message */
    const struct node            *node;
    struct error                 *err;
};

static bool
fail_here(const struct run *run, const char *reason)
{
    if (run->scene->name == NULL)
        return fail(run->err, ERROR_INTERNAL, "line %zu: %s", run->node->line, reason);
    return fail(run->err, ERROR_INTERNAL, "partial %.80s, line %zu: %s", run->scene->name,
            run->node->line, reason);
}

static bool
step(struct run *run)
{
    return ++run->steps <= TEMPLATE_STEPS || fail_here(run, "the page takes too many steps");
}

static bool
fits(const struct run *run, size_t more)
{
    if (run->out->length <= run->most && more <= run->most - run->out->length)
        return true;
    return fail_here(run, "the page is over 1 MiB");
}

static bool
put(struct run *run, const char *bytes, size_t length)
{
    if (!fits(run, length))
        return false;
    text_add_bytes(run->out, bytes, length);
    return true;
}

static bool
put_indent(struct run *run, const struct indent *indent)
{
    if (indent == NULL)
        return true;
    return put_indent(run, indent->outer) && put(run, indent->text.bytes, indent->text.length);
}

static bool
put_lines(struct run *run, const struct indent *indent, const struct span *text)
{
    const char *at = text->bytes, *end = at + text->length;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline == NULL ? end : newline + 1;

        if (!put(run, at, (size_t)(next - at)) || (next < end && !put_indent(run, indent)))
            return false;
        at = next;
    }
    return true;
}

/* ---- values ---- */

/* The first part is looked for from the innermost section outwards, the others in what it is. */
static json_t *
value_find(const struct run *run, const struct node *node)
{
    const char *name = node->text.bytes;
    json_t     *value = NULL;

    if (node->parts == 0)
        return run->stack[run->levels - 1];
    for (size_t i = run->levels; i > 0 && value == NULL; i--)
        value = json_object_get(run->stack[i - 1], name);
    for (size_t i = 1; i < node->parts && value != NULL; i++) {
        name += strlen(name) + 1;
        value = json_object_get(value, name);
    }
    return value;
}

static bool
value_is_true(const json_t *value)
{
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    default:
        return true;
    }
}

/* How a value is printed; `number` is room for it where it is not a text. */
static struct span
value_text(const json_t *value, char number[static NUMBER_SIZE])
{
    const char *literal = json_literal(value);
    size_t      length = 0;

    if (literal != NULL)
        return (struct span){ literal, strlen(literal) };
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_STRING:
        return (struct span){ json_string_value(value), json_string_length(value) };
    case JSON_TRUE:
        return (struct span){ "true", 4 };
    case JSON_FALSE:
        return (struct span){ "false", 5 };
    case JSON_INTEGER:
        length = (size_t)snprintf(number, NUMBER_SIZE, "%" JSON_INTEGER_FORMAT,
                json_integer_value(value));
        break;
    case JSON_REAL: /* by Jansson, which does not mind the locale's decimal comma */
        length = json_dumpb(value, number, NUMBER_SIZE,
                JSON_ENCODE_ANY | JSON_REAL_PRECISION(NUMBER_DIGITS));
        break;
    default:
        break;
    }
    return (struct span){ number, length };
}

static bool
put_value(struct run *run, const struct node *node)
{
    char        number[NUMBER_SIZE];
    struct span text = value_text(value_find(run, node), number);

    if (node->kind == NODE_RAW)
        return put(run, text.bytes, text.length);
    if (!fits(run, text.length))
        return false;
    text_add_html(run->out, text.bytes, text.length);
    return fits(run, 0);
}

/* ---- nodes ---- */

static bool render_nodes(struct run *run, const struct scene *scene, size_t from, size_t to);

static bool
go_deeper(struct run *run)
{
    if (run->depth == TEMPLATE_LEVELS)
        return fail_here(run, "sections and partials are nested too deeply");
    run->depth++;
    return true;
}

static bool
render_with(struct run *run, const struct scene *scene, const struct node *section, json_t *value)
{
    size_t first = (size_t)(section - scene->template->nodes) + 1;
    bool   done;

    run->stack[run->levels++] = value;
    done = step(run) && render_nodes(run, scene, first, section->end);
    run->levels--;
    return done;
}

static bool
render_section(struct run *run, const struct scene *scene, const struct node *section)
{
    json_t *value = value_find(run, section);
    bool    done = true;

    if (!value_is_true(value))
        return true;
    if (!go_deeper(run))
        return false;
    if (!json_is_array(value))
        done = render_with(run, scene, section, value);
    else
        for (size_t i = 0; i < json_array_size(value) && done; i++)
            done = render_with(run, scene, section, json_array_get(value, i));
    run->depth--;
    return done;
}

static bool
render_partial(struct run *run, const struct scene *scene, const struct node *node)
{
    const struct template_source *source = run->partials;
    const char                   *name = node->text.bytes;
    const struct indent           indent = { scene->indent, node->indent };
    struct scene inner = { .template = source == NULL ? NULL : source->find(source->context, name),
        .name = name };
    bool done;

    if (inner.template == NULL)
        return true;
    if (!go_deeper(run))
        return false;
    if (node->indent.bytes != NULL)
        inner.indent = node->indent.length > 0 ? &indent : scene->indent;
    done = render_nodes(run, &inner, 0, inner.template->count);
    run->scene = scene; /* `inner` is about to go */
    run->node = node;
    run->depth--;
    return done;
}

static bool
render_node(struct run *run, const struct scene *scene, const struct node *node)
{
    if (node->fresh && !put_indent(run, scene->indent))
        return false;
    switch (node->kind) {
    case NODE_TEXT:
        return scene->indent != NULL ? put_lines(run, scene->indent, &node->text)
                                     : put(run, node->text.bytes, node->text.length);
    case NODE_ESCAPED:
    case NODE_RAW:
        return put_value(run, node);
    case NODE_SECTION:
        return render_section(run, scene, node);
    case NODE_PARTIAL:
        return render_partial(run, scene, node);
    case NODE_INVERTED: /* render_nodes has stepped into it or over it */
        break;
    }
    return true;
}

static bool
render_nodes(struct run *run, const struct scene *scene, size_t from, size_t to)
{
    size_t next;

    for (size_t i = from; i < to; i = next) {
        const struct node *node = &scene->template->nodes[i];

        run->scene = scene;
        run->node = node;
        if (!step(run) || !render_node(run, scene, node))
            return false;
        next = i + 1;
        if (node->kind == NODE_SECTION
                || (node->kind == NODE_INVERTED && value_is_true(value_find(run, node))))
            next = node->end;
    }
    return true;
}

bool
template_render(const struct template *template, json_t *data,
        const struct template_source *partials, struct text *out, struct error *err)
{
    const struct scene page = { .template = template };
    struct run run = { .partials = partials, .out = out, .most = out->length + TEMPLATE_OUTPUT,
        .stack = { data }, .levels = 1, .err = err };
    size_t before = out->length;

    if (render_nodes(&run, &page, 0, template->count))
        return true;
    out->length = before;
    out->bytes[before] = '\0';
    return false;
}
