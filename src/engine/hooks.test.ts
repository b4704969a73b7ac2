import { describe, expect, it } from 'vitest';
import { createHooks } from './hooks.ts';

describe('the address that a provider may call', () => {
  const id = `attempt_${'0'.repeat(31)}1`;

  it('names the attempt, and cannot be guessed', () => {
    const hooks = createHooks('secret', 'https://dailies.example');
    const url = hooks.urlFor('fake', id) ?? '';
    expect(url).toMatch(/^https:\/\/dailies\.example\/api\/hooks\/fake\/attempt_[0-9a-f]{32}\.[A-Za-z0-9_-]{22}$/);
    const token = url.split('/').at(-1) ?? '';
    expect(hooks.attemptOf(token)).toBe(id);
    expect(createHooks('another secret', null).attemptOf(token)).toBeNull();
    expect(hooks.attemptOf(token.replace('01.', '02.'))).toBeNull();
    expect(['', id, `${id}.`, `${token}x`, '../..'].map(hooks.attemptOf)).toEqual([null, null, null, null, null]);
  });

  it('is none where the internet does not reach us', () => {
    expect(createHooks('secret', null).urlFor('fake', id)).toBeNull();
  });
});
