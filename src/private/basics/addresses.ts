import { isIP } from 'node:net';

/** An IP address, or a block of them. */
export interface AddressBlock {
  /** In Envoy's spelling: Envoy refuses the second of two spellings of one address as a duplicate. A block of one address is written as that address. */
  readonly text: string;
  /** The address family, and the leading bits that all addresses of the block share. */
  readonly prefix: string;
}

/** Reads an IP address or a CIDR block; host bits are ignored. */
export function readAddress(text: string): AddressBlock | undefined {
  const [, ip, bits] = /^([^/%]+)(?:\/(0|[1-9]\d*))?$/.exec(String(text)) ?? [];
  const family = ip === undefined ? 0 : isIP(ip);
  if (family === 0) return undefined;
  const all = family === 4 ? bitsOf(ip.split('.'), 10, 8) : bitsOf(groupsOf(ip), 16, 16);
  const length = bits === undefined ? all.length : Number(bits);
  if (length > all.length) return undefined;
  const network = spell(all.slice(0, length).padEnd(all.length, '0'));
  return { text: length === all.length ? network : `${network}/${length}`, prefix: `${family}:${all.slice(0, length)}` };
}

/** Two blocks overlap only if one contains the other. */
export function overlap(a: AddressBlock, b: AddressBlock): boolean {
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

/** The unspecified address, or a block that begins with it: Istio treats any such block as every address. */
export function isCatchAll({ prefix }: AddressBlock): boolean {
  return /^[46]:0*$/.test(prefix);
}

/** An IPv4-mapped IPv6 address, which no connection uses. */
export function isMapped({ prefix }: AddressBlock): boolean {
  return /^6:0{80}1{16}/.test(prefix);
}

function bitsOf(parts: string[], radix: number, width: number): string {
  return parts.map(part => parseInt(part, radix).toString(2).padStart(width, '0')).join('');
}

/** The eight groups of an IPv6 address. */
function groupsOf(ip: string): string[] {
  const [head, tail] = canonical(ip).split('::').map(part => part.split(':').filter(group => group !== ''));
  return tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

function spell(bits: string): string {
  const parts = (width: number) => bits.match(new RegExp(`.{${width}}`, 'g'))!.map(part => parseInt(part, 2));
  return bits.length === 32 ? parts(8).join('.') : canonical(parts(16).map(group => group.toString(16)).join(':'));
}

function canonical(ip: string): string {
  return new URL(`http://[${ip}]`).hostname.slice(1, -1);
}
