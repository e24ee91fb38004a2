/* flow_cgi.mjs: mixtill.cgi, one process a request: the same pages, the same rules.
 * SPDX-License-Identifier: ISC */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;

/* Runs the program as a web server would; environment names with a value of null are left out. */
function run(config, variables, body = "") {
    const given = { GATEWAY_INTERFACE: "CGI/1.1", SERVER_PROTOCOL: "HTTP/1.1",
        REMOTE_ADDR: "127.0.0.1",
        REQUEST_METHOD: "GET", MIXTILL_CONFIG: config, ...variables };
    const child = spawn(path.join(t.libexec, "mixtill.cgi"), [], { env: t.environment(given) });
    let out = "", err = "";
    child.stdout.on("data", (part) => { out += part; });
    child.stderr.on("data", (part) => { err += part; });
    child.stdin.on("error", () => {});
    child.stdin.end(body);
    return new Promise((done) => child.on("close", (code, signal) =>
        done({ ...t.takeApart(out), code: signal ?? code, err })));
}

function post(config, target, fields, variables = {}) {
    const body = typeof fields === "string" ? fields : t.encodeForm(fields);
    return run(config, { REQUEST_METHOD: "POST", REQUEST_URI: target,
        CONTENT_LENGTH: `${body.length}`,
        CONTENT_TYPE: "application/x-www-form-urlencoded", ...variables }, body);
}

/* Each answer is one head and one body, well dressed, from a program that ended well. */
function proper(answer, status, name) {
    is([answer.code, answer.status], [0, status], name, answer.err, answer.text.slice(0, 600));
    for (const header of ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
        "Cache-Control", "Content-Type"])
        if (answer.header(header).length !== 1)
            ok(false, `${name}: one ${header}`, answer.head.join("\n"));
    return answer;
}

/* No worker, no MixPay, and at first no database either. */
async function alone() {
    const till = t.prepareTill({ sandbox: false, settings: {
        mixpay: { pages: "http://127.0.0.1:9", api: "http://127.0.0.1:9/v1" },
        limits: { orders_per_minute: "3" },
    } });
    const c = till.config;
    const shown = proper(await run(c, { REQUEST_URI: "/checkout?item=coffee&qty=2" }), 200,
        "the form");
    ok(fs.existsSync(till.database), "it made the database");
    like(shown.body, /10 USD/, "with the total");
    const csrf = /name="csrf" value="([^"]+)"/.exec(shown.body)[1];
    const cookie = shown.header("Set-Cookie")[0].split(";")[0];
    const fields = { csrf, item: "coffee", qty: 2 };
    const json = { HTTP_COOKIE: cookie, HTTP_ACCEPT: "application/json" };
    const placed = proper(await post(c, "/checkout", fields, json), 201,
        "the order, though MixPay is away");
    const { order_id: id, token, pay_url: link } = JSON.parse(placed.body);
    is(link, null, "without a link yet");
    const page = proper(await run(c, { REQUEST_URI: `/order/${token}` }), 200, "its page");
    like(page.body, /Your order is safe/, "says that plainly");
    const status = proper(await run(c, { REQUEST_URI: `/order/${token}/status` }), 200,
        "its status");
    is(JSON.parse(status.body).state, "open", "is open");
    proper(await run(c, { REQUEST_URI: `/order/${token}/qr.svg` }), 404,
        "no QR code without a link");
    const again = proper(await post(c, "/checkout", fields, json), 200, "the same post again");
    is(JSON.parse(again.body).order_id, id, "is the same order");
    proper(await post(c, "/checkout", { ...fields, qty: 1 }, json), 409, "other contents");
    proper(await post(c, "/checkout", fields), 403, "without the cookie");
    proper(await post(c, "/checkout", fields, { ...json, HTTP_ORIGIN: "https://evil.example" }),
        403,
        "from another site");
    proper(await post(c, "/checkout", fields, { ...json, CONTENT_TYPE: "text/plain" }), 415,
        "as text");
    proper(await post(c, "/checkout", "x".repeat(100000), json), 413, "too much");
    proper(await post(c, "/checkout", "a=b", { ...json, CONTENT_LENGTH: "7" }), 400,
        "less than was said");
    const wrong = proper(await run(c, { REQUEST_METHOD: "DELETE", REQUEST_URI: "/checkout" }), 405,
        "DELETE");
    is(wrong.header("Allow"), ["GET, HEAD, POST"], "says what may be done");
    proper(await run(c, { REQUEST_URI: "/nothing" }), 404, "no such page");
    proper(await run(c, { REQUEST_URI: "/order/none" }), 404, "no such order");
    const head = proper(await run(c, { REQUEST_METHOD: "HEAD", REQUEST_URI: "/" }), 200, "HEAD");
    is(head.body, "", "has no body");
    const hint = { CONTENT_TYPE: "application/json" };
    const told = await post(c, "/mixpay/callback", JSON.stringify({ orderId: id }), hint);
    is(proper(told, 200, "a callback").body, "{\"code\":\"SUCCESS\"}", "is taken in");
    proper(await post(c, "/mixpay/callback", "{\"orderId\":\"nobody-knows\"}", hint), 404,
        "a forged one");
    is(till.sql(`SELECT cause, state FROM outbox WHERE kind = 'look' AND subject = '${id}'`),
        [{ cause: "callback", state: "due" }], "a look is due");
    const others = await Promise.all(Array.from({ length: 6 }, async () => {
        const form = await run(c, { REQUEST_URI: "/checkout?item=card" });
        return (await post(c, "/checkout",
            { csrf: /name="csrf" value="([^"]+)"/.exec(form.body)[1], item: "card", qty: 1 },
            { HTTP_COOKIE: form.header("Set-Cookie")[0].split(";")[0] })).status;
    }));
    is(others.sort(), [303, 303, 429, 429, 429, 429],
        "six at once: the limit holds between processes");
}

