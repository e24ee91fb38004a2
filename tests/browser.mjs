/* browser.mjs: Chromium for the tests that look at pages: windows that keep book of what goes wrong
 * in them, and what every page of ours must stand: axe, html-validate, weight, width, large text.
 * SPDX-License-Identifier: ISC */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import * as t from "./till.mjs";

const { ok, is, like } = t;

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 900 };
export const heaviest = 30 * 1000; /* bytes of a whole page, before any compression */
const shots = path.join(t.folder, "shots");
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browsers = [];

/* ---- the browser ---- */

export async function openBrowser() {
    const home = path.join(t.folder, "home");
    fs.mkdirSync(home, { recursive: true });
    fs.mkdirSync(shots, { recursive: true });
    const browser = await chromium.launch({
        executablePath: process.env.MIXTILL_CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--no-first-run"],
        env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
        timeout: 60000 * t.patience,
    });
    browsers.push(browser);
    return browser;
}

/* As t.story, and no browser is left. */
export function story(tell) {
    return t.story(async () => {
        try {
            await tell();
        } finally {
            for (const browser of browsers)
                await browser.close();
        }
    });
}

/*
 * A window of its own: cookies, size, language. What happens in it is written down: `troubles`,
 * what the console said, scripts that failed, anything asked of another origin; `requests`, all.
 * options: size, dark, scripts (false: JavaScript off), language, still (false: with animations),
 * density (pixels of the screen to one of the page), origins beside the till's own that are fine.
 */
export async function openWindow(browser, till, options = {}) {
    const context = await browser.newContext({
        viewport: options.size ?? phone, colorScheme: options.dark ? "dark" : "light",
        javaScriptEnabled: options.scripts ?? true, locale: options.language ?? "en-GB",
        reducedMotion: options.still === false ? "no-preference" : "reduce",
        deviceScaleFactor: options.density ?? 1,
    });
    const page = await context.newPage();
    const window = { context, page, till, troubles: [], requests: [] };
    const origins = [new URL(till.address).origin, ...options.origins ?? []];
    context.setDefaultTimeout(30000 * t.patience);
    page.on("console", (message) => {
        if (!["error", "warning"].includes(message.type()))
            return;
        /* That an error page is one is no news. */
        const { url } = message.location(), text = message.text();
        if (url !== page.url() || !/status of [45]\d\d/.test(text))
            window.troubles.push(`${message.type()}: ${text} (${url})`);
    });
    page.on("pageerror", (error) => window.troubles.push(`script: ${error.stack ?? error}`));
    page.on("request", (request) => {
        window.requests.push(request);
        if (!origins.includes(new URL(request.url()).origin))
            window.troubles.push(`asked another origin: ${request.url()}`);
    });
    window.close = () => context.close();
    /* Opens an address below the till's, and waits until all of it is there. */
    window.go = (target) => page.goto(new URL(target, till.address).href, { waitUntil: "load" });
    return window;
}

/* ---- what every page must stand ---- */

const rules = {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations", "incomplete"],
};

/* Two of axe's verdicts: what is wrong, and what it could not find out. */
async function lookWithAxe(page) {
    if (await page.evaluate(() => typeof axe === "undefined"))
        await page.evaluate(axe);
    const found = await page.evaluate((given) => axe.run(document, given), rules);
    const list = (verdicts) => verdicts.flatMap(({ id, nodes }) => nodes.map(({ target, any }) =>
        `${id}: ${target.join(" ")}: ${any.map(({ message }) => message).join("; ")}`));
    return {
        wrong: list(found.violations),
        unknown: list(found.incomplete),
    };
}

/* In the scheme that the window has; `name` says which page. */
export async function checkAxe(window, name) {
    const { wrong, unknown } = await lookWithAxe(window.page);
    is(wrong, [], `${name}: axe finds nothing`);
    if (process.env.MIXTILL_AXE_UNKNOWN) console.log("# unknown", name, unknown);
}

/* Our style is <!doctype html>; files of our own need no hash; and without script a waiting page
 * has no other way to look again than to load itself anew. */
const validator = new HtmlValidate({
    root: true,
    extends: ["html-validate:recommended", "html-validate:document"],
    rules: {
        "doctype-style": ["error", { style: "lowercase" }],
        "require-sri": ["error", { target: "crossorigin" }],
        "meta-refresh": "off",
    },
});

export async function checkHtml(name, html) {
    const report = await validator.validateString(html);
    is(report.results.flatMap(({ messages }) => messages.map((message) =>
        `${message.line}:${message.column} ${message.ruleId}: ${message.message}`)), [],
    `${name}: the HTML is valid`);
}

/* The page with all that it loads, the icon too, in bytes after decompression; not what its script
 * asks for later. */
