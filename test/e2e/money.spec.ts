import { type Cookie, expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { disconnect } from './provider.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { generate, plays } from './studio.ts';
import { test } from './test.ts';

// fal, as the simulator speaks its wire: $0.15 a second.
let hosted: Simulator;
let product: Product;
let cookies: Cookie[];
const model = 'Veo 3 Fast (fal)';

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ studio }) => {
  hosted = await startSimulator('--speed', '0', '--fps', '2', '--one-clip');
  product = studio;
  cookies = studio.founder;
});
test.afterAll(async ({ studio }) => {
  await disconnect(studio, 'fal');
  await hosted?.stop();
});
test.beforeEach(({ context }) => context.addCookies(cookies));

test('a key is pasted, tested for free and chosen; the price is seen before, on the receipt, and in the usage', async ({
  page,
}) => {
  await page.goto(product.url);
  await page.getByRole('link', { name: 'Connect a provider' }).click();
  await page.getByRole('button', { name: 'Paste a key: fal', exact: true }).click();
  await paste(page, 'bad-key-of-nobody', `${hosted.url}/fal`);
  const card = page.getByRole('listitem', { name: 'fal', exact: true });
  await card.getByRole('button', { name: 'Test for free' }).click();
  await expect(card.getByRole('status')).toContainText(/refuse/i);
  await card.getByRole('button', { name: 'Replace the key' }).click();
  await paste(page, 'a-good-key-of-ada-f00d');
  await expect(card).toContainText('key …f00d');
  await card.getByRole('button', { name: 'Test for free' }).click();
  await expect(card.getByRole('status')).toContainText('takes the key');
  expect(await page.content()).not.toContain('a-good-key-of-ada');

  await card.getByRole('button', { name: /Make a model of fal the default/ }).click();
  await page.getByRole('combobox', { name: /Search/ }).fill('veo 3 fast');
  await page.keyboard.press('Enter');
  await expect(page.getByText(`The default is ${model}.`)).toBeVisible();
  expect(await sent()).toBe(0);

  await page.getByRole('link', { name: 'Studio' }).click();
  await expect(page.getByRole('button', { name: `Model: ${model}` })).toBeVisible();
  await expect(page.getByText('~$0.60 · ~75 s')).toBeVisible();
  await generate(page, 'a fox that is paid for');
  await plays(page, product);
  const receipt = page.getByRole('region', { name: 'Receipt' });
  await expect(receipt).toContainText('$0.60, our estimate');
  expect(await sent()).toBe(1);
  // fal gives no thumbnail: the browser that plays the clip does.
  const path = new URL(page.url()).pathname;
  const poster = `${product.url}/api${path}/content?variant=thumbnail`;
  await expect.poll(async () => (await page.request.get(poster)).headers()['content-type']).toMatch(/^image\//);

  await page.goto(`${product.url}/usage`);
  await expect(page.getByRole('row', { name: /veo3\/fast/ })).toContainText('$0.60');
  const csv = await page.request.get(
    `${product.url}${await page.getByRole('link', { name: 'CSV' }).getAttribute('href')}`,
  );
  expect(await csv.text()).toContain('fal/fal-ai/veo3/fast');
});

test('a first frame is given by hand, stands there after a reload, and goes with the take', async ({ page }) => {
  await page.goto(product.url);
  const picture = { name: 'fox.png', mimeType: 'image/png', buffer: await page.screenshot() };
  await page.getByLabel('First frame', { exact: true }).setInputFiles(picture);
  const shown = page.getByRole('img', { name: 'First frame: fox.png' });
  await expect(shown).toBeVisible();
  await page.reload();
  await expect(shown).toBeVisible();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await generate(page, 'from this picture');
  await plays(page, product);
  const id = new URL(page.url()).pathname.split('/').at(-1);
  expect((await (await page.request.get(`${product.url}/api/videos/${id}`)).json()).inputs).toHaveLength(1);
  expect((await ledger())[0]).toMatchObject({ prompt: 'from this picture', first_frame: true });

  await page.goto(product.url);
  await page.getByRole('button', { name: 'Take the first frame away' }).click();
  await page.getByRole('button', { name: 'By link' }).click();
  await page.getByRole('textbox', { name: 'Link to the first frame' }).fill(`${product.url}/icon.svg`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'begins with https' })).toBeVisible();
});

