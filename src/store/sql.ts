import type { Database, Queryable } from '#store/database/database.ts';
import { isTerminal, type State, slotStates, states } from '#video/video.ts';

/** What every operation of the store works with. */
export type Connection = {
  database: Database;
  /** The time for the next statement; null = the database's own. */
  now: () => Date | null;
  /** Millionths of a US dollar that an owner may spend on one day, where no admin says otherwise; null = no cap. */
  dailyCapMicroUsd: number | null;
};

/** Every statement that needs the time takes it as $1. Whole milliseconds, as JavaScript has them. */
export const now = `date_trunc('milliseconds', coalesce($1::timestamptz, now()))`;

/** The UTC day that a reserve counts against. */
export const today = `(${now} at time zone 'utc')::date`;

/** Nobody holds the row `v`: no claim, or a lease that ran out. */
export const unclaimed = `(v.claimed_until is null or v.claimed_until <= ${now})`;

/** When a row that a hint or a wish touches is looked at: as soon as it may be. */
export const soon = `greatest(${now}, v.not_before)`;

const quoted = (list: readonly State[]) => list.map((state) => `'${state}'`).join(', ');
export const slots = quoted(slotStates);
export const terminal = quoted(states.filter(isTerminal));

export type Channel = 'due' | 'events' | 'settings' | 'webhooks';
export const channelName = (database: Database, channel: Channel): string => `${database.schema}_${channel}`;

/** Wakes the listeners when the transaction commits. No payload: one over 8,000 bytes would roll everything back. */
export async function notify({ database }: Connection, on: Queryable, ...channels: Channel[]): Promise<void> {
  await on.query('select pg_notify(channel, $2) from unnest($1::text[]) as channel', [
    channels.map((channel) => channelName(database, channel)),
    '',
  ]);
}
