/* flow_checkout.mjs: from the order form to MixPay's page: one form makes one order,
    and the price is
 * ours.
 * SPDX-License-Identifier: ISC */
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;

const orders = (till) => till.sql("SELECT count(*) AS n FROM orders")[0].n;

/* The fields of the form, as they stand in the page. */
const value = (body, name) =>
    new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(body)?.[1];

async function formPages(till) {
    const { page, csrf, cookie } = await till.form("coffee", 3);
    is(page.status, 200, "the form is there");
    like(page.body, /Coffee/, "it names the item");
    like(page.body, /15 USD/, "it tells the total");
    like(csrf, /^[\w-]{40,}$/, "it holds a token");
    is([value(page.body, "item"), value(page.body, "qty")], ["coffee", "3"], "item and quantity");
    like(page.headers["set-cookie"]?.[0] ?? "",
        /^mixtill=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/, "one cookie, for http");
    is(page.headers["set-cookie"]?.length, 1, "one, not two");
    const visitor = till.visitor();
    await visitor.form("coffee");
    const again = await visitor.form("coffee");
    is(again.page.headers["set-cookie"], undefined, "who has the cookie is given no other");
    ok(again.csrf !== csrf, "each form has a token of its own");
    like(cookie, /^mixtill=/, "a fresh visitor has one");
    unlike(page.body, /<script(?![^>]*src=)|onclick=|style=/, "no inline script or style");
    unlike(page.body, /(src|action)="https?:|<link[^>]*="https?:/, "nothing from another site");

    for (const [query, status, words] of [
        ["item=coffee", 200], ["item=coffee&qty=1", 200], ["item=coffee&qty=10", 200],
        ["item=coffee&qty=0", 400, /from 1 to 10/], ["item=coffee&qty=11", 400, /from 1 to 10/],
        ["item=coffee&qty=01", 400], ["item=coffee&qty=-1", 400], ["item=coffee&qty=1.0", 400],
        ["item=coffee&qty=1e1", 400], ["item=coffee&qty=", 400], ["item=coffee&qty=%20 1", 400],
        ["item=coffee&qty=99999999999999999999", 400], ["item=many&qty=99", 200],
        ["item=many&qty=100", 400], ["", 400, /name an item/], ["item=", 400], ["item=Coffee", 400],
        ["item=cof_fee", 400], ["item=nothing", 404, /not for sale/],
        ["item=hidden", 404, /not for sale/], ["item=soldout", 200, /Sold out/],
        [`item=${"a".repeat(41)}`, 400], [`item=${"a".repeat(40)}`, 404],
        ["item=coffee&item=tshirt", 400, /given twice/], ["item=coffee&qty=1&qty=2", 400],
        ["item=coffee&price=0.01&amount=1", 200, /5 USD/],
    ]) {
        const answer = await till.get(`/checkout?${query.replaceAll(" ", "%20")}`);
        is(answer.status, status, `GET /checkout?${query}`);
        if (words !== undefined)
            like(answer.body, words, `GET /checkout?${query} says so`);
    }
    const shut = await till.form("soldout");
    unlike(shut.page.body, /<form/, "what is sold out has no form");
    const german = await till.get("/checkout?item=coffee",
        { headers: { "Accept-Language": "de" } });
    like(german.body, /<html lang="de"/, "in German for who reads it");
    is(german.headers["content-language"], "de", "and says so");
    const front = await till.get("/");
    is(front.status, 200, "the front of the shop");
    like(front.body, /checkout\?item=coffee/, "leads to the items");
    unlike(front.body, /item=hidden/, "not to those that are not for sale");
}

