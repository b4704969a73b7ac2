import type { ProviderView } from './admin-api.ts';

/** How a provider stands, gravest first: a word, since when, why, and in which colour. */
export type ProviderState = {
  word: string;
  since: string | null;
  why: string;
  tone: 'failed' | 'needs_you' | 'quiet' | 'well';
};

const troubles: Record<NonNullable<ProviderView['trouble']>['kind'], string> = {
  transient: 'It gives no usable answer. We keep asking.',
  rate_limited: 'It asks us to wait. We go on as soon as it allows.',
  auth: 'It refuses our key. Takes go on as soon as the key works again.',
  protocol: 'Its answers cannot be understood. We keep asking.',
};

export function stateOf(provider: ProviderView): ProviderState {
  const state = gravest(provider);
  const isHidden = provider.paused_at !== null && state.word !== 'Paused';
  return isHidden ? { ...state, why: `${state.why} It is paused, too.`.trim() } : state;
}

function gravest({ configured, paused_at, starts_stopped_at, circuit, trouble }: ProviderView): ProviderState {
  if (!configured) {
    return {
      word: 'Not configured',
      since: null,
      why: 'There are takes of it, but this installation does not know it any more. They wait until it is back.',
      tone: 'needs_you',
    };
  }
  if (circuit) {
    const why =
      'It does not answer. We leave it alone but for one try now and again; takes go on as soon as it answers.';
    return { word: 'Failing', since: circuit.open_since, why, tone: 'failed' };
  }
  if (trouble) {
    const word = trouble.kind === 'rate_limited' ? 'Asked to wait' : 'Failing';
    const tone = trouble.kind === 'rate_limited' ? 'quiet' : 'failed';
    return { word, since: trouble.since, why: troubles[trouble.kind], tone };
  }
  if (starts_stopped_at) {
    const why = 'Its last answers to new takes were lost. Nothing new is sent until it answers again.';
    return { word: 'Failing', since: starts_stopped_at, why, tone: 'failed' };
  }
  if (paused_at) {
    return { word: 'Paused', since: paused_at, why: 'Nothing is sent to it; what runs is watched.', tone: 'quiet' };
  }
  return { word: 'Works', since: null, why: '', tone: 'well' };
}

/** Whether only a person can bring it back. */
export const needsPerson = ({ configured, trouble }: ProviderView): boolean => !configured || trouble?.kind === 'auth';

/** Whether it lets takes down right now. */
export const isFailing = (provider: ProviderView): boolean => stateOf(provider).tone === 'failed';
