import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page } from '@playwright/test';
import OpenAI from 'openai';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { beginSmall, generate } from './studio.ts';
import { test } from './test.ts';

type Received = { body: string; headers: Record<string, string> };

let product: Product;
let member: Member;
let server: Server;
let address: string;
const received: Received[] = [];
let status = 200;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ studio }) => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ body, headers: request.headers as Record<string, string> });
    response.writeHead(status).end('<img src=x onerror=alert(1)>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  product = studio;
  member = await join(studio);
});
test.afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});
test.beforeEach(async ({ context }) => {
  await context.addCookies(member.cookies);
  await beginSmall(context);
});

const card = (page: Page) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Ours' }) });
const unwrap = ({ body, headers }: Received, secret: string) =>
  new OpenAI({ apiKey: 'x' }).webhooks.unwrap(body, headers, secret);
let secret = '';

test('a webhook is added, its secret is shown once, and a test arrives as the SDK verifies it', async ({ page }) => {
  await page.goto(`${product.url}/settings/webhooks`);
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  await page.getByLabel('Address').fill('http://example.com/hook');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'https://' })).toBeVisible();
  await page.getByLabel('Address').fill(address);
  await page.getByLabel('Name').fill('Ours');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  secret = (await page.getByRole('region', { name: 'Signing secret' }).locator('code').last().textContent()) ?? '';
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.reload();
  await expect(card(page)).toContainText('On');
  expect(await page.content()).not.toContain(secret);
  await card(page).getByRole('button', { name: 'Test' }).click();
  await expect(card(page).getByRole('status')).toContainText('It arrived');
  expect(await unwrap(received[0] as Received, secret)).toMatchObject({ type: 'webhook.test' });
});

test('a finished clip is told, stands in the log, and is sent again under its id', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a fox that is told about');
  await expect.poll(() => received.length).toBe(2);
  const told = await unwrap(received[1] as Received, secret);
  expect(told).toMatchObject({ type: 'video.completed', data: { id: expect.stringMatching(/^video_/) } });
  await page.goto(`${product.url}/settings/webhooks`);
  await card(page).getByRole('button', { name: 'Log' }).click();
  const line = card(page).getByRole('listitem').filter({ hasText: 'video.completed' });
  await expect(line).toContainText('Delivered');
  await line.getByText('Its answer').click();
  await expect(line.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
  await line.getByRole('button', { name: 'Send again' }).click();
  await expect.poll(() => received.length).toBe(3);
  expect(received[2]?.headers['webhook-id']).toBe(received[1]?.headers['webhook-id']);
});

test('a rotation gives a new secret, and the one before goes on for a day', async ({ page }) => {
  await page.goto(`${product.url}/settings/webhooks`);
  await card(page).getByRole('button', { name: 'Rotate the secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  const shown = card(page).getByRole('region', { name: 'Signing secret' }).locator('code').last();
  const fresh = (await shown.textContent()) ?? '';
  expect(fresh).not.toBe(secret);
  await page.getByRole('button', { name: 'I have it' }).click();
  await card(page).getByRole('button', { name: 'Test' }).click();
  await expect(card(page).getByRole('status')).toContainText('It arrived');
  const last = received.at(-1) as Received;
  for (const one of [secret, fresh]) expect(await unwrap(last, one)).toMatchObject({ type: 'webhook.test' });
});

test('an address that is gone is paused, says so, and gets what was held when it resumes', async ({ page }) => {
  status = 410;
  await page.goto(product.url);
  await generate(page, 'a fox that nobody hears of');
  const before = received.length;
  await expect.poll(() => received.length).toBe(before + 1);
  await page.goto(`${product.url}/settings/webhooks`);
  await expect(card(page)).toContainText('Paused');
  await expect(card(page)).toContainText('1 message waits');
  await expect(page.getByRole('navigation', { name: 'Pages' })).toContainText('1 webhook is paused');
  status = 200;
  await card(page).getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => received.length).toBe(before + 2);
  await expect(card(page)).not.toContainText('Paused');
});
