/* flow_badinput.mjs: hostile requests: the right status, a sentence, our headers on every answer,
 * never 500, never a changed order.
 * SPDX-License-Identifier: ISC */
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;

const formType = "Content-Type: application/x-www-form-urlencoded";
const jsonType = "Content-Type: application/json";
const pageHeaders = ["X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy"];

let till, order;

/* The bytes of a request; the length of a body is added where no header tells it. */
function request(method, target, headers = [], body = "") {
    const told = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line));
    const length = body === "" || told ? []
        : [`Content-Length: ${Buffer.byteLength(body, "latin1")}`];
    return Buffer.from([`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${till.port}`,
        "Connection: close", ...headers, ...length, "", body].join("\r\n"), "latin1");
}

/* Every answer bears the headers of our pages, each of them once. */
function dressed(answer, name, kept = false) {
    const bare = pageHeaders.filter((header) => answer.header(header).length !== 1);
    if (!kept && !/^(no-store|private, no-cache)$/.test(answer.header("Cache-Control").join()))
        bare.push("Cache-Control");
    if (!/frame-ancestors 'none'/.test(answer.header("Content-Security-Policy").join()))
        bare.push("frame-ancestors");
    return bare.length === 0 || ok(false, `${name}: its headers`, bare, answer.text.slice(0, 900));
}

async function tried(name, bytes, status, words) {
    const answer = await t.sendRaw(till.port, bytes);
    const statuses = [status].flat();
    ok(statuses.includes(answer.status), `${name}: ${statuses.join(" or ")}`, answer.text.slice(0,
        600));
    /* What nginx cannot even read as a request is answered from the server block; it is kept by
     * nobody, but it says so only where one of our locations was reached. */
    dressed(answer, name, true);
    if (words !== undefined)
        like(answer.text, words, `${name}: says so`);
    return answer;
}

const get = (name, target, status, words) => tried(name, request("GET", target), status, words);

