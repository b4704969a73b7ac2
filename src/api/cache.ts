/**
 * Remembers answers by key for a while, the newest `size` of them; who asks while an answer is under way shares it.
 * An error is not remembered.
 */
export function createCache<V>(size: number, lifeMs: number): (key: string, ask: () => Promise<V>) => Promise<V> {
  const entries = new Map<string, { until: number; value: Promise<V> }>();
  return (key, ask) => {
    const known = entries.get(key);
    if (known && known.until > performance.now()) return known.value;
    const value = ask();
    entries.delete(key);
    entries.set(key, { until: performance.now() + lifeMs, value });
    value.catch(() => entries.delete(key));
    for (const oldest of entries.keys()) {
      if (entries.size <= size) break;
      entries.delete(oldest);
    }
    return value;
  };
}
