/* assets.c: the coins and currencies that the pretend MixPay knows, and what they cost.
 * SPDX-License-Identifier: ISC */
#include "sandbox/assets.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define CENTS(count) { (count) * INT64_C(1000000) }
#define DOLLARS(count) CENTS((count) * INT64_C(100))

#define BTC "c6d0c728-2624-429b-8e0d-d9d19b6592fa"
#define ETH "43d61dcd-e413-450d-80b8-101d5e903357"
#define TRX "25dabac5-056a-48ff-b9f9-f67395dc407c"
#define BNB "1949e683-6a08-49e2-b087-d6b72398588f"
#define DOGE "6770a1e5-6086-44d5-b60f-545f9d9e8ffd"
#define LTC "76c802a2-7c88-447f-a93e-c29c9e5dd9c8"
#define XIN "c94ac88f-4671-3976-b60a-09064f1811e8"

enum { DECIMALS = 8 };

/* Money times money does not fit 64 bits. */
__extension__ typedef unsigned __int128 wide;

/* Ids: protocol/mixpay.md §3d and mixpay-behaviours.md row 69. XIN is the coin that is too thinly
 * traded for much: with it a list has something that cannot be used. */
static const struct asset assets[] = {
    { "4d8c508b-91c5-375b-92b0-ee702ed2dac5", "USDT", "Tether USD", "Ethereum", "ERC20", ETH, true,
      6, 12, DOLLARS(1), DOLLARS(100000) },
    { "b91e18ff-a9ae-3dc7-8679-e935d9a4b34b", "USDT", "Tether USD", "TRON", "TRC20", TRX, true,
      6, 1, DOLLARS(1), DOLLARS(100000) },
    { "94213408-4ee7-3150-a9c4-9c5cce421c78", "USDT", "Tether USD", "BNB Smart Chain", "BEP20", BNB,
      true, 8, 15, DOLLARS(1), DOLLARS(100000) },
    { "9b180ab6-6abe-3dc0-a13f-04169eb34bfa", "USDC", "USD Coin", "Ethereum", "ERC20", ETH, true,
      6, 12, DOLLARS(1), DOLLARS(100000) },
    { BTC, "BTC", "Bitcoin", "Bitcoin", "", BTC, true, 8, 3, DOLLARS(65000), DOLLARS(100000) },
    { ETH, "ETH", "Ether", "Ethereum", "", ETH, true, 8, 12, DOLLARS(3200), DOLLARS(100000) },
    { TRX, "TRX", "TRON", "TRON", "", TRX, true, 6, 1, CENTS(12), DOLLARS(50000) },
    { LTC, "LTC", "Litecoin", "Litecoin", "", LTC, true, 8, 6, DOLLARS(80), DOLLARS(50000) },
    { DOGE, "DOGE", "Dogecoin", "Dogecoin", "", DOGE, true, 8, 6, CENTS(16), DOLLARS(50000) },
    { XIN, "XIN", "Mixin", "Mixin", "", XIN, true, 8, 1, DOLLARS(160), DOLLARS(15) },
    { "usd", "USD", "US dollar", "", "", "", false, 2, 0, DOLLARS(1), DOLLARS(1000000) },
    { "eur", "EUR", "Euro", "", "", "", false, 2, 0, CENTS(108), DOLLARS(1000000) },
    { "gbp", "GBP", "Pound sterling", "", "", "", false, 2, 0, CENTS(127), DOLLARS(1000000) },
    { "chf", "CHF", "Swiss franc", "", "", "", false, 2, 0, CENTS(112), DOLLARS(1000000) },
    { "cny", "CNY", "Renminbi", "", "", "", false, 2, 0, CENTS(14), DOLLARS(1000000) },
    { "hkd", "HKD", "Hong Kong dollar", "", "", "", false, 2, 0, CENTS(13), DOLLARS(1000000) },
    { "aed", "AED", "Dirham", "", "", "", false, 2, 0, CENTS(27), DOLLARS(1000000) },
    { "jpy", "JPY", "Yen", "", "", "", false, 0, 0, CENTS(1), DOLLARS(1000000) },
};

enum { ASSETS = sizeof assets / sizeof assets[0] };

const struct asset *
asset_at(size_t place)
{
    return place < ASSETS ? &assets[place] : NULL;
}

const struct asset *
asset_find(const char *id)
{
    for (size_t i = 0; i < ASSETS; i++)
        if (strcasecmp(assets[i].id, id) == 0)
            return &assets[i];
    return NULL;
}

