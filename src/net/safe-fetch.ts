import { lookup as resolveHost } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, fetch, type Response } from 'undici';

export type { Response } from 'undici';

export type SafeFetch = (url: string | URL, init?: SafeInit) => Promise<Response>;
export type SafeInit = {
  method?: 'GET' | 'HEAD' | 'DELETE' | 'POST' | 'PUT';
  /** Of a POST or PUT; without it they are empty. */
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** 5 by default. Redirects are followed for GET and HEAD only. */
  maxRedirects?: number;
};

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>;

export type SafeFetchOptions = {
  /** Hosts that may stand on a private network: `host`, `host:port` or an origin. Asked again for each request. */
  allowHosts: readonly string[] | (() => readonly string[]);
  connectTimeoutMs?: number;
  headersTimeoutMs?: number;
  /** Silence between two chunks of a body. */
  bodyTimeoutMs?: number;
  /** Plain http only at the hosts that are allowed. */
  httpsOnly?: boolean;
  resolve?: Resolve;
};

/** The URL, or where it leads to, may not be fetched. Carries no URL in its message. */
export class UnsafeUrl extends Error {
  override name = 'UnsafeUrl';
}

/** What may still be said to another origin than the one first asked: nothing that could hold a key. */
const harmlessHeaders = new Set(['accept', 'accept-encoding', 'if-range', 'range', 'user-agent']);

/**
 * A fetch for URLs that strangers wrote. Every address that a name resolves to must be public, the connection goes to
 * exactly the checked addresses (no second look-up to rebind), and redirects are checked like first URLs.
 * Throws `UnsafeUrl`; otherwise behaves like fetch.
 */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const { allowHosts, connectTimeoutMs = 10_000, headersTimeoutMs = 60_000, bodyTimeoutMs = 60_000 } = options;
  const { httpsOnly = false } = options;
  const resolve = options.resolve ?? ((hostname) => resolveHost(hostname, { all: true }));
  const limits = { headersTimeout: headersTimeoutMs, bodyTimeout: bodyTimeoutMs };
  // Two agents, so that a connection to an admitted host is never reused for a checked one.
  const checked = new Agent({ ...limits, connect: { timeout: connectTimeoutMs, lookup: checkedLookup(resolve) } });
  const admitted = new Agent({ ...limits, connect: { timeout: connectTimeoutMs } });
  const isAllowed = (url: URL) =>
    (typeof allowHosts === 'function' ? allowHosts() : allowHosts).some((entry) => matches(entry, url));

  return async (input, init = {}) => {
    const { method = 'GET', body, signal, maxRedirects = 5 } = init;
    const first = new URL(input);
    let url = first;
    for (let hop = 0; ; hop++) {
      const allowed = isAllowed(url);
      checkUrl(url, allowed);
      if (httpsOnly && !allowed && url.protocol !== 'https:') throw new UnsafeUrl('only https is fetched');
      const response = await send(url, {
        method,
        headers: headersFor(url, first, init.headers ?? {}),
        redirect: 'manual',
        ...(body !== undefined && { body }),
        dispatcher: allowed ? admitted : checked,
        ...(signal && { signal }),
      });
      const location = response.headers.get('location');
      const follows = method === 'GET' || method === 'HEAD';
      if (!follows || response.status < 300 || response.status > 399 || !location) return response;
      await response.body?.cancel();
      if (hop >= maxRedirects) throw new UnsafeUrl(`more than ${maxRedirects} redirects`);
      url = parseUrl(location, url);
    }
  };
}

/** Why no POST goes there, as far as the address itself tells; null = its host is looked up when it is asked. */
export function refusalOf(address: string, allowHosts: readonly string[]): string | null {
  const url = new URL(address);
  const allowed = allowHosts.some((entry) => matches(entry, url));
  if (!allowed && url.protocol !== 'https:') return 'must begin with https://';
  try {
    checkUrl(url, allowed);
    return null;
  } catch (error) {
    if (error instanceof UnsafeUrl) return `cannot be told: ${error.message}`;
    throw error;
  }
}

/** undici wraps what its connector throws: our own refusal must come out as itself. */
async function send(url: URL, init: Parameters<typeof fetch>[1]): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof Error && error.cause instanceof UnsafeUrl) throw error.cause;
    throw error;
  }
}

function parseUrl(text: string, base: URL): URL {
  if (!URL.canParse(text, base)) throw new UnsafeUrl('a redirect leads to no URL');
  return new URL(text, base);
}

function checkUrl(url: URL, allowed: boolean): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UnsafeUrl(`${url.protocol} is not fetched`);
  if (url.username || url.password) throw new UnsafeUrl('a URL with credentials is not fetched');
  // Node does not look up literals, so the look-up below never sees them. URL has made 2130706433 into 127.0.0.1.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowed && ipaddr.isValid(literal)) checkAddress(literal);
}

/** Only what anybody on the internet could reach too; IPv4 inside IPv6 is judged as IPv4. */
function checkAddress(address: string): void {
  const range = ipaddr.process(address).range();
  if (range !== 'unicast') throw new UnsafeUrl(`the host has a ${range} address`);
}

/** Resolves once, checks every address, and hands exactly those to the connection. */
export function checkedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        try {
          for (const { address } of addresses) checkAddress(address);
        } catch (error) {
          return callback(error as Error, []);
        }
        const wanted = addresses.filter(({ family }) => !options.family || family === Number(options.family));
        const [first] = wanted;
        if (!first) return callback(new Error('the host has no address'), []);
        if (options.all) return callback(null, wanted);
        callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, []),
    );
  };
}

function headersFor(url: URL, first: URL, headers: Record<string, string>): Record<string, string> {
  if (url.origin === first.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name.toLowerCase())));
}

function matches(entry: string, url: URL): boolean {
  if (entry.includes('://')) return URL.canParse(entry) && new URL(entry).origin === url.origin;
  const host = entry.toLowerCase();
  return host === url.hostname || host === url.host || host === `${url.hostname}:${url.port || defaultPort(url)}`;
}

const defaultPort = (url: URL) => (url.protocol === 'https:' ? '443' : '80');
