import { isIP } from 'node:net';
import { Duration } from 'cdk8s';
import { ErrorCode } from './codes';
import { Refuse } from './errors';
import { isDnsLabel, isDnsName } from './names';
import { regexError } from './re2';
import { isTooLong, MAX_REGEX_BYTES } from './regex-limit';

export function checkPort(port: number, prop: string, refuse: Refuse): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    refuse({ code: 'PortInvalid', prop, got: port, allowed: 'a whole number from 1 to 65535', fix: 'correct the port' });
  }
  return port;
}

/** Checks an IP address or a CIDR block, and returns whether it is a block. */
export function checkAddress(address: string, prop: string, refuse: Refuse): boolean {
  const [ip, bits, rest] = address.split('/');
  const max = isIP(ip) === 6 ? 128 : 32;
  if (!isIP(ip) || ip.includes('%') || rest !== undefined || (bits !== undefined && (!/^(0|[1-9]\d*)$/.test(bits) || Number(bits) > max))) {
    refuse({ code: 'AddressInvalid', prop, got: address, allowed: 'an IP address or a CIDR block', fix: 'correct the address' });
  }
  return bits !== undefined;
}

/** For lists whose length Istio limits. */
export function checkLength(list: readonly unknown[], max: number, prop: string, fix: string, refuse: Refuse): void {
  if (list.length > max) refuse({ code: 'ListTooLong', prop, got: list.length, allowed: `up to ${max}`, fix });
}

/** For lists of who may enter: an empty one could mean everybody or nobody. */
export function checkNotEmpty(list: unknown[], prop: string, refuse: Refuse): void {
  if (list.length === 0) {
    refuse({ code: 'AccessEmpty', prop, got: list, allowed: 'at least one', fix: 'list the values, or leave it out' });
  }
}

export function checkExtensionProvider(provider: string | undefined, prop: string, refuse: Refuse): string {
  if (provider === undefined || provider.trim() === '') {
    refuse({ code: 'ExtensionProviderInvalid', prop, got: provider, allowed: 'the name of an extension provider of mesh config', fix: 'set its name' });
  }
  return provider as string;
}

/** Envoy compiles regular expressions with RE2, which has neither look-around nor back-references. */
export function checkRegex(regex: string, prop: string, refuse: Refuse): void {
  if (typeof regex === 'string' && isTooLong(regex)) {
    refuse({ code: 'RegexTooLong', prop, got: `${Buffer.byteLength(regex)} bytes`, allowed: `${MAX_REGEX_BYTES} bytes`, fix: 'split it into several matches' });
  }
  const error = regexError(regex);
  if (error === undefined) return;
  refuse({
    code: 'RegexInvalid', prop, got: regex, allowed: `RE2 syntax (${error})`, fix: 'rewrite it without look-around and back-references; it must match the whole value',
  });
}

/** The longest duration that Envoy can represent: 292 years, in nanoseconds as a 63-bit number. Go's limit is about the same. */
export const MAX_MS = 9_223_372_035_000;

export function checkTimeout(timeout: Duration | undefined, prop: string, refuse: Refuse): number | undefined {
  const ms = timeout?.toMilliseconds({ integral: false });
  if (ms !== undefined && ms < 1) {
    refuse({ code: 'TimeoutInvalid', prop, got: `${ms} ms`, allowed: 'one millisecond or more', fix: 'leave it out to have no timeout' });
  }
  if (ms !== undefined && !(Number.isInteger(ms) && ms <= MAX_MS)) {
    refuse({ code: 'TimeoutInvalid', prop, got: `${ms} ms`, allowed: `whole milliseconds up to ${MAX_MS}`, fix: 'round it' });
  }
  return ms;
}

export function checkReason(reason: string, prop: string, refuse: Refuse): string {
  if (reason.trim() === '') {
    refuse({ code: 'ReasonMissing', prop, got: reason, allowed: 'a sentence that explains why', fix: 'explain why; the reason is kept as an annotation' });
  }
  return reason;
}

export function checkStatus(status: number, prop: string, refuse: Refuse): number {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    refuse({ code: 'StatusInvalid', prop, got: status, allowed: 'a whole number from 200 to 599', fix: 'correct the status' });
  }
  return status;
}

/** Istio reads 0 as "always" in one place and as "never" in another, so it is refused. Envoy's unit is a millionth. */
export function checkPercent(percent: number, prop: string, refuse: Refuse): number {
  if (!(percent > 0 && percent <= 100)) {
    refuse({ code: 'PercentInvalid', prop, got: percent, allowed: 'a number above 0, up to 100', fix: 'correct the number, or leave the option out' });
  }
  if (Math.abs(percent * 10000 - Math.round(percent * 10000)) > 1e-6 || percent < 0.0001) {
    refuse({ code: 'PercentInvalid', prop, got: percent, allowed: 'a multiple of 0.0001', fix: 'round it' });
  }
  return percent;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

export function isMethod(method: string): boolean {
  return /^[A-Z][A-Z-]*$/.test(method);
}

export function checkHeaderName(name: string, prop: string, refuse: Refuse): void {
  if (!isHeaderName(name) || name.toLowerCase() === 'host') {
    refuse({ code: 'HeaderInvalid', prop, got: name, allowed: 'a header name other than Host', fix: 'correct the name; to change the Host header, use rewrite.authority' });
  }
}

export function checkLabel(name: string, prop: string, refuse: Refuse, { code = 'NameInvalid', fix = 'correct the name' }: { code?: ErrorCode; fix?: string } = {}): string {
  if (!isDnsLabel(name)) {
    refuse({ code, prop, got: name, allowed: 'a DNS label of at most 63 characters', fix });
  }
  return name;
}

/** The name of an object whose kind allows dots in names, such as a Secret. */
export function checkDnsName(name: string, prop: string, what: string, refuse: Refuse): string {
  if (!isDnsName(name)) {
    refuse({ code: 'NameInvalid', prop, got: name, allowed: `the name of a ${what}: DNS labels separated by dots`, fix: 'correct the name' });
  }
  return name;
}

/** The path of a file in a container. */
export function checkFilePath(path: string, prop: string, refuse: Refuse): string {
  if (!/^\/.*[^/]$/.test(path)) {
    refuse({ code: 'FilePathInvalid', prop, got: path, allowed: 'the absolute path of a file', fix: 'correct the path: it must begin with / and must not end with /' });
  }
  return path;
}
