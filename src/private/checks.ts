import { Duration } from 'cdk8s';
import { Refuse } from './errors';
import { regexError } from './re2';

export function checkPort(port: number, prop: string, refuse: Refuse): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    refuse({ code: 'PortInvalid', prop, got: port, allowed: 'a whole number from 1 to 65535', fix: 'correct the port' });
  }
  return port;
}

/** Envoy compiles regular expressions with RE2, which knows neither look-around nor back-references. */
export function checkRegex(regex: string, prop: string, refuse: Refuse): void {
  const error = regexError(regex);
  if (error === undefined) return;
  refuse({
    code: 'RegexInvalid', prop, got: regex, allowed: `RE2 syntax (${error})`, fix: 'rewrite it without look-around and back-references; it must match the whole value',
  });
}

export function checkTimeout(timeout: Duration | undefined, prop: string, refuse: Refuse): number | undefined {
  const ms = timeout?.toMilliseconds();
  if (ms !== undefined && ms < 1) {
    refuse({ code: 'TimeoutInvalid', prop, got: `${ms} ms`, allowed: 'one millisecond or more', fix: 'leave it out for no timeout' });
  }
  return ms;
}

export function checkReason(reason: string, prop: string, refuse: Refuse): string {
  if (typeof reason !== 'string' || reason.trim() === '') {
    refuse({ code: 'ReasonMissing', prop, got: reason, allowed: 'a sentence that says why', fix: 'say why; it is kept as an annotation' });
  }
  return reason;
}
