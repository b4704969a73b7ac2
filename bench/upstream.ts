import { startChild } from './child.ts';
import type { Counts, UpstreamOptions } from './children/upstream.ts';

export type Upstream = { baseUrl: string; counts(): Promise<Counts>; stop(): Promise<void> };

/** The stub upstream, in a process of its own. `baseUrl` ends before `/videos`. */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const child = await startChild<{ baseUrl: string }>('upstream.ts', { argument: options });
  return { baseUrl: child.ready.baseUrl, counts: () => child.ask<Counts>({}), stop: child.stop };
}
