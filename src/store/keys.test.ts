import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#store/database/database.ts';
import { type Keys, openKeys } from './keys.ts';
import { addUser, testDatabases } from './testing.ts';

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
    const { key, secret } = await keys.create('ada', 'laptop');
    expect(secret).toMatch(/^dk_[\w-]{43}$/);
    expect(key).toMatchObject({ ownerId: 'ada', name: 'laptop', prefix: secret.slice(0, 8), lastUsedAt: null });
    expect(await keys.verify(secret)).toEqual({ keyId: key.id, ownerId: 'ada', role: 'admin' });
    const [row] = await database.query<{ text: string }>('select row_to_json(k)::text as text from api_keys k');
    expect(row?.text).not.toContain(secret.slice(8));
  });

  test('a given secret works too, once', async () => {
    await keys.create('bob', 'from the environment', 'a secret of my own');
    expect(await keys.verify('a secret of my own')).toMatchObject({ ownerId: 'bob', role: 'member' });
    await expect(keys.create('ada', 'again', 'a secret of my own')).rejects.toThrow(/unique|duplicate/);
  });

  test('unknown secrets stand for nobody', async () => {
    const { secret } = await keys.create('ada', 'laptop');
    for (const wrong of ['', 'dk_', secret.slice(0, -1), secret.toLowerCase(), `${secret} `]) {
      expect(await keys.verify(wrong)).toBeNull();
    }
  });

  test('a revoked key stands for nobody, and is revoked by its owner or an admin', async () => {
    const { key, secret } = await keys.create('ada', 'laptop');
    expect(await keys.revoke(key.id, 'bob')).toBe(false);
    expect(await keys.verify(secret)).not.toBeNull();
    expect(await keys.revoke(key.id, 'ada')).toBe(true);
    expect(await keys.revoke(key.id, null)).toBe(false);
    expect(await keys.verify(secret)).toBeNull();
    expect((await keys.list('ada')).map(({ revokedAt }) => revokedAt)).toEqual([expect.any(Date)]);
  });

  test('a key dies with its owner, and is made for users only', async () => {
    const { secret } = await keys.create('bob', 'laptop');
    await database.query(`delete from "user" where id = 'bob'`);
    expect(await keys.verify(secret)).toBeNull();
    await expect(keys.create('nobody', 'laptop')).rejects.toThrow(/foreign key/);
  });

  test('the last use is written down once a minute', async () => {
    const { secret } = await keys.create('ada', 'laptop');
    await keys.verify(secret);
    const used = (await keys.list('ada'))[0]?.lastUsedAt;
    expect(used).toBeInstanceOf(Date);
    await keys.verify(secret);
    expect((await keys.list('ada'))[0]?.lastUsedAt).toEqual(used);
    await database.query(`update api_keys set last_used_at = last_used_at - interval '61 seconds'`);
    await keys.verify(secret);
    expect((await keys.list('ada'))[0]?.lastUsedAt?.getTime()).toBeGreaterThanOrEqual(used?.getTime() ?? 0);
  });

  test('lists are of one owner, or of all', async () => {
    await keys.create('ada', 'first');
    await keys.create('bob', 'second');
    expect((await keys.list('bob')).map(({ name }) => name)).toEqual(['second']);
    expect(await keys.list(null)).toHaveLength(2);
  });
});
