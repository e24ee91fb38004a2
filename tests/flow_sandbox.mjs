/* flow_sandbox.mjs: the pretend MixPay's API: terms, refusals, every act, every switch.
 * SPDX-License-Identifier: ISC */
import { randomUUID } from 'node:crypto';
import { end, fact, same, sleep, startSandbox } from './sandbox_rig.mjs';

const rig = await startSandbox();
const PAYEE = 'a0d77914-0877-4b47-ab1d-d3f94ed15d6a';
const BTC = 'c6d0c728-2624-429b-8e0d-d9d19b6592fa';
const USDT = '4d8c508b-91c5-375b-92b0-ee702ed2dac5';
const TRX = '25dabac5-056a-48ff-b9f9-f67395dc407c';
const now = () => Math.floor(Date.now() / 1000);

let orders = 0;
const newOrder = () => `order-${String(++orders).padStart(5, '0')}`;
const terms = (more = {}) => ({ payeeId: PAYEE, orderId: newOrder(), quoteAmount: '5',
    quoteAssetId: 'usd', settlementAssetId: BTC, ...more });
const create = (more) => rig.post('/v1/one_time_payment', terms(more));
const made = async (more = {}) => {
    const orderId = newOrder();
    const { body } = await create({ orderId, ...more });
    return { orderId, code: body.data.code };
};
const result = async (orderId, more = '') =>
    (await rig.get(`/v1/payments_result?orderId=${orderId}&payeeId=${PAYEE}${more}`)).body;
const data = async (orderId, more) => (await result(orderId, more)).data;
const pick = (object, ...names) => Object.fromEntries(names.map((it) => [it, object[it]]));

await rig.set({ rate_limit: 'off' });

/* For the deadlines further below: nothing shorter than 11 s is taken. */
const late = await made({ expiredTimestamp: 11 }), short = await made({ expiredTimestamp: 11 });
const over = sleep(12500);
await rig.act(short.orderId, 'paid_less');

/* ---- what a create takes and refuses ---- */
{
    const { body, headers } = await create();
    same('a create answers with the envelope', [body.code, body.success, body.message,
        Object.keys(body.data), typeof body.timestampMs], [0, true, '', ['code'], 'number']);
    same('and as JSON', headers.get('content-type'), 'application/json');

    const form = new URLSearchParams(terms({ tagname: 'shop', isTemp: '1' })).toString();
    const ways = [
        ['as a form, fields it does not know included',
            rig.post('/v1/one_time_payment', form, 'application/x-www-form-urlencoded')],
        ['as a query with no body', rig.post(`/v1/one_time_payment?${
            new URLSearchParams(terms())}`, '')],
        ['with neither order nor trace', create({ orderId: undefined })],
        ['with a padded amount', create({ quoteAmount: '10.00000000' })],
        ['with an amount that is a number', rig.post('/v1/one_time_payment',
            JSON.stringify(terms()).replace('"5"', '19.99'))],
        ['quoted in capitals', create({ quoteAssetId: 'USD' })],
        ['for a payee without dashes', create({ payeeId: PAYEE.replaceAll('-', '') })],
        ['with strictMode true', create({ strictMode: true })],
        ['with strictMode "1"', create({ strictMode: '1' })],
        ['with an https callback and events', create({ callbackUrl: 'https://example.org/x',
            callbackEvent: 'settle|pending|paid_less' })],
        ['with an http callback of this machine', create({ callbackUrl: 'http://127.0.0.1:1/x' })],
        ['that ends in an hour', create({ expiredTimestamp: now() + 3600 })],
        ['that ends in so many seconds', create({ expiredTimestamp: 11 })],
        ['with 50 letters of remark', create({ remark: 'ä'.repeat(50) })],
        ['with 200 letters of memo', create({ settlementMemo: 'ä'.repeat(200) })],
        ['with nulls and empty texts', create({ remark: null, settlementMemo: '' })],
    ];
    for (const [name, answer] of ways)
        same(`a create ${name}`, (await answer).body?.code, 0);
}

