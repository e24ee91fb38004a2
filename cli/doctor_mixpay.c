/* doctor_mixpay.c: is MixPay there, and does it take what is configured?
 * SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/doctor.h"

enum { UNKNOWN_USER = 10001, CLOCKS_APART_MS = 300000, NAMED = 6 };

struct assets {
    const struct mixpay_asset *list;
    size_t                     count;
};

static const struct mixpay_asset *
find(const struct assets *assets, const char *id)
{
    for (size_t i = 0; i < assets->count; i++)
        if (strcmp(assets->list[i].id, id) == 0)
            return &assets->list[i];
    return NULL;
}

/* "choose among BTC (c6d0…), …" */
static const char *
choices(struct doctor *doctor, const struct assets *assets)
{
    struct arena *arena = doctor->line->arena;
    struct text   named;
    size_t        told = 0;

    text_open(&named, arena);
    for (size_t i = 0; i < assets->count && told < NAMED; i++)
        if (assets->list[i].available)
            text_add_format(&named, "%s%s (%s)", told++ == 0 ? "choose among " : ", ",
                    tool_safe(arena, assets->list[i].symbol), assets->list[i].id);
    return named.bytes;
}

/* ---- payee, clock, settlement ---- */

static void
look_at_clock(struct doctor *doctor, const struct mixpay_answer *answer)
{
    int64_t apart = clock_now_ms() - answer->timestamp_ms;

    if (answer->timestamp_ms == 0)
        doctor_tell(doctor, DOCTOR_WARN, NULL, "MixPay does not tell its time: the clock is not "
                "compared");
    else if (llabs(apart) > CLOCKS_APART_MS)
        doctor_tell(doctor, DOCTOR_BAD, "set this machine's clock (timedatectl set-ntp true); "
                "until then no order expires", "this clock is %s %s MixPay's",
                tool_span(doctor->line->arena, llabs(apart) / 1000),
                apart > 0 ? "ahead of" : "behind");
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "this clock and MixPay's agree");
}

static void
look_at_settlement(struct doctor *doctor, const char *what, const char *asset,
        const struct assets *assets)
{
    const struct mixpay_asset *found = find(assets, asset);

    if (asset[0] == '\0')
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s: the payee takes the coin as it is paid", what);
    else if (found == NULL)
        doctor_tell(doctor, DOCTOR_BAD, choices(doctor, assets),
                "%s: MixPay does not settle in %s", what, asset);
    else if (!found->available)
        doctor_tell(doctor, DOCTOR_BAD, choices(doctor, assets),
                "%s: MixPay does not settle in %s just now", what, found->symbol);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s: MixPay settles in %s", what,
                tool_safe(doctor->line->arena, found->symbol));
}

static bool
get_list(struct doctor *doctor, const struct mixpay_answer *answer, struct assets *assets,
        struct error *err)
{
    struct mixpay_asset *list;

    if (!asker_got(&doctor->asker, answer, err)
            || !mixpay_assets(doctor->line->arena, answer, &list, &assets->count, err))
        return false;
    assets->list = list;
    return true;
}

static bool
ask_settlement(struct doctor *doctor, struct mixpay_answer *answer, struct assets *assets,
        struct error *err)
{
    const char *payee = doctor->asker.settings.payee;

    if (!asker_may_call(&doctor->asker, err)
            || !mixpay_read_payee_assets(&doctor->asker.mixpay, doctor->line->arena, payee, answer,
                    err))
        return false;
    if (answer->verdict == MIXPAY_REFUSED && answer->code == UNKNOWN_USER)
        return fail(err, ERROR_MISSING, "MixPay does not know the payee %s", payee);
    return get_list(doctor, answer, assets, err);
}

static void
tell_settlement(struct doctor *doctor, const struct assets *assets)
{
    const struct settings *settings = &doctor->asker.settings;
    struct arena          *arena = doctor->line->arena;

    look_at_settlement(doctor, "shop settlement_asset", settings->settlement_asset, assets);
    for (size_t i = 0; i < settings->item_count; i++)
        if (!text_equal(settings->items[i].settlement_asset, settings->settlement_asset))
            look_at_settlement(doctor, arena_format(arena, "item %s settlement_asset",
                    settings->items[i].name), settings->items[i].settlement_asset, assets);
}

