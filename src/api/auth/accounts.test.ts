import { scryptSync } from 'node:crypto';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { expect, it } from 'vitest';
import { createAccounts } from './accounts.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const client = { address: '127.0.0.1', userAgent: null };
const email = 'boss@example.com';

it('keeps of a password only its salted scrypt, which opens for that password alone', async () => {
  const rows = { user: [], session: [], account: [] as { password: string }[], verification: [] };
  const accounts = createAccounts({ secret: 'x'.repeat(32), appUrl: null, log, database: memoryAdapter(rows) });
  await accounts.makeAdmin({ email, password: 'correct horse' });
  const [salt = '', key] = rows.account[0]?.password.split(':') ?? [];
  const work = { N: 16_384, r: 16, p: 1, maxmem: 64 << 20 };
  expect(scryptSync('correct horse', salt, 64, work).toString('hex')).toBe(key);
  expect(await accounts.hashPassword('correct horse')).not.toContain(salt);
  expect(await accounts.signIn(email, 'correct horse', client, new Headers())).toHaveProperty('cookies');
  expect(await accounts.signIn(email, 'wrong horse', client, new Headers())).toBe('wrong');
});
