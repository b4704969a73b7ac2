import type { Store } from '#engine/system.ts';
import { admit } from '#store/claims/admit.ts';
import { claimDue, claimOne, claimWaiting, release, releaseAllClaims, renew } from '#store/claims/claim.ts';
import { claim, scheduledProviders } from '#store/claims/due.ts';
import { hint, markWatched, requestCancel } from '#store/claims/hint.ts';
import { saveMoves } from '#store/claims/save-moves.ts';
import { addCharacter, character, confirmCharacter, dropCharacter } from '#store/creates/characters.ts';
import { create, saveReserving } from '#store/creates/create.ts';
import { answered } from '#store/creates/once.ts';
import type { Database } from '#store/database/database.ts';
import { audit, record, setPaused } from '#store/events/audit.ts';
import { events, eventsAfter, latestCursor } from '#store/events/live-events.ts';
import { addPoster, asset, orphansAmong, setStarred } from '#store/files/assets.ts';
import { addReference, dropReference, dropUnusedReferences, reference, references } from '#store/files/references.ts';
import { expire, expiring } from '#store/files/retention.ts';
import { ownCaps, setCap, spending } from '#store/money/budget.ts';
import { ledgerOf, spendBetween } from '#store/money/ledger.ts';
import { ownerLimits, setOwnerLimits } from '#store/money/owner-limits.ts';
import { timeOf, versionOf } from '#store/operating/about.ts';
import { activity, troubled } from '#store/operating/activity.ts';
import { bootsBetween, recordBoot } from '#store/operating/boots.ts';
import { throughput } from '#store/operating/throughput.ts';
import { endTurn, takeTurn } from '#store/operating/turns.ts';
import { changeCircuit, hasOtherAnswers, holds } from '#store/provider-state/circuit.ts';
import { giveTokens, takeTokens } from '#store/provider-state/tokens.ts';
import { countCall, takeCall, wasCalled } from '#store/submissions/calls.ts';
import { quantiles } from '#store/submissions/durations.ts';
import { attempt, knownUpstreamIds, lostAttempts, saveOperation } from '#store/submissions/submission.ts';
import { setPriority } from '#store/videos/priority.ts';
import { count, createGet, list } from '#store/videos/read.ts';
import { type Connection, channelName } from './sql.ts';

/**
 * The store on a migrated database: each operation in a file of its own, a batch of one and of a thousand by the same
 * statement. `now` replaces the database's clock, in tests. Without `dailyCapMicroUsd` nobody has a cap.
 */
export function openStore(
  database: Database,
  options: { now?: () => Date | null; dailyCapMicroUsd?: number | null } = {},
): Store {
  const { now = () => null, dailyCapMicroUsd = null } = options;
  const on: Connection = { database, now, dailyCapMicroUsd };
  return {
    create: (...args) => create(on, ...args),
    answered: (...args) => answered(on, ...args),
    admit: (...args) => admit(on, ...args),
    claim: (...args) => claim(on, ...args),
    scheduledProviders: () => scheduledProviders(on),
    claimOne: (...args) => claimOne(on, ...args),
    claimWaiting: (...args) => claimWaiting(on, ...args),
    claimDue: (...args) => claimDue(on, ...args),
    renew: (...args) => renew(on, ...args),
    release: (...args) => release(on, ...args),
    releaseAllClaims: () => releaseAllClaims(on),
    saveMoves: (...args) => saveMoves(on, ...args),
    saveReserving: (...args) => saveReserving(on, ...args),
    saveOperation: (...args) => saveOperation(on, ...args),
    requestCancel: (...args) => requestCancel(on, ...args),
    hint: (...args) => hint(on, ...args),
    markWatched: (...args) => markWatched(on, ...args),
    lostAttempts: (...args) => lostAttempts(on, ...args),
    knownUpstreamIds: (...args) => knownUpstreamIds(on, ...args),
    attempt: (...args) => attempt(on, ...args),
    takeCall: (...args) => takeCall(on, ...args),
    wasCalled: (...args) => wasCalled(on, ...args),
    countCall: (...args) => countCall(on, ...args),
    changeCircuit: (...args) => changeCircuit(on, ...args),
    holds: () => holds(on),
    setPaused: (...args) => setPaused(on, ...args),
    takeTokens: (...args) => takeTokens(on, ...args),
    giveTokens: (...args) => giveTokens(on, ...args),
    takeTurn: (...args) => takeTurn(on, ...args),
    endTurn: (...args) => endTurn(on, ...args),
    spending: (ownerId) => spending(on, ownerId),
    ownCaps: () => ownCaps(on),
    setCap: (...args) => setCap(on, ...args),
    ownerLimits: (ownerId) => ownerLimits(on, ownerId),
    setOwnerLimits: (...args) => setOwnerLimits(on, ...args),
    ledgerOf: (...args) => ledgerOf(on, ...args),
    spendBetween: (...args) => spendBetween(on, ...args),
    hasOtherAnswers: (...args) => hasOtherAnswers(on, ...args),
    quantiles: (...args) => quantiles(on, ...args),
    get: createGet(on),
    list: (...args) => list(on, ...args),
    count: (...args) => count(on, ...args),
    asset: (...args) => asset(on, ...args),
    addPoster: (...args) => addPoster(on, ...args),
    orphansAmong: (...args) => orphansAmong(on, ...args),
    expiring: (...args) => expiring(on, ...args),
    expire: (...args) => expire(on, ...args),
    addReference: (...args) => addReference(on, ...args),
    reference: (...args) => reference(on, ...args),
    references: (...args) => references(on, ...args),
    dropReference: (...args) => dropReference(on, ...args),
    dropUnusedReferences: (...args) => dropUnusedReferences(on, ...args),
    addCharacter: (...args) => addCharacter(on, ...args),
    character: (...args) => character(on, ...args),
    confirmCharacter: (...args) => confirmCharacter(on, ...args),
    dropCharacter: (...args) => dropCharacter(on, ...args),
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
