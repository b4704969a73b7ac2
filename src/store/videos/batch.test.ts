import { expect, it } from 'vitest';
import { createBatch } from './batch.ts';

it('asks once for all who ask at once, and again for who asks later', async () => {
  const asked: number[][] = [];
  const read = createBatch(async (keys: number[]) => {
    asked.push(keys);
    return keys.map((key) => key * 10);
  });
  expect(await Promise.all([read(1), read(2), read(1)])).toEqual([10, 20, 10]);
  expect(await read(3)).toBe(30);
  expect(asked).toEqual([[1, 2, 1], [3]]);
});

it('has at most four on their way with a hundred each, and nobody waits for ever', async () => {
  const open: (() => void)[] = [];
  const sizes: number[] = [];
  const read = createBatch(async (keys: number[]) => {
    sizes.push(keys.length);
    await new Promise<void>((resolve) => open.push(resolve));
    return keys;
  });
  const all = Promise.all(Array.from({ length: 650 }, (_, i) => read(i)));
  while (open.length < 4) await new Promise(setImmediate);
  expect(sizes).toEqual([100, 100, 100, 100]);
  while (sizes.length < 7 || open.length > 0) {
    open.shift()?.();
    await new Promise(setImmediate);
  }
  expect(await all).toEqual(Array.from({ length: 650 }, (_, i) => i));
});

it('tells each of them of an error, and goes on', async () => {
  let broken = true;
  const read = createBatch(async (keys: number[]) => {
    if (broken) throw new Error('no database');
    return keys;
  });
  const results = await Promise.allSettled([read(1), read(2)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await read(1)).toBe(1);
});
