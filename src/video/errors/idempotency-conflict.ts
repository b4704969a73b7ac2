/** The Idempotency-Key belongs to another request of the same owner. */
export class IdempotencyConflict extends Error {
  override name = 'IdempotencyConflict';
  constructor() {
    super('this Idempotency-Key was used with another request');
  }
}
