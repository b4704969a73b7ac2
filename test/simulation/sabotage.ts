import type { Provider, Store } from '#engine/system.ts';
import type { WorldOptions } from './world.ts';

type Sabotage = NonNullable<WorldOptions['sabotage']>;

const onStart = (change: (provider: Provider) => Provider['start']): Sabotage => ({
  provider: (provider) => ({ ...provider, start: change(provider) }),
});

/** Each takes one guard away, as a mistake in the code would; the worlds must notice. */
export const sabotages: Record<string, Sabotage> = {
  'the intent is not committed before the POST': {
    store: (store) => ({
      ...store,
      saveMoves: async (moves) => {
        const kept = moves.filter(({ to, from }) => !(from === 'queued' && to === 'submitting'));
        const results = await store.saveMoves(kept);
        return moves.map((move) => (kept.includes(move) ? (results[kept.indexOf(move)] ?? 'fenced') : 'saved'));
      },
    }),
  },
  'a create without an answer is sent again, as SDKs do': onStart((provider) => async (request, call) => {
    const first = await provider.start(request, call);
    return first.kind === 'unclear' ? provider.start(request, call) : first;
  }),
  'a lost answer is taken for "nothing was sent"': onStart((provider) => async (request, call) => {
    const answer = await provider.start(request, call);
    return answer.kind === 'unclear' ? { kind: 'unsent', message: answer.message } : answer;
  }),
  'a save ignores the number of its claim': {
    store: (store: Store) => ({
      ...store,
      saveMoves: async (moves) => {
        const present = await Promise.all(moves.map(({ videoId }) => store.get(videoId, null)));
        return store.saveMoves(moves.map((move, i) => ({ ...move, seq: present[i]?.video.claimSeq ?? move.seq })));
      },
      renew: async () => true,
    }),
  },
};
