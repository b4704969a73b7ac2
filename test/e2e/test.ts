import { type APIRequestContext, test as base, type Cookie, expect } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { startSimulator } from './simulator.ts';

/** One product for all files that leave it as they found it; each of them comes as somebody new where takes are counted. */
export type Studio = Product & {
  /** The session of its only admin, who sees everybody's takes. */
  founder: Cookie[];
  /** Asks as the founder, from a page of ours. */
  api: APIRequestContext;
};

export const studioTest = base.extend<object, { studio: Studio }>({
  studio: [
    async ({ playwright }, use) => {
      const simulator = await startSimulator('--speed', '0', '--one-clip');
      const product = await startProduct({ env: { DAILIES_SIMULATOR_URL: simulator.url } });
      const founder = await signIn(product);
      const api = await playwright.request.newContext({
        baseURL: product.url,
        extraHTTPHeaders: { origin: product.url },
        storageState: { cookies: founder, origins: [] },
      });
      await use({ ...product, founder, api });
      await api.dispose();
      await product.stop();
      await simulator.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});

/** Every test of the pages fails when the browser had to refuse something by their Content-Security-Policy. */
export const test = studioTest.extend<{ policy: undefined }>({
  policy: [
    async ({ context }, use) => {
      const refused: string[] = [];
      context.on('console', (message) => {
        if (/content security policy/i.test(message.text())) refused.push(message.text());
      });
      await use(undefined);
      expect(refused).toEqual([]);
    },
    { auto: true },
  ],
});
