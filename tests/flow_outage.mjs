/* flow_outage.mjs: MixPay is slow, broken, busy or away: orders are kept, nothing is believed that
 * was not said, nothing is made twice, and no more is asked than we may.
 * SPDX-License-Identifier: ISC */
import * as t from "./till.mjs";

const { ok, is, like } = t;
const kinds = ["500", "502", "html", "-1", "10008", "slow", "drop", "drop_after", "truncated",
    "huge"];

const created = async (till, order) => (await till.requests("/mixpay/v1/one_time_payment"))
    .filter((request) => request.body.includes(order.order_id));
const looked = async (till, order) => (await till.requests("/mixpay/v1/payments_result"))
    .filter((request) => request.query.includes(order.order_id));
const look = (till, order) => till.sql("SELECT * FROM outbox WHERE kind = 'look' AND subject = "
    + `'${order.order_id}'`)[0];

/* Time passes quickly until it is so. */
async function hurry(till, holds, step = 5, most = 40) {
    for (let i = 0; i < most && !await t.poll(holds, 0.4); i++)
        till.moveClock(step);
    return holds();
}

/* ---- while the link is made ------------------------------------------------------------------ */

async function whenOrdering() {
    const till = await t.openTill({ settings: { shop: { expiry: "4h" },
        limits: { link_timeout: "1s" } } });
    await till.switches({ rate_limit: "off" });
    for (const kind of [...kinds, "1429"]) {
        const name = `ordering, ${kind}`;
        await till.fault("one_time_payment", kind, 1, kind === "slow" ? { ms: 1500 } : {});
        const order = await till.buy("coffee");
        is([order.status, order.pay_url], [201, null],
            `${name}: the order is kept, without a link`);
        const page = await till.page(order.token);
        is(page.status, 200, `${name}: it has its page`);
        like(page.body, /Your order is safe, the link is not ready yet/,
            `${name}: which says so plainly`);
        like(page.body, /<meta http-equiv="refresh"/, `${name}: and looks again by itself`);
        is((await till.get(`/order/${order.token}/qr.svg`)).status, 404,
            `${name}: there is no code`);
        is((await till.status(order.token)).state, "open", `${name}: its status is open`);
        await hurry(till, () => till.order(order.order_id).link_url !== "",
            kind === "1429" ? 20 : 3);
        like(till.order(order.order_id).link_url, /\/code\/[0-9a-f-]{36}$/,
            `${name}: the link comes by itself`);
        like((await till.page(order.token)).body, /id="pay"/, `${name}: and its button`);
        const calls = await created(till, order);
        is([calls.length, new Set(calls.map((call) => call.body)).size, calls[0].fault],
            [2, 1, kind], `${name}: the same bytes were sent again`, calls);
        const payments = (await till.get("/sandbox/mixpay/payments")).json
            .filter((payment) => payment.orderId === order.order_id);
        is(payments.length, 1, `${name}: MixPay has one payment`);
        is(payments[0].code, till.order(order.order_id).link_url.slice(-36),
            `${name}: the one in the link`);
    }
    const tap = await till.form("coffee");
    await till.fault("one_time_payment", "500", 1);
    const sent = await tap.visitor.post("/checkout", { csrf: tap.csrf, item: "coffee", qty: 1 });
    like(sent.headers.location ?? "", /\/order\/[\w-]+$/,
        "a browser is sent to the order's page instead");
    const again = await tap.visitor.post("/checkout", { csrf: tap.csrf, item: "coffee", qty: 1 });
    like(again.headers.location ?? "", /\/code\//, "and once more to MixPay, now that it answers");
    const card = await till.buy("card");
    like(card.pay_url, /\/sandbox\/mixpay\/pay\?/, "a Paylink needs no call");

    await till.fault("*", "500", -1);
    const lost = await till.buy("coffee");
    till.moveClock(4 * 3600 + 5);
    const late = await till.page(lost.token);
    like(late.body, /Time is up, we are still checking/,
        "away until the deadline: not expired by our clock alone");
    is(till.order(lost.order_id).state, "open", "because nobody knows");
    await till.switches({ fault: { path: "*", kind: "off" } });
    await hurry(till, () => till.order(lost.order_id).state === "expired", 30);
    is(till.order(lost.order_id).state, "expired",
        "back again: it never heard of it, so it is over");
    is(await till.payment(lost), null, "and no link was made for it any more");
}

/* Many wait for a slow MixPay: pages stay quick for everybody else. */
async function crowded() {
    const till = await t.openTill();
    await till.switches({ rate_limit: "off" });
    await till.fault("one_time_payment", "slow", -1, { ms: 3000 });
    const buyers = Array.from({ length: 24 }, () => till.buy("coffee"));
    await t.sleep(500);
    let slowest = 0;
    for (let i = 0; i < 15; i++) {
        const start = Date.now();
        await till.get("/checkout?item=coffee");
        slowest = Math.max(slowest, Date.now() - start);
        await t.sleep(100);
    }
    ok(slowest < 1000 * t.patience, "24 wait for a slow MixPay: other pages are quick",
        `${slowest} ms`);
    const orders = await Promise.all(buyers);
    is(orders.map((order) => order.status), orders.map(() => 201), "all their orders are kept");
    ok(orders.some((order) => order.pay_url !== null), "some got their link at once");
    await till.switches({ fault: { path: "*", kind: "off" } });
    const unlinked = () => till.sql("SELECT order_id FROM orders WHERE link_url = ''");
    await hurry(till, () => unlinked().length === 0, 20);
    is(unlinked(), [], "the others soon after");
}

async function refused() {
    const nobody = "deadbeef-dead-4ead-8ead-deadbeefdead";
    const till = await t.openTill({ settings: { shop: { payee: nobody } },
        alarms: ["link_refused"] });
    const order = await till.buy("coffee");
    is([order.status, order.pay_url], [201, null], "MixPay refuses the payee: the order is kept");
    const row = till.order(order.order_id);
    is([row.state, row.flags], ["open", 64], "flagged for the owner");
    like((await till.page(order.token)).body, /cannot be paid right now/,
        "and the shopper is told");
    till.moveClock(600);
    await t.sleep(800);
    is((await created(till, order)).length, 1, "asking again would not help: it is not done");
}

/* ---- while it is asked for results ----------------------------------------------------------- */

async function whenAsking() {
    const till = await t.openTill({ settings: { shop: { expiry: "8h" } } });
    await till.switches({ rate_limit: "off" });
    for (const kind of kinds) {
        const name = `asking, ${kind}`, order = await till.buy("card");
        await till.get(new URL(order.pay_url).pathname + new URL(order.pay_url).search);
        /* The worker waits 10 s for an answer; less is slow, too, but an answer. */
        await till.fault("payments_result", kind, -1, kind === "slow" ? { ms: 11500 } : {});
        await till.act(order, "paid", { callback: "none" });
        await till.callback(order);
        await t.poll(async () => (await looked(till, order)).some((call) => call.fault === kind));
        await t.poll(() => look(till, order).tries > 0, kind === "slow" ? 15 : 5);
        const row = till.order(order.order_id);
        is([row.state, row.flags, row.trace_id], ["open", 0, null], `${name}: nothing is believed`);
        is(till.events(order.order_id).filter((event) => event.to_state !== "open"), [],
            `${name}: nothing happened`);
        ok(look(till, order).last_error !== "", `${name}: the reason is kept`, look(till, order));
        await till.switches({ fault: { path: "*", kind: "off" } });
        await hurry(till, () => till.order(order.order_id).state === "paid", 10);
        is(till.order(order.order_id).state, "paid", `${name}: paid, when MixPay says so`);
    }
    for (const [name, switches] of [["HTTP 400 for refusals", { error_http: "400",
        error_data: "null" }],
        ["no such order, by 404", { unknown_order: "404" }]]) {
        const order = await till.buy("card");
        await till.switches(switches);
        await till.callback(order);
        await t.poll(async () => (await looked(till, order)).length > 0);
        await t.sleep(300);
        is([till.order(order.order_id).state, look(till, order).last_error], ["open", ""],
            `${name}: an order that MixPay does not know yet is open`);
    }
}

/* ---- budget ---------------------------------------------------------------------------------- */

/* One 1429 makes everybody wait until the next minute. */
async function pause() {
    const till = await t.openTill({ settings: { shop: { expiry: "8h" } } });
    await till.switches({ rate_limit: "off", callbacks: "none" });
    const orders = await Promise.all(["coffee", "coffee", "card"].map((item) => till.buy(item)));
    const link = new URL(orders[2].pay_url);
    await till.get(link.pathname + link.search);
    till.moveClock(65 - till.now % 60); /* the minute has just begun */
    await till.fault("payments_result", "1429", 1);
    await till.callback(orders[0]);
    await t.poll(() => till.sql("SELECT * FROM budget_pause").length > 0);
    const until = till.sql("SELECT until_ms FROM budget_pause")[0].until_ms;
    is(Math.floor(until / 60000), Math.floor(till.now / 60) + 1,
        "1429: a pause until the next minute");
    const calls = (await till.requests()).length;
    for (const order of orders) {
        await till.act(order, "paid");
        await till.callback(order);
        await till.status(order.token);
    }
    const meanwhile = await till.buy("coffee");
    is([meanwhile.status, meanwhile.pay_url], [201, null], "1429: orders are taken, links wait");
    await t.sleep(3000);
    is((await till.requests()).length, calls,
        "1429: nobody calls MixPay, neither for links nor for results");
    till.moveClock(60);
    await hurry(till, () => orders.every((order) => till.order(order.order_id).state === "paid"));
    is(orders.map((order) => till.order(order.order_id).state), ["paid", "paid", "paid"],
        "1429: a minute later all goes on");
    await hurry(till, () => till.order(meanwhile.order_id).link_url !== "");
    ok(till.order(meanwhile.order_id).link_url !== "", "1429: the link, too");
}

/* MixPay says how many calls are left: at none nobody asks for a 1429. */
async function remaining() {
    const till = await t.openTill({ settings: { shop: { expiry: "8h" } } });
    till.moveClock(62 - till.now % 60);
    await till.switches({ rate_limit: "on", rate_limit_per_minute: 10, callbacks: "none" });
    const before = (await till.requests()).length;
    for (let i = 0; i < 14; i++)
        await till.buy("coffee");
    await t.sleep(1000);
    const calls = (await till.requests()).slice(before);
    ok(calls.length >= 5 && calls.length <= 12, "x-ratelimit-remaining: 0 is understood",
        `${calls.length} calls`);
    for (let i = 0; i < 12; i++) {
        await hurry(till, () => false, 31, 1);
        if (till.sql("SELECT count(*) AS n FROM orders WHERE link_url = ''")[0].n === 0)
            break;
    }
    is(till.sql("SELECT count(*) AS n FROM orders WHERE link_url = ''")[0].n, 0,
        "in the end all have links");
}

/* 40 open orders with their pages open, callbacks, new orders: at most 50 calls in any minute. */
async function budget() {
    const till = await t.openTill({ settings: { shop: { expiry: "8h" } } });
    await till.switches({ rate_limit: "off", callbacks: "none" });
    const orders = await Promise.all(Array.from({ length: 40 }, () => till.buy("card")));
    const start = till.now * 1000;
    let unlinked = 0;
    for (let second = 0; second < 180; second++) {
        till.moveClock(1);
        if (second % 10 === 0)
            await Promise.all(orders.map((order) => till.status(order.token)));
        if (second % 3 === 0)
            await till.callback(orders[second % 40]);
        if (second % 8 === 4)
            unlinked += (await till.buy("coffee")).pay_url === null;
        await t.sleep(60);
    }
    const at = (await till.requests()).map((request) => request.at_ms);
    const most = Math.max(...at.map((from) => at.filter((ms) => ms >= from && ms < from
        + 60000).length));
    ok(most <= 50, "never more than 50 calls in 60 s", `${most} calls`);
    ok(most >= 30, "nor far fewer than we may", `${most} calls`);
    const seen = new Set((await till.requests("/mixpay/v1/payments_result"))
        .filter((request) => request.at_ms >= start)
        .map((request) => /orderId=([^&]+)/.exec(request.query)[1]));
    const forgotten = orders.filter((order) => !seen.has(order.order_id));
    is(forgotten.length, 0, "each of 40 was asked for", `${seen.size} orders in 180 s`,
        forgotten.map((order) => look(till, order)));
    is(unlinked, 0, "and every new shopper got his link at once");
}

await t.story(async () => {
    await Promise.all([whenOrdering(), whenAsking(), refused(), crowded()]);
    await Promise.all([pause(), remaining(), budget()]);
});