async function placing(till) {
    const before = orders(till);
    const form = await till.form("tshirt", 2);
    const { visitor, csrf } = form;
    const fields = { csrf, item: "tshirt", qty: 2, email: " ann@example.com ",
        note: "Blue.\r\nFor Bob" };
    const taken = await visitor.post("/checkout", fields);
    is(taken.status, 303, "one tap is redirected");
    const row = till.sql("SELECT * FROM orders ORDER BY created_at DESC, rowid DESC LIMIT 1")[0];
    like(taken.headers.location ?? "",
        new RegExp(`^${till.address}/sandbox/mixpay/code/[0-9a-f-]{36}$`),
        "to MixPay's page");
    is(taken.headers.location, row.link_url, "whose address is kept");
    is([row.item, row.quantity, row.unit_price, row.amount, row.quote_asset, row.payee],
        ["tshirt", 2, 1999000000, 3998000000, "usd", t.payee], "the terms are ours");
    is([row.email, row.note], ["ann@example.com", "Blue.\r\nFor Bob"],
        "the details are the shopper's");
    like(row.order_id, /^[A-Za-z0-9_-]{6,36}$/, "an order id that MixPay takes");
    ok(row.token.length >= 22 && row.token !== row.order_id, "and a token of its own");
    const payment = await till.payment(row);
    is([payment.result.quoteAmount, payment.result.quoteAssetId, payment.payeeId,
        payment.callbackUrl],
        ["39.98", "usd", t.payee, `${till.address}/mixpay/callback`], "MixPay has the same terms");
    is(payment.expiredAt, row.expires_at, "and the same deadline");
    const stored = JSON.parse(row.link_request);
    is([stored.quoteAmount, stored.orderId, stored.returnTo],
        ["39.98", row.order_id, `${till.address}/order/${row.token}`], "the bytes sent are kept");

    const again = await visitor.post("/checkout", fields);
    is([again.status, again.headers.location], [303, row.link_url],
        "the same post again: the same link");
    const json = await visitor.post("/checkout", fields,
        { headers: { Accept: "application/json" } });
    is(json.json, { order_id: row.order_id, token: row.token, pay_url: row.link_url,
        order_url: `${till.address}/order/${row.token}` }, "and for a program the same order");
    const other = await visitor.post("/checkout", { ...fields, qty: 1 });
    is(other.status, 409, "with other contents: 409");
    like(other.body, /already sent/, "and a sentence");
    is((await visitor.post("/checkout", { ...fields, note: "" })).status, 409,
        "with another note, too");
    is((await visitor.post("/checkout", { ...fields, item: "coffee" })).status, 409,
        "or another item");
    is(orders(till), before + 1, "it made one order");
    is(till.events(row.order_id).map((event) => event.what), ["placed", "link_made"],
        "and one link");
    is((await till.requests("/mixpay/v1/one_time_payment")).filter((request) =>
        request.body.includes(row.order_id)).length, 1, "MixPay was asked once");

    const bought = await till.buy("coffee");
    is(bought.status, 201, "a program is answered 201");
    is([typeof bought.order_id, typeof bought.token, bought.order_url],
        ["string", "string", `${till.address}/order/${bought.token}`], "with ids and address");
    like(bought.pay_url, /\/sandbox\/mixpay\/code\//, "and where to pay");
    const card = await till.buy("card", { json: false });
    is(card.status, 303, "a Paylink is a tap, too");
    const link = new URL(card.headers.location);
    is([link.pathname, link.searchParams.get("quoteAmount"), link.searchParams.get("payeeId")],
        ["/sandbox/mixpay/pay", "5", t.payee], "with the terms in it");
}

async function prices(till) {
    const form = await till.form("coffee");
    const answer = await form.visitor.post("/checkout", { csrf: form.csrf, item: "coffee", qty: 1,
        price: "0.01", amount: "0.01", quoteAmount: "0.01", unit_price: "1", currency: "xxx",
        payee: "00000000-0000-4000-8000-000000000000", total: "1", stock: "99" },
    { headers: { Accept: "application/json" } });
    is(answer.status, 201, "fields that nobody asked for are no reason to refuse");
    const row = till.order(answer.json.order_id);
    is([row.amount, row.quote_asset, row.payee], [500000000, "usd", t.payee], "and change nothing");
    is((await till.payment(row)).result.quoteAmount, "5", "at MixPay neither");
}

async function tokens(till) {
    const before = orders(till);
    const form = await till.form("coffee");
    const fields = { csrf: form.csrf, item: "coffee", qty: 1 };
    const stranger = await till.form("coffee");
    const tried = async (name, visitor, given, headers) => {
        const answer = await visitor.post("/checkout", given, { headers });
        is(answer.status, 403, `403: ${name}`);
        like(answer.body, /came from somewhere else/, `403 in words: ${name}`);
    };
    await tried("no token", form.visitor, { item: "coffee", qty: 1 });
    await tried("an empty one", form.visitor, { ...fields, csrf: "" });
    await tried("a wrong one", form.visitor, { ...fields, csrf: `x${form.csrf.slice(1)}` });
    await tried("one letter more", form.visitor, { ...fields, csrf: `${form.csrf}A` });
    await tried("another session's", form.visitor, { ...fields, csrf: stranger.csrf });
    await tried("no cookie", till.visitor(), fields);
    const twice = till.visitor({ Cookie: `${form.cookie}; ${form.cookie}` });
    await tried("two cookies of one name", twice, fields);
    await tried("a foreign origin", form.visitor, fields, { Origin: "https://evil.example" });
    await tried("another port", form.visitor, fields,
        { Origin: `http://127.0.0.1:${till.port + 1}` });
    await tried("the same host by https", form.visitor, fields,
        { Origin: `https://127.0.0.1:${till.port}` });
    await tried("a browser that says cross-site", form.visitor, fields,
        { "Sec-Fetch-Site": "cross-site" });
    await tried("even with our own origin", form.visitor, fields,
        { Origin: `http://127.0.0.1:${till.port}`, "Sec-Fetch-Site": "cross-site" });
    is(orders(till), before, "none of them made an order");
    for (const [name, headers] of [["no origin", {}], ["origin null", { Origin: "null" }],
        ["our own", { Origin: `http://127.0.0.1:${till.port}` }],
        ["our own, as browsers say it", { Origin: "null", "Sec-Fetch-Site": "same-origin" }],
        ["typed in by hand", { "Sec-Fetch-Site": "none" }]]) {
        const own = await till.form("coffee");
        const answer = await own.visitor.post("/checkout", { csrf: own.csrf, item: "coffee",
            qty: 1 },
            { headers });
        is(answer.status, 303, `taken: ${name}`);
    }
    const old = await till.form("coffee");
    till.moveClock(86300);
    const inTime = await old.visitor.post("/checkout", { csrf: old.csrf, item: "coffee", qty: 1 });
    is(inTime.status, 303, "a form that lay open for almost a day is taken");
    const older = await till.form("coffee");
    till.moveClock(86500);
    await tried("more than a day old", older.visitor, { csrf: older.csrf, item: "coffee", qty: 1 });
    const young = await till.form("coffee");
    till.moveClock(-3600);
    await tried("made in the future", young.visitor, { csrf: young.csrf, item: "coffee", qty: 1 });
    till.moveClock(3600);
}

async function details(till) {
    const before = orders(till);
    const long = "x".repeat(64), note = "n".repeat(500);
    for (const [email, good] of [
        ["ann@example.com", true], ["a.b+c%d_e-f@sub.example.co", true], ["1@2.de", true],
        [`${long}@example.com`, true], [`x${long}@example.com`, false], ["ann", false],
        ["ann@", false], ["@example.com", false], ["ann@example", false],
        ["a@b@example.com", false],
        [".ann@example.com", false], ["ann.@example.com", false], ["a..b@example.com", false],
        ["ann@.example.com", false], ["ann@example..com", false], ["ann@example.com.", false],
        ["ann@-example.com", false], ["ann bob@example.com", false], ["ann@exämple.com", false],
        ["ann'@example.com", false], ["ann\"@example.com", false],
        ["ann@example.com\nBcc: x", false],
        ["<ann@example.com>", false], [`a@${"b".repeat(250)}.com`, false],
        ["_ann@example.com", false],
        ["", true], ["  ", true],
    ]) {
        const answer = await till.buy("coffee", { email, json: false });
        is(answer.status, good ? 303 : 400, `e-mail ${JSON.stringify(email.slice(0, 30))}`);
        if (!good && !like(answer.body, /id="email-error"/, "is marked in the form"))
            break;
    }
    const wrong = await till.buy("tshirt", { qty: 3, email: "a<b>\"c", note: "Keep <this> & that",
        json: false });
    is(wrong.status, 400, "a bad e-mail: 400");
    is([value(wrong.body, "item"), value(wrong.body, "qty")],
        ["tshirt", "3"], "item and quantity are kept");
    like(wrong.body, /value="a&lt;b&gt;&quot;c"/, "what was typed is kept, as text");
    like(wrong.body, /Keep &lt;this&gt; &amp; that<\/textarea>/, "the note, too");
    like(wrong.body, /role="alert"/, "it is said at the top");
    const fresh = /name="csrf" value="([^"]+)"/.exec(wrong.body)[1];
    const mended = await wrong.form.visitor.post("/checkout",
        { csrf: fresh, item: "tshirt", qty: 3, email: "a@b.de", note: "" });
    is(mended.status, 303, "mended, it is taken");
    is((await till.buy("coffee", { note })).status, 201, "a note of 500 bytes");
    const refused = await till.buy("coffee", { note: `${note}n` });
    is([refused.status, refused.json.error], [400, "input"], "501: refused, to a program in JSON");
    is((await till.buy("coffee", { note: "ü".repeat(250) })).status, 201,
        "250 umlauts are 500 bytes");
    is((await till.buy("coffee", { note: "ü".repeat(251) })).status, 400, "251 are more");
    is(orders(till) - before, 9, "the good ones made orders, the others none");
}

