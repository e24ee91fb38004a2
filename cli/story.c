/* story.c: `mixtill explain` and `mixtill resolve`: an order's story, and a person's word in it.
 * SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/orders.h"
#include "cli/tool.h"

enum { REASON_MOST = 200, ANSWER_SHOWN = 1500 };

/* ---- words ---- */

static const struct { const char *name, *words; } causes[] = {
    { "shopper",  "because a shopper asked for it"     },
    { "callback", "because MixPay called back"         },
    { "watched",  "because somebody had the page open" },
    { "poll",     "by the regular look"                },
    { "person",   "a person decided"                   },
};

static const struct { unsigned flag; const char *words; } flag_words[] = {
    { FLAG_MISMATCH,       "payee, quote asset, amount or coin is not what was agreed" },
    { FLAG_SETTLEMENT,     "settled in another coin than the configured one" },
    { FLAG_UNKNOWN_STATUS, "MixPay gave a status that is not known here" },
    { FLAG_TRACE,          "the trace is not this order's, or proved another one already" },
    { FLAG_CONTRADICTION,  "MixPay took back a final word" },
    { FLAG_LATE_MONEY,     "money is on its way after the order expired" },
    { FLAG_LINK_REFUSED,   "MixPay will not make the payment link" },
    { FLAG_UNREADABLE,     "a success whose facts could not be read" },
    { FLAG_ACCEPTED,       "a person accepted it" },
    { FLAG_DISMISSED,      "a person dismissed it" },
    { FLAG_SURPLUS,        "more came than was asked for" },
};

static const char *
cause_words(struct arena *arena, const char *cause)
{
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (strcmp(causes[i].name, cause) == 0)
            return causes[i].words;
    return tool_safe(arena, cause);
}

static const char *
words_of_flag(unsigned flag)
{
    for (size_t i = 0; i < sizeof flag_words / sizeof flag_words[0]; i++)
        if (flag_words[i].flag == flag)
            return flag_words[i].words;
    return "";
}

/* ---- what happened ---- */

struct story {
    struct arena   *arena;
    struct station *station;
    struct order    order;
    unsigned        flags; /* after the event told last */
};

static void
tell_flags(const struct story *story, unsigned now)
{
    unsigned raised = now & ~story->flags, lowered = story->flags & ~now;

    for (unsigned place = 0; place < ORDER_FLAGS; place++) {
        unsigned flag = 1u << place;

        if ((raised & flag) != 0)
            printf("    flag %s: %s.\n", order_flag_name(flag), words_of_flag(flag));
        if ((lowered & flag) != 0)
            printf("    flag %s no longer stands.\n", order_flag_name(flag));
    }
}

static void
tell_check(struct arena *arena, const json_t *check)
{
    const char *what = json_string_value(json_object_get(check, "what"));
    const char *ours = json_string_value(json_object_get(check, "ours"));
    const char *theirs = json_string_value(json_object_get(check, "theirs"));
    bool        holds = json_is_true(json_object_get(check, "holds"));

    if (what == NULL || ours == NULL || theirs == NULL)
        return;
    printf("      %s ", holds ? "holds     " : "does not  ");
    tool_print_cell(stdout, tool_safe(arena, what), 17);
    printf(" ours %s, MixPay's %s\n", tool_safe(arena, ours),
            theirs[0] == '\0' ? "(none)" : tool_safe(arena, theirs));
}

static void
tell_proof(struct arena *arena, const struct order_event *event)
{
    json_t *checks = json_loads(event->checks, 0, NULL);
    size_t  i;
    json_t *check;

    printf("    Proof: %s answered HTTP %d.\n", tool_safe(arena, event->request),
            event->http_status);
    json_array_foreach(checks, i, check)
        tell_check(arena, check);
    json_decref(checks);
    printf("      answer     %s%s\n", tool_safe(arena, arena_format(arena, "%.*s", ANSWER_SHOWN,
            event->answer)), strlen(event->answer) > ANSWER_SHOWN ? " …" : "");
}

static bool
tell_event(void *context, const struct order_event *event)
{
    struct story *story = context;

    printf("%s  %s\n    %s", tool_time(story->arena, event->at),
            tool_safe(story->arena, event->detail), cause_words(story->arena, event->cause));
    if (strcmp(event->from_state, event->to_state) != 0)
        printf(": %s became %s", event->from_state, event->to_state);
    putchar('\n');
    tell_flags(story, event->flags);
    if (event->request != NULL)
        tell_proof(story->arena, event);
    story->flags = event->flags;
    return true;
}

