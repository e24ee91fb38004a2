/* template_node.h: the parsed form of a template, between template.c and template_render.c only.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_TEMPLATE_NODE_H
#define WEB_TEMPLATE_NODE_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *bytes;
    size_t      length;
};

enum node_kind { NODE_TEXT, NODE_ESCAPED, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
    enum node_kind kind;
    bool           fresh;  /* begins a line: the indentation of the partial it is in goes before */
    struct span    text;   /* the text; or the name, NUL-terminated, as is each of its parts */
    struct span    indent; /* before a partial alone on its line; bytes NULL: not alone */
    size_t         parts;  /* of a dotted name; 0: the name is "." */
    size_t         end;    /* of a section: the first node behind it */
    size_t         line;
};

/* One flat array over a copy of the source, in which names are cut into their parts after
 * parsing: rendering then allocates nothing but its output. */
struct template {
    char        *source;
    struct node *nodes;
    size_t       count, room;
};

#endif
