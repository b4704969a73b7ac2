export type DownloadReason = 'transient' | 'gone' | 'not_ready' | 'refused' | 'not_media';

/**
 * The file could not be had. `gone` = the provider says that it no longer exists; `not_ready` = not yet;
 * `not_media` = it came, and is not what it should be.
 */
export class DownloadError extends Error {
  override name = 'DownloadError';
  readonly reason: DownloadReason;
  readonly retryAfterMs: number | null;
  constructor(reason: DownloadReason, message: string, retryAfterMs: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
