import type { VideoView } from '../../src/api/wire.ts';
import { brokenAmong, type Outcome } from './fault.ts';
import { clipUsd, type House } from './house.ts';

/** What was asked of a house and acknowledged: id by prompt. */
export type Asked = Map<string, string>;

const settleWithinMs = 240_000;

/** Waits until everything is over, and counts it: in our rows, in the simulator's ledger, and on the disk. */
export async function count(house: House, asked: Asked): Promise<Outcome & { videos: (VideoView | null)[] }> {
  const { client, simulator } = house;
  const videos = await client.over([...asked.values()], settleWithinMs);
  const { creates, jobs } = await simulator.ledger();
  let stored = 0;
  for (const video of videos) if (await client.isIntact(video)) stored++;
  const prompts = [...asked.keys()];
  const jobsOf = (prompt: string) => jobs.filter((job) => job.prompt === prompt).length;
  const lost = videos.filter((video, i) => video?.prompt !== prompts[i]).length;
  const twice = prompts.filter((prompt) => jobsOf(prompt) > 1).length;
  const booked = Math.round((await client.bookedUsd()) / clipUsd);
  const figures = {
    acknowledged: asked.size,
    'acknowledged and lost': lost,
    'creates without an answer': client.unanswered(),
    'stored whole': stored,
    'jobs that the simulator made': creates.accepted,
    'paid twice': twice,
    'clips in our ledger': booked,
  };
  const broken = brokenAmong({
    'every acknowledged video is there': lost === 0,
    'every video is stored whole': stored === asked.size,
    'every video is paid once': twice === 0 && creates.accepted === asked.size,
    'our ledger is what the simulator billed': booked === creates.accepted,
  });
  for (const video of videos) {
    if (video && video.state !== 'completed')
      broken.push(`${video.id} is ${video.state} (${video.error?.code ?? video.attention?.text ?? video.state})`);
  }
  return { figures, broken, videos };
}
