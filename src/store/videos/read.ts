import type { ListQuery, VideoDetails } from '#engine/system.ts';
import { holders, lastTurn, ownOrder, rests, serving } from '#store/claims/line.ts';
import { type Row, toAsset, toAttempt, toVideo } from '#store/rows.ts';
import type { Connection } from '#store/sql.ts';
import type { State } from '#video/video.ts';
import { createBatch } from './batch.ts';

type DetailsRow = { video: Row; attempts: Row[]; assets: Row[] };

const details = `
  row_to_json(v) as video,
  (select coalesce(json_agg(a order by a.n), '[]') from attempts a where a.video_id = v.id) as attempts,
  (select coalesce(json_agg(f order by f.created_at, f.id), '[]') from assets f where f.video_id = v.id) as assets`;

/** Everything about the videos `v` of a from clause. */
export async function detailsOf(connection: Connection, from: string, parameters: unknown[]): Promise<VideoDetails[]> {
  const rows = await connection.database.query<DetailsRow>(`select ${details} from ${from}`, parameters);
  return withPositions(connection, rows);
}

type Asked = { id: string; ownerId: string | null };

/** Everything about a video, hidden ones too; null when it is not there or another owner's. Pollers share statements. */
export function createGet(
  connection: Connection,
): (id: string, ownerId: string | null) => Promise<VideoDetails | null> {
  const read = createBatch(async (asked: Asked[]) => {
    const found = await detailsOf(
      connection,
      `videos v where exists (
         select from unnest($1::text[], $2::text[]) as asked (id, owner_id)
         where asked.id = v.id and (asked.owner_id is null or asked.owner_id = v.owner_id)
       ) and v.id = any($1)`,
      [asked.map(({ id }) => id), asked.map(({ ownerId }) => ownerId)],
    );
    const byId = new Map(found.map((details) => [details.video.id, details]));
    return asked.map(({ id, ownerId }) => {
      const details = byId.get(id);
      return details && (ownerId === null || details.video.ownerId === ownerId) ? details : null;
    });
  });
  return (id, ownerId) => read({ id, ownerId });
}

/** One page in the order of ids, which is that of time; hidden videos are left out. */
export async function list(connection: Connection, query: ListQuery): Promise<VideoDetails[]> {
  const words = query.q?.split(/\s+/).filter((word) => word !== '') ?? [];
  const order = query.order === 'asc' ? 'asc' : 'desc';
  return detailsOf(
    connection,
    `videos v
     where v.hidden_at is null
       and ($1::text is null or v.owner_id = $1)
       and ($2::text[] is null or v.state = any($2))
       and ($3::text is null or v.model = $3 or v.resolved_model = $3)
       and ($4::text is null or v.project = $4)
       and ($5::text is null or v.shot_id = $5)
       and ($6::boolean is null or (v.starred_at is not null) = $6)
       and v.prompt ilike all($7::text[])
       and ($8::text is null or v.id ${order === 'asc' ? '>' : '<'} $8)
     order by v.id ${order} limit $9`,
    [
      query.ownerId,
      query.states ?? null,
      query.model ?? null,
      query.project ?? null,
      query.shotId ?? null,
      query.starred ?? null,
      words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`),
      query.after ?? null,
      query.limit,
    ],
  );
}

async function withPositions({ database, now }: Connection, rows: DetailsRow[]): Promise<VideoDetails[]> {
  const found = rows.map(({ video, attempts, assets }) => ({
    video: toVideo(video),
    attempts: attempts.map(toAttempt),
    assets: assets.map(toAsset),
  }));
  const queued = found.map(({ video }) => video).filter((video) => video.state === 'queued');
  if (queued.length === 0) return found.map((one) => ({ ...one, queuePosition: null }));
  const places = await database.query<{ id: string; place: number }>(placesStatement, [
    now(),
    [...new Set(queued.map((video) => video.provider))],
    queued.map((video) => video.id),
  ]);
  const placeOf = new Map(places.map(({ id, place }) => [id, place]));
  return found.map((one) => ({ ...one, queuePosition: placeOf.get(one.video.id) ?? null }));
}

/** Places in the line of a provider: those admitted already, then as they will be, then those that rest. */
const placesStatement = `
  with ${holders}, ordered as (
    select v.id, v.owner_id, v.provider, v.priority, v.created_at, v.check_at is null as waits, ${rests} as rests,
      row_number() over (
        partition by v.provider, v.owner_id, v.check_at is null, ${rests} order by ${ownOrder}
      ) as nth
    from videos v where v.state = 'queued' and v.provider = any($2::text[])
  ), line as (
    select v.*, coalesce(busy.n, 0) + nth as turn, ${lastTurn('nth')} as last_turn
    from ordered v left join busy using (owner_id)
  ), places as (
    select id, row_number() over (partition by provider order by waits, waits and rests, ${serving})::int as place
    from line
  )
  select id, place from places where id = any($3::text[])`;

/** How many videos are in each state, hidden ones left out. */
export async function count({ database }: Connection, ownerId: string | null): Promise<Partial<Record<State, number>>> {
  const rows = await database.query<{ state: State; n: number }>(
    `select state, count(*)::int as n from videos
     where hidden_at is null and ($1::text is null or owner_id = $1) group by state`,
    [ownerId],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}
