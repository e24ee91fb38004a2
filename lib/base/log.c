/* log.c: one line of key=value pairs per event, to standard error.
 * SPDX-License-Identifier: ISC */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { LINE_SIZE = 4096, VALUE_MOST = 1024 };

struct line {
    char   bytes[LINE_SIZE];
    size_t length;
};

static void
add(struct line *line, const char *text, size_t length)
{
    if (length > LINE_SIZE - 1 - line->length)
        length = LINE_SIZE - 1 - line->length;
    memcpy(line->bytes + line->length, text, length);
    line->length += length;
}

static void
add_escaped(struct line *line, unsigned char byte)
{
    char escaped[5];
    int  length = snprintf(escaped, sizeof escaped, byte == '"' || byte == '\\' ? "\\%c"
            : "\\x%02x", byte);

    add(line, escaped, (size_t)length);
}

/* A log is read at a terminal: nothing in it may steer one. */
static void
add_value(struct line *line, const char *value, size_t length)
{
    while (length > 0) {
        size_t step = *value == '"' || *value == '\\' ? 0 : text_tame(value, length);

        if (step == 0)
            add_escaped(line, (unsigned char)*value);
        else
            add(line, value, step);
        value += step == 0 ? 1 : step;
        length -= step == 0 ? 1 : step;
    }
}

static void
add_pair(struct line *line, const char *key, const char *value)
{
    bool bare = value[0] != '\0' && value[strcspn(value, " \"=\\")] == '\0';

    add(line, " ", line->length > 0);
    add(line, key, strlen(key));
    add(line, "=\"", bare ? 1 : 2);
    add_value(line, value, strnlen(value, VALUE_MOST));
    add(line, "\"", !bare);
}

void
log_event(const char *level, const char *what, ...)
{
    struct line line = { .length = 0 };
    char        time[CLOCK_TEXT];
    va_list     pairs;

    clock_text(clock_now(), time);
    add_pair(&line, "time", time);
    add_pair(&line, "level", level);
    add_pair(&line, "what", what);
    va_start(pairs, what);
    for (;;) {
        const char *key = va_arg(pairs, const char *);
        const char *value = key == NULL ? NULL : va_arg(pairs, const char *);

        if (key == NULL)
            break;
        if (value != NULL)
            add_pair(&line, key, value);
    }
    va_end(pairs);
    line.bytes[line.length++] = '\n';
    if (write(STDERR_FILENO, line.bytes, line.length) < 0)
        return; /* nobody listens: there is nowhere left to say so */
}
