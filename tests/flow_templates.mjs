/* flow_templates.mjs: the owner's copies of templates and texts win, changes are picked up, and a
 * broken copy costs nobody his page.
 * SPDX-License-Identifier: ISC */
import fs from "node:fs";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;

let till;
const own = path.join(t.folder, "own");
const builtIn = path.join(t.source, "templates");

function write(name, text) {
    fs.mkdirSync(path.dirname(path.join(own, name)), { recursive: true });
    fs.writeFileSync(path.join(own, `${name}.new`), text);
    fs.renameSync(path.join(own, `${name}.new`), path.join(own, name));
}

const remove = (name) => fs.rmSync(path.join(own, name));
const original = (name) => fs.readFileSync(path.join(builtIn, name), "utf8");

/* Every thread has read the change when many answers in a row show it. */
async function shown(target, holds, name, headers = {}) {
    let row = 0, last;
    await t.poll(async () => {
        last = await till.get(target, { headers });
        row = holds(last) ? row + 1 : 0;
        return row >= 60;
    }, 20, 5);
    return ok(row >= 60, name, `${last.status}`, last.body);
}

const has = (pattern) => (answer) => answer.status === 200 && pattern.test(answer.body);
const lacks = (pattern) => (answer) => answer.status === 200 && !pattern.test(answer.body);
const alarms = (what) => till.lines(new RegExp(`level=alarm what=${what}`));

async function pages() {
    const shop = "/checkout?item=coffee";
    await shown(shop, has(/Your order/), "at first the built-in page");
    write("checkout.mustache", original("checkout.mustache").replace("<main",
        "<!-- mine --><main"));
    await shown(shop, has(/<!-- mine --><main/), "the owner's copy wins");
    await shown("/", has(/front|Coffee/), "other pages stay");
    write("checkout.mustache", original("checkout.mustache").replace("<main",
        "<!-- other --><main"));
    await shown(shop, has(/<!-- other --><main/), "a change is picked up");
    write("foot.mustache", `${original("foot.mustache")}<!-- foot -->`);
    await shown("/", has(/<!-- foot -->/), "a part of pages may be replaced, too");
    await shown(shop, has(/<!-- other -->.*<!-- foot -->/s), "in own pages as well");
    write("checkout.mustache",
        "{{> head}}<main>{{item.title}} {{email}} {{#nothing}}x{{/nothing}}</main>");
    await shown(shop, has(/<main>Coffee +<\/main>/), "it may be much simpler");
    remove("checkout.mustache");
    await shown(shop, (answer) => has(/<form/)(answer) && lacks(/<!-- other/)(answer),
        "removed, ours is back");
    remove("foot.mustache");
    await shown("/", lacks(/<!-- foot -->/), "for parts, too");
    is(alarms("template"), [], "so far nobody was alarmed");
}

async function broken() {
    const shop = "/checkout?item=coffee";
    for (const [name, text, where, what] of [
        ["an open section", "{{> head}}\n<main>\n{{#item}}\n</main>\n", /line 3/],
        ["a section closed wrongly", "<main>\n{{#item}}{{/other}}\n</main>", /line 2/],
        ["an open tag", "<main>\n\n{{item.title\n</main>", /line 3/],
        ["too large", "x".repeat(300 * 1024), /256|large/i],
        ["endless parts", "{{> checkout}}", /./, "template_failed"],
    ]) {
        const before = alarms("template").length;
        write("checkout.mustache", text);
        await t.poll(async () => {
            await till.get(shop);
            return alarms(what ?? "template_broken").length > 0
                && alarms("template").length > before;
        });
        await shown(shop, has(/<form method="post"/), `${name}: the built-in page is shown`);
        const said = alarms("template").slice(before);
        ok(said.length > 0, `${name}: the owner is told`);
        like(said[0] ?? "", /checkout/, `${name}: which file`);
        like(said[0] ?? "", where, `${name}: and where`);
    }
    const bought = await till.buy("coffee");
    is(bought.status, 201, "and orders are taken all the while");
    write("order.mustache", "{{> nowhere}}{{#order}}");
    await shown(`/order/${bought.token}`, has(/Pay with/), "an order's page survives, too");
    write("problem.mustache", "{{^");
    const missing = await t.poll(async () => {
        const answer = await till.get("/nothing");
        return answer.status === 404 && /no such page/.test(answer.body) ? answer : null;
    });
    ok(missing !== null && missing !== false, "so do the pages that tell a failure");
    for (const name of ["checkout", "order", "problem"])
        write(`${name}.mustache`, original(`${name}.mustache`));
    await shown(shop, has(/<form/), "mended");
    await t.sleep(1100); /* by now every thread has looked */
    const before = alarms("template").length;
    await shown(shop, has(/<form/), "all threads show it");
    is(alarms("template").slice(before), [], "there are no more alarms");
}