const struct asset *
asset_find_coin(const char *id_or_symbol)
{
    for (size_t i = 0; i < ASSETS; i++)
        if (assets[i].is_coin && (strcasecmp(assets[i].id, id_or_symbol) == 0
                || strcasecmp(assets[i].symbol, id_or_symbol) == 0))
            return &assets[i];
    return NULL;
}

/* The smallest unit of it, in units of 10^-8. */
static uint64_t
grain(const struct asset *asset)
{
    uint64_t units = 1;

    for (int i = asset->decimals; i < DECIMALS; i++)
        units *= 10;
    return units;
}

struct amount
asset_floor(struct amount amount, const struct asset *asset)
{
    return (struct amount){ amount.units - amount.units % (int64_t)grain(asset) };
}

bool
asset_convert(struct amount amount, const struct asset *from, const struct asset *to, bool up,
        struct amount *result, struct error *err)
{
    wide worth = (wide)(uint64_t)amount.units * (uint64_t)from->price.units;
    wide price = (wide)(uint64_t)to->price.units * grain(to);
    wide grains = worth / price + (up && worth % price != 0 ? 1 : 0);

    if (grains > (wide)INT64_MAX / grain(to))
        return fail(err, ERROR_INPUT, "The amount is too large.");
    result->units = (int64_t)(grains * grain(to));
    return true;
}

void
asset_bounds(const struct asset *asset, struct amount *least, struct amount *most)
{
    static const struct amount cent = CENTS(1);
    const struct asset        *dollar = asset_find("usd");

    *least = *most = (struct amount){ 0 };
    asset_convert(cent, dollar, asset, true, least, NULL);
    asset_convert(asset->most, dollar, asset, false, most, NULL);
}

/* "{}" for a currency, and for a coin what its network's own coin is. */
static json_t *
chain_json(const struct asset *asset)
{
    const struct asset *chain = asset_find(asset->chain);

    if (!asset->is_coin)
        return json_object();
    return json_pack("{s:s, s:s, s:s, s:s}", "id", asset->chain, "symbol",
            chain == NULL ? "BNB" : chain->symbol, "name", asset->network, "iconUrl", "");
}

static json_t *
payment_json(const struct asset *asset, const char *least, const char *most)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:o}", "name", asset->name, "symbol",
            asset->symbol, "iconUrl", "", "assetId", asset->id, "network", asset->network,
            "onChainSupported", strcmp(asset->network, "Mixin") != 0, "minPaymentAmount", least,
            "maxPaymentAmount", most, "chainAsset", chain_json(asset));
}

static json_t *
quote_json(const struct asset *asset, const char *least, const char *most)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:o}", "symbol", asset->symbol, "iconUrl",
            "", "minQuoteAmount", least, "maxQuoteAmount", most, "decimalDigit", asset->decimals,
            "isAsset", asset->is_coin, "assetId", asset->id, "chainAsset", chain_json(asset));
}

static json_t *
settlement_json(const struct asset *asset, bool available)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "name", asset->name, "symbol",
            asset->symbol, "iconUrl", "", "assetId", asset->id, "network", asset->network,
            "isAsset", true, "isAvailable", available, "chainAsset", chain_json(asset));
}

/* Is that much more than one payment in this asset may come to? */
static bool
is_too_much(const struct asset *asset, const struct asset *quote, struct amount amount)
{
    struct amount least, most, worth;

    asset_bounds(asset, &least, &most);
    return quote != NULL && (!asset_convert(amount, quote, asset, true, &worth, NULL)
            || amount_compare(worth, most) > 0);
}

json_t *
asset_list(enum asset_list kind, const struct asset *quote, struct amount amount)
{
    json_t *list = json_array();

    for (const struct asset *asset = assets; asset < assets + ASSETS; asset++) {
        bool          unusable = is_too_much(asset, quote, amount);
        struct amount least, most;
        char          least_text[AMOUNT_TEXT], most_text[AMOUNT_TEXT];

        asset_bounds(asset, &least, &most);
        amount_print(least, least_text);
        amount_print(most, most_text);
        if (kind == ASSETS_TO_QUOTE_IN)
            json_array_append_new(list, quote_json(asset, least_text, most_text));
        else if (asset->is_coin && kind == ASSETS_TO_PAY_WITH)
            json_array_append_new(list,
                    payment_json(asset, least_text, unusable ? "0" : most_text));
        else if (asset->is_coin)
            json_array_append_new(list, settlement_json(asset, !unusable));
    }
    return list;
}
