import type { Endpoint, WebhookDelivery, WebhookStore } from '#engine/webhooks.ts';

/** The endpoints of one process, for tests: nothing is delivered, and its changes are no events. */
export function openMemoryWebhooks(): WebhookStore {
  const endpoints = new Map<string, Endpoint & { secrets: string[] }>();
  const sent: WebhookDelivery[] = [];
  let made = 0;
  const own = (id: string, ownerId: string) => {
    const endpoint = endpoints.get(id);
    return endpoint?.ownerId === ownerId ? endpoint : null;
  };
  const copy = (endpoint: (Endpoint & { secrets: string[] }) | null): Endpoint | null => {
    if (!endpoint) return null;
    const { secrets: _kept, ...shown } = structuredClone(endpoint);
    return shown;
  };
  const newSecret = () => `whsec_${Buffer.from(`secret ${++made}`.padEnd(32, '.')).toString('base64')}`;
  return {
    list: async (ownerId) =>
      [...endpoints.values()].flatMap((one) => (one.ownerId === ownerId ? (copy(one) ?? []) : [])),
    get: async (id, ownerId) => copy(own(id, ownerId)),
    async create(wish, most) {
      if ([...endpoints.values()].filter(({ ownerId }) => ownerId === wish.ownerId).length >= most) return null;
      const secret = newSecret();
      const endpoint = {
        ...structuredClone(wish),
        id: `whe_${made}`,
        createdAt: new Date(),
        previousUntil: null,
        failingSince: null,
        pausedAt: null,
        pausedWhy: null,
        held: 0,
      };
      endpoints.set(endpoint.id, { ...endpoint, secrets: [secret] });
      return { endpoint: structuredClone(endpoint), secret };
    },
    async change(id, ownerId, change) {
      const endpoint = own(id, ownerId);
      if (endpoint) Object.assign(endpoint, structuredClone(change));
      return copy(endpoint);
    },
    remove: async (id, ownerId) => own(id, ownerId) !== null && endpoints.delete(id),
    async rotate(id, ownerId, keepMs) {
      const endpoint = own(id, ownerId);
      if (!endpoint) return null;
      const secret = newSecret();
      endpoint.secrets = [secret, ...(keepMs > 0 ? endpoint.secrets.slice(0, 1) : [])];
      endpoint.previousUntil = keepMs > 0 ? new Date(Date.now() + keepMs) : null;
      return { endpoint: copy(endpoint) ?? endpoint, secret };
    },
    async resume(id, ownerId) {
      const endpoint = own(id, ownerId);
      if (endpoint) Object.assign(endpoint, { pausedAt: null, pausedWhy: null, failingSince: null });
      return copy(endpoint);
    },
    async deliveries(id, ownerId, { after = Number.POSITIVE_INFINITY, state, limit }) {
      if (!own(id, ownerId)) return null;
      const mine = sent.filter((one) => one.endpointId === id && one.id < after && (!state || one.state === state));
      return structuredClone(mine.reverse().slice(0, limit));
    },
    async replay(id, ownerId, deliveryId) {
      const delivery = own(id, ownerId) && sent.find((one) => one.endpointId === id && one.id === deliveryId);
      if (!delivery) return null;
      delivery.state = 'pending';
      return structuredClone(delivery);
    },
    secrets: async (id) => endpoints.get(id)?.secrets ?? null,
    async recordTest(endpointId, eventId, at, { status, error, answer }) {
      const ok = status !== null && status >= 200 && status < 300;
      const delivery: WebhookDelivery = {
        id: sent.length + 1,
        endpointId,
        eventId,
        type: 'webhook.test',
        videoId: null,
        data: {},
        at,
        state: ok ? 'delivered' : 'failed',
        tries: 1,
        lastAt: at,
        lastStatus: status,
        lastError: error,
        lastAnswer: answer,
        nextAt: null,
      };
      sent.push(delivery);
      return structuredClone(delivery);
    },
    paused: async (of) =>
      [...endpoints.values()].filter(({ pausedAt, ownerId }) => pausedAt && (of === null || of === ownerId)).length,
    any: async () => endpoints.size > 0,
    reseal: async () => 0,
    listen: () => () => {},
  };
}
