import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type APIResponse, type Cookie, expect, type Page } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { join, signIn } from './sign-in.ts';
import { test } from './test.ts';

// Whatever people and providers write is shown as they wrote it, and runs nowhere.

const payloads = [
  '<script>window.ran=1;alert(1)</script>',
  '<img src=x onerror="window.ran=1;alert(2)">',
  '"><svg/onload=window.ran=1;alert(3)>',
  "'-alert(4)-'",
  '{{constructor.constructor("alert(5)")()}}',
  '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  '</title><script>alert(6)</script>',
  '=HYPERLINK("http://127.0.0.1:1/","click")',
  '[click](javascript:alert(7))',
];
const all = payloads.join(' ');

let product: Product;
let upstream: { server: Server; url: string };
let cookies: Cookie[];
const ids: string[] = [];
test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  upstream = await startHostileServer();
  product = await startProduct();
  cookies = await signIn(product);
});
test.afterAll(async () => {
  await product?.stop();
  upstream?.server.close();
});
test.beforeEach(({ context }) => context.addCookies(cookies));

test('hostile words are taken as words, wherever they can be written', async ({ page }) => {
  const send = (method: string, path: string, data: object) => request(page, method, path, { data });
  await ok(
    send('PUT', '/api/settings/providers/hostile', { kind: 'openai', name: all.slice(0, 100), base_url: upstream.url }),
  );
  for (const prompt of [...payloads, all]) {
    const asked = { prompt, project: prompt.slice(0, 200), size: '320x180', seconds: 1, settings: { note: prompt } };
    const made = await (await ok(send('POST', '/api/videos', { ...asked, model: 'hostile/default' }))).json();
    ids.push(...made.videos.map(({ id }: { id: string }) => id));
  }
  // Its server says that it failed, and why.
  await expect
    .poll(async () => (await (await page.request.get(`${product.url}/api/videos/${ids.at(-1)}`)).json()).state)
    .toBe('failed');
  await ok(send('PUT', '/api/settings/aliases', { aliases: { 'sora-9': `hostile/${payloads[0]}` } }));
  for (const name of payloads) await ok(send('POST', '/api/keys', { name, scopes: ['read'] }));
  for (const name of payloads) {
    await ok(
      send('POST', '/api/webhooks', { url: `https://hooks.example/?a=${encodeURIComponent(name)}#${name}`, name }),
    );
  }
  for (const name of payloads.slice(0, 3)) await join({ url: product.url, api: page.request }, name);
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  // Too small to be a first frame: its name comes back in nothing but words.
  const upload = await request(page, 'POST', '/api/files', {
    multipart: { file: { name: `${payloads[1]}.png`, mimeType: 'image/png', buffer: png } },
  });
  expect(upload.status()).toBe(400);
  expect(upload.headers()['content-type']).toContain('application/json');
});

test('no page runs any of it, and those that show it show it as it stands', async ({ page }) => {
  const dialogs: string[] = [];
  page.on('dialog', async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  // With what stands there when everything has come.
  const shown: [path: string, text: string][] = [
    ['/', payloads[0] ?? ''],
    [`/?q=${encodeURIComponent(all)}`, payloads[0] ?? ''],
    [`/?project=${encodeURIComponent(all)}`, payloads[0] ?? ''],
    ...ids.slice(-3).map((id): [string, string] => [`/videos/${id}`, 'the provider says']),
    [`/videos/${encodeURIComponent(payloads[1] ?? '')}`, 'There is no such take'],
    ['/admin', 'hostile'],
    ['/admin/audit', payloads[1] ?? ''],
    ['/usage', 'hostile/default'],
    ['/settings/providers', payloads[0] ?? ''],
    ['/settings/models', payloads[0] ?? ''],
    ['/settings/keys', payloads[1] ?? ''],
    ['/settings/webhooks', payloads[1] ?? ''],
    ['/settings/people', payloads[1] ?? ''],
    ['/settings/account', 'admin@localhost'],
    ['/settings/limits', 'your cap a day'],
    [`/help/${encodeURIComponent(payloads[0] ?? '')}`, 'This page does not exist'],
    [
      `/sign-in?next=${encodeURIComponent('javascript:alert(8)')}&first=${encodeURIComponent(payloads[1] ?? '')}`,
      'You are the admin',
    ],
  ];
  for (const [path, text] of shown) {
    await page.goto(product.url + path);
    const main = page.getByRole('main').first();
    await expect(main.getByText(text).first(), `${text} on ${path}`).toBeAttached();
    expect(await page.evaluate(() => 'ran' in window), path).toBe(false);
    const alive = await page.locator('iframe, img[src="x"], a[href^="javascript:" i], svg[onload]').count();
    expect(alive, `elements made of words on ${path}`).toBe(0);
  }
  expect(dialogs).toEqual([]);
});

test('the name of a first frame is shown as it stands', async ({ page }) => {
  const name = `${payloads[1]}.png`;
  await page.goto(product.url);
  const picture = { name, mimeType: 'image/png', buffer: await page.screenshot() };
  await page.getByLabel('First frame', { exact: true }).setInputFiles(picture);
  await expect(page.getByRole('img', { name: `First frame: ${name}` })).toBeVisible();
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('no export holds a formula', async ({ page }) => {
  for (const path of ['/api/admin/audit?format=csv', '/api/usage?format=csv']) {
    const answer = await page.request.get(product.url + path);
    expect(answer.headers()['content-disposition']).toContain('attachment');
    expect(answer.headers()['x-content-type-options']).toBe('nosniff');
    expect(await answer.text()).not.toMatch(/(^|,|\n)"?[=+@\t]/);
  }
});

const request = (page: Page, method: string, path: string, body: object): Promise<APIResponse> =>
  page.request.fetch(product.url + path, { method, headers: { origin: product.url }, ...body });

async function ok(answering: Promise<APIResponse>): Promise<APIResponse> {
  const answer = await answering;
  expect(answer.status(), `${answer.url()}: ${await answer.text()}`).toBeLessThan(300);
  return answer;
}

/** A server of /v1/videos whose every word is hostile; each of its jobs has failed at the first look. */
async function startHostileServer() {
  let jobs = 0;
  const server = createServer((asked, response) => {
    asked.resume();
    const error = { code: 'moderation_blocked', message: `the provider says ${all}` };
    const body =
      asked.url === '/v1/models'
        ? { object: 'list', data: [{ id: payloads[0], object: 'model' }] }
        : asked.method === 'POST'
          ? { id: `job_${++jobs}`, object: 'video', status: 'queued', model: all, progress: 0 }
          : { id: asked.url?.split('/').at(-1), object: 'video', status: 'failed', model: all, error };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}
