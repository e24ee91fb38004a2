/* browser_problems.mjs: the front, the order form, and every page that says no: as browsers meet
 * them, and all of them stand looking at.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is, like, ok } = t;

/* Presses the form's button and gives the page that comes; `before` changes the form first. */
const press = (form, before) => async (window) => {
    await window.go(form);
    await before(window);
    const [answer] = await Promise.all([
        window.page.waitForResponse((one) => one.request().method() === "POST"),
        window.page.waitForEvent("load"),
        window.page.click("form .button"),
    ]);
    return answer;
};

const form = "/checkout?item=coffee";
const shop = "a.button[href='/']";
const restart = `a.button[href='${form}']`;

const looks = (till) => [
    { name: "front", path: "/", headline: /What would you like/,
        shown: ["a[href='/checkout?item=tshirt']", "!a[href*='soldout']", "!a[href*='hidden']"] },
    { name: "form", path: form, headline: /Your order/,
        shown: ["form .button", "label[for=email]", "label[for=note]", "#qty [aria-current]"] },
    { name: "form_many", path: "/checkout?item=many&qty=50", headline: /Your order/,
        shown: ["#qty a[href='/checkout?item=many&qty=51']"], words: [/999950 USD/] },
    { name: "form_sold_out", path: "/checkout?item=soldout", headline: /Sold out/,
        shown: ["!form", shop] },
    { name: "form_errors", headline: /Your order/, status: 400,
        open: press(`${form}&qty=2`, async ({ page }) => {
            await page.fill("#email", "ann@example");
            await page.fill("#note", `${"n".repeat(499)}ü`);
        }),
        shown: ["[role=alert] a[href='#email']", "#email[aria-invalid]", "#email-error",
            "#note[aria-invalid]", "#note-error", "#email[value='ann@example']",
            "input[name=qty][value='2']"] },
    { name: "order_missing", path: "/order/AAAAAAAAAAAAAAAAAAAAAA", status: 404,
        headline: /cannot find this order/, shown: [shop] },
    { name: "item_missing", path: "/checkout?item=nothing", status: 404,
        headline: /not for sale|no such page/, shown: [shop] },
    { name: "page_missing", path: "/nothing/of/the/kind", status: 404, headline: /no such page/,
        shown: [shop] },
    { name: "bad_request", path: `${form}&qty=0`, status: 400, headline: /not understood/,
        words: [/from 1 to 10/] },
    { name: "method", headline: /does not work here/, status: 405,
        open: press(form, ({ page }) => page.evaluate(() => {
            document.querySelector("form").action = "/";
        })), shown: [shop] },
    { name: "denied", headline: /came from somewhere else/, status: 403,
        open: press(form, ({ context }) => context.clearCookies()), shown: [restart] },
    { name: "used_token", headline: /already sent/, status: 409,
        open: press(form, async ({ page, context }) => {
            const [csrf, cookie] = [await page.inputValue("[name=csrf]"),
                (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")];
            const answer = await till.visitor({ Cookie: cookie }).post("/checkout",
                { csrf, item: "coffee", qty: 1 });
            is(answer.status, 303, "the form is sent once");
            await page.fill("#note", "With milk, after all.");
        }), shown: [restart] },
    { name: "sold_out_meanwhile", headline: /Sold out/, status: 409,
        open: press("/checkout?item=last", async () => {
            is((await till.buy("last")).status, 201, "another shopper takes the last one");
        }), shown: [shop] },
    { name: "too_large", headline: /too much at once/, status: 413,
        open: press(form, ({ page }) => page.evaluate(() => {
            document.querySelector("#note").removeAttribute("maxlength");
            document.querySelector("#note").value = "n".repeat(9000);
        })) },
    { name: "limit", headline: /too fast/, status: 429,
        open: press(form, async () => {
            for (let i = 0; i < 20 && (await till.buy("card")).status === 201; i++)
                ;
        }), words: [/wait a minute/] },
];

/* A program that cannot read its settings does not start; as plain CGI it tells the visitor. */
async function lookAtSettings(till, window) {
    const config = path.join(till.folder, "wrong.conf");
    fs.writeFileSync(config, fs.readFileSync(till.config, "utf8").replace(/payee = .*/, ""));
    const run = spawnSync(path.join(t.libexec, "mixtill.cgi"), { encoding: "utf8", env:
        t.environment({ MIXTILL_CONFIG: config, REQUEST_METHOD: "GET", REQUEST_URI: "/",
            SCRIPT_NAME: "", SERVER_PROTOCOL: "HTTP/1.1", REMOTE_ADDR: "127.0.0.1" }) });
    like(run.stderr, /wrong\.conf:\d+: .*payee/, "the log names file, line and setting");
    const split = run.stdout.indexOf("\r\n\r\n");
    const headers = Object.fromEntries(run.stdout.slice(0, split).split("\r\n").map((line) =>
        [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    await window.page.route("**/mixtill.cgi/**", (route) => route.fulfill({
        status: Number.parseInt(headers.Status, 10), headers, body: run.stdout.slice(split + 4) }));
    await b.lookAtPage(window, { name: "misconfigured", path: "/mixtill.cgi/", status: 503,
        headline: /being set up/, words: [/Nothing was charged/] });
    is(await window.page.evaluate(() => getComputedStyle(document.body).maxWidth), "480px",
        "it is dressed as static/down.html is");
}

/* The programs are gone, nginx is not. */
async function lookAtNothing(till, window) {
    is((await till.end("serve")).code, 0, "the programs stop");
    for (const target of ["/", form, "/order/AAAAAAAAAAAAAAAAAAAAAA", "/mixpay/callback"])
        ok([502, 503, 504].includes((await till.get(target)).status), `${target} is down`);
    await b.lookAtPage(window, { name: "down", path: form, status: 502,
        headline: /back in a moment/, words: [/Do not pay twice/] });
}

await b.story(async () => {
    const till = await t.openTill({ settings: {
        shop: { name: "Kiosk", contact: "https://kiosk.example/help",
            url: "https://kiosk.example/" },
        limits: { orders_per_minute: "8" },
        items: {
            coffee: { name: "Coffee", price: "5", image: "/static/pay-with-crypto.svg",
                description: "A bag of 250 g, roasted on Tuesday, whole beans." },
            many: { name: "Donaudampfschifffahrtsgesellschaftskapitänsmütze", max_qty: "99",
                price: "19999", description: "Blue, and one size fits all." },
            last: { name: "The last one", price: "3", stock: "1", link: "paylink" },
        },
    } });
    const window = await b.openWindow(await b.openBrowser(), till);
    for (const look of looks(till))
        await b.lookAtPage(window, look);
    await lookAtSettings(till, window);
    await lookAtNothing(till, window);
});
