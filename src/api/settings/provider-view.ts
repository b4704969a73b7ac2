import type { Api } from '#api/context.ts';
import type { StoredTest } from '#engine/stored-settings.ts';
import type { Activity } from '#engine/system.ts';
import type { Instance } from '#providers/instance.ts';
import type { Kind } from '#providers/kind.ts';
import type { KindView, ProviderSettings, ProvidersSettings } from './wire.ts';

/** Shorter keys would be told by their end. */
const hintFromLength = 16;

/** A provider as it is set up, without a word of its key but the last four characters. */
export function providerView(api: Api, instance: Instance, activity: Activity | undefined): ProviderSettings {
  const { id, kind, present, stored } = instance;
  const { registry } = api.installation;
  const { providers, catalogue } = registry;
  const provider = instance.state === 'ready' || instance.state === 'off' ? providers.get(id) : undefined;
  return {
    id,
    kind: kind.kind,
    kind_label: kind.label,
    name: instance.name,
    state: instance.state,
    paused_at: activity?.pausedAt?.toISOString() ?? null,
    key: keyView(present),
    variable: instance.variable,
    retired_keys: stored?.credentials.filter(({ retiredAt }) => retiredAt !== null).length ?? 0,
    host: present?.baseUrl ? new URL(present.baseUrl).host : null,
    personality: instance.personality,
    slots: provider?.capabilities.slots ?? instance.limits?.slots ?? null,
    requests_per_minute: provider?.capabilities.requestsPerMinute ?? instance.limits?.requestsPerMinute ?? null,
    removable: stored !== null,
    default: registry.defaultModel().id.startsWith(`${id}/`),
    free_test: provider?.test !== undefined,
    last_test: testView(instance, registry.stored().tests[id]),
    capabilities: provider
      ? {
          cancels: provider.cancel !== undefined,
          lists: provider.capabilities.lists,
          calls_back: provider.capabilities.callsBack,
        }
      : null,
    models: catalogue.models().filter((model) => model.provider === id).length,
    open_videos: openVideos(activity),
  };
}

function testView({ present }: Instance, test: StoredTest | undefined): ProviderSettings['last_test'] {
  if (!test || test.credentialId !== (present?.id ?? null)) return null;
  return { at: test.at, ok: test.outcome === 'ok', message: test.message };
}

function keyView(present: Instance['present']): ProviderSettings['key'] {
  if (!present || (present.key === null && !present.unreadable)) return null;
  const { from, key, createdAt } = present;
  return {
    from,
    hint: key !== null && key.length >= hintFromLength ? key.slice(-4) : null,
    since: createdAt?.toISOString() ?? null,
  };
}

/** What it has, and what waits for it. */
export const openVideos = (activity: Activity | undefined): number =>
  activity ? activity.running + activity.queued + activity.overdue + activity.needsDecision : 0;

export const kindView = ({ kind, label, keysPage, needsBaseUrl, personalities, variables }: Kind): KindView => ({
  kind,
  label,
  keys_page: keysPage,
  needs_base_url: needsBaseUrl,
  personalities: (personalities ?? []).map(({ id, label }) => ({ id, label })),
  variables: [...variables],
});

export function defaultModelView({ installation: { registry } }: Api): ProvidersSettings['default_model'] {
  const chosen = registry.defaultModel();
  const model = registry.catalogue.get(chosen.id);
  return { ...chosen, label: model?.label ?? chosen.id, available: model !== undefined };
}
