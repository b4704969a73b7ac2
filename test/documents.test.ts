import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '#config.ts';
import { kinds } from '#providers/kinds.ts';

const projectDir = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(projectDir, path), 'utf8');

test('.env.example names every variable that config.ts reads, and no other', () => {
  const ours = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]);
  const known = [...ours, ...kinds.flatMap(({ variables }) => variables)];
  const example = read('.env.example');
  const named = [...example.matchAll(/^#([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(known.length).toBeGreaterThan(10);
  expect(ours.filter((name) => !example.includes(`${name}`))).toEqual([]);
  expect(kinds.filter(({ variables }) => !variables.some((name) => example.includes(name)))).toEqual([]);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test('.env.example is understood as it stands with every line switched on', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dailies-env-'));
  try {
    writeFileSync(join(directory, '.env'), read('.env.example').replace(/^#(?=[A-Z][A-Z0-9_]+=)/gm, ''));
    expect(loadConfig({}, directory)).toMatchObject({ port: 3000, defaultModel: 'openai/default' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('every command that the README names is a script of package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read('README.md').matchAll(/`npm (?:run )?([a-z:]+)`/g)].map((match) => match[1] as string);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every link between the documents leads somewhere', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: projectDir })];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map((match) => match[1] as string)
      .filter((target) => !existsSync(join(projectDir, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(pages.length).toBeGreaterThan(20);
  expect(broken).toEqual([]);
});
