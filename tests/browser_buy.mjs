/* browser_buy.mjs: shoppers buy something: by pointing, by keyboard alone, without JavaScript, in
 * the dark, in German; and twice by mistake.
 * SPDX-License-Identifier: ISC */
import fs from "node:fs";
import path from "node:path";
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is, like, ok } = t;

const wait = { timeout: 45000 * t.patience };
const count = (till) => till.sql("SELECT count(*) AS n FROM orders")[0].n;
const newest = (till) => till.sql("SELECT * FROM orders ORDER BY rowid DESC LIMIT 1")[0];
const atMixPay = /\/sandbox\/mixpay\/code\/[0-9a-f-]{36}$/;
const atOrder = /\/order\/[\w-]{22,}$/;
const open = (window, order) => window.go(`/order/${order.token}`);

/* From the front to the receipt, by pointing. */
async function buyByPointing(browser, till, name, options) {
    const window = await b.openWindow(browser, till, options);
    const { page } = window;
    const before = count(till);
    await window.go("/");
    await page.click("a[href='/checkout?item=coffee']");
    await page.click("#qty a:text-is('2')");
    await page.waitForURL(/item=coffee&qty=2$/, wait);
    like(await page.textContent(".sum"), /10 USD/, `${name}: the form tells the sum`);
    await page.fill("#email", "ann@example.com");
    await page.click("form .button");
    await page.waitForURL(atMixPay, wait);
    like(await page.textContent("h1"), /^10 USD/, `${name}: one tap, and MixPay asks for the sum`);
    is(count(till), before + 1, `${name}: one order`);
    is([newest(till).state, newest(till).quantity, newest(till).email],
        ["open", 2, "ann@example.com"], `${name}: as it was asked for`);
    await page.getByRole("button", { name: /^Pay [0-9.]+ BTC/ }).click();
    await page.waitForURL(atOrder, wait);
    await page.waitForSelector(".stamp", wait);
    const slip = await page.textContent(".slip");
    for (const fact of [/10 USD/, /0\.\d+ BTC/, /ann@example\.com/, /Transaction/])
        like(slip, fact, `${name}: the receipt tells ${fact}`);
    ok(slip.includes(newest(till).order_id), `${name}: and the order's number`);
    is(newest(till).state, "paid", `${name}: paid`);
    b.checkTroubles(window, name);
    return window;
}

async function withScripts(browser, till) {
    const window = await buyByPointing(browser, till, "with scripts", {});
    const { page } = window;
    await page.evaluate(() => { globalThis.print = () => { globalThis.printed = true; }; });
    await page.click("#print");
    is(await page.evaluate(() => globalThis.printed), true, "the receipt's button prints");
    await window.close();
}

async function withoutScripts(browser, till) {
    const options = { scripts: false };
    const window = await buyByPointing(browser, till, "without scripts", options);
    const { page } = window;
    ok(!window.requests.some((request) => request.resourceType() === "script"),
        "without scripts: none was asked for");
    is(await page.isVisible("#print"), false, "no button that would do nothing");

    const order = await till.buy("tshirt");
    await open(window, order);
    is([await page.isVisible("#pay"), await page.isVisible("#show"), await page.isVisible("#copy")],
        [true, true, false], "what works without scripts is there, and no more");
    await page.click("summary");
    is(await page.isVisible("#show a"), true, "the link can be seen");
    is(await page.getAttribute("#pay", "href"), order.pay_url, "the button is the link");
    await till.act(order, "confirming", { have: 1, need: 3 });
    await page.waitForSelector("progress", wait);
    ok(true, "without scripts the page looks again by itself: confirming");
    await till.act(order, "paid");
    await page.waitForSelector(".stamp", wait);
    ok(true, "and paid");
    const asked = () => window.requests.filter((request) => request.isNavigationRequest()).length;
    const seen = asked();
    await t.sleep(11500);
    is(asked(), seen, "then it leaves it at that");
    b.checkTroubles(window, "without scripts");
    await window.close();
}

