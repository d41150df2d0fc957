import { callerName } from './facts';
import { WayIn } from './ways-in';
import { HopFact, WayOut } from './ways-out';

/** A box of the picture: one thing, or several to which the same arrows lead. */
export interface Box {
  readonly id: string;
  readonly kind: 'callers' | 'gateway' | 'hosts';
  readonly title: string;
  readonly lines: string[];
  /** The places of the ways in the list of all, to which it belongs. */
  readonly ways: number[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly protection: Protection;
}

/** What protects traffic on an arrow: the mesh or a verified certificate, the application, or nothing. */
type Protection = 'verified' | 'application' | 'none';

export interface Picture {
  readonly boxes: Box[];
  readonly arrows: Arrow[];
}

/** Above this, hosts are put together although different workloads call them. */
const MOST_BOXES = 24;

type Leg = Pick<Arrow, 'label' | 'protection'>;

type Gateway = Pick<HopFact, 'kind' | 'namespace' | 'name'>;

interface Traffic {
  readonly index: number;
  /** The lines of the left and right box. */
  readonly left: string[];
  readonly right: string[];
  readonly gateways: (Gateway & { readonly legOne?: Leg })[];
  readonly legTwo: Leg;
}

export function pictureOut(ways: readonly WayOut[]): Picture {
  return pictureOf(ways.map((way, index): Traffic => ({
    index,
    left: [...new Set(way.callers.map(callerName))],
    right: [`${way.host}:${way.port}`],
    gateways: way.through.map(hop => ({ ...hop, legOne: hop.legOne && LEG_ONE[hop.legOne] })),
    legTwo: secured(way),
  })), 'callers');
}

export function pictureIn(ways: readonly WayIn[]): Picture {
  const served = ways.flatMap((way, index) => {
    const to = [...way.rules.flatMap(({ destinations }) => destinations), ...way.destinations];
    return way.rules.length + to.length === 0 ? [] : [{ way, index, to: [...new Set(to.map(({ host, port }) => `${shortName(host)}:${port}`))] }];
  });
  return pictureOf(served.map(({ way, index, to }): Traffic => ({
    index,
    left: [`${way.host}:${way.port}`],
    right: to.length > 0 ? to : ['answered by the gateway'],
    gateways: [{ kind: 'INGRESS_GATEWAY', namespace: way.gateway.namespace, name: way.gateway.name, legOne: entrance(way) }],
    legTwo: { label: 'mesh', protection: 'verified' },
  })), 'clients');
}

const LEG_ONE = {
  MESH_MTLS: { label: 'mTLS', protection: 'verified' },
  APPLICATION_TLS: { label: 'app TLS', protection: 'application' },
  CLEAR_TEXT: { label: 'clear text', protection: 'none' },
} as const;

function secured({ security: { tlsBy, verified } }: WayOut): Leg {
  if (tlsBy === 'APPLICATION') return LEG_ONE.APPLICATION_TLS;
  if (tlsBy === 'NOBODY') return LEG_ONE.CLEAR_TEXT;
  return verified ? { label: 'verified TLS', protection: 'verified' } : { label: 'TLS, not verified', protection: 'none' };
}

function entrance({ protocol, certificate }: WayIn): Leg {
  if (protocol === 'TLS') return LEG_ONE.APPLICATION_TLS;
  if (!certificate) return { label: protocol, protection: 'none' };
  return { label: certificate.clients === 'REQUIRED' ? 'mTLS' : protocol, protection: 'verified' };
}

/** A Service of the cluster by its name and namespace. */
function shortName(host: string): string {
  return host.replace(/^([^.]+\.[^.]+)\.svc\..*$/, '$1');
}

function pictureOf(traffic: readonly Traffic[], leftTitle: string): Picture {
  const exact = grouped(traffic, one => JSON.stringify([pathOf(one), one.left]));
  const groups = [...(exact.size <= MOST_BOXES ? exact : grouped(traffic, pathOf)).values()];
  const rights = groups.map((members, i): Box => ({
    id: `right ${i}`, kind: 'hosts', title: forWhom(lefts(members), leftTitle), lines: sorted(members.flatMap(({ right }) => right)), ways: waysOf(members),
  }));
  const gateways = [...grouped(traffic.flatMap(one => one.gateways.map(gateway => ({ ...one, gateway }))), ({ gateway }) => gatewayId(gateway))]
    .map(([id, members]): Box => {
      const { kind, namespace, name } = members[0].gateway;
      return { id, kind: 'gateway', title: GATEWAYS[kind], lines: [`${namespace}/${name}`], ways: waysOf(members) };
    });
  const legsTwo = groups.flatMap(([first], i) => first.gateways.map(gateway => ({ from: gatewayId(gateway), to: `right ${i}`, ...first.legTwo })));
  const legsOne = groups.flatMap((members, i) => (
    lefts(members).flatMap(name => firstLegs(members[0], `right ${i}`).map(leg => ({ name, leg, members })))
  ));
  // those from which the same arrows lead are one box: for whom each host is stands there
  const twins = grouped([...grouped(legsOne, ({ name }) => name).values()], legs => sorted(legs.map(({ leg }) => JSON.stringify(leg))).join());
  const callers = [...twins.values()].map((alike, i) => {
    const ways = waysOf(alike.flat().flatMap(({ members }) => members));
    const box: Box = { id: `left ${i}`, kind: 'callers', title: leftTitle, lines: sorted(alike.map(([{ name }]) => name)), ways };
    return { box, arrows: [...grouped(alike[0], ({ leg }) => JSON.stringify(leg)).values()].map(([{ leg }]) => ({ ...leg, from: box.id })) };
  });
  return {
    boxes: [...callers.map(({ box }) => box), ...gateways, ...rights],
    arrows: [...callers.flatMap(({ arrows }) => arrows), ...[...grouped(legsTwo, leg => JSON.stringify(leg)).values()].map(([leg]) => leg)],
  };
}

function gatewayId({ kind, namespace, name }: Gateway): string {
  return `${kind} ${namespace}/${name}`;
}

/** What decides which arrows lead to a host. */
function pathOf({ gateways, legTwo: { label } }: Traffic): string {
  return JSON.stringify([gateways.map(gateway => [gatewayId(gateway), gateway.legOne?.label]), label]);
}

/** The arrows from who calls: to gateways or, without any, to the host itself. */
function firstLegs({ gateways, legTwo }: Traffic, right: string): Omit<Arrow, 'from'>[] {
  if (gateways.length === 0) return [{ to: right, ...legTwo, label: `direct, ${legTwo.label}` }];
  return gateways.flatMap(gateway => (gateway.legOne ? [{ to: gatewayId(gateway), ...gateway.legOne }] : []));
}

function lefts(members: readonly Traffic[]): string[] {
  return sorted(members.flatMap(({ left }) => left));
}

function waysOf(members: readonly Traffic[]): number[] {
  return [...new Set(members.map(({ index }) => index))].sort((a, b) => a - b);
}

function sorted(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}

/** Gateways stand between: only this tells for whom a way is. */
function forWhom(left: string[], what: string): string {
  const names = left.join(', ');
  return left.length === 0 ? 'outside' : `for ${names.length > 36 ? `${left.length} ${what}` : names}`;
}

const GATEWAYS = { SIDECAR_GATEWAY: 'egress gateway', WAYPOINT: 'waypoint', INGRESS_GATEWAY: 'ingress gateway' };

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
