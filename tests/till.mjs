/* till.mjs: a whole till for one test: nginx, the programs, the worker and the sandbox, in a folder
 * and on a port of its own; a visitor to walk in; and facts, printed in the Test Anything Protocol.
 * SPDX-License-Identifier: ISC */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/* ---- where things are ---- */

const here = path.dirname(fileURLToPath(import.meta.url));
export const source = process.env.MIXTILL_SOURCE ?? path.dirname(here);
export const tree = process.env.MIXTILL_BUILD ?? path.join(source, "build-test");
export const libexec = path.join(tree, "libexec");
export const folder = process.env.MIXTILL_TMP ?? fs.mkdtempSync(path.join(os.tmpdir(), "till-"));
const firstPort = Number(process.env.MIXTILL_PORT ?? 20000 + process.pid % 1000 * 10);
const complaints = path.join(folder, "sanitizer");

/* Programs with sanitizers take a few times as long; so may everything that waits for them. */
const slow = /sanitize=address/.test(readText(path.join(tree, "Makefile")));
export const patience = slow ? 3 : 1;

export const payee = "a0d77914-0877-4b47-ab1d-d3f94ed15d6a";
export const coins = {
    BTC: "c6d0c728-2624-429b-8e0d-d9d19b6592fa",
    ETH: "43d61dcd-e413-450d-80b8-101d5e903357",
};

function readText(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return "";
    }
}

/* What every program of ours is given. Sanitizers write where tests/run looks. */
export function environment(more = {}) {
    return {
        ...process.env, MIXTILL_DATADIR: source, MIXTILL_LIBEXECDIR: libexec,
        ASAN_OPTIONS: `log_path=${complaints}`,
        UBSAN_OPTIONS: `print_stacktrace=1:log_path=${complaints}`, ...more,
    };
}

/* ---- facts ---- */

let stated = 0, refuted = 0;
const opened = [];

function show(value) {
    const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
    return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}

/* Parallel stories each state their facts under a name of their own. */
export function ok(holds, name, ...details) {
    stated++;
    console.log(`${holds ? "ok" : "not ok"} ${stated} - ${name.replace(/[#\n]/g, " ")}`);
    if (holds)
        return true;
    refuted++;
    for (const detail of details)
        for (const line of show(detail).split("\n"))
            console.log(`#   ${line}`);
    return false;
}

function plain(value) {
    return JSON.stringify(value, (key, member) =>
        member !== null && typeof member === "object" && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).sort()) : member);
}

export function is(got, wanted, name, ...details) {
    return ok(plain(got) === plain(wanted), name, `got    ${show(got)}`, `wanted ${show(wanted)}`,
        ...details);
}

export function like(text, pattern, name, ...details) {
    return ok(pattern.test(text), name, `${pattern} is not in:`, text, ...details);
}

export function unlike(text, pattern, name, ...details) {
    return ok(!pattern.test(text), name, `${pattern} is in:`, text, ...details);
}

/* Runs a test to its end: an exception is a fact that does not hold,
    tills are closed in any case. */
