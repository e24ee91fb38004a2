/* flow_callback.mjs: a callback is a hint: it makes MixPay be asked, and changes nothing by itself.
 * SPDX-License-Identifier: ISC */
import * as t from "./till.mjs";

const { ok, is } = t;
const success = { code: "SUCCESS" };

let till;

const looks = async (order) => (await till.requests("/mixpay/v1/payments_result"))
    .filter((request) => request.query.includes(order.order_id));
const job = (order) => till.sql("SELECT cause, state, fence FROM outbox WHERE kind = 'look' "
    + `AND subject = '${order.order_id}'`)[0];
/* The polls of an order that somebody just placed are 4 s apart; in between nobody asks. */
const lookFinished = (order, before) => t.poll(async () => (await looks(order)).length > before, 3);

/* A minute later: the calls of this one are forgotten. */
const rest = () => till.moveClock(61);

async function known() {
    const order = await till.buy("coffee"), trace = (await till.payment(order)).traceId;
    const before = (await looks(order)).length, start = Date.now();
    const answer = await till.callback(order, { traceId: trace });
    is([answer.status, answer.json], [200, success], "known: 200 and SUCCESS");
    is(answer.headers["content-type"], "application/json", "as JSON");
    ok(await lookFinished(order, before), "the look happens soon");
    ok(Date.now() - start < 2000 * t.patience, "within 2 s", `${Date.now() - start} ms`);
    const [look] = (await looks(order)).slice(-1);
    is([look.method, look.query.includes(`payeeId=${t.payee}`), look.query.includes("traceId")],
        ["GET", true, false], "MixPay is asked with our stored ids");
    is((await till.callback(order, { traceId: "11111111-2222-4333-8444-555555555555" })).status,
        200,
        "another trace is no reason to refuse");
    is((await till.callback(order, { callbackEvent: "success", status: "success",
        quoteAmount: "5" })).status,
        200, "nor is a result in it, which nobody reads");
    is((await till.callback(order, { payeeId: t.payee.replaceAll("-", "").toUpperCase() })).status,
        200,
        "our payee in other words");
    is((await till.callback(order, { payeeId: undefined, traceId: undefined })).status, 200,
        "the order id alone");
    await t.sleep(600);
    is(till.order(order.order_id).state, "open", "the order is as open as before");
    is(till.events(order.order_id).filter((event) => event.to_state !== "open"), [], "and unpaid");
}

async function unknown() {
    const order = await till.buy("coffee"), calls = (await till.requests()).length;
    const before = job(order);
    for (const [name, more, status] of [
        ["an order that nobody placed", { orderId: "mt000000000000000000000000" }, 404],
        ["an order of another shop", { orderId: "product1000432" }, 404],
        ["no order, but a trace", { orderId: undefined, traceId: order.order_id }, 404],
        ["an empty order", { orderId: "" }, 404], ["the order's token", { orderId: order.token },
            404],
        ["an id that is none", { orderId: "../../etc" }, 404],
        ["a number", { orderId: 12345678 }, 404],
        ["our order, another payee", { payeeId: "3f1e5bd1-6a0c-4f27-9c15-0d6a5a9b7c11" }, 404],
        ["our order, a payee that is none", { payeeId: "me" }, 404],
    ]) {
        const answer = await till.callback(order, more);
        is(answer.status, status, `${name}: ${status}`);
        is(answer.json?.error, "missing", `${name}: without detail`);
    }
    const trace = (await till.payment(order)).traceId;
    is((await till.post("/mixpay/callback", { traceId: trace, payeeId: t.payee })).status, 404,
        "MixPay's own trace alone: 404");
    is((await till.post("/mixpay/callback", "")).status, 400, "empty: 400");
    is((await till.post("/mixpay/callback", "{}")).status, 404, "an empty object: 404");
    const after = job(order);
    is(after.cause === "callback", false, "no look is made due by any of them", before, after);
    ok((await till.requests()).length - calls <= 3, "MixPay hears nothing of it");
}

async function final() {
    const order = await till.buy("coffee");
    await till.act(order, "paid");
    await till.until(order, "paid");
    await t.poll(() => job(order).state === "done");
    const before = { calls: (await looks(order)).length,
        events: till.events(order.order_id).length };
    for (let i = 0; i < 5; i++)
        is((await till.callback(order)).json, success, "a final order: SUCCESS");
    await t.sleep(1200);
    is({ calls: (await looks(order)).length, events: till.events(order.order_id).length }, before,
        "and no call to MixPay, no event");
    const failed = await till.buy("coffee");
    await till.act(failed, "cancelled");
    await till.until(failed, "failed");
    const calls = (await looks(failed)).length;
    is((await till.callback(failed)).json, success, "one that failed: SUCCESS");
    await t.sleep(600);
    is((await looks(failed)).length, calls, "and no call");
}