async function stock(till) {
    const both = await till.buy("pair", { qty: 2 });
    is(both.status, 201, "two of two are sold");
    const shut = await till.form("pair");
    like(shut.page.body, /Sold out/, "then the item is shown as sold out");
    unlike(shut.page.body, /<form/, "without a form");
    const third = await till.buy("pair", { json: false, from: "coffee" });
    is(third.status, 409, "a third is not");
    like(third.body, /Sold out/, "and that is said");
    is((await both.form.visitor.post("/checkout", both.fields)).status, 303,
        "the same post again is no third");
    is((await till.buy("soldout", { from: "coffee" })).status, 409, "of none, none");
    is((await till.buy("hidden", { from: "coffee" })).status, 404, "of what is not for sale, 404");
    is((await till.buy("nothing", { from: "coffee" })).status, 404, "of what there is not, 404");
    is((await till.buy("coffee", { qty: 11, from: "coffee" })).status, 400,
        "more than max_qty, 400");
    await till.act(both, "cancelled");
    await till.until(both, "failed");
    is((await till.buy("pair", { qty: 2 })).status, 201, "an order that failed gives them back");
}

async function together(till) {
    const before = orders(till);
    const form = await till.form("coffee");
    const fields = { csrf: form.csrf, item: "coffee", qty: 1 };
    const answers = await Promise.all(Array.from({ length: 20 }, () =>
        form.visitor.post("/checkout", fields, { headers: { Accept: "application/json" } })));
    is(new Set(answers.map((answer) => answer.json.order_id)).size, 1,
        "20 posts at once: one order");
    is(answers.filter((answer) => answer.status === 201).length, 1, "one of them made it");
    is(answers.filter((answer) => answer.status === 200).length, 19, "the others found it");
    is(orders(till), before + 1, "there is one");
    const [{ json: { order_id: id } }] = answers;
    is((await till.requests("/mixpay/v1/one_time_payment")).filter((request) =>
        request.body.includes(id)).length, 1, "MixPay was asked once");
    const half = await Promise.all(Array.from({ length: 8 }, () =>
        till.buy("last", { from: "coffee" })));
    is(half.map((answer) => answer.status).sort(), [201, 201, 201, ...Array(5).fill(409)],
        "8 shoppers for the last 3: 3 of them get one");
}