static void
tell_beginning(const struct story *story)
{
    const struct order *order = &story->order;
    char                amount[AMOUNT_TEXT];

    amount_print(order->amount, amount);
    printf("Order %s: %" PRId64 " × %s for %s %s. It is %s.\n\n", order->order_id, order->quantity,
            tool_safe(story->arena, order->title), amount,
            orders_currency(story->station, story->arena, order->quote_asset),
            order_state_name(order->state));
}

/* ---- what happens next ---- */

/* What a person's word would make of it; NULL: it has no place here. */
static const struct order_step *
step_by_person(const struct order *order, enum order_happening word)
{
    bool accepted = (order->flags & FLAG_ACCEPTED) != 0;

    if (!orders_is_questionable(order) || accepted
            || (word == PERSON_DISMISSED && (order->flags & FLAG_DISMISSED) != 0))
        return NULL;
    return order_step(order->state, word);
}

static void
tell_choice(const struct order *order, enum order_happening word, const char *option)
{
    const struct order_step *step = step_by_person(order, word);

    if (step != NULL)
        printf("    mixtill resolve %s %s --reason \"…\"   (it %s %s)\n", order->order_id, option,
                step->to == order->state ? "stays" : "becomes", order_state_name(step->to));
}

static void
tell_decision(const struct order *order)
{
    bool decided = (order->flags & (FLAG_ACCEPTED | FLAG_DISMISSED)) != 0;

    if (step_by_person(order, PERSON_ACCEPTED) == NULL
            && step_by_person(order, PERSON_DISMISSED) == NULL)
        return;
    if (decided)
        printf("A person dismissed it, and may think again:\n");
    else if (order_is_held(order) || order->state == ORDER_PAID_LATE)
        printf("It waits for a person. See \"Payment History\" in the MixPay app; then:\n");
    else
        printf("A person should look at its flags, and may decide:\n");
    tell_choice(order, PERSON_ACCEPTED, "--accept ");
    tell_choice(order, PERSON_DISMISSED, "--dismiss");
}

static bool
tell_link(const struct story *story, struct error *err)
{
    const struct order *order = &story->order;
    struct job_standing link;
    bool                found;

    if (!outbox_standing(story->station->store, story->arena, JOB_MAKE_LINK, order->order_id, &link,
                &found, err))
        return false;
    if (found && strcmp(link.state, "done") != 0 && order->link_url[0] == '\0')
        printf("The payment link is not made yet; the next try is due %s%s%s.\n",
                tool_time(story->arena, link.due_ms / 1000), link.last_error[0] == '\0' ? "" : ": ",
                tool_safe(story->arena, link.last_error));
    return true;
}

static const char *
why_no_look(const struct order *order)
{
    if (order->state == ORDER_FAILED)
        return "failed is final";
    if (order_is_settled(order))
        return "it is settled";
    return "its watch is over; a callback of MixPay would make it look once more";
}

static bool
tell_look(const struct story *story, struct error *err)
{
    const struct order *order = &story->order;
    int64_t             now_ms = clock_now_ms();
    struct job_standing look;
    bool                found;

    if (!outbox_standing(story->station->store, story->arena, JOB_LOOK, order->order_id, &look,
                &found, err))
        return false;
    if (!found || strcmp(look.state, "done") == 0) {
        printf("MixPay is not asked about it any more: %s.\n", why_no_look(order));
        return true;
    }
    printf("The next look at MixPay is due %s (%s%s).\n",
            tool_time(story->arena, look.due_ms / 1000), look.due_ms <= now_ms ? "now" : "in ",
            look.due_ms <= now_ms ? "" : tool_span(story->arena, (look.due_ms - now_ms) / 1000));
    if (look.last_error[0] != '\0')
        printf("The last one failed (%" PRId64 " in a row): %s\n", look.tries,
                tool_safe(story->arena, look.last_error));
    if (order->state == ORDER_EXPIRED)
        printf("Late money is looked for until %s.\n", tool_time(story->arena, order->watch_until));
    else if (order->state == ORDER_OPEN || order->state == ORDER_PAID_LESS)
        printf("Its deadline is %s.\n", tool_time(story->arena, order->expires_at));
    return true;
}

static bool
tell_story(struct story *story, struct error *err)
{
    tell_beginning(story);
    if (!store_order_events(story->station->store, story->arena, story->order.order_id, tell_event,
                story, err))
        return false;
    putchar('\n');
    if (!tell_link(story, err) || !tell_look(story, err))
        return false;
    tell_decision(&story->order);
    return true;
}

