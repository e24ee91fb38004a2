/* flow_states.mjs: every state an order can be in, by MixPay's word and nothing else; what its page
 * and its status say in each, in two languages; and that the books are right.
 * SPDX-License-Identifier: ISC */
import fs from "node:fs";
import path from "node:path";
import * as t from "./till.mjs";

const { ok, is, like, unlike } = t;

const texts = Object.fromEntries(["en", "de"].map((language) => [language, JSON.parse(
    fs.readFileSync(path.join(t.source, "templates/lang", `${language}.json`), "utf8"))]));

const asHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">",
    "&gt;")
    .replaceAll("\"", "&quot;").replaceAll("'", "&#39;");
const filled = (language, key, values = {}) => asHtml((texts[language][key] ?? `(no ${key})`)
    .replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole));
const flagBits = ["mismatch", "settlement", "unknown_status", "trace", "contradiction",
    "late_money",
    "link_refused", "unreadable", "accepted", "dismissed", "surplus"];
const flagsOf = (row) => flagBits.filter((_, place) => row.flags >> place & 1);

/* One shop and the orders of one chapter. */
class Chapter {
    constructor(till) {
        this.till = till;
        this.nudges = 0;
    }

    /* Time goes on a minute, so that the calls of the last one are forgotten: callbacks may cause
     * but 15 of them. */
    rest() {
        this.till.moveClock(61);
        this.nudges = 0;
    }

    /* Many orders wait for their turn to be asked for: then time goes on. */
    async wait(holds) {
        for (let minutes = 0; minutes < 10 && !await t.poll(holds, 1.5); minutes++)
            this.rest();
    }

    /* MixPay is asked soon: a callback without any news. */
    async nudge(order) {
        if (++this.nudges > 6)
            this.rest();
        const answer = await this.till.callback(order);
        if (answer.status !== 200)
            throw new Error(`callback: ${answer.status} ${answer.body}`);
    }

    async act(order, what, more = {}) {
        const done = await this.till.act(order, what, more);
        await this.nudge(order);
        return done;
    }

    /* The order comes to this state with these flags; page and status say so. */
    async comes(order, name, { state, flags = [], about = `state_${state}`, waiting = false,
        failure = "",
        confirmations = null, payable = false, says = [], silent = [], where = () => true }) {
        const there = (seen) => seen.state === state && flagsOf(seen).join() === flags.join()
            && seen.failure_code === failure && where(seen);
        let row;
        await this.wait(() => {
            row = this.till.order(order.order_id);
            return there(row);
        });
        is([row.state, flagsOf(row), row.failure_code],
            [state, flags, failure], `${name}: state and flags`,
            this.till.events(order.order_id).map((event) =>
                `${event.what}: ${event.detail}`).join("\n"));
        const { version, now, seconds, ...status } = await this.till.status(order.token);
        is(status, { state, flags, order_id: order.order_id, waiting, failure_code: failure,
            confirmations,
            headline: texts.en[`${about}_headline`] }, `${name}: the status`);
        ok(/^\d+\.\w+$/.test(version) && Math.abs(now - this.till.now) < 5,
            `${name}: version and time`);
        is(seconds !== null, payable, `${name}: ${payable ? "can" : "cannot"} be paid now`);
        for (const language of ["en", "de"]) {
            const page = await this.till.page(order.token, language);
            is(page.status, 200, `${name}: the page (${language})`);
            like(page.body, new RegExp(`<h1[^>]*>${filled(language, `${about}_headline`)
                .replace(/[.*+?^$(){}|[\]\\]/g,
                    "\\$&")}</h1>`), `${name}: its headline (${language})`);
            for (const [key, values] of says)
                ok(page.body.includes(filled(language, key, values)),
                    `${name}: it says ${key} (${language})`,
                    filled(language, key, values), page.body);
            for (const pattern of silent)
                unlike(page.body, pattern, `${name}: nothing of ${pattern} (${language})`);
            is(/<a class="button" id="pay"/.test(page.body), payable,
                `${name}: the button (${language})`);
            is(/<meta http-equiv="refresh"/.test(page.body), waiting,
                `${name}: it refreshes (${language})`);
        }
        return row;
    }