/* ---- by keyboard ---- */

/* Tabs on until the focus is on `wanted`; what it met on the way, itself included. */
async function tabTo(window, wanted, name) {
    const met = [];
    for (let i = 0; i < 40; i++) {
        await window.page.keyboard.press("Tab");
        const focus = await b.focused(window.page);
        met.push(focus.what);
        if (!focus.visible || !focus.inView || !focus.uncovered)
            ok(false, `${name}: the focus can be seen`, focus);
        if (wanted.test(focus.what))
            break;
    }
    ok(wanted.test(met.at(-1)), `${name}: Tab comes to ${wanted}, seen all the way`, met);
    return met;
}

async function byKeyboard(browser, till) {
    const window = await b.openWindow(browser, till);
    const { page } = window, press = (key) => page.keyboard.press(key);
    await window.go("/");
    is(await tabTo(window, /^Skip/, "front"), ["Skip to the content"],
        "first, the way past the head");
    await press("Enter");
    is((await b.focused(page)).what, "main", "it leads to the content");
    const items = await tabTo(window, /^T-shirt$/, "front");
    is(items, ["Coffee", "T-shirt"], "then the items, as they stand");
    await press("Enter");
    await page.waitForURL(/item=tshirt$/, wait);
    is((await tabTo(window, /^3$/, "form")).slice(0, 4), ["Skip to the content", "Kiosk", "1", "2"],
        "the quantities, as they stand");
    await press("Enter");
    await page.waitForURL(/qty=3$/, wait);
    await tabTo(window, /^email$/, "form");
    await page.keyboard.type("bob@example.com");
    is(await tabTo(window, /^note$/, "form"), ["note"], "the note is next");
    await page.keyboard.type("By keyboard.");
    is(await tabTo(window, /^Pay with Crypto$/, "form"), ["Pay with Crypto"], "then the button");
    await press("Enter");
    await page.waitForURL(atMixPay, wait);
    const row = newest(till);
    is([row.item, row.quantity, row.email, row.note],
        ["tshirt", 3, "bob@example.com", "By keyboard."], "the order is what was typed");
    await window.go(`/order/${row.token}`);
    is((await tabTo(window, /^copy$/, "order")).slice(-2), ["pay", "copy"],
        "the order's page: the button, then the link to copy");
    await press("Shift+Tab");
    await press("Enter");
    await page.waitForURL(atMixPay, wait);
    await tabTo(window, /^Pay [0-9.]+ BTC/, "MixPay's page");
    await press("Enter");
    await page.waitForURL(atOrder, wait);
    await page.waitForSelector(".stamp", wait);
    is(newest(till).state, "paid", "paid by keyboard alone");
    await tabTo(window, /^print$/, "receipt");
    b.checkTroubles(window, "by keyboard");
    await window.close();
}

/* ---- dark, and German ---- */

async function inTheDark(browser, till) {
    const order = await till.buy("coffee");
    for (const dark of [true, false]) {
        const window = await b.openWindow(browser, till, { dark });
        for (const target of ["/", "/checkout?item=coffee", `/order/${order.token}`]) {
            await window.go(target);
            const desk = await b.brightness(window.page, "body", "backgroundColor");
            const paper = await b.brightness(window.page, ".part", "backgroundColor");
            const ink = await b.brightness(window.page, "h1", "color");
            ok(dark ? desk < 50 && paper < 60 && ink > 200 : desk > 220 && paper > 240 && ink < 60,
                `${target.slice(0, 10)}: ${dark ? "dark" : "light"}`, { desk, paper, ink });
        }
        ok(await b.brightness(window.page, "figure img", "backgroundColor") > 250,
            `${dark ? "dark" : "light"}: the QR code stands on white`);
        await window.close();
    }
    const window = await buyByPointing(browser, till, "in the dark", { dark: true });
    await window.close();
}

const language = (name) => JSON.parse(fs.readFileSync(
    path.join(t.source, `templates/lang/${name}.json`), "utf8"));

