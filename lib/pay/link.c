/* link.c: where the shopper pays: MixPay's two kinds of link.
 * SPDX-License-Identifier: ISC */
#include "pay/link.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/amount.h"
#include "base/json.h"
#include "base/text.h"

enum { PARAMETERS = 12 };

struct parameter {
    const char *name, *value;
};

/* What both kinds have in common, in the order of the documents; a NULL name ends the list. */
static void
list_parameters(struct arena *arena, const struct order *order, const struct link_terms *terms,
        struct parameter list[static PARAMETERS])
{
    char amount[AMOUNT_TEXT];

    amount_print(order->amount, amount);
    list[0] = (struct parameter){ "payeeId", order->payee };
    list[1] = (struct parameter){ "settlementAssetId", order->settlement_asset };
    list[2] = (struct parameter){ "quoteAssetId", order->quote_asset };
    list[3] = (struct parameter){ "quoteAmount", arena_copy(arena, amount) };
    list[4] = (struct parameter){ "orderId", order->order_id };
    list[5] = (struct parameter){ "remark", terms->remark };
    list[6] = (struct parameter){ "settlementMemo", terms->settlement_memo };
    list[7] = (struct parameter){ "returnTo", terms->return_to };
    list[8] = (struct parameter){ "failedReturnTo", terms->failed_return_to };
    list[9] = (struct parameter){ "callbackUrl", terms->callback_url };
    list[10] = (struct parameter){ NULL, NULL };
}

const char *
link_paylink(struct arena *arena, const struct order *order, const struct link_terms *terms)
{
    struct parameter list[PARAMETERS];
    struct text      link;

    list_parameters(arena, order, terms, list);
    text_open(&link, arena);
    text_add_format(&link, "%s/pay", terms->pages);
    for (size_t i = 0; list[i].name != NULL; i++)
        if (list[i].value[0] != '\0') {
            text_add_format(&link, "%c%s=", i == 0 ? '?' : '&', list[i].name);
            text_add_percent(&link, list[i].value);
        }
    text_add_format(&link, "&expiredTimestamp=%" PRId64, order->expires_at);
    if (terms->strict_mode)
        text_add(&link, "&strictMode=1");
    return link.bytes;
}

const char *
link_request(struct arena *arena, const struct order *order, const struct link_terms *terms)
{
    struct parameter list[PARAMETERS];
    json_t          *request = json_keep(arena, json_object());

    list_parameters(arena, order, terms, list);
    for (size_t i = 0; list[i].name != NULL; i++)
        if (list[i].value[0] != '\0')
            json_object_set_new(request, list[i].name, json_string(list[i].value));
    if (terms->callback_url[0] != '\0' && terms->callback_events[0] != '\0')
        json_object_set_new(request, "callbackEvent", json_string(terms->callback_events));
    json_object_set_new(request, "expiredTimestamp", json_integer(order->expires_at));
    json_object_set_new(request, "strictMode", json_boolean(terms->strict_mode));
    return json_print(arena, request);
}

const char *
link_of_code(struct arena *arena, const char *pages, const char *code)
{
    return arena_format(arena, "%s/code/%s", pages, code);
}