const refusals = [
    [10011, 'without a payee', { payeeId: undefined }],
    [10011, 'without an amount', { quoteAmount: undefined }],
    [10011, 'without a quote asset', { quoteAssetId: undefined }],
    [10011, 'without a settlement asset', { settlementAssetId: undefined }],
    [10001, 'for the nil payee', { payeeId: '00000000-0000-0000-0000-000000000000' }],
    [10001, 'for a payee that is not there', { payeeId: 'deadbeef-dead-4ead-8ead-deadbeefdead' }],
    [1017, 'for a payee that is no UUID', { payeeId: 'me' }],
    [10003, 'quoted in something unknown', { quoteAssetId: 'xyz' }],
    [10002, 'settled in something unknown', { settlementAssetId: randomUUID() }],
    [10002, 'settled in a currency', { settlementAssetId: 'usd' }],
    [10011, 'of nothing', { quoteAmount: '0' }],
    [10011, 'of a negative amount', { quoteAmount: '-5' }],
    [10011, 'with an exponent', { quoteAmount: '1e3' }],
    [10011, 'with nine decimals', { quoteAmount: '1.000000001' }],
    [10004, 'of too little', { quoteAmount: '0.001' }],
    [10005, 'of too much', { quoteAmount: '100000000' }],
    [1017, 'with an amount that is a list', { quoteAmount: ['5'] }],
    [1017, 'with an order of 5 letters', { orderId: 'abcde' }],
    [1017, 'with an order of 37 letters', { orderId: 'a'.repeat(37) }],
    [1017, 'with a space in the order', { orderId: 'order 1' }],
    [1017, 'with é in the order', { orderId: 'ordéré' }],
    [1017, 'with # in the order', { orderId: 'order#1' }],
    [1017, 'with a trace that is no UUID', { traceId: 'abc' }],
    [1017, 'with 51 letters of remark', { remark: 'ä'.repeat(51) }],
    [1017, 'with 201 letters of memo', { settlementMemo: 'a'.repeat(201) }],
    [1017, 'with strictMode as the text true', { strictMode: 'true' }],
    [10061, 'with an http callback', { callbackUrl: 'http://example.org/x' }],
    [10061, 'with a callback that is no address', { callbackUrl: 'nowhere' }],
    [10131, 'with an unknown event', { callbackEvent: 'settle|birthday' }],
    [10063, 'that ends in 10 s', { expiredTimestamp: now() + 10 }],
    [10063, 'that ended', { expiredTimestamp: now() - 100 }],
    [10064, 'that ends in 2880 min', { expiredTimestamp: now() + 2880 * 60 + 5 }],
    [10064, 'that counts milliseconds', { expiredTimestamp: Date.now() + 3600000 }],
];
for (const [code, name, more] of refusals) {
    const { status, body } = await create(more);
    same(`a create ${name} is refused`, [status, body?.code, body?.success, body?.data],
        [200, code, false, []]);
}

/* ---- one payment, one link ---- */
{
    const first = await made();
    const again = await create({ orderId: first.orderId, quoteAmount: '1' });
    same('the same order gets the same code', again.body.data.code, first.code);
    same('and its terms stay', (await data(first.orderId)).quoteAmount, '5');
    const traceId = randomUUID();
    const byTrace = await create({ traceId, orderId: undefined });
    same('a trace given becomes the code', byTrace.body.data.code, traceId);
    const found = await rig.get(`/v1/payments_result?traceId=${traceId}`);
    same('and is found', found.body.data.traceId, traceId);
    same('a trace of another order is attached', (await create({ traceId })).body.code, 10020);
    await rig.act(first.orderId, 'paid');
    same('a finished one is complete', (await create({ orderId: first.orderId })).body.code, 10020);
    const failing = await made();
    await rig.act(failing.orderId, 'cancelled');
    same('a failed one is over', (await create({ orderId: failing.orderId })).body.code, 10065);
    const other = await create({ orderId: first.orderId, payeeId: randomUUID() });
    same("another payee's order of that name is another", other.body.code, 0);
    same('and an act must say whose it means', (await rig.act(first.orderId, 'paid')).status, 409);
}

