/* browser_order.mjs: the page of an order while it stays open: it notices what happens by itself,
 * its clock runs, its link can be copied, scanned and printed.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import path from "node:path";
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is, like, ok } = t;

const wait = { timeout: 45000 * t.patience };
const open = (window, order) => window.go(`/order/${order.token}`);

/* What a listener to the page hears, in the order in which it is said. */
const listen = (page) => page.evaluate(() => {
    globalThis.heard = [];
    new MutationObserver(() => heard.push(document.getElementById("live").textContent))
        .observe(document.getElementById("live"), { childList: true, characterData: true,
            subtree: true });
});

async function staysOpen(browser, till) {
    const window = await b.openWindow(browser, till);
    const { page } = window;
    const order = await till.buy("coffee");
    await open(window, order);
    await listen(page);
    await page.focus("#pay");
    await till.act(order, "paid_less");
    await page.waitForSelector(".paid_less", wait);
    is((await b.focused(page)).what, "pay", "the focus stays on the button, which is still there");
    like(await page.textContent(".rest"), /Still to pay 0\.0\d+ BTC/, "what is left is shown");
    is(await page.getAttribute("#pay", "href"), order.pay_url, "by the same link");
    like(await page.title(), /still missing/, "the title says it, too");
    await till.act(order, "confirming", { have: 1, need: 3 });
    await page.waitForSelector(".confirming", wait);
    is((await b.focused(page)).what, "headline", "without the button it goes to the headline");
    await till.act(order, "confirming", { have: 2, need: 3 });
    await page.waitForSelector("progress[value='2']", wait);
    await till.act(order, "paid");
    await page.waitForSelector(".stamp", wait);
    const heard = await page.evaluate(() => globalThis.heard);
    ok(heard !== undefined, "all without loading the page anew");
    is([/still missing/, /1 of 3/, /2 of 3/, /Paid\. Thank you/].map((words) =>
        heard.some((text) => words.test(text))), [true, true, true, true],
    "who listens hears each change", heard);
    is(await page.getAttribute("#live", "role"), "status", "from a live region");
    is((await b.focused(page)).what, "headline", "and the focus is where it was");
    const asked = () => window.requests.filter((request) => /\/status$/.test(request.url())).length;
    const seen = asked();
    await t.sleep(6000);
    is(asked(), seen, "what is final is not asked for again");
    b.checkTroubles(window, "an open page");
    await window.close();
}

/* The page's own clock is wound by hand here: it asks less and less often while nobody answers. */
async function loseTheNet(browser, till) {
    const window = await b.openWindow(browser, till);
    const { page, context } = window;
    const order = await till.buy("coffee");
    await page.clock.install();
    await open(window, order);
    await context.setOffline(true);
    const told = await t.poll(async () => {
        await page.clock.runFor(8000);
        return page.isVisible("#offline");
    }, 30, 300);
    ok(told, "without a connection the page says so");
    await till.act(order, "paid");
    await till.until(order, "paid");
    await context.setOffline(false);
    const paid = await t.poll(async () => {
        await page.clock.runFor(30000);
        return page.isVisible(".stamp");
    }, 30, 300);
    ok(paid, "and goes on when it is back");
    is(await page.isVisible("#offline"), false, "without the notice");
    await window.close();
}

async function clockAndLink(browser, till) {
    const window = await b.openWindow(browser, till);
    const { page, context } = window;
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: till.address });
    const order = await till.buy("coffee");
    await open(window, order);
    const seconds = async () => {
        const [left, more] = (await page.textContent("#clock")).split(":").map(Number);
        return 60 * left + more;
    };
    const before = await seconds();
    ok(before > 1700 && before <= 1800, "the clock shows what is left of half an hour", before);
    ok(await t.poll(async () => await seconds() <= before - 2, 20), "and runs down");
    await page.click("#copy");
    is(await page.evaluate(() => navigator.clipboard.readText()), order.pay_url,
        "the link is copied");
    is(await page.textContent("#copy"), "Link copied", "the button says so");
    is(await page.textContent("#live"), "Link copied", "and the live region");
    b.checkTroubles(window, "clock and link");

    await listen(page);
    till.moveClock(1801);
    await page.waitForSelector("main:not(:has(#pay))", wait);
    like(await page.textContent("h1"), /Time is up|time for this order is over/,
        "the deadline passes: the page says so by itself");
    await page.waitForSelector(".expired", wait);
    is(await page.getAttribute("a.button", "href"), "/checkout?item=coffee&qty=1",
        "and offers a new order");
    await window.close();
}

/* ---- on paper, and for a camera ---- */

async function scan(browser, till) {
    const zbar = spawnSync("zbarimg", ["--version"]).error === undefined;
    for (const [item, density, dark] of [["coffee", 1, false], ["coffee", 2, true],
        ["card", 2, false]]) {
        const name = `the QR code of ${item}, ${dark ? "dark" : "light"}, ${density}:1`;
        const order = await till.buy(item);
        const window = await b.openWindow(browser, till, { density, dark });
        await open(window, order);
        const file = path.join(t.folder, "qr.png");
        await window.page.locator("figure img").screenshot({ path: file });
        if (zbar)
            is(spawnSync("zbarimg", ["--quiet", "--raw", file], { encoding: "utf8" }).stdout.trim(),
                order.pay_url, `${name} is the pay link`);
        else
            ok(true, `${name} # SKIP zbarimg is not installed (package zbar-tools)`);
        await window.close();
    }
}

async function printed(browser, till) {
    const window = await b.openWindow(browser, till, { dark: true });
    const order = await till.buy("long", { qty: 10, note: "Words and more words. ".repeat(22),
        email: `${"a.long.name.".repeat(5)}x@mail.example.com` });
    await till.act(order, "surplus");
    await till.until(order, "paid");
    await open(window, order);
    const pdf = await window.page.pdf({ preferCSSPageSize: true,
        path: path.join(t.folder, "receipt.pdf") });
    const pages = pdf.toString("latin1").match(/\/Type ?\/Page\b(?!s)/g);
    is(pages?.length, 1, "a long receipt is printed on one page");
    const [, width, height] = /\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString("latin1"));
    is([Math.round(width), Math.round(height)], [595, 842], "of A4");
    await window.page.emulateMedia({ media: "print", colorScheme: "dark" });
    ok(await b.brightness(window.page, "h1", "color") < 60, "in dark ink, even from a dark screen");
    is(await window.page.isVisible("#print"), false, "without buttons");
    await window.close();
}

await b.story(async () => {
    const till = await t.openTill({ settings: { items: {
        long: { name: "Donaudampfschifffahrtsgesellschaftskapitänsmütze, blue, one size fits all",
            price: "123.45" },
    } } });
    await till.switches({ rate_limit: "off" });
    const browser = await b.openBrowser();
    await staysOpen(browser, till);
    await scan(browser, till);
    await printed(browser, till);
    await loseTheNet(browser, till);
    await clockAndLink(browser, till);
});
