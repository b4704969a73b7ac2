import { createSafeFetch } from '#net/safe-fetch.ts';
import { describeProvider } from '#providers/conformance.ts';
import { type PersonalityName, personalities } from '#simulator/personality.ts';
import { createSimulator } from '#simulator/server.ts';
import { createOpenAIProvider } from './provider.ts';

const apiKey = 'canary-key-of-the-provider';

for (const personality of Object.keys(personalities) as PersonalityName[]) {
  describeProvider(personality, async () => {
    const simulator = createSimulator({ personality, apiKey, speed: 0, oneClip: true });
    const origin = await simulator.listen();
    const make = (baseUrl: string) =>
      createOpenAIProvider({
        id: 'openai',
        baseUrl,
        apiKey,
        fetch: createSafeFetch({ allowHosts: [origin, 'http://127.0.0.1:1'] }),
        capabilities: {
          deduplicates: true,
          lists: true,
          cancels: true,
          slots: null,
          requestsPerMinute: null,
          retentionMs: 3_600_000,
        },
      });
    return {
      provider: make(`${origin}/v1`),
      again: make(`${origin}/v1`),
      down: make('http://127.0.0.1:1/v1'),
      secret: apiKey,
      request: (prompt) => ({
        model: null,
        prompt,
        seconds: 1,
        size: '320x180',
        seed: null,
        settings: {},
        inputs: [],
      }),
      prompts: {
        fails: 'a red fox [fail:moderation]',
        refused: 'a red fox [reject:moderation]',
        runs: 'a red fox [render:600]',
        losesAnswer: 'a red fox [lose-response] [render:600]',
      },
      created: () => simulator.ledger().jobs.length,
      close: simulator.close,
    };
  });
}