/* ---- results ---- */
{
    const { orderId } = await made({ remark: 'Tea', expiredTimestamp: now() + 1800,
        returnTo: 'https://shop.example/ok', failedReturnTo: 'https://shop.example/no' });
    const fresh = await data(orderId, '&with=payment,transactions');
    same('an unpaid result has every field', Object.keys(fresh).sort(), ['blockExplorerUrl',
        'confirmations', 'date', 'expiredAt', 'failureCode', 'failureReason', 'payableAmount',
        'payableAssetId', 'payableAssetVersion', 'payableSymbol', 'payee', 'payeeAvatarUrl',
        'payeeId', 'payeeMixinNumber', 'payment', 'paymentAmount', 'paymentAssetId',
        'paymentAssetVersion', 'paymentSymbol', 'quoteAmount', 'quoteAssetId', 'quoteAssetVersion',
        'quoteSymbol', 'remark', 'returnTo', 'settleAmount', 'settleAsset', 'settleAssetVersion',
        'settleStatus', 'settleSymbol', 'status', 'surplusAmount', 'surplusStatus', 'traceId',
        'transactions', 'txid']);
    same('and says', pick(fresh, 'status', 'quoteAmount', 'quoteSymbol', 'quoteAssetId', 'date',
        'failureCode', 'confirmations', 'surplusAmount', 'surplusStatus', 'settleStatus',
        'settleAsset'), { status: 'unpaid', quoteAmount: '5', quoteSymbol: 'USD',
        quoteAssetId: 'usd', date: '', failureCode: '0', confirmations: -1, surplusAmount: '0',
        surplusStatus: 'no', settleStatus: 'pending', settleAsset: '' });
    const plain = await data(orderId);
    fact('without `with` there is neither', !('payment' in plain) && !('transactions' in plain));
    await rig.act(orderId, 'paid');
    const paid = await data(orderId, '&with=transactions');
    same('paid', pick(paid, 'status', 'paymentAmount', 'payableAmount', 'paymentSymbol',
        'settleStatus', 'settleAsset', 'settleAmount', 'returnTo', 'confirmations'),
        { status: 'success', paymentAmount: '0.00007693', payableAmount: '0.00007693',
            paymentSymbol: 'BTC', settleStatus: 'success', settleAsset: BTC,
            settleAmount: '0.00007692', returnTo: 'https://shop.example/ok', confirmations: -1 });
    fact('date is a moment ago', Math.abs(paid.date - now()) < 5);
    same('one transaction, with the txid of the payment', paid.transactions.map((it) => it.txid),
        [paid.txid]);
    same('whose page is there', (await fetch(paid.blockExplorerUrl)).status, 200);

    const padded = await made({ quoteAmount: '10.50' });
    same('amounts come without padding', (await data(padded.orderId)).quoteAmount, '10.5');
    const ask = (query) => rig.get(`/v1/payments_result?${query}`);
    for (const [name, query, code] of [['nothing', '', 10011],
        ['an order without its payee', 'orderId=order-00001', 10011],
        ['an order that nobody made', `orderId=nobodys-order&payeeId=${PAYEE}`, 10062],
        ['a trace that nobody made', `traceId=${randomUUID()}`, 10062],
        ['a broken trace', 'traceId=abc', 1017]])
        same(`asked for ${name}`, (await ask(query)).body.code, code);
    same('a field given twice is refused', (await ask('traceId=a&traceId=b')).status, 400);
    const asJson = await fetch(`${rig.mix}/v1/payments_result?orderId=${orderId}&payeeId=${PAYEE}`,
        { headers: { 'content-type': 'application/json;charset=UTF-8' } });
    same('a GET may bear a Content-Type', asJson.status, 200);
}

/* ---- acts ---- */
const acts = [
    ['paid', {}, { status: 'success', paymentAmount: '0.00007693', failureCode: '0' }],
    ['confirming', { have: 2, need: 6 }, { status: 'confirming', confirmations: 2 }],
    ['confirming', { have: 0, need: 3, paid: '0.00001' },
        { status: 'confirming', confirmations: 0, paymentAmount: '0.00001' }],
    ['paid_less', {}, { status: 'paid_less', paymentAmount: '0.00003846' }],
    ['paid_less', { paid: '0.00001' }, { status: 'paid_less', paymentAmount: '0.00001' }],
    ['surplus', {}, { status: 'success', surplusAmount: '0.0000077', surplusStatus: 'pending',
        paymentAmount: '0.00008463' }],
    ['surplus', { paid: '0.0001' }, { status: 'success', surplusAmount: '0.00002307' }],
    ['wrong_asset', {}, { status: 'failed', failureCode: '40020', paymentSymbol: 'TRX' }],
    ['double', {}, { status: 'failed', failureCode: '40021' }],
    ['volatility', {}, { status: 'failed', failureCode: '40025' }],
    ['cancelled', {}, { status: 'failed', failureCode: '40032', paymentAmount: '0' }],
    ['overtime', {}, { status: 'failed', failureCode: '40000', failureReason: 'Payment overtime',
        paymentAmount: '0.00007693' }],
    ['short_at_deadline', {}, { status: 'failed', failureCode: '40024',
        paymentAmount: '0.00003846' }],
    ['pending', {}, { status: 'pending', confirmations: -1 }],
    ['auditing', {}, { status: 'auditing' }],
    ['fail', { code: '10034', reason: 'So it is' },
        { status: 'failed', failureCode: '10034', failureReason: 'So it is' }],
    ['fail', { code: 40027 }, { status: 'failed', failureCode: '40027' }],
];
for (const [what, more, expected] of acts) {
    const { orderId, code } = await made();
    const answer = await rig.act(orderId, what, more);
    same(`act ${what} ${JSON.stringify(more)} answers`,
        pick(answer.body, 'status', 'orderId', 'traceId'),
        { status: expected.status, orderId, traceId: code });
    same(`act ${what}: the result`, pick(await data(orderId), ...Object.keys(expected)), expected);
}

