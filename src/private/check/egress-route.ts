import { IConstruct } from 'constructs';
import { anyNamespaceReason, checkCovered } from './callers';
import { checkConnectProxy } from './connect-proxy';
import { refuseWithoutAddresses } from './external';
import { externalDestinations } from './external-destination';
import { checkGatewayUpstream, checkSecrets } from './gateway-upstream';
import { checkOutbound, OutboundInput } from './outbound-requests';
import { Caller } from '../../egress/caller';
import { ConnectProxy } from '../../egress/connect-proxy';
import { LegOne } from '../../egress/leg-one';
import { checkReason } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { covers, isWildcard } from '../basics/hosts';
import { EVERY_NAMESPACE, isDnsName } from '../basics/names';
import { CallerIdentity, EgressIntent } from '../model/egress-route';
import { ExternalIntent, isHttp } from '../model/external-service';
import { GatewayFacts, WorkloadFacts, workloadPortsText } from '../model/gateway';
import { CALLER_HEADER, legOneHost, legOneOf, ownLegOneHost, PORT_HEADER } from '../model/leg-one';

export interface EgressInput extends OutboundInput {
  readonly callers?: Caller[];
  readonly appTls?: 'WRAP' | 'PASSTHROUGH';
  readonly layout?: 'SPLIT' | 'SINGLE';
  readonly legOne?: LegOne;
  readonly gatewayPort?: number;
  readonly connectProxy?: ConnectProxy;
}

export interface EgressSurroundings {
  readonly namespace: string;
  readonly name?: string;
  readonly trustDomain: string;
  readonly service: ExternalIntent;
  readonly gateway: GatewayFacts;
  readonly workload: WorkloadFacts;
}

export function checkEgressRoute(scope: IConstruct, input: EgressInput, around: EgressSurroundings, refuse: Refuse): EgressIntent {
  checkService(around, refuse);
  checkTraffic(input, around.service, refuse);
  const appTls = checkAppTls(input.appTls, around.service, refuse);
  const wanted = input.callers ?? [Caller.namespace(around.namespace)];
  // leg 1 and the gateway set these headers themselves, and leg 2 decides by them what may leave
  const { grants, rules, keepHeaders } = checkOutbound(scope, input, around.service, [CALLER_HEADER, PORT_HEADER], wanted, refuse);
  for (const other of externalDestinations(input.rules ?? [])) checkGatewayUpstream(other, around.gateway.namespace, 'rules', refuse);
  checkCovered(wanted, refuse);
  const callers = grants.flatMap(grant => grant.callers);
  const reason = input.legOne?.plaintextReason;
  const { namespace, name, trustDomain, service, gateway } = around;
  const intent: EgressIntent = {
    namespace,
    name,
    trustDomain,
    service,
    gateway,
    grants,
    rules,
    keepHeaders,
    callers,
    callerNamespaces: namespacesOf(callers.map(c => c.namespace)),
    sharedLegNamespaces: namespacesOf(wanted.filter(c => !c._options.ownLeg).map(c => c.callerNamespace)),
    anyNamespaceReason: anyNamespaceReason(wanted),
    appTls,
    layout: input.layout ?? 'SPLIT',
    plaintextReason: reason === undefined ? undefined : checkReason(reason, 'legOne.reason', refuse),
    gatewayPort: input.gatewayPort === undefined ? undefined : checkGatewayPort(input.gatewayPort, around, refuse),
    proxy: input.connectProxy && checkConnectProxy(scope, input.connectProxy, around.service, refuse),
  };
  checkLegOneNames(intent, refuse);
  checkSecrets(intent.service, 'service', intent.gateway.namespace, refuse);
  if (intent.proxy) checkSecrets(intent.proxy.service, 'connectProxy.service', intent.gateway.namespace, refuse);
  checkCallers(input, intent, refuse);
  return intent;
}

/** If every namespace is one of them, the others add nothing. */
function namespacesOf(callers: string[]): string[] {
  return callers.includes(EVERY_NAMESPACE) ? [EVERY_NAMESPACE] : [...new Set(callers)];
}

export function checkService({ service, gateway }: Pick<EgressSurroundings, 'service' | 'gateway'>, refuse: Refuse): void {
  if (service.gatewaysOnly) refuseWithoutAddresses('service.addresses', service.ports, refuse);
  const wildcard = service.hosts.findIndex(isWildcard);
  if (wildcard >= 0 && service.endpoints.length === 0) {
    refuse({ code: 'WildcardThroughGateway', prop: `service.hosts[${wildcard}]`, got: service.hosts[wildcard], allowed: 'full names, or wildcards whose names are all served by known hosts or endpoints', fix: 'list each host; or name the host that serves them all with Resolution.servedBy(host); or declare the service as direct with Resolution.dynamicDns(), bypassing the gateway' });
  }
  if (service.resolution === 'NONE') {
    refuse({ code: 'ResolutionNoneBehindGateway', prop: 'service.resolution', got: 'NONE', allowed: 'DNS, DNS_ROUND_ROBIN, STATIC', fix: 'use Resolution.dns() or Resolution.endpoints()' });
  }
  service.ports.filter(p => !isHttp(p)).forEach(({ number: port }) => service.hosts.forEach((host, i) => {
    if (!isDnsName(ownLegOneHost(gateway, host, port))) {
      refuse({ code: 'HostInvalid', prop: `service.hosts[${i}]`, got: host, allowed: `a host short enough for the name of leg 1, ${ownLegOneHost(gateway, host, port)}`, fix: 'shorten the name of the gateway; a label has at most 63 characters, a name at most 253' });
    }
  }));
}

