import { type Cookie, expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { test } from './test.ts';

let product: Product;
let cookies: Cookie[];

test.describe.configure({ mode: 'serial' });
test.beforeAll(({ studio }) => {
  product = studio;
  cookies = studio.founder;
});

const models = (key: string) => fetch(`${product.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
const videos = (key: string) =>
  fetch(`${product.url}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'a fox from code' }),
  });

test('a key is made, shown once, works as far as it may, and ends when it is revoked', async ({ page, context }) => {
  await context.addCookies(cookies);
  await page.goto(`${product.url}/settings/keys`);
  await page.getByLabel('Name').fill('a dashboard');
  await choose(page, 'What it may do', 'May look');
  await choose(page, 'When it ends', 'Ends in 30 days');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const made = page.getByRole('region', { name: 'a dashboard is made' });
  const secret = (await made.locator('code').first().textContent()) ?? '';
  expect(secret).toMatch(/^dk_[\w-]{43}$/);
  await made.getByText('Use it from code').click();
  await expect(made.getByText(`KEY=${secret}`)).toBeVisible();
  expect([(await models(secret)).status, (await videos(secret)).status]).toEqual([200, 403]);

  await made.getByRole('button', { name: 'I have copied it' }).click();
  await page.reload();
  const row = page.getByRole('listitem', { name: 'a dashboard' });
  await expect(row).toContainText('May look · made today · last used today · ends');
  expect(await page.content()).not.toContain(secret);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Revoked: 1')).toBeVisible();
  expect((await models(secret)).status).toBe(401);
});

test('somebody is invited, comes in on a phone, changes the password, and is kept out again', async ({
  page,
  context,
  browser,
}) => {
  await context.addCookies(cookies);
  await page.goto(`${product.url}/settings/people`);
  await page.getByLabel('E-mail').fill('eve@example.com');
  await choose(page, 'Role', 'Viewer');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = (await page.getByText(`${product.url}/join#`).textContent()) ?? '';

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const eve = await phone.newPage();
  await eve.goto(link);
  await expect(eve.getByText('You are invited as a viewer.')).toBeVisible();
  await expect(eve.getByLabel('E-mail')).toHaveValue('eve@example.com');
  await eve.getByLabel('Name').fill('Eve');
  await eve.getByLabel('Password').fill('correct horse');
  await eve.getByRole('button', { name: 'Come in' }).tap();
  await expect(eve.getByRole('navigation', { name: 'Pages' })).toBeVisible();
  await eve.goto(`${product.url}/settings/account`);
  await expect(eve.getByText('Eve · eve@example.com · viewer')).toBeVisible();
  await expect(eve.getByRole('link', { name: 'People' })).toHaveCount(0);

  await eve.getByLabel('Password now').fill('wrong horse');
  await eve.getByLabel('New password').fill('battery staple');
  await eve.getByRole('button', { name: 'Change it' }).tap();
  await expect(eve.getByText('the password is not right')).toBeVisible();
  await eve.getByLabel('Password now').fill('correct horse');
  await eve.getByRole('button', { name: 'Change it' }).tap();
  await expect(eve.getByText('Changed. All other sessions have ended.')).toBeVisible();
  await expect(eve.getByText('this one')).toBeVisible();

  // The link let one person in.
  const late = await browser.newContext();
  const other = await late.newPage();
  await other.goto(link);
  await expect(other.getByText('This invite was used, taken back, or has run out.')).toBeVisible();
  await late.close();

  await page.reload();
  const row = page.getByRole('listitem', { name: 'Eve' });
  await row.getByRole('combobox', { name: 'Role of Eve' }).click();
  await page.getByRole('option', { name: /Member/ }).click();
  await expect(row.getByRole('combobox')).toHaveText('Member');
  await row.getByRole('button', { name: 'Limits' }).click();
  await page.getByLabel('May wait in line').fill('0');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const refused = await eve.request.post(`${product.url}/api/videos`, {
    data: { prompt: 'a fox' },
    headers: { origin: product.url },
  });
  expect([refused.status(), await refused.text()]).toEqual([429, expect.stringContaining('queue_full')]);

  await row.getByRole('button', { name: 'Disable' }).click();
  await expect(row.getByText(/disabled today/)).toBeVisible();
  await eve.goto(product.url);
  await expect(eve).toHaveURL(/\/sign-in/);
  await eve.getByLabel('E-mail').fill('eve@example.com');
  await eve.getByLabel('Password').fill('battery staple');
  await eve.getByRole('button', { name: 'Sign in' }).tap();
  await expect(eve.getByText('e-mail address or password is wrong')).toBeVisible();
  await phone.close();
});

test('the last admin cannot be shut out', async ({ page, context }) => {
  await context.addCookies(cookies);
  await page.goto(`${product.url}/settings/people`);
  const row = page.getByRole('listitem', { name: 'Admin' });
  await row.getByRole('button', { name: 'Disable' }).click();
  await expect(row.getByRole('alert')).toContainText('This is the last admin');
});

async function choose(page: Page, select: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: select, exact: true }).click();
  await page.getByRole('option', { name: option }).first().click();
}
