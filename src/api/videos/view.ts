import type { SignedLinks } from '#api/auth/signed-links.ts';
import { createCache } from '#api/cache.ts';
import type { VideoView } from '#api/wire.ts';
import type { Hold, Provider, System, VideoDetails } from '#engine/system.ts';
import { availableCommands } from '#video/commands.ts';
import { failureOf } from '#video/failure.ts';
import { costOf, dollars, toUsd } from '#video/money.ts';
import { etaOf, type Quantiles } from '#video/progress.ts';
import { type AssetKind, type Attempt, isTerminal, priorities, statusOf, type Video } from '#video/video.ts';
import { attentionOf } from './attention.ts';
import { searchOf } from './search.ts';
import { stepOf } from './step.ts';

export type Views = {
  /** The video as it goes over the wire, with its links as paths: `absolute` makes them addresses. */
  of(details: VideoDetails): Promise<VideoView>;
};

/** History moves slowly, and restarts are rare: neither is asked for again with every view. */
const historyMs = 30_000;
/** What is held back changes with outages. */
const holdsMs = 1_000;

export function createViews(
  { store, catalogue, providers, clock }: Pick<System, 'store' | 'catalogue' | 'providers' | 'clock'>,
  links: SignedLinks,
): Views {
  const history = createCache<Quantiles | null>(1_000, historyMs);
  const restarts = createCache<number>(10_000, historyMs);
  const holds = createCache<Map<string, Hold>>(1, holdsMs);
  const heldNow = async () => new Map((await store.holds()).map((hold) => [hold.provider, hold]));

  async function typicalOf(video: Video): Promise<Quantiles | null> {
    const { resolvedModel, seconds, size } = video;
    const learned = await history(`${resolvedModel} ${seconds} ${size}`, () =>
      store.quantiles(resolvedModel, seconds, size),
    );
    return learned ?? catalogue.get(resolvedModel)?.typical ?? null;
  }

  return {
    async of({ video, attempts, assets, queuePosition }) {
      const now = clock.now();
      const attempt = attempts.at(-1);
      const clip = assets.find((asset) => asset.id === video.clipAssetId);
      const stored = video.state === 'completed' && clip !== undefined;
      const typical = video.state === 'running' ? await typicalOf(video) : null;
      const eta = typical && etaOf(video, typical, now);
      const token = stored ? links.sign(video.id, now) : '';
      const link = (kind: AssetKind, variant: string) =>
        stored && assets.some((asset) => asset.kind === kind && asset.attemptId === clip.attemptId)
          ? `/api/videos/${video.id}/content?${variant}token=${token}`
          : null;
      const [width = 0, height = 0] = video.size.split('x').map(Number);
      const until = video.completedAt ?? now;
      const cost = costView(attempts);
      const hold = isTerminal(video.state) ? undefined : (await holds('all', heldNow)).get(video.provider);
      // A finished render is copied all the same.
      const openedAt = video.state === 'storing' ? null : (hold?.openedAt ?? null);
      const cancel = cancelView(video, attempt, providers.get(video.provider));
      return {
        object: 'video',
        id: video.id,
        shot_id: video.shotId,
        take: video.takeNo,
        project: video.project,
        prompt: video.prompt,
        model: video.model,
        resolved_model: video.resolvedModel,
        provider: video.provider,
        seconds: video.seconds,
        size: video.size,
        width,
        height,
        seed: video.seed,
        priority: priorityName(video.priority),
        inputs: video.inputs,
        status: statusOf(video),
        state: video.state,
        step: stepOf(video, queuePosition, { hold, endless: !cancel.stops }),
        progress: video.progress,
        progress_source: video.progressSource,
        queue_position: queuePosition,
        eta: eta && { p50_ms: eta.p50Ms, p90_ms: eta.p90Ms },
        attention: attentionOf(video, attempt, now, (id) => providers.get(id) !== undefined, openedAt),
        error: errorOf(video, attempts.at(-1)),
        commands: attempt ? availableCommands(video, attempt) : [],
        cancel,
        search: searchOf(video, attempt, providers.get(video.provider)),
        warnings: video.warnings,
        video_url: link('clip', ''),
        clip_deleted: video.state === 'completed' && video.clipAssetId === null,
        thumbnail_url: link('thumbnail', 'variant=thumbnail&'),
        spritesheet_url: link('spritesheet', 'variant=spritesheet&'),
        starred: video.starredAt !== null,
        created_at: video.createdAt.toISOString(),
        accepted_at: iso(video.acceptedAt),
        rendering_at: iso(video.renderingAt),
        deadline_at: iso(video.deadlineAt),
        completed_at: iso(video.completedAt),
        checked_at: iso(video.checkedAt),
        attempts: attempts.map(({ n, sentAt, outcome, error, checks }) => ({
          n,
          sent_at: iso(sentAt),
          result: outcome,
          error,
          checks,
        })),
        cost,
        receipt: {
          submitted_at: iso(attempts.find((one) => one.sentAt)?.sentAt),
          submissions: attempts.filter((one) => one.sentAt).length,
          checks: attempts.reduce((sum, one) => sum + one.checks, 0),
          restarts_survived: await restarts(`${video.id} ${isTerminal(video.state)}`, () =>
            store.bootsBetween(video.createdAt, until),
          ),
          stored_at: stored ? iso(video.completedAt) : null,
          sha256: clip?.sha256 ?? null,
          bytes: clip?.bytes ?? null,
          paid_usd: cost.actual_usd,
          paid_source: cost.source,
          may_be_billed: cost.may_be_billed,
        },
      };
    },
  };
}