export async function weigh(window) {
    const parts = await window.page.evaluate(() => Object.fromEntries(
        [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .filter(({ initiatorType }) => initiatorType !== "fetch")
            .map((entry) => [new URL(entry.name).pathname, entry.decodedBodySize])));
    const icon = await window.page.evaluate(() => document.querySelector("link[rel=icon]")?.href);
    if (icon !== undefined)
        parts[new URL(icon).pathname] = (await window.till.get(new URL(icon).pathname)).body.length;
    return parts;
}

export async function checkWeight(window, name) {
    const parts = await weigh(window);
    const sum = Object.values(parts).reduce((a, b) => a + b, 0);
    ok(sum < heaviest && parts[new URL(window.page.url()).pathname] > 200,
        `${name}: it weighs less than 30 kB`, `${sum} bytes`, parts);
}

/* What sticks out sideways, and what is cut off; a part that keyboards can scroll is fine. */
function measureHere() {
    const width = document.documentElement.clientWidth;
    const name = (element) => `${element.localName}${element.id && `#${element.id}`} `
        + `"${element.textContent.trim().slice(0, 40)}"`;
    const seen = [...document.body.querySelectorAll("*")].filter((element) => {
        const { width: wide, height: high } = element.getBoundingClientRect();
        return wide > 1 && high > 1 && !element.closest(".unseen, .skip, svg, [tabindex='0']");
    });
    return {
        scrolls: document.documentElement.scrollWidth > width
            ? `${document.documentElement.scrollWidth} > ${width}` : "",
        out: seen.filter((element) => {
            const box = element.getBoundingClientRect();
            return box.right > width + 1 || box.left < -1;
        }).map(name),
        cut: seen.filter((element) => {
            const { overflowX, overflowY } = getComputedStyle(element);
            return (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1
                || overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1)
                && !["textarea", "progress", "select", "input"].includes(element.localName);
        }).map(name),
    };
}

/* At the width that the window has, and with text twice as large as usual there. */
export async function checkFit(window, name) {
    const { page } = window;
    is(await page.evaluate(measureHere), { scrolls: "", out: [], cut: [] },
        `${name}: nothing scrolls sideways, sticks out or is cut off`);
}

const textSize = (page) => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);

/* As a reader sees it who has set a text size of 32 pixels. */
async function checkLargeText(window, name) {
    const session = await window.context.newCDPSession(window.page);
    await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
    is(await textSize(window.page), "32px", `${name}: the text is twice as large`);
    await checkFit(window, `${name}, text twice as large`);
    await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
    await session.detach();
    /* Taking a picture ends that setting, so for the picture the page itself is told. */
    await window.page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
    await takeShot(window, `${name}-large`, false);
    await window.page.evaluate(() => { document.documentElement.style.fontSize = ""; });
}

/* A picture for people; that a busy machine sometimes gives none is no fault of the page. Those
 * that are not `usual` are taken when MIXTILL_SHOTS is set. */
export async function takeShot(window, name, usual = true) {
    if (usual || process.env.MIXTILL_SHOTS)
        await window.page.screenshot({
            path: path.join(shots, `${name}.png`), fullPage: true, timeout: 10000 * t.patience,
        }).catch((error) => console.log(`# no picture: ${error.message.split("\n")[0]}`));
}

export function checkTroubles(window, name) {
    is(window.troubles, [], `${name}: a silent console, and no other origin asked`);
    window.troubles.length = 0;
}

/*
 * Everything that a page must stand, in one window. look: name; path, or open(window), which gets
 * there and gives the answer; status, if not 200; headline, a pattern; shown: selectors of what the
 * page has, with ! before them of what it must not have; words: patterns that <main> matches.
 */
export async function lookAtPage(window, look) {
    const { page } = window, { name } = look;
    await page.setViewportSize(phone);
    const answer = look.open === undefined ? await window.go(look.path) : await look.open(window);
    is(answer.status(), look.status ?? 200, `${name}: status`);
    like(await page.textContent("h1"), look.headline, `${name}: its headline`);
    for (const wanted of look.shown ?? []) {
        const selector = wanted.replace(/^!/, "");
        is(await page.locator(selector).count() > 0, selector === wanted, `${name}: ${wanted}`);
    }
    for (const words of look.words ?? [])
        like(await page.textContent("main"), words, `${name}: ${words}`);
    await checkHtml(name, await answer.text());
    await checkWeight(window, name);
    await checkFit(window, `${name}, 390`);
    await checkAxe(window, `${name}, 390, light`);
    await takeShot(window, `${name}-390-light`);
    await checkLargeText(window, `${name}-390`);
    await page.setViewportSize({ width: 320, height: 640 });
    await checkFit(window, `${name}, 320`);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(phone);
    await checkAxe(window, `${name}, 390, dark`);
    await takeShot(window, `${name}-390-dark`, false);
    await page.setViewportSize(desk);
    await checkFit(window, `${name}, 1280`);
    await checkAxe(window, `${name}, 1280, dark`);
    await takeShot(window, `${name}-1280-dark`);
    await page.emulateMedia({ colorScheme: "light" });
    await checkAxe(window, `${name}, 1280, light`);
    await takeShot(window, `${name}-1280-light`, false);
    checkTroubles(window, name);
}

/* ---- what a person does ---- */

/* Who has the keyboard's attention, and whether that can be seen. */
export function focused(page) {
    return page.evaluate(() => {
        const element = document.activeElement, style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        const middle = document.elementFromPoint(box.left + box.width / 2,
            box.top + Math.min(box.height / 2, 10));
        return {
            what: element === document.body ? "body" : element.id || element.name
                || element.textContent.trim(),
            visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
            inView: box.top >= 0 && box.bottom <= innerHeight && box.width > 1 && box.height > 1,
            uncovered: middle !== null && (element.contains(middle) || middle.contains(element)),
        };
    });
}

/* From 0, black, to 255, white, of the colours that are there. */
export const brightness = (page, selector, property) => page.evaluate(([where, what]) => {
    const numbers = getComputedStyle(document.querySelector(where))[what].match(/[\d.]+/g);
    return numbers.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
}, [selector, property]);
