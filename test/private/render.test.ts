import { isDeepStrictEqual } from 'node:util';
import * as gatewayApi from '../../imports/gateway.networking.k8s.io';
import * as experimental from '../../imports/gateway.networking.k8s.io.experimental';
import * as networking from '../../imports/networking.istio.io';
import * as security from '../../imports/security.istio.io';
import { CASES as AMBIENT } from '../ambient/cases';
import { CASES as EGRESS } from '../egress/cases';
import { CASES as INGRESS } from '../ingress/cases';
import { Manifest, synth } from '../synth';

const MAPPINGS: Record<string, (spec: any) => unknown> = {
  'Gateway': networking.toJson_GatewaySpec,
  'gateway.networking.k8s.io Gateway': gatewayApi.toJson_GatewaySpec,
  'ListenerSet': gatewayApi.toJson_ListenerSetSpec,
  'HTTPRoute': spec => (spec.rules[0].retry ? experimental.toJson_HttpRouteSpec(spec) : gatewayApi.toJson_HttpRouteSpec(spec)),
  'TLSRoute': gatewayApi.toJson_TlsRouteSpec,
  'TCPRoute': gatewayApi.toJson_TcpRouteSpec,
  'ReferenceGrant': gatewayApi.toJson_ReferenceGrantSpec,
  'VirtualService': networking.toJson_VirtualServiceSpec,
  'DestinationRule': spec => renamed(networking.toJson_DestinationRuleSpec(renamed(spec, 'consecutive5xxErrors', 'consecutive5XxErrors')), 'consecutive5XxErrors', 'consecutive5xxErrors'),
  'ServiceEntry': networking.toJson_ServiceEntrySpec,
  'AuthorizationPolicy': security.toJson_AuthorizationPolicySpec,
  'RequestAuthentication': spec => renamed(security.toJson_RequestAuthenticationSpec(spec), 'jwks_uri', 'jwksUri'),
};

/** The imports capitalize what stands behind a digit, in one field, and translate it. */
function renamed(spec: unknown, from: string, to: string): any {
  return JSON.parse(JSON.stringify(spec).replaceAll(`"${from}"`, `"${to}"`));
}

// a field that the imports spell otherwise than Istio, or do not know, would be missing on the right
const isMapped = (object: Manifest) => isDeepStrictEqual(object.spec, mappingOf(object)?.(object.spec));
const mappingOf = ({ apiVersion, kind }: Manifest) => MAPPINGS[`${apiVersion.split('/')[0]} ${kind}`] ?? MAPPINGS[kind];

test('the mapping of the imports changes nothing', () => {
  const ambient = Object.entries(AMBIENT).map(([name, make]) => [`waypoint › ${name}`, make] as const);
  const cases = [...Object.entries(EGRESS), ...ambient, ...Object.entries(INGRESS)];
  // those of Kubernetes itself have no imports
  const objects = cases.flatMap(([name, make]) => synth(make().app, { set: name }).filter(o => o.spec).map(object => ({ name, object })));
  expect(objects.filter(({ object }) => !isMapped(object))).toEqual([]);
  expect(new Set(objects.map(({ object }) => mappingOf(object)))).toEqual(new Set(Object.values(MAPPINGS)));

  const [{ object }] = objects;
  expect(isMapped({ ...object, spec: { ...object.spec, future: 1 } })).toBe(false);
});
