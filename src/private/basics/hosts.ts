import { domainToASCII } from 'node:url';
import { checkPort } from './checks';
import { Refuse } from './errors';
import { patternsOver } from './host-index';

const NAME = /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

export interface HostRules {
  /** Whether wildcards such as `*.example.com` are allowed. */
  readonly wildcard: boolean;
  /** Whether `*` is allowed. */
  readonly catchAll?: boolean;
  /** Whether names of one label, such as `localhost`, are allowed: for fields where Istio neither adds a namespace to them nor refuses them. */
  readonly short?: boolean;
}

/** Checks hosts and returns them in lower case, as DNS and Istio compare them. */
export function checkHosts(hosts: string[] | undefined, prop: string, rules: HostRules, refuse: Refuse): string[] {
  if (!hosts?.length) {
    return refuse({ code: 'HostsEmpty', prop, got: hosts, allowed: 'at least one host', fix: 'list the hosts, for example api.example.com' });
  }
  const seen = new Set<string>();
  const all = hosts.map((host, i) => {
    const checked = checkHost(host, `${prop}[${i}]`, rules, refuse);
    if (seen.has(checked)) {
      refuse({ code: 'HostDuplicate', prop: `${prop}[${i}]`, got: host, allowed: 'each host once (case does not matter)', fix: 'delete the duplicate' });
    }
    seen.add(checked);
    return checked;
  });
  // services expose their hosts to the program
  return Object.freeze(all) as string[];
}

/** Checks one host; see `checkHosts`. */
export function checkHost(host: string, prop: string, rules: HostRules, refuse: Refuse): string {
  if (host === '*') {
    if (rules.catchAll) return host;
    refuse({
      code: 'HostCatchAll', prop, got: host, allowed: `a DNS name${rules.wildcard ? ' or a wildcard such as *.example.com' : ''}`, fix: 'list the hosts',
    });
  }
  const allowed = `a fully qualified DNS name such as api.example.com${rules.wildcard ? ', or a wildcard such as *.example.com' : ''}`;
  if (/[^\x00-\x7f]/.test(host)) {
    const ascii = domainToASCII(host);
    refuse({ code: 'HostNotAscii', prop, got: host, allowed, fix: ascii ? `write "${ascii}"` : 'write the punycode form' });
  }
  const lower = host.toLowerCase();
  if (lower.length > 253 || !NAME.test(lower) || (isWildcard(lower) && !rules.wildcard) || (!lower.includes('.') && !rules.short)) {
    refuse({ code: 'HostInvalid', prop, got: host, allowed, fix: hintFor(lower, rules) });
  }
  return lower;
}

/** A host as in URLs and Host headers, optionally with a port. A name of one label stays as it is there. */
export function checkAuthority(authority: string, prop: string, refuse: Refuse): string {
  const [, host, port] = /^([^]*?)(?::(\d+))?$/.exec(String(authority))!;
  const checked = checkHost(host, prop, { wildcard: false, short: true }, refuse);
  return port === undefined ? checked : `${checked}:${checkPort(Number(port), prop, refuse)}`;
}

function hintFor(host: string, { short }: HostRules): string {
  if (host.includes('://')) return 'write only the host, without scheme and path';
  if (/:\d+$/.test(host)) return 'write the host without a port; declare ports separately';
  if (host.endsWith('.')) return 'remove the dot at the end';
  if (/^[\d.]+$/.test(host)) return 'give the service a name, and put its IP address in addresses or endpoints';
  if (!short && !host.includes('.')) return 'write the full name: Istio would complete a short name with the namespace of the object';
  return 'correct the name';
}

/** Whether a host stands for many. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether a host or wildcard covers another host or wildcard. */
export function covers(pattern: string, host: string): boolean {
  return pattern === '*' || pattern === host || (isWildcard(pattern) && host.endsWith(pattern.slice(1)));
}

/** For each host, the first of the other hosts that covers it, if any. */
export function covered(hosts: string[]): (string | undefined)[] {
  if (hosts.length === 1) return [undefined];
  const places = new Map(hosts.map((host, i) => [host, i]));
  return hosts.map(host => {
    const found = patternsOver(host).filter(wide => wide !== host && places.has(wide));
    return found.sort((a, b) => places.get(a)! - places.get(b)!)[0];
  });
}

/** Istio refuses a route if one of its hosts covers another, and merges such routes at a server. */
export function checkDisjoint(hosts: string[], prop: string, refuse: Refuse): void {
  covered(hosts).forEach((wide, i) => {
    if (wide) refuse({ code: 'HostDuplicate', prop: `${prop}[${i}]`, got: hosts[i], allowed: `hosts that ${wide} does not cover`, fix: 'delete it' });
  });
}

/** The hosts of an ingress route. */
export function checkRouteHosts(hosts: string[] | undefined, refuse: Refuse): string[] {
  const checked = checkHosts(hosts, 'hosts', { wildcard: true, catchAll: true }, refuse);
  checkDisjoint(checked, 'hosts', refuse);
  return checked;
}