/* Stories of several acts: [name, [act, arguments, status]…] */
const stories = [
    ['short, then topped up', ['paid_less', {}, 'paid_less'], ['top_up', {}, 'success']],
    ['topped up in parts', ['paid_less', { paid: '0.00001' }, 'paid_less'],
        ['top_up', { paid: '0.00001' }, 'paid_less'], ['top_up', {}, 'success']],
    ['confirming and short take turns', ['confirming', { paid: '0.00001' }, 'confirming'],
        ['paid_less', {}, 'paid_less'], ['confirming', {}, 'confirming'],
        ['top_up', {}, 'success']],
    ['step by step', ['confirming', {}, 'confirming'], ['confirming', {}, 'confirming'],
        ['confirming', {}, 'confirming'], ['confirming', {}, 'success']],
    ['reviewed and passed', ['auditing', {}, 'auditing'], ['audit_ok', {}, 'success']],
    ['reviewed and rejected', ['auditing', {}, 'auditing'], ['audit_failed', {}, 'failed']],
    ['started over', ['paid', {}, 'success'], ['unpaid', { force: true }, 'unpaid'],
        ['paid', {}, 'success']],
    ['forced', ['cancelled', {}, 'failed'], ['paid', { force: true }, 'success']],
];
for (const [name, ...steps] of stories) {
    const { orderId } = await made();
    const seen = [];
    for (const [what, more] of steps) seen.push((await rig.act(orderId, what, more)).body.status);
    same(`a payment ${name}`, seen, steps.map((step) => step[2]));
}
{
    const { orderId } = await made();
    await rig.act(orderId, 'paid_less', { paid: '0.00001' });
    await rig.act(orderId, 'top_up');
    same('a topped-up payment has two transactions',
        (await data(orderId, '&with=transactions')).transactions.map((it) => it.paymentAmount),
        ['0.00001', '0.00006693']);
    same('a finished payment refuses the next act',
        (await rig.act(orderId, 'cancelled')).status, 409);
    same('and stays', (await data(orderId)).status, 'success');
    await rig.post('/act', `{"orderId":"${orderId}","do":"raw","result":{"quoteAmount":"0.01",
        "settleAsset":"${USDT}","x":[1.50,12345678901234567890]}}`);
    const raw = await rig.get(`/v1/payments_result?orderId=${orderId}&payeeId=${PAYEE}`);
    same('raw members lie over the result', pick(raw.body.data, 'quoteAmount', 'settleAsset'),
        { quoteAmount: '0.01', settleAsset: USDT });
    fact('numbers as they were written',
        raw.text.includes('"x":[1.50,12345678901234567890]'), raw.text);
    await rig.act(orderId, 'raw', { result: { status: 'dreaming' } });
    same('on top of each other', pick(await data(orderId), 'quoteAmount', 'status'),
        { quoteAmount: '0.01', status: 'dreaming' });
    await rig.act(orderId, 'raw', { result: null });
    same('and are taken away', (await data(orderId)).quoteAmount, '5');
    await rig.act(orderId, 'surplus', { force: true });
    await rig.act(orderId, 'refund');
    same('a surplus is given back', (await data(orderId)).surplusStatus, 'success');
}
{
    const { orderId } = await made();
    await rig.act(orderId, 'confirming_auto');
    const seen = new Set();
    for (let i = 0; i < 150 && !seen.has('success'); i++, await sleep(60)) {
        const { status, confirmations } = await data(orderId);
        seen.add(status === 'confirming' ? confirmations : status);
    }
    same('confirmations come by themselves', [...seen], [1, 2, 3, 'success']);
}
{
    const { orderId } = await made();
    await rig.act(orderId, 'choose', { coin: 'TRX' });
    same('another coin', pick(await data(orderId), 'payableAmount', 'payableAssetId', 'status'),
        { payableAmount: '41.666667', payableAssetId: TRX, status: 'unpaid' });
    await rig.act(orderId, 'wrong_asset');
    same('whose wrong coin is another again', (await data(orderId)).paymentSymbol, 'DOGE');
}
const some = await made();
for (const [name, status, orderId, what, more] of [
    ['without do', 400, some.orderId, undefined], ['unknown', 400, some.orderId, 'dance'],
    ['on nobody knows what', 404, 'nobodys-order', 'paid'],
    ['with a bad callback', 400, some.orderId, 'paid', { callback: 'loud' }],
    ['with too little', 400, some.orderId, 'paid_less', { paid: '0' }],
    ['with too much', 400, some.orderId, 'paid_less', { paid: '1' }],
    ['with no amount', 400, some.orderId, 'paid_less', { paid: 'x' }],
    ['with more than is needed', 400, some.orderId, 'confirming', { have: 4, need: 3 }],
    ['failing without a code', 400, some.orderId, 'fail', {}],
    ['settling what is not paid', 409, some.orderId, 'settle', {}]]) {
    const answer = await rig.act(orderId, what, more);
    fact(`an act ${name} gets ${status} and a sentence`, answer.status === status &&
        answer.body.error.length > 10, answer);
}

