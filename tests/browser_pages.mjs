/* browser_pages.mjs: the pages of tests/pages as `mixtill render` draws them in both languages: the
 * cases that no story of ours brings about are looked at here.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as b from "./browser.mjs";
import * as t from "./till.mjs";

const { is, ok } = t;

const pages = path.join(t.source, "tests/pages");
const names = fs.readdirSync(pages).filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(/\.json$/, ""));
const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const texts = (language) => readJson(path.join(t.source, `templates/lang/${language}.json`));
const english = texts("en"), german = texts("de");

/* Sentences that C has put together stand in the fixtures in English. */
function translate(value) {
    if (typeof value === "string") {
        const key = Object.keys(english).find((name) => english[name] === value);
        return key === undefined ? value : german[key];
    }
    if (value === null || typeof value !== "object")
        return value;
    return Array.isArray(value) ? value.map(translate) : Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, translate(member)]));
}

const types = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

/* A server that has the page, news that say nothing new, pictures, and what lies in static/. */
async function serve(window, html) {
    await window.page.unrouteAll();
    await window.page.route("**/*", (route) => {
        const { pathname } = new URL(route.request().url());
        const file = path.join(t.source, pathname);
        if (pathname === "/page")
            return route.fulfill({ body: html, contentType: "text/html; charset=utf-8", headers: {
                "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src "
                    + "'self'; img-src 'self'; connect-src 'self'",
            } });
        if (pathname.endsWith("/status"))
            return route.fulfill({ json: { version: /data-version="([^"]*)"/.exec(html)[1] } });
        if (/\.(jpg|svg)$/.test(pathname) && !fs.existsSync(file))
            return route.fulfill({ contentType: "image/svg+xml",
                body: "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>" });
        return fs.existsSync(file)
            ? route.fulfill({ path: file, contentType: types[path.extname(file)] })
            : route.fulfill({ status: 404, body: "" });
    });
}

function render(name, language) {
    const data = readJson(path.join(pages, `${name}.json`));
    const input = language === "en" ? data : { ...translate(data), lang: language };
    return spawnSync(path.join(t.tree, "mixtill"),
        ["--config", "/nonexistent", "render", name.replace(/-.*/, ""), "-"],
        { encoding: "utf8", input: JSON.stringify(input), env: t.environment() });
}

async function look(window, name, language) {
    const run = render(name, language), { page } = window;
    if (!ok(run.status === 0 && run.stderr === "", `${name}, ${language}: is drawn`, run))
        return;
    await serve(window, run.stdout);
    await window.go("/page");
    await b.checkHtml(`${name}, ${language}`, run.stdout);
    is(await page.evaluate(() => document.documentElement.lang), language,
        `${name}, ${language}: its language`);
    await page.setViewportSize({ width: 320, height: 640 });
    await b.checkFit(window, `${name}, ${language}, 320`);
    await page.setViewportSize(b.phone);
    await b.checkAxe(window, `${name}, ${language}`);
    await b.takeShot(window, `${name}-${language}-390`, false);
    b.checkTroubles(window, `${name}, ${language}`);
}

await b.story(async () => {
    const browser = await b.openBrowser();
    const till = { address: "http://till.example" };
    const [light, dark] = [await b.openWindow(browser, till),
        await b.openWindow(browser, till, { dark: true })];
    ok(names.length > 20, "there are pages to look at");
    for (const name of names) {
        await look(light, name, "en");
        await look(dark, name, "de");
    }
});
