/* arena.h: memory that lives as long as one request or one job, and goes all at once.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * An arena belongs to one thread. Out of memory ends the process (its manager starts a new one), so
 * no function here returns NULL.
 */
struct arena;

struct arena *arena_open(void);

/* Calls what was deferred, last first, then frees everything. NULL is fine. */
void arena_close(struct arena *arena);

/* As arena_close, but overwrites all of the memory first: for an arena that held secrets. */
void arena_close_wiped(struct arena *arena);

/* As arena_close, but keeps the first block, so that the next request starts with warm memory. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, but anything may be in the memory. */
void *arena_room(struct arena *arena, size_t size);

/* Room for `count` zeroed things of `size` bytes; an overflow ends the process. */
void *arena_array(struct arena *arena, size_t count, size_t size);

char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length); /* adds a NUL */
char *arena_format(struct arena *arena, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Have `release(handle)` called when the arena is closed or reset: how foreign handles join. */
void arena_defer(struct arena *arena, void (*release)(void *), void *handle);

#endif
