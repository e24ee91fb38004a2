/* fuzz_mixin_tx.c: any bytes as a transaction; what is taken comes out as it went in.
 * SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "remote/mixin_tx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
must(bool fact)
{
    if (!fact)
        abort();
}

/* Signing does not change the hash. */
static void
check_hash(const struct mixin_tx *tx)
{
    struct mixin_tx   bare = *tx;
    struct mixin_hash hash, again;

    bare.signatures = NULL;
    must(mixin_tx_hash(tx, &hash, NULL) && mixin_tx_hash(&bare, &again, NULL));
    must(memcmp(&hash, &again, sizeof hash) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena        *arena = arena_open();
    struct mixin_tx      tx;
    struct error         err = { ERROR_NONE, "" };
    const unsigned char *again;
    size_t               again_length;

    if (mixin_tx_decode(arena, bytes, length, &tx, &err)) {
        must(mixin_tx_check(&tx, &err));
        must(mixin_tx_encode(arena, &tx, &again, &again_length, &err));
        must(again_length == length && memcmp(again, bytes, length) == 0);
        check_hash(&tx);
    } else {
        must(err.code == ERROR_INPUT && err.message[0] != '\0'
                && text_is_clean(err.message, strlen(err.message), false));
    }
    arena_close(arena);
    return 0;
}
