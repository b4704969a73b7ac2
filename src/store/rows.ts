import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Asset, Attempt, Video } from '#video/video.ts';
import { characters } from './schema/v1.ts';
import { assets, attempts, videos } from './schema/videos.ts';

/** A row as `row_to_json` gives it, the same from both drivers: snake_case, times as ISO text. */
export type Row = Record<string, unknown>;

/** How the rows of a table become objects, and back; the schema is the only mapping. */
export function mapper<T extends PgTable>(table: T) {
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: column.name,
    isTime: column.dataType === 'date',
  }));
  const names = Object.fromEntries(columns.map(({ key, name }) => [key, name]));
  return {
    /** The keys of all columns but some. */
    keysBut: (...some: string[]): string[] => columns.map(({ key }) => key).filter((key) => !some.includes(key)),
    /** `"a", "b", …` for the keys given, all columns without. */
    list(keys: string[] = columns.map(({ key }) => key), prefix = ''): string {
      return keys.map((key) => `${prefix}"${names[key]}"`).join(', ');
    },
    read(row: Row): T['$inferSelect'] {
      const read = ({ name, isTime }: (typeof columns)[number]) => {
        const value = row[name] ?? null;
        return isTime && value !== null ? new Date(value as string) : value;
      };
      return Object.fromEntries(columns.map((column) => [column.key, read(column)]));
    },
    /** Only the keys that are there: a patch stays a patch. Keys of no column are left out. */
    write(values: Partial<T['$inferSelect']>): Row {
      return Object.fromEntries(
        columns.flatMap(({ key, name }) => (values[key] === undefined ? [] : [[name, values[key]]])),
      );
    },
  };
}

export const videoRows = mapper(videos);
export const attemptRows = mapper(attempts);
export const assetRows = mapper(assets);
export const characterRows = mapper(characters);

export const toVideo = (row: Row): Video => videoRows.read(row);
export const toAttempt = (row: Row): Attempt => {
  const attempt = attemptRows.read(row);
  return { ...attempt, raw: attempt.raw ?? null };
};
export function toAsset(row: Row): Asset {
  const { ownerId: _owner, createdAt: _created, name: _name, purpose: _purpose, ...asset } = assetRows.read(row);
  return asset;
}
