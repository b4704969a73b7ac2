/** `node src/simulator/main.ts`: the simulator as a process of its own. Settings come as flags. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type PersonalityName, personalities } from './personality.ts';
import { createSimulator } from './server.ts';

const flags = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  host: z.string().default('127.0.0.1'),
  'data-dir': z.string().optional(),
  'api-key': z.string().min(1).optional(),
  personality: z.enum(Object.keys(personalities) as [PersonalityName]).default('openai'),
  fps: z.coerce.number().int().min(1).max(60).default(12),
  speed: z.coerce.number().min(0).default(1),
  'one-clip': z.boolean().default(false),
  tunnel: z.url({ protocol: /^https?$/ }).optional(),
  'exit-with-parent': z.boolean().default(false),
});

function readFlags(): z.infer<typeof flags> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'data-dir': { type: 'string' },
      'api-key': { type: 'string' },
      personality: { type: 'string' },
      fps: { type: 'string' },
      speed: { type: 'string' },
      'one-clip': { type: 'boolean' },
      tunnel: { type: 'string' },
      'exit-with-parent': { type: 'boolean' },
    },
  });
  const parsed = flags.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`--${issue?.path.join('.')}: ${issue?.message}`);
}

try {
  const asked = readFlags();
  const simulator = createSimulator({
    dataDir: asked['data-dir'],
    apiKey: asked['api-key'],
    personality: asked.personality,
    fps: asked.fps,
    speed: asked.speed,
    oneClip: asked['one-clip'],
    ...(asked.tunnel && { tunnel: new URL(asked.tunnel).origin }),
  });
  const stop = () => simulator.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // The pipe closes when the parent dies, however it dies.
  if (asked['exit-with-parent']) process.stdin.once('close', stop).resume();
  console.log(JSON.stringify({ listening: await simulator.listen(asked.port, asked.host) }));
} catch (error) {
  console.error(`simulator: ${error instanceof Error ? error.message : error}`);
  process.exit(2);
}