export async function story(tell) {
    try {
        await tell();
    } catch (error) {
        ok(false, "the story went to its end", error.stack ?? error);
    }
    for (const till of opened)
        await till.stop();
    for (const file of fs.readdirSync(folder).filter((name) => name.startsWith("sanitizer.")))
        ok(false, "no sanitizer complained", readText(path.join(folder, file)));
    console.log(`1..${stated}`);
    if (process.env.MIXTILL_TMP === undefined && refuted === 0)
        fs.rmSync(folder, { recursive: true, force: true });
    process.exit(refuted === 0 && stated > 0 ? 0 : 1);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* Asks until the answer is true; what it was at last is given back either way. */
export async function poll(ask, seconds = 20, every = 60) {
    const end = Date.now() + seconds * 1000 * patience;
    for (;;) {
        const answer = await ask();
        if (answer || Date.now() > end)
            return answer;
        await sleep(every);
    }
}

/* ---- requests ---- */

function readJson(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}

function readAnswer(answer, done) {
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("end", () => {
        const body = Buffer.concat(parts).toString("utf8");
        const isJson = /^application\/json/.test(answer.headers["content-type"] ?? "");
        done({
            status: answer.statusCode, headers: answer.headers, rawHeaders: answer.rawHeaders, body,
            json: isJson ? readJson(body) : null,
        });
    });
    answer.on("error", () => done({ status: 0, headers: {}, rawHeaders: [], body: "" }));
}

/* One request as it is; status 0 where no answer came. Nothing is followed or kept. */
export function send(port, method, target, { headers = {}, body, timeout = 60 } = {}) {
    return new Promise((done) => {
        const none = (reason) => done({ status: 0, headers: {}, rawHeaders: [],
            body: String(reason) });
        const request = http.request({
            host: "127.0.0.1", port, method, path: target, agent: false,
            headers: { Connection: "close", ...headers },
        }, (answer) => readAnswer(answer, done));
        request.setTimeout(timeout * 1000, () => request.destroy(new Error("no answer in time")));
        request.on("error", none);
        request.end(body);
    });
}

/* Bytes as they are, and all that comes back until the other side closes. */
export function sendRaw(port, bytes, seconds = 20) {
    return new Promise((done) => {
        const parts = [];
        const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
        const finish = () => {
            socket.destroy();
            const text = Buffer.concat(parts).toString("latin1");
            const split = text.indexOf("\r\n\r\n");
            const head = text.slice(0, split < 0 ? text.length : split).split("\r\n");
            done({
                status: Number(head[0].split(" ")[1] ?? 0), head: head.slice(1), text,
                body: split < 0 ? "" : text.slice(split + 4),
                header: (name) => head.slice(1).filter((line) =>
                    line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
                    .map((line) => line.slice(name.length + 1).trim()),
            });
        };
        socket.setTimeout(seconds * 1000 * patience, finish);
        socket.on("data", (part) => parts.push(part));
        socket.on("error", finish);
        socket.on("close", finish);
    });
}

/* One FastCGI record (version 1, request 1). */
function record(type, content) {
    const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
    return Buffer.concat([head, content]);
}

function sized(text) {
    const bytes = Buffer.from(text, "latin1"), size = Buffer.alloc(4);
    size.writeUInt32BE((bytes.length | 0x80000000) >>> 0);
    return { bytes, size };
}

/* The records of a request: `parameters` are pairs, so that a name may stand twice. */
export function fastCgi(parameters, body = "") {
    const words = Buffer.concat(parameters.flatMap(([name, value]) => {
        const n = sized(name), v = sized(value);
        return [n.size, v.size, n.bytes, v.bytes];
    }));
    const cut = (type, bytes) => Array.from({ length: Math.ceil(bytes.length / 32768) + 1 },
        (_, i) => record(type, bytes.subarray(i * 32768, (i + 1) * 32768)));
    return Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), ...cut(4, words),
        ...cut(5, Buffer.from(body, "latin1"))]);
}

/* Sends bytes to a program's socket, without nginx, and takes its answer apart. */
export function askProgram(socketFile, bytes, seconds = 20) {
    return new Promise((done) => {
        const parts = [];
        const socket = net.connect(socketFile, () => socket.write(bytes));
        const finish = () => {
            socket.destroy();
            let all = Buffer.concat(parts), out = "";
            for (; all.length >= 8; all = all.subarray(8 + all.readUInt16BE(4) + all[6]))
                if (all[1] === 6)
                    out += all.subarray(8, 8 + all.readUInt16BE(4)).toString("utf8");
            done(takeApart(out));
        };
        socket.setTimeout(seconds * 1000 * patience, finish);
        socket.on("data", (part) => parts.push(part));
        socket.on("error", finish);
        socket.on("close", finish);
    });
}

