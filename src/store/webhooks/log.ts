import type { DeliveryState, Tried, WebhookDelivery } from '#engine/webhooks.ts';
import type { Queryable } from '#store/database/database.ts';
import { cleanText } from '#store/json.ts';
import { type DeliveryRow, deliveryColumns, patience } from './rows.ts';

/** What was sent to an endpoint, newest first. */
export async function deliveries(
  on: Queryable,
  id: string,
  ownerId: string,
  { after, state, limit }: { after?: number; state?: DeliveryState; limit: number },
): Promise<WebhookDelivery[] | null> {
  const own = await on.query('select 1 as own from webhook_endpoints where id = $1 and owner_id = $2', [id, ownerId]);
  if (own.length === 0) return null;
  return on.query<DeliveryRow>(
    `select ${deliveryColumns} from webhook_deliveries d
     where d.endpoint_id = $1 and ($2::bigint is null or d.id < $2) and ($3::text is null or d.state = $3)
     order by d.id desc limit $4`,
    [id, after ?? null, state ?? null, limit],
  );
}

/** A job that it has by now finds that it is not meant any more. */
export async function replay(
  tx: Queryable,
  tell: (tx: Queryable) => Promise<unknown>,
  id: string,
  ownerId: string,
  deliveryId: number,
): Promise<WebhookDelivery | null> {
  const [again] = await tx.query<DeliveryRow>(
    `update webhook_deliveries d set job_id = null, next_at = null, give_up_at = now() + ${patience},
       state = case when w.paused_at is null then 'pending' else 'held' end
     from webhook_endpoints w
     where d.id = $3 and d.endpoint_id = $1 and w.id = $1 and w.owner_id = $2
     returning ${deliveryColumns}`,
    [id, ownerId, deliveryId],
  );
  if (again) await tell(tx);
  return again ?? null;
}

/** A test is tried once, by whoever asked for it. */
export async function recordTest(
  on: Queryable,
  id: string,
  eventId: string,
  at: Date,
  tried: Tried,
): Promise<WebhookDelivery> {
  const [recorded] = await on.query<DeliveryRow>(
    `insert into webhook_deliveries as d (endpoint_id, event_id, type, data, at, state, give_up_at, tries, last_at,
       last_status, last_error, last_answer)
     values ($1, $2, 'webhook.test', '{}', $3, $4, now(), 1, now(), $5, $6, $7) returning ${deliveryColumns}`,
    [id, eventId, at, arrived(tried) ? 'delivered' : 'failed', ...columnsOf(tried)],
  );
  if (!recorded) throw new Error('the test was not written down');
  return recorded;
}

export const arrived = ({ status }: Tried): boolean => status !== null && status >= 200 && status < 300;

export const columnsOf = ({ status, error, answer }: Tried) => [
  status,
  error && cleanText(error),
  answer && cleanText(answer),
];
