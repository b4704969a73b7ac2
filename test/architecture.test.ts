import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const projectDir = join(import.meta.dirname, '..');
let treeDir: string;

/** A tree with the real rules and none of the real code: what the linter says of it is what it would say of ours. */
beforeEach(() => {
  treeDir = mkdtempSync(join(tmpdir(), 'dailies-architecture-'));
  for (const file of ['package.json', 'tsconfig.json', 'oxlint.config.ts']) {
    cpSync(join(projectDir, file), join(treeDir, file));
  }
});

afterEach(() => rmSync(treeDir, { recursive: true, force: true }));

/** Writes the files and lints them. Answers what was found, one line per finding; '' when all is well. */
function lint(files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(treeDir, path)), { recursive: true });
    writeFileSync(join(treeDir, path), text);
  }
  const oxlint = join(projectDir, 'node_modules/oxlint/bin/oxlint');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [oxlint, '--format=unix', 'src'],
      { cwd: treeDir, timeout: 15_000 },
      (error, stdout, stderr) => {
        if (!error) return resolve('');
        if (error.code === 1 && stdout.includes('problem')) return resolve(stdout);
        reject(new Error(`oxlint did not run: ${stderr || stdout}`, { cause: error }));
      },
    );
  });
}

const store = 'export const rows = 1;\nexport type Row = number;\n';

describe('the linter refuses', () => {
  test.each([
    ['video', '#engine/x.ts'],
    ['net', '#video/x.ts'],
    ['simulator', '#video/x.ts'],
    ['engine', '#store/x.ts'],
    ['engine', '#providers/x.ts'],
    ['engine', '#api/x.ts'],
    ['store', '#engine/x.ts'],
    ['store', '#media/x.ts'],
    ['providers', '#engine/x.ts'],
    ['providers', '#store/x.ts'],
    ['media', '#providers/x.ts'],
    ['notify', '#api/x.ts'],
    ['api', '#store/x.ts'],
    ['api', '#providers/x.ts'],
    ['api', '#boot.ts'],
    ['ui', '#api/x.ts'],
    ['ui', '#video/x.ts'],
    ['ui', '#store/x.ts'],
    ['app', '#api/x.ts'],
    ['app', '#engine/x.ts'],
    ['app', '#boot.ts'],
  ])('%s importing code of %s', async (room, name) => {
    const found = await lint({ [`src/${room}/a.ts`]: `import { x } from '${name}';\nexport const a = x;\n` });
    expect(found).toContain(`src/${room}/a.ts:1:1: '${name}' import is restricted`);
  });

  test.each([
    ['video', 'node:fs'],
    ['video', 'hono'],
    ['api', 'pg'],
    ['engine', 'drizzle-orm'],
    ['app', '@electric-sql/pglite'],
    ['engine', '../store/a.ts'],
    ['app/videos/[id]', '../../../store/a.ts'],
    ['engine/deep', './../../store/a.ts'],
  ])('%s importing %s', async (room, name) => {
    const found = await lint({ 'src/store/a.ts': store, [`src/${room}/b.ts`]: `export * from '${name}';\n` });
    expect(found).toContain(`'${name}' import is restricted`);
  });

  test('even a type, where a room may not know the other at all', async () => {
    const found = await lint({ 'src/engine/a.ts': "import type { Row } from '#store/a.ts';\nexport type A = Row;\n" });
    expect(found).toContain("'#store/a.ts' import is restricted");
  });

  test('two files that import each other', async () => {
    const found = await lint({
      'src/engine/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'src/engine/b.ts': "import { a } from '#engine/a.ts';\nexport const b = () => a;\n",
    });
    expect(found).toContain('src/engine/a.ts:1:19: Dependency cycle detected');
  });

  test.each([
    ['process.env', 'export const a = process.env.PORT;'],
    ['process?.["env"]', 'export const a = process?.["env"];'],
    ['an env taken out of process', 'export const { env } = process;'],
    ['process by way of globalThis', 'export const a = globalThis.process;'],
    ['env from node:process', "export { env } from 'node:process';\nimport { env } from 'node:process';"],
    ['process from node:process', "import process from 'node:process';\nexport const a = process;"],
  ])('%s outside config.ts', async (_name, text) => {
    expect(await lint({ 'src/api/a.ts': `${text}\n` })).toContain('restricted');
    expect(await lint({ 'src/server.ts': `${text}\n` })).toContain('src/server.ts');
  });
});

test('the linter lets everything pass that goes the right way', async () => {
  const found = await lint({
    'src/config.ts': "import '#video/a.ts';\nexport const env = process.env;\n",
    'src/video/a.ts': "import { z } from 'zod';\nimport { b } from './b.ts';\nexport const a = [z, b];\n",
    'src/video/b.ts': 'export const b = 1;\n',
    'src/net/a.ts': "import 'undici';\n",
    'src/engine/system.ts': "import { a } from '#video/a.ts';\nexport const system = a;\nexport type Port = 1;\n",
    'src/store/a.ts': `import type { Port } from '#engine/system.ts';\nimport 'drizzle-orm';\nimport { pid } from 'node:process';\nexport const port: Port = 1;\nexport const me = pid;\n${store}`,
    'src/providers/openai/a.ts':
      "import { type Port } from '#engine/system.ts';\nimport '#net/a.ts';\nimport '../b.ts';\nexport type A = Port;\n",
    'src/providers/b.ts': 'export const b = 1;\n',
    'src/api/wire.ts': "import type { Row } from '#store/a.ts';\nimport '#engine/system.ts';\nexport type A = Row;\n",
    'src/api/auth/accounts.ts': "import 'drizzle-orm';\n",
    'src/ui/a.ts': "import '#api/wire.ts';\nimport '#api/admin/wire.ts';\nimport '#ui/b.ts';\n",
    'src/ui/b.ts': "import 'react';\n",
    'src/app/page.tsx': "import '#ui/a.ts';\n",
    'src/boot.ts': "import '#store/a.ts';\nimport '#api/auth/accounts.ts';\nimport 'pg';\n",
    'src/server.ts': "import '#boot.ts';\n",
    'src/engine/a.test.ts': "import '#store/a.ts';\n",
  });
  expect(found).toBe('');
});