/* 500 at once, for one open order and for none. */
async function flood() {
    rest();
    await till.switches({ callbacks: "none" });
    const order = await till.buy("coffee"), other = await till.buy("coffee");
    const calls = (await till.requests()).length, fence = job(order).fence;
    const start = Date.now();
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) =>
        i % 5 === 4 ? till.callback(order, { orderId: `forged-order-${i}` })
            : till.callback(order)));
    is(answers.filter((answer) => answer.status === 200).length, 400,
        "500 at once: the known ones are taken");
    is(answers.filter((answer) => answer.status === 404).length, 100, "the others are refused");
    await t.sleep(1500);
    const made = (await till.requests()).length - calls;
    const seconds = (Date.now() - start) / 1000;
    ok(made <= 25, "MixPay is called a few times, not 500", `${made} calls`);
    ok(job(order).fence - fence <= 25 + 5, "few writes",
        `${job(order).fence - fence} claims in ${seconds} s`);
    is(till.order(order.order_id).state, "open", "the order is open");
    const events = till.events(order.order_id).map((event) => event.what);
    is(events.filter((what) => !/^(placed|link_made|seen_unpaid)$/.test(what)), [],
        "nothing happened to it");
    const used = till.sql("SELECT class, count(*) AS n FROM budget_call GROUP BY class");
    ok((used.find(({ class: name }) => name === "hint")?.n ?? 0) <= 15,
        "forged hints have a purse of their own",
        used);
    const fresh = await till.buy("coffee");
    ok(fresh.pay_url !== null, "a new shopper gets his link all the same");
    await till.act(other, "paid");
    is((await till.until(other, "paid", 30)).state, "paid",
        "and who pays meanwhile is seen by the poller");
    rest();
}

async function deliveries() {
    rest();
    await till.switches({ callbacks: "normal", callback_time_factor: 100 });
    const taken = async (order, name) => {
        const row = await till.until(order, "paid", 30);
        is(row.state, "paid", `${name}: paid`);
        is(till.events(order.order_id).filter((event) => event.what === "proven_paid").length, 1,
            `${name}: once`);
    };
    const twice = await till.buy("coffee");
    await till.act(twice, "paid", { callback: "twice" });
    await taken(twice, "doubled");
    const attempts = await t.poll(async () => {
        const { callbacks } = await till.payment(twice);
        return callbacks.every((callback) => callback.state !== "waiting") ? callbacks : null;
    });
    is(attempts.map((callback) => callback.attempts.map((attempt) => attempt.status)).flat()
        .every((status) => status === 200), true, "doubled: MixPay is content with each", attempts);

    const late = await till.buy("coffee");
    await till.act(late, "confirming", { have: 1, need: 3, callback: "late" });
    await till.act(late, "paid", { callback: "late" });
    await taken(late, "late");

    const disordered = await till.buy("coffee");
    await till.act(disordered, "confirming", { have: 1, need: 3, callback: "out_of_order" });
    await till.act(disordered, "paid", { callback: "out_of_order" });
    await taken(disordered, "out of order");

    const forged = await till.buy("coffee");
    await till.act(forged, "pending", { callback: "forged" });
    await t.poll(async () => (await till.payment(forged)).callbacks
        .every((callback) => callback.attempts.length > 0));
    const said = (await till.payment(forged)).callbacks.flatMap((callback) =>
        callback.attempts.map((attempt) => attempt.status));
    ok(said.length >= 2 && said.every((status) => status === 404),
        "forged in place of the true one: 404", said);

    rest();
    const missing = await till.buy("coffee"), start = Date.now();
    await till.act(missing, "paid", { callback: "none" });
    await taken(missing, "never: polling alone finds it");
    ok(Date.now() - start < 15000 * t.patience, "never: within seconds for who has just ordered");
    is(till.events(missing.order_id).find((event) => event.what === "proven_paid").cause, "poll",
        "never: and says so");
}

/* One that comes while MixPay is being asked is not lost: what was asked may be older than it. */
async function inFlight() {
    rest();
    const order = await till.buy("coffee");
    await till.fault("payments_result", "slow", 1, { ms: 1500 });
    const before = (await looks(order)).length;
    await till.callback(order);
    ok(await lookFinished(order, before), "MixPay is being asked");
    await till.act(order, "paid", { callback: "none" });
    await till.callback(order);
    const start = Date.now();
    await till.until(order, "paid");
    is(till.order(order.order_id).state, "paid", "a callback that comes meanwhile is not lost");
    ok(Date.now() - start < 3500 * t.patience, "nor late", `${Date.now() - start} ms`);
}

await t.story(async () => {
    till = await t.openTill();
    await till.switches({ rate_limit: "off", callbacks: "none" });
    await known();
    await unknown();
    await till.switches({ callbacks: "normal" });
    await final();
    await flood();
    await deliveries();
    await inFlight();
});
