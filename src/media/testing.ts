import { createSimulator } from '#simulator/server.ts';

export type Samples = { clip: Buffer; thumbnail: Buffer };

/** A real clip and its thumbnail. */
export async function renderSamples(): Promise<Samples> {
  const simulator = createSimulator({ speed: 0 });
  const ask = async (path: string, init?: RequestInit) =>
    simulator.fetch(new Request(`http://simulator/v1/videos${path}`, init));
  const body = JSON.stringify({ prompt: 'a red fox', seconds: 1, size: '320x180' });
  const created = await ask('', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { id } = (await created.json()) as { id: string };
  await simulator.settled();
  const file = async (query: string) => Buffer.from(await (await ask(`/${id}/content${query}`)).arrayBuffer());
  const samples = { clip: await file(''), thumbnail: await file('?variant=thumbnail') };
  await simulator.close();
  return samples;
}
