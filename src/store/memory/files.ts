import type { Expiring, ExpiryRule, Reference, ReferenceQuery } from '#engine/system.ts';
import { type Actor, type Asset, isTerminal, type Video } from '#video/video.ts';
import { kept } from './kept.ts';
import { byId, type Tables, writeEvent } from './tables.ts';

export function addFile(
  tables: Tables,
  asset: Asset,
  ownerId: string,
  about: Pick<Reference, 'name' | 'purpose'> = { name: null, purpose: null },
): void {
  if (tables.assets.has(asset.id)) throw new Error(`the file ${asset.id} exists`);
  const row = { ...kept(asset), ...kept(about), ownerId, createdAt: tables.now() };
  tables.assets.set(row.id, row);
  if (row.videoId !== null) tables.filesOf.set(row.videoId, [...filesOf(tables, row.videoId), row]);
}

export function asset(tables: Tables, id: string, ownerId: string | null): Asset | null {
  const found = tables.assets.get(id);
  if (!found || (ownerId !== null && found.ownerId !== ownerId)) return null;
  return withoutOwner(found);
}

/** Copies, as other stores hand them out. */
export function withoutOwner(row: Reference & { ownerId: string }): Asset {
  const { ownerId: _owner, name: _name, purpose: _purpose, createdAt: _created, ...asset } = row;
  return asset;
}

export function addPoster(tables: Tables, poster: Asset, actor: Actor): boolean {
  const video = tables.videos.get(poster.videoId ?? '');
  const clip = tables.assets.get(video?.clipAssetId ?? '');
  if (video?.state !== 'completed' || clip?.attemptId !== poster.attemptId) return false;
  const files = filesOf(tables, video.id);
  if (files.some((file) => file.kind === 'thumbnail' && file.attemptId === poster.attemptId)) return false;
  addFile(tables, poster, video.ownerId);
  writeEvent(tables, video, { type: 'poster_added', actor, data: { asset: poster.id } }, video.state);
  tables.notify('events');
  return true;
}

export function orphansAmong(tables: Tables, keys: string[]): string[] {
  const known = new Set([...tables.assets.values()].map(({ key }) => key));
  return keys.filter((key) => {
    const video = tables.videos.get(key.split('/')[0] ?? '');
    return video !== undefined && isTerminal(video.state) && !known.has(key);
  });
}

export const filesOf = (tables: Tables, videoId: string) => tables.filesOf.get(videoId) ?? [];

export function expiring(tables: Tables, rule: ExpiryRule, limit: number): Expiring[] {
  return [...tables.videos.values()]
    .filter((video) => isDue(tables, video, rule))
    .sort((a, b) => (a.completedAt?.getTime() ?? 0) - (b.completedAt?.getTime() ?? 0) || byId(a, b))
    .slice(0, limit)
    .map(({ id, ownerId, prompt, completedAt, hiddenAt }) => {
      const bytes = filesOf(tables, id).reduce((sum, file) => sum + file.bytes, 0);
      return { id, ownerId, prompt, completedAt: new Date(completedAt ?? hiddenAt ?? 0), bytes };
    });
}

export function expire(tables: Tables, id: string, rule: ExpiryRule): Asset[] {
  const video = tables.videos.get(id);
  if (!video || !isDue(tables, video, rule)) return [];
  const files = filesOf(tables, id);
  video.clipAssetId = null;
  for (const file of files) tables.assets.delete(file.id);
  tables.filesOf.delete(id);
  writeEvent(tables, video, { type: 'clip_deleted', actor: { type: 'system' }, data: {} }, video.state);
  tables.notify('events');
  return files.map(withoutOwner);
}

function isDue(tables: Tables, video: Video, { finishedBefore, deletedBefore }: ExpiryRule): boolean {
  const { state, completedAt, starredAt, hiddenAt } = video;
  const old = state === 'completed' && completedAt !== null && completedAt < finishedBefore && starredAt === null;
  const gone = hiddenAt !== null && hiddenAt < deletedBefore;
  return isTerminal(state) && (old || gone) && filesOf(tables, video.id).length > 0;
}

export function reference(tables: Tables, id: string, ownerId: string | null): Reference | null {
  const found = tables.assets.get(id);
  if (found?.kind !== 'reference' || (ownerId !== null && found.ownerId !== ownerId)) return null;
  const { ownerId: _owner, ...file } = found;
  return file;
}

export function references(tables: Tables, query: ReferenceQuery): Reference[] {
  const { ownerId, purpose, after, order, limit } = query;
  const found = [...tables.assets.values()]
    .filter((file) => file.kind === 'reference' && file.ownerId === ownerId)
    .filter((file) => purpose === undefined || file.purpose === purpose)
    .filter(({ id }) => after === undefined || (order === 'asc' ? id > after : id < after))
    .sort(byId);
  if (order === 'desc') found.reverse();
  return found.slice(0, limit).map(({ ownerId: _owner, ...file }) => file);
}

export function dropReference(tables: Tables, id: string, ownerId: string | null): Asset | 'in_use' | null {
  const found = reference(tables, id, ownerId) && asset(tables, id, ownerId);
  if (!found) return null;
  if (isUsed(tables, id, ({ state }) => !isTerminal(state))) return 'in_use';
  tables.assets.delete(id);
  return found;
}

export function dropUnusedReferences(tables: Tables, before: Date, limit: number): Asset[] {
  const unused = [...tables.assets.values()]
    .filter((file) => file.kind === 'reference' && file.createdAt < before)
    .filter(({ id }) => !isUsed(tables, id, ({ state, hiddenAt }) => hiddenAt === null || !isTerminal(state)))
    .sort(byId)
    .slice(0, limit);
  for (const { id } of unused) tables.assets.delete(id);
  return unused.map(withoutOwner);
}

const isUsed = (tables: Tables, id: string, counts: (video: Video) => boolean): boolean =>
  [...tables.videos.values()].some((video) => video.inputs.includes(id) && counts(video));