/* ---- Paylinks ---- */
const paylink = (parameters) => `/pay?${new URLSearchParams({ payeeId: PAYEE, quoteAssetId: 'usd',
    quoteAmount: '5', settlementAssetId: BTC, ...parameters })}`;
{
    const orderId = newOrder();
    same('a Paylink that nobody opened is unknown', (await result(orderId)).code, 10062);
    same('opening makes the payment', (await rig.get(paylink({ orderId }))).status, 200);
    same('unpaid', (await data(orderId)).status, 'unpaid');
    await rig.get(paylink({ orderId, quoteAmount: '0.01' }));
    same('an edited amount is honoured', (await data(orderId)).quoteAmount, '0.01');
    await rig.get(paylink({ orderId, amount: '0.02' }));
    same('an added amount wins', (await data(orderId)).quoteAmount, '0.02');
    await rig.get(paylink({ orderId, quoteAssetId: BTC, quoteAmount: '0.001',
        settlementAssetId: USDT }));
    await rig.act(orderId, 'paid');
    same('edited assets too', pick(await data(orderId), 'status', 'quoteAssetId', 'settleAsset'),
        { status: 'success', quoteAssetId: BTC, settleAsset: USDT });
    await rig.get(paylink({ orderId }));
    same('after paying nothing changes any more', (await data(orderId)).quoteAssetId, BTC);

    const other = newOrder(), stranger = randomUUID();
    await rig.get(paylink({ orderId: other, payeeId: stranger }));
    same("an edited payee is another's payment", [(await result(other)).code, (await rig.get(
        `/v1/payments_result?orderId=${other}&payeeId=${stranger}`)).body.code], [10062, 0]);

    const closed = await made();
    const answer = await rig.get(paylink({ orderId: closed.orderId, quoteAmount: '0.01' }));
    fact('an order with a code cannot be paid by Paylink', answer.status === 409 &&
        answer.text.includes('cannot be paid'), answer.text);
    same('and keeps its terms', (await data(closed.orderId)).quoteAmount, '5');
    const opened = newOrder();
    await rig.get(paylink({ orderId: opened, quoteAmount: '0.01' }));
    same('an opened Paylink can still get a code',
        (await create({ orderId: opened })).body.code, 0);
    same('with the terms of the code', (await data(opened)).quoteAmount, '5');

    const free = newOrder();
    await rig.get(paylink({ orderId: free, quoteAmount: '' }));
    same('without an amount nothing can be paid yet', (await rig.act(free, 'paid')).status, 409);
    await rig.act(free, 'amount', { amount: '7.5' });
    await rig.act(free, 'paid');
    same('the payer types it', pick(await data(free), 'quoteAmount', 'status'),
        { quoteAmount: '7.5', status: 'success' });

    const unseen = newOrder();
    const standIn = await rig.act(unseen, 'paid', { payeeId: PAYEE, quoteAmount: '5',
        quoteAssetId: 'usd' });
    same('an act can stand in for the shopper', [standIn.status, standIn.body.status],
        [200, 'success']);
    same('settled as paid', (await data(unseen)).settleAsset, USDT);
    for (const [name, more] of [['a bad order', { orderId: 'x' }],
        ['no payee', { orderId: newOrder(), payeeId: '' }],
        ['too short a time', { orderId: newOrder(), expiredTimestamp: now() + 5 }],
        ['a doubled field', {}]]) {
        const doubled = name === 'a doubled field' ? '&amount=1&amount=2' : '';
        const page = await rig.get(paylink(more) + doubled);
        fact(`a Paylink with ${name} is refused on a page`, page.status === 400 &&
            page.text.includes('<h1>'), page.text);
    }
    same('no such code', (await rig.get(`/code/${randomUUID()}`)).status, 404);
}

