import { describe, expect, it, vi } from 'vitest';
import type { ProviderChange } from '#engine/stored-settings.ts';
import type { Database } from '#store/database/database.ts';
import { testDatabases } from '#store/testing.ts';
import { createSeal } from './seal.ts';
import { openSettings } from './settings.ts';

const secret = 's'.repeat(43);
const actor = { type: 'user' as const, id: 'admin' };
const canary = 'canary-3f9a51c07e-key';
const fal: ProviderChange = {
  kind: 'fal',
  name: null,
  personality: null,
  slots: null,
  requestsPerMinute: null,
  enabled: true,
};
const withKey = (key: string | null, baseUrl: string | null = null): ProviderChange => ({
  ...fal,
  credential: { baseUrl, key },
});

describe.each(testDatabases())('provider settings on $name', ({ open }) => {
  const onSecret = (database: Database, ...secrets: string[]) =>
    openSettings(database, createSeal(secrets[0] ?? secret, secrets.slice(1)));

  it('keeps providers, keys and choices', async () => {
    const settings = onSecret(await open());
    expect(await settings.load()).toEqual({
      providers: [],
      defaultModel: null,
      aliases: {},
      fallbacks: { enabled: false, dearer: false, models: {} },
      tests: {},
    });
    await settings.saveProvider('fal', { ...withKey(canary), name: 'Ours', slots: 3 }, actor);
    await settings.setDefaultModel('fal/x', actor);
    await settings.setAliases({ 'sora-2': 'fal/x' }, actor);
    await settings.setFallbacks({ enabled: true, dearer: false, models: { 'fal/x': ['fal/y'] } }, actor);
    const loaded = await settings.load();
    expect(loaded).toMatchObject({ defaultModel: 'fal/x', aliases: { 'sora-2': 'fal/x' } });
    expect(loaded.fallbacks).toEqual({ enabled: true, dearer: false, models: { 'fal/x': ['fal/y'] } });
    expect(loaded.providers).toMatchObject([
      { id: 'fal', name: 'Ours', slots: 3, enabled: true, credentials: [{ key: canary, retiredAt: null }] },
    ]);
    await settings.setDefaultModel(null, actor);
    expect((await settings.load()).defaultModel).toBe(null);
  });

  it('keeps what the last free test of a provider brought, until that is removed', async () => {
    const settings = onSecret(await open());
    const tested = { at: '2026-01-01T00:00:00.000Z', message: 'It answers.', credentialId: 'env:FAL_KEY' };
    await settings.saveProvider('fal', withKey(canary), actor);
    await settings.saveTest('fal', { ...tested, outcome: 'not_reachable' }, actor);
    await settings.saveTest('fal', { ...tested, outcome: 'ok' }, actor);
    expect((await settings.load()).tests).toEqual({ fal: { ...tested, outcome: 'ok' } });
    await settings.removeProvider('fal', actor);
    expect((await settings.load()).tests).toEqual({});
  });

  it('keeps a key that is replaced until no job needs it, and a key that is not mentioned', async () => {
    const database = await open();
    const settings = onSecret(database);
    await settings.saveProvider('fal', withKey('first-key'), actor);
    await settings.saveProvider('fal', { ...fal, name: 'Renamed' }, actor);
    await settings.saveProvider('fal', withKey('second-key'), actor);
    const keys = async () => (await settings.load()).providers[0]?.credentials.map((one) => one.key);
    expect(await keys()).toEqual(['second-key', 'first-key']);
    await settings.saveProvider('fal', withKey('third-key'), actor);
    expect(await keys()).toEqual(['third-key', 'second-key', 'first-key']);
    await database.query(`update provider_credentials set retired_at = retired_at - interval '2 hours'`);
    await settings.saveProvider('fal', withKey('fourth-key'), actor);
    expect(await keys()).toEqual(['fourth-key', 'third-key']);
  });

  it('removes a provider with its keys, and the default that was one of its models', async () => {
    const settings = onSecret(await open());
    await settings.saveProvider('fal', withKey(canary), actor);
    await settings.setDefaultModel('fal/x', actor);
    expect(await settings.removeProvider('fal', actor)).toBe(true);
    expect(await settings.load()).toMatchObject({ providers: [], defaultModel: null });
    expect(await settings.removeProvider('fal', actor)).toBe(false);
    await settings.saveProvider('fal', fal, actor);
    expect((await settings.load()).providers[0]?.credentials).toEqual([]);
  });

  it('writes every change down, and never a key', async () => {
    const database = await open();
    const settings = onSecret(database);
    await settings.saveProvider('fal', withKey(canary), actor);
    await settings.setDefaultModel('fal/x', actor);
    await settings.setAliases({ a: 'fal/x' }, actor);
    await settings.removeProvider('fal', actor);
    const events = await database.query<{ type: string; actor: object; data: object }>(
      'select type, actor, data from events order by id',
    );
    expect(events).toEqual([
      { type: 'provider_saved', actor, data: { provider: 'fal', kind: 'fal', key: 'set' } },
      { type: 'default_model_changed', actor, data: { model: 'fal/x' } },
      { type: 'aliases_changed', actor, data: { aliases: { a: 'fal/x' } } },
      { type: 'provider_removed', actor, data: { provider: 'fal' } },
    ]);
  });

  it('holds no key that anybody could read in the rows', async () => {
    const database = await open();
    const settings = onSecret(database);
    await settings.saveProvider('fal', withKey(canary, 'http://127.0.0.1:9/fal'), actor);
    const tables = await database.query<{ name: string }>(
      'select quote_ident(tablename) as name from pg_tables where schemaname = $1',
      [database.schema],
    );
    const rows = await Promise.all(tables.map(({ name }) => database.query(`select t::text as row from ${name} t`)));
    const dump = JSON.stringify(rows);
    expect(dump).toContain('provider_saved');
    expect(dump).not.toContain(canary);
    expect(dump).not.toContain(Buffer.from(canary).toString('base64url').slice(0, 20));
    expect(dump).not.toContain(Buffer.from(canary).toString('hex'));
  });

  it('opens a key in its own row alone: neither swapped with another, nor for another provider or address', async () => {
    const database = await open();
    const settings = onSecret(database);
    await settings.saveProvider('fal', withKey('key-of-fal'), actor);
    await settings.saveProvider('xai', withKey('key-of-xai'), actor);
    const states = async () =>
      (await settings.load()).providers.map(({ credentials: [one] }) => [one?.key, one?.unreadable]);
    await database.query(
      `update provider_credentials a set ciphertext = b.ciphertext from provider_credentials b where a.id <> b.id`,
    );
    expect(await states()).toEqual([
      [null, true],
      [null, true],
    ]);
    await settings.saveProvider('fal', withKey('key-of-fal'), actor);
    await database.query(`update provider_credentials set base_url = 'https://evil.example' where provider = 'fal'`);
    expect((await states())[0]).toEqual([null, true]);
  });

  it('says that a key cannot be read with another secret, and reads it with the previous one', async () => {
    const database = await open();
    await onSecret(database).saveProvider('fal', withKey(canary), actor);
    const next = 'n'.repeat(43);
    const keyWith = async (...secrets: string[]) =>
      (await onSecret(database, ...secrets).load()).providers[0]?.credentials[0];
    expect(await keyWith(next)).toMatchObject({ key: null, unreadable: true });
    expect(await onSecret(database, next).reseal()).toBe(0);
    expect(await keyWith(next, secret)).toMatchObject({ key: canary, unreadable: false });
    expect(await onSecret(database, next, secret).reseal()).toBe(1);
    expect(await keyWith(next)).toMatchObject({ key: canary, unreadable: false });
    expect(await keyWith(secret)).toMatchObject({ key: null, unreadable: true });
  });

  it('tells every process that listens', async () => {
    const database = await open();
    const heard = vi.fn();
    const leave = onSecret(database).listen(heard);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    heard.mockClear();
    await onSecret(database).setDefaultModel('fal/x', actor);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    leave();
  });
});