/* ---- prices ---- */

static void
look_at_price(struct doctor *doctor, const struct item *item, const struct mixpay_asset *quote)
{
    struct amount least, most, whole;
    char          price[AMOUNT_TEXT];

    amount_print(item->price, price);
    if (quote->min != NULL && amount_parse(quote->min, &least, NULL)
            && amount_compare(item->price, least) < 0)
        doctor_tell(doctor, DOCTOR_WARN, "raise the price", "item %s: %s %s is less than MixPay "
                "takes (%s)", item->name, price, quote->symbol, quote->min);
    else if (quote->max != NULL && amount_parse(quote->max, &most, NULL) && most.units > 0
            && (!amount_multiply(item->price, item->max_qty, &whole, NULL)
                    || amount_compare(whole, most) > 0))
        doctor_tell(doctor, DOCTOR_WARN, "lower the price or max_qty", "item %s: %" PRId64 " × %s "
                "%s is more than MixPay takes (%s)", item->name, item->max_qty, price,
                quote->symbol, quote->max);
}

static bool
ask_quotes(struct doctor *doctor, struct assets *assets, struct error *err)
{
    struct mixpay_answer answer;

    return asker_may_call(&doctor->asker, err)
            && mixpay_read_assets(&doctor->asker.mixpay, doctor->line->arena, MIXPAY_QUOTE_ASSETS,
                    &answer, err)
            && get_list(doctor, &answer, assets, err);
}

static void
tell_quotes(struct doctor *doctor, const struct assets *assets)
{
    const struct settings *settings = &doctor->asker.settings;
    int                    before = doctor->told[DOCTOR_BAD] + doctor->told[DOCTOR_WARN];

    if (find(assets, settings->quote_asset) == NULL)
        doctor_tell(doctor, DOCTOR_BAD, choices(doctor, assets),
                "shop quote_asset: MixPay takes no prices in %s", settings->quote_asset);
    for (size_t i = 0; i < settings->item_count; i++) {
        const struct item         *item = &settings->items[i];
        const struct mixpay_asset *quote = find(assets, item->currency);

        if (quote != NULL)
            look_at_price(doctor, item, quote);
        else if (!text_equal(item->currency, settings->quote_asset))
            doctor_tell(doctor, DOCTOR_BAD, choices(doctor, assets),
                    "item %s currency: MixPay takes no prices in %s", item->name, item->currency);
    }
    if (doctor->told[DOCTOR_BAD] + doctor->told[DOCTOR_WARN] == before)
        doctor_tell(doctor, DOCTOR_OK, NULL, "MixPay takes the prices of all items");
}

static void
tell_failure(struct doctor *doctor, const struct error *err)
{
    const char *remedy = err->code == ERROR_MISSING
            ? "`mixtill payee MIXIN_ID` finds it, or send your Mixin ID to the bot 7000101422"
            : err->code == ERROR_LIMIT ? NULL
                    : "is mixpay { api } right, is the network up? Later it may work";

    doctor_tell(doctor, DOCTOR_BAD, remedy, "%s", err->message);
}

void
doctor_ask_mixpay(struct doctor *doctor)
{
    struct mixpay_answer answer = { .timestamp_ms = 0 };
    struct assets        settlement, quotes;
    struct error         err = { ERROR_NONE, "" };

    if (!ask_settlement(doctor, &answer, &settlement, &err)) {
        tell_failure(doctor, &err);
        return;
    }
    doctor_tell(doctor, DOCTOR_OK, NULL, "MixPay answers, and takes payments for the payee %s",
            doctor->asker.settings.payee);
    look_at_clock(doctor, &answer);
    tell_settlement(doctor, &settlement);
    if (ask_quotes(doctor, &quotes, &err))
        tell_quotes(doctor, &quotes);
    else
        tell_failure(doctor, &err);
}