/**
 * A wildcard as wide as `*.internal` covers names of leg 1. The gateway would pass all leg-1 traffic through to its hosts; and in one VirtualService
 * no host may cover another.
 */
function checkLegOneNames(intent: EgressIntent, refuse: Refuse): void {
  const { layout, service, gateway } = intent;
  service.ports.forEach(port => service.hosts.forEach(host => {
    const leg = legOneOf(intent, port);
    if (leg === 'passthrough' && covers(host, legOneHost(gateway))) {
      refuse({ code: 'HostInCluster', prop: 'appTls', got: 'PASSTHROUGH', allowed: `WRAP, because ${host} covers the name of leg 1, ${legOneHost(gateway)}`, fix: 'leave out appTls, or use a narrower wildcard' });
    }
    const own = ownLegOneHost(gateway, host, port.number);
    if (leg === 'own' && layout === 'SINGLE' && covers(host, own)) {
      refuse({ code: 'HostInCluster', prop: 'layout', got: 'SINGLE', allowed: `SPLIT, because ${host} covers the name of leg 1, ${own}`, fix: 'leave out layout, or name a narrower wildcard' });
    }
  }));
}

export function checkGatewayPort(number: number, { service, workload }: Pick<EgressSurroundings, 'service' | 'workload'>, refuse: Refuse): WorkloadFacts['ports'][number] {
  if (service.ports.every(isHttp)) {
    refuse({ code: 'RuleOptionUnused', prop: 'gatewayPort', got: number, allowed: 'a service with an ExternalPort.https(), tls() or tcp() port', fix: 'leave it out: all requests enter through the port of the EgressGateway' });
  }
  const found = workload.ports.find(p => p.number === number);
  return found ?? refuse({ code: 'EgressGatewayPortMissing', prop: 'gatewayPort', got: number, allowed: workloadPortsText(workload), fix: 'add the port to the Service and to the GatewayWorkload, or leave out gatewayPort' });
}

function checkTraffic(input: EgressInput, service: ExternalIntent, refuse: Refuse): void {
  checkCallerLists(input, service, refuse);
  const opaque = service.ports.find(p => !isHttp(p));
  if (input.legOne?.plaintextReason !== undefined && opaque) {
    refuse({ code: 'PlaintextLegOneProtocol', prop: 'legOne', got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'only HTTP ports', fix: 'leave out legOne: the application\'s own TLS is no plaintext' });
  }
}

/** Callers can have lists of their own only where requests are read. */
export function checkCallerLists(input: Pick<EgressInput, 'callers'>, service: ExternalIntent, refuse: Refuse): void {
  const opaque = service.ports.find(p => !isHttp(p));
  const limited = (input.callers ?? []).findIndex(caller => caller._options.allow !== undefined);
  if (opaque && limited >= 0) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: `callers[${limited}].allow`, got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'only HTTP ports, where a proxy reads requests', fix: 'use ExternalPort.httpToHttps() and have the application call http://' });
  }
}

export function checkAppTls(appTls: 'WRAP' | 'PASSTHROUGH' | undefined, service: ExternalIntent, refuse: Refuse): 'WRAP' | 'PASSTHROUGH' {
  if (appTls !== undefined && !service.ports.some(p => p.protocol === 'HTTPS' || p.protocol === 'TLS')) {
    refuse({ code: 'AppTlsWithoutTls', prop: 'appTls', got: appTls, allowed: 'a service with an ExternalPort.https() or tls() port', fix: 'leave out appTls' });
  }
  return appTls ?? 'WRAP';
}

function checkCallers(input: EgressInput, intent: EgressIntent, refuse: Refuse): void {
  checkCallersNotEmpty(input, intent.callers, refuse);
  const open = intent.service.ports.map(p => legOneOf(intent, p)).find(leg => leg === 'passthrough' || leg === 'plaintext');
  if (input.callers && open) {
    refuse({
      code: 'CallersNotEnforceable',
      prop: 'callers',
      got: intent.callers.map(c => (c.serviceAccount ? `${c.namespace}/${c.serviceAccount}` : c.namespace)),
      allowed: 'no callers if leg 1 does not use mTLS',
      fix: open === 'passthrough' ? 'use AppTls.WRAP, or leave out callers' : 'leave out legOne, or leave out callers',
    });
  }
}

export function checkCallersNotEmpty({ callers }: Pick<EgressInput, 'callers'>, identities: CallerIdentity[], refuse: Refuse): void {
  if (identities.length === 0) {
    refuse({ code: 'CallersEmpty', prop: 'callers', got: callers, allowed: 'at least one caller', fix: 'leave it out to allow the namespace of the chart' });
  }
}
