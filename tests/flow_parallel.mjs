/* flow_parallel.mjs: everything at once: callbacks, pages, two workers; each step is taken once.
 * SPDX-License-Identifier: ISC */
import * as t from "./till.mjs";

const { ok, is } = t;

let till;

const transitions = (order, to) => till.events(order.order_id)
    .filter((event) => event.from_state !== event.to_state && event.to_state === to).length;

/* 50 callbacks, and people who look at the page, all at the same time. */
async function storm(orders) {
    const answers = await Promise.all(orders.flatMap((order) => [
        ...Array.from({ length: 50 }, () => till.callback(order)),
        ...Array.from({ length: 10 }, () => till.get(`/order/${order.token}/status`)),
        ...Array.from({ length: 5 }, () => till.page(order.token)),
    ]));
    return answers.map((answer) => answer.status).filter((status) => status !== 200);
}

async function steps() {
    await till.switches({ settle: "delayed" });
    const orders = await Promise.all(["coffee", "coffee", "card",
        "card"].map((item) => till.buy(item)));
    for (const order of orders.slice(2)) {
        const link = new URL(order.pay_url);
        await till.get(link.pathname + link.search);
    }
    for (const [what, state, more] of [["confirming", "confirming", { have: 1, need: 2 }],
        ["paid_less", "paid_less", {}], ["pending", "pending", {}], ["auditing", "auditing", {}],
        ["paid", "paid", {}]]) {
        till.moveClock(61);
        await Promise.all(orders.map((order) => till.act(order, what, { ...more,
            callback: "none" })));
        const failed = await storm(orders);
        is(failed, [], `${what}: 260 requests at once are answered`);
        await t.poll(() => orders.every((order) => till.order(order.order_id).state === state), 25);
        is(orders.map((order) => till.order(order.order_id).state), orders.map(() => state),
            `${what}: all have come to ${state}`);
        is(orders.map((order) => transitions(order, state)), orders.map(() => 1),
            `${what}: once each`);
    }
    till.moveClock(61);
    await Promise.all(orders.map((order) => till.act(order, "settle", { callback: "none" })));
    await storm(orders);
    await t.poll(() => orders.every((order) =>
        till.order(order.order_id).settle_status === "success"), 25);
    is(orders.map((order) => till.order(order.order_id).settle_status), orders.map(() => "success"),
        "settled: all");
    for (const order of orders) {
        const settled = till.events(order.order_id).filter((event) => /"settleStatus":"success"/
            .test(event.answer ?? ""));
        is(settled.length, 1, "settled: told once");
    }
    ok(new Set(till.sql("SELECT trace_id FROM orders").map((row) => row.trace_id)).size === 4,
        "each by a trace of its own");
}

/* Orders and payments of many people, while everybody is called about everything. */
async function crowd() {
    till.moveClock(61);
    await till.switches({ settle: "now" });
    const people = await Promise.all(Array.from({ length: 25 }, async (_, i) => {
        const form = await till.form("card");
        const fields = { csrf: form.csrf, item: "card", qty: 1 + i % 3 };
        const sent = await Promise.all([1, 2, 3].map(() => form.visitor.post("/checkout", fields,
            { headers: { Accept: "application/json" } })));
        const order = sent[0].json, link = new URL(order.pay_url);
        is(new Set(sent.map((answer) => answer.json.order_id)).size, 1, "three clicks, one order");
        await till.get(link.pathname + link.search);
        await till.act(order, "paid", i % 2 === 0 ? {} : { callback: "twice" });
        return order;
    }));
    const unpaid = () => till.sql("SELECT order_id FROM orders WHERE state <> 'paid'");
    for (let minutes = 0; minutes < 12; minutes++) {
        if (await t.poll(() => unpaid().length === 0, 1))
            break;
        till.moveClock(61);
    }
    is(people.map((order) => till.order(order.order_id).state), people.map(() => "paid"),
        "25 people: all paid");
    is(people.map((order) => transitions(order, "paid")), people.map(() => 1),
        "25 people: once each");
}

/* Two people decide at the same moment. */
async function decisions() {
    till.moveClock(61);
    const order = await till.buy("card");
    const link = new URL(order.pay_url);
    link.searchParams.set("quoteAmount", "1");
    await till.get(link.pathname + link.search);
    await till.act(order, "paid");
    await till.until(order, (row) => row.flags !== 0);
    const words = ["resolve", order.order_id, "--accept", "--reason"];
    const { spawn } = await import("node:child_process");
    const decide = (who) => new Promise((done) => spawn(`${t.tree}/mixtill`, ["--config",
        till.config,
        ...words, who], { env: t.environment({ MIXTILL_CLOCK_OFFSET: till.clockFile }),
            stdio: "ignore" })
        .on("close", done));
    await Promise.all(["Ann", "Bob", "Cid", "Dan"].map(decide));
    is(till.order(order.order_id).state, "paid", "four people accept at once: paid");
    is(transitions(order, "paid"), 1, "once");
}

await t.story(async () => {
    till = await t.openTill({ settings: { shop: { expiry: "8h" } }, alarms: ["order_flagged"] });
    till.start("worker-2");
    await t.poll(() => /what=working/.test(till.log("worker-2")));
    await till.switches({ rate_limit: "off", callback_time_factor: 100 });
    await steps();
    await crowd();
    await decisions();
    const { deaths } = till.expected;
    is(deaths, [], "nobody had to be stopped for it");
});
