/* flow_start.mjs: what must not be started is refused, with a sentence that says what to do.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like } = t;

function run(program, words, more = {}) {
    const file = program === "mixtill" ? path.join(t.tree, program) : path.join(t.libexec, program);
    const ended = spawnSync(file, words, { encoding: "utf8", timeout: 20000 * t.patience,
        env: t.environment(more), stdio: ["ignore", "pipe", "pipe"] });
    return { code: ended.signal ?? ended.status, out: ended.stdout, err: ended.stderr };
}

const till = t.prepareTill({ sandbox: false });
const usual = fs.readFileSync(till.config, "utf8");
const socket = path.join(till.folder, "run/none.sock");
const line = (text, pattern) => text.slice(0, text.search(pattern)).split("\n").length;

/* Each of these is refused by whoever reads it, with the line and what to write instead. */
function settings() {
    const change = (from, to) => usual.replace(from, to);
    const add = (text) => `${usual}${text}\n`;
    for (const [name, text, where, said] of [
        ["an unknown setting", add('colour = "red"'), /colour/, /colour/],
        ["an unknown section", add('till { x = "1" }'), /till \{/, /till/],
        ["an unknown setting of an item", add('item a { name = "A" price = "1" size = "2" }'),
            /item a/, /size/],
        ["no end", `${usual}item a {`, /$/, null],
        ["the same item twice", add('item coffee { name = "A" price = "1" }'),
            /item coffee \{ name/, /coffee/],
        ["a payee that is none", change(t.payee, "me"), /payee = /,
            /shop payee = "me": write your own payee/],
        ["a base_url without a scheme", change(/base_url = "[^"]*"/, 'base_url = "shop.example"'),
            /base_url/, /base_url = "shop\.example": write an address/],
        ["plain http to the world",
            change(/base_url = "[^"]*"/, 'base_url = "http://shop.example"'),
            /base_url/, /write https:\/\//],
        ["a user in the base_url",
            change(/base_url = "[^"]*"/, 'base_url = "https://a:b@shop.example"'),
            /base_url/, /base_url/],
        ["a query in the base_url",
            change(/base_url = "[^"]*"/, 'base_url = "https://shop.example/?a=b"'),
            /base_url/, /without \? and #/],
        ["a switch that is none", change('rehearsal = "yes"', 'rehearsal = "maybe"'), /rehearsal/,
            /write yes or no/],
        ["a price of nothing", change('price = "5"', 'price = "0"'), /price = "0"/,
            /price above 0/],
        ["a price below nothing", change('price = "5"', 'price = "-5"'), /price = "-5"/,
            /price above 0/],
        ["a price in words", change('price = "5"', 'price = "5,00"'), /price = "5,00"/, /19\.99/],
        ["nine decimals", change('price = "5"', 'price = "5.000000001"'),
            /price = "5\.0/, /price above 0/],
        ["a price beyond all", change('price = "5"', 'price = "9999999999999"'),
            /price = "99/, /price above 0/],
        ["a currency in capitals", change('currency = "usd"', 'currency = "USD"'),
            /currency = "USD"/,
            /small letters/],
        ["an item in capitals", add('item Tea { name = "Tea" price = "1" }'), /item Tea/,
            /small letters/],
        ["a quantity of 100", add('item tea { name = "Tea" price = "1" max_qty = "100" }'),
            /item tea/,
            /from 1 to 99/],
        ["a stock below nothing", add('item tea { name = "Tea" price = "1" stock = "-1" }'),
            /item tea/,
            /whole number/],
        ["an expiry of 5 s", change('expiry = "30m"', 'expiry = "5s"'), /expiry/,
            /from 12s to 47h/],
        ["an expiry of 3 days", change('expiry = "30m"', 'expiry = "3d"'), /expiry/,
            /from 12s to 47h/],
        ["a link of another kind", change('link = "paylink"', 'link = "both"'), /link = "both"/,
            /one_time/],
        ["a coin that is no UUID", change(/settlement_asset = "[^"]*"/, 'settlement_asset = "BTC"'),
            /settlement_asset/, /asset id/],
        ["a one-time link without a coin",
            change(/settlement_asset = "[^"]*"/, 'settlement_asset = ""'),
            null, /one_time link needs a settlement_asset/],
        ["a remark of 51 letters", change('name = "Kiosk"',
            `name = "Kiosk"\nremark = "${"ü".repeat(51)}"`),
            /remark/, /at most 50 characters/],
        ["a memo of 201 letters", change('name = "Kiosk"', `name = "Kiosk"\nsettlement_memo = "${
            "x".repeat(201)}"`), /settlement_memo/, /at most 200 characters/],
        ["a callback by http", change('name = "Kiosk"',
            'name = "Kiosk"\ncallback_url = "http://shop.example/x"'), /callback_url/,
                /write https/],
        ["an event of another kind", change('name = "Kiosk"',
            'name = "Kiosk"\ncallback_events = "paid"'),
            /callback_events/, /settle, pending, paid_less/],
        ["a store of another kind", change("sqlite:/", "mysql:/"),
            /url = "mysql/, /sqlite:\/absolute/],
        ["a store without a path", change(/sqlite:[^"]*/, "sqlite:mixtill.db"), /url = "sqlite/,
            /absolute/],
        ["a folder that is not there", `templates = "/nowhere/templates"\n${usual}`, /templates/,
            /exists/],
        ["MixPay by http", change(/api = "[^"]*"/, 'api = "http://api.mixpay.me/v1"'), /api = /,
            /write https/],
        ["a sandbox for the world", change('rehearsal = "yes"', 'rehearsal = "no"')
            .replace(/base_url = "[^"]*"/, 'base_url = "https://shop.example"'), /pages/,
        /write MixPay's own address, or rehearsal = yes/],
        ["a placeholder for a payee", change('rehearsal = "yes"', 'rehearsal = "no"')
            .replace(t.payee, "11111111-1111-4111-8111-111111111111"), /payee = /, /placeholder/],
    ]) {
        fs.writeFileSync(till.config, text);
        const { code, err } = run("mixtill", ["--config", till.config, "serve", "--run",
            path.join(till.folder, "run")]);
        is(code, 1, `${name}: refused`, err);
        if (where !== null)
            like(err, new RegExp(`^${till.config}:${line(text, where)}: `, "m"),
                `${name}: with file and line`);
        if (said !== null)
            like(err, said, `${name}: and what to write`);
    }
    ok(!fs.existsSync(till.database), "nothing was made");
    fs.writeFileSync(till.config, usual.replaceAll('price = "', 'price = "x'));
    is(run("worker", ["--config", till.config]).err.match(/ item .* price = /g)?.length, 6,
        "all mistakes are told at once");
    for (const program of ["checkout", "callback", "worker"]) {
        const { code, err } = run(program, ["--config", till.config]);
        is(code, 1, `${program} refuses them, too`);
        like(err, new RegExp(`^${program}: .* is not used as it is$`, "m"),
            `${program}: in a sentence`);
    }
    const missing = run("checkout", ["--config", "/nowhere/mixtill.conf"]);
    is(missing.code, 1, "no file: refused");
    like(missing.err, /\/nowhere\/mixtill\.conf.*mixtill init/, "and how to get one");
    is(run("checkout", [],
        { MIXTILL_CONFIG: "/nowhere/else.conf" }).err.includes("/nowhere/else.conf"), true,
        "the environment may name it");
    fs.writeFileSync(till.config, usual);
}

const sqlite = (sql) => spawnSync("sqlite3", [till.database, sql]);

function databases() {
    for (const program of ["checkout", "callback"]) {
        const { code, err } = run(program, ["--config", till.config, "--socket", socket]);
        is(code, 1, `${program} without a database: refused`);
        like(err, /mixtill\.db/, "it says which");
    }
    fs.writeFileSync(till.database, "");
    const empty = run("checkout", ["--config", till.config, "--socket", socket]);
    is(empty.code, 1, "an empty one: refused");
    like(empty.err, /schema|worker/, "and who fills it", empty);
    fs.writeFileSync(till.database, "this is no database at all, but a text.\n".repeat(200));
    for (const program of ["checkout", "worker"]) {
        const { code, err } = run(program, ["--config", till.config]);
        is(code, 1, `${program}, a text in its place: refused`);
        like(err, /not a database/, "in SQLite's words");
    }
    fs.rmSync(till.database);
    fs.mkdirSync(till.database);
    is(run("worker", ["--config", till.config]).code, 1, "a folder in its place: refused");
    fs.rmdirSync(till.database);

    is(run("mixtill", ["--config", till.config, "orders"]).code !== null, true,
        "any command may make it");
    is(run("mixtill.cgi", [], { MIXTILL_CONFIG: till.config, REQUEST_METHOD: "GET",
        REQUEST_URI: "/" }).code, 0,
        "the CGI program makes it");
    ok(fs.existsSync(till.database), "there it is");
    is((fs.statSync(till.database).mode & 0o007), 0, "and strangers may not read it");
    sqlite("INSERT INTO schema_step VALUES (9999, 0)");
    for (const [program, words] of [["checkout", []], ["callback", []], ["worker", []],
        ["mixtill", ["serve", "--run", path.join(till.folder, "run")]]]) {
        const all = ["--config", till.config, ...words];
        const { code, err } = run(program, program === "mixtill" ? all : [...all,
            ...program === "worker" ? [] : ["--socket", socket]]);
        is(code, 1, `${program}, a database of a newer mixtill: refused`, err);
        like(err, /schema 9999.*newer mixtill; install that one/s, "and what to do");
    }
    sqlite("DELETE FROM schema_step WHERE number = 9999");
    sqlite("DELETE FROM schema_step");
    const older = run("checkout", ["--config", till.config, "--socket", socket]);
    is(older.code, 1, "an older one: a program does not change it");
    like(older.err, /start the worker, which brings it forward/, "it says who does");
}

function words() {
    sqlite("INSERT INTO schema_step VALUES (1, 0)");
    for (const program of ["checkout", "callback"]) {
        const { code, err } = run(program, ["--config", till.config]);
        is(code, 2, `${program} without a socket: refused`);
        like(err, /no socket to listen on: give --socket PATH/, "and where it gets one");
    }
    for (const [program, given] of [["checkout", ["--colour"]], ["checkout", ["--threads", "0"]],
        ["checkout", ["--threads", "257"]], ["checkout", ["--threads", "x"]],
        ["worker", ["--colour"]],
        ["sandbox", []], ["sandbox", ["--base", "http://127.0.0.1:1"]], ["mixtill", []],
        ["mixtill", ["dance"]], ["mixtill", ["serve", "--colour"]]])
        is(run(program, given).code, 2, `${program} ${given.join(" ")}: 2`);
    for (const [program, given] of [["checkout", ["--help"]], ["callback", ["--help"]],
        ["worker", ["--help"]], ["mixtill", ["--help"]], ["mixtill", ["serve", "--help"]]]) {
        const { code, out } = run(program, given);
        is(code, 0, `${program} ${given.join(" ")}: 0`);
        like(out, /usage: /, "and how it is used");
    }
    like(run("mixtill", ["--version"]).out, /^mixtill \d+\.\d+\.\d+\n$/, "mixtill --version");
    like(run("checkout", ["--version"]).out, /^\d+\.\d+\.\d+\n$/, "checkout --version");
    const long = path.join(till.folder, "r".repeat(100));
    const far = run("mixtill", ["--config", till.config, "serve", "--run", long]);
    is(far.code, 1, "a folder whose name is too long for sockets: refused");
    like(far.err, /too long/, "and that is why");
}

await t.story(async () => {
    settings();
    databases();
    words();
    const first = await t.openTill({ sandbox: false });
    const second = run("mixtill", ["--config", first.config, "serve", "--run",
        path.join(first.folder, "run")]);
    is(second.code, 1, "a second `mixtill serve` in the same folder: refused");
    like(second.err, /another/, "and that is why");
    is((await first.get("/")).status, 200, "the first one goes on");
});