/* ---- deadlines ---- */
{
    await over;
    same('time is up', pick(await data(late.orderId), 'status', 'failureCode'),
        { status: 'failed', failureCode: '40000' });
    same('a short one has failed, too', pick(await data(short.orderId), 'status', 'failureCode'),
        { status: 'failed', failureCode: '40024' });
    same('and gets no new link', (await create({ orderId: late.orderId })).body.code, 10065);
    await rig.set({ status_set: 'old' });
    same('old servers never said so', (await data(late.orderId)).status, 'unpaid');
    await rig.set({ status_set: 'new' });
    fact('the page offers to pay all the same',
        (await rig.get(`/code/${late.code}`)).text.includes('Pay after all'));
    same('late money', (await rig.act(late.orderId, 'paid')).body.status, 'success');
    same('is success', (await data(late.orderId)).status, 'success');
}

/* ---- switches ---- */
{
    const shown = (await rig.get('/switch')).body;
    const { faults, ...values } = shown;
    same('what is shown can be sent back', (await rig.set(values)).body, shown);
    same('there are no faults', faults, []);
    const { orderId } = await made();
    for (const [value, expected] of [['null', null], ['0', 0], ['', '']]) {
        await rig.set({ date_when_unpaid: value === 'null' ? null : value });
        same(`date_when_unpaid ${value}`, (await data(orderId)).date, expected);
    }
    await rig.act(orderId, 'cancelled');
    await rig.set({ failure_code: 'number' });
    same('failure_code number', (await data(orderId)).failureCode, 40032);
    await rig.set({ failure_code: 'text', error_http: 400 });
    same('error_http 400', (await create({ quoteAmount: '0' })).status, 400);
    await rig.set({ error_http: '200' });
    for (const value of [{}, null, []]) {
        await rig.set({ error_data: value });
        same(`error_data ${JSON.stringify(value)}`, (await create({ quoteAmount: '0' })).body.data,
            value);
    }
    await rig.set({ unknown_order: '404' });
    same('unknown_order 404', (await result('nobodys-order')).code, 404);
    await rig.set({ unknown_order: 10062, strict_boolean: 'off' });
    same('strict_boolean off', (await create({ strictMode: 'true' })).body.code, 0);
    await rig.set({ settle: 'delayed' });
    const slow = await made();
    await rig.act(slow.orderId, 'paid');
    same('settle delayed', pick(await data(slow.orderId), 'settleStatus', 'settleAmount',
        'settleAsset'), { settleStatus: 'pending', settleAmount: '', settleAsset: '' });
    await rig.act(slow.orderId, 'settle');
    same('until it is told to', (await data(slow.orderId)).settleStatus, 'success');
    await rig.set({ settle: 'now', status_set: 'old' });
    const old = [];
    for (const what of ['confirming', 'paid_less', 'pending', 'auditing', 'paid']) {
        const one = await made();
        await rig.act(one.orderId, what);
        const seen = await data(one.orderId, '&with=payment');
        old.push([seen.status, seen.payment.isMultiPay && seen.payment.isFullyPaid]);
    }
    same('status_set old', old, [['pending', true], ['pending', false], ['pending', true],
        ['auditing', true], ['success', true]]);
    await rig.set({ status_set: 'new' });
    for (const wrong of [{ status_set: 'newer' }, { colour: 'red' }, { rate_limit_per_minute: 0 },
        { callback_time_factor: '1.5' }, { fault: 'slow' }, { fault: { kind: 'fire' } },
        { fault: { kind: 'slow', times: 'often' } }, { settle: {} }])
        same(`a wrong switch is refused: ${JSON.stringify(wrong)}`,
            (await rig.set(wrong)).status, 400);
    await rig.set({ status_set: 'old', colour: 'red' });
    same('all of it or nothing', (await rig.get('/switch')).body.status_set, 'new');
}

