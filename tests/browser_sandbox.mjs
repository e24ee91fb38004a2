/* browser_sandbox.mjs: a payer at the pretend MixPay's page: every button, without and with script.
 * What the pages look like is browser_mixpay.mjs's concern.
 * SPDX-License-Identifier: ISC */
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { end, fact, port, same, startSandbox, until } from './sandbox_rig.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const PAYEE = 'a0d77914-0877-4b47-ab1d-d3f94ed15d6a';

const rig = await startSandbox();
await rig.set({ rate_limit: 'off' });
const shop = createServer((request, response) => response.writeHead(200,
    { 'content-type': 'text/html' }).end('<title>shop</title>the shop'));
await new Promise((done) => shop.listen(port + 1, '127.0.0.1', done));
const back = `http://127.0.0.1:${port + 1}/order`;

let orders = 0;
const newOrder = () => `order-${String(++orders).padStart(5, '0')}`;
const paylink = (orderId, more = {}) => `${rig.mix}/pay?${new URLSearchParams({ payeeId: PAYEE,
    orderId, quoteAssetId: 'usd', quoteAmount: '5', settlementAssetId:
    'c6d0c728-2624-429b-8e0d-d9d19b6592fa', returnTo: `${back}?paid`,
    failedReturnTo: `${back}?failed`, remark: 'Tea', expiredTimestamp: '1800', ...more })}`;
const status = async (orderId) => (await rig.get(`/payments/${orderId}`)).body.status;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const visitor = (more) => browser.newContext({ viewport: { width: 390, height: 844 }, ...more });

/* ---- every button ---- */
for (const javaScriptEnabled of [false, true]) {
    const scripts = javaScriptEnabled ? 'with scripts' : 'without scripts';
    const context = await visitor({ javaScriptEnabled });
    const page = await context.newPage(), troubles = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error') troubles.push(message.text());
    });
    const press = (name) => page.getByRole('button', { name }).click();
    const stories = [
        [[/^Pay [0-9.]+ BTC/], 'success', '?paid'],
        [['One confirmation', 'One confirmation', 'Finish'], 'success', '?paid'],
        [['Pay half', 'Top up the rest'], 'success', '?paid'],
        [['Pay too much'], 'success', '?paid'],
        [['Pending', 'Finish'], 'success', '?paid'],
        [['Hold for review', 'Pass the review'], 'success', '?paid'],
        [['Hold for review', 'Reject in review'], 'failed', '?failed'],
        [['Wrong coin'], 'failed', '?failed'], [['Paid twice'], 'failed', '?failed'],
        [['Price moved'], 'failed', '?failed'], [['Cancel'], 'failed', '?failed'],
        [['Paid too late'], 'failed', '?failed'], [['Short at the deadline'], 'failed', '?failed'],
        [['Confirm by itself'], 'success', '?paid'],
    ];
    for (const [buttons, expected, query] of stories) {
        const orderId = newOrder();
        await page.goto(paylink(orderId));
        for (const button of buttons) await press(button);
        await until(async () => await status(orderId) === expected);
        same(`${scripts}: ${buttons.join(', ')}: ${expected}`, await status(orderId), expected);
        const [way] = await page.getByRole('link', { name: 'Back to the shop' })
            .evaluateAll((links) => links.map((link) => link.href)).catch(() => []);
        if (buttons[0] !== 'Confirm by itself')
            same('the way back', way ?? page.url(), back + query);
        if (['Cancel', 'Confirm by itself'].includes(buttons[0])) {
            await page.waitForURL(back + query, { timeout: 15000 });
            same('and the page goes there', page.url(), back + query);
        }
    }
    const orderId = newOrder();
    await page.goto(paylink(orderId));
    await page.getByText('Another coin', { exact: true }).click();
    await press(/^ETH/);
    same('another coin', await page.getByRole('button', { name: /^Pay [0-9]/ }).textContent(),
        'Pay 0.0015625 ETH');
    await page.goto(paylink(newOrder(), { quoteAmount: '' }));
    await page.getByLabel('Amount in USD').fill('12.5');
    await press('Go on');
    fact('a typed amount', (await page.locator('h1').textContent()).startsWith('12.5'));
    same(`${scripts}: no error, nothing blocked`, troubles, []);
    await context.close();
}

/* ---- with scripts ---- */
{
    const context = await visitor();
    const page = await context.newPage(), orderId = newOrder(), foreign = [];
    page.on('request', (request) => {
        if (!request.url().startsWith(rig.url)) foreign.push(request.url());
    });
    await page.goto(paylink(orderId));
    const left = page.locator('.left'), before = await left.textContent();
    fact('the time is counted down', await until(async () => await left.textContent() !== before,
        4000));
    await rig.act(orderId, 'confirming');
    await page.getByText('1 of 3 confirmations').waitFor({ timeout: 10000 });
    fact('what happens elsewhere shows', true);
    same('nothing comes from anywhere else', foreign, []);
    await rig.act(orderId, 'paid');
    await page.waitForURL(`${back}?paid`, { timeout: 15000 });
    same('paid elsewhere: the page goes back to the shop', page.url(), `${back}?paid`);
    await context.close();
}
{
    const context = await visitor();
    const page = await context.newPage(), orderId = newOrder();
    await page.goto(paylink(orderId));
    for (let i = 0; i < 20; i++) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(() => document.activeElement.textContent.trim());
        if (/^Pay [0-9]/.test(name)) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
    same('by keyboard alone', await status(orderId), 'success');
    await context.close();
}

await browser.close();
shop.close();
await rig.stop();
end();