async function addresses() {
    const token = order.token, shop = "/checkout?item=coffee";
    for (const [name, target, status, words] of [
        ["a field twice", `${shop}&item=coffee`, 400, /given twice/],
        ["a field twice, once escaped", `${shop}&%69tem=tshirt`, 400, /given twice/],
        ["a field twice whose name is cut within a letter",
            `${shop}&${"a".repeat(39)}%C3%BC=1&${"a".repeat(39)}%C3%BC=2`, 400, /given twice/],
        ["a broken escape", `${shop}&qty=%zz`, 400, /broken %-escape/],
        ["an escape cut short", `${shop}&qty=%4`, 400, /escape/],
        ["a lone percent sign", `${shop}&x=%`, 400],
        ["a NUL", `${shop}%00`, 400], ["a NUL in a name", `${shop}&a%00b=1`, 400],
        ["half a UTF-8 letter", `${shop}&note=%C3`, 400, /not text/],
        ["a wrong UTF-8 letter", `${shop}&note=%C3%28`, 400],
        ["an overlong UTF-8 slash", `${shop}&note=%C0%AF`, 400],
        ["a surrogate", `${shop}&note=%ED%A0%80`, 400],
        ["beyond Unicode", `${shop}&note=%F4%90%80%80`, 400],
        ["bytes that are not escaped", `${shop}&note=\xff\xfe`, 400],
        ["an escape character", `${shop}&note=%1b`, 400], ["DEL", `${shop}&note=%7f`, 400],
        ["a line break in a name", `${shop}&a%0ab=1`, 400],
        ["a line break in the item", `${shop}%0a`, 400],
        ["a line break in qty", `${shop}&qty=1%0a`, 400],
        ["a semicolon", `${shop};qty=2`, 400], ["an item that is a path", "/checkout?item=../etc",
            400],
        ["an item that is code", "/checkout?item=<script>", 400],
        ["65 fields", `${shop}&${Array.from({ length: 64 }, (_, i) => `f${i}=1`).join("&")}`, 400],
        ["64 fields", `${shop}&${Array.from({ length: 63 }, (_, i) => `f${i}=1`).join("&")}`, 200],
        ["empty fields", "/checkout?&&item=coffee&&", 200],
        ["a field without a value", `${shop}&flag`, 200],
        ["9000 bytes of address", `${shop}&x=${"y".repeat(9000)}`, 414],
        ["7000 bytes of address", `${shop}&x=${"y".repeat(7000)}`, 200],
        ["no such order", "/order/AAAAAAAAAAAAAAAAAAAAAA", 404, /cannot find this order/],
        ["no token", "/order/", 404], ["nothing after order", "/order", 404],
        ["the order id in the token's place", `/order/${order.order_id}`, 404],
        ["one letter less", `/order/${token.slice(1)}`, 404],
        ["one letter more", `/order/${token}A`, 404],
        ["the other case", `/order/${token.replace(/[a-z]/, (letter) => letter.toUpperCase())}`,
            404],
        ["a token with a space", `/order/${token}%20`, 404],
        ["a token with a line break", `/order/${token}%0a`, 404],
        ["a token with a NUL", `/order/${token}%00`, [400, 404]],
        ["SQL for a token", "/order/'%20OR%201=1--", 404],
        ["a wildcard for a token", "/order/%25", 404], ["bytes for a token", "/order/%ff%fe", 404],
        ["a long token", `/order/${"A".repeat(5000)}`, 404],
        ["an escaped slash is no slash", `/order/${token}%2Fstatus`, 404],
        ["an escaped slash before", `/order%2F${token}`, 404],
        ["a slash at the end", `/order/${token}/`, 404],
        ["a page that there is not", `/order/${token}/nothing`, 404],
        ["a status with a slash", `/order/${token}/status/`, 404],
        ["two slashes", `//order/${token}`, 404], ["two slashes inside", `/order//${token}`, 404],
        ["a dot", `/order/./${token}`, 404], ["two dots", `/order/x/../${token}`, 404],
        ["two dots to the checkout", `/order/../checkout?item=coffee`, 404],
        ["out of the top", "/../checkout?item=coffee", 400],
        ["out of static", "/static/../mixtill.conf", 404],
        ["escaped out of static", "/static/%2e%2e/mixtill.conf", 404],
        ["out of static, unsaid", "/static../mixtill.conf", 404],
        ["an escaped letter in a path", "/%63heckout?item=coffee", 404],
        ["a path in capitals", "/CHECKOUT?item=coffee", 404],
        ["a path parameter", "/checkout;x=1?item=coffee", 404],
        ["a question mark escaped", "/checkout%3Fitem=coffee", 404],
        ["a slash after checkout", "/checkout/?item=coffee", 404],
        ["a page nobody has", "/nothing", 404, /no such page/], ["a dot file", "/.git/config", 404],
        ["a program by name", "/cgi-bin/mixtill.cgi", 404],
        ["a static file that is not there", "/static/no.css", 404],
        ["the folder of static files", "/static/", 404],
        ["a wallet that nobody has", "/wallet/x/notify", 404],
    ])
        await get(name, target, status, words);
    is((await t.sendRaw(till.port, Buffer.from("GET / HTTP/0.9\r\n\r\n"))).status >= 500, false,
        "an old protocol is no failure of ours");
}

async function forms() {
    for (const [name, target, status] of [
        ["absolute address", `http://127.0.0.1:${till.port}/order/${order.token}/status`, 200],
        ["absolute address of somebody else", `http://evil.example/order/${order.token}/status`,
            200],
        ["absolute address without a path", `http://127.0.0.1:${till.port}`, 200],
        ["an address in the query", "/checkout?item=coffee&x=http://evil.example/", 200],
        ["a fragment", "/checkout?item=coffee#x", 200],
        ["no slash", "checkout?item=coffee", 400], ["a star", "*", 400],
    ])
        await get(name, target, status);
    for (const [target, status] of [[`/order/${order.token}`, 200], ["/checkout?item=coffee", 200],
        [`/order/${order.token}/status`, 200], ["/nothing", 404], ["/checkout?item=%zz", 400],
        ["/static/style.css", 200], ["/mixpay/callback", 405]]) {
        const answer = await tried(`HEAD ${target.slice(0, 12)}`, request("HEAD", target), status);
        is(answer.body, "", "HEAD: no body");
    }
    const allowed = { "/checkout": "GET, HEAD, POST", "/mixpay/callback": "POST",
        [`/order/${order.token}`]: "GET, HEAD", [`/order/${order.token}/status`]: "GET, HEAD",
        "/": "GET, HEAD" };
    for (const [target, allow] of Object.entries(allowed))
        for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "PROPFIND", "POST",
            "GET"]) {
            if (allow.split(", ").includes(method))
                continue;
            const answer = await tried(`${method} ${target.slice(0, 12)}`, request(method, target),
                405);
            is(answer.header("Allow"), [allow], `${method} ${target.slice(0, 12)}: Allow`);
        }
    await tried("TRACE", request("TRACE", "/checkout"), 405);
    await tried("CONNECT", request("CONNECT", "/checkout"), [400, 405]);
    await tried("a method in small letters", request("get", "/checkout"), 400);
    const wanted = await t.sendRaw(till.port, request("PUT", "/checkout",
        ["Accept: application/json"]));
    is([wanted.status, JSON.parse(wanted.body).error], [405, "input"], "a failure in JSON");
}

