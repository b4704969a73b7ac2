/** Who listens on which channel of one database line. A burst of notifications is one call. */
export function listeners() {
  const channels = new Map<string, Set<() => void>>();
  return {
    channels: (): string[] => [...channels.keys()],
    /** True for the first listener of a channel. */
    add(channel: string, listener: () => void): boolean {
      const known = channels.get(channel);
      if (known) known.add(listener);
      else channels.set(channel, new Set([listener]));
      return !known;
    },
    remove(channel: string, listener: () => void): void {
      channels.get(channel)?.delete(listener);
    },
    call(channel: string): void {
      for (const listener of channels.get(channel) ?? []) listener();
    },
    callAll(): void {
      for (const all of channels.values()) for (const listener of all) listener();
    },
  };
}
