import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { studioTest as test } from './test.ts';

// A page of another site, in the browser of somebody who is signed in here. That the browser has to refuse something of
// ours there is the point, so these tests do not look for refusals as the others do.

let product: Product;
let other: { server: Server; url: string };
let member: Member;
test.beforeAll(async ({ studio }) => {
  other = await startOtherSite();
  product = studio;
  member = await join(studio);
});
test.afterAll(() => {
  other?.server.close();
});
test.beforeEach(({ context }) => context.addCookies(member.cookies));

/** The same host on another port is another origin, but the same site: its requests carry the cookie. */
const elsewhere = () => [other.url, other.url.replace('127.0.0.1', 'localhost')];
const takes = async (page: Page) =>
  (await (await page.request.get(`${product.url}/api/videos`)).json()).videos.length as number;

test('it makes nothing, by fetch, as JSON or as text that is JSON', async ({ page }) => {
  for (const url of elsewhere()) {
    await page.goto(url);
    const outcomes = await page.evaluate(async (target) => {
      const body = JSON.stringify({ prompt: 'not mine', size: '320x180', seconds: 1 });
      const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', null];
      const tries = types.flatMap((type) =>
        (['cors', 'no-cors'] as const).map(async (mode) => {
          const headers: Record<string, string> = type ? { 'content-type': type } : {};
          const answer = await fetch(`${target}/api/videos`, {
            method: 'POST',
            mode,
            credentials: 'include',
            headers,
            body,
          }).catch(() => null);
          // No-cors answers are opaque; what counts is what is there afterwards.
          return answer === null || answer.type === 'opaque' || !answer.ok;
        }),
      );
      return Promise.all(tries);
    }, product.url);
    expect(outcomes).not.toContain(false);
  }
  expect(await takes(page)).toBe(0);
});

test('it signs nobody out, and nobody in, by a form', async ({ page }) => {
  for (const url of elsewhere()) {
    for (const [path, type] of [
      ['/api/sign-out', 'text/plain'],
      ['/api/sign-in', 'text/plain'],
      ['/api/videos', 'multipart/form-data'],
    ] as const) {
      await page.goto(url);
      const [answer] = await Promise.all([
        page.waitForResponse(`${product.url}${path}`),
        page.evaluate(
          ({ action, enctype }) => {
            const form = Object.assign(document.createElement('form'), { action, enctype, method: 'post' });
            const field = document.createElement('input');
            field.name = '{"prompt":"not mine","x":"';
            field.value = '"}';
            form.append(field);
            document.body.append(form);
            form.submit();
          },
          { action: product.url + path, enctype: type },
        ),
      ]);
      await page.waitForURL(product.url + path);
      expect([401, 403, 415], path).toContain(answer.status());
    }
  }
  expect((await page.request.get(`${product.url}/api/session`)).status()).toBe(200);
  expect(await takes(page)).toBe(0);
});

test('it reads nothing, hears nothing, and shows nothing of ours in a frame', async ({ page }) => {
  for (const url of elsewhere()) {
    await page.goto(url);
    const heard = await page.evaluate(async (target) => {
      const read = await fetch(`${target}/api/session`, { credentials: 'include' }).then(
        (answer) => answer.text(),
        () => 'closed',
      );
      const events = new EventSource(`${target}/api/events`, { withCredentials: true });
      const stream = await new Promise((done) => {
        events.onopen = () => done('open');
        events.onerror = () => done('closed');
      });
      events.close();
      const socket = new WebSocket(`${target.replace('http', 'ws')}/ws`);
      const line = await new Promise((done) => {
        socket.onopen = () => done('open');
        socket.onerror = () => done('closed');
      });
      socket.close();
      return { read, stream, line };
    }, product.url);
    expect(heard).toEqual({ read: 'closed', stream: 'closed', line: 'closed' });
    await page.evaluate((target) => {
      const frame = document.createElement('iframe');
      frame.src = target;
      document.body.append(frame);
    }, product.url);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:|^about:blank/);
    expect(
      await frame
        ?.locator('main')
        .count()
        .catch(() => 0),
    ).toBe(0);
  }
});

async function startOtherSite() {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>other</title><body>'),
  );
  server.listen(0);
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
