/* mixpay.c: `mixtill paylink`, `payee` and `multisig`: what MixPay can make and tell.
 * SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/tool.h"
#include "pay/link.h"
#include "pay/view.h"
#include "web/qr.h"

#define ORDER_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

/* protocol/mixpay.md §1 and §2 */
enum { ORDER_LEAST = 6, ORDER_MOST = 36, UNKNOWN_USER = 10001 };

/* ---- paylink ---- */

struct wish {
    const char *item, *order_id; /* order_id NULL: a fresh one */
    long long   quantity;
};

static bool
read_wish(struct command_line *line, struct wish *wish)
{
    static const struct option options[] = { { "qty", required_argument, NULL, 'q' },
        { "order", required_argument, NULL, 'o' }, { NULL, 0, NULL, 0 } };
    int option;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1) {
        if (option == 'o')
            wish->order_id = optarg;
        else if (option != 'q' || !text_to_integer(optarg, 1, 99, &wish->quantity))
            return false;
    }
    wish->item = line->argv[optind];
    return line->argc - optind == 1;
}

static bool
check_wish(const struct settings *settings, const struct wish *wish, const struct item **item,
        struct error *err)
{
    size_t length = wish->order_id == NULL ? ORDER_LEAST : strlen(wish->order_id);

    *item = settings_item(settings, wish->item);
    if (*item == NULL)
        return fail(err, ERROR_MISSING, "there is no item %.60s in %s", wish->item, settings->path);
    if (wish->quantity > (*item)->max_qty)
        return fail(err, ERROR_INPUT, "--qty %lld: item %s has max_qty = %" PRId64, wish->quantity,
                wish->item, (*item)->max_qty);
    return length >= ORDER_LEAST && length <= ORDER_MOST
                    && (wish->order_id == NULL || text_is_made_of(wish->order_id, ORDER_LETTERS))
            ? true
            : fail(err, ERROR_INPUT, "--order %.60s: write 6 to 36 letters, digits, _ or -",
                      wish->order_id);
}

/* No callback: the till does not know this order and would refuse it. */
static bool
make_link(struct arena *arena, const struct settings *settings, const struct item *item,
        const struct wish *wish, struct order *order, struct error *err)
{
    const char       *shop = settings->shop_url[0] != '\0' ? settings->shop_url
                                                           : settings->base_url_text;
    struct link_terms terms = { .pages = settings->mixpay_pages, .callback_url = "",
                  .callback_events = "", .remark = item->remark,
                  .return_to = settings->return_to[0] != '\0' ? settings->return_to : shop,
                  .failed_return_to = settings->failed_return_to,
                  .settlement_memo = item->settlement_memo, .strict_mode = settings->strict_mode };
    char              uuid[UUID_TEXT];

    uuid_make(uuid);
    *order = (struct order){ .payee = settings->payee, .settlement_asset = item->settlement_asset,
        .quote_asset = item->currency, .expires_at = clock_now() + settings->expiry,
        .order_id = arena_copy(arena, wish->order_id != NULL ? wish->order_id : uuid) };
    if (!amount_multiply(item->price, wish->quantity, &order->amount, err))
        return false;
    order->link_url = link_paylink(arena, order, &terms);
    return true;
}

static bool
print_link(struct arena *arena, const struct item *item, const struct wish *wish,
        const struct order *order, struct error *err)
{
    char        amount[AMOUNT_TEXT];
    struct text drawing;

    amount_print(order->amount, amount);
    text_open(&drawing, arena);
    printf("%s\n\n", order->link_url);
    if (!qr_draw_blocks(order->link_url, &drawing, err))
        return false;
    printf("%s\n%lld × %s for %s %s, order %s, until %s\n", drawing.bytes, wish->quantity,
            item->title, amount, view_currency(arena, order->quote_asset), order->order_id,
            tool_time(arena, order->expires_at));
    return true;
}

