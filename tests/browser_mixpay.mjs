/* browser_mixpay.mjs: the pretend MixPay's pages stand looking at, as the shop's own do.
 * SPDX-License-Identifier: ISC */
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is } = t;

/* What MixPay does, and the page that the payer has then. */
const states = [
    { name: "unpaid", headline: /5 USD/, words: [/Pay 0\.0\d+ BTC/, /Rehearse an outcome/] },
    { name: "confirming", act: "confirming", headline: /5 USD/, words: [/1 of 3 confirmations/] },
    { name: "paid_less", act: "paid_less", headline: /5 USD/, words: [/are left/] },
    { name: "pending", act: "pending", headline: /5 USD/, words: [/Fully paid/] },
    { name: "auditing", act: "auditing", headline: /5 USD/, words: [/Held for review/] },
    { name: "success", act: "surplus", headline: /5 USD/, words: [/too much/, /Back to the shop/] },
    { name: "failed", act: "wrong_asset", headline: /5 USD/, words: [/40020/] },
];

const pathOf = (address) => address.replace(/^https?:\/\/[^/]+/, "");

await b.story(async () => {
    const till = await t.openTill();
    await till.switches({ rate_limit: "off" });
    const window = await b.openWindow(await b.openBrowser(), till);
    for (const { act, ...state } of states) {
        const order = await till.buy("coffee");
        if (act !== undefined)
            await till.act(order, act);
        await b.lookAtPage(window, { ...state, path: pathOf(order.pay_url) });
        if (state.name === "success") {
            const { result } = await till.payment(order);
            await b.lookAtPage(window, { name: "transfer", headline: /pretended transaction/,
                path: pathOf(result.blockExplorerUrl) });
        }
    }
    const open = await till.buy("card");
    await b.lookAtPage(window, { name: "paylink", path: pathOf(open.pay_url), headline: /5 USD/,
        words: [/whoever opens it can change/] });
    const any = new URL(open.pay_url);
    any.searchParams.delete("quoteAmount");
    any.searchParams.set("orderId", "any-amount-1");
    await b.lookAtPage(window, { name: "any_amount", path: pathOf(any.href),
        headline: /Any amount/, shown: ["#typed"] });
    await b.lookAtPage(window, { name: "missing", status: 404, headline: /nothing here/,
        path: `/sandbox/mixpay/code/${t.payee}` });
    await till.fault("*", "10008", -1);
    await b.lookAtPage(window, { name: "front", path: "/sandbox/", headline: /pretend MixPay/,
        shown: ["table", "select", "input"], words: [/10008, -1 times/] });
    await till.fault("*", "off");
    is((await till.get("/sandbox/nothing")).status, 404, "what is not there is not there");
});
