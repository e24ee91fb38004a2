/* sandbox_rig.mjs: the sandbox behind a real nginx, for one test; and facts in TAP.
 * SPDX-License-Identifier: ISC */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, writeFileSync }
    from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = process.env.MIXTILL_SOURCE ??
    path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const port = Number(process.env.MIXTILL_PORT ?? 18090);

let count = 0, failed = 0;

export function fact(name, holds, seen) {
    count++;
    if (!holds) failed++;
    console.log(`${holds ? '' : 'not '}ok ${count} - ${name.replaceAll('#', '')}`);
    if (!holds && seen !== undefined) {
        const text = typeof seen === 'string' ? seen : JSON.stringify(seen);
        console.log('# ' + text.slice(0, 2000).replaceAll('\n', '\n# '));
    }
    return holds;
}

/* Both written as JSON: good for the plain values that come out of an API. */
export function same(name, seen, expected) {
    return fact(name, JSON.stringify(seen) === JSON.stringify(expected),
        `seen ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`);
}

export function skip(name, why) {
    console.log(`ok ${++count} - ${name} # SKIP ${why}`);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* Waits until look() gives something true; what it gave last. */
export async function until(look, ms = 10000) {
    const end = Date.now() + ms;
    for (;;) {
        const seen = await look();
        if (seen || Date.now() > end) return seen;
        await sleep(50);
    }
}

function ended(child) {
    return child.exitCode !== null || child.signalCode !== null ? Promise.resolve()
        : new Promise((done) => child.once('exit', done));
}

/* The configuration as shipped, filled in for this folder. */
function writeNginx(folder) {
    const values = { PORT: port, RUN: `${folder}/run`, STATIC: `${source}/static`,
        LOG: `${folder}/log`, TMP: `${folder}/tmp`, CONF: folder };
    for (const name of readdirSync(`${source}/doc`).filter((it) => it.startsWith('nginx'))) {
        const text = readFileSync(`${source}/doc/${name}`, 'utf8');
        writeFileSync(`${folder}/${name.replace(/\.in$/, '')}`,
            text.replace(/@([A-Z]+)@/g, (all, key) => values[key] ?? all));
    }
}

/*
 * Starts it: { url, mix, get, post, act, result, restart, stop, folder }. `mix` is where MixPay's
 * pages are, mix + '/v1' its API.
 */
export async function startSandbox() {
    const folder = process.env.MIXTILL_TMP ?? mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    const url = `http://127.0.0.1:${port}`, mix = `${url}/sandbox/mixpay`;
    const program = path.join(process.env.MIXTILL_LIBEXECDIR ?? `${source}/libexec`, 'sandbox');
    const env = { ...process.env, MIXTILL_DATADIR: process.env.MIXTILL_DATADIR ?? source,
        PATH: `${process.env.PATH}:/usr/sbin` };
    for (const name of ['run', 'log', 'tmp']) mkdirSync(`${folder}/${name}`, { recursive: true });
    writeNginx(folder);

    const log = openSync(`${folder}/log/sandbox.log`, 'a');
    const run = () => spawn(program, ['--socket', `${folder}/run/sandbox.sock`, '--state',
        `${folder}/sandbox.db`, '--base', `${url}/sandbox`], { env, stdio: ['ignore', log, log] });
    const user = process.getuid() === 0 ? 'user root;' : '';
    let sandbox = run();
    const nginx = spawn('nginx', ['-p', folder, '-c', `${folder}/nginx.conf`, '-e',
        `${folder}/log/error.log`, '-g', `daemon off; ${user}`],
        { env, stdio: ['ignore', log, log] });
    process.on('exit', () => { nginx.kill(); sandbox.kill(); }); /* a test that fell over */

    const read = async (answer) => {
        const text = await answer.text();
        let body;
        try { body = JSON.parse(text); } catch { /* some answers are no JSON on purpose */ }
        return { status: answer.status, headers: answer.headers, text, body };
    };
    const rig = {
        folder, url, mix,
        get: async (at) => read(await fetch(mix + at, { redirect: 'manual' })),
        post: async (at, body, type = 'application/json') => read(await fetch(mix + at, {
            method: 'POST', redirect: 'manual', headers: { 'content-type': type },
            body: typeof body === 'string' ? body : JSON.stringify(body) })),
        act: (orderId, what, more = {}) => rig.post('/act', { orderId, do: what, ...more }),
        set: (switches) => rig.post('/switch', switches),
        ready: () => until(async () => {
            try {
                return nginx.exitCode === null && (await rig.get('/switch')).status === 200;
            } catch {
                return false;
            }
        }),
        kill: async (signal) => {
            sandbox.kill(signal);
            await ended(sandbox);
            return sandbox.exitCode;
        },
        restart: async () => { sandbox = run(); await rig.ready(); },
        stop: async () => {
            nginx.kill('SIGTERM');
            await ended(nginx);
            return rig.kill('SIGTERM');
        },
    };
    if (!await rig.ready()) {
        console.log(`Bail out! the sandbox does not answer: ${
            readFileSync(`${folder}/log/sandbox.log`, 'utf8').slice(-1000)}`);
        process.exit(1);
    }
    return rig;
}

/* A shop's callbackUrl: keeps what comes, and answers what `answer` says: [status, text, ms]. */
export async function startShop() {
    const shop = { got: [], answer: () => [200, '{"code":"SUCCESS"}', 0],
        url: `http://127.0.0.1:${port + 1}/callback` };
    const server = createServer((request, response) => {
        let text = '';
        request.on('data', (piece) => { text += piece; });
        request.on('end', async () => {
            const call = { at: Date.now(), method: request.method, headers: request.headers,
                body: JSON.parse(text) };
            shop.got.push(call);
            const [status, body, ms] = shop.answer(call, shop.got.length);
            await sleep(ms ?? 0);
            response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        });
    });
    await new Promise((done) => server.listen(port + 1, '127.0.0.1', done));
    shop.stop = () => { server.closeAllConnections(); server.close(); };
    shop.of = (orderId) => shop.got.filter((call) => call.body.orderId === orderId);
    return shop;
}

export function end() {
    console.log(`1..${count}`);
    process.exitCode = failed > 0 || count === 0 ? 1 : 0;
}