async function limits(till) {
    const answers = [];
    for (let i = 0; i < 4; i++)
        answers.push((await till.buy("coffee", { json: false })));
    is(answers.map((answer) => answer.status), [303, 303, 303, 429],
        "the fourth order in a minute: 429");
    like(answers[3].body, /wait a minute/, "and what to do");
    const first = answers[0];
    is((await first.form.visitor.post("/checkout", first.fields)).status, 303,
        "a post repeated is none too many");
    till.moveClock(61);
    is((await till.buy("coffee")).status, 201, "a minute later it goes on");
}

async function belowPath(till) {
    const { page, cookie } = await till.form("coffee");
    is(page.status, 200, "below a path: the form");
    like(page.body, /action="\/shop\/till\/checkout"/, "posts to below the path");
    like(page.body, /href="\/shop\/till\/static\/style\.css"/, "and is dressed from there");
    is((await till.get("/shop/till/static/style.css")).status, 200, "the style sheet is there");
    like(cookie, /^mixtill=/, "with a cookie");
    const order = await till.buy("coffee");
    is(order.order_url, `${till.address}/order/${order.token}`, "the order is below the path");
    is((await till.page(order.token)).status, 200, "its page is");
    const status = await till.status(order.token);
    is([status.state, status.order_id], ["open", order.order_id], "its status");
    is((await till.get(`/shop/till/order/${order.token}/qr.svg`)).status, 200, "its QR code");
    is((await till.get("/checkout?item=coffee")).status, 404, "nothing stands at the root");
    is((await till.get("/shop/tillcheckout?item=coffee")).status, 404, "the path is whole");
    is((await till.get("/shop/till/")).status, 200, "the front");
    await till.act(order, "paid");
    is((await till.until(order, "paid")).state, "paid", "the callback comes below the path, too");
}

