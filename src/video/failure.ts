/** Was money spent? `maybe` where the provider never told. */
export type Billed = 'no' | 'maybe' | 'yes';

export type Failure = {
  /** What happened, for people. */
  happened: string;
  billed: Billed;
  /** What to do about it. */
  advice: string;
  /** A retry by hand can help. */
  canRetry: boolean;
  /** Dailies tries again by itself: it can help, and nothing was billed. */
  retriesItself: boolean;
};

const failures = {
  moderation: {
    happened: 'The provider refused the prompt or the result.',
    billed: 'no',
    advice: 'Reword the prompt and try again.',
    canRetry: true,
    retriesItself: false,
  },
  invalid_request: {
    happened: 'The provider does not accept these settings.',
    billed: 'no',
    advice: 'Change the settings that its message names.',
    canRetry: true,
    retriesItself: false,
  },
  auth: {
    happened: 'The provider refused our key.',
    billed: 'no',
    advice: "Check the provider's key, then retry.",
    canRetry: true,
    retriesItself: false,
  },
  quota: {
    happened: "The provider's account has no credit or quota left.",
    billed: 'no',
    advice: 'Top up the account at the provider, then retry.',
    canRetry: true,
    retriesItself: false,
  },
  provider_error: {
    happened: 'The provider could not finish this take.',
    billed: 'maybe',
    advice: 'A retry often helps. See at the provider whether this try was billed.',
    canRetry: true,
    retriesItself: false,
  },
  capacity: {
    happened: 'The provider had no capacity for this take.',
    billed: 'no',
    advice: 'Try again later, or choose another model.',
    canRetry: true,
    retriesItself: true,
  },
  job_not_found: {
    happened: 'The provider no longer knows this job.',
    billed: 'maybe',
    advice: 'It may have restarted. See there before you send it again.',
    canRetry: true,
    retriesItself: false,
  },
  provider_silent: {
    happened: 'The provider gave no verdict for so long that we stopped looking.',
    billed: 'maybe',
    advice: 'See at the provider, or reset to look again.',
    canRetry: true,
    retriesItself: false,
  },
  submission_unknown: {
    happened: 'We sent this, but the answer was lost, and it was not found at the provider.',
    billed: 'maybe',
    advice: 'See at the provider before you send it again. A late clip is still kept.',
    canRetry: true,
    retriesItself: false,
  },
  download_failed: {
    happened: 'The clip is done, but could not be copied.',
    billed: 'yes',
    advice: 'Collect it again; that costs nothing.',
    canRetry: true,
    retriesItself: false,
  },
  expired: {
    happened: 'The provider deleted the clip before it could be copied.',
    billed: 'yes',
    advice: 'A retry renders, and bills, it once more.',
    canRetry: true,
    retriesItself: false,
  },
  canceled: {
    happened: 'This take was canceled.',
    billed: 'maybe',
    advice: 'Retry to make it after all.',
    canRetry: true,
    retriesItself: false,
  },
  unclassified: {
    happened: 'The take failed for a reason that the provider did not explain.',
    billed: 'maybe',
    advice: "The provider's own words may tell more.",
    canRetry: true,
    retriesItself: false,
  },
} as const satisfies Record<string, Failure>;

export type FailureCode = keyof typeof failures;
export const failureCodes = Object.keys(failures) as FailureCode[];

/** What a failure code means for people: what happened, was it billed, what to do. */
export const failureOf = (code: FailureCode): Failure => failures[code];

/** The automatic tries of one video end here; a person may go on. */
export const maxAutomaticAttempts = 3;
