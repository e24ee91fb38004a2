/* flow_sandbox_faults.mjs: the pretend MixPay's faults and callbacks, and input without sense.
 * SPDX-License-Identifier: ISC */
import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import { end, fact, port, same, sleep, startSandbox, startShop, until } from './sandbox_rig.mjs';

const rig = await startSandbox(), shop = await startShop();
const PAYEE = 'a0d77914-0877-4b47-ab1d-d3f94ed15d6a';
let orders = 0;
const create = async (more = {}) => {
    const orderId = `order-${String(++orders).padStart(5, '0')}`;
    await rig.post('/v1/one_time_payment', { payeeId: PAYEE, orderId, quoteAmount: '5',
        quoteAssetId: 'usd', settlementAssetId: 'c6d0c728-2624-429b-8e0d-d9d19b6592fa',
        callbackUrl: shop.url, ...more });
    return orderId;
};
const result = (orderId) =>
    rig.get(`/v1/payments_result?orderId=${orderId}&payeeId=${PAYEE}`);
const known = async (orderId) => (await rig.get(`/payments/${orderId}`)).status === 200;
const callbacks = async (orderId) => (await rig.get(`/payments/${orderId}`)).body.callbacks;
const seconds = async (what) => {
    const start = Date.now();
    await what();
    return (Date.now() - start) / 1000;
};

await rig.set({ rate_limit: 'off' });

/* ---- faults ---- */
const one = await create();
const fault = (kind, more = {}) =>
    rig.set({ fault: { path: 'payments_result', kind, times: 1, ...more } });
for (const [kind, check] of [
    ['drop', (it) => it.status === 502 && it.body === undefined],
    ['drop_after', (it) => it.status === 502 && it.body === undefined],
    ['500', (it) => it.status === 500],
    ['502', (it) => it.status === 502 && it.text.startsWith('<!doctype html>')],
    ['html', (it) => it.status === 200 && it.text.startsWith('<!doctype html>')],
    ['truncated', (it) => it.status === 200 && it.body === undefined &&
        it.text.startsWith('{"code":0')],
    ['1429', (it) => it.status === 200 && it.body.code === 1429],
    ['10008', (it) => it.body.code === 10008 && it.body.success === false],
    ['-1', (it) => it.body.code === -1],
    ['huge', (it) => it.text.length > 4000000 && it.body.data.status === 'unpaid']]) {
    await fault(kind);
    const struck = await result(one), after = await result(one);
    fact(`fault ${kind}`, check(struck), `${struck.status} ${struck.text.slice(0, 200)}`);
    same(`fault ${kind} strikes once`, after.body?.data?.status, 'unpaid');
}
await fault('slow', { ms: 700 });
fact('fault slow waits', await seconds(() => result(one)) >= 0.7);
fact('once', await seconds(() => result(one)) < 0.5);
await rig.set({ fault: { path: 'payments_result', kind: '-1', times: -1 } });
same('a fault for ever', [(await result(one)).body.code, (await result(one)).body.code], [-1, -1]);
same('of this call alone', (await rig.get('/v1/setting/quote_assets')).body.code, 0);
same('is shown', (await rig.get('/switch')).body.faults,
    [{ path: 'payments_result', kind: '-1', times: -1, ms: 25000 }]);
await rig.set({ fault: { path: 'payments_result', kind: 'off' } });
same('and taken away', (await result(one)).body.code, 0);
await rig.set({ fault: { path: '*', kind: '10008', times: 2 } });
same('a fault of all calls', [(await rig.get('/v1/setting/quote_assets')).body.code,
    (await result(one)).body.code, (await result(one)).body.code], [10008, 10008, 0]);
await rig.set({ error_http: 400, fault: { path: '*', kind: '1429', times: 1 } });
same('1429 with error_http 400', (await result(one)).status, 429);
await rig.set({ error_http: 200 });
for (const [kind, done] of [['drop', false], ['drop_after', true], ['truncated', true]]) {
    await rig.set({ fault: { path: 'one_time_payment', kind, times: 1 } });
    same(`a create struck by ${kind} has ${done ? '' : 'not '}happened`,
        await known(await create()), done);
}
{
    const { body } = await rig.get('/requests?path=/mixpay/v1/');
    same('struck calls are written down with their fault', body.requests.filter((it) =>
        it.fault === 'drop_after').length, 2);
}

