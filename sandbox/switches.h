/* switches.h: how the pretend MixPay behaves, and what is to go wrong.
 * SPDX-License-Identifier: ISC
 *
 * The switches are those of protocol/mixpay-behaviours.md §9: each is something the public facts
 * leave open, or that servers of different years do differently. */
#ifndef SANDBOX_SWITCHES_H
#define SANDBOX_SWITCHES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/db.h"

enum switch_name {
    SWITCH_STATUS_SET,
    SWITCH_DATE_WHEN_UNPAID,
    SWITCH_FAILURE_CODE,
    SWITCH_ERROR_HTTP,
    SWITCH_ERROR_DATA,
    SWITCH_UNKNOWN_ORDER,
    SWITCH_STRICT_BOOLEAN,
    SWITCH_RATE_LIMIT,
    SWITCH_RATE_LIMIT_PER_MINUTE,
    SWITCH_SETTLE,
    SWITCH_CALLBACKS,
    SWITCH_CALLBACK_SCHEDULE,
    SWITCH_CALLBACK_TIME_FACTOR,
    SWITCH_CALLBACK_EVENT,
    SWITCH_COUNT
};

/* The options, in the order in which the table in switches.c lists their texts. */
enum { STATUS_SET_NEW, STATUS_SET_OLD };
enum { DATE_EMPTY, DATE_NULL, DATE_ZERO };
enum { FAILURE_CODE_TEXT, FAILURE_CODE_NUMBER };
enum { ERROR_HTTP_200, ERROR_HTTP_400 };
enum { ERROR_DATA_ARRAY, ERROR_DATA_OBJECT, ERROR_DATA_NULL };
enum { UNKNOWN_ORDER_10062, UNKNOWN_ORDER_404 };
enum { SWITCH_ON, SWITCH_OFF };
enum { SETTLE_NOW, SETTLE_DELAYED };
enum callback_mode {
    CALLBACKS_NORMAL,
    CALLBACKS_NONE,
    CALLBACKS_LATE,
    CALLBACKS_TWICE,
    CALLBACKS_FORGED,
    CALLBACKS_OUT_OF_ORDER
};
enum { CALLBACK_SCHEDULE_NEW, CALLBACK_SCHEDULE_OLD };
enum { CALLBACK_EVENT_HIDDEN, CALLBACK_EVENT_SHOWN };

/* Of each switch the number of the option chosen, or the number set. */
struct switches {
    int values[SWITCH_COUNT];
};

/* What goes wrong with a call. The kinds are rows of a table in switches.c. */
struct fault {
    const char *kind; /* NULL: nothing */
    int         ms;
};

bool switches_load(struct db *db, struct switches *switches, struct error *err);

/*
 * Takes {"status_set":"old","fault":{"path":…,"kind":…},…}: all of it, or nothing. Runs inside a
 * transaction. ERROR_INPUT names what is not known, and what is.
 */
bool switches_set(struct db *db, struct arena *arena, json_t *wanted, struct error *err);

/* The number of an option of a switch, or -1. */
int switches_option(enum switch_name name, const char *option);

/* {"status_set":"new",…,"faults":[{"path","kind","times","ms"}…]}; a new reference. */
bool switches_show(struct db *db, struct arena *arena, json_t **shown, struct error *err);

/* For the front page: [{"name","about","value","is_number","options":[{"value","selected"}…]}…]. */
json_t *switches_view(const struct switches *switches);
/* The kinds of faults: [{"kind","about"}…]. */
json_t *switches_fault_kinds(void);

/*
 * The fault that is due for an API path such as "payments_result"; it is used up by this. Runs
 * inside a transaction.
 */
bool switches_take_fault(struct db *db, struct arena *arena, const char *path, struct fault *fault,
        struct error *err);

#endif
