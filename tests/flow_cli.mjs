/* flow_cli.mjs: what the shop's owner does on the command line: sets up, asks, decides.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;
const own = path.join(t.folder, "own");

/* The command with words alone, and with another environment where that matters. */
function mixtill(words, { input = "", more = {} } = {}) {
    const run = spawnSync(path.join(t.tree, "mixtill"), words,
        { encoding: "utf8", input, env: t.environment({ TZ: "America/New_York", ...more }) });
    return { code: run.status, out: run.stdout, err: run.stderr };
}

const file = (name) => path.join(own, name);
const lines = (text) => text.split("\n").filter((line) => line !== "");

/* ---- init ---- */

function writing() {
    fs.mkdirSync(own, { recursive: true });
    const made = mixtill(["init", file("a.conf"), "--base-url", "https://shop.example/",
        "--name", "The \"Kiosk\" \\ ${HOME}", "--payee", t.payee.toUpperCase()]);
    is(made.code, 0, "init writes a configuration", made);
    is(fs.statSync(file("a.conf")).mode & 0o777, 0o640, "for owner and group alone");
    like(made.out, /7000101422[^]*7000104220/, "and tells where the payee id and help come from");
    like(made.out, /doctor/, "that doctor looks after it");
    like(made.out, /include .*nginx-mixtill\.conf/, "and what nginx needs");
    unlike(made.out, /a\.conf:\d+/, "nothing is missing");
    is(fs.readdirSync(own), ["a.conf"], "nothing else is left");
    const again = mixtill(["init", file("a.conf")]);
    is([again.code, /--force replaces/.test(again.err)], [1, true], "it overwrites nothing");
    like(fs.readFileSync(file("a.conf"), "utf8"), new RegExp(t.payee), "what was there is there");
    is(fs.readdirSync(own), ["a.conf"], "and no half a file");
    const forced = mixtill(["--config", file("a.conf"), "init", "--force"]);
    is([forced.code, /a\.conf:\d+: shop payee = ""/.test(forced.out)], [0, true],
        "unless it is forced; then it says what is to be filled in");
    for (const [words, pattern] of [[["--payee", "me"], /7000101422/],
        [["--base-url", "http://shop.example"], /https/], [["--name", ""], /--name/],
        [["--colour", "red"], /usage/], [["a", "b"], /usage/]]) {
        const refused = mixtill(["init", file("none.conf"), ...words]);
        is([refused.code, pattern.test(refused.err)], [2, true],
            `refused: init ${words.join(" ")}`);
    }
    ok(!fs.existsSync(file("none.conf")), "and nothing was written");
    is(mixtill(["init", file("no/such/folder.conf")]).code, 1, "a folder that is not there");
    is(mixtill(["init", file("b.conf"), "--base-url", "https://s.example", "--name", "S",
        "--payee", t.payee]).code, 0, "a shop for what follows");
}

/* ---- help ---- */

function helping() {
    const help = mixtill(["--help"]);
    is(help.code, 0, "help is no error");
    for (const [, name] of help.out.matchAll(/^ {2}([a-z]+) {2,}/gm)) {
        const one = mixtill([name, "--help"]);
        is([one.code, one.out.startsWith(`usage: mixtill [--config FILE] ${name}`), one.err],
            [0, true, ""], `${name} --help`);
    }
    for (const words of [[], ["bogus"], ["orders", "--bogus"], ["orders", "--state", "gone"],
        ["orders", "--limit", "0"], ["orders", "x"], ["orders", "--json", "--csv"], ["order"],
        ["explain"], ["resolve", "x"], ["resolve", "x", "--accept"],
        ["resolve", "x", "--accept", "--dismiss", "--reason", "y"], ["paylink"],
        ["paylink", "coffee", "--qty", "0"], ["payee"], ["payee", "1", "2"], ["multisig", "a"],
        ["multisig", "--threshold", "2"], ["render", "order"], ["doctor", "--fast"]])
        is(mixtill(words).code, 2, `asked for in the wrong way: mixtill ${words.join(" ")}`);
    like(mixtill(["--version"]).out, /^mixtill \d+\.\d+\.\d+\n$/, "version");
}