/* Texts of the page that are English and would not be in German. */
async function englishIn(page) {
    const english = language("en"), german = language("de");
    const foreign = new Set(Object.keys(english).filter((key) =>
        english[key] !== german[key] && !Object.values(german).includes(english[key]))
        .map((key) => english[key]));
    const texts = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
        while (walker.nextNode())
            found.push(walker.currentNode.data.trim());
        return [...found, ...[...document.images].map((image) => image.alt), document.title];
    });
    return texts.filter((text) => foreign.has(text) || foreign.has(text.replace(/ · .*/, "")));
}

async function inGerman(browser, till) {
    const window = await b.openWindow(browser, till, { language: "de-AT" });
    const { page } = window;
    const check = async (name, words) => {
        is(await page.getAttribute("html", "lang"), "de", `${name}: German`);
        like(await page.textContent("main"), words, `${name}: ${words}`);
        is(await englishIn(page), [], `${name}: nothing is left in English`);
    };
    await window.go("/");
    await check("front", /Was/);
    await page.click("a[href='/checkout?item=coffee']");
    await page.waitForURL(/item=coffee$/, wait);
    await check("form", /Anzahl|Menge/);
    await page.click("form .button");
    await page.waitForURL(atMixPay, wait);
    const row = newest(till);
    is(row.language, "de", "the order knows its shopper's language");
    await open(window, row);
    await check("order", /Coin/);
    await page.click("#copy").catch(() => {});
    await till.act(row, "confirming", { have: 1, need: 2 });
    await page.waitForSelector("progress", wait);
    await check("confirming", /1 von 2/);
    await till.act(row, "paid");
    await page.waitForSelector(".stamp", wait);
    await check("receipt", /Quittung/);
    like(await page.textContent(".slip"),
        /\d+\. ?(Jan|Feb|März|Apr|Mai|Juni|Juli|Aug|Sep|Okt|Nov|Dez)/, "with a German date");
    await window.go("/order/AAAAAAAAAAAAAAAAAAAAAA");
    await check("not found", /Bestellung/);
    b.checkTroubles(window, "in German");
    await window.close();
}

/* ---- twice ---- */

async function twice(browser, till) {
    const window = await b.openWindow(browser, till);
    const { page } = window;
    let before = count(till);
    await window.go("/checkout?item=coffee");
    await page.fill("#note", "once");
    await page.dblclick("form .button");
    await page.waitForURL(atMixPay, wait);
    is(count(till), before + 1, "a double click makes one order");
    const first = page.url();
    await page.goBack();
    await page.waitForURL(/item=coffee$/, wait);
    await page.fill("#note", "once");
    await page.click("form .button");
    await page.waitForURL(atMixPay, wait);
    is([count(till), page.url()], [before + 1, first], "Back, and the button again: the same one");
    await page.getByRole("button", { name: /^Pay [0-9.]+ BTC/ }).click();
    await page.waitForURL(atOrder, wait);
    await page.waitForSelector(".stamp", wait);
    await window.go("/checkout?item=coffee");
    before = count(till);
    await page.click("form .button");
    await page.waitForURL(atMixPay, wait);
    is(count(till), before + 1, "the form opened anew makes a new one");
    await page.goBack();
    await page.fill("#note", "changed my mind");
    await page.click("form .button");
    await page.waitForSelector("h1:text('already sent')", wait);
    is(count(till), before + 1, "the old form with other contents makes none, and says so");
    await window.close();
}

await b.story(async () => {
    const till = await t.openTill({ settings: { items: {
        soldout: { name: "Gone", price: "1", stock: "0" },
    } } });
    await till.switches({ rate_limit: "off" });
    const browser = await b.openBrowser();
    await withScripts(browser, till);
    await withoutScripts(browser, till);
    await byKeyboard(browser, till);
    till.moveClock(61);
    await twice(browser, till);
    await inGerman(browser, till);
    await inTheDark(browser, till);
});
