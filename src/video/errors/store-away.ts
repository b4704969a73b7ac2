/** The store does not answer just now. Whether a write was kept is unknown; it goes on by itself. */
export class StoreAway extends Error {
  override name = 'StoreAway';
}
