import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiKey, type Product, startProduct } from './product.ts';

const projectDir = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let product: Product;
let directory: string;
beforeAll(async () => {
  product = await startProduct();
  directory = await mkdtemp(join(tmpdir(), 'dailies-examples-'));
  await symlink(join(projectDir, 'node_modules'), join(directory, 'node_modules'));
}, 60_000);
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await product.stop();
});

/** The code under a heading of docs/openai-api.md. */
async function example(heading: string): Promise<string> {
  const text = await readFile(join(projectDir, 'docs/openai-api.md'), 'utf8');
  const code = new RegExp(`## ${heading}\\n[^#]*?\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  if (!code) throw new Error(`no example under ${heading}`);
  return code;
}

it.each([
  ['openai-node', 'node', 'example.mjs'],
  ['curl', 'bash', 'example.sh'],
  ['Vercel AI SDK', 'node', 'example.mjs'],
])(
  'the example for %s fetches a clip',
  async (heading, program, name) => {
    await writeFile(join(directory, name), await example(heading));
    await run(program === 'node' ? process.execPath : program, [name], {
      cwd: directory,
      env: { NODE_ENV: 'test', PATH: '/usr/bin:/bin', OPENAI_BASE_URL: `${product.origin}/v1`, OPENAI_API_KEY: apiKey },
      timeout: 50_000,
    });
    const file = join(directory, 'fox.mp4');
    expect((await readFile(file)).toString('latin1', 4, 8)).toBe('ftyp');
    await rm(file);
  },
  60_000,
);
