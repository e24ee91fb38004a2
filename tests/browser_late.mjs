/* browser_late.mjs: the pages of orders whose time is over, and of orders that MixPay makes no link
 * for.
 * SPDX-License-Identifier: ISC */
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is, ok } = t;

const again = "a.button[href='/checkout?item=coffee&qty=1']";
const late = 1805; /* seconds: past the deadline of an order placed now */

/* act: what MixPay does after the deadline; until: what then holds of the stored order. */
const states = [
    { name: "expired", headline: /time for this order is over/,
        shown: ["!#pay", again, "!.notice:not([hidden])"] },
    { name: "paid_late", headline: /after the deadline/, shown: ["!#pay", "!a.button"],
        act: ["paid"], until: (row) => row.state === "paid_late" },
    { name: "late_money", headline: /arriving late/,
        shown: ["!#pay", "!a.button", "[data-waiting]"], act: ["confirming", { have: 1, need: 3 }],
        until: (row) => row.flags !== 0 },
    { name: "late_refunded", headline: /time for this order is over/, shown: ["!#pay", again],
        act: ["fail", { code: "40028" }], until: (row) => row.failure_code === "40028",
        words: [/marked for a refund/] },
    { name: "late_dismissed", headline: /stays closed/, shown: ["!#pay"], act: ["paid"],
        until: (row) => row.state === "paid_late" },
];

const path = (order) => `/order/${order.token}`;

async function lookAtStates(till, window) {
    const orders = [];
    for (const number of states.keys())
        orders[number] = await till.buy("coffee");
    till.moveClock(late);
    for (const order of orders)
        is((await till.until(order, "expired", 40)).state, "expired", `${order.order_id} expires`);
    for (const [number, { name, act: [what, more] = [], until }] of states.entries()) {
        if (what === undefined)
            continue;
        await till.act(orders[number], what, { force: true, ...more });
        await till.callback(orders[number]);
        const row = await till.until(orders[number], until, 40);
        ok(until(row), `${name} is reached`, row);
    }
    const dismissed = till.command("resolve", orders.at(-1).order_id, "--dismiss", "--reason",
        "None left.");
    is(dismissed.code, 0, "the owner dismisses the late money", dismissed);
    for (const [number, state] of states.entries())
        await b.lookAtPage(window, { ...state, path: path(orders[number]) });
}

/* Time is up, and MixPay does not say what happened. */
async function lookAtDoubt(till, window) {
    const order = await till.buy("coffee");
    await till.fault("payments_result", "500", -1);
    till.moveClock(late);
    await b.lookAtPage(window, { name: "time_is_up", path: path(order), headline: /Time is up/,
        shown: ["!#pay", "[data-waiting]", "!a.button"] });
    await till.fault("payments_result", "off");
}

async function lookAtNoLink(till, window) {
    await till.fault("one_time_payment", "500", -1);
    const failed = await till.buy("coffee");
    is([failed.status, failed.pay_url], [201, null], "MixPay is down: an order all the same");
    await b.lookAtPage(window, { name: "link_failed", path: path(failed),
        headline: /order is safe/, shown: ["!#pay", "[data-waiting]"] });
    await till.fault("one_time_payment", "off");
    till.moveClock(600);
    await window.page.waitForSelector("#pay", { timeout: 40000 * t.patience });
    ok(true, "MixPay is back: the button appears by itself");

    const refused = await till.buy("strange");
    is([refused.status, refused.pay_url], [201, null], "MixPay refuses: an order all the same");
    await b.lookAtPage(window, { name: "link_refused", path: path(refused),
        headline: /cannot be paid right now/, shown: ["!#pay", "a.button"] });

    await till.fault("one_time_payment", "slow", 1, { ms: 20000 });
    const placing = till.buy("coffee", { note: "slow" });
    const row = await t.poll(() =>
        till.sql("SELECT token FROM orders WHERE note = 'slow'")[0]);
    await b.lookAtPage(window, { name: "link_pending", path: path(row),
        headline: /Preparing your payment/, shown: ["!#pay", "[data-waiting]"] });
    await till.fault("one_time_payment", "off");
    is((await placing).status, 201, "however long MixPay takes, the shopper has his order");
}

await b.story(async () => {
    const till = await t.openTill({
        alarms: ["link_refused", "order_flagged", "order_needs_you"],
        settings: {
            limits: { link_timeout: "14s" },
            items: {
                strange: { name: "Priced in a currency that is none", price: "5", currency: "xyz" },
            },
        },
    });
    await till.switches({ rate_limit: "off" });
    const window = await b.openWindow(await b.openBrowser(), till);
    await lookAtStates(till, window);
    await lookAtDoubt(till, window);
    await lookAtNoLink(till, window);
});