/* What a program under CGI or FastCGI answers: its head, with the status in it, and its body. */
export function takeApart(text) {
    const split = text.indexOf("\r\n\r\n");
    const head = split < 0 ? [] : text.slice(0, split).split("\r\n");
    const header = (name) => head.filter((line) =>
        line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map((line) => line.slice(name.length + 1).trim());
    return {
        status: Number((header("Status")[0] ?? "0").split(" ")[0]), head, header, text,
        body: split < 0 ? "" : text.slice(split + 4),
    };
}

export function encodeForm(fields) {
    return Object.entries(fields).map(([name, value]) =>
        `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}

/* Somebody with a browser: keeps cookies, and nothing else. */
export class Visitor {
    constructor(till, headers = {}) {
        this.till = till;
        this.headers = headers;
        this.cookies = {};
    }

    async send(method, target, { headers = {}, body } = {}) {
        const cookie = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`);
        const answer = await send(this.till.port, method, target, {
            headers: {
                ...cookie.length > 0 ? { Cookie: cookie.join("; ") } : {}, ...this.headers,
                    ...headers,
            }, body,
        });
        for (const line of answer.headers["set-cookie"] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            this.cookies[name] = value;
        }
        return answer;
    }

    get(target, options) {
        return this.send("GET", target, options);
    }

    post(target, fields, { headers = {} } = {}) {
        return this.send("POST", target, {
            headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
            body: typeof fields === "string" ? fields : encodeForm(fields),
        });
    }

    /* The order form, as a page and taken apart. */
    async form(item, qty) {
        const query = qty === undefined ? "" : `&qty=${qty}`;
        const page = await this.get(`${this.till.prefix}/checkout?item=${item}${query}`);
        return {
            page, visitor: this,
            csrf: /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "",
            cookie: Object.entries(this.cookies).map((pair) => pair.join("="))[0] ?? "",
        };
    }
}

/* ---- the books ---- */

/* "5.10" → 510000000n; null where it is no plain decimal. */
export function units(text) {
    const parts = /^(\d+)(?:\.(\d{1,8}))?$/.exec(String(text));
    return parts === null ? null : BigInt(parts[1] + (parts[2] ?? "").padEnd(8, "0"));
}

const sameId = (a, b) => a.replaceAll("-", "").toLowerCase() === b.replaceAll("-",
    "").toLowerCase();

/* Why a proof does not prove what it should; the rules of protocol/mixpay.md §4 once more. */
function faultsOfProof(order, event) {
    const answer = JSON.parse(event.answer ?? "null"), data = answer?.data;
    const rules = {
        "there is a proof": data !== undefined && data !== null,
        "HTTP 200": event.http_status === 200,
        "envelope": answer?.success === true && Number(answer?.code) === 0,
        "status": data?.status === "success",
        "payee": sameId(data?.payeeId ?? "", order.payee),
        "asset": sameId(data?.quoteAssetId ?? "", order.quote_asset),
        "amount": units(data?.quoteAmount) === BigInt(order.amount),
        "trace": sameId(data?.traceId ?? "", order.trace_id ?? "?"),
        "order asked for": (event.request ?? "").includes(order.order_id),
        /* MixPay itself may settle a one-time payment in another coin: a flag, but paid. */
        "checks hold": JSON.parse(event.checks ?? "[{}]").every((check) => check.holds === true
            || (check.what === "settlement asset" && order.link_kind === "one_time")),
    };
    return Object.entries(rules).filter(([, holds]) => !holds).map(([rule]) => rule);
}

/* What is wrong with an order and its story, in words; nothing, when all is well. */
export function faultsOfOrder(order, events, jobs) {
    const faults = [], say = (text) => faults.push(`${order.order_id} (${order.state}): ${text}`);
    const moves = events.filter((event) => event.from_state !== event.to_state);
    const last = events[events.length - 1];
    let state = "open";
    for (const event of events) {
        if (event.from_state !== state)
            say(`${event.what} starts from ${event.from_state}, not from ${state}`);
        state = event.to_state;
        if (event.what === "proven_paid" && event.from_state !== event.to_state)
            for (const rule of faultsOfProof(order, event))
                say(`the proof lacks: ${rule}`);
    }
    if (events[0]?.what !== "placed")
        say("its story does not begin with the order");
    if (state !== order.state || last?.flags !== order.flags)
        say(`its story ends with ${state} and flags ${last?.flags}, not ${order.flags}`);
    for (const end of ["paid", "paid_late", "failed", "expired"])
        if (moves.filter((event) => event.to_state === end).length > 1)
            say(`it became ${end} more than once`);
    const paid = moves.find((event) => /^paid(_late)?$/.test(event.to_state));
    if (/^paid(_late)?$/.test(order.state) !== (paid !== undefined))
        say("state and story disagree about the money");
    if (paid !== undefined && !/^(proven_paid|person_accepted)$/.test(paid.what))
        say(`it became ${paid.to_state} by ${paid.what}`);
    if (events.filter((event) => event.what === "link_made").length > 1)
        say("more than one link was made");
    if (jobs.filter((job) => job.kind === "look").length !== 1
            || jobs.filter((job) =>
                job.kind === "make_link").length !== (order.link_kind === "paylink" ? 0 : 1))
        say("it has the wrong jobs");
    return faults;
}