    buy(item = "coffee", more) {
        return this.till.buy(item, more);
    }

    story(order) {
        return this.till.events(order.order_id).map((event) => event.what)
            .filter((what) => what !== "seen_unpaid" && what !== "seen_something");
    }
}

/* Opens an order's link as the shopper's browser does. */
async function tap(till, order, change = (link) => link) {
    const link = new URL(till.order(order.order_id).link_url);
    const changed = change(link) ?? link;
    return till.get(`${changed.pathname}${changed.search}`);
}

/* ---- from open to paid ----------------------------------------------------------------------- */

async function onTheWay(item) {
    const c = new Chapter(await t.openTill({ settings: { shop: { expiry: "4h" } } }));
    const named = (name) => `${item}, ${name}`;
    const start = async () => {
        const order = await c.buy(item);
        await tap(c.till, order);
        return order;
    };
    const paidSays = [["receipt_headline"], ["paid_with"], ["print"]];

    let order = await start();
    await c.comes(order, named("open"), { state: "open", waiting: true, payable: true,
        says: [["pay_with_crypto"], ["time_left"]] });
    await c.act(order, "confirming", { have: 1, need: 3 });
    await c.comes(order, named("1 of 3"), { state: "confirming", waiting: true,
        confirmations: { have: 1, need: 3 }, says: [["confirmations_text", { have: 1,
            need: 3 }]] });
    await c.act(order, "confirming", { have: 2, need: 3 });
    await c.comes(order, named("2 of 3"), { state: "confirming", waiting: true,
        confirmations: { have: 2, need: 3 }, says: [["confirmations_text", { have: 2, need: 3 }]],
        where: (row) => row.confirmations === 2 });
    await c.act(order, "paid");
    const row = await c.comes(order, named("paid"), { state: "paid", says: paidSays });
    ok(Math.abs(row.paid_at - c.till.now) < 20, named("paid: when"));
    const page = await c.till.page(order.token);
    ok(page.body.includes(`${row.payment_amount} ${row.payment_symbol}`), named("paid: with what"));
    is(c.story(order).slice(-2), ["seen_confirming", "proven_paid"], named("paid: the story"));

    order = await start();
    await c.act(order, "paid_less", { paid: "0.00001" });
    let less = await c.comes(order, named("short"), { state: "paid_less", waiting: true,
        payable: true });
    const rest = (from) => {
        const left = t.units(from.payable_amount) - t.units(from.payment_amount);
        return `0.${String(left).padStart(8, "0").replace(/0+$/, "")}`;
    };
    const shown = async (from, name) => like((await c.till.page(order.token)).body,
        new RegExp(`Still to pay</span> ${rest(from)} <small>${from.payable_symbol}<`),
            named(name));
    await shown(less, "what is left is shown");
    is(less.link_url, c.till.order(order.order_id).link_url, named("the same link takes the rest"));
    await c.act(order, "top_up", { paid: "0.00001" });
    less = await c.comes(order, named("still short"), { state: "paid_less", waiting: true,
        payable: true,
        where: (seen) => seen.payment_amount === "0.00002" });
    await shown(less, "and less is left");
    await c.act(order, "top_up");
    await c.comes(order, named("topped up"), { state: "paid", says: paidSays });

    order = await start();
    await c.act(order, "surplus");
    const more = await c.comes(order, named("too much"), { state: "paid", flags: ["surplus"],
        says: [...paidSays, ["surplus_label"]] });
    ok(t.units(more.surplus_amount) > 0n, named("too much: how much"));

    order = await start();
    await c.act(order, "pending");
    await c.comes(order, named("pending"), { state: "pending", waiting: true,
        silent: [/id="pay"/] });
    await c.act(order, "auditing");
    await c.comes(order, named("under review"), { state: "auditing", waiting: true });
    await c.act(order, "audit_ok");
    await c.comes(order, named("review passed"), { state: "paid", says: paidSays });
    is(c.story(order).slice(-3), ["seen_pending", "seen_auditing", "proven_paid"],
        named("review passed: the story"));

    order = await start();
    await c.act(order, "auditing");
    await c.comes(order, named("another review"), { state: "auditing", waiting: true });
    await c.act(order, "audit_failed");
    await c.comes(order, named("rejected"), { state: "failed", failure: "10095",
        says: [["failure_10095"], ["new_order"]] });

    await c.till.switches({ settle: "delayed" });
    order = await start();
    await c.act(order, "paid");
    await c.comes(order, named("not settled"), { state: "paid",
        where: (seen) => seen.settle_status === "pending" });
    is(c.till.sql(`SELECT state FROM outbox WHERE kind = 'look' AND subject = '${order.order_id}'`),
        [{ state: "due" }], named("not settled: watched on"));
    await c.act(order, "settle");
    const settled = await c.comes(order, named("settled later"), { state: "paid",
        says: [["settlement"]],
        where: (seen) => seen.settle_status === "success" });
    is([settled.settle_asset, settled.settle_symbol],
        [t.coins.BTC, "BTC"], named("settled: in our coin"));
    await t.poll(() => c.till.sql(`SELECT state FROM outbox WHERE kind = 'look' AND subject = '${
        order.order_id}'`)[0].state === "done");
    is(c.till.sql(`SELECT state FROM outbox WHERE kind = 'look' AND subject = '${order.order_id}'`),
        [{ state: "done" }], named("settled: no more looks"));
    is(c.story(order).filter((what) => what === "proven_paid").length >= 1, true,
        named("settled: the story"));
}

