/* json.c: JSON read strictly, with numbers kept as they were written.
 * SPDX-License-Identifier: ISC
 *
 * Jansson turns 19.99 into a double and refuses big integers. So a scanner goes over the bytes
 * first and hands every number to Jansson as a string that starts with MARK, a character that no
 * string may hold: json_read refuses control characters, written plainly or escaped. */
#include "base/json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MARK '\x01'
#define MARK_ESCAPED "\"\\u0001"

enum { MOST_LEVELS = 32 };

/* Length of the JSON number at `at`, 0 where there is none (RFC 8259 §6). */
static size_t
number_length(const char *at, size_t left)
{
    size_t i = 0, digits;

#define DIGIT(k) ((k) < left && at[k] >= '0' && at[k] <= '9')
    if (i < left && at[i] == '-')
        i++;
    if (!DIGIT(i))
        return 0;
    if (at[i] == '0')
        i++;
    else
        while (DIGIT(i))
            i++;
    if (i < left && at[i] == '.') {
        for (digits = ++i; DIGIT(i); i++)
            ;
        if (i == digits)
            return 0;
    }
    if (i < left && (at[i] == 'e' || at[i] == 'E')) {
        i++;
        if (i < left && (at[i] == '+' || at[i] == '-'))
            i++;
        for (digits = i; DIGIT(i); i++)
            ;
        if (i == digits)
            return 0;
    }
#undef DIGIT
    return i;
}

/* Length of the string at `at` with both quotes, 0 when it never ends. */
static size_t
string_length(const char *at, size_t left)
{
    for (size_t i = 1; i < left; i++)
        if (at[i] == '\\')
            i++;
        else if (at[i] == '"')
            return i + 1;
    return 0;
}

static bool
mark_numbers(struct text *marked, const char *bytes, size_t length, struct error *err)
{
    size_t levels = 0, i = 0;

    while (i < length) {
        size_t step = 1;

        if (bytes[i] == '"') {
            step = string_length(bytes + i, length - i);
            if (step == 0)
                return fail(err, ERROR_INPUT, "The JSON ends inside a text.");
            text_add_bytes(marked, bytes + i, step);
        } else if (bytes[i] == '-' || (bytes[i] >= '0' && bytes[i] <= '9')) {
            step = number_length(bytes + i, length - i);
            if (step == 0)
                return fail(err, ERROR_INPUT, "The JSON holds a malformed number.");
            text_add(marked, MARK_ESCAPED);
            text_add_bytes(marked, bytes + i, step);
            text_add(marked, "\"");
        } else {
            if ((bytes[i] == '{' || bytes[i] == '[') && ++levels > MOST_LEVELS)
                return fail(err, ERROR_INPUT, "The JSON is more than 32 levels deep.");
            if ((bytes[i] == '}' || bytes[i] == ']') && levels > 0)
                levels--;
            text_add_bytes(marked, bytes + i, 1);
        }
        i += step;
    }
    return true;
}

/* A text may hold a line break or a tab, but no other control character; a name none at all.
 * Numbers are told from texts by the mark, so a text that begins with it can only be a number. */
static bool
strings_are_clean(json_t *value)
{
    const char   *name;
    json_t       *member;
    size_t        i;

    if (json_is_string(value)) {
        const char *bytes = json_string_value(value);

        return json_literal(value) != NULL
                || text_is_clean(bytes, json_string_length(value), true);
    }
    if (json_is_array(value))
        json_array_foreach(value, i, member)
            if (!strings_are_clean(member))
                return false;
    if (json_is_object(value))
        json_object_foreach(value, name, member)
            if (!text_is_clean(name, strlen(name), false) || !strings_are_clean(member))
                return false;
    return true;
}

/* No text of the document itself may start with the escaped mark: it would pass for a number. */
static bool
forges_mark(const char *bytes, size_t length)
{
    static const char escape[] = "\\u0001";

    for (size_t i = 0; i + sizeof escape - 1 <= length; i++)
        if (memcmp(bytes + i, escape, sizeof escape - 1) == 0)
            return true;
    return false;
}

static void
release_json(void *value)
{
    json_decref(value);
}

json_t *
json_keep(struct arena *arena, json_t *value)
{
    if (value == NULL)
        abort();
    arena_defer(arena, release_json, value);
    return value;
}

json_t *
json_read(struct arena *arena, const char *bytes, size_t length, struct error *err)
{
    struct text  marked;
    json_error_t reason;
    json_t      *value;

    text_open(&marked, arena);
    if (forges_mark(bytes, length)) {
        fail(err, ERROR_INPUT, "The JSON holds a control character.");
        return NULL;
    }
    if (!mark_numbers(&marked, bytes, length, err))
        return NULL;
    value = json_loadb(marked.bytes, marked.length, JSON_REJECT_DUPLICATES, &reason);
    if (value == NULL) {
        bool clean = text_is_clean(reason.text, strlen(reason.text), false);

        fail(err, ERROR_INPUT, "The JSON cannot be read: %s.",
                clean ? reason.text : "it holds strange bytes"); /* the reason quotes them */
        return NULL;
    }
    json_keep(arena, value);
    if (!json_is_object(value)) {
        fail(err, ERROR_INPUT, "The JSON must be one object.");
        return NULL;
    }
    if (!strings_are_clean(value)) {
        fail(err, ERROR_INPUT, "The JSON holds a control character.");
        return NULL;
    }
    return value;
}

const char *
json_literal(const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL && text[0] == MARK ? text + 1 : NULL;
}

const char *
json_member(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    return json_literal(member) != NULL ? NULL : json_string_value(member);
}

const char *
json_decimal(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    const char   *literal = json_literal(member);

    return literal != NULL ? literal : json_string_value(member);
}

bool
json_whole(const json_t *object, const char *name, long long least, long long most,
        long long *value)
{
    const char *text = json_decimal(object, name);

    return text != NULL && text_to_integer(text, least, most, value);
}

void
json_add(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new_nocheck(object, name, value) != 0)
        abort(); /* no memory, or no value */
}

json_t *
json_add_texts(json_t *object, const char *name, ...)
{
    va_list list;

    va_start(list, name);
    for (; name != NULL; name = va_arg(list, const char *))
        json_add(object, name, json_string_nocheck(va_arg(list, const char *)));
    va_end(list);
    return object;
}

char *
json_print(struct arena *arena, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL)
        abort();
    arena_defer(arena, free, text);
    return text;
}
