/* template.c: Mustache templates, parsed into nodes.
 * SPDX-License-Identifier: ISC
 *
 * Each kind of tag is a row of tag_kinds. A tag that is alone on its line takes the line with it
 * (a "standalone" tag, as the specification says), unless it prints something. */
#include "web/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/template_node.h"

enum { DELIMITER_MOST = 16, EXCERPT_MOST = 60 };

#define NOWHERE SIZE_MAX

struct parser {
    struct template *template;
    struct span      source;
    size_t           at;                        /* all before it is in nodes */
    size_t           line, counted;             /* `line` is the one that `counted` is on */
    struct span      open, close;               /* the delimiters */
    size_t           sections[TEMPLATE_LEVELS]; /* nodes of those not yet closed */
    size_t           levels;
    struct error    *err;
};

struct tag {
    const struct tag_kind *kind;
    size_t                 start, end; /* with its delimiters */
    size_t                 from, to;   /* the same; the whole line where it is alone on it */
    size_t                 line;
    bool                   alone, fresh;
    struct span            name;
};

struct tag_kind {
    char sigil;
    bool may_be_alone; /* then its whole line disappears */
    char closer;       /* stands before the closing delimiter */
    bool (*take)(struct parser *, const struct tag *);
};

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool
is_space(char byte)
{
    return is_blank(byte) || byte == '\n' || byte == '\r';
}

static struct span
span_trim(struct span span)
{
    while (span.length > 0 && is_space(span.bytes[0])) {
        span.bytes++;
        span.length--;
    }
    while (span.length > 0 && is_space(span.bytes[span.length - 1]))
        span.length--;
    return span;
}

/* Length up to the first white space. */
static size_t
span_word(struct span span)
{
    size_t length = 0;

    while (length < span.length && !is_space(span.bytes[length]))
        length++;
    return length;
}

static bool
span_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static size_t
span_find(struct span span, size_t from, struct span what)
{
    while (from + what.length <= span.length) {
        const char *at = memchr(span.bytes + from, what.bytes[0],
                span.length - from - what.length + 1);

        if (at == NULL)
            break;
        if (memcmp(at, what.bytes, what.length) == 0)
            return (size_t)(at - span.bytes);
        from = (size_t)(at - span.bytes) + 1;
    }
    return NOWHERE;
}

