import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { checkExternalDestination } from './external-destination';
import { readService } from './service';
import { Destination } from '../../http/destination';
import { RedirectOptions, RouteAction } from '../../http/route-action';
import { MeshSettings } from '../../mesh-settings';
import { checkLabel, checkPort, checkStatus } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkAuthority } from '../basics/hosts';
import { isDnsLabel } from '../basics/names';
import { Action, Target, WeightedTarget } from '../model/rule';

const REDIRECTS = [301, 302, 303, 307, 308];

/** Every action except `delegate`, which depends on what the rule matches. */
export function checkAction(scope: IConstruct, action: RouteAction, prop: string, refuse: Refuse): Action {
  const { forward, split, redirect, respond } = action._spec;
  if (redirect) return checkRedirect(redirect, prop, refuse);
  if (respond) {
    return { kind: 'respond', status: checkStatus(respond.status, `${prop}.status`, refuse), body: checkBody(respond.body, `${prop}.body`, refuse) };
  }
  if (split) return { kind: 'forward', to: checkSplit(scope, split, `${prop}.split`, refuse) };
  checkUnweighted(forward!, `${prop}.destination`, refuse);
  return { kind: 'forward', to: [checkForward(scope, forward!, `${prop}.destination`, refuse)] };
}

/** In bytes. */
const MAX_BODY = 2 ** 20;

function checkBody(body: string | undefined, prop: string, refuse: Refuse): string | undefined {
  if (body !== undefined && Buffer.byteLength(String(body)) > MAX_BODY) {
    refuse({ code: 'BodyTooLarge', prop, got: `${Buffer.byteLength(body)} bytes`, allowed: `up to ${MAX_BODY} bytes`, fix: 'serve the response from a Service' });
  }
  return body;
}

export function checkSplit(scope: IConstruct, split: Destination[], prop: string, refuse: Refuse) {
  // a single destination needs no weight
  const weights = split.map(({ weight }) => (split.length === 1 ? weight ?? 1 : weight!));
  const wrong = (at: string, got: unknown) => refuse({ code: 'WeightInvalid', prop: at, got, allowed: 'whole numbers from 0, at least one of them above 0', fix: 'give each destination its share, for example stable.weighted(90) and next.weighted(10)' });
  weights.forEach((weight, i) => Number.isInteger(weight) && weight >= 0 || wrong(`${prop}[${i}].weight`, weight));
  if (!weights.some(w => w > 0)) wrong(prop, weights);
  if (weights.some(w => w >= 2 ** 31) || weights.reduce((a, b) => a + b, 0) >= 2 ** 32) {
    refuse({ code: 'WeightInvalid', prop, got: weights, allowed: 'weights of at most 2147483647, with a sum of at most 4294967295', fix: 'use smaller numbers in the same proportion' });
  }
  return split.map((destination, i) => ({
    ...checkForward(scope, destination, `${prop}[${i}]`, refuse), weight: split.length > 1 ? weights[i] : undefined,
  }));
}

/** For places with a single destination. */
export function checkUnweighted({ weight }: Destination, prop: string, refuse: Refuse): void {
  if (weight !== undefined) {
    refuse({ code: 'WeightInvalid', prop: `${prop}.weight`, got: weight, allowed: 'no weight: there are no other destinations', fix: 'leave out .weighted(...), or use RouteAction.split' });
  }
}

function checkForward(scope: IConstruct, destination: Destination, prop: string, refuse: Refuse): WeightedTarget {
  const target = destination._target;
  return target.external ? checkExternalDestination(scope, target, prop, refuse) : checkDestination(scope, destination, prop, refuse);
}

export function checkDestination(scope: IConstruct, destination: Destination, prop: string, refuse: Refuse): Target {
  const { policy, subset, construct, external, name, namespace, port } = destination._target;
  if (external) {
    const { path } = needDeclared(scope, external, 'externalServices', prop, refuse);
    refuse({ code: 'ExternalDestinationInvalid', prop, got: path, allowed: 'a Service in the mesh', fix: 'mirror to a Service: a mirrored request keeps the host name of the original' });
  }
  if (policy) {
    needDeclared(scope, policy, 'destinationPolicies', prop, refuse);
    return subset!;
  }
  const domain = MeshSettings.of(scope).clusterDomain;
  if (construct) {
    const service = readService(construct, prop, refuse);
    const number = port ?? (service.ports.length === 1 ? service.ports[0].number : undefined);
    if (number === undefined || !service.ports.some(p => p.number === number)) {
      refuse({ code: 'ServiceUnreadable', prop: `${prop}.port`, got: number, allowed: `a port of Service ${service.name}: ${service.ports.map(p => p.number).join(', ')}`, fix: 'name the port' });
    }
    return { host: `${service.name}.${service.namespace}.svc.${domain}`, port: number! };
  }
  if (namespace !== undefined) checkLabel(namespace, `${prop}.namespace`, refuse);
  if (name === undefined || !isDnsLabel(name)) {
    refuse({ code: 'ServiceNameInvalid', prop, got: name, allowed: 'the name of a Service: a DNS label', fix: 'write only the name, and put its namespace in `namespace`' });
  }
  return { host: `${name}.${namespace ?? Chart.of(scope).namespace}.svc.${domain}`, port: checkPort(port!, `${prop}.port`, refuse) };
}

function checkRedirect(options: RedirectOptions, prop: string, refuse: Refuse): Action {
  const { scheme, authority, path, port, status } = options;
  if (scheme === undefined && authority === undefined && path === undefined && port === undefined) {
    refuse({ code: 'RedirectEmpty', prop, got: options, allowed: 'one of scheme, authority, path, port', fix: 'set what changes: a redirect to the same URL never ends' });
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    refuse({ code: 'RedirectSchemeInvalid', prop: `${prop}.scheme`, got: scheme, allowed: 'http or https', fix: 'correct the scheme' });
  }
  if (path !== undefined) checkTarget(path, `${prop}.path`, refuse);
  const host = authority === undefined ? undefined : checkAuthority(authority, `${prop}.authority`, refuse);
  if (port !== undefined && host?.includes(':')) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.port`, got: port, allowed: `no \`port\` if the authority has one, ${host}`, fix: 'remove one of the two: Envoy would write both' });
  }
  if (scheme && port === (scheme === 'https' ? 443 : 80) && authority === undefined) {
    refuse({ code: 'RedirectPortIgnored', prop: `${prop}.port`, got: port, allowed: `a port other than the default of ${scheme}, or \`port\` together with \`authority\``, fix: 'set authority: otherwise the client\'s port remains' });
  }
  const code = status ?? 301;
  if (!REDIRECTS.includes(code)) {
    refuse({ code: 'StatusInvalid', prop: `${prop}.status`, got: status, allowed: REDIRECTS.join(', '), fix: 'use one of these' });
  }
  return { kind: 'redirect', scheme, authority: host, uri: path, port: port === undefined ? undefined : checkPort(port, `${prop}.port`, refuse), code };
}

/** A path to which clients are redirected. Envoy would append the query of the request after a fragment. */
function checkTarget(path: string, prop: string, refuse: Refuse): void {
  if (typeof path !== 'string' || !/^\/[^#\s\\]*$/.test(path)) {
    refuse({ code: 'PathInvalid', prop, got: path, allowed: 'a path that begins with /, may have a query, and has no fragment, space or backslash', fix: 'correct the path' });
  }
}
