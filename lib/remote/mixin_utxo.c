/* mixin_utxo.c: unspent outputs, which of them to spend, and the transfer that spends them.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_utxo.h"

#include <limits.h>
#include <string.h>

#include "base/crypt.h"
#include "base/text.h"

static bool
unread(struct error *err, const char *why)
{
    return fail(err, ERROR_INPUT, "An output that Mixin lists cannot be read: its %s.", why);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool
bytes_read(const json_t *object, const char *name, void *bytes)
{
    const char *text = json_member(object, name);

    return text != NULL && crypt_from_hex(text, bytes, MIXIN_KEY);
}

static bool
keys_read(struct arena *arena, const json_t *object, const struct mixin_key **keys, size_t *count)
{
    const json_t     *list = json_object_get(object, "keys");
    struct mixin_key *room;

    *count = json_array_size(list);
    if (*count == 0 || *count > MIXIN_TX_KEYS)
        return false;
    *keys = room = arena_array(arena, *count, sizeof *room);
    for (size_t i = 0; i < *count; i++) {
        const json_t *key = json_array_get(list, i);

        if (!json_is_string(key) || !crypt_from_hex(json_string_value(key), &room[i], MIXIN_KEY))
            return false;
    }
    return true;
}

static bool
place_read(const json_t *output, struct mixin_input *place)
{
    long long index;

    if (!bytes_read(output, "transaction_hash", &place->hash)
            || !json_whole(output, "output_index", 0, MIXIN_TX_INPUT_INDEX, &index))
        return false;
    place->index = (unsigned)index;
    return true;
}

static bool
state_read(const json_t *output, enum mixin_utxo_state *state)
{
    static const char *const names[] = { "unspent", "signed", "spent" };
    const char              *name = json_member(output, "state");

    for (unsigned i = 0; name != NULL && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *state = (enum mixin_utxo_state)i;
            return true;
        }
    return false;
}

/* Who may spend it; an output that does not say so is nobody's. */
static void
owners_read(const json_t *output, struct mixin_utxo *utxo)
{
    const json_t *receivers = json_object_get(output, "receivers");
    const char   *first = json_string_value(json_array_get(receivers, 0));
    const char   *inscription = json_member(output, "inscription_hash");
    long long     number;

    utxo->receiver_count = json_array_size(receivers);
    if (first == NULL || !uuid_fold(first, utxo->receiver))
        utxo->receiver[0] = '\0';
    if (json_whole(output, "receivers_threshold", 1, MIXIN_TX_THRESHOLD, &number))
        utxo->threshold = (size_t)number;
    if (json_whole(output, "sequence", 0, LLONG_MAX, &number))
        utxo->sequence = number;
    utxo->inscribed = inscription != NULL && inscription[strspn(inscription, "0")] != '\0';
}

bool
mixin_utxo_read(struct arena *arena, const json_t *output, struct mixin_utxo *utxo,
        struct error *err)
{
    const char *amount = json_decimal(output, "amount");

    *utxo = (struct mixin_utxo){ .sequence = 0 };
    if (!place_read(output, &utxo->place))
        return unread(err, "transaction_hash or output_index is none");
    if (!bytes_read(output, "kernel_asset_id", &utxo->asset)
            && !bytes_read(output, "asset", &utxo->asset))
        return unread(err, "kernel_asset_id is none");
    if (amount == NULL || !amount_parse(amount, &utxo->amount, NULL))
        return unread(err, "amount is not one that we can count with");
    if (!bytes_read(output, "mask", &utxo->mask)
            || !keys_read(arena, output, &utxo->keys, &utxo->key_count))
        return unread(err, "mask or keys are none");
    if (!state_read(output, &utxo->state))
        return unread(err, "state is unknown");
    owners_read(output, utxo);
    return true;
}