int
command_explain(struct command_line *line)
{
    struct story story = { .arena = line->arena };
    struct error err = { ERROR_NONE, "" };
    bool         done;

    if (line->argc != 2 || line->argv[1][0] == '-')
        return command_usage(line);
    story.station = command_open(line, false);
    if (story.station == NULL)
        return EXIT_TROUBLE;
    done = orders_find(story.station, line->arena, line->argv[1], &story.order, &err)
            && tell_story(&story, &err);
    command_close(story.station);
    return done ? EXIT_DONE : command_fail(&err);
}

/* ---- resolve ---- */

struct decision {
    const char          *order, *reason;
    enum order_happening word; /* ORDER_HAPPENINGS: none was said */
};

static bool
read_decision(struct command_line *line, struct decision *decision)
{
    static const struct option options[] = { { "accept", no_argument, NULL, 'a' },
        { "dismiss", no_argument, NULL, 'd' }, { "reason", required_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 } };
    int option, words = 0;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1) {
        if (option == '?')
            return false;
        if (option == 'r')
            decision->reason = optarg;
        else
            decision->word = option == 'a' ? PERSON_ACCEPTED : PERSON_DISMISSED;
        words += option != 'r';
    }
    decision->order = line->argv[optind];
    return line->argc - optind == 1 && words == 1 && decision->reason != NULL;
}

/* Who sits at the terminal, also behind sudo. */
static const char *
login_name(void)
{
    const char          *behind = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());

    if (getuid() == 0 && behind != NULL && text_is_clean(behind, strlen(behind), false)
            && behind[0] != '\0' && strlen(behind) <= 32)
        return behind;
    return user == NULL ? "somebody" : user->pw_name;
}

static bool
check_reason(const char *reason, struct error *err)
{
    size_t length = strlen(reason);

    return (length > 0 && text_is_clean(reason, length, false) && text_count(reason) <= REASON_MOST)
            || fail(err, ERROR_INPUT, "--reason: write 1 to %d characters on one line",
                    REASON_MOST);
}

static bool
check_decision(const struct order *order, enum order_happening word, struct error *err)
{
    const char *said = word == PERSON_ACCEPTED ? "accepted" : "dismissed";

    if (!orders_is_questionable(order))
        return fail(err, ERROR_CONFLICT, "there is nothing to decide: order %s is %s, and no flag "
                "speaks against it", order->order_id, order_state_name(order->state));
    if ((order->flags & FLAG_ACCEPTED) != 0)
        return fail(err, ERROR_CONFLICT, "order %s was accepted already, and paid is final",
                order->order_id);
    if (word == PERSON_DISMISSED && (order->flags & FLAG_DISMISSED) != 0)
        return fail(err, ERROR_CONFLICT, "order %s was dismissed already", order->order_id);
    return order_step(order->state, word) != NULL
            || fail(err, ERROR_CONFLICT, "an order that is %s cannot be %s any more",
                    order_state_name(order->state), said);
}

static bool
decide(struct station *station, struct arena *arena, const struct decision *decision,
        struct order *order, struct error *err)
{
    bool              accept = decision->word == PERSON_ACCEPTED;
    struct order_news news = { .happening = decision->word, .failure_code = "", .cause = "person",
        .raise = accept ? FLAG_ACCEPTED : FLAG_DISMISSED,
        .lower = accept ? FLAG_DISMISSED : FLAG_ACCEPTED };

    news.sentence = arena_format(arena, "%s %s it: %s", login_name(),
            accept ? "accepted" : "dismissed", decision->reason);
    return check_reason(decision->reason, err)
            && orders_find(station, arena, decision->order, order, err)
            && check_decision(order, decision->word, err)
            && store_advance_order(station->store, arena, order->order_id, &news, NULL,
                    clock_now_ms(), order, err);
}

int
command_resolve(struct command_line *line)
{
    struct decision decision = { NULL, NULL, ORDER_HAPPENINGS };
    struct order    order;
    struct error    err = { ERROR_NONE, "" };
    struct station *station;
    bool            done;

    if (!read_decision(line, &decision))
        return command_usage(line);
    station = command_open(line, false);
    if (station == NULL)
        return EXIT_TROUBLE;
    done = decide(station, line->arena, &decision, &order, &err);
    command_close(station);
    if (!done)
        return command_fail(&err);
    printf("order %s is %s; flags: %s\n", order.order_id, order_state_name(order.state),
            orders_flags(line->arena, order.flags));
    return EXIT_DONE;
}
