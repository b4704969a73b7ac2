import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#store/database/database.ts';
import { addUser, testDatabases } from '#store/testing.ts';
import { type Keys, openKeys } from './keys.ts';

const person = { type: 'user', id: 'ada' } as const;

describe.each(testDatabases())('keys in $name', ({ open }) => {
  let database: Database;
  let keys: Keys;
  beforeEach(async () => {
    database = await open();
    keys = openKeys(database);
    await addUser(database, { id: 'ada', role: 'admin' });
    await addUser(database, { id: 'bob', role: 'member' });
  });

  test('a new key stands for its owner, and its secret is stored nowhere', async () => {
    const { key, secret } = await keys.create({ ownerId: 'ada', name: 'laptop' }, person);
    expect(secret).toMatch(/^dk_[\w-]{43}$/);
    expect(key).toMatchObject({ ownerId: 'ada', name: 'laptop', prefix: secret.slice(0, 8), lastUsedAt: null });
    expect(await keys.verify(secret)).toEqual({
      id: key.id,
      ownerId: 'ada',
      role: 'admin',
      scopes: ['read', 'create'],
      createsPerMinute: null,
    });
    const [row] = await database.query<{ text: string }>('select row_to_json(k)::text as text from api_keys k');
    expect(row?.text).not.toContain(secret.slice(8));
  });

  test('a given secret works too, once', async () => {
    await keys.create({ ownerId: 'bob', name: 'from the environment', secret: 'a secret of my own' }, person);
    expect(await keys.verify('a secret of my own')).toMatchObject({ ownerId: 'bob', role: 'member' });
    await expect(keys.create({ ownerId: 'ada', name: 'again', secret: 'a secret of my own' }, person)).rejects.toThrow(
      /unique|duplicate/,
    );
  });

  test('unknown secrets stand for nobody', async () => {
    const { secret } = await keys.create({ ownerId: 'ada', name: 'laptop' }, person);
    for (const wrong of ['', 'dk_', secret.slice(0, -1), secret.toLowerCase(), `${secret} `]) {
      expect(await keys.verify(wrong)).toBeNull();
    }
  });

  test('a revoked key stands for nobody, and is revoked by its owner or an admin', async () => {
    const { key, secret } = await keys.create({ ownerId: 'ada', name: 'laptop' }, person);
    expect(await keys.revoke(key.id, 'bob', person)).toBe(false);
    expect(await keys.verify(secret)).not.toBeNull();
    expect(await keys.revoke(key.id, 'ada', person)).toBe(true);
    expect(await keys.revoke(key.id, null, person)).toBe(false);
    expect(await keys.verify(secret)).toBeNull();
    expect((await keys.list('ada')).map(({ revokedAt }) => revokedAt)).toEqual([expect.any(Date)]);
  });

  test('a key dies with its owner, and is made for users only', async () => {
    const { secret } = await keys.create({ ownerId: 'bob', name: 'laptop' }, person);
    await database.query(`delete from "user" where id = 'bob'`);
    expect(await keys.verify(secret)).toBeNull();
    await expect(keys.create({ ownerId: 'nobody', name: 'laptop' }, person)).rejects.toThrow(/foreign key/);
  });

  test('the last use is written down once a minute', async () => {
    const { secret } = await keys.create({ ownerId: 'ada', name: 'laptop' }, person);
    await keys.verify(secret);
    const used = (await keys.list('ada'))[0]?.lastUsedAt;
    expect(used).toBeInstanceOf(Date);
    await keys.verify(secret);
    expect((await keys.list('ada'))[0]?.lastUsedAt).toEqual(used);
    await database.query(`update api_keys set last_used_at = last_used_at - interval '61 seconds'`);
    await keys.verify(secret);
    expect((await keys.list('ada'))[0]?.lastUsedAt?.getTime()).toBeGreaterThanOrEqual(used?.getTime() ?? 0);
  });

  test('a key ends when it runs out', async () => {
    const soon = { ownerId: 'bob', name: 'a day', expiresAt: new Date(Date.now() + 86_400_000) };
    const { key, secret } = await keys.create(soon, person);
    expect(await keys.verify(secret)).toMatchObject({ id: key.id });
    await database.query(`update api_keys set expires_at = now()`);
    expect(await keys.verify(secret)).toBeNull();
    expect((await keys.list('bob')).map(({ state }) => state)).toEqual(['expired']);
  });

  test('a key of somebody who is disabled rests, and works again with them', async () => {
    const { secret } = await keys.create({ ownerId: 'bob', name: 'laptop' }, person);
    await database.query(`update "user" set disabled_at = now() where id = 'bob'`);
    expect(await keys.verify(secret)).toBeNull();
    expect((await keys.list('bob')).map(({ state }) => state)).toEqual(['idle']);
    await database.query(`update "user" set disabled_at = null where id = 'bob'`);
    expect(await keys.verify(secret)).not.toBeNull();
  });

  test('carries what it was made with', async () => {
    const wish = { ownerId: 'ada', name: 'robot', scopes: ['read' as const], createsPerMinute: 5 };
    const { key, secret } = await keys.create(wish, person);
    expect(key).toMatchObject({ ownerName: 'ada', scopes: ['read'], createsPerMinute: 5, expiresAt: null });
    expect(await keys.verify(secret)).toMatchObject({ scopes: ['read'], createsPerMinute: 5 });
    const events = await database.query<{ type: string; actor: object }>('select type, actor from events');
    expect(events).toEqual([{ type: 'key_made', actor: person }]);
  });

  test('lists are of one owner, or of all', async () => {
    await keys.create({ ownerId: 'ada', name: 'first' }, person);
    await keys.create({ ownerId: 'bob', name: 'second' }, person);
    expect((await keys.list('bob')).map(({ name }) => name)).toEqual(['second']);
    expect(await keys.list(null)).toHaveLength(2);
  });
});
