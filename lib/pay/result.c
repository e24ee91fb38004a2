/* result.c: MixPay's answer to "what became of this payment?", read tolerantly.
 * SPDX-License-Identifier: ISC */
#include "pay/result.h"

#include <string.h>

#include "base/amount.h"
#include "base/json.h"
#include "base/text.h"

enum { MOST_TEXT = 300 };

static const struct { const char *word; enum result_status status; } words[] = {
    { "unpaid",     RESULT_UNPAID     },
    { "confirming", RESULT_CONFIRMING },
    { "paid_less",  RESULT_PAID_LESS  },
    { "pending",    RESULT_PENDING    },
    { "auditing",   RESULT_AUDITING   },
    { "success",    RESULT_SUCCESS    },
    { "failed",     RESULT_FAILED     },
};

/* Number or text just as it came: a padded amount or status is not the one that we know. Absent,
 * null and anything too long for a page are "". */
static const char *
read_text(struct arena *arena, const json_t *data, const char *name)
{
    const char *text = json_decimal(data, name);

    if (text == NULL || strlen(text) > MOST_TEXT || !text_is_clean(text, strlen(text), false))
        return "";
    return arena_copy(arena, text);
}

static int64_t
read_count(const json_t *data, const char *name)
{
    long long count;

    return json_whole(data, name, 0, INT32_MAX, &count) ? count : -1;
}

static enum result_status
status_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].status;
    return RESULT_UNKNOWN;
}

/* n of m: the result's own count, else the newest transaction's. */
static void
read_confirmations(const json_t *data, struct result *result)
{
    const json_t *list = json_object_get(data, "transactions");
    size_t        count = json_array_size(list);

    result->confirmations = read_count(data, "confirmations");
    result->confirmations_needed = -1;
    for (size_t i = 0; i < count; i++) {
        const json_t *transaction = json_array_get(list, i);
        int64_t       have = read_count(transaction, "confirmations");
        int64_t       need = read_count(transaction, "requiredConfirms");

        if (need < 0 || (result->confirmations_needed >= 0 && have >= need))
            continue;
        result->confirmations_needed = need;
        if (have >= 0)
            result->confirmations = have;
    }
}

/* Before 2026-08 a short or unconfirmed payment was "pending", told apart by payment{} (§4). */
static enum result_status
modern(const json_t *data, const struct result *result)
{
    const json_t *payment = json_object_get(data, "payment");

    if (result->status != RESULT_PENDING || !json_is_true(json_object_get(payment, "isMultiPay"))
            || json_is_true(json_object_get(payment, "isFullyPaid")))
        return result->status;
    return result->confirmations >= 0 && result->confirmations < result->confirmations_needed
            ? RESULT_CONFIRMING
            : RESULT_PAID_LESS;
}

bool
result_read(struct arena *arena, const json_t *data, struct result *result)
{
    const struct { const char **to, *name; } texts[] = {
        { &result->word,           "status"          }, { &result->trace_id,     "traceId"      },
        { &result->payee_id,       "payeeId"         }, { &result->quote_asset,  "quoteAssetId" },
        { &result->quote_amount,   "quoteAmount"     }, { &result->failure_code, "failureCode"  },
        { &result->failure_reason, "failureReason"   },
        { &result->payment_amount, "paymentAmount"   },
        { &result->payment_symbol, "paymentSymbol"   },
        { &result->payable_amount, "payableAmount"   },
        { &result->payable_symbol, "payableSymbol"   },
        { &result->surplus_amount, "surplusAmount"   }, { &result->txid,         "txid"         },
        { &result->explorer_url,   "blockExplorerUrl"},
        { &result->settle_status,  "settleStatus"    }, { &result->settle_amount, "settleAmount" },
        { &result->settle_symbol,  "settleSymbol"    }, { &result->settle_asset, "settleAsset"  },
    };
    long long date;

    if (!json_is_object(data))
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].to = read_text(arena, data, texts[i].name);
    if (strcmp(result->failure_code, "0") == 0)
        result->failure_code = "";
    if (!text_starts(result->explorer_url, "https://"))
        result->explorer_url = "";
    result->date = json_whole(data, "date", 0, INT64_MAX, &date) ? date : 0;
    read_confirmations(data, result);
    result->status = status_of(result->word);
    result->status = modern(data, result);
    return true;
}

const char *
result_rest(struct arena *arena, const char *payable, const char *paid)
{
    struct amount whole, part, rest;
    char          text[AMOUNT_TEXT];

    if (!amount_parse(payable, &whole, NULL) || !amount_parse(*paid == '\0' ? "0" : paid, &part,
            NULL)
            || !amount_subtract(whole, part, &rest, NULL) || rest.units == 0)
        return "";
    amount_print(rest, text);
    return arena_copy(arena, text);
}
