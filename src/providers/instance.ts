import type { StoredProvider } from '#engine/stored-settings.ts';
import type { Capabilities } from '#engine/system.ts';
import type { Kind } from './kind.ts';

/** A key, and the address that it is sent to. */
export type Credential = {
  id: string;
  /** `stored`, or the variable that it comes from: `env:FAL_KEY`. */
  from: string;
  key: string | null;
  /** Null = the public address of its kind. */
  baseUrl: string | null;
  unreadable: boolean;
  createdAt: Date | null;
};

/** A provider as it is set up: by variables, by a person, or by both. */
export type Instance = {
  id: string;
  kind: Kind;
  name: string;
  /** `off` = its models are not offered. Without a key that it needs, nothing can be asked of it. */
  state: 'ready' | 'no_key' | 'key_unreadable' | 'off';
  /** What is sent with now; null = neither a key nor an address is known. */
  present: Credential | null;
  /** Kept for the jobs that were sent with them. */
  others: Credential[];
  /** A variable that holds a key or address of it. */
  variable: string | null;
  personality: string | null;
  limits: Pick<Capabilities, 'slots' | 'requestsPerMinute'> | null;
  /** A person set it up, or changed it. */
  stored: StoredProvider | null;
};

/** What variables say of one kind: an instance of its name. */
export type Found = { kind: string; variable: string; key: string | null; baseUrl: string | null };

type Limits = Record<string, Pick<Capabilities, 'slots' | 'requestsPerMinute'>>;

/** A person's word comes before a variable's, except for limits: those are the operator's. */
export function instancesOf(
  kinds: readonly Kind[],
  found: readonly Found[],
  stored: readonly StoredProvider[],
  limits: Limits,
): Instance[] {
  const kindOf = (name: string) => kinds.find(({ kind }) => kind === name);
  const ids = new Set([...found.map(({ kind }) => kind), ...stored.map(({ id }) => id)]);
  return [...ids].flatMap((id) => {
    const config = stored.find((one) => one.id === id) ?? null;
    const named = found.find((one) => one.kind === id && (!config || config.kind === one.kind)) ?? null;
    const kind = kindOf(config?.kind ?? id);
    if (!kind) return [];
    const credentials = (config?.credentials ?? []).map((one): Credential & { retired: boolean } => ({
      ...one,
      from: 'stored',
      retired: one.retiredAt !== null,
    }));
    const inUse = credentials.find((one) => !one.retired && (one.key !== null || one.unreadable || one.baseUrl));
    // Each key with its own address: neither is ever sent where the other one stands.
    const fromVariable = named && credentialOf(named);
    const present = inUse ?? fromVariable;
    const others = [...credentials, ...(fromVariable ? [fromVariable] : [])].filter((one) => one !== present);
    return {
      id,
      kind,
      name: config?.name ?? (kind.kind === id && !kind.needsBaseUrl ? kind.label : id),
      state: stateOf(kind, present, config?.enabled ?? true),
      present: present ?? null,
      others,
      variable: named?.variable ?? null,
      personality: config?.personality ?? null,
      limits: limits[id] ?? limitsOf(config),
      stored: config,
    };
  });
}

const credentialOf = ({ variable, key, baseUrl }: Found): Credential => ({
  id: `env:${variable}`,
  from: `env:${variable}`,
  key,
  baseUrl,
  unreadable: false,
  createdAt: null,
});

function stateOf(kind: Kind, present: Credential | null | undefined, enabled: boolean): Instance['state'] {
  if (present?.unreadable) return 'key_unreadable';
  if (!present || !isUsable(kind, present)) return 'no_key';
  return enabled ? 'ready' : 'off';
}

/** One's own server may want no key; a hosted service always does. */
export const isUsable = (kind: Kind, { key, baseUrl, unreadable }: Credential): boolean =>
  !unreadable && (kind.needsBaseUrl ? baseUrl !== null : key !== null);

const limitsOf = (config: StoredProvider | null) =>
  config && (config.slots !== null || config.requestsPerMinute !== null)
    ? { slots: config.slots, requestsPerMinute: config.requestsPerMinute }
    : null;
