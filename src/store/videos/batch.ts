type Waiting<K, V> = { key: K; resolve: (value: V) => void; reject: (error: unknown) => void };

/** Of them on their way at once, and of keys in one. */
const atOnce = 4;
const most = 100;

/**
 * One statement for many readers: whoever asks in the same turn of the loop, or while statements are on their way, goes
 * with the next one. Nobody is answered by a statement that began before he asked.
 */
export function createBatch<K, V>(load: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  let waiting: Waiting<K, V>[] = [];
  let underWay = 0;
  let planned = false;

  function plan(): void {
    if (planned || waiting.length === 0 || underWay >= atOnce) return;
    planned = true;
    setImmediate(send);
  }

  async function send(): Promise<void> {
    planned = false;
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    underWay += 1;
    plan();
    try {
      const values = await load(batch.map(({ key }) => key));
      for (const [i, { resolve }] of batch.entries()) resolve(values[i] as V);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      underWay -= 1;
      plan();
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      plan();
    });
}
