import { expect, it } from 'vitest';
import type { Provider } from '#engine/system.ts';
import type { Attempt, State, Video, Watch } from '#video/video.ts';
import { searchOf } from './search.ts';

const list: Provider['list'] = async () => ({ kind: 'complete', jobs: [] });
const search = (state: State, provider: object | undefined, watch: Watch = {}) =>
  searchOf({ state } as Video, { watch } as Attempt, provider as Provider | undefined);

it.each<[what: string, words: RegExp, provider: object, watch: Watch]>([
  ['is listed where the provider tells its jobs', /jobs every few minutes/, { list }, {}],
  ['is waited for where it may call, and does not list', /wait for its call/, {}, { webhook: true }],
  ['is not looked for where there is no way to', /only .* can tell/, {}, {}],
])('a job whose answer was lost %s', (_what, words, provider, watch) => {
  expect(search('unknown', provider, watch)).toMatch(words);
  expect(search('needs_decision', provider, watch)).toMatch(words);
});

it('is about lost answers alone', () => {
  for (const state of ['queued', 'running', 'completed', 'failed'] as const) expect(search(state, { list })).toBeNull();
});
