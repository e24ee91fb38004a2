/* sdk_mixpayjs.mjs: MixPay's own client for Node, as published, against the sandbox.
 * SPDX-License-Identifier: ISC
 *
 * The address of a running demo is taken from MIXTILL_URL; without it a sandbox is started. */
import { createRequire } from 'node:module';
import { randomBytes, randomUUID } from 'node:crypto';
import { end, fact, same, startSandbox } from './sandbox_rig.mjs';

const require = createRequire(import.meta.url);
let MixPay;
try {
    MixPay = require('mixpayjs');
} catch {
    console.log('1..0 # SKIP the package mixpayjs is not here');
    process.exit(0);
}

const rig = process.env.MIXTILL_URL ? null : await startSandbox();
const mix = `${process.env.MIXTILL_URL?.replace(/\/$/, '') ?? rig.url}/sandbox/mixpay`;
const BTC = 'c6d0c728-2624-429b-8e0d-d9d19b6592fa';

const client = MixPay();
client.request.defaults.baseURL = `${mix}/v1`;
let type;
client.request.interceptors.request.use((config) => {
    type = config.headers['Content-Type'];
    return config;
});

const refusal = async (call) => {
    try {
        return { resolved: await call };
    } catch (error) {
        return { message: error.message };
    }
};

const { payeeId } = await client.readPayeeId('26930');
fact('readPayeeId gives a UUID', /^[0-9a-f-]{36}$/.test(payeeId), payeeId);
same('and the same one again', (await client.readPayeeId('26930')).payeeId, payeeId);
fact('the client sends its Content-Type with a GET, too', /^application\/json/.test(type), type);
fact('an unknown number rejects', 'message' in await refusal(client.readPayeeId('1')));

const quotes = await client.readQuoteAssets(payeeId);
const usd = quotes.find((asset) => asset.assetId === 'usd');
same('readQuoteAssets: usd', [usd.symbol, usd.isAsset, typeof usd.decimalDigit, usd.chainAsset],
    ['USD', 0, 'number', {}]);
const payments = await client.readPaymentAssets(payeeId, 'usd', '5');
const btc = payments.find((asset) => asset.assetId === BTC);
fact('readPaymentAssets: BTC can be used for 5 usd', btc.onChainSupported === true &&
    typeof btc.minPaymentAmount === 'string' && Number(btc.maxPaymentAmount) > 0, btc);
const large = await client.readPaymentAssets(payeeId, 'usd', '50');
same('one that cannot be used for so much has the maximum "0"',
    large.find((asset) => asset.symbol === 'XIN').maxPaymentAmount, '0');
const settlements = await client.readSettlementAssets(payeeId, 'usd', '50');
same('readSettlementAssets says what is available', ['BTC', 'XIN'].map((symbol) =>
    settlements.find((asset) => asset.symbol === symbol).isAvailable), [true, false]);

const orderId = `sdk-${randomBytes(8).toString('hex')}`;
const terms = () => ({ payeeId, orderId, quoteAmount: '10.00000000', quoteAssetId: 'usd',
    settlementAssetId: BTC, returnTo: 'http://127.0.0.1/back' });
const first = await client.createOneTimePaymentLink(terms());
const second = await client.createOneTimePaymentLink(terms());
fact('createOneTimePaymentLink gives a code', /^[0-9a-f-]{36}$/.test(first.code), first);
same('and the same code again', second.code, first.code);
same('its page is there', (await fetch(`${mix}/code/${first.code}`)).status, 200);
fact('a link without an amount rejects', 'message' in await refusal(
    client.createOneTimePaymentLink({ ...terms(), quoteAmount: undefined, orderId: 'sdk-none' })));

const act = (what, more = {}) => fetch(`${mix}/act`, { method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, do: what, ...more }) });
const result = () => client.getPaymentResult(undefined, orderId, payeeId);

const unpaid = await result();
same('getPaymentResult: unpaid', [unpaid.status, unpaid.quoteAmount, unpaid.quoteAssetId],
    ['unpaid', '10', 'usd']);
for (const [what, status, more] of [
    ['confirming', 'confirming', { have: 1, need: 3 }], ['paid_less', 'paid_less'],
    ['pending', 'pending'], ['auditing', 'auditing'], ['audit_ok', 'success']]) {
    await act(what, more);
    same(`getPaymentResult: ${status}`, (await result()).status, status);
}
same('by traceId as well', (await client.getPaymentResult(unpaid.traceId)).status, 'success');
const again = await refusal(client.createOneTimePaymentLink(terms()));
fact('a finished payment gets no new link', /completed/.test(again.message ?? ''), again);
fact('an unknown order rejects', /does not exist/.test((await refusal(
    client.getPaymentResult(randomUUID()))).message));

await rig?.stop();
end();