/* ---- the till ---- */

const usualItems = {
    coffee: { name: "Coffee", price: "5", currency: "usd" },
    tshirt: { name: "T-shirt", price: "19.99", currency: "usd" },
    hidden: { name: "Not for sale today", price: "1", currency: "usd", disabled: "yes" },
    soldout: { name: "Sold out", price: "1", currency: "usd", stock: "0" },
    pair: { name: "One of a pair", price: "7", currency: "usd", stock: "2" },
    card: { name: "Card", price: "5", currency: "usd", link: "paylink" },
};

function writeBlock(title, settings) {
    const lines = Object.entries(settings).map(([name, value]) => `    ${name} = "${value}"`);
    return `${title} {\n${lines.join("\n")}\n}\n\n`;
}

/* The configuration; `settings` gives each section what is to be other than usual. */
function writeSettings(till, settings) {
    const address = `http://127.0.0.1:${till.port}${till.prefix}`;
    const top = { base_url: address, rehearsal: "yes", ...settings.top };
    const sections = {
        store: { url: `sqlite:${till.folder}/mixtill.db`, ...settings.store },
        mixpay: {
            pages: `${address}/sandbox/mixpay`, api: `${address}/sandbox/mixpay/v1`,
            ...settings.mixpay,
        },
        shop: {
            name: "Kiosk", payee, settlement_asset: coins.BTC, quote_asset: "usd", expiry: "30m",
            ...settings.shop,
        },
        limits: { orders_per_minute: "0", ...settings.limits },
    };
    const items = { ...usualItems, ...settings.items };
    return Object.entries(top).map(([name, value]) => `${name} = "${value}"\n`).join("") +
        Object.entries(sections).map(([title, values]) => writeBlock(title, values)).join("") +
        Object.entries(items).map(([name, values]) => writeBlock(`item ${name}`, values)).join("");
}

function writeNginx(till) {
    const words = {
        PORT: till.port, RUN: `${till.folder}/run`, STATIC: `${source}/static`,
        LOG: `${till.folder}/log`, TMP: `${till.folder}/tmp`, CONF: till.folder,
    };
    const doc = path.join(source, "doc");
    for (const name of fs.readdirSync(doc).filter((file) => /^nginx.*\.conf(\.in)?$/.test(file))) {
        let text = readText(path.join(doc, name)).replace(/@([A-Z]+)@/g, (_, word) => words[word]);
        /* Below a path: as doc/nginx-mixtill.conf.in says it is done. */
        if (till.prefix !== "")
            text = text.replaceAll(/(location ~ \^)\//g, `$1${till.prefix}/`)
                .replace("location ^~ /static/", `location ^~ ${till.prefix}/static/`);
        fs.writeFileSync(path.join(till.folder, name.replace(/\.in$/, "")), text);
    }
}

const eventQuery = "SELECT e.*, p.proof_id, p.request, p.http_status, "
    + "CAST(p.answer AS TEXT) AS answer, p.checks FROM event e LEFT JOIN proof p USING (event_id)";

function isFree(port) {
    return new Promise((done) => {
        const probe = net.createServer();
        probe.once("error", () => done(false));
        probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)));
    });
}

/* One of those that are ours by agreement, or where somebody else has taken it, any other below
 * those that the system hands out by itself. */
async function choosePort() {
    for (let tries = 0, port = firstPort + opened.length % 10; tries < 100; tries++) {
        if (await isFree(port))
            return port;
        port = 20000 + Math.floor(Math.random() * 12000);
    }
    throw new Error("no port is free");
}