/* ---- failures -------------------------------------------------------------------------------- */

async function failures() {
    const c = new Chapter(await t.openTill({ settings: { shop: { expiry: "4h" } } }));
    let count = 0;
    for (const [what, code, more] of [["cancelled", "40032"], ["wrong_asset", "40020"],
        ["double", "40021"], ["volatility", "40025"], ["overtime", "40000"],
        ["short_at_deadline", "40024"],
        ["fail", "10003", { code: "10003", reason: "no <such> asset" }],
        ["fail", "40027", { code: 40027 }]]) {
        const order = await c.buy(++count % 2 === 0 ? "coffee" : "card");
        await tap(c.till, order);
        await c.act(order, what, more);
        await c.comes(order, `${what} ${code}`, { state: "failed", failure: code,
            says: [["failure_label"], [`failure_${code}`], ["new_order"]], silent: [/id="pay"/] });
    }
    const odd = await c.buy();
    await c.act(odd, "fail", { code: "99999" });
    await c.comes(odd, "an unknown code", { state: "failed", failure: "99999",
        says: [["failure_unknown", { code: "99999" }], ["failure_code"]] });
    const none = await c.buy();
    await c.act(none, "fail", { code: "0" });
    await c.comes(none, "a failure without a code", { state: "failed", failure: "unknown" });
    await c.till.switches({ failure_code: "number" });
    const number = await c.buy();
    await c.act(number, "cancelled");
    await c.comes(number, "a code that is a number", { state: "failed", failure: "40032" });
    const short = await c.buy();
    await c.act(short, "paid_less");
    await c.comes(short, "short, again", { state: "paid_less", waiting: true, payable: true });
    await c.act(short, "short_at_deadline");
    await c.comes(short, "short at the deadline", { state: "failed", failure: "40024" });

    /* Final is final. */
    for (const what of ["paid", "confirming", "cancelled"])
        await c.till.act(odd, what, { force: true });
    await c.nudge(odd);
    await t.sleep(700);
    is(c.till.order(odd.order_id).state, "failed", "an order that failed stays failed");
}

/* ---- time ------------------------------------------------------------------------------------ */

