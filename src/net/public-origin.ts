import ipaddr from 'ipaddr.js';

/** Names that lead nowhere on the internet. */
const ownNames = /(^|\.)(localhost|local|internal|lan|home|home\.arpa|test|invalid)$/;

/** The origin of a URL where a stranger on the internet can call it, by https; else null. Nothing is resolved. */
export function publicOrigin(url: string | null): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== 'https:') return null;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'unicast' ? origin : null;
  return host.includes('.') && !ownNames.test(host) ? origin : null;
}
