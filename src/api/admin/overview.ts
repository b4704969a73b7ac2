import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { attentionOf } from '#api/videos/attention.ts';
import { viewFor } from '#api/videos/videos.ts';
import type { Activity, VideoDetails } from '#engine/system.ts';
import { possibleForAdmin } from '#video/admin-commands.ts';
import { availableCommands } from '#video/commands.ts';
import { isTerminal } from '#video/video.ts';
import { providerView } from './provider-view.ts';
import {
  type AdminCommandName,
  overviewSchema,
  type StuckItem,
  stuckSchema,
  throughputQuerySchema,
  throughputSchema,
} from './wire.ts';

const mostListed = 500;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const bucketsMs = [1, 5, 15, 30, 60, 180, 360, 720, 1_440].map((minutes) => minutes * 60_000);
const mostBuckets = 100;

const overview = createRoute({
  method: 'get',
  path: '/overview',
  summary: 'How the whole installation is: numbers, providers, trouble',
  responses: { 200: json(overviewSchema, 'As it is now.'), ...problems },
});
const attention = createRoute({
  method: 'get',
  path: '/attention',
  summary: 'What is stuck or needs a person, and why; all owners, oldest first',
  responses: { 200: json(stuckSchema, 'As it is now.'), ...problems },
});
const throughput = createRoute({
  method: 'get',
  path: '/throughput',
  summary: 'What was asked, accepted, stored and failed, and how long the line was, over time',
  request: { query: throughputQuerySchema },
  responses: { 200: json(throughputSchema, 'The last bucket is not over yet.'), ...problems },
});

export function overviewRoutes(api: Api) {
  const { store, providers, clock } = api.system;
  const routes = createRoutes();

  /** The reasons are computed from row and now; the store only names who may have one. */
  async function stuck(): Promise<{ details: VideoDetails; why: StuckItem['why'] }[]> {
    const now = clock.now();
    const found = await store.troubled(providers.ids(), mostListed);
    return found.flatMap((details) => {
      const isConfigured = (id: string) => providers.get(id) !== undefined;
      const why = attentionOf(details.video, details.attempts.at(-1), now, isConfigured);
      return why ? [{ details, why }] : [];
    });
  }

  routes.openapi(overview, async (c) => {
    const now = clock.now();
    const midnight = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
    const [activity, waiting, [today], database, paused] = await Promise.all([
      store.activity(),
      stuck(),
      store.throughput(midnight, dayMs),
      store.version(),
      api.webhooks.endpoints.paused(null),
    ]);
    const sum = (of: (one: Activity) => number) => activity.reduce((total, one) => total + of(one), 0);
    const oldestMs = Math.min(...activity.flatMap((one) => one.oldestAt?.getTime() ?? []));
    const ids = new Set([...providers.ids(), ...activity.map((one) => one.provider)]);
    return c.json(
      {
        now: now.toISOString(),
        version: api.settings.version,
        database,
        running: sum((one) => one.running),
        queued: sum((one) => one.queued),
        overdue: sum((one) => one.overdue),
        needs_decision: sum((one) => one.needsDecision),
        attention: waiting.length,
        paused_webhooks: paused,
        oldest_age_ms: Number.isFinite(oldestMs) ? Math.max(0, now.getTime() - oldestMs) : null,
        today: { asked: today?.asked ?? 0, completed: today?.stored ?? 0, failed: today?.failed ?? 0 },
        providers: [...ids].map((id) =>
          providerView(
            api,
            id,
            activity.find((one) => one.provider === id),
          ),
        ),
      },
      200,
    );
  });

  async function item(c: Context<Env>, details: VideoDetails, why: StuckItem['why']): Promise<StuckItem> {
    const { video, attempts } = details;
    return {
      video: await viewFor(api, c, details),
      owner_id: video.ownerId,
      upstream_id: attempts.at(-1)?.upstreamId ?? null,
      age_ms: Math.max(0, clock.now().getTime() - video.createdAt.getTime()),
      why,
      commands: commandsFor(details, providers.get(video.provider) !== undefined),
    };
  }

  routes.openapi(attention, async (c) => {
    const found = await stuck();
    const items = await Promise.all(found.map(({ details, why }) => item(c, details, why)));
    return c.json({ items, more: found.length === mostListed }, 200);
  });

  routes.openapi(throughput, async (c) => {
    const { hours = 24 } = c.req.valid('query');
    const spanMs = hours * hourMs;
    const bucketMs = bucketsMs.find((ms) => spanMs / ms <= mostBuckets) ?? dayMs;
    const now = clock.now();
    const from = new Date(Math.floor((now.getTime() - spanMs) / bucketMs) * bucketMs + bucketMs);
    const buckets = await store.throughput(from, bucketMs);
    return c.json(
      {
        from: from.toISOString(),
        to: now.toISOString(),
        bucket_ms: bucketMs,
        buckets: buckets.map((bucket) => ({ ...bucket, at: bucket.at.toISOString() })),
      },
      200,
    );
  });

  return routes;
}

/** What an operator can do with it now. */
function commandsFor({ video, attempts }: VideoDetails, configured: boolean): AdminCommandName[] {
  const attempt = attempts.at(-1);
  if (!attempt) return [];
  const possible = possibleForAdmin(video, attempt);
  const own = availableCommands(video, attempt);
  const all: [AdminCommandName, boolean][] = [
    ['check', configured && (!isTerminal(video.state) || video.checkAt !== null)],
    ['extend', possible.includes('extend')],
    ['give-up', possible.includes('give_up')],
    ['requeue', possible.includes('requeue')],
    ['adopt', configured && possible.includes('adopt')],
    ['collect', own.includes('collect')],
    ['reset', own.includes('reset')],
  ];
  return all.filter(([, can]) => can).map(([name]) => name);
}