async function texts() {
    const shop = "/checkout?item=coffee", en = { "Accept-Language": "en" };
    write("lang/en.json", JSON.stringify({ checkout_headline: "Pour me <one> & go" }));
    await shown(shop, has(/Pour me &lt;one&gt; &amp; go/), "a text of the owner's, as text", en);
    await shown(shop, has(/Your details/), "the others stay ours", en);
    write("lang/en.json", "{ \"checkout_headline\": ");
    await shown(shop, has(/Your order/), "a broken file of texts counts as none", en);
    like(alarms("template_broken").slice(-1)[0], /lang\/en\.json/, "and is told");
    remove("lang/en.json");
    write("lang/fr.json", JSON.stringify({ checkout_headline: "Votre commande" }));
    await shown(shop, has(/Votre commande/), "a language of the owner's own",
        { "Accept-Language": "fr" });
    const answer = await till.get(shop, { headers: { "Accept-Language": "fr" } });
    is(answer.headers["content-language"], "fr", "is named");
    const usual = await till.get(shop, { headers: { "Accept-Language": "xx, yy;q=0.5" } });
    is(usual.headers["content-language"], "en", "who reads none of ours gets the shop's");
    for (const wanted of ["de", "de-CH", "fr;q=0.1, de;q=0.9", "DE"])
        is((await till.get(shop,
            { headers: { "Accept-Language": wanted } })).headers["content-language"], "de",
            `Accept-Language: ${wanted}`);
    is((await till.get(shop,
        { headers: { "Accept-Language": "de;q=0, en" } })).headers["content-language"],
        "en", "Accept-Language: de;q=0, en");
}

async function preview() {
    const data = path.join(t.folder, "data.json");
    write("front.mustache", "<p>{{headline}} {{#items}}{{title}},{{/items}}</p>");
    fs.writeFileSync(data, JSON.stringify({ headline: "A & B", items: [{ title: "x" },
        { title: "<y>" }] }));
    const good = till.command("render", "front", data);
    is([good.code, good.out.trim()], [0, "<p>A &amp; B x,&lt;y&gt;,</p>"],
        "a page can be looked at before", good.err);
    write("front.mustache", "line\n{{#x}}");
    const bad = till.command("render", "front", data);
    is(bad.code, 1, "a broken one is refused there");
    like(bad.err, /front\.mustache.*2|line 2/s, "with its line");
    is(till.command("render", "../../etc/passwd", data).code !== 0, true,
        "no name leads out of the folder");
    is(till.command("render", "front", "/nowhere.json").code, 1, "nor is there data in nothing");
    remove("front.mustache");
}

await t.story(async () => {
    fs.mkdirSync(own);
    till = await t.openTill({ settings: { top: { templates: own } },
        alarms: ["template_broken", "template_failed"] });
    await pages();
    await broken();
    await texts();
    await preview();
    fs.rmSync(own, { recursive: true });
    await shown("/checkout?item=coffee", has(/<form/), "without the folder, ours");
    unlike(till.log("checkout"), /AddressSanitizer/, "and no harm done");
});
