/* mixin_tx_read.c: a transaction of Mixin's kernel out of its bytes.
 * SPDX-License-Identifier: ISC */
#include <string.h>

#include "remote/mixin_tx.h"
#include "remote/mixin_tx_form.h"

enum { AGGREGATED = 0xffff, LEAST_INPUT = 40, LEAST_OUTPUT = 40 };

struct cursor {
    struct arena        *arena;
    const unsigned char *at;
    size_t               left;
    struct error        *err;
};

static bool
unread(const struct cursor *cursor, const char *what)
{
    return fail(cursor->err, ERROR_INPUT, "The transaction cannot be read: %s.", what);
}

static bool
take(struct cursor *cursor, void *to, size_t length)
{
    if (length > cursor->left)
        return unread(cursor, "it ends too early");
    if (length > 0)
        memcpy(to, cursor->at, length);
    cursor->at += length;
    cursor->left -= length;
    return true;
}

static bool
take_number(struct cursor *cursor, size_t length, uint64_t *number)
{
    unsigned char bytes[8] = { 0 };

    if (!take(cursor, bytes, length))
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++)
        *number = *number << 8 | bytes[i];
    return true;
}

/* A count of things that take at least `size` bytes each, so that a lie costs no memory. */
static bool
take_count(struct cursor *cursor, size_t most, size_t size, size_t *count)
{
    uint64_t number;

    if (!take_number(cursor, 2, &number))
        return false;
    *count = (size_t)number;
    return (*count <= most && *count * size <= cursor->left)
            || unread(cursor, "a count is too large");
}

static bool
take_exactly(struct cursor *cursor, const void *expected, size_t length, const char *what)
{
    unsigned char bytes[MIXIN_HASH];

    return take(cursor, bytes, length)
            && (memcmp(bytes, expected, length) == 0 || unread(cursor, what));
}

static bool
take_name(struct cursor *cursor, const char **name)
{
    size_t length;
    char  *text;

    if (!take_count(cursor, MIXIN_TX_NAME, 1, &length))
        return false;
    text = arena_alloc(cursor->arena, length + 1);
    *name = text;
    return take(cursor, text, length)
            && (strlen(text) == length || unread(cursor, "an address holds a NUL"));
}

static bool
take_amount(struct cursor *cursor, struct amount *amount)
{
    size_t   length;
    uint64_t units;

    if (!take_count(cursor, UINT16_MAX, 1, &length))
        return false;
    if (length == 0 || cursor->at[0] == 0)
        return unread(cursor, "an amount is not in its shortest form");
    if (length > sizeof units)
        return unread(cursor, "an amount is too large for us");
    if (!take_number(cursor, length, &units))
        return false;
    amount->units = (int64_t)units;
    return units <= INT64_MAX || unread(cursor, "an amount is too large for us");
}

static bool
take_input(struct cursor *cursor, struct mixin_input *input)
{
    uint64_t index;

    if (!take(cursor, &input->hash, sizeof input->hash) || !take_number(cursor, 2, &index))
        return false;
    input->index = (unsigned)index;
    return take_exactly(cursor, nothing, 6, "it is a genesis, a deposit or a mint");
}

static bool
take_script(struct cursor *cursor, struct mixin_output *output)
{
    static const unsigned char head[] = { 0, SCRIPT, SCRIPT_FIRST, SCRIPT_SECOND };
    struct mixin_key          *keys;
    uint64_t                   threshold;

    if (!take_count(cursor, MIXIN_TX_KEYS, sizeof *keys, &output->key_count))
        return false;
    output->keys = keys = arena_array(cursor->arena, output->key_count, sizeof *keys);
    if (!take(cursor, keys, output->key_count * sizeof *keys)
            || !take(cursor, &output->mask, sizeof output->mask)
            || !take_exactly(cursor, head, sizeof head, "an output has an unknown script")
            || !take_number(cursor, 1, &threshold))
        return false;
    output->threshold = (unsigned)threshold;
    return take_exactly(cursor, nothing, 2, "an output to keys has an address");
}

static bool
take_withdrawal(struct cursor *cursor, struct mixin_output *output)
{
    return take_exactly(cursor, nothing, 2, "a withdrawal has keys")
            && take_exactly(cursor, nothing, MIXIN_KEY, "a withdrawal has a mask")
            && take_exactly(cursor, nothing, 2, "a withdrawal has a script")
            && take_exactly(cursor, withdrawal_mark, sizeof withdrawal_mark,
                    "a withdrawal has no address")
            && take_name(cursor, &output->address)
            && take_name(cursor, &output->tag);
}