test('a sum over five dollars is asked about, and nothing is sent before the answer', async ({ page }) => {
  const before = await sent();
  await page.goto(product.url);
  await page.getByRole('combobox', { name: 'Seconds' }).click();
  await page.getByRole('option', { name: '8 s' }).click();
  await page.getByRole('combobox', { name: 'Takes' }).click();
  await page.getByRole('option', { name: '×5' }).click();
  await expect(page.getByText('~$6.00')).toBeVisible();
  await generate(page, 'five foxes');
  const question = page.getByRole('dialog', { name: 'Spend about $6.00?' });
  await question.getByRole('button', { name: 'Leave it' }).click();
  await expect(question).toBeHidden();
  expect(await sent()).toBe(before);
  await page.getByRole('button', { name: /Generate 5 takes/ }).click();
  await question.getByRole('button', { name: 'Spend $6.00' }).click();
  await expect(page.locator('[data-take]').filter({ hasText: 'five foxes' })).toHaveCount(5);
  await expect.poll(sent).toBe(before + 5);
});

test('a take over the daily cap is refused in words, nothing is sent, and what was written stays', async ({ page }) => {
  await page.goto(`${product.url}/settings/limits`);
  await page.getByRole('textbox', { name: 'For you' }).fill('7.5');
  await page.getByRole('textbox', { name: 'For you' }).press('Enter');
  await expect(page.getByText('$0.30', { exact: true })).toBeVisible();
  const before = await sent();
  await page.goto(product.url);
  await generate(page, 'one fox too many');
  const refusal = page.getByRole('alert').filter({ hasText: 'daily cap' });
  await expect(refusal).toContainText('Nothing was sent');
  await expect(page.getByRole('textbox', { name: /describe/i })).toHaveValue('one fox too many');
  await refusal.getByRole('link', { name: 'Limits' }).click();
  await expect(page.getByRole('heading', { name: 'Limits', level: 1 })).toBeVisible();
  expect(await sent()).toBe(before);
});

test('no page holds a key of a provider, or an address of it, neither as it is sent nor as it is shown', async ({
  page,
}) => {
  const { videos } = await (await page.request.get(`${product.url}/api/videos`)).json();
  // With what shows that the page has got its data.
  const pages = [
    ['/', 'fox'],
    [`/videos/${videos[0].id}`, 'fox'],
    ['/usage', 'veo3'],
    ['/admin', 'fal'],
    ['/admin/audit', 'The provider fal'],
    ['/settings/providers', 'f00d'],
    ['/settings/models', 'Veo 3 Fast'],
  ];
  for (const [path = '', shown = ''] of pages) {
    const answer = await page.goto(product.url + path);
    await expect(page.getByText(shown).first()).toBeVisible();
    for (const html of [(await answer?.text()) ?? '', await page.content()]) {
      for (const secret of ['a-good-key-of-ada', hosted.url]) expect(html, path).not.toContain(secret);
    }
  }
});

/** Saves a key in the form that is open. */
async function paste(page: Page, key: string, address?: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Key of fal' });
  await form.getByLabel('Key of fal').fill(key);
  if (address) {
    await form.getByText('At another address').click();
    await form.getByLabel('Address').fill(address);
  }
  await form.getByRole('button', { name: 'Save the key' }).click();
  await expect(form).toBeHidden();
}

/** The creates that the provider took, newest first. */
async function ledger(): Promise<{ prompt: string; first_frame: boolean }[]> {
  const answer = await fetch(`${hosted.url}/simulator/ledger`);
  return (await answer.json()).jobs;
}

const sent = async () => (await ledger()).length;