async function headers() {
    const shop = "/checkout?item=coffee";
    const look = (name, lines, status, words) =>
        tried(name, request("GET", shop, lines), status, words);
    await look("a header twice", ["X-Mine: 1", "X-Mine: 2"], 400, /given twice/);
    await look("Origin twice", ["Origin: null", "Origin: null"], 400);
    await look("Content-Type twice", [jsonType, formType], 400);
    await look("Sec-Fetch-Site twice", ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"], 400);
    await look("lists may stand twice", ["Accept: text/html", "Accept: */*", "Accept-Language: de",
        "Accept-Language: en", "Via: a", "Via: b"], 200);
    await look("Host twice", ["Host: evil.example"], 400);
    await look("another host", [], 200);
    await look("Content-Length twice", ["Content-Length: 0", "Content-Length: 1"], 400);
    await look("Content-Length that is none", ["Content-Length: x"], 400);
    await look("Content-Length below nothing", ["Content-Length: -1"], 400);
    await look("a header of 9000 bytes", [`X-Mine: ${"x".repeat(9000)}`], 400);
    await look("40 headers of 1000 bytes",
        Array.from({ length: 40 }, (_, i) => `X-M${i}: ${"x".repeat(1000)}`), 400);
    await look("1000 small headers", Array.from({ length: 900 }, (_, i) => `X-M${i}: 1`), 200);
    await look("bytes in a header", ["User-Agent: \xff\xfe\x80", "Referer: \x01"], [200, 400]);
    await look("a header called Proxy", ["Proxy: http://evil.example"], 200);
    await look("hostile languages", [`Accept-Language: ../../../etc/passwd,xx;q=9,de;q=,${
        "aa,".repeat(500)}%00,\x80;q=1.0.0`], 200);
    await look("a cookie that is none", ["Cookie: mixtill=; mixtill==;;; ; mixtill"], 200);
    await look("a cookie of 6000 bytes", [`Cookie: mixtill=${"x".repeat(6000)}`], 200);
    const noHost = Buffer.from(`GET ${shop} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    await tried("no host", noHost, 400);
    await tried("an empty host", Buffer.from(`GET ${shop} HTTP/1.1\r\nHost:\r\n\r\n`), 400);
    await tried("a host that is none",
        Buffer.from(`GET ${shop} HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`), 400);
    await tried("HTTP/1.0 needs none", Buffer.from(`GET ${shop} HTTP/1.0\r\n\r\n`), 200);
    const evil = await tried("a host of its own choice", Buffer.from(`GET /order/${order.token} `
        + "HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
        + "X-Forwarded-Proto: gopher\r\nForwarded: host=evil.example\r\nConnection: close\r\n\r\n"),
            200);
    unlike(evil.text, /evil\.example/, "is not repeated");
    await tried("no request at all",
        Buffer.from("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "latin1"), 400);
}

async function bodies() {
    const form = await till.form("coffee");
    const good = `csrf=${form.csrf}&item=coffee&qty=1`, cookie = `Cookie: ${form.cookie}`;
    const post = (name, lines, body, status, words) =>
        tried(name, request("POST", "/checkout", [cookie, ...lines], body), status, words);
    for (const type of ["", "Content-Type: text/plain",
        "Content-Type: multipart/form-data; boundary=x",
        jsonType, "Content-Type: application/x-www-form-urlencoded2", "Content-Type: ;"])
        await post(`type "${type.slice(14)}"`, type === "" ? [] : [type], good, 415,
            /application\/x-www-form/);
    for (const [name, body, status, words] of [
        ["no body", "", 403], ["a field twice", `${good}&qty=2`, 400, /given twice/],
        ["the token twice", `${good}&csrf=${form.csrf}`, 400],
        ["a broken escape", `${good}&note=%`, 400],
        ["a NUL", `${good}&note=%00`, 400], ["a plain NUL", `${good}&note=a\0b`, 400],
        ["wrong UTF-8", `${good}&note=%ff`, 400], ["plain wrong UTF-8", `${good}&note=\xff`, 400],
        ["a control character", `${good}&note=%08`, 400],
        ["too many fields", `${good}&${Array.from({ length: 62 }, (_, i) => `f${i}=`).join("&")}`,
            400],
        ["9 kB", `${good}&note=${"n".repeat(9000)}`, 413, /larger than 8192/],
        ["64 kB", `${good}&note=${"n".repeat(65536 - good.length - 6)}`, 413],
        ["more than 64 kB", `${good}&note=${"n".repeat(66000)}`, 413],
        ["1 MB", `${good}&note=${"n".repeat(1000000)}`, 413],
        ["JSON as a form", JSON.stringify({ csrf: form.csrf }), 403],
    ])
        await post(name, [formType], body, status, words);
    await post("a length above what comes", [formType, "Content-Length: 100000"], good, 413);
    const chunked = (body) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    await post("9 kB in chunks", [formType, "Transfer-Encoding: chunked"],
        chunked(`${good}&note=${"n".repeat(9000)}`), 413);
    await post("70 kB in chunks", [formType, "Transfer-Encoding: chunked"],
        chunked(`${good}&note=${"n".repeat(70000)}`), 413);
    await post("chunks and a length", [formType, "Transfer-Encoding: chunked", "Content-Length: 3"],
        chunked(good), 400);
    await post("broken chunks", [formType, "Transfer-Encoding: chunked"], "zz\r\nabc\r\n", 400);
    await tried("a body for a page", request("GET", "/checkout?item=coffee", [formType], "a=b"),
        413);
    const taken = await tried("the type in capitals, in chunks", request("POST", "/checkout",
        [cookie, "Content-Type: APPLICATION/X-WWW-Form-UrlEncoded; charset=UTF-8",
            "Transfer-Encoding: chunked"], chunked(good)), 303);
    like(taken.header("Location")[0], /\/sandbox\/mixpay\/code\//,
        "is taken, and redirected with our headers");
}

async function callbacks() {
    const id = order.order_id, deep = (levels) =>
        `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)},"orderId":"nobody-knows"}`;
    const say = (name, body, status, lines = [jsonType]) =>
        tried(`callback: ${name}`, request("POST", "/mixpay/callback", lines, body), status);
    for (const [name, body, status] of [
        ["no body", "", 400], ["no object", "[]", 400], ["a number", "1", 400],
        ["a text", "\"x\"", 400],
        ["null", "null", 400], ["not JSON", "orderId=x", 400],
        ["cut short", `{"orderId":"${id}"`, 400],
        ["something after it", `{"orderId":"${id}"} x`, 400],
        ["a second object after it", `{"orderId":"${id}"}{}`, 400],
        ["a NUL after it", `{"orderId":"${id}"}\0`, 400],
        ["a member twice", `{"orderId":"${id}","orderId":"${id}"}`, 400],
        ["a member twice, escaped", `{"orderId":"${id}","\\u006frderId":"x"}`, 400],
        ["a comment", `{/**/"orderId":"${id}"}`, 400],
        ["single quotes", `{'orderId':'${id}'}`, 400],
        ["a comma too many", `{"orderId":"${id}",}`, 400],
        ["a BOM", `\xef\xbb\xbf{"orderId":"${id}"}`, 400],
        ["wrong UTF-8", `{"orderId":"${id}","x":"\xff"}`, 400],
        ["half a surrogate", `{"orderId":"${id}","x":"\\ud800"}`, 400],
        ["a NUL in a text", `{"orderId":"${id}","x":"\\u0000"}`, 400],
        ["a control character", `{"orderId":"${id}","x":"\\u0007"}`, 400],
        ["a leading zero", `{"orderId":"${id}","x":01}`, 400], ["a plus sign", `{"x":+1}`, 400],
        ["NaN", `{"x":NaN}`, 400], ["32 levels", deep(32), 404], ["33 levels", deep(33), 400],
        ["2000 levels", deep(2000), 400],
        ["a big number is only a number", "{\"orderId\":\"nobody-knows\",\"x\":1e999999}", 404],
        ["empty object", "{}", 404], ["an empty id", "{\"orderId\":\"\"}", 404],
        ["a number for an id", "{\"orderId\":12345678}", 404],
        ["a forged mark for a number", "{\"orderId\":\"\\u000112345678\"}", 400],
        ["null for an id", "{\"orderId\":null}", 404],
        ["a list of ids", `{"orderId":["${id}"]}`, 404],
        ["an object for an id", `{"orderId":{"a":"${id}"}}`, 404],
        ["an id in capitals", `{"orderId":"${id.toUpperCase()}"}`, 404],
        ["an id with a space", `{"orderId":"${id} "}`, 404],
        ["the token for the id", `{"orderId":"${order.token}"}`, 404],
        ["5 letters", "{\"orderId\":\"abcde\"}", 404],
        ["37 letters", `{"orderId":"${"a".repeat(37)}"}`, 404],
        ["a member of another name", `{"orderid":"${id}"}`, 404],
        ["a trace alone", "{\"traceId\":\"11111111-2222-4333-8444-555555555555\"}", 404],
        ["9 kB", `{"orderId":"${id}","x":"${"x".repeat(9000)}"}`, 413],
        ["70 kB", `{"orderId":"${id}","x":"${"x".repeat(70000)}"}`, 413],
    ])
        await say(name, body, status);
    await say("no type", `{"orderId":"${id}"}`, 415, []);
    await say("as a form", `orderId=${id}`, 415, [formType]);
    await say("as text", `{"orderId":"${id}"}`, 415, ["Content-Type: text/json"]);
    await tried("callback: asked for", request("GET", "/mixpay/callback"), 405);
    await tried("callback: a slash too many", request("POST", "/mixpay/callback/", [jsonType],
        "{}"), 404);
    const told = await tried("callback: with a charset", request("POST", "/mixpay/callback",
        ["Content-Type: application/json; charset=utf-8"],
            `{"orderId":"${id}","new":{"x":[1,null]}}`), 200);
    is(told.body, "{\"code\":\"SUCCESS\"}", "callback: unknown members are ignored");
    const missing = await t.sendRaw(till.port, request("POST", "/mixpay/callback", [jsonType],
        "{}"));
    is(missing.header("Content-Type"), ["application/json"], "callback: failures are JSON, too");
    unlike(missing.body, /order|sqlite|\.c\b/i, "callback: 404 without detail");
}

/* What no web server should let through; and one that does must not hurt. */
async function withoutServer() {
    const socket = path.join(till.folder, "run/checkout.sock");
    const plain = { REQUEST_METHOD: "GET", REQUEST_URI: "/checkout?item=coffee",
        REMOTE_ADDR: "127.0.0.1" };
    const ask = async (name, more, status, { body = "", twice = [] } = {}) => {
        const pairs = Object.entries({ ...plain, ...more }).filter(([, value]) => value !== null);
        const answer = await t.askProgram(socket, t.fastCgi([...pairs, ...twice], body));
        is(answer.status, status, `without nginx: ${name}`, answer.text.slice(0, 400));
        dressed(answer, `without nginx: ${name}`);
        return answer;
    };
    const form = { REQUEST_METHOD: "POST", REQUEST_URI: "/checkout",
        CONTENT_TYPE: "application/x-www-form-urlencoded" };
    await ask("a page", {}, 200);
    await ask("100 kB", { ...form, CONTENT_LENGTH: "100000" }, 413, { body: "x".repeat(100000) });
    await ask("a length of 2^63", { ...form, CONTENT_LENGTH: "9223372036854775808" }, 400);
    await ask("a length of 2^63 - 1", { ...form, CONTENT_LENGTH: "9223372036854775807" }, 413);
    await ask("a length below 0", { ...form, CONTENT_LENGTH: "-5" }, 400);
    await ask("a length with a sign", { ...form, CONTENT_LENGTH: "+5" }, 400, { body: "a=b&c" });
    await ask("two lengths", { ...form, CONTENT_LENGTH: "3" }, 400,
        { body: "a=b", twice: [["CONTENT_LENGTH", "4"]] });
    await ask("two types", form, 400, { twice: [["CONTENT_TYPE", "text/plain"]] });
    await ask("less than the length", { ...form, CONTENT_LENGTH: "50" }, 400, { body: "a=b" });
    await ask("more than the length", { ...form, CONTENT_LENGTH: "3" }, 403, { body: "a=b&c=d" });
    await ask("no length", form, 403, { body: "a=b" });
    await ask("two headers", {}, 400, { twice: [["HTTP_X_MINE", "1"], ["HTTP_X_MINE", "2"]] });
    await ask("no method", { REQUEST_METHOD: null }, 405);
    await ask("no address is the front", { REQUEST_URI: null }, 200);
    await ask("an absolute address", { REQUEST_URI: "https://shop.example/checkout?item=coffee" },
        200);
    await ask("an absolute address without a path", { REQUEST_URI: "https://shop.example" }, 200);
    await ask("10 kB of address", { REQUEST_URI: `/checkout?x=${"y".repeat(10000)}` }, 414);
    await ask("a NUL in the address", { REQUEST_URI: "/checkout\0?item=coffee" }, 400);
    await ask("a NUL in a header", { HTTP_COOKIE: "mixtill=\0; x" }, 200);
    await ask("500 headers", Object.fromEntries(Array.from({ length: 500 }, (_, i) =>
        [`HTTP_X_${i}`, "x".repeat(100)])), 200);
    for (const bytes of ["", "x", "\x01\x01\x00\x01\xff\xff\xff\x00", "GET / HTTP/1.1\r\n\r\n",
        "\x02\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00",
        "\x01\x04\x00\x01\x00\x04\x00\x00\xff\xff\xff\xff"])
        await t.askProgram(socket, Buffer.from(bytes, "latin1"), 0.3);
    const cut = t.fastCgi(Object.entries(plain));
    await t.askProgram(socket, cut.subarray(0, cut.length - 20), 0.3);
    await ask("after all that, a page", {}, 200);
}

await t.story(async () => {
    till = await t.openTill();
    order = await till.buy("coffee");
    /* A look may come in between: what it brings is that MixPay has seen no money. */
    const facts = () => Object.fromEntries(Object.entries(till.order(order.order_id))
        .filter(([name]) => !/^(watched_at|version|settle_status|pay.*_(amount|symbol)|surplus.*)$/
            .test(name)));
    const happened = () => till.events(order.order_id).map((event) => event.what)
        .filter((what) => what !== "seen_unpaid");
    const failures = () => till.lines(/status=5\d\d/);
    const before = facts(), failed = failures();
    const processes = () => ["checkout", "callback", "worker",
        "sandbox"].map((name) => till.pids(name));
    const alive = processes();
    await addresses();
    await forms();
    await headers();
    await bodies();
    await callbacks();
    await withoutServer();
    const seen = await tried("the style sheet", request("GET", "/static/style.css"), 200);
    await tried("the style sheet, unchanged", request("GET", "/static/style.css",
        [`If-None-Match: ${seen.header("ETag")[0]}`]), 304);
    for (const target of [`/order/${order.token}`, `/order/${order.token}/status`,
        `/order/${order.token}/qr.svg`, "/", "/checkout?item=coffee", "/nothing", "/checkout"])
        dressed(await t.sendRaw(till.port, request("GET", target)), target);
    is(facts(), before, "the order is as it was");
    is(happened(), ["placed", "link_made"], "nothing happened to it");
    is(till.sql("SELECT count(*) AS n FROM orders")[0].n, 2,
        "and the one good form made the only other");
    is(processes(), alive, "the programs are those from the start");
    is(failures(), failed, "nothing answered 5xx");
    is(till.lines(new RegExp(order.token)).filter((line) => !/program=sandbox/.test(line)), [],
        "no log holds the order's token");
});