static bool
take_output(struct cursor *cursor, struct mixin_output *output)
{
    uint64_t type;

    if (!take_number(cursor, 2, &type) || !take_amount(cursor, &output->amount))
        return false;
    output->type = (enum mixin_output_type)type;
    if (type == MIXIN_OUTPUT_SCRIPT)
        return take_script(cursor, output);
    if (type == MIXIN_OUTPUT_WITHDRAWAL)
        return take_withdrawal(cursor, output);
    return unread(cursor, "an output is of an unknown type");
}

static bool
take_inputs(struct cursor *cursor, struct mixin_tx *tx)
{
    struct mixin_input *inputs;

    if (!take_count(cursor, MIXIN_TX_INPUTS, LEAST_INPUT, &tx->input_count))
        return false;
    tx->inputs = inputs = arena_array(cursor->arena, tx->input_count, sizeof *inputs);
    for (size_t i = 0; i < tx->input_count; i++)
        if (!take_input(cursor, &inputs[i]))
            return false;
    return true;
}

static bool
take_outputs(struct cursor *cursor, struct mixin_tx *tx)
{
    struct mixin_output *outputs;

    if (!take_count(cursor, MIXIN_TX_OUTPUTS, LEAST_OUTPUT, &tx->output_count))
        return false;
    tx->outputs = outputs = arena_array(cursor->arena, tx->output_count, sizeof *outputs);
    for (size_t i = 0; i < tx->output_count; i++)
        if (!take_output(cursor, &outputs[i]))
            return false;
    return true;
}

static bool
take_references(struct cursor *cursor, struct mixin_tx *tx)
{
    struct mixin_hash *references;

    if (!take_count(cursor, MIXIN_TX_REFERENCES, sizeof *references, &tx->reference_count))
        return false;
    tx->references = references =
            arena_array(cursor->arena, tx->reference_count, sizeof *references);
    return take(cursor, references, tx->reference_count * sizeof *references);
}

static bool
take_extra(struct cursor *cursor, struct mixin_tx *tx)
{
    uint64_t       length;
    unsigned char *extra;

    if (!take_number(cursor, 4, &length))
        return false;
    if (length > MIXIN_TX_EXTRA)
        return unread(cursor, "its memo has more than 256 bytes");
    tx->extra_length = (size_t)length;
    tx->extra = extra = arena_alloc(cursor->arena, tx->extra_length + 1);
    return take(cursor, extra, tx->extra_length);
}

static bool
take_signature(struct cursor *cursor, struct mixin_signature *signature)
{
    uint64_t index;

    if (!take_number(cursor, 2, &index))
        return false;
    signature->index = (unsigned)index;
    return take(cursor, signature->bytes, sizeof signature->bytes);
}

static bool
take_signatures_of_input(struct cursor *cursor, struct mixin_signatures *signatures)
{
    struct mixin_signature *list;

    if (!take_count(cursor, MIXIN_TX_KEYS, 2 + MIXIN_SIGNATURE, &signatures->count))
        return false;
    signatures->list = list = arena_array(cursor->arena, signatures->count, sizeof *list);
    for (size_t i = 0; i < signatures->count; i++)
        if (!take_signature(cursor, &list[i]))
            return false;
    return true;
}

static bool
take_signatures(struct cursor *cursor, struct mixin_tx *tx)
{
    struct mixin_signatures *signatures;
    uint64_t                 count;

    if (!take_number(cursor, 2, &count))
        return false;
    if (count == 0)
        return true;
    if (count == AGGREGATED)
        return unread(cursor, "its signatures are aggregated");
    if (count != tx->input_count)
        return unread(cursor, "not all of its inputs are signed");
    tx->signatures = signatures = arena_array(cursor->arena, tx->input_count, sizeof *signatures);
    for (size_t i = 0; i < tx->input_count; i++)
        if (!take_signatures_of_input(cursor, &signatures[i]))
            return false;
    return true;
}

bool
mixin_tx_decode(struct arena *arena, const unsigned char *bytes, size_t length,
        struct mixin_tx *tx, struct error *err)
{
    struct cursor cursor = { arena, bytes, length, err };

    *tx = (struct mixin_tx){ .signatures = NULL };
    return (length <= MIXIN_TX_BYTES || unread(&cursor, "it has more than 4 MiB"))
            && take_exactly(&cursor, magic, sizeof magic, "it is not of version 5")
            && take(&cursor, &tx->asset, sizeof tx->asset)
            && take_inputs(&cursor, tx)
            && take_outputs(&cursor, tx)
            && take_references(&cursor, tx)
            && take_extra(&cursor, tx)
            && take_signatures(&cursor, tx)
            && (cursor.left == 0 || unread(&cursor, "bytes follow it"))
            && mixin_tx_check(tx, err);
}