async function tooLate(old) {
    const till = await t.openTill({ alarms: ["order_needs_you", "order_flagged"] });
    const c = new Chapter(till), named = (name) => `${old ? "old" : "new"} statuses, ${name}`;
    await till.switches({ status_set: old ? "old" : "new", unknown_order: old ? "404" : "10062" });
    const untapped = await c.buy(), tapped = await c.buy(), card = await c.buy("card"),
        open = await c.buy("card");
    const short = await c.buy(), late = await c.buy(), slow = await c.buy(), lost = await c.buy();
    const dismissed = await c.buy();
    for (const order of [tapped, open, short, late, slow, lost])
        await tap(till, order);
    await till.act(slow, "confirming", { have: 1, need: 3 });
    await c.nudge(slow);
    /* Older servers say the same of what is paid in full, confirmed or not. */
    const onItsWay = old ? { state: "pending", waiting: true }
        : { state: "confirming", waiting: true, confirmations: { have: 1, need: 3 } };
    await c.comes(slow, named("confirming before the deadline"), onItsWay);
    await till.act(short, "paid_less");
    await c.comes(short, named("short before the deadline"), { state: "paid_less", waiting: true,
        payable: true });

    till.moveClock(1801);
    const expired = { state: "expired", says: [["new_order"]], silent: [/id="pay"/] };
    for (const [name, order] of [["never tapped", untapped], ["tapped", tapped],
        ["a Paylink never opened", card], ["a Paylink opened", open]])
        await c.comes(order, named(`expired, ${name}`), expired);
    if (old)
        await c.comes(short, named("short at the deadline"), expired);
    else
        await c.comes(short, named("short at the deadline"), { state: "failed", failure: "40024" });
    await c.comes(slow, named("confirming after the deadline"), onItsWay);
    await c.act(slow, "paid");
    await c.comes(slow, named("confirmed after the deadline: in time"), { state: "paid" });

    for (const order of [late, lost, dismissed])
        await c.wait(() => till.order(order.order_id).state === "expired");
    till.moveClock(86400);
    await till.act(late, "paid", { callback: "none" });
    await till.act(lost, "confirming", { have: 1, need: 3, callback: "none" });
    till.moveClock(1860); /* by now both were looked for once more */
    await c.comes(late, named("paid a day late, seen without a callback"), { state: "paid_late" });
    await c.comes(lost, named("money on its way after the deadline"), { state: "expired",
        flags: ["late_money"], about: "late_money", waiting: true });
    const came = till.order(late.order_id);
    ok(came.trace_id !== null && came.paid_at > came.expires_at, named("when, and by which trace"));
    await c.act(lost, "paid");
    await c.comes(lost, named("it arrives"), { state: "paid_late" });
    await c.act(dismissed, "confirming", { have: 1, need: 3 });
    await c.comes(dismissed, named("more on its way"), { state: "expired", flags: ["late_money"],
        about: "late_money", waiting: true });
    await c.act(dismissed, "overtime");
    await c.wait(() => till.order(dismissed.order_id).failure_code === "40000");
    const sent = till.order(dismissed.order_id);
    is([sent.state, sent.failure_code], ["expired", "40000"], named("sent back: still expired"));
    is((await till.status(dismissed.token)).headline, texts.en.state_expired_headline,
        named("and its page says so"));

    till.moveClock(2 * 86400);
    const due = () => till.sql("SELECT subject FROM outbox WHERE kind = 'look' AND state = 'due'");
    await c.wait(() => due().length === 0);
    is(due(), [],
        named("after the watch nobody is asked for"));
    await c.act(tapped, "paid");
    await c.comes(tapped, named("a callback after the watch"), { state: "paid_late" });

    const accepted = till.command("resolve", late.order_id, "--accept", "--reason",
        "was on the phone");
    is(accepted.code, 0, named("a person accepts"), accepted.err);
    await c.comes(late, named("accepted"), { state: "paid", flags: ["accepted"] });
    const refused = till.command("resolve", lost.order_id, "--dismiss", "--reason", "sent back");
    is(refused.code, 0, named("a person dismisses"), refused.err);
    await c.comes(lost, named("dismissed"), { state: "paid_late", flags: ["dismissed"],
        about: "late_dismissed" });
    is(till.command("resolve", untapped.order_id, "--accept").code !== 0, true,
        named("not without a reason"));
    const told = till.command("explain", late.order_id);
    is(told.code, 0, named("the story is told"), told.err);
    like(told.out, /was on the phone/, named("with the reason"));
}

