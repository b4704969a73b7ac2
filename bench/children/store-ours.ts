// Stores one finished clip as the product does, and tells how much memory that took at its peak.
import { DownloadError, type System } from '#engine/system.ts';
import { createDiskMedia } from '#media/disk.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { createOpenAIProvider } from '#providers/openai/provider.ts';
import { measureStorage } from './memory.ts';
import { argument, endWithParent, tell } from './parent.ts';

const { baseUrl, dir } = argument<{ baseUrl: string; dir: string }>();
const media: System['media'] = createDiskMedia({ dir });
const provider = createOpenAIProvider({
  id: 'openai',
  baseUrl,
  apiKey: 'sk-bench',
  fetch: createSafeFetch({ allowHosts: [new URL(baseUrl).origin] }),
  capabilities: {
    deduplicates: false,
    lists: true,
    cancels: true,
    slots: null,
    requestsPerMinute: null,
    retentionMs: 3_600_000,
  },
});
const { signal } = new AbortController();

const storage = await measureStorage(async () => {
  const download = await provider.open({ id: 'video_1' }, 'clip', signal);
  const { bytes } = await media.put('video/attempt/clip', 'clip', download, signal);
  if (bytes !== download.bytes) throw new DownloadError('transient', `${bytes} of ${download.bytes} bytes stored`);
});
await media.delete('video/attempt/clip');
tell(storage);
endWithParent();
