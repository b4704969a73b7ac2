/** The owner's cap of queued videos is reached. */
export class QueueFull extends Error {
  override name = 'QueueFull';
  readonly limit: number;
  constructor(limit: number) {
    super(`at most ${limit} videos can wait at a time`);
    this.limit = limit;
  }
}