/* ---- what is not what was agreed ------------------------------------------------------------- */

async function edited() {
    const till = await t.openTill({ alarms: ["order_flagged"] });
    const c = new Chapter(till);
    const held = { state: "open", flags: ["mismatch"], about: "mismatch", waiting: true,
        says: [["new_order"]] };
    for (const [name, change, expected] of [
        ["a smaller quoteAmount", (link) => link.searchParams.set("quoteAmount", "0.5"), held],
        ["a larger quoteAmount", (link) => link.searchParams.set("quoteAmount", "5.01"), held],
        ["an added amount", (link) => link.searchParams.set("amount", "0.5"), held],
        ["another quoteAssetId", (link) => link.searchParams.set("quoteAssetId", "cny"), held],
        ["another settlementAssetId", (link) => link.searchParams.set("settlementAssetId",
            t.coins.ETH),
            { ...held, flags: ["mismatch", "settlement"] }],
        ["no quoteAmount, typed in later", (link) => link.searchParams.delete("quoteAmount"), held],
        ["the same amount in other words", (link) => link.searchParams.set("quoteAmount", "5.000"),
            { state: "paid" }],
    ]) {
        const order = await c.buy("card");
        const page = await tap(till, order, (link) => { change(link); });
        is(page.status < 400, true, `Paylink edited, ${name}: MixPay takes it`, page.body);
        if (/no quoteAmount/.test(name))
            await till.act(order, "amount", { amount: "1" });
        await c.act(order, "paid");
        const row = await c.comes(order, `Paylink edited, ${name}`, expected);
        if (expected === held)
            is([row.paid_at, c.story(order).includes("proven_paid")],
                [0, false], `${name}: not paid`);
    }
    const foreign = await c.buy("card");
    const other = "3f1e5bd1-6a0c-4f27-9c15-0d6a5a9b7c11";
    await tap(till, foreign, (link) => { link.searchParams.set("payeeId", other); });
    await till.act(foreign, "paid", { payeeId: other });
    await c.nudge(foreign);
    await t.sleep(700);
    is(till.order(foreign.order_id).state, "open", "paid to another payee: not paid");
    const swapped = await c.buy("card"), victim = await c.buy("tshirt");
    await tap(till, swapped, (link) => { link.searchParams.set("orderId", victim.order_id); });
    await c.nudge(victim);
    await t.sleep(700);
    is(till.order(victim.order_id).state, "open",
        "somebody else's order in the link: nothing happens to it");
    const mine = await c.buy("card");
    till.moveClock(1801);
    for (const [order, name] of [[mine, "others go on"],
        [foreign, "what went to somebody else runs out"]]) {
        await c.wait(() => till.order(order.order_id).state === "expired");
        is(till.order(order.order_id).state, "expired", name);
    }
}

