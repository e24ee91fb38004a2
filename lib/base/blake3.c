/* blake3.c: the BLAKE3 hash.
 * SPDX-License-Identifier: ISC
 *
 * The message is cut into chunks of 1024 bytes, the leaves of a binary tree whose left sides are
 * full. A chunk is a chain of compressed blocks; a parent compresses the values of its two
 * children. What is hashed here is a few kilobytes, so nothing is done for speed. */
#include "base/blake3.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, CHUNK = 1024, WORDS = 8, ROUNDS = 7 };

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

static const uint32_t start[WORDS] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* What a block is compressed with besides the value so far. */
struct turn {
    uint64_t chunk;  /* the chunk's number; 0 for a parent */
    uint32_t length; /* bytes of the block that are the message's */
    uint32_t flags;
};

static uint32_t
word_read(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
            | (uint32_t)bytes[3] << 24;
}

static void
word_write(uint32_t word, unsigned char *bytes)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(word >> (8 * i));
}

static uint32_t
turned_right(uint32_t word, int bits)
{
    return word >> bits | word << (32 - bits);
}

static void
mix(uint32_t v[static 16], const unsigned char place[static 4], uint32_t x, uint32_t y)
{
    uint32_t *a = &v[place[0]], *b = &v[place[1]], *c = &v[place[2]], *d = &v[place[3]];

    *a += *b + x;
    *d = turned_right(*d ^ *a, 16);
    *c += *d;
    *b = turned_right(*b ^ *c, 12);
    *a += *b + y;
    *d = turned_right(*d ^ *a, 8);
    *c += *d;
    *b = turned_right(*b ^ *c, 7);
}

static void
mix_round(uint32_t v[static 16], const uint32_t m[static 16])
{
    static const unsigned char places[8][4] = {
        { 0, 4,  8, 12 }, { 1, 5,  9, 13 }, { 2, 6, 10, 14 }, { 3, 7, 11, 15 }, /* columns */
        { 0, 5, 10, 15 }, { 1, 6, 11, 12 }, { 2, 7,  8, 13 }, { 3, 4,  9, 14 }, /* diagonals */
    };

    for (int i = 0; i < 8; i++)
        mix(v, places[i], m[2 * i], m[2 * i + 1]);
}

static void
permute(uint32_t m[static 16])
{
    static const unsigned char from[16] = { 2, 6,  3,  10, 7, 0,  4,  13,
                                            1, 11, 12, 5,  9, 14, 15, 8  };
    uint32_t                   old[16];

    memcpy(old, m, sizeof old);
    for (int i = 0; i < 16; i++)
        m[i] = old[from[i]];
}

/* Lets the value take in one block. */
static void
compress(uint32_t value[static WORDS], const unsigned char block[static BLOCK],
        const struct turn *turn)
{
    uint32_t v[16], m[16];

    memcpy(v, value, WORDS * sizeof *v);
    memcpy(v + 8, start, 4 * sizeof *v);
    v[12] = (uint32_t)turn->chunk;
    v[13] = (uint32_t)(turn->chunk >> 32);
    v[14] = turn->length;
    v[15] = turn->flags;
    for (int i = 0; i < 16; i++)
        m[i] = word_read(block + 4 * i);
    for (int i = 0; i < ROUNDS; i++) {
        mix_round(v, m);
        permute(m);
    }
    for (int i = 0; i < WORDS; i++)
        value[i] = v[i] ^ v[i + 8];
}

/* At most CHUNK bytes; no bytes are one empty block. */
static void
chunk_value(const unsigned char *bytes, size_t length, uint64_t number, uint32_t root,
        uint32_t value[static WORDS])
{
    struct turn turn = { .chunk = number, .flags = CHUNK_START };

    memcpy(value, start, sizeof start);
    do {
        unsigned char block[BLOCK] = { 0 };
        size_t        step = length < BLOCK ? length : BLOCK;

        if (step > 0)
            memcpy(block, bytes, step);
        if (step == length)
            turn.flags |= CHUNK_END | root;
        turn.length = (uint32_t)step;
        compress(value, block, &turn);
        turn.flags = 0;
        bytes += step;
        length -= step;
    } while (length > 0);
}

/* How many of the bytes of more than one chunk belong to the left child: a power of two of chunks,
 * the largest that leaves something for the right one. */
static size_t
left_length(size_t length)
{
    size_t left = CHUNK;

    while (left < length - left)
        left *= 2;
    return left;
}

/* The value of the tree over these bytes, of which the first chunk has this number. */
static void
tree_value(const unsigned char *bytes, size_t length, uint64_t number, uint32_t root,
        uint32_t value[static WORDS])
{
    const struct turn turn = { .length = BLOCK, .flags = PARENT | root };
    uint32_t          children[2 * WORDS];
    unsigned char     block[BLOCK];
    size_t            left;

    if (length <= CHUNK) {
        chunk_value(bytes, length, number, root, value);
        return;
    }
    left = left_length(length);
    tree_value(bytes, left, number, 0, children);
    tree_value(bytes + left, length - left, number + left / CHUNK, 0, children + WORDS);
    for (int i = 0; i < 2 * WORDS; i++)
        word_write(children[i], block + 4 * i);
    memcpy(value, start, sizeof start);
    compress(value, block, &turn);
}

void
blake3(const void *bytes, size_t length, unsigned char hash[static BLAKE3_HASH])
{
    uint32_t value[WORDS];

    tree_value(length == 0 ? (const unsigned char *)"" : bytes, length, 0, ROOT, value);
    for (int i = 0; i < WORDS; i++)
        word_write(value[i], hash + 4 * i);
}