bool
mixin_ghost_read(struct arena *arena, const json_t *entry, struct mixin_ghost *ghost,
        struct error *err)
{
    *ghost = (struct mixin_ghost){ .key_count = 0 };
    return (bytes_read(entry, "mask", &ghost->mask)
                   && keys_read(arena, entry, &ghost->keys, &ghost->key_count))
            || fail(err, ERROR_INPUT, "Mixin's answer holds no one-time keys.");
}

/* ---- spending -------------------------------------------------------------------------------- */

bool
mixin_utxo_is_ours(const struct mixin_utxo *utxo, const char *user_id)
{
    return utxo->state == MIXIN_UTXO_UNSPENT && !utxo->inscribed && utxo->receiver_count == 1
            && utxo->threshold == 1 && strcmp(utxo->receiver, user_id) == 0;
}

static bool
add_one(const struct mixin_utxo *first, const struct mixin_utxo *utxo, struct amount *sum,
        struct error *err)
{
    if (memcmp(&utxo->asset, &first->asset, sizeof utxo->asset) != 0)
        return fail(err, ERROR_INPUT, "The outputs are not of one asset.");
    return amount_add(*sum, utxo->amount, sum, err);
}

bool
mixin_utxo_choose(const struct mixin_utxo *utxos, size_t count, struct amount amount,
        size_t *taken, struct amount *change, struct error *err)
{
    struct amount sum = { 0 };

    if (amount.units <= 0)
        return fail(err, ERROR_INPUT, "The amount must be above 0.");
    for (*taken = 0; amount_compare(sum, amount) < 0; ++*taken) {
        if (*taken == count)
            return fail(err, ERROR_MISSING, "There is too little of this asset.");
        if (*taken == MIXIN_TX_INPUTS)
            return fail(err, ERROR_LIMIT, "The amount lies in more than 256 outputs; they must be "
                    "put together first.");
        if (!add_one(utxos, &utxos[*taken], &sum, err))
            return false;
    }
    return amount_subtract(sum, amount, change, err);
}

static struct mixin_output
output_make(const struct mixin_ghost *ghost, struct amount amount)
{
    return (struct mixin_output){
        .type = MIXIN_OUTPUT_SCRIPT,
        .amount = amount,
        .keys = ghost->keys,
        .key_count = ghost->key_count,
        .mask = ghost->mask,
        .threshold = 1,
    };
}

static bool
adds_up(const struct mixin_transfer *transfer, struct error *err)
{
    struct amount in = { 0 }, out;

    for (size_t i = 0; i < transfer->count; i++)
        if (!add_one(transfer->utxos, &transfer->utxos[i], &in, err))
            return false;
    return amount_add(transfer->amount, transfer->change, &out, err)
            && ((transfer->change.units >= 0 && amount_compare(in, out) == 0)
                    || fail(err, ERROR_INPUT, "The transfer's inputs and outputs do not add up."));
}

bool
mixin_utxo_transfer(struct arena *arena, const struct mixin_transfer *transfer,
        struct mixin_tx *tx, struct error *err)
{
    struct mixin_input  *inputs = arena_array(arena, transfer->count, sizeof *inputs);
    struct mixin_output *outputs = arena_array(arena, 2, sizeof *outputs);
    bool                 has_change = transfer->change.units > 0;

    *tx = (struct mixin_tx){ .inputs = inputs, .input_count = transfer->count };
    if (!adds_up(transfer, err))
        return false;
    for (size_t i = 0; i < transfer->count; i++)
        inputs[i] = transfer->utxos[i].place;
    outputs[0] = output_make(transfer->to, transfer->amount);
    if (has_change)
        outputs[1] = output_make(transfer->back, transfer->change);
    if (transfer->count > 0)
        tx->asset = transfer->utxos[0].asset;
    tx->outputs = outputs;
    tx->output_count = has_change ? 2 : 1;
    tx->extra = (const unsigned char *)arena_copy_bytes(arena, transfer->memo,
            transfer->memo_length);
    tx->extra_length = transfer->memo_length;
    return mixin_tx_check(tx, err);
}