class Till {
    constructor(options, port) {
        this.prefix = options.prefix ?? "";
        this.port = port;
        this.folder = path.join(folder, `till-${opened.length}`);
        this.config = path.join(this.folder, "mixtill.conf");
        this.supervised = options.supervised ?? true;
        this.sandboxed = options.sandbox ?? true;
        this.expected = { alarms: [...options.alarms ?? []], deaths: [], statuses: [] };
        this.offset = 0;
        this.children = {};
        this.stopped = false;
        for (const name of ["", "run", "log", "tmp"])
            fs.mkdirSync(path.join(this.folder, name), { recursive: true, mode: 0o700 });
        fs.writeFileSync(this.config, writeSettings(this, options.settings ?? {}));
        fs.writeFileSync(this.clockFile, "0\n");
        writeNginx(this);
    }

    get clockFile() { return path.join(this.folder, "clock"); }
    get address() { return `http://127.0.0.1:${this.port}${this.prefix}`; }
    get database() { return path.join(this.folder, "mixtill.db"); }

    /* ---- starting and stopping ---- */

    spawn(name, file, words, more = {}) {
        const log = fs.openSync(path.join(this.folder, "log", `${name}.log`), "a");
        const child = spawn(file, words, {
            cwd: this.folder, stdio: ["ignore", log, log],
            env: environment({ MIXTILL_CLOCK_OFFSET: this.clockFile, ...more }),
        });
        fs.closeSync(log);
        child.since = Date.now();
        child.ended = new Promise((done) => child.on("exit", (code, signal) => done({ code,
            signal })));
        child.on("error", (error) => ok(false, `${file} starts`, error.message));
        this.children[name] = child;
        return child;
    }

    startNginx() {
        const directives = `daemon off;${process.getuid() === 0 ? " user root;" : ""}`;
        const nginx = ["/usr/sbin/nginx", "/usr/bin/nginx"].find((file) => fs.existsSync(file));
        this.spawn("nginx", nginx ?? "nginx", ["-p", this.folder, "-c",
            path.join(this.folder, "nginx.conf"), "-e", path.join(this.folder,
                "log/nginx-error.log"),
            "-g", directives]);
    }

    startServe() {
        this.spawn("serve", path.join(tree, "mixtill"), ["--config", this.config, "serve", "--run",
            path.join(this.folder, "run"), "--log", path.join(this.folder, "log"),
            ...this.sandboxed ? ["--sandbox"] : []]);
    }

    /* One program by itself, where no `mixtill serve` looks after it. */
    start(name, more = {}, words = []) {
        const socket = ["--socket", path.join(this.folder, "run", `${name}.sock`)];
        const own = {
            worker: ["--config", this.config],
            sandbox: ["--base", `${this.address}/sandbox`, "--state",
                path.join(this.folder, "run/sandbox.db"), ...socket],
        };
        return this.spawn(name, path.join(libexec, name.replace(/-.*/, "")),
            [...own[name.replace(/-.*/, "")] ?? ["--config", this.config, ...socket], ...words],
                more);
    }

    async open() {
        if (this.supervised) {
            this.startServe();
        } else {
            this.start("worker");
            await poll(() => /what=working/.test(this.log("worker")));
            for (const name of ["checkout", "callback", ...this.sandboxed ? ["sandbox"] : []])
                this.start(name);
        }
        this.startNginx();
        const pages = [`${this.prefix}/checkout?item=coffee`, ...this.sandboxed
            ? [`${this.prefix}/sandbox/mixpay/switch`] : []];
        const answers = async (page) => this.children.nginx.exitCode === null
            && (await this.get(page)).status === 200;
        for (const page of pages)
            if (!await poll(() => answers(page), 30)) {
                for (const file of fs.readdirSync(path.join(this.folder, "log")))
                    console.log(readText(path.join(this.folder, "log", file)).replace(/^/gm,
                        `# ${file}: `));
                throw new Error(`${page} does not answer`);
            }
        return this;
    }

    async end(name, signal = "SIGTERM", seconds = 25) {
        const child = this.children[name], age = Date.now() - child.since;
        delete this.children[name];
        child.kill(signal);
        const late = sleep(seconds * 1000 * patience).then(() => "late");
        const how = await Promise.race([child.ended, late]);
        if (how === "late")
            child.kill("SIGKILL");
        /* Before it listens to signals a program just ends. */
        return how.signal === "SIGTERM" && age < 1000 * patience ? { code: 0, signal: null } : how;
    }

