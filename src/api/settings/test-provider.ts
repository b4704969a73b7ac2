import type { Provider } from '#engine/system.ts';
import type { ProviderTest } from './wire.ts';

const timeoutMs = 15_000;

const outcomes = {
  auth: 'key_refused',
  transient: 'not_reachable',
  rate_limited: 'rate_limited',
  protocol: 'not_understood',
} as const;

const words = {
  auth: 'The key was refused.',
  transient: 'It could not be reached.',
  rate_limited: 'It asks us to wait before the next request.',
  protocol: 'It answers, but not as this kind of provider does.',
};

/** The provider's free call; where it has none, whether it answers at all. Never a paid one. */
export async function testProvider(provider: Provider): Promise<ProviderTest> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const tested = provider.test ? await provider.test(signal) : await probed(provider, signal);
  const took_ms = Math.round(performance.now() - startedAt);
  if (tested.kind === 'ok') {
    const message = provider.test
      ? provider.credentialId === null
        ? 'It answers.'
        : 'It answers, and takes the key.'
      : 'It answers. It has no free call that would prove the key.';
    return { outcome: 'ok', message, took_ms };
  }
  const said = tested.message ? ` ${tested.message}` : '';
  return { outcome: outcomes[tested.why], message: `${words[tested.why]}${said}`, took_ms };
}

async function probed(provider: Provider, signal: AbortSignal) {
  return (await provider.probe(signal))
    ? { kind: 'ok' as const }
    : { kind: 'no_answer' as const, why: 'transient' as const, message: '', retryAfterMs: null };
}