/* ---- callbacks ---- */
await rig.set({ callback_time_factor: 100 });
{
    const orderId = await create();
    const { body } = await rig.act(orderId, 'paid');
    await until(() => shop.of(orderId).length);
    const [call] = shop.of(orderId);
    same('a callback names the payment and nothing else', [call.method, call.body,
        call.headers['content-type']], ['POST', { orderId, traceId: body.traceId, payeeId: PAYEE },
        'application/json']);
    await sleep(500);
    same('once, as it was taken in', shop.of(orderId).length, 1);
    same('and is on record', (await callbacks(orderId)).map((it) => [it.event, it.state,
        it.attempts.length, it.attempts[0].status]), [['success', 'done', 1, 200]]);
}
const events = 'settle|pending|paid_less';
const eventsOf = async (orderId) => (await callbacks(orderId)).map((it) => it.event);
{
    const quiet = await create(), loud = await create({ callbackEvent: events });
    for (const orderId of [quiet, loud])
        for (const what of ['confirming', 'paid_less', 'pending', 'auditing', 'audit_ok'])
            await rig.act(orderId, what);
    same('success alone without a subscription', await eventsOf(quiet), ['success']);
    same('more by subscription', await eventsOf(loud),
        ['pending', 'paid_less', 'pending', 'success', 'settle']);
    const failed = await create();
    await rig.act(failed, 'cancelled');
    same('fail', await eventsOf(failed), ['fail']);
    const late = await create({ callbackEvent: 'settle' });
    await rig.set({ settle: 'delayed' });
    await rig.act(late, 'paid');
    await rig.act(late, 'settle');
    await rig.set({ settle: 'now' });
    same('settle when it is settled', await eventsOf(late), ['success', 'settle']);
    const none = await create({ callbackUrl: undefined });
    await rig.act(none, 'paid');
    same('none without an address', await eventsOf(none), []);
}
for (const [name, answer] of [['FAIL', [200, '{"code":"FAIL"}']],
    ['500', [500, '{"code":"SUCCESS"}']], ['no JSON', [200, 'SUCCESS']]]) {
    shop.answer = () => answer;
    const orderId = await create();
    await rig.act(orderId, 'paid');
    await until(() => shop.of(orderId).length >= 3);
    fact(`${name} is tried again`, shop.of(orderId).length >= 3);
    shop.answer = () => [200, '{"code":"SUCCESS","more":1}'];
    await until(async () => (await callbacks(orderId))[0].state === 'done');
    same(`until SUCCESS`, (await callbacks(orderId))[0].state, 'done');
}
for (const [schedule, attempts, waits] of [['new', 9, [15, 15, 30, 180, 1800, 1800, 1800, 1800]],
    ['old', 10, [15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600]]]) {
    await rig.set({ callback_schedule: schedule, callback_time_factor: 6000 });
    shop.answer = () => [500, ''];
    const orderId = await create();
    await rig.act(orderId, 'paid');
    await until(async () => (await callbacks(orderId))[0].state === 'given_up', 30000);
    const [told] = await callbacks(orderId);
    same(`the ${schedule} schedule gives up after ${attempts}`, [told.state, told.attempts.length],
        ['given_up', attempts]);
    const gaps = told.attempts.slice(1).map((it, i) => it.at_ms - told.attempts[i].at_ms);
    fact('with its waits between them',
        waits.every((wait, i) => gaps[i] >= Math.floor(wait / 6)), gaps);
    shop.answer = () => [200, '{"code":"SUCCESS"}'];
}
await rig.set({ callback_schedule: 'new', callback_time_factor: 100 });
{
    await rig.set({ callbacks: 'twice' });
    const twice = await create();
    await rig.act(twice, 'paid');
    await until(() => shop.of(twice).length >= 2);
    same('twice', shop.of(twice).length, 2);
    await rig.set({ callbacks: 'none' });
    const none = await create();
    await rig.act(none, 'paid');
    same('none', await callbacks(none), []);
    await rig.set({ callbacks: 'late', callback_time_factor: 60 });
    const late = await create();
    await rig.act(late, 'paid');
    const start = Date.now();
    await until(() => shop.of(late).length);
    fact('late', shop.of(late).length === 1 && Date.now() - start > 800, Date.now() - start);
    await rig.set({ callbacks: 'forged' });
    const forged = await create(), before = shop.got.length;
    await rig.act(forged, 'confirming', { callback: 'normal' });
    await rig.act(forged, 'cancelled');
    await until(() => shop.got.length >= before + 2);
    const seen = shop.got.slice(before).map((call) => call.body);
    fact("forged: an order that is not there, and this one as somebody else's",
        seen.length === 2 &&
        seen.some((it) => it.orderId === 'forged-order-0001') &&
        seen.some((it) => it.orderId === forged && it.payeeId !== PAYEE), seen);
    await rig.set({ callbacks: 'out_of_order', callback_event: 'shown', callback_time_factor: 10 });
    const mixed = await create({ callbackEvent: events });
    await rig.act(mixed, 'confirming');
    await rig.act(mixed, 'paid');
    await until(() => shop.of(mixed).length >= 3);
    same('out of order, the event shown', shop.of(mixed).map((it) => it.body.callbackEvent),
        ['settle', 'success', 'pending']);
    await rig.set({ callbacks: 'normal', callback_event: 'hidden', callback_time_factor: 100 });
    const own = await create();
    await rig.act(own, 'paid', { callback: 'twice' });
    await until(() => shop.of(own).length >= 2);
    same('an act may say how', shop.of(own).length, 2);
}
{
    shop.answer = (call) => [200, '{"code":"SUCCESS"}', call.body.orderId === slow ? 3000 : 0];
    let slow = await create();
    await rig.act(slow, 'paid');
    await until(() => shop.of(slow).length);
    const quick = await create();
    await rig.act(quick, 'paid');
    fact('a slow shop does not hold up the others', await until(() => shop.of(quick).length, 1500));

    const waiting = await create();
    await rig.set({ callbacks: 'late', callback_time_factor: 20 });
    await rig.act(waiting, 'paid');
    await rig.kill('SIGKILL');
    await rig.restart();
    await until(() => shop.of(waiting).length);
    same('callbacks survive the end of the program', shop.of(waiting).length, 1);
    await rig.set({ callbacks: 'normal' });
}
const over = await create({ expiredTimestamp: 11 });

