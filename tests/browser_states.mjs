/* browser_states.mjs: every state that an order can be in before its deadline has a page, and each
 * page stands looking at: by axe and html-validate, on phones and desks, light, dark, enlarged.
 * SPDX-License-Identifier: ISC */
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { ok } = t;

const again = "a.button[href='/checkout?item=coffee&qty=1']";
const MISMATCH = 1;

/*
 * act: what MixPay does; until: the state that comes of it, or what then holds of the stored order;
 * the rest as lookAtPage takes it.
 */
const states = [
    { name: "open", headline: /coin you like/, shown: ["#pay", "#clock", "figure img", "!.mark"] },
    { name: "open_paylink", item: "card", headline: /coin you like/,
        shown: ["#pay[href*='/sandbox/mixpay/pay?']", "figure img"] },
    { name: "confirming", headline: /on its way/, act: ["confirming", { have: 2, need: 3 }],
        until: "confirming", shown: ["progress[value='2'][max='3']", "!#pay"], words: [/2 of 3/] },
    { name: "paid_less", headline: /still missing/, act: ["paid_less"], until: "paid_less",
        shown: ["#pay", "progress", "#clock"], words: [/Still to pay 0\.0\d+ BTC/] },
    { name: "pending", headline: /has arrived/, act: ["pending"], until: "pending",
        shown: ["!#pay"] },
    { name: "auditing", headline: /being reviewed/, act: ["auditing"], until: "auditing",
        shown: ["!#pay"] },
    { name: "paid", headline: /Thank you/, act: ["paid"], until: "paid", item: "long",
        buy: { qty: 3, email: `${"a.long.name.".repeat(5)}x@mail.example.com`,
            note: "Please ring twice.\r\nThe bell is <b>broken</b>." },
        shown: [".stamp", "#print", "!#pay", "!main b b"], words: [/Order number/, /Transaction/] },
    { name: "paid_surplus", headline: /Thank you/, act: ["surplus"], until: "paid",
        shown: [".stamp", ".notice"], words: [/Paid too much/] },
    ...[["cancelled", "40032"], ["wrong_asset", "40020"], ["double", "40021"],
        ["volatility", "40025"], ["short_at_deadline", "40024"], ["fail", "10096"],
        ["fail", "99999"]].map(([act, code]) => ({
        name: `failed_${code}`, headline: /did not go through/, act: [act, { code }],
        until: "failed", shown: ["!#pay", again], words: [new RegExp(`Reason code${code}`)],
    })),
    { name: "mismatch", item: "card", headline: /A person is looking/,
        until: (row) => row.flags === MISMATCH, act: ["paid", { quoteAmount: "0.05" }],
        shown: ["!#pay", "!figure", "a.button.quiet"] },
];

/* MixPay knows a Paylink when somebody opens it; the act may stand in for him, with its terms. */
const terms = {
    card: { payeeId: t.payee, quoteAmount: "5", quoteAssetId: "usd",
        settlementAssetId: t.coins.BTC },
};

/* MixPay's calls are counted by the minute; so many orders would wait for the next one. */
const minute = 61;

async function reach(till, { name, act, until, item = "coffee", buy }) {
    const order = await till.buy(item, buy);
    if (act === undefined)
        return order;
    const [what, more] = act;
    await till.act(order, what, { ...terms[item], ...more });
    await till.callback(order);
    const row = await till.until(order, until, 40);
    ok(typeof until === "function" ? until(row) : row.state === until, `${name} is reached`, row);
    return order;
}

await b.story(async () => {
    const till = await t.openTill({ alarms: ["order_flagged"], settings: {
        shop: { name: "Kiosk", contact: "hello@kiosk.example", url: "https://kiosk.example/" },
        items: { long: {
            name: "Donaudampfschifffahrtsgesellschaftskapitänsmütze, blue, one size fits all",
            price: "1234.56", image: "/static/pay-with-crypto.svg" } },
    } });
    await till.switches({ rate_limit: "off" });
    const window = await b.openWindow(await b.openBrowser(), till);
    for (const [number, state] of states.entries()) {
        if (number % 6 === 5)
            till.moveClock(minute);
        state.path = `/order/${(await reach(till, state)).token}`;
    }
    for (const state of states)
        await b.lookAtPage(window, state);
});
