/* flow_kill.mjs: programs die at the worst moments,
    or are asked to end in the middle of their work:
 * nothing is lost, nothing is done twice.
 * SPDX-License-Identifier: ISC */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like } = t;

/* Where to die: each place named in the sources, and the n-th of those that are visited often. */
const times = (name, from, to) => Array.from({ length: to - from + 1 }, (_,
    i) => `${name}:${from + i}`);
const plan = {
    checkout: ["order_placed", "job_claimed", "budget_taken", "link_answered", "link_made",
        ...times("commit_before", 2, 6), ...times("commit_after", 2, 6)],
    callback: ["commit_before:2", "commit_after:2"],
    worker: ["job_claimed", "budget_taken", "look_answered", "order_advanced",
        ...times("commit_before", 1, 12)],
    "worker, later": times("commit_after", 1, 12),
    "worker, link": ["job_claimed", "budget_taken", "link_answered", "link_made",
        "commit_before:7", "commit_after:7"],
};

function everyPlaceIsTried() {
    const named = spawnSync("grep", ["-rhoE", "failpoint\\(\"[a-z_]+\"\\)", "--include=*.c",
        ...["lib", "worker", "cgi-bin"].map((room) => path.join(t.source, room))],
            { encoding: "utf8" })
        .stdout.match(/[a-z_]+(?="\))/g);
    const tried = new Set(Object.values(plan).flat().map((point) => point.replace(/:.*/, "")));
    is([...new Set(named)].filter((name) => !tried.has(name)), [],
        "every failpoint of the sources is tried");
}

/* Tries until the answer is one; a shopper presses the button again. */
async function insist(ask) {
    let answer;
    await t.poll(async () => {
        answer = await ask();
        return answer.status !== 0 && answer.status < 500;
    }, 20, 100);
    return answer;
}

/* The program is started anew with this place to die at; when it has died there, without. */
async function startFatal(till, program, point) {
    if (till.children[program] !== undefined)
        await till.end(program, "SIGTERM");
    const child = till.start(program, { MIXTILL_FAILPOINT: point });
    const died = child.ended.then((how) => {
        if (till.children[program] === child && !till.stopped)
            till.start(program);
        return how.signal;
    });
    return { child, died };
}

async function placeOrder(till, patientForm) {
    const form = patientForm ?? await till.form("coffee");
    const fields = { csrf: form.csrf, item: "coffee", qty: 2 };
    const answer = await insist(() => form.visitor.post("/checkout", fields,
        { headers: { Accept: "application/json" } }));
    return answer.json;
}

/* In the end the order is paid, once, whoever died on the way. */
async function endsWell(till, order, name) {
    for (let minutes = 0; minutes < 10 && till.order(order.order_id).state !== "paid"; minutes++) {
        await t.poll(() => till.order(order.order_id).state === "paid", 0.6 / t.patience);
        if (till.order(order.order_id).state !== "paid")
            till.moveClock(61); /* leases end */
    }
    const events = till.events(order.order_id);
    is(till.order(order.order_id).state, "paid", `${name}: the order is paid`,
        events.map((event) => event.what), till.sql("SELECT * FROM outbox"));
    is([events.filter((event) => event.to_state === "paid" && event.from_state !== "paid").length,
        events.filter((event) => event.what === "link_made").length], [1, 1], `${name}: once`);
    const payments = (await till.get("/sandbox/mixpay/payments")).json
        .filter((payment) => payment.orderId === order.order_id);
    is(payments.length, 1, `${name}: MixPay has one payment`);
}

async function linked(till, order) {
    for (let minutes = 0; minutes < 5 && till.order(order.order_id).link_url === ""; minutes++) {
        await t.poll(() => till.order(order.order_id).link_url !== "", 0.6 / t.patience);
        if (till.order(order.order_id).link_url === "")
            till.moveClock(61);
    }
    return till.order(order.order_id).link_url !== "";
}

const stories = {
    /* The program dies while the order is placed and its link made; the form is sent again. */
    checkout: async (till, point) => {
        const form = await till.form("coffee"),
            before = till.sql("SELECT count(*) AS n FROM orders")[0].n;
        const { died } = await startFatal(till, "checkout", point);
        await t.sleep(150);
        const order = await placeOrder(till, form);
        await till.status(order.token);
        await insist(() => till.page(order.token));
        is(till.sql("SELECT count(*) AS n FROM orders")[0].n - before, 1,
            `checkout dies at ${point}: one order`);
        ok(await linked(till, order), `checkout dies at ${point}: the link is made`);
        await till.act(order, "paid");
        return { order, died };
    },
    /* The program dies while MixPay tells it something; MixPay tells it again. */
    callback: async (till, point) => {
        const order = await placeOrder(till);
        await t.poll(() => till.order(order.order_id).link_url !== "");
        const { died } = await startFatal(till, "callback", point);
        await t.sleep(150);
        await till.act(order, "paid");
        await insist(() => till.callback(order));
        return { order, died };
    },
    /* The worker finds a paid order to look at, and dies on it. */
    worker: async (till, point) => {
        await till.end("worker");
        const order = await placeOrder(till);
        await till.act(order, "paid");
        await t.poll(async () => (await till.payment(order)).callbacks.some((callback) =>
            callback.state !== "waiting"));
        return { order, ...await startFatal(till, "worker", point) };
    },
    "worker, later": (till, point) => stories.worker(till, point),
    /* MixPay was away when the order came: the worker makes the link, and dies on it. */
    "worker, link": async (till, point) => {
        await till.end("worker");
        await till.fault("one_time_payment", "500", 1);
        const order = await placeOrder(till);
        till.moveClock(3);
        const { died } = await startFatal(till, "worker", point);
        ok(await linked(till, order), `worker dies at ${point}: the link is made`);
        await till.act(order, "paid");
        return { order, died };
    },
};

async function dieEverywhere(programs) {
    const till = await t.openTill({ supervised: false, settings: { shop: { expiry: "40h" } } });
    await till.switches({ rate_limit: "off", callback_time_factor: 100 });
    till.expected.alarms.push("worker_trouble");
    for (const program of programs)
        for (const point of plan[program]) {
            const name = `${program} dies at ${point}`;
            const { order, died } = await stories[program](till, point);
            await endsWell(till, order, name);
            const how = await Promise.race([died, t.sleep(300).then(() => "alive")]);
            /* How many commits there are on the way depends on who naps when. */
            ok(how === "SIGKILL" || (/commit/.test(point) && /[5-9]$|1\d$/.test(point)),
                `${name}: it did`, how);
            till.moveClock(61);
        }
    await till.stop();
}

/* ---- under `mixtill serve` ------------------------------------------------------------------- */

/* Everything dies again and again while people buy. */
async function chaos() {
    const till = await t.openTill({ settings: { shop: { expiry: "40h" } } });
    await till.switches({ rate_limit: "off", callback_time_factor: 100 });
    till.expected.statuses.push("status=5");
    let going = true;
    const people = Array.from({ length: 6 }, async (_, i) => {
        const bought = [];
        while (going) {
            await t.sleep(60 * i);
            const form = await t.poll(async () => {
                const tried = await till.form("coffee");
                return tried.csrf === "" ? null : tried;
            }, 30, 100);
            const order = await placeOrder(till, form);
            bought.push(order);
            await t.poll(async () => {
                const answer = await till.post("/sandbox/mixpay/act", { orderId: order.order_id,
                    do: "paid" });
                return answer.status === 200 || answer.status === 409;
            }, 20, 200);
        }
        return bought;
    });
    for (const name of ["worker", "checkout", "callback", "worker", "checkout", "worker",
        "callback",
        "checkout", "worker"]) {
        till.kill(name);
        await t.sleep(500);
    }
    till.moveClock(61);
    await t.sleep(1500);
    going = false;
    const orders = (await Promise.all(people)).flat();
    ok(orders.length >= 12, "people went on buying while all programs died",
        `${orders.length} orders`);
    const unpaid = () => till.sql("SELECT order_id FROM orders WHERE state <> 'paid'");
    for (let minutes = 0; minutes < 20 && unpaid().length > 0; minutes++) {
        await t.poll(() => unpaid().length === 0, 1);
        till.moveClock(61);
        for (const { order_id: id } of unpaid()) /* whose link came late */
            await till.post("/sandbox/mixpay/act", { orderId: id, do: "paid" });
    }
    is(unpaid(), [], "each order of theirs is paid in the end");
    const twice = orders.filter((order) => till.events(order.order_id).filter((event) =>
        event.to_state === "paid" && event.from_state !== "paid").length !== 1);
    is(twice, [], "once");
    is(till.sql("SELECT count(*) AS n FROM orders")[0].n, new Set(orders.map((order) =>
        order.order_id)).size,
        "and there are no orders that nobody placed");
    is(till.sql("PRAGMA integrity_check")[0].integrity_check, "ok", "the database is whole");
    await till.stop();
}

/* Asked to end, a program finishes what it has in hand and leaves its socket to the next one. */
async function restarts() {
    const till = await t.openTill();
    let going = true, count = 0;
    const failed = [];
    const visitors = Array.from({ length: 8 }, async () => {
        const visitor = till.visitor();
        while (going) {
            const form = await visitor.form("card");
            const sent = await visitor.post("/checkout", { csrf: form.csrf, item: "card", qty: 1 });
            count += 2;
            for (const answer of [form.page, sent])
                if (answer.status !== 200 && answer.status !== 303)
                    failed.push(`${answer.status} ${answer.body.slice(0, 100)}`);
        }
    });
    for (let i = 0; i < 4; i++) {
        await t.sleep(600);
        await t.poll(() => till.lines(/what=serving program=checkout/).length > i);
        till.kill("checkout", "SIGTERM");
    }
    await t.sleep(1500);
    going = false;
    await Promise.all(visitors);
    is(failed, [], `checkout was started anew four times: none of ${count} requests failed`);
    is(till.lines(/what=died program=checkout how="exit 0"/).length, 4, "it ended well each time");

    const busy = Array.from({ length: 4 }, async () => {
        while (!till.stopped)
            await till.get("/checkout?item=coffee", { timeout: 5 });
    });
    await t.sleep(200);
    await till.stop();
    await Promise.all(busy);
}

async function gentleWorker() {
    const till = await t.openTill();
    const order = await till.buy("coffee");
    const calls = async () => (await till.requests("/mixpay/v1/payments_result")).length;
    const before = await calls();
    await till.fault("payments_result", "slow", 1, { ms: 2000 });
    await till.callback(order);
    await t.poll(async () => await calls() > before);
    await till.act(order, "paid", { callback: "none" });
    till.kill("worker", "SIGTERM");
    await t.poll(() => till.lines(/what=died program=worker/).length > 0, 20, 5);
    is(till.lines(/what=died program=worker how="exit 0"/).length, 1,
        "the worker ends well while MixPay is slow");
    is([till.order(order.order_id).state,
        till.sql("SELECT lease_ms FROM outbox WHERE kind = 'look' "
        + `AND subject = '${order.order_id}'`)], ["paid", [{ lease_ms: 0 }]],
            "it has used the answer first");
}

/* The supervisor itself dies: nobody stays behind, and the next one can start. */
async function supervisor() {
    const till = await t.openTill({ sandbox: false });
    till.children.serve.kill("SIGKILL");
    await till.children.serve.ended;
    delete till.children.serve;
    const left = () => till.processes().filter(({ words }) => !words[0].includes("nginx"));
    await t.poll(() => left().length === 0);
    is(left(), [], "`mixtill serve` is killed: its programs end, too");
    is((await till.get("/")).status, 502, "nobody is there");
    till.startServe();
    ok(await t.poll(async () => (await till.get("/checkout?item=coffee")).status === 200),
        "the next one starts");
    fs.rmSync(path.join(till.folder, "run/serve.lock"));
    like(till.log("serve"), /what=started program=checkout/, "as if nothing had been");
}

await t.story(async () => {
    everyPlaceIsTried();
    await Promise.all([dieEverywhere(["checkout", "callback"]), dieEverywhere(["worker"]),
        dieEverywhere(["worker, later"]).then(gentleWorker),
        dieEverywhere(["worker, link"]).then(chaos), restarts().then(supervisor)]);
});
