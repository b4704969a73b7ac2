import { toJson } from '#store/json.ts';
import { type Row, toAttempt } from '#store/rows.ts';
import type { Connection } from '#store/sql.ts';
import type { Attempt, JsonObject } from '#video/video.ts';

/** The accepted operation, at once and without a fence, only where none is known. */
export async function saveOperation(
  { database }: Connection,
  attemptId: string,
  operation: JsonObject,
  upstreamId: string,
): Promise<'saved' | 'kept' | 'taken'> {
  try {
    const saved = await database.query(
      'update attempts set operation = $2::jsonb, upstream_id = $3 where id = $1 and operation is null returning 1 as saved',
      [attemptId, toJson(operation), upstreamId],
    );
    return saved.length > 0 ? 'saved' : 'kept';
  } catch (error) {
    if ((error as { code?: string }).code === '23505') return 'taken';
    throw error;
  }
}

/** Attempts whose create got lost, of one request or of all, oldest first; and how many of it are on the wire just now. */
export async function lostAttempts(
  { database }: Connection,
  provider: string,
  requestHash: string | null,
): Promise<{ lost: Pick<Attempt, 'id' | 'sentAt'>[]; submitting: number }> {
  const rows = await database.query<{ id: string; sent_at: Date; submitting: boolean }>(
    `select a.id, a.sent_at, v.state = 'submitting' as submitting
     from attempts a join videos v on v.id = a.video_id
     where a.provider = $1 and ($2::text is null or a.request_hash = $2)
       and a.operation is null and a.outcome is null and a.sent_at is not null
     order by a.sent_at, a.id`,
    [provider, requestHash],
  );
  return {
    lost: rows.filter((row) => !row.submitting).map(({ id, sent_at }) => ({ id, sentAt: sent_at })),
    submitting: rows.filter((row) => row.submitting).length,
  };
}

export async function knownUpstreamIds(
  { database }: Connection,
  provider: string,
  ids: string[],
): Promise<Set<string>> {
  const rows = await database.query<{ id: string }>(
    'select upstream_id as id from attempts where provider = $1 and upstream_id = any($2::text[])',
    [provider, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

export async function attempt({ database }: Connection, id: string): Promise<Attempt | null> {
  const [found] = await database.query<{ row: Row }>('select row_to_json(a) as row from attempts a where id = $1', [
    id,
  ]);
  return found ? toAttempt(found.row) : null;
}
