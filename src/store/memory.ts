import type { Store } from '#engine/system.ts';
import {
  activity,
  audit,
  setPaused,
  setPriority,
  takeTokens,
  takeTurn,
  throughput,
  troubled,
} from '#store/memory/admin.ts';
import { changeCircuit, holds, takeCall } from '#store/memory/circuit.ts';
import { claim, claimDue, claimOne, claimWaiting, release, renew, scheduledProviders } from '#store/memory/claim.ts';
import { create, saveReserving } from '#store/memory/create.ts';
import {
  addFile,
  addPoster,
  asset,
  dropReference,
  dropUnusedReferences,
  expire,
  expiring,
  orphansAmong,
  reference,
  references,
} from '#store/memory/files.ts';
import { hint, markWatched, requestCancel } from '#store/memory/hint.ts';
import { admit } from '#store/memory/line.ts';
import { ledgerOf, ownCaps, ownerLimits, setCap, setOwnerLimits, spendBetween, spending } from '#store/memory/money.ts';
import { addCharacter, answered, character, dropCharacter } from '#store/memory/once.ts';
import { count, eventsAfter, get, list, ofVideo } from '#store/memory/read.ts';
import { kindOf, saveMoves } from '#store/memory/save.ts';
import { hasOtherAnswers, knownUpstreamIds, lostAttempts, saveOperation } from '#store/memory/submission.ts';
import { emptyTables, owned, providerRow, writeEvent } from '#store/memory/tables.ts';
import { learnedFrom } from '#store/submissions/durations.ts';
import { quantilesOf } from '#video/progress.ts';

/** A store of maps, gone with the process: the same answers as the databases, for tests that need none. */
export function openMemoryStore(options: { now?: () => Date; dailyCapMicroUsd?: number | null } = {}): Store {
  const tables = emptyTables(options.now ?? (() => new Date()), options.dailyCapMicroUsd);
  const { videos, events, boots, turns } = tables;
  return {
    create: async (...args) => create(tables, ...args),
    answered: async (id) => answered(tables, id),
    admit: async (...args) => admit(tables, ...args),
    claim: async (...args) => claim(tables, ...args),
    scheduledProviders: async () => scheduledProviders(tables),
    claimOne: async (...args) => claimOne(tables, ...args),
    claimWaiting: async (...args) => claimWaiting(tables, ...args),
    claimDue: async (...args) => claimDue(tables, ...args),
    renew: async (...args) => renew(tables, ...args),
    release: async (claims) => release(tables, claims),
    saveMoves: async (moves) => saveMoves(tables, moves),
    saveReserving: async (...args) => saveReserving(tables, ...args),
    saveOperation: async (...args) => saveOperation(tables, ...args),
    requestCancel: async (...args) => requestCancel(tables, ...args),
    hint: async (...args) => hint(tables, ...args),
    markWatched: async (...args) => markWatched(tables, ...args),
    releaseAllClaims: async () => {
      for (const video of videos.values()) video.claimedUntil = null;
    },
    now: async () => tables.now(),

    lostAttempts: async (...args) => lostAttempts(tables, ...args),
    knownUpstreamIds: async (...args) => knownUpstreamIds(tables, ...args),
    attempt: async (id) => {
      const found = tables.attempts.get(id);
      return found ? { ...found } : null;
    },
    takeCall: async (...args) => takeCall(tables, ...args),
    wasCalled: async (attemptId) => [...tables.calls.values()].includes(attemptId),
    countCall: async (provider, kind) => {
      providerRow(tables, provider).calls[kind] += 1;
    },
    changeCircuit: async (...args) => changeCircuit(tables, ...args),
    holds: async () => holds(tables),
    setPaused: async (...args) => setPaused(tables, ...args),
    takeTokens: async (...args) => takeTokens(tables, ...args),
    giveTokens: async (provider, tokens) => {
      const row = providerRow(tables, provider);
      if (row.tokens !== null) row.tokens += tokens;
    },
    takeTurn: async (...args) => takeTurn(tables, ...args),
    endTurn: async (name, holder) => {
      if (turns.get(name)?.holder === holder) turns.delete(name);
    },
    spending: async (ownerId) => spending(tables, ownerId),
    ownCaps: async () => ownCaps(tables),
    setCap: async (...args) => setCap(tables, ...args),
    ownerLimits: async (ownerId) => ownerLimits(tables, ownerId),
    setOwnerLimits: async (...args) => setOwnerLimits(tables, ...args),
    ledgerOf: async (videoId) => ledgerOf(tables, videoId),
    spendBetween: async (...args) => spendBetween(tables, ...args),
    hasOtherAnswers: async (...args) => hasOtherAnswers(tables, ...args),
    quantiles: async (...kind) => {
      const known = tables.durations.get(kindOf(...kind)) ?? [];
      return known.length < learnedFrom.least ? null : quantilesOf(known);
    },

    get: async (...args) => get(tables, ...args),
    list: async (query) => list(tables, query),
    count: async (ownerId) => count(tables, ownerId),
    asset: async (...args) => asset(tables, ...args),
    addPoster: async (...args) => addPoster(tables, ...args),
    orphansAmong: async (keys) => orphansAmong(tables, keys),
    expiring: async (...args) => expiring(tables, ...args),
    expire: async (...args) => expire(tables, ...args),
    addReference: async (...args) => addFile(tables, ...args),
    reference: async (...args) => reference(tables, ...args),
    references: async (query) => references(tables, query),
    dropReference: async (...args) => dropReference(tables, ...args),
    dropUnusedReferences: async (...args) => dropUnusedReferences(tables, ...args),
    addCharacter: async (...args) => addCharacter(tables, ...args),
    character: async (...args) => character(tables, ...args),
    confirmCharacter: async (id, upstreamId) => {
      const found = tables.characters.get(id);
      if (found) found.upstreamId = upstreamId;
    },
    dropCharacter: async (id) => dropCharacter(tables, id),
    setStarred: async (id, ownerId, starred) => {
      const video = owned(tables, id, ownerId);
      if (video) video.starredAt = starred ? (video.starredAt ?? tables.now()) : null;
      return video !== undefined;
    },
    setPriority: async (...args) => setPriority(tables, ...args),
    record: async (videoId, event) => {
      const video = videos.get(videoId);
      if (!video) return;
      writeEvent(tables, video, event, video.state);
      tables.notify('events');
    },
    events: async (videoId, ownerId) =>
      events
        .filter(ofVideo)
        .filter((event) => event.videoId === videoId && (ownerId === null || event.ownerId === ownerId))
        .map((event) => ({ ...event })),
    eventsAfter: async (...args) => eventsAfter(tables, ...args),
    latestCursor: async () => events.at(-1)?.cursor ?? '0-0',
    audit: async (query) => audit(tables, query),
    activity: async () => activity(tables),
    troubled: async (...args) => troubled(tables, ...args),
    throughput: async (...args) => throughput(tables, ...args),
    version: async () => ({ kind: 'embedded', version: 'in memory' }),
    listen: (channel, listener) => tables.listen(channel, listener),
    recordBoot: async () => {
      boots.push(tables.now());
    },
    bootsBetween: async (from, to) => boots.filter((at) => at >= from && at <= to).length,
    check: async () => {},
    close: async () => {},
  };
}