async function byHttps(till) {
    const { page, csrf, cookie, visitor } = await till.form("coffee");
    is(page.status, 200, "behind https: the form");
    like(page.headers["set-cookie"]?.[0] ?? "",
        /^__Host-mixtill=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/, "a __Host- cookie");
    like(page.headers["strict-transport-security"] ?? "", /^max-age=\d{7,}/, "and HSTS");
    like(page.headers["content-security-policy"],
        /form-action 'self' http:\/\/127\.0\.0\.1:\d+/, "MixPay's pages may be posted to");
    const fields = { csrf, item: "coffee", qty: 1 };
    const json = { Accept: "application/json" };
    const plain = till.visitor({ Cookie: cookie.replace("__Host-", "") });
    is((await plain.post("/checkout", fields)).status, 403, "a cookie without the prefix is none");
    is((await visitor.post("/checkout", fields,
        { headers: { Origin: "http://till.example" } })).status,
        403, "the same host by http is foreign");
    const order = await visitor.post("/checkout", fields,
        { headers: { ...json, Origin: "https://till.example" } });
    is(order.status, 201, "our own origin is taken");
    is(order.json.order_url, `https://till.example/order/${order.json.token}`,
        "the order's address");
    const row = till.order(order.json.order_id);
    like(row.link_request, /"callbackUrl":"https:\/\/till\.example\/mixpay\/callback"/,
        "the callback's");
}

await t.story(async () => {
    const till = await t.openTill({ settings: { items: {
        many: { name: "Many", price: "1", max_qty: "99" },
        last: { name: "Last", price: "1", stock: "3", link: "paylink" },
    } } });
    await till.switches({ rate_limit: "off" });
    await formPages(till);
    await placing(till);
    await prices(till);
    await stock(till);
    await together(till);
    till.moveClock(61);
    await tokens(till);
    till.moveClock(61);
    await details(till);
    await till.stop();
    await limits(await t.openTill({ settings: { limits: { orders_per_minute: "3" } } }));
    await belowPath(await t.openTill({ prefix: "/shop/till" }));
    const https = await t.openTill({ settings: {
        top: { base_url: "https://till.example" },
        mixpay: { pages: "http://127.0.0.1:9/sandbox/mixpay", api: "http://127.0.0.1:9/v1" },
    }, sandbox: false });
    await byHttps(https);
});
