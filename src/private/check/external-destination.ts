import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { DestinationTarget } from '../../http/destination';
import { RouteAction } from '../../http/route-action';
import { RouteRule } from '../../http/rule';
import { Refuse } from '../basics/errors';
import { isWildcard } from '../basics/hosts';
import { ExternalServiceModel } from '../model/app-model';
import { declarationOf } from '../model/declaration';
import { isHttp } from '../model/external-service';
import { WeightedTarget } from '../model/rule';

/** One host of an external service. Requests reach it with its own name, whatever host the client asked for. */
export function checkExternalDestination(scope: IConstruct, target: DestinationTarget, prop: string, refuse: Refuse): WeightedTarget {
  const { external, host: wanted, port: number } = target;
  const { path, service: { hosts, ports, resolution } } = needDeclared(scope, external, 'externalServices', prop, refuse);
  const host = wanted?.toLowerCase() ?? (hosts.length === 1 ? hosts[0] : undefined);
  if (host === undefined || !hosts.includes(host) || isWildcard(host)) {
    return refuse({ code: 'ExternalDestinationInvalid', prop: `${prop}.host`, got: wanted ?? hosts, allowed: `one of the full host names of ${path}: ${hosts.join(', ')}`, fix: 'name one host' });
  }
  const readable = ports.filter(isHttp);
  const port = number === undefined && readable.length === 1 ? readable[0] : readable.find(p => p.number === number);
  if (!port) {
    return refuse({ code: 'ExternalDestinationInvalid', prop: `${prop}.port`, got: number, allowed: `an HTTP port of ${path}: ${readable.map(p => p.number).join(', ') || 'it has none'}`, fix: 'set the port that an application would call' });
  }
  if (resolution === 'NONE') {
    refuse({ code: 'ResolutionNoneBehindGateway', prop, got: 'NONE', allowed: 'DNS, DNS_ROUND_ROBIN, STATIC', fix: 'use Resolution.dns() or Resolution.endpoints()' });
  }
  const plainPort = port.tls ? 443 : 80;
  const authority = port.targetPort === plainPort ? host : `${host}:${port.targetPort}`;
  return { host, port: port.number, requestHeaders: { set: { host: authority } } };
}

/** The external services to which rules send requests, without duplicates. */
export function externalDestinations(rules: (RouteRule & { readonly action?: RouteAction })[]): ExternalServiceModel[] {
  const destinations = rules.flatMap(({ action }) => action?._spec.forward ?? action?._spec.split ?? []);
  const models = destinations.flatMap(({ _target: { external } }) => (external ? [declarationOf(external)!.model as ExternalServiceModel] : []));
  return [...new Set(models)];
}
