import { AskedRequest } from './explanation';
import { Refuse } from '../basics/errors';

const DEFAULT_PORTS: { readonly [scheme: string]: number } = { http: 80, https: 443 };

const METHOD = /^[A-Z][A-Z-]*$/;
const AUTHORITY = /^(?:[a-z0-9](?:[-a-z0-9_.]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d*)?$/i;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads a request as users write it. */
export function readRequest(method: string, url: string, headers: { readonly [name: string]: string }, refuse: Refuse): AskedRequest {
  if (!METHOD.test(method)) refuse({ code: 'RequestInvalid', prop: 'method', got: method, allowed: 'a method of HTTP in capitals, such as GET', fix: 'correct the method' });
  const { scheme, host, port, authority, path } = readUrl(url, ['http', 'https'], refuse);
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!HEADER.test(name) || names.has(lower)) {
      refuse({ code: 'RequestInvalid', prop: `headers.${name}`, got: value, allowed: 'each header once, by a name of letters, digits and dashes', fix: 'correct the name, or join the values' });
    }
    names.set(lower, value);
  }
  const written = names.get('host');
  if (written !== undefined && !AUTHORITY.test(written)) {
    refuse({ code: 'RequestInvalid', prop: 'headers.host', got: written, allowed: 'a host, and perhaps a port', fix: 'correct it: of another Host header each proxy makes what it likes' });
  }
  names.delete('host');
  return { scheme, host, port, method, path, headers: Object.fromEntries(names), authority: written ?? authority };
}

/** Reads the target of a connection that carries no request: `tcp://host:port`. */
export function readConnection(url: string, refuse: Refuse): AskedRequest {
  const { scheme, host, port, authority, path } = readUrl(url, ['tcp'], refuse);
  if (path !== '') refuse({ code: 'UrlInvalid', prop: 'url', got: url, allowed: 'a host and a port, such as tcp://db.example.com:5432', fix: 'leave out the path: a connection has none' });
  return { scheme, host, port, method: '', path: '', headers: {}, authority };
}

function readUrl(url: string, schemes: AskedRequest['scheme'][], refuse: Refuse): Pick<AskedRequest, 'scheme' | 'host' | 'port' | 'authority' | 'path'> {
  const allowed = schemes.includes('tcp') ? 'a URL such as tcp://db.example.com:5432' : 'a URL such as https://api.example.com/v1';
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1].toLowerCase();
  const known = schemes.find(one => one === scheme);
  if (scheme !== undefined && !known) {
    refuse({ code: 'UrlInvalid', prop: 'url', got: url, allowed: `${allowed}; the scheme is one of ${schemes.join(', ')}`, fix: scheme === 'tcp' ? 'use connect()' : schemes.includes('tcp') ? 'use get() or another method of HTTP' : 'write the scheme that the client uses: gRPC in clear text is http' });
  }
  // URLs of other schemes are not normalized
  const parsed = known && URL.canParse(url) ? new URL(url.replace(/^tcp:/i, 'http:')) : undefined;
  if (!known || !parsed || parsed.hostname === '' || parsed.username !== '' || parsed.password !== '' || (known === 'tcp' && !/^tcp:\/\/[^/]*:\d+(\/|$)/i.test(url))) {
    return refuse({ code: 'UrlInvalid', prop: 'url', got: url, allowed, fix: known === 'tcp' ? 'name the host and the port' : 'write the whole URL, with the scheme and the host' });
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = parsed.port === '' ? DEFAULT_PORTS[known] ?? 80 : Number(parsed.port);
  const path = known === 'tcp' ? parsed.pathname.replace(/^\/$/, '') : normalized(parsed.pathname) + parsed.search;
  return { scheme: known, host, port, authority: parsed.host, path };
}

/** As proxies read a path: letters, digits and `-._~` are not encoded, and no segment is `.` or `..`. */
function normalized(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (whole, hex) => {
    const char = String.fromCharCode(parseInt(hex, 16));
    return /[-._~A-Za-z0-9]/.test(char) ? char : whole;
  });
  return new URL(`http://host${decoded}`).pathname;
}