/* ---- render ---- */

const page = (name) => path.join(t.source, "tests/pages", `${name}.json`);

function rendering() {
    const plain = mixtill(["--config", file("none.conf"), "render", "order", page("order-open")]);
    is([plain.code, plain.err], [0, ""], "a page without any configuration", plain);
    like(plain.out, /<!doctype html>/i, "is a page");
    for (const name of fs.readdirSync(path.join(t.source, "tests/pages"))) {
        const done = mixtill(["render", name.split("-")[0], page(name.replace(".json", ""))]);
        ok(done.code === 0 && done.out.length > 500 && !/\{\{/.test(done.out), `renders ${name}`,
            done.err);
    }
    const given = mixtill(["render", "problem.mustache", "-"],
        { input: '{"lang":"de","status":"404","headline":"So","advice":"<b>"}' });
    ok(given.code === 0 && /<html lang="de"/.test(given.out) && /&lt;b&gt;/.test(given.out),
        "data from standard input, in its language", given);
    for (const [words, input, pattern, name] of [
        [["render", "nothing", "-"], "{}", /nothing: there is no template/, "no such template"],
        [["render", "../order", "-"], "{}", /no template|name/, "a name that leads away"],
        [["render", "order", file("none.json")], "", /none\.json cannot be opened/, "no such data"],
        [["render", "order", "-"], "{\n\"a\": 1,\n}", /-:3: /, "broken data, by its line"],
        [["render", "order", "-"], "[]", /-: .*one object/, "data that is no object"],
        [["render", "order", "-"], '{"lang":"xx"}', /lang\/xx/, "a language that there is not"],
        [["render", "order", "-"], '{"lang":"../en"}', /language/, "nor a path"]]) {
        const refused = mixtill(words, { input });
        ok(refused.code === 1 && refused.out === "" && pattern.test(refused.err),
            `refused: ${name}`, refused);
    }
}

function renderingOwn() {
    const folder = file("templates");
    fs.mkdirSync(path.join(folder, "lang"), { recursive: true });
    fs.appendFileSync(file("b.conf"), `templates = "${folder}"\n`);
    const render = () => mixtill(["--config", file("b.conf"), "render", "order",
        page("order-open")]);
    const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
    write("order.mustache", "{{>head}}mine {{order.amount}} {{>mine}} {{text.skip}}");
    write("mine.mustache", "and mine\n");
    write("lang/en.json", '{"skip": "my own words"}');
    ok(/mine .*and mine.*my own words/s.test(render().out), "the owner's copies win", render());
    write("order.mustache", "line 1\n{{#open}}\n{{/shut}}\n");
    const broken = render();
    ok(broken.code === 1 && broken.out === "" && /order\.mustache:3: /.test(broken.err),
        "a broken one is told by file and line, and nothing is shown", broken);
    write("order.mustache", "a\n\n{{>haed}} {{>mine}}");
    const mistyped = render();
    ok(mistyped.code === 0 && /order\.mustache:3: \{\{>haed\}\} prints nothing/.test(mistyped.err),
        "a mistyped partial is named", mistyped);
    write("mine.mustache", "\n{{");
    const inner = render();
    ok(inner.code === 1 && /mine\.mustache:2: /.test(inner.err), "a broken partial, too", inner);
    write("lost.mustache", "x");
    write("lang/en.json", '{"skip": "my own words", "skpi": "?"}');
    write("lang/fr.json", '{"skip": "sauter"}');
    const told = mixtill(["--config", file("b.conf"), "doctor", "--offline"]).out;
    like(told, /^warn .*order\.mustache:3: \{\{>haed\}\}/m, "doctor names it as well");
    like(told, /^BAD {2}.*mine\.mustache:2: /m, "and the broken one");
    like(told, /^warn .*lost\.mustache: replaces nothing/m, "and one that replaces nothing");
    like(told, /^warn .*en\.json: 1 of its texts .*: skpi/m, "and a text that nobody knows");
    like(told, /^warn .*fr\.json: lacks \d+ of the texts/m, "and a language that lacks texts");
    write("lang/fr.json", "{\n\"skip\": \"sauter\",\n}");
    like(mixtill(["--config", file("b.conf"), "doctor", "--offline"]).out,
        /^BAD {2}.*fr\.json:3: /m, "and a broken one by its line");
}

/* ---- doctor, before anything runs ---- */

function broken() {
    fs.writeFileSync(file("c.conf"), "base_url = \"http://shop.example\"\nshop {\n}\n");
    const told = mixtill(["--config", file("c.conf"), "doctor"]);
    is(told.code, 1, "a configuration that cannot be used");
    like(told.out, /^BAD {2}.*c\.conf:1: base_url = .*https/m, "each fault is told");
    like(told.out, /^BAD {2}.*c\.conf:3: shop payee is missing/m, "by its line");
    like(told.out, /^ok {3}templates/m, "the rest is looked at all the same");
    const none = mixtill(["--config", file("none.conf"), "doctor"]);
    ok(none.code === 1 && /^BAD {2}.*mixtill init/m.test(none.out), "none at all", none);
    fs.chmodSync(file("b.conf"), 0o666);
    const open = mixtill(["--config", file("b.conf"), "doctor", "--offline"]);
    like(open.out, /^BAD {2}.*anybody.*→ chmod o-w/m, "anybody may change it");
    fs.chmodSync(file("b.conf"), 0o640);
    fs.appendFileSync(file("b.conf"), `store { url = "sqlite:${file("no/such/till.db")}" }\n`);
    const folder = mixtill(["--config", file("b.conf"), "doctor", "--offline"]);
    like(folder.out, /^BAD {2}.*is not there → mkdir -p/m, "the database's folder is not there");
    like(folder.out, /^warn there is no database yet/m, "nor is it");
}

/* ---- a MixPay that says what we want ---- */

const answers = new Map();

function pretend() {
    const server = http.createServer((request, answer) => {
        const known = answers.get(request.url.split("?")[0].replace(/^\/v1/, ""));
        answer.writeHead(known === undefined ? 500 : 200, { "Content-Type": "application/json" });
        answer.end(JSON.stringify({ code: 0, success: true, message: "", data: [],
            timestampMs: Date.now(), ...known }));
    });
    return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

const coin = (id, symbol, more = {}) =>
    ({ assetId: id, symbol, name: symbol, isAsset: true, ...more });
const money = (id, least, most) => ({ assetId: id, symbol: id.toUpperCase(), isAsset: 0,
    minQuoteAmount: least, maxQuoteAmount: most, decimalDigit: 2 });

async function examined() {
    const server = await pretend();
    const config = file("d.conf");
    fs.writeFileSync(config, `base_url = "http://127.0.0.1:1"\nrehearsal = yes
        store { url = "sqlite:${file("d.db")}" }
        mixpay { api = "http://127.0.0.1:${server.address().port}/v1" }
        shop { name = "S"\npayee = "${t.payee}" }
        item tea { name = "Tea"\nprice = "5" }
        item gold { name = "Gold"\nprice = "900"\nmax_qty = 2 }
        item dust { name = "Dust"\nprice = "0.001" }
        item cup { name = "Cup"\nprice = "1"\ncurrency = eur
            settlement_asset = "${t.coins.ETH}" }`);
    const ask = (...words) => run(["--config", config, ...words]);
    const set = (settlement, quote) => {
        answers.set("/setting/settlement_assets", settlement);
        answers.set("/setting/quote_assets", quote);
    };
    const well = { data: [coin(t.coins.BTC, "BTC"), coin(t.coins.ETH, "ETH")] };
    const quotes = { data: [money("usd", "0.01", "1000"), money("eur", "0.01", "1000")] };

    set(well, quotes);
    const first = await ask("doctor");
    ok(first.code === 0 && /^ok {3}MixPay answers/m.test(first.out), "MixPay answers", first.out);
    like(first.out, /^ok {3}shop settlement_asset: MixPay settles in BTC/m, "the shop's coin");
    like(first.out, /^ok {3}item cup settlement_asset: MixPay settles in ETH/m, "an item's own");
    like(first.out, /^warn item gold: 2 × 900 USD is more/m, "a price that is too high for it");
    like(first.out, /^warn item dust: 0.001 USD is less/m, "and one that is too low");
    unlike(first.out, /item tea/, "a price that fits is not worth a word");

    set({ data: [coin(t.coins.BTC, "BTC", { isAvailable: false }),
        coin("4d8c508b-91c5-375b-92b0-ee702ed2dac5", "USDT")] },
    { data: [money("usd", "1", "2000")] });
    const coins = await ask("doctor");
    is(coins.code, 1, "coins that it does not take");
    like(coins.out, /^BAD {2}shop settlement_asset: .*BTC just now → choose among USDT/m,
        "not now, and which others");
    like(coins.out, /^BAD {2}item cup settlement_asset: MixPay does not settle in 43d61dcd/m,
        "not at all");
    like(coins.out, /^BAD {2}item cup currency: MixPay takes no prices in eur/m, "nor a currency");

    set({ code: 10001, success: false, message: "User does not exist" }, quotes);
    const nobody = await ask("doctor");
    ok(nobody.code === 1 && /^BAD {2}.*does not know the payee .*mixtill payee/m.test(nobody.out),
        "a payee that it does not know", nobody.out);
    set({ ...well, timestampMs: Date.now() - 400000 }, quotes);
    const fast = await ask("doctor");
    ok(fast.code === 1 && /^BAD {2}this clock is 6 min ahead of/m.test(fast.out),
        "clocks that are apart", fast.out);
    set({ code: 1429, success: false, message: "Too many" }, quotes);
    like((await ask("doctor")).out, /^BAD {2}MixPay was asked too often/m, "asked too often");
    answers.delete("/setting/settlement_assets");
    like((await ask("doctor")).out, /^BAD {2}MixPay is not available.*→/m, "out of order");

    answers.set("/user/mixin_uuid/26930", { data: { payeeId: t.payee } });
    answers.set("/user/mixin_uuid/1", { code: 10001, success: false, message: "no" });
    const payee = await ask("payee", "26930");
    ok(payee.code === 0 && lines(payee.out)[0] === t.payee && /payee_kind = "user"/.test(payee.out),
        "payee finds it", payee);
    const stranger = await ask("payee", "1");
    ok(stranger.code === 1 && /knows no user 1\b.*7000101422/.test(stranger.err), "or does not",
        stranger);
    is((await ask("payee", "me@example.com")).code, 1, "a Mixin ID is a number");
    /* The first thing asked for: the configuration has no payee yet. */
    fs.writeFileSync(config, fs.readFileSync(config, "utf8").replace(t.payee, ""));
    is((await ask("payee", "26930")).code, 0, "also before the configuration is complete");
    const group = { data: { multisigId: "11111111-2222-3333-4444-555555555556" } };
    answers.set("/multisig", group);
    const made = await ask("multisig", t.payee, t.coins.BTC, t.coins.ETH, "--threshold", "2");
    ok(made.code === 0 && lines(made.out)[0] === group.data.multisigId
        && /payee_kind = "multisig"/.test(made.out), "multisig makes a group", made);
    for (const [ids, threshold] of [[[t.payee, t.coins.BTC], "2"],
        [[t.payee, t.coins.BTC, t.coins.ETH], "4"], [[t.payee, t.payee, t.coins.ETH], "2"],
        [[t.payee, "x", "y"], "2"]])
        is((await ask("multisig", ...ids, "--threshold", threshold)).code, 1,
            `refused: multisig ${ids.join(" ")} --threshold ${threshold}`);
    server.close();
    const gone = await ask("payee", "26930");
    ok(gone.code === 1 && /127\.0\.0\.1/.test(gone.err), "nobody is there", gone);
}

/* As mixtill(), but leaves this process free to answer. */
async function run(words) {
    const { spawn } = await import("node:child_process");
    const child = spawn(path.join(t.tree, "mixtill"), words, { env: t.environment() });
    const said = { out: "", err: "" };
    child.stdout.on("data", (text) => { said.out += text; });
    child.stderr.on("data", (text) => { said.err += text; });
    const code = await new Promise((done) => child.on("close", done));
    return { code, ...said };
}

/* ---- an open till ---- */

async function asking(till) {
    const empty = till.command("orders");
    is([empty.code, empty.out, empty.err], [0, "", ""], "no orders, no words");
    is(till.command("orders", "--json").out, "[]\n", "an empty list");
    const order = await till.buy("coffee", { qty: 2, email: "ann@example.com",
        note: "=1+1, \"x\"\u009b31m\u202eevil" });
    await till.act(order, "paid");
    await till.until(order, (row) => row.state === "paid" && row.settle_status === "success");
    const open = await till.buy("tshirt");

    const [head, ...rows] = lines(till.command("orders").out);
    like(head, /^ORDER +STATE +FLAGS +AMOUNT +ITEM +CREATED$/, "a table");
    is(rows.length, 2, "of all orders");
    ok(rows[0].startsWith(open.order_id) || rows[0].slice(-23) === rows[1].slice(-23),
        "newest first", rows);
    is(new Set([head, ...rows].map((row) => row.search(/CREATED|20\d\d-/))).size, 1,
        "whose columns stand below each other", rows);
    like(rows.join("\n"), /paid +- +10 USD +coffee×2 +20\d\d-/, "with what was sold");
    is(lines(till.command("orders", "--state", "paid").out).length, 2, "those that are paid");
    is(till.command("orders", "--flagged").out, "", "none is flagged");
    is(lines(till.command("orders", "--limit", "1").out).length, 2, "one alone");

    const list = JSON.parse(till.command("orders", "--json").out);
    const facts = list.find((one) => one.order_id === order.order_id);
    is([facts.state, facts.flags, facts.quantity, facts.amount, facts.unit_price, facts.email],
        ["paid", [], 2, "10", "5", "ann@example.com"], "as JSON");
    like(facts.paid_at, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "with times");
    is(list.find((one) => one.order_id === open.order_id).paid_at, null, "or null");
    ok(!("token" in facts) && !JSON.stringify(list).includes(order.token), "no list has a token");
    const csv = till.command("orders", "--csv").out.split("\r\n");
    is([csv.length, csv[0].split(",").slice(0, 3)], [4, ["state", "flags", "order_id"]], "as CSV");
    like(csv.join("\n"), /"'=1\+1, ""x""/, "which no spreadsheet takes for a formula");

    const one = till.command("order", order.order_id);
    is(one.code, 0, "one order");
    like(one.out, new RegExp(`^order_url +${till.address}/order/${order.token}$`, "m"), "its page");
    like(one.out, /^note +=1\+1, "x"\\xc2\\x9b31m\\xe2\\x80\\xaeevil$/m,
        "and nothing in it steers the terminal");
    is(JSON.parse(till.command("order", order.token, "--json").out),
        { ...facts, order_url: `${till.address}/order/${order.token}` }, "found by its token, too");
    for (const command of ["order", "explain"])
        is([till.command(command, "mt000000").code,
            /there is no order mt000000/.test(till.command(command, "mt000000").err)], [1, true],
            `${command}: no such order`);

    const told = till.command("explain", order.order_id).out;
    like(told, /^Order mt\w+: 2 × Coffee for 10 USD\. It is paid\.$/m, "its story begins");
    like(told, /The shopper placed the order\./, "with the shopper");
    like(told, /MixPay made the payment link\./, "goes on");
    like(told, /(because MixPay called back|by the regular look): open became paid/, "by a cause");
    like(told, new RegExp(`Proof: GET /payments_result\\?orderId=${order.order_id}&.* HTTP 200`),
        "rests on a proof");
    like(told, /holds +quote amount +ours 10, MixPay's 10$/m, "with both sides");
    like(told, /asked about it any more: it is settled/, "and ends");
    const waits = till.command("explain", open.order_id).out;
    like(waits, /The next look at MixPay is due 20.*\(now|in \d+ s\)/, "an open one goes on");
    like(waits, /Its deadline is 20/, "until its deadline");
    unlike(waits, /mixtill resolve/, "without a person");
    return order;
}

async function deciding(till, paid) {
    const refusal = till.command("resolve", paid.order_id, "--accept", "--reason", "x");
    ok(refusal.code === 1 && /nothing to decide: .* is paid/.test(refusal.err),
        "nothing to decide", refusal);
    const held = async (name) => {
        const order = await till.buy("coffee");
        await till.act(order, "paid", { callback: "none" });
        await till.act(order, "raw", { result: { quoteAmount: "0.01" }, callback: "none" });
        await till.callback(order);
        await till.until(order, (row) => row.flags !== 0);
        is(till.order(order.order_id).flags, 1, name);
        return order;
    };
    const first = await held("a flagged order"), second = await held("another one");
    is(lines(till.command("orders", "--flagged").out).length, 3, "both wait for a person");
    like(till.command("doctor", "--offline").out, /^warn orders that wait for a person: 2 →/m,
        "doctor says so");
    const told = till.command("explain", first.order_id).out;
    like(told, /flag mismatch: payee, quote asset, amount/, "why is told");
    like(told, /does not +quote amount +ours 5, MixPay's 0\.01$/m, "and which comparison failed");
    like(told, /--accept +--reason "…" +\(it becomes paid\)/, "what a person can do");
    like(told, /--dismiss --reason "…" +\(it becomes failed\)/, "or else");
    for (const [reason, name] of [["", "no reason"], ["x".repeat(201), "201 characters"],
        ["a\nb", "two lines"], ["\x1b[31m", "an escape"]])
        is([till.command("resolve", first.order_id, "--accept", "--reason", reason).code,
            till.order(first.order_id).state], [1, "open"], `refused: ${name}`);
    const done = till.command("resolve", first.token, "--accept", "--reason",
        `é "seen" ${"x".repeat(191)}`);
    is([done.code, done.out], [0, `order ${first.order_id} is paid; flags: mismatch, accepted\n`],
        "accepted, by its token", done);
    const after = till.command("explain", first.order_id).out;
    like(after, /\w+ accepted it: é "seen" x+$/m, "who and why is in its story");
    like(after, /a person decided: open became paid/, "and what became of it");
    unlike(after, /mixtill resolve/, "there is no way back");
    for (const word of ["--accept", "--dismiss"])
        ok(/accepted already/.test(till.command("resolve", first.order_id, word, "--reason",
            "y").err), `${word} is refused from then on`);
    is(till.command("resolve", second.order_id, "--dismiss", "--reason", "sent back").out,
        `order ${second.order_id} is failed; flags: mismatch, dismissed\n`, "dismissed");
    ok(/cannot be accepted any more/.test(till.command("resolve", second.order_id, "--accept",
        "--reason", "y").err), "failed is final, too");
    is(till.command("orders", "--flagged").out, "", "nobody waits any longer");
}

async function late(till) {
    const order = await till.buy("coffee");
    till.moveClock(1810);
    await till.callback(order);
    await till.until(order, "expired");
    like(till.command("explain", order.order_id).out, /Late money is looked for until 20/,
        "expired, and watched on");
    await till.act(order, "paid", { force: true });
    await till.callback(order);
    await till.until(order, "paid_late", 40);
    const row = till.order(order.order_id);
    is(row.state, "paid_late", "late money came");
    is(till.command("resolve", order.order_id, "--dismiss", "--reason", "sold out").out,
        `order ${order.order_id} is paid_late; flags: dismissed\n`, "dismissed, it stays");
    like(till.command("explain", order.order_id).out, /may think again[^]*--accept/, "and he may");
    is(till.command("resolve", order.order_id, "--accept", "--reason", "found one").out,
        `order ${order.order_id} is paid; flags: accepted\n`, "think again");
}

async function linking(till) {
    const link = till.command("paylink", "card", "--qty", "2", "--order", "sign_0001");
    const url = new URL(lines(link.out)[0]);
    is([link.code, url.pathname, url.searchParams.get("orderId"),
        url.searchParams.get("quoteAmount"), url.searchParams.get("payeeId")],
        [0, "/sandbox/mixpay/pay", "sign_0001", "10", t.payee], "a Paylink");
    ok(Number(url.searchParams.get("expiredTimestamp")) - till.now > 1700, "that ends in time");
    is(url.searchParams.get("callbackUrl"), null, "about which nobody calls back");
    like(link.out, /█[█▀▄ ]+█/, "its QR code");
    is((await till.get(url.pathname + url.search)).status, 200, "MixPay's page opens");
    const other = till.command("paylink", "card").out.split("\n")[0];
    ok(new URL(other).searchParams.get("orderId") !== "sign_0001", "otherwise a fresh order id");
    is(till.sql("SELECT count(*) AS n FROM orders WHERE order_id = 'sign_0001'")[0].n, 0,
        "the till makes no order of it");
    for (const words of [["nothing"], ["card", "--qty", "11"], ["card", "--order", "five5"],
        ["card", "--order", "a b c d e"], ["card", "--order", "x".repeat(37)]])
        is(till.command("paylink", ...words).code, 1, `refused: paylink ${words.join(" ")}`);
    const payee = till.command("payee", "26930");
    ok(payee.code === 0 && /^[0-9a-f-]{36}$/m.test(payee.out), "payee, from the sandbox", payee);
}

async function healthy(till) {
    await t.poll(() => /the worker is alive/.test(till.command("doctor", "--offline").out));
    const told = till.command("doctor");
    is([told.code, /^(BAD|warn)/m.test(told.out)], [0, false], "all is well", told.out);
    like(told.out, /^ok {3}the database is whole/m, "the database");
    like(told.out, /^ok {3}MixPay will call/m, "callbacks");
    await till.fault("setting/settlement_assets", "500");
    ok(/^BAD {2}MixPay is not available/m.test(till.command("doctor").out), "but for MixPay");
    const asked = async () => (await till.requests()).map((one) => JSON.stringify(one))
        .filter((one) => /settlement_assets/.test(one) && /payeeId/.test(one)).length;
    const before = await asked();
    till.command("doctor", "--offline");
    is([before, await asked()], [2, 2], "offline it asks nobody");
    const offset = path.join(t.folder, "apart");
    fs.writeFileSync(offset, "4000\n");
    const apart = mixtill(["--config", till.config, "doctor", "--offline"],
        { more: { MIXTILL_CLOCK_OFFSET: offset } });
    like(apart.out, /^BAD {2}the worker gave no sign of life since 20.*→/m,
        "a worker that is silent is told");
}

await t.story(async () => {
    writing();
    helping();
    rendering();
    renderingOwn();
    broken();
    await examined();
    const till = await t.openTill({ alarms: ["order_flagged", "order_needs_you"] });
    await healthy(till);
    const paid = await asking(till);
    await deciding(till, paid);
    await linking(till);
    await late(till);
});