/* The result itself says something else. */
async function strange() {
    const till = await t.openTill({ settings: { shop: { expiry: "4h" } },
        alarms: ["order_flagged", "order_needs_you"] });
    const c = new Chapter(till);
    const held = (...flags) => ({ state: "open", flags, about: "mismatch", waiting: true });
    const told = async (name, result, expected, first = "paid") => {
        const order = await c.buy();
        await till.act(order, first, { callback: "none" });
        await till.act(order, "raw", { result, callback: "none" });
        await c.nudge(order);
        await c.comes(order, name, expected);
        return order;
    };
    const other = "3f1e5bd1-6a0c-4f27-9c15-0d6a5a9b7c11", paid = { state: "paid" };
    await told("another payee", { payeeId: other }, held("mismatch"));
    await told("our payee in capitals, without dashes",
        { payeeId: t.payee.replaceAll("-", "").toUpperCase() }, paid);
    await told("another asset", { quoteAssetId: t.coins.BTC }, held("mismatch"));
    await told("our asset in capitals", { quoteAssetId: "USD" }, paid);
    await told("another amount", { quoteAmount: "4.99999999" }, held("mismatch"));
    await told("the amount padded", { quoteAmount: "5.00000000" }, paid);
    await told("the amount as a number", { quoteAmount: 5 }, paid);
    for (const amount of ["5e0", "+5", " 5x", "", "5.000000000", "05", "-5", "0x5", "five"])
        await told(`the amount "${amount}"`, { quoteAmount: amount }, held("unreadable"));
    await told("no amount", { quoteAmount: null }, held("unreadable"));
    await told("a trace that is none", { traceId: "x" }, held("trace"));
    await told("settled in another coin", { settleAsset: t.coins.ETH }, { state: "paid",
        flags: ["settlement"] });

    const hostile = await told("texts that are code", { paymentSymbol: "<script>alert(1)</script>",
        txid: "\"><img src=x onerror=alert(1)>", blockExplorerUrl: "javascript:alert(1)",
        payee: "{{text.paid_at}}", settleSymbol: "'; DROP TABLE orders; --" }, { ...paid,
        silent: [/<script>alert/, /<img src=x/, /javascript:/, /(href|src)="[^"]*onerror/] });
    like(till.order(hostile.order_id).payment_symbol, /<script>/, "are kept as they came");
    for (const [name, result] of [["transactions that are none", { transactions: "x" }],
        ["transactions of numbers", { transactions: [1, null, { confirmations: -7,
            requiredConfirms: "y" }] }],
        ["a date before all time", { date: -5 }], ["a date after all time",
            { date: "9223372036854775807" }],
        ["a date that is none", { date: { year: 2026 } }], ["no payment part", { payment: null }],
        ["confirmations beyond all", { confirmations: 1e300 }],
        ["amounts of 400 digits", { paymentAmount: "9".repeat(400),
            payableAmount: "1".repeat(400) }],
        ["amounts that are lists", { paymentAmount: [1], surplusAmount: { a: 1 } }]])
        await told(name, result, paid);

    const first = await c.buy(), second = await c.buy();
    await c.act(first, "paid");
    await till.until(first, "paid");
    await till.act(second, "paid", { callback: "none" });
    await till.act(second, "raw", { result: { traceId: till.order(first.order_id).trace_id },
        callback: "none" });
    await c.nudge(second);
    await c.comes(second, "a trace that proved another order", held("trace"));
    is(till.order(second.order_id).trace_id, null, "is not taken");

    const turned = await c.buy();
    await c.act(turned, "confirming", { have: 1, need: 2 });
    await till.until(turned, "confirming");
    await till.act(turned, "raw", { result: { traceId: other, status: "success" },
        callback: "none" });
    await c.nudge(turned);
    await c.comes(turned, "another trace than before", { state: "confirming", flags: ["trace"],
        about: "mismatch", waiting: true, confirmations: { have: 1, need: 2 } });

    const unknown = await told("an unknown status", { status: "processing" },
        { state: "open", flags: ["unknown_status"], waiting: true, payable: true }, "unpaid");
    await till.act(unknown, "raw", { result: null, callback: "none" });
    await c.act(unknown, "paid");
    await c.comes(unknown, "a known one after it", paid);
    for (const status of ["SUCCESS", "success ", "", null, true, 1, ["success"], { success: true }])
        await told(`the status ${JSON.stringify(status)}`, { status },
            { state: "open", flags: ["unknown_status"], waiting: true, payable: true });

    await till.switches({ settle: "delayed" });
    const back = await c.buy();
    await c.act(back, "paid");
    await till.until(back, "paid");
    await till.act(back, "cancelled", { force: true });
    await c.nudge(back);
    await c.comes(back, "a success taken back", { state: "paid", flags: ["contradiction"] });
    is(c.story(back).filter((what) => what === "proven_paid").length, 1, "it was paid once");

    const accept = await told("held", { quoteAmount: "4" }, held("mismatch"));
    await till.act(accept, "raw", { result: null, callback: "none" });
    await c.nudge(accept);
    await t.sleep(700);
    is(till.order(accept.order_id).state, "open", "held is held, even when all is right later");
    is(till.command("resolve", accept.order_id, "--accept", "--reason",
        "paid the rest in cash").code, 0,
        "until a person accepts");
    await c.comes(accept, "accepted", { state: "paid", flags: ["mismatch", "accepted"] });
    const dismiss = await told("held, too", { quoteAmount: "4" }, held("mismatch"));
    is(till.command("resolve", dismiss.order_id, "--dismiss", "--reason", "sent back").code, 0,
        "or dismisses");
    const gone = await till.until(dismiss, "failed");
    is([gone.state, flagsOf(gone)], ["failed", ["mismatch", "dismissed"]], "dismissed");
    is(till.sql("SELECT count(*) AS n FROM orders WHERE state = 'paid'")[0].n,
        till.sql("SELECT count(DISTINCT order_id) AS n FROM event WHERE to_state = 'paid' AND "
            + "from_state <> 'paid'")[0].n, "no order is paid without an event that says why");
}

