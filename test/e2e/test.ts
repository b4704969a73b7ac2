import { test as base, expect } from '@playwright/test';

/** Every test of the pages fails when the browser had to refuse something by their Content-Security-Policy. */
export const test = base.extend<{ policy: undefined }>({
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
