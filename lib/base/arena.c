/* arena.c: memory that lives as long as one request or one job.
 * SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc tells of the sanitizer by a macro, clang by a feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

enum { BLOCK_SIZE = 65536, RED_ZONE = 16, FORMAT_BRIEF = 256 };

struct block {
    struct block *older;
    size_t        used, room;
    alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *older;
    void           (*release)(void *);
    void            *handle;
};

struct arena {
    struct block    *newest;
    struct deferred *deferred;
};

static void
out_of_memory(void)
{
    fputs("level=fatal what=\"out of memory\"\n", stderr);
    abort();
}

static struct block *
block_open(size_t room, struct block *older)
{
    struct block *block = malloc(sizeof *block + room);

    if (block == NULL)
        out_of_memory();
    block->older = older;
    block->used = 0;
    block->room = room;
    ASAN_POISON_MEMORY_REGION(block->bytes, room);
    return block;
}

static void
block_close(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->room);
    free(block);
}

struct arena *
arena_open(void)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena == NULL)
        out_of_memory();
    arena->newest = block_open(BLOCK_SIZE, NULL);
    return arena;
}

static void
release_deferred(struct arena *arena)
{
    struct deferred *deferred = arena->deferred;

    arena->deferred = NULL;
    for (; deferred != NULL; deferred = deferred->older)
        deferred->release(deferred->handle);
}

void
arena_reset(struct arena *arena)
{
    struct block *block = arena->newest;

    release_deferred(arena);
    while (block->older != NULL) {
        struct block *older = block->older;

        block_close(block);
        block = older;
    }
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->bytes, block->room);
    arena->newest = block;
}

void
arena_close(struct arena *arena)
{
    if (arena == NULL)
        return;
    arena_reset(arena);
    block_close(arena->newest);
    free(arena);
}

void
arena_close_wiped(struct arena *arena)
{
    if (arena == NULL)
        return;
    release_deferred(arena); /* the list of them stands in the memory, too */
    for (struct block *block = arena->newest; block != NULL; block = block->older) {
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->room);
        explicit_bzero(block->bytes, block->used);
    }
    arena_close(arena);
}

/* A gap of RED_ZONE bytes stays poisoned behind each allocation: a write past the end is caught. */
static size_t
gross(size_t size)
{
    if (size > SIZE_MAX / 4)
        out_of_memory();
    return (size + RED_ZONE + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

void *
arena_room(struct arena *arena, size_t size)
{
    struct block *block = arena->newest;
    size_t        needed = gross(size);
    void         *memory;

    if (needed > block->room - block->used)
        arena->newest = block = block_open(needed > BLOCK_SIZE ? needed : BLOCK_SIZE, block);
    memory = block->bytes + block->used;
    block->used += needed;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

/* Of the last allocation, only so much is needed. */
static void
shrink(struct arena *arena, size_t from, size_t to)
{
    struct block *block = arena->newest;

    block->used -= gross(from) - gross(to);
    ASAN_POISON_MEMORY_REGION(block->bytes + block->used - gross(to) + to, gross(from) - to);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_room(arena, size), 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    return arena_alloc(arena, total);
}

char *
arena_copy_bytes(struct arena *arena, const void *bytes, size_t length)
{
    char *copy = arena_room(arena, length + 1);

    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *
arena_copy(struct arena *arena, const char *text)
{
    return arena_copy_bytes(arena, text, strlen(text));
}

/* Most of what is formatted is short; only the rest is formatted a second time. */
char *
arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    char   *text = arena_room(arena, FORMAT_BRIEF);
    int     length;

    va_start(arguments, format);
    length = vsnprintf(text, FORMAT_BRIEF, format, arguments);
    va_end(arguments);
    if (length < 0)
        out_of_memory();
    if (length < FORMAT_BRIEF) {
        shrink(arena, FORMAT_BRIEF, (size_t)length + 1);
        return text;
    }
    text = arena_room(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void
arena_defer(struct arena *arena, void (*release)(void *), void *handle)
{
    struct deferred *deferred = arena_alloc(arena, sizeof *deferred);

    deferred->older = arena->deferred;
    deferred->release = release;
    deferred->handle = handle;
    arena->deferred = deferred;
}