/* ---- the rest of the API ---- */
{
    const receivers = [randomUUID(), randomUUID(), randomUUID()];
    const form = receivers.map((it) => `receivers[]=${it}`).join('&') + '&threshold=2';
    const asForm = await rig.post('/v1/multisig', form, 'application/x-www-form-urlencoded');
    const asJson = await rig.post('/v1/multisig', { receivers: receivers.toReversed?.() ??
        [...receivers].reverse(), threshold: 2 });
    same('a group is the same in any order, form or JSON', asForm.body.data.multisigId,
        asJson.body.data.multisigId);
    const another = await rig.post('/v1/multisig', { receivers, threshold: '3' });
    fact('another threshold is another group', another.body.data.multisigId !==
        asJson.body.data.multisigId);
    for (const [name, body] of [['two', { receivers: receivers.slice(1), threshold: 1 }],
        ['257', { receivers: Array.from({ length: 257 }, randomUUID), threshold: 1 }],
        ['none', {}], ['threshold 0', { receivers, threshold: 0 }],
        ['threshold 4', { receivers, threshold: 4 }], ['numbers', { receivers: [1, 2, 3] }]])
        fact(`a group with ${name} is refused`,
            (await rig.post('/v1/multisig', body)).body.code > 0);
    for (const [number, code] of [['7000101422', 0], ['26930', 0], ['123', 10001], ['abc', 1017]])
        same(`mixin_uuid of ${number}`, (await rig.get(`/v1/user/mixin_uuid/${number}`)).body.code,
            code);
    same('a list for an unknown quote asset is refused',
        (await rig.get('/v1/setting/payment_assets?quoteAssetId=x&quoteAmount=1')).body.code,
        10003);
    const missing = await rig.get('/v1/payment_result');
    same('an unknown path', [missing.status, missing.body],
        [404, { message: 'The address you visited does not exist.' }]);
    same('a wrong method', (await rig.get('/v1/one_time_payment')).status, 405);
    const options = await fetch(`${rig.mix}/v1/payments_result`, { method: 'OPTIONS' });
    same('a browser may call', [options.status, options.headers.get('access-control-allow-origin'),
        /content-type/i.test(options.headers.get('access-control-allow-headers'))],
        [204, '*', true]);
    same('tests may not be played by other sites',
        (await rig.get('/switch')).headers.get('access-control-allow-origin'), null);
}

/* ---- the limit, the log, the memory ---- */
{
    await rig.post('/reset', {});
    same('reset forgets', (await rig.get('/payments')).body, []);
    const { headers } = await rig.get('/v1/setting/quote_assets');
    same('the limit is told', [headers.get('x-ratelimit-limit'),
        headers.get('x-ratelimit-remaining')], ['60', '59']);
    await rig.set({ rate_limit_per_minute: 3 });
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await create()).body.code);
    same('the call above it gets 1429', codes, [0, 0, 1429, 1429]);
    await rig.set({ rate_limit: 'off' });
    same('which can be switched off', (await create()).body.code, 0);
    const { body } = await rig.get('/requests?path=/mixpay/v1/one_time');
    same('every call is written down', [body.count, body.requests[0].method,
        body.requests[0].path, JSON.parse(body.requests[0].body).quoteAmount],
        [5, 'POST', '/mixpay/v1/one_time_payment', '5']);
    const { orderId } = await made();
    await rig.act(orderId, 'paid');
    await rig.kill('SIGKILL');
    await rig.restart();
    same('a killed sandbox remembers', (await data(orderId)).status, 'success');
    const one = (await rig.get(`/payments/${orderId}`)).body;
    same('one payment in full', [one.status, one.result.status, one.callbacks],
        ['success', 'success', []]);
    same('SIGTERM ends it cleanly', await rig.stop(), 0);
}
end();
