/* mixin_tx.c: a transaction of Mixin's kernel, version 5, and its bytes.
 * SPDX-License-Identifier: ISC
 *
 * All numbers are big-endian. The writers below stand in the order of the bytes, as do the readers
 * in mixin_tx_read.c. */
#include "remote/mixin_tx.h"

#include <string.h>

#include "base/blake3.h"
#include "base/crypt.h"
#include "base/text.h"
#include "remote/mixin_tx_form.h"

/* ---- rules ----------------------------------------------------------------------------------- */

static bool
broken(struct error *err, const char *rule)
{
    return fail(err, ERROR_INPUT, "The transaction breaks a rule: %s.", rule);
}

static bool
is_name(const char *text, size_t least)
{
    size_t length = text == NULL ? 0 : strlen(text);

    return text != NULL && length >= least && length <= MIXIN_TX_NAME
            && text_is_clean(text, length, false);
}

static bool
output_check(const struct mixin_output *output, struct error *err)
{
    if (output->amount.units <= 0)
        return broken(err, "an output's amount is above 0");
    if (output->type == MIXIN_OUTPUT_WITHDRAWAL)
        return (output->key_count == 0 && is_name(output->address, 1) && is_name(output->tag, 0))
                || broken(err, "a withdrawal has an address, a tag and no keys");
    if (output->type != MIXIN_OUTPUT_SCRIPT)
        return broken(err, "an output goes to keys or to an address");
    if (output->key_count == 0 || output->key_count > MIXIN_TX_KEYS)
        return broken(err, "an output has 1 to 256 keys");
    if (output->threshold == 0 || output->threshold > MIXIN_TX_THRESHOLD)
        return broken(err, "1 to 64 keys must sign");
    return true;
}

static bool
inputs_check(const struct mixin_tx *tx, struct error *err)
{
    if (tx->input_count == 0 || tx->input_count > MIXIN_TX_INPUTS)
        return broken(err, "it has 1 to 256 inputs");
    for (size_t i = 0; i < tx->input_count; i++) {
        const struct mixin_input *input = &tx->inputs[i];

        if (input->index > MIXIN_TX_INPUT_INDEX)
            return broken(err, "the index of an input is at most 1024");
        for (size_t j = 0; j < i; j++)
            if (input->index == tx->inputs[j].index
                    && memcmp(&input->hash, &tx->inputs[j].hash, sizeof input->hash) == 0)
                return broken(err, "no input stands in it twice");
    }
    return true;
}

static bool
signatures_check(const struct mixin_tx *tx, struct error *err)
{
    for (size_t i = 0; tx->signatures != NULL && i < tx->input_count; i++) {
        const struct mixin_signatures *of_input = &tx->signatures[i];

        if (of_input->count == 0 || of_input->count > MIXIN_TX_KEYS)
            return broken(err, "an input has 1 to 256 signatures, or none has any");
        for (size_t j = 0; j < of_input->count; j++)
            if (of_input->list[j].index >= MIXIN_TX_KEYS
                    || (j > 0 && of_input->list[j].index <= of_input->list[j - 1].index))
                return broken(err, "an input's signatures are sorted by their keys");
    }
    return true;
}