/* ---- fifty at once ---- */
{
    const orderId = await create();
    const answers = await Promise.all(Array.from({ length: 50 }, () => rig.act(orderId, 'paid')));
    same('fifty acts at once: one happens, the others are told so', [answers.filter((it) =>
        it.status === 200).length, answers.filter((it) => it.status === 409).length], [1, 49]);
    const same50 = await Promise.all(Array.from({ length: 50 }, () =>
        rig.post('/v1/one_time_payment', { payeeId: PAYEE, orderId: 'at-once-1', quoteAmount: '5',
            quoteAssetId: 'usd', settlementAssetId: 'c6d0c728-2624-429b-8e0d-d9d19b6592fa' })));
    same('fifty creates at once: one code',
        new Set(same50.map((it) => it.body.data?.code)).size, 1);
}

/* ---- what makes no sense ---- */
const raw = (text) => new Promise((done) => {
    let seen = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(10000, () => socket.destroy());
    socket.on('data', (piece) => { seen += piece; }).on('error', () => {});
    socket.on('close', () => done(seen));
});
const worst = [];
const note = (name, status) => {
    if (!(status >= 200 && status < 500)) worst.push([name, status]);
};
const bodies = ['', '{', '[]', 'null', '"x"', '{}', '{"orderId":1}', '{"orderId":{}}', '{"do":[]}',
    '{"orderId":"order-00001","do":null}', '{"orderId":"order-00001","do":"paid","with":1}',
    '{"orderId":"order-00001","do":"raw","result":[]}', '{"fault":[1,2]}', '{"fault":[{}]}',
    '{"fault":{"path":5,"kind":7}}', '{"orderId":"\\u0000"}', '{"orderId":"\\u0001"}', '\xff\xfe',
    '{"a":1,"a":2}', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`,
    `{"orderId":"${'a'.repeat(9000)}"}`,
    '{"receivers":5}', '{"receivers":[null]}', '{"receivers":{"a":1}}', 'receivers[]=%zz', '=&=&==',
    `{"payeeId":"${PAYEE}","quoteAmount":999999999999,"quoteAssetId":"jpy",`
    + '"settlementAssetId":"6770a1e5-6086-44d5-b60f-545f9d9e8ffd"}',
    '{"orderId":"order-00001","do":"confirming","have":1e3}', '{"traceId":"x","do":"paid"}',
    '{"orderId":"order-00001","do":"paid_less","paid":-1}',
    '{"orderId":"order-00001","do":"choose"}',
    '{"orderId":"order-00001","do":"fail","code":"x","reason":5,"force":true}',
    '{"orderId":"order-00001","do":"confirming","have":1,"need":10000,"force":true}',
    '{"orderId":"order-00001","do":"raw","result":{"status":{"a":[1.5e300,-0]}}}'];
for (const at of ['/act', '/switch', '/v1/one_time_payment', '/v1/multisig', '/v1/nothing', '/pay',
    `/trace/${randomUUID()}/act`])
    for (const body of bodies)
        for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain'])
            note(`${at} ${type} ${body.slice(0, 60)}`, (await rig.post(at, body, type)).status);
for (const at of ['/pay', '/pay?', '/pay?payeeId=', '/pay?payeeId=%00', '/pay?payeeId=%ff',
    '/pay?%zz', `/pay?payeeId=${PAYEE}&expiredTimestamp=999999999999999999999`,
    `/pay?payeeId=${PAYEE}&returnTo=javascript:alert(1)&orderId=script-1`, '/code/', '/code/x',
    '/code/%00', '/code/../../etc', '/trace/x', '/trace//state', '/tx/x', '/payments/x',
    '/payments/%ff', '/requests?path=%25', '/v1/', '/v1/user/mixin_uuid/%2e%2e',
    '/v1/payments_result?with=,,,', `/v1/payments_result?traceId=${'a'.repeat(7000)}`, '/%',
    `/v1/payments_result?${Array.from({ length: 70 }, (_, i) => `a${i}=1`).join('&')}`])
    note(at, (await rig.get(at)).status);
for (const [line, rest] of [['GET /sandbox/mixpay/v1/payments_result', 'X-A: 1\r\nX-A: 2\r\n\r\n'],
    ['PUT /sandbox/mixpay/act', 'Content-Length: 0\r\n\r\n'],
    ['POST /sandbox/mixpay/act', 'Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n'
        + 'a'.repeat(60000)],
    ['GET /sandbox/mixpay/pay?a=\xff\xfe', '\r\n']]) {
    const answer = await raw(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`);
    note(line, Number(answer.slice(9, 12)));
}
same('nothing sent makes it stumble', worst, []);
const page = await rig.get(`/pay?payeeId=${PAYEE}&orderId=script-2&quoteAmount=5&remark=${
    encodeURIComponent('<script>alert(1)</script>')}&returnTo=javascript:alert(1)`);
await rig.act('script-2', 'paid');
const after = await rig.get('/payments/script-2');
const finished = await rig.get(`/trace/${after.body.traceId}?done=1`);
fact('what a shop writes stays text', page.status === 200 && !page.text.includes('<script>alert') &&
    !finished.text.includes('javascript:') && finished.headers.get('refresh') === null,
    finished.text);
const foreign = await fetch(`${rig.mix}/trace/${after.body.traceId}/act`, { method: 'POST',
    headers: { origin: 'https://evil.example',
        'content-type': 'application/x-www-form-urlencoded' },
    body: 'do=unpaid&force=1' });
same("another site's form is refused", foreign.status, 403);

await until(() => shop.of(over).length, 15000);
await sleep(300);
same('running out of time is told once', [await eventsOf(over), shop.of(over).length],
    [['fail'], 1]);

shop.stop();
same('SIGTERM ends it cleanly', await rig.stop(), 0);
end();