int
command_paylink(struct command_line *line)
{
    struct wish        wish = { NULL, NULL, 1 };
    struct error       err = { ERROR_NONE, "" };
    struct settings    settings;
    const struct item *item;
    struct order       order;

    if (!read_wish(line, &wish))
        return command_usage(line);
    if (!settings_read(line->arena, line->config, stderr, &settings, &err)
            || !check_wish(&settings, &wish, &item, &err)
            || !make_link(line->arena, &settings, item, &wish, &order, &err)
            || !print_link(line->arena, item, &wish, &order, &err))
        return command_fail(&err);
    return EXIT_DONE;
}

/* ---- payee and multisig ---- */

/* The configuration need not be complete, and there may be no database yet. */
static void
open_anyhow(struct command_line *line, struct asker *asker)
{
    struct error ignored;

    asker_open(line, NULL, asker, &ignored);
    asker_open_store(asker, &ignored);
}

static void
print_payee(const char *kind, const char *payee)
{
    printf("%s\n\nIn mixtill.conf:\n    shop {\n        payee      = \"%s\"\n        payee_kind = "
           "\"%s\"\n", payee, payee, kind);
}

static bool
ask_payee(struct asker *asker, const char *mixin_id, struct error *err)
{
    struct mixpay_answer answer;
    char                 payee[UUID_TEXT];

    if (!asker_may_call(asker, err)
            || !mixpay_read_payee(&asker->mixpay, asker->arena, mixin_id, &answer, err))
        return false;
    if (answer.verdict == MIXPAY_REFUSED && answer.code == UNKNOWN_USER)
        return fail(err, ERROR_MISSING, "MixPay knows no user %s. It knows its own users alone: "
                "use MixPay once, or send your Mixin ID to the bot 7000101422", mixin_id);
    if (!asker_got(asker, &answer, err))
        return false;
    if (!mixpay_payee_id(&answer, payee))
        return fail(err, ERROR_REMOTE, "MixPay's answer holds no payee id");
    print_payee("user", payee);
    return true;
}

int
command_payee(struct command_line *line)
{
    struct error err = { ERROR_NONE, "" };
    struct asker asker;
    bool         done;

    if (line->argc != 2 || line->argv[1][0] == '-')
        return command_usage(line);
    open_anyhow(line, &asker);
    done = ask_payee(&asker, line->argv[1], &err);
    asker_close(&asker);
    return done ? EXIT_DONE : command_fail(&err);
}

struct group {
    const char *const *ids;
    size_t             count;
    long long          threshold;
};

static bool
ask_multisig(struct asker *asker, const struct group *group, struct error *err)
{
    struct mixpay_answer answer;
    char                 id[UUID_TEXT];

    if (!asker_may_call(asker, err)
            || !mixpay_make_multisig(&asker->mixpay, asker->arena, group->ids, group->count,
                    (size_t)group->threshold, &answer, err)
            || !asker_got(asker, &answer, err))
        return false;
    if (!mixpay_multisig_id(&answer, id))
        return fail(err, ERROR_REMOTE, "MixPay's answer holds no multisig id");
    print_payee("multisig", id);
    return true;
}

int
command_multisig(struct command_line *line)
{
    static const struct option options[] = { { "threshold", required_argument, NULL, 't' },
        { NULL, 0, NULL, 0 } };
    struct error err = { ERROR_NONE, "" };
    struct group group = { NULL, 0, 0 };
    struct asker asker;
    bool         done;
    int          option;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1)
        if (option != 't' || !text_to_integer(optarg, 1, MIXPAY_RECEIVERS_MOST, &group.threshold))
            return command_usage(line);
    group.ids = (const char *const *)line->argv + optind;
    group.count = (size_t)(line->argc - optind);
    if (group.threshold == 0 || group.count == 0)
        return command_usage(line);
    open_anyhow(line, &asker);
    done = ask_multisig(&asker, &group, &err);
    asker_close(&asker);
    return done ? EXIT_DONE : command_fail(&err);
}
