import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '#config.ts';
import type { Database } from '#store/database/database.ts';
import { testDatabases } from '#store/testing.ts';
import { type Installation, openInstallation } from './installation.ts';

const actor = { type: 'user' as const, id: 'admin' };
const secret = 's'.repeat(43);
const dir = () => mkdtempSync(join(tmpdir(), 'dailies-installation-'));
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function open(database: Database, env: Record<string, string> = {}, own = secret, at = dir()) {
  const error = vi.fn();
  const log = { debug() {}, info() {}, warn() {}, error };
  const config = loadConfig({ DAILIES_DATA_DIR: at, ...env }, at);
  const simulator = { url: () => 'http://127.0.0.1:1/v1' };
  const installation = await openInstallation({ config, database, secret: own, simulator, log });
  ends.push(() => {
    installation.stop();
    rmSync(at, { recursive: true, force: true });
  });
  return { ...installation, error, dir: at };
}

const change = (key: string) => ({
  kind: 'fal',
  name: null,
  personality: null,
  slots: null,
  requestsPerMinute: null,
  enabled: true,
  credential: { baseUrl: null, key },
});
const states = ({ registry }: Pick<Installation, 'registry'>) =>
  registry.instances().map(({ id, state, present }) => [id, state, present?.from]);

describe.each(testDatabases())('the installation on $name', ({ open: openDatabase }) => {
  it('hears what another process changed, without a restart', async () => {
    const database = await openDatabase();
    const [one, other] = [await open(database), await open(database)];
    await one.stored.saveProvider('fal', change('key-of-fal'), actor);
    await vi.waitFor(() => expect(states(other)).toEqual([['fal', 'ready', 'stored']]), 10_000);
    await one.stored.setDefaultModel('fal/fal-ai/veo3/fast', actor);
    await vi.waitFor(() => expect(other.registry.catalogue.defaultModel()).toBe('fal/fal-ai/veo3/fast'), 10_000);
    await one.stored.removeProvider('fal', actor);
    await vi.waitFor(() => expect(other.registry.defaultModel().from).toBe('built_in'), 10_000);
  });

  it('says in one line that keys were sealed with another secret, and sends nothing without them', async () => {
    const database = await openDatabase();
    const first = await open(database);
    await first.stored.saveProvider('fal', change('key-of-fal'), actor);
    const next = 'n'.repeat(43);
    const stranger = await open(database, {}, next);
    expect(states(stranger)).toEqual([['fal', 'key_unreadable', 'stored']]);
    expect(stranger.registry.providers.ids()).toEqual(['simulator']);
    expect(stranger.error).toHaveBeenCalledTimes(1);
    const rotated = await open(database, { DAILIES_SECRET_PREVIOUS: secret }, next);
    expect(states(rotated)).toEqual([['fal', 'ready', 'stored']]);
    expect(states(await open(database, {}, next))).toEqual([['fal', 'ready', 'stored']]);
  });

  it('opens with the secret that was made here, after a person has set one', async () => {
    const database = await openDatabase();
    const at = dir();
    writeFileSync(join(at, 'secret'), `${secret}\n`);
    const first = await open(database);
    await first.stored.saveProvider('fal', change('key-of-fal'), actor);
    expect(states(await open(database, {}, 'n'.repeat(43), at))).toEqual([['fal', 'ready', 'stored']]);
  });
});

describe('variables and files', () => {
  const [embedded] = testDatabases();
  const anyDatabase = () => embedded?.open() as Promise<Database>;

  it('finds keys in variables, and makes nothing the default by itself', async () => {
    const found = await open(await anyDatabase(), { FAL_API_KEY: 'k', XAI_API_KEY: 'k', OPENAI_API_KEY: 'k' });
    expect(states(found)).toEqual([
      ['fal', 'ready', 'env:FAL_API_KEY'],
      ['xai', 'ready', 'env:XAI_API_KEY'],
    ]);
    expect(found.registry.defaultModel()).toMatchObject({ id: 'simulator/test-pattern', from: 'built_in' });
  });

  it('reads the models file again when it changes, and keeps what it had where that is wrong', async () => {
    const at = dir();
    const file = join(at, 'models.json');
    const write = (models: object[]) => writeFileSync(file, JSON.stringify({ models }));
    const one = await open(await anyDatabase(), {}, secret, at);
    const label = () => one.registry.catalogue.get('simulator/test-pattern')?.label;
    expect(label()).toBe('Test pattern (free)');
    write([{ id: 'simulator/test-pattern', label: 'Bars' }]);
    await vi.waitFor(() => expect(label()).toBe('Bars'), 15_000);
    write([{ id: 'simulator/test-pattern', label: '' }]);
    await vi.waitFor(() => expect(one.modelsFile().error).toContain('entry 1 (simulator/test-pattern), label'), 15_000);
    expect(label()).toBe('Bars');
    await expect(open(await anyDatabase(), { DAILIES_MODELS: file })).rejects.toThrow('the models file is wrong');
  });
});
