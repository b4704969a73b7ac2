import type { Quantiles } from '#video/progress.ts';
import type { Attempt, JsonObject } from '#video/video.ts';

/** What is known of paid requests: at once, and without a claim. */
export type Submissions = {
  /**
   * The accepted operation: at once, unfenced, only where none is known. `taken` = the upstream id belongs to another
   * attempt.
   */
  saveOperation(attemptId: string, operation: JsonObject, upstreamId: string): Promise<'saved' | 'kept' | 'taken'>;
  /** By its own id. */
  attempt(id: string): Promise<Attempt | null>;
  /** Unsettled attempts of a provider that may belong to lost creates of one request, or of any (null); oldest first. */
  lostAttempts(
    provider: string,
    requestHash: string | null,
  ): Promise<{ lost: Pick<Attempt, 'id' | 'sentAt'>[]; submitting: number }>;
  /** Which of these upstream ids belong to an attempt already. */
  knownUpstreamIds(provider: string, ids: string[]): Promise<Set<string>>;
  /**
   * A verified call of a provider about an attempt: counted, written down, and a look at its video made due. False = this
   * very call came before, and changes nothing.
   */
  takeCall(provider: string, eventId: string, attemptId: string): Promise<boolean>;
  wasCalled(attemptId: string): Promise<boolean>;
  /** A call that could not be verified, or one that never came: a look found the verdict. */
  countCall(provider: string, kind: 'refused' | 'missed'): Promise<void>;
  /** Another job of the provider got a real answer since then: whether a 404 may count. */
  hasOtherAnswers(provider: string, exceptVideoId: string, since: Date): Promise<boolean>;
  /** Learned render times in milliseconds of the last ≤ 200 completions; null under 5. */
  quantiles(model: string, seconds: number, size: string): Promise<Quantiles | null>;
};
