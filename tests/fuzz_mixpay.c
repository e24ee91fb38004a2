/* fuzz_mixpay.c: any bytes as an answer of MixPay; what must hold whatever they are.
 * SPDX-License-Identifier: ISC
 *
 * The first byte chooses the HTTP status, the rest is the body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "remote/mixpay.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
must(bool fact)
{
    if (!fact)
        abort();
}

static void
check_envelope(const struct mixpay_answer *answer)
{
    must(answer->message != NULL && mixpay_verdict_name(answer->verdict) != NULL);
    must(answer->data == NULL || json_is_object(answer->data) || json_is_array(answer->data));
    must(answer->timestamp_ms >= 0);
    must(text_is_clean(answer->message, strlen(answer->message), true));
    if (answer->verdict == MIXPAY_ANSWERED)
        must(answer->code == 0 && answer->http_status / 100 == 2);
    if (answer->verdict == MIXPAY_REFUSED)
        must(answer->code != 0 && answer->code != -1 && answer->code != 1429
                && answer->code != 10008);
    if (answer->code == 1429 || answer->http_status == 429)
        must(answer->verdict == MIXPAY_BUSY);
    mixpay_code_text(MIXPAY_API_CODE, answer->code);
}

static void
check_asset(const struct mixpay_asset *asset)
{
    must(text_is_made_of(asset->id, "abcdefghijklmnopqrstuvwxyz0123456789-"));
    must(asset->symbol != NULL && asset->name != NULL && asset->network != NULL);
    must(asset->decimals >= -1 && asset->decimals <= 30);
    must(asset->min == NULL || asset->min[0] != '\0');
    must(asset->max == NULL || strcmp(asset->max, "0") != 0 || !asset->available);
}

static void
check_assets(struct arena *arena, const struct mixpay_answer *answer)
{
    struct mixpay_asset *list;
    struct error         err;
    size_t               count;
    bool                 listed = mixpay_assets(arena, answer, &list, &count, &err);

    must(listed == (answer->verdict == MIXPAY_ANSWERED && json_is_array(answer->data)));
    must(listed ? count <= json_array_size(answer->data) : count == 0);
    for (size_t i = 0; i < count; i++)
        check_asset(&list[i]);
}

static void
check_ids(const struct mixpay_answer *answer)
{
    static bool (*const readers[])(const struct mixpay_answer *, char[static UUID_TEXT]) = {
        mixpay_link_code, mixpay_payee_id, mixpay_multisig_id,
    };

    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        char uuid[UUID_TEXT];

        if (readers[i](answer, uuid))
            must(answer->verdict == MIXPAY_ANSWERED && strlen(uuid) == UUID_TEXT - 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const int     statuses[] = { 200, 201, 204, 302, 400, 404, 409, 429, 500, 503 };
    struct arena        *arena = arena_open();
    struct mixpay_answer answer = { .remaining = -1 };

    if (length > 0) {
        int         status = statuses[bytes[0] % (sizeof statuses / sizeof *statuses)];
        const char *body = arena_copy_bytes(arena, bytes + 1, length - 1);

        mixpay_read_envelope(arena, status, body, length - 1, &answer);
        must(answer.raw == body && answer.raw_length == length - 1 && answer.http_status == status);
        check_envelope(&answer);
        check_assets(arena, &answer);
        check_ids(&answer);
    }
    arena_close(arena);
    return 0;
}
