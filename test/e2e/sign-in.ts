import type { Browser, Cookie } from '@playwright/test';
import type { Product } from './product.ts';

/** Signs in by the printed link, which works once, and answers the session for every other page. */
export async function signIn(browser: Browser, product: Product): Promise<Cookie[]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await product.signInLink());
  await page.getByRole('textbox').first().waitFor();
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}
