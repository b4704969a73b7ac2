import { StoreAway } from '#video/errors/store-away.ts';

/** Of the server: it stops, starts, has no connection left, or lost the line (classes 08 and 57P of PostgreSQL's codes). */
const ofServer = /^(08...|57P0[123]|53300)$/;
const ofLine = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
/** `pg` has no codes for these. */
const ofClient =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/;

/** An error of `pg` in the words above where the database is away; any other as it is. */
export function namedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const away = ofServer.test(code) || ofLine.has(code) || ofClient.test(error.message);
  return away ? new StoreAway('the database does not answer', { cause: error }) : error;
}