/** Whether a cancel stops what it may cost; where the provider cannot, it says so with the price. */
function cancelView(video: Video, attempt: Attempt | undefined, provider: Provider | undefined): VideoView['cancel'] {
  const unsent = video.state === 'queued';
  const refused = attempt?.watch.cancel?.refused ?? false;
  const stops =
    unsent || (!refused && provider !== undefined && provider.capabilities.cancels && provider.cancel !== undefined);
  if (stops || isTerminal(video.state)) return { stops, note: null };
  const price = attempt?.estimateMicroUsd ? ` (${dollars(attempt.estimateMicroUsd)})` : '';
  return { stops, note: `This provider cannot stop a take. It will finish and be billed${price}.` };
}

function costView(attempts: VideoDetails['attempts']): VideoView['cost'] {
  const { estimateMicroUsd, actualMicroUsd, source, mayBeBilled, known } = costOf(attempts);
  const usd = (amount: number | null) => (amount === null ? null : toUsd(amount));
  return {
    estimate_usd: usd(estimateMicroUsd),
    actual_usd: usd(actualMicroUsd),
    source,
    may_be_billed: mayBeBilled,
    known,
  };
}

/** The view with its links as addresses under this origin. */
export function absolute(view: VideoView, origin: string): VideoView {
  const at = (path: string | null) => path && origin + path;
  return {
    ...view,
    video_url: at(view.video_url),
    thumbnail_url: at(view.thumbnail_url),
    spritesheet_url: at(view.spritesheet_url),
  };
}

function errorOf(video: Video, attempt: Attempt | undefined): VideoView['error'] {
  if (video.state !== 'failed' && video.state !== 'canceled') return null;
  const code = video.errorCode ?? (video.state === 'canceled' ? 'canceled' : 'unclassified');
  const { happened, billed: usually, advice, canRetry } = failureOf(code);
  const billed = attempt?.costSource === 'provider' ? (attempt.costMicroUsd ? 'yes' : 'no') : usually;
  const detail = video.errorMessage === happened ? null : video.errorMessage;
  return { code, happened, billed, advice, can_retry: canRetry, detail };
}

const priorityName = (priority: number) =>
  priority > priorities.normal ? 'high' : priority < priorities.normal ? 'low' : 'normal';

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
