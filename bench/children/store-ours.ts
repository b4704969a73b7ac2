// Stores one finished clip as the product does, and tells how much memory that took at its peak.
import { DownloadError, type System } from '#engine/system.ts';
import { createDiskMedia } from '#media/disk.ts';
import { createS3Media } from '#media/s3.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { ownServer } from '#providers/openai/kind.ts';
import { createOpenAIProvider } from '#providers/openai/provider.ts';
import { measureStorage } from './memory.ts';
import { argument, endWithParent, tell } from './parent.ts';

/** Into a bucket where one is given, else into a directory. */
type Where = { baseUrl: string; dir: string; bucketUrl?: string };
const { baseUrl, dir, bucketUrl } = argument<Where>();
const media: System['media'] = bucketUrl ? createS3Media(bucketAt(bucketUrl)) : createDiskMedia({ dir });
const provider = createOpenAIProvider({
  id: 'openai',
  baseUrl,
  apiKey: 'sk-bench',
  fetch: createSafeFetch({ allowHosts: [new URL(baseUrl).origin] }),
  capabilities: ownServer,
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

function bucketAt(endpoint: string) {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const place = { bucket: 'bench', region: 'us-east-1', endpoint, publicEndpoint: null, prefix: '' };
  return { ...place, credentials, forcePathStyle: true };
}