/* Beside a whole till: the same database and the same MixPay. */
async function beside() {
    const till = await t.openTill();
    const c = till.config;
    const form = await till.form("tshirt");
    const placed = proper(await post(c, "/checkout", { csrf: form.csrf, item: "tshirt", qty: 1 },
        { HTTP_COOKIE: form.cookie }), 303, "a form of the FastCGI program");
    like(placed.header("Location")[0], /\/sandbox\/mixpay\/code\//, "one tap to MixPay");
    const row = till.sql("SELECT * FROM orders")[0];
    const qr = proper(await run(c, { REQUEST_URI: `/order/${row.token}/qr.svg` }), 200,
        "the QR code");
    like(qr.body, /^<svg|^<\?xml/, "is a picture");
    await till.act(row, "paid");
    is((await till.until(row, "paid")).state, "paid", "paid");
    const page = proper(await run(c, { REQUEST_URI: `/order/${row.token}`,
        HTTP_ACCEPT_LANGUAGE: "de" }),
        200, "its page");
    like(page.body, /<html lang="de"/, "in German");
    await till.stop();
}

async function belowItsName() {
    const till = t.prepareTill({ sandbox: false, settings: {
        top: { base_url: "http://127.0.0.1:8080/cgi-bin/mixtill.cgi" },
    } });
    const at = (target) => run(till.config, { REQUEST_URI: `/cgi-bin/mixtill.cgi${target}`,
        SCRIPT_NAME: "/cgi-bin/mixtill.cgi", PATH_INFO: target });
    const form = proper(await at("/checkout?item=coffee"), 200, "below its own name");
    like(form.body, /action="\/cgi-bin\/mixtill\.cgi\/checkout"/, "the form goes back there");
    proper(await at(""), 200, "without a path: the front");
    proper(await at("/"), 200, "with a slash, too");
    proper(await at("x/checkout?item=coffee"), 404, "another name");
    proper(await run(till.config, { REQUEST_URI: "/checkout?item=coffee" }), 404,
        "not at the root");
}

async function broken() {
    const till = t.prepareTill({ sandbox: false });
    const good = fs.readFileSync(till.config, "utf8");
    for (const [name, text, said] of [
        ["an unknown setting", `${good}\nnonsense = "1"\n`, /mixtill\.conf:\d+: .*nonsense/],
        ["a bad price", good.replace('"19.99"', '"19.999999999"'), /mixtill\.conf:\d+: .*price/],
        ["no payee", good.replace(/ +payee = .*\n/, ""), /payee is missing/],
        ["a network database", good.replace("sqlite:/", "postgres:/"), /store url/],
        ["a database where there is no folder", good.replace("mixtill.db", "none/mixtill.db"),
            /cannot open/],
    ]) {
        fs.writeFileSync(till.config, text);
        const answer = await run(till.config, { REQUEST_URI: "/checkout?item=coffee" });
        is([answer.code, answer.status], [0, 503], `${name}: 503`, answer.err);
        like(answer.body, /being set up/, `${name}: the visitor is told so`);
        unlike(answer.text, /nonsense|mixtill\.conf|sqlite|19\.99/, `${name}: and no more`);
        like(answer.err, said, `${name}: the owner is told where`);
        is([answer.header("Content-Security-Policy").length, answer.header("Retry-After").length],
            [1, 1],
            `${name}: with headers`);
    }
    const answer = await run("/nowhere/mixtill.conf", { REQUEST_URI: "/" });
    is(answer.status, 503, "no configuration: 503");
    like(answer.err, /\/nowhere\/mixtill\.conf is not there/, "and which one");
}

await t.story(async () => {
    await alone();
    await beside();
    await belowItsName();
    await broken();
});
