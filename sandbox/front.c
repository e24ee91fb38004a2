/* front.c: the sandbox's front page: what it is, the payments, the switches.
 * SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "sandbox/answer.h"
#include "sandbox/mixpay.h"
#include "sandbox/payment.h"
#include "sandbox/requests.h"
#include "sandbox/schema.h"

enum { SHOWN = 50, FORM_BODY = 8192 };

static json_t *
payment_row(struct arena *arena, const struct payment *payment)
{
    struct payment_seen seen = payment_seen(payment, clock_now(), false);
    char                amount[AMOUNT_TEXT], at[CLOCK_TEXT];

    amount_print(payment->quote, amount);
    clock_text(payment->created_at, at);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "trace", payment->trace_id, "name",
            payment->order_id == NULL ? payment->trace_id : payment->order_id, "amount",
            payment->has_quote ? amount : "?", "symbol", payment->quote_asset->symbol, "status",
            payment_status_text(seen.status, false), "at", arena_format(arena, "%.10s %.5s", at,
            at + 11));
}

static bool
add_payments(struct call *call, json_t *view, struct error *err)
{
    struct payment *list;
    size_t          count;
    json_t         *rows = json_array();

    json_object_set_new(view, "payments", rows);
    if (!payment_list(call->station->db, call->arena, SHOWN, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, payment_row(call->arena, &list[i]));
    json_object_set_new(view, "has_payments", json_boolean(count > 0));
    return true;
}

static bool
add_faults(struct call *call, json_t *view, struct error *err)
{
    json_t *shown, *faults;

    if (!switches_show(call->station->db, call->arena, &shown, err)) {
        json_decref(shown);
        return false;
    }
    json_keep(call->arena, shown);
    faults = json_object_get(shown, "faults");
    json_object_set(view, "faults", faults);
    json_object_set_new(view, "has_faults", json_boolean(json_array_size(faults) > 0));
    json_object_set_new(view, "fault_kinds", switches_fault_kinds());
    return true;
}

static bool
show_front(struct call *call, struct error *err)
{
    json_t *view = json_keep(call->arena, json_pack("{s:s, s:s, s:b}", "title", "Sandbox",
            "address", call->app->base, "front", true));

    json_object_set_new(view, "switches", switches_view(&call->station->switches));
    json_object_set_new(view, "saved", json_boolean(call_query(call, "saved") != NULL));
    return add_payments(call, view, err) && add_faults(call, view, err)
            && answer_page(call, 200, "front", json_incref(view), err);
}

struct change {
    struct call *call;
    json_t      *wanted;
};

static bool
apply(void *context, struct error *err)
{
    struct change *change = context;

    return switches_set(change->call->station->db, change->call->arena, change->wanted, err);
}

static bool
change_and_return(struct call *call, json_t *wanted, struct error *err)
{
    struct change change = { call, json_keep(call->arena, wanted) };

    return db_transact(call->station->db, apply, &change, err)
            && call_redirect(call, arena_format(call->arena, "%s/?saved=1", call->app->path));
}

/* Every field of the form is a switch. */
static bool
save_switches(struct call *call, struct error *err)
{
    json_t *wanted = json_object();

    if (!call_read_form(call, err)) {
        json_decref(wanted);
        return false;
    }
    for (size_t i = 0; i < call->form.count; i++)
        json_object_set_new(wanted, call->form.list[i].name,
                json_string(call->form.list[i].value));
    return change_and_return(call, wanted, err);
}

static bool
save_fault(struct call *call, struct error *err)
{
    const char *path, *kind, *times;

    if (!call_read_form(call, err))
        return false;
    path = call_form(call, "path");
    kind = call_form(call, "kind");
    times = call_form(call, "times");
    return change_and_return(call, json_pack("{s:{s:s, s:s, s:s}}", "fault", "path",
            path == NULL ? "*" : path, "kind", kind == NULL ? "off" : kind, "times",
            times == NULL || *times == '\0' ? "1" : times), err);
}

static bool
wipe(void *context, struct error *err)
{
    struct call *call = context;

    return db_script(call->station->db, sandbox_wipe, err);
}

static bool
start_afresh(struct call *call, struct error *err)
{
    return db_transact(call->station->db, wipe, call, err)
            && call_redirect(call, arena_format(call->arena, "%s/?saved=1", call->app->path));
}

const struct route front_routes[] = {
    { "GET",  "/",         show_front,    anyone,   0         },
    { "GET",  "/mixpay",   show_front,    anyone,   0         },
    { "GET",  "/mixpay/",  show_front,    anyone,   0         },
    { "POST", "/switches", save_switches, own_page, FORM_BODY },
    { "POST", "/fault",    save_fault,    own_page, FORM_BODY },
    { "POST", "/reset",    start_afresh,  own_page, FORM_BODY },
    { NULL, NULL, NULL, NULL, 0 }
};