    /* Whoever has this till's folder in his command line. */
    processes() {
        return fs.readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).map(Number)
            .map((pid) => ({ pid, words: readText(`/proc/${pid}/cmdline`).split("\0") }))
            .filter(({ words }) => words.join(" ").includes(this.folder));
    }

    pids(name) {
        return this.processes().filter(({ words }) => path.basename(words[0]) === name)
            .map(({ pid }) => pid);
    }

    kill(name, signal = "SIGKILL") {
        if (signal === "SIGKILL" || signal === "SIGTERM")
            this.expected.deaths.push(name);
        for (const pid of this.pids(name))
            process.kill(pid, signal);
    }

    /* Ends it all and states that nothing went wrong on the way that the test did not expect. */
    async stop() {
        if (this.stopped)
            return;
        this.stopped = true;
        const name = `till on port ${this.port}`;
        for (const child of Object.keys(this.children).reverse()) {
            const how = await this.end(child);
            ok(how.code === 0, `${name}: ${child} ends with 0`, how,
                this.log(child).split("\n").slice(-15).join("\n"));
        }
        is(this.processes().map(({ words }) => words.join(" ")), [], `${name}: no process is left`);
        if (this.supervised)
            is(fs.readdirSync(path.join(this.folder, "run")).filter((file) =>
                file.endsWith(".sock")),
                [], `${name}: no socket is left`);
        const { alarms, deaths, statuses } = this.expected;
        const died = this.lines(/what=died/).filter((line) =>
            !deaths.some((program) => line.includes(`program=${program} `)));
        is(died, [], `${name}: nothing died`);
        is(this.lines(/level=alarm|level=fatal/).filter((line) =>
            !alarms.some((what) => line.includes(`what=${what}`))), [], `${name}: no alarm`);
        is(this.audit(), [], `${name}: the books are right`);
        is(this.lines(/what=request .*status=5\d\d/).filter((line) =>
            !/program=sandbox/.test(line) && !statuses.some((what) => line.includes(what))), [],
            `${name}: no request failed for a reason of ours`);
    }

    /* ---- looking ---- */

    log(name) {
        return readText(path.join(this.folder, "log", `${name}.log`));
    }

    lines(pattern) {
        return fs.readdirSync(path.join(this.folder, "log")).filter((file) =>
            /^[a-z-]+\.log$/.test(file))
            .flatMap((file) => readText(path.join(this.folder, "log", file)).split("\n"))
            .filter((line) => pattern.test(line));
    }

    sql(query) {
        const run = spawnSync("sqlite3", ["-readonly", "-json", "-cmd", ".timeout 5000",
            this.database, query], { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
        if (run.status !== 0)
            throw new Error(`sqlite3: ${run.stderr}`);
        return run.stdout.trim() === "" ? [] : JSON.parse(run.stdout);
    }

    order(orderId) {
        return this.sql(`SELECT * FROM orders WHERE order_id = '${orderId}'`)[0];
    }

    events(orderId) {
        return this.sql(`${eventQuery} WHERE order_id = '${orderId}' ORDER BY event_id`);
    }

    /* What is wrong in the books, of all orders. */
    audit() {
        const jobs = this.sql("SELECT kind, subject FROM outbox"), events = new Map();
        for (const event of this.sql(`${eventQuery} ORDER BY event_id`))
            events.set(event.order_id, [...events.get(event.order_id) ?? [], event]);
        return this.sql("SELECT * FROM orders").flatMap((order) => faultsOfOrder(order,
            events.get(order.order_id) ?? [], jobs.filter((job) =>
                job.subject === order.order_id)));
    }

    command(...words) {
        const run = spawnSync(path.join(tree, "mixtill"), ["--config", this.config, ...words],
            { encoding: "utf8", env: environment({ MIXTILL_CLOCK_OFFSET: this.clockFile }) });
        return { code: run.status, out: run.stdout, err: run.stderr };
    }

    /* ---- the clock ---- */

    /* All programs see a time so much later; ours stays as it is. Who works on a job while time
     * jumps may lose his lease, and says so. */
    moveClock(seconds) {
        this.offset += seconds;
        this.expected.alarms.push(
            "worker_trouble code=conflict error=\"outbox: somebody else has taken");
        fs.writeFileSync(`${this.clockFile}.new`, `${this.offset}\n`);
        fs.renameSync(`${this.clockFile}.new`, this.clockFile);
    }

    get now() {
        return Math.floor(Date.now() / 1000) + this.offset;
    }

    /* ---- the shop ---- */

    visitor(headers) {
        return new Visitor(this, headers);
    }

    get(target, options) {
        return send(this.port, "GET", target, options);
    }

    post(target, value, { headers = {} } = {}) {
        const text = typeof value === "string" || Buffer.isBuffer(value);
        return send(this.port, "POST", target, {
            headers: { "Content-Type": "application/json", ...headers },
            body: text ? value : JSON.stringify(value),
        });
    }

    form(item, qty) {
        return this.visitor().form(item, qty);
    }

    /* Places an order as a fresh visitor would; with `json` false as a browser does it. `from` is
     * the item whose form is used, where `item` has none. */
    async buy(item, { qty, email, note, json = true, headers = {}, visitor, from } = {}) {
        const form = await (visitor ?? this.visitor(headers)).form(from ?? item,
            from === undefined ? qty : undefined);
        const fields = { csrf: form.csrf, item, qty: qty ?? 1 };
        if (email !== undefined)
            fields.email = email;
        if (note !== undefined)
            fields.note = note;
        const answer = await form.visitor.post(`${this.prefix}/checkout`, fields,
            { headers: json ? { Accept: "application/json" } : {} });
        if (!json || answer.status !== 201)
            return { ...answer, form, fields };
        return { ...answer.json, status: answer.status, form, fields };
    }

    page(token, language = "en") {
        return this.get(`${this.prefix}/order/${token}`,
            { headers: { "Accept-Language": language } });
    }

    async status(token) {
        return (await this.get(`${this.prefix}/order/${token}/status`)).json;
    }

    /* The state as stored; asking this way does not make the worker look sooner. */
    async until(order, wanted, seconds = 20) {
        const holds = typeof wanted === "function" ? wanted : (row) => row.state === wanted;
        let row;
        await poll(() => {
            row = this.order(order.order_id);
            return holds(row);
        }, seconds);
        return row;
    }

    /* ---- MixPay ---- */

    async act(order, what, more = {}) {
        const answer = await this.post(`${this.prefix}/sandbox/mixpay/act`,
            { orderId: order.order_id, do: what, ...more });
        if (answer.status !== 200)
            throw new Error(`act ${what}: ${answer.status} ${answer.body}`);
        return answer.json;
    }

    async switches(wanted) {
        const answer = await this.post(`${this.prefix}/sandbox/mixpay/switch`, wanted);
        if (answer.status !== 200)
            throw new Error(`switch: ${answer.status} ${answer.body}`);
        return answer.json;
    }

    fault(path, kind, times = 1, more = {}) {
        return this.switches({ fault: { path, kind, times, ...more } });
    }

    async requests(path = "/mixpay/v1/") {
        const target = `${this.prefix}/sandbox/mixpay/requests?path=${path}`;
        return (await this.get(target)).json.requests;
    }

    async payment(order) {
        const answer = await this.get(`${this.prefix}/sandbox/mixpay/payments/${order.order_id}`);
        return answer.status === 200 ? answer.json : null;
    }

    callback(order, more = {}) {
        return this.post(`${this.prefix}/mixpay/callback`,
            { orderId: order.order_id, traceId: "", payeeId: payee, ...more });
    }
}

/*
 * Opens a till. options: settings {top, store, mixpay, shop, limits, items} over the usual ones;
 * prefix, the path below which it lives; sandbox, false: without; supervised, false: no `mixtill
 * serve`, the test itself starts and stops programs; alarms, those that the test means to raise.
 */
export async function openTill(options = {}) {
    const till = new Till(options, await choosePort());
    opened.push(till);
    return till.open();
}

/* A till's folder and settings, without starting anything. */
export function prepareTill(options = {}) {
    const till = new Till(options, firstPort + opened.length);
    till.stopped = true;
    opened.push(till);
    return till;
}
