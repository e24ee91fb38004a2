/* json.h: JSON values (Jansson's) read strictly, with numbers kept as they were written.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Reads one JSON object: nothing after it, no duplicate names, at most 32 levels deep, well-formed
 * UTF-8, no NUL or control characters in strings. Numbers never become a double: they come back as
 * marked text, which only json_literal and json_decimal see through ('1' and 1 stay distinct).
 * The value belongs to the arena. NULL with ERROR_INPUT when it is anything else.
 */
json_t *json_read(struct arena *arena, const char *bytes, size_t length, struct error *err);

/* The text of a string member; NULL when absent, null, or not a string. */
const char *json_member(const json_t *object, const char *name);

/* The literal of a number, such as "19.99" or "1e3"; NULL when it is not a number. */
const char *json_literal(const json_t *value);

/* A member that is a number or a string: its text either way; NULL otherwise. */
const char *json_decimal(const json_t *object, const char *name);

/* A member that is a whole number or the text of one, within [least, most]. */
bool json_whole(const json_t *object, const char *name, long long least, long long most,
        long long *value);

/* Members that are texts: name, text, …, NULL. Returns the object. Here and in json_add they are
 * clean UTF-8, as is all that came in through our checks: Jansson would check each once more. */
json_t *json_add_texts(json_t *object, const char *name, ...) __attribute__((sentinel));

/* One member; takes the reference. */
void json_add(json_t *object, const char *name, json_t *value);

/* Compact text of a value made by us (not of one from json_read), in the arena. */
char *json_print(struct arena *arena, const json_t *value);

/* Hand a fresh reference to the arena; returns the value. */
json_t *json_keep(struct arena *arena, json_t *value);

#endif
