import type { Store } from '#engine/system.ts';
import type { Database } from '#store/database/database.ts';
import { activity, troubled } from './activity.ts';
import { admit } from './admit.ts';
import { addAsset, asset, setStarred } from './assets.ts';
import { audit, record, setPaused } from './audit.ts';
import { bootsBetween, recordBoot } from './boots.ts';
import { claim, claimDue, claimForeign, claimOne, release, releaseAllClaims, renew } from './claim.ts';
import { create } from './create.ts';
import { quantiles } from './durations.ts';
import { hint, markWatched, requestCancel } from './hint.ts';
import { events, eventsAfter, latestCursor } from './live-events.ts';
import { nextDueAt, timeOf, versionOf } from './next-due.ts';
import { setPriority } from './priority.ts';
import { hasOtherAnswers, recordStart, resumeStarts, startsStopped } from './provider-state.ts';
import { count, get, list } from './read.ts';
import { saveMoves } from './save-moves.ts';
import { type Connection, channelName } from './sql.ts';
import { knownUpstreamIds, lostAttempts, saveOperation } from './submission.ts';
import { throughput } from './throughput.ts';
import { giveTokens, takeTokens } from './tokens.ts';
import { endTurn, takeTurn } from './turns.ts';

/**
 * The store on a migrated database: each operation in a file of its own, a batch of one and of a thousand by the same
 * statement. `now` replaces the database's clock, in tests.
 */
export function openStore(database: Database, options: { now?: () => Date | null } = {}): Store {
  const on: Connection = { database, now: options.now ?? (() => null) };
  return {
    create: (...args) => create(on, ...args),
    admit: (...args) => admit(on, ...args),
    claim: (...args) => claim(on, ...args),
    claimForeign: (...args) => claimForeign(on, ...args),
    claimOne: (...args) => claimOne(on, ...args),
    claimDue: (...args) => claimDue(on, ...args),
    renew: (...args) => renew(on, ...args),
    release: (...args) => release(on, ...args),
    releaseAllClaims: () => releaseAllClaims(on),
    saveMoves: (...args) => saveMoves(on, ...args),
    saveOperation: (...args) => saveOperation(on, ...args),
    requestCancel: (...args) => requestCancel(on, ...args),
    hint: (...args) => hint(on, ...args),
    markWatched: (...args) => markWatched(on, ...args),
    nextDueAt: (...args) => nextDueAt(on, ...args),
    lostAttempts: (...args) => lostAttempts(on, ...args),
    knownUpstreamIds: (...args) => knownUpstreamIds(on, ...args),
    recordStart: (...args) => recordStart(on, ...args),
    startsStopped: (...args) => startsStopped(on, ...args),
    resumeStarts: (...args) => resumeStarts(on, ...args),
    setPaused: (...args) => setPaused(on, ...args),
    takeTokens: (...args) => takeTokens(on, ...args),
    giveTokens: (...args) => giveTokens(on, ...args),
    takeTurn: (...args) => takeTurn(on, ...args),
    endTurn: (...args) => endTurn(on, ...args),
    hasOtherAnswers: (...args) => hasOtherAnswers(on, ...args),
    quantiles: (...args) => quantiles(on, ...args),
    get: (...args) => get(on, ...args),
    list: (...args) => list(on, ...args),
    count: (...args) => count(on, ...args),
    asset: (...args) => asset(on, ...args),
    addAsset: (...args) => addAsset(on, ...args),
    setStarred: (...args) => setStarred(on, ...args),
    setPriority: (...args) => setPriority(on, ...args),
    record: (...args) => record(on, ...args),
    events: (...args) => events(on, ...args),
    eventsAfter: (...args) => eventsAfter(on, ...args),
    latestCursor: () => latestCursor(on),
    audit: (...args) => audit(on, ...args),
    activity: () => activity(on),
    troubled: (...args) => troubled(on, ...args),
    throughput: (...args) => throughput(on, ...args),
    version: () => versionOf(on),
    recordBoot: () => recordBoot(on),
    bootsBetween: (...args) => bootsBetween(on, ...args),
    now: () => timeOf(on),
    listen: (channel, listener) => database.listen(channelName(database, channel), listener),
    check: async () => {
      await database.query('select 1 from videos limit 1');
    },
    close: () => database.close(),
  };
}