bool
mixin_tx_check(const struct mixin_tx *tx, struct error *err)
{
    if (!inputs_check(tx, err))
        return false;
    if (tx->output_count == 0 || tx->output_count > MIXIN_TX_OUTPUTS)
        return broken(err, "it has 1 to 256 outputs");
    for (size_t i = 0; i < tx->output_count; i++)
        if (!output_check(&tx->outputs[i], err))
            return false;
    if (tx->reference_count > MIXIN_TX_REFERENCES)
        return broken(err, "it has at most 16 references");
    if (tx->extra_length > MIXIN_TX_EXTRA)
        return broken(err, "its memo has at most 256 bytes");
    return signatures_check(tx, err);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void
add_number(struct text *raw, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        text_add_bytes(raw, &(unsigned char){ (unsigned char)(number >> (8 * i)) }, 1);
}

static void
add_count(struct text *raw, size_t count)
{
    add_number(raw, count, 2);
}

static void
add_name(struct text *raw, const char *name)
{
    add_count(raw, strlen(name));
    text_add(raw, name);
}

static void
add_amount(struct text *raw, struct amount amount)
{
    int bytes = 8;

    while (bytes > 1 && (uint64_t)amount.units >> (8 * (bytes - 1)) == 0)
        bytes--;
    add_count(raw, (size_t)bytes);
    add_number(raw, (uint64_t)amount.units, bytes);
}

static void
add_input(struct text *raw, const struct mixin_input *input)
{
    text_add_bytes(raw, &input->hash, sizeof input->hash);
    add_number(raw, input->index, 2);
    add_count(raw, 0); /* genesis */
    add_count(raw, 0); /* deposit */
    add_count(raw, 0); /* mint */
}

static void
add_script_output(struct text *raw, const struct mixin_output *output)
{
    const unsigned char script[SCRIPT] = { SCRIPT_FIRST, SCRIPT_SECOND,
                                           (unsigned char)output->threshold };

    add_count(raw, output->key_count);
    text_add_bytes(raw, output->keys, output->key_count * sizeof *output->keys);
    text_add_bytes(raw, &output->mask, sizeof output->mask);
    add_count(raw, sizeof script);
    text_add_bytes(raw, script, sizeof script);
    add_count(raw, 0); /* withdrawal */
}

static void
add_withdrawal(struct text *raw, const struct mixin_output *output)
{
    add_count(raw, 0); /* keys */
    text_add_bytes(raw, nothing, sizeof nothing);
    add_count(raw, 0); /* script */
    text_add_bytes(raw, withdrawal_mark, sizeof withdrawal_mark);
    add_name(raw, output->address);
    add_name(raw, output->tag);
}

static void
add_output(struct text *raw, const struct mixin_output *output)
{
    add_number(raw, output->type, 2);
    add_amount(raw, output->amount);
    if (output->type == MIXIN_OUTPUT_WITHDRAWAL)
        add_withdrawal(raw, output);
    else
        add_script_output(raw, output);
}

static void
add_signatures(struct text *raw, const struct mixin_signatures *signatures)
{
    add_count(raw, signatures->count);
    for (size_t i = 0; i < signatures->count; i++) {
        add_number(raw, signatures->list[i].index, 2);
        text_add_bytes(raw, signatures->list[i].bytes, MIXIN_SIGNATURE);
    }
}

static void
add_tx(struct text *raw, const struct mixin_tx *tx, bool with_signatures)
{
    size_t signed_inputs = with_signatures && tx->signatures != NULL ? tx->input_count : 0;

    text_add_bytes(raw, magic, sizeof magic);
    text_add_bytes(raw, &tx->asset, sizeof tx->asset);
    add_count(raw, tx->input_count);
    for (size_t i = 0; i < tx->input_count; i++)
        add_input(raw, &tx->inputs[i]);
    add_count(raw, tx->output_count);
    for (size_t i = 0; i < tx->output_count; i++)
        add_output(raw, &tx->outputs[i]);
    add_count(raw, tx->reference_count);
    text_add_bytes(raw, tx->references, tx->reference_count * sizeof *tx->references);
    add_number(raw, tx->extra_length, 4);
    text_add_bytes(raw, tx->extra, tx->extra_length);
    add_count(raw, signed_inputs);
    for (size_t i = 0; i < signed_inputs; i++)
        add_signatures(raw, &tx->signatures[i]);
}

bool
mixin_tx_encode(struct arena *arena, const struct mixin_tx *tx, const unsigned char **bytes,
        size_t *length, struct error *err)
{
    struct text raw;

    if (!mixin_tx_check(tx, err))
        return false;
    text_open(&raw, arena);
    add_tx(&raw, tx, true);
    *bytes = (const unsigned char *)raw.bytes;
    *length = raw.length;
    return raw.length <= MIXIN_TX_BYTES || broken(err, "it has at most 4 MiB");
}

const char *
mixin_tx_raw(struct arena *arena, const struct mixin_tx *tx, struct error *err)
{
    const unsigned char *bytes;
    size_t               length;

    return mixin_tx_encode(arena, tx, &bytes, &length, err) ? crypt_hex(arena, bytes, length)
                                                            : NULL;
}

bool
mixin_tx_hash(const struct mixin_tx *tx, struct mixin_hash *hash, struct error *err)
{
    struct arena *arena;
    struct text   raw;

    if (!mixin_tx_check(tx, err))
        return false;
    arena = arena_open();
    text_open(&raw, arena);
    add_tx(&raw, tx, false);
    blake3(raw.bytes, raw.length, hash->bytes);
    arena_close(arena);
    return true;
}