/* ---- older servers --------------------------------------------------------------------------- */

async function olderWords() {
    const c = new Chapter(await t.openTill({ settings: { shop: { expiry: "4h" } } }));
    await c.till.switches({ status_set: "old", failure_code: "number", error_http: "400",
        error_data: "{}",
        date_when_unpaid: "null", settle: "now" });
    const order = await c.buy();
    await c.act(order, "confirming", { have: 1, need: 3, paid: "0.00001" });
    await c.comes(order, "old words: confirming, but short", { state: "confirming", waiting: true,
        where: (row) => row.confirmations === 1, confirmations: { have: 1, need: 3 } });
    await c.act(order, "paid_less", { paid: "0.00001" });
    await c.comes(order, "old words: short", { state: "paid_less", waiting: true, payable: true });
    await c.act(order, "pending");
    await c.comes(order, "old words: pending", { state: "pending", waiting: true });
    await c.act(order, "paid");
    await c.comes(order, "old words: paid", { state: "paid" });
    const failed = await c.buy();
    await c.act(failed, "cancelled");
    await c.comes(failed, "old words: failed", { state: "failed", failure: "40032" });
    const audited = await c.buy();
    await c.act(audited, "auditing");
    await c.comes(audited, "old words: auditing", { state: "auditing", waiting: true });
    const card = await c.buy("card");
    await c.nudge(card);
    await t.sleep(500);
    await c.comes(card, "old words: unknown to MixPay yet", { state: "open", waiting: true,
        payable: true });
}

/* No coin is configured to receive: the payee gets what was paid. */
async function asPaid() {
    const c = new Chapter(await t.openTill({ settings: {
        shop: { settlement_asset: "", link: "paylink" },
        items: Object.fromEntries(["coffee", "tshirt", "hidden", "soldout", "pair",
            "card"].map((name) =>
            [name, { name, price: "5", currency: "usd", link: "paylink" }])),
    } }));
    const order = await c.buy("card");
    unlike(c.till.order(order.order_id).link_url, /settlementAssetId/,
        "as paid: no coin in the link");
    await tap(c.till, order);
    await c.act(order, "choose", { coin: "ETH" });
    await c.act(order, "paid");
    const row = await c.comes(order, "as paid: paid in ETH", { state: "paid" });
    is([row.payment_symbol, row.settle_asset], ["ETH", t.coins.ETH], "as paid: settled in ETH");
}

async function noSuchOrder() {
    const till = await t.openTill({ sandbox: true });
    for (const language of ["en", "de"]) {
        const page = await till.page("AAAAAAAAAAAAAAAAAAAAAA", language);
        is(page.status, 404, `no such order: 404 (${language})`);
        ok(page.body.includes(filled(language, "problem_order_missing_headline")),
            `and says so (${language})`);
    }
}

await t.story(async () => {
    for (const group of [[() => onTheWay("coffee"), () => onTheWay("card"), failures, asPaid,
        noSuchOrder],
        [() => tooLate(false), () => tooLate(true), edited, strange, olderWords]])
        await Promise.all(group.map((chapter) => chapter()));
});