/* So much of the span as is shown in a message: one line, whole characters. */
static int
excerpt(struct span span)
{
    size_t length = 0;

    while (length < span.length && length < EXCERPT_MOST
            && (unsigned char)span.bytes[length] >= ' ')
        length++;
    while (length > 0 && length < span.length && ((unsigned char)span.bytes[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

/* Offsets must not fall from call to call. */
static size_t
line_at(struct parser *parser, size_t offset)
{
    for (; parser->counted < offset; parser->counted++)
        parser->line += parser->source.bytes[parser->counted] == '\n';
    return parser->line;
}

static bool
starts_line(const struct parser *parser, size_t offset)
{
    return offset == 0 || parser->source.bytes[offset - 1] == '\n';
}

static struct node *
node_add(struct template *template, enum node_kind kind, struct span text, size_t line)
{
    struct node *node;

    if (template->count == template->room) {
        template->room = template->room * 2 + 16;
        template->nodes = reallocarray(template->nodes, template->room, sizeof *node);
        if (template->nodes == NULL)
            abort();
    }
    node = &template->nodes[template->count++];
    *node = (struct node){ .kind = kind, .text = text, .line = line };
    return node;
}

/* All text up to the offset. */
static void
take_text(struct parser *parser, size_t to, size_t line)
{
    struct span text = { parser->source.bytes + parser->at, to - parser->at };
    bool        fresh = starts_line(parser, parser->at);

    if (text.length > 0)
        node_add(parser->template, NODE_TEXT, text, line)->fresh = fresh;
}

/* A tag that leaves no node but has text on its line still wants that line indented. */
static bool
take_nothing(struct parser *parser, const struct tag *tag)
{
    if (tag->fresh)
        node_add(parser->template, NODE_TEXT, (struct span){ "", 0 }, tag->line)->fresh = true;
    return true;
}

static bool
name_is_good(const struct parser *parser, const struct tag *tag)
{
    if (tag->name.length == 0)
        return fail(parser->err, ERROR_INPUT, "line %zu: a tag has no name", tag->line);
    if (span_word(tag->name) < tag->name.length)
        return fail(parser->err, ERROR_INPUT, "line %zu: the name \"%.*s\" has a space in it",
                tag->line, excerpt(tag->name), tag->name.bytes);
    return true;
}

/* "." or parts between single dots. */
static bool
path_is_good(const struct parser *parser, const struct tag *tag)
{
    struct span name = tag->name;

    if (!name_is_good(parser, tag))
        return false;
    if (name.length == 1 && name.bytes[0] == '.')
        return true;
    if (name.bytes[0] == '.' || name.bytes[name.length - 1] == '.'
            || span_find(name, 0, (struct span){ "..", 2 }) != NOWHERE)
        return fail(parser->err, ERROR_INPUT, "line %zu: the name \"%.*s\" has a dot too many",
                tag->line, excerpt(name), name.bytes);
    return true;
}

static bool
take_value(struct parser *parser, const struct tag *tag)
{
    enum node_kind kind = tag->kind->sigil == '\0' ? NODE_ESCAPED : NODE_RAW;

    if (!path_is_good(parser, tag))
        return false;
    node_add(parser->template, kind, tag->name, tag->line)->fresh = tag->fresh;
    return true;
}

static bool
take_section(struct parser *parser, const struct tag *tag)
{
    enum node_kind kind = tag->kind->sigil == '#' ? NODE_SECTION : NODE_INVERTED;

    if (!path_is_good(parser, tag))
        return false;
    if (parser->levels == TEMPLATE_LEVELS)
        return fail(parser->err, ERROR_INPUT, "line %zu: more than %d sections inside each other",
                tag->line, TEMPLATE_LEVELS);
    parser->sections[parser->levels++] = parser->template->count;
    node_add(parser->template, kind, tag->name, tag->line)->fresh = tag->fresh;
    return true;
}

static const char *
section_sigil(const struct node *section)
{
    return section->kind == NODE_SECTION ? "#" : "^";
}

static bool
take_end(struct parser *parser, const struct tag *tag)
{
    struct span  name = tag->name;
    struct node *section;

    if (parser->levels == 0)
        return fail(parser->err, ERROR_INPUT, "line %zu: {{/%.*s}} closes a section never opened",
                tag->line, excerpt(name), name.bytes);
    take_nothing(parser, tag);
    section = &parser->template->nodes[parser->sections[--parser->levels]];
    if (!span_equal(section->text, name))
        return fail(parser->err, ERROR_INPUT,
                "line %zu: {{/%.*s}} stands where {{%s%.*s}} of line %zu should be closed",
                tag->line, excerpt(name), name.bytes, section_sigil(section),
                excerpt(section->text), section->text.bytes, section->line);
    section->end = parser->template->count;
    return true;
}

static bool
take_partial(struct parser *parser, const struct tag *tag)
{
    struct node *node;

    if (!name_is_good(parser, tag))
        return false;
    node = node_add(parser->template, NODE_PARTIAL, tag->name, tag->line);
    node->fresh = tag->fresh;
    if (tag->alone)
        node->indent = (struct span){ parser->source.bytes + tag->from, tag->start - tag->from };
    return true;
}

static bool
take_delimiters(struct parser *parser, const struct tag *tag)
{
    struct span open = { tag->name.bytes, span_word(tag->name) };
    struct span rest = { open.bytes + open.length, tag->name.length - open.length };
    struct span close = span_trim(rest);

    if (open.length == 0 || close.length == 0 || span_word(close) < close.length
            || open.length > DELIMITER_MOST || close.length > DELIMITER_MOST
            || memchr(tag->name.bytes, '=', tag->name.length) != NULL)
        return fail(parser->err, ERROR_INPUT,
                "line %zu: new delimiters are written {{=<%% %%>=}}: two, each of 1 to %d bytes "
                "without = or space", tag->line, DELIMITER_MOST);
    parser->open = open;
    parser->close = close;
    return take_nothing(parser, tag);
}

static bool
take_foreign(struct parser *parser, const struct tag *tag)
{
    return fail(parser->err, ERROR_INPUT,
            "line %zu: {{%c%.*s}}: parents and blocks are not supported", tag->line,
            tag->kind->sigil, excerpt(tag->name), tag->name.bytes);
}

static const struct tag_kind tag_kinds[] = {
    { '#',  true,  '\0', take_section    },
    { '^',  true,  '\0', take_section    },
    { '/',  true,  '\0', take_end        },
    { '>',  true,  '\0', take_partial    },
    { '!',  true,  '\0', take_nothing    },
    { '=',  true,  '=',  take_delimiters },
    { '&',  false, '\0', take_value      },
    { '{',  false, '}',  take_value      },
    { '<',  false, '\0', take_foreign    },
    { '$',  false, '\0', take_foreign    },
    { '\0', false, '\0', take_value      }, /* none of these */
};

static const struct tag_kind *
tag_kind_of(char byte)
{
    const struct tag_kind *kind = tag_kinds;

    while (kind->sigil != '\0' && kind->sigil != byte)
        kind++;
    return kind;
}

/* Reads the tag that begins at tag->start. */
static bool
tag_read(struct parser *parser, struct tag *tag)
{
    struct span source = parser->source;
    size_t      inside = tag->start + parser->open.length, stop;
    char        bytes[DELIMITER_MOST + 1];
    struct span closer = { bytes, parser->close.length };

    tag->line = line_at(parser, tag->start);
    tag->kind = tag_kind_of(inside < source.length ? source.bytes[inside] : '\0');
    inside += tag->kind->sigil != '\0';
    if (tag->kind->closer != '\0') {
        bytes[0] = tag->kind->closer;
        closer.length++;
    }
    memcpy(bytes + closer.length - parser->close.length, parser->close.bytes,
            parser->close.length);
    stop = span_find(source, inside, closer);
    if (stop == NOWHERE) {
        struct span rest = { source.bytes + tag->start, source.length - tag->start };

        return fail(parser->err, ERROR_INPUT, "line %zu: the tag \"%.*s\" is never closed",
                tag->line, excerpt(rest), rest.bytes);
    }
    tag->name = span_trim((struct span){ source.bytes + inside, stop - inside });
    tag->end = stop + closer.length;
    return true;
}

/* Looks whether the tag is alone on its line (or lines); from and to are then the whole of it. */
static void
tag_look_around(const struct parser *parser, struct tag *tag)
{
    struct span source = parser->source;
    size_t      from = tag->start, to = tag->end;

    while (from > parser->at && is_blank(source.bytes[from - 1]))
        from--;
    while (to < source.length && is_blank(source.bytes[to]))
        to++;
    if (to + 1 < source.length && source.bytes[to] == '\r' && source.bytes[to + 1] == '\n')
        to++;
    tag->alone = tag->kind->may_be_alone && starts_line(parser, from)
            && (to == source.length || source.bytes[to] == '\n');
    tag->fresh = !tag->alone && starts_line(parser, tag->start);
    tag->from = tag->alone ? from : tag->start;
    tag->to = !tag->alone ? tag->end : to < source.length ? to + 1 : to;
}

static bool
parse(struct parser *parser)
{
    struct tag   tag;
    struct node *section;
    size_t       line;

    for (;;) {
        line = line_at(parser, parser->at);
        tag.start = span_find(parser->source, parser->at, parser->open);
        if (tag.start == NOWHERE)
            break;
        if (!tag_read(parser, &tag))
            return false;
        tag_look_around(parser, &tag);
        take_text(parser, tag.from, line);
        if (!tag.kind->take(parser, &tag))
            return false;
        parser->at = tag.to;
    }
    take_text(parser, parser->source.length, line);
    if (parser->levels == 0)
        return true;
    section = &parser->template->nodes[parser->sections[parser->levels - 1]];
    return fail(parser->err, ERROR_INPUT, "line %zu: section {{%s%.*s}} is never closed",
            section->line, section_sigil(section), excerpt(section->text), section->text.bytes);
}

/* Behind a name there is always a byte of its tag, which nobody reads after parsing. */
static void
names_cut(struct template *template)
{
    for (size_t i = 0; i < template->count; i++) {
        struct node *node = &template->nodes[i];
        char        *name;

        if (node->kind == NODE_TEXT)
            continue;
        name = template->source + (node->text.bytes - template->source);
        name[node->text.length] = '\0';
        if (node->kind == NODE_PARTIAL || (node->text.length == 1 && name[0] == '.'))
            continue;
        node->parts = 1;
        while ((name = strchr(name, '.')) != NULL) {
            *name++ = '\0';
            node->parts++;
        }
    }
}

/* Line by line, so that the message can tell which. */
static bool
source_is_clean(struct span source, struct error *err)
{
    size_t line = 1;

    while (source.length > 0) {
        const char *newline = memchr(source.bytes, '\n', source.length);
        size_t length = newline == NULL ? source.length : (size_t)(newline - source.bytes) + 1;

        if (!text_is_clean(source.bytes, length, true))
            return fail(err, ERROR_INPUT,
                    "line %zu: not UTF-8, or a control character is in it", line);
        source.bytes += length;
        source.length -= length;
        line++;
    }
    return true;
}

bool
template_parse(const char *bytes, size_t length, struct template **template, struct error *err)
{
    struct template *made;
    struct parser    parser = { .line = 1, .open = { "{{", 2 }, .close = { "}}", 2 }, .err = err };

    *template = NULL;
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (!source_is_clean((struct span){ bytes, length }, err))
        return false;
    made = calloc(1, sizeof *made);
    if (made == NULL || (made->source = malloc(length + 1)) == NULL)
        abort();
    if (length > 0)
        memcpy(made->source, bytes, length);
    made->source[length] = '\0';
    parser.template = made;
    parser.source = (struct span){ made->source, length };
    if (!parse(&parser)) {
        template_close(made);
        return false;
    }
    names_cut(made);
    *template = made;
    return true;
}

void
template_partials(const struct template *template,
        void (*each)(void *context, const char *name, size_t line), void *context)
{
    for (size_t i = 0; i < template->count; i++)
        if (template->nodes[i].kind == NODE_PARTIAL)
            each(context, template->nodes[i].text.bytes, template->nodes[i].line);
}

void
template_close(struct template *template)
{
    if (template == NULL)
        return;
    free(template->nodes);
    free(template->source);
    free(template);
}
