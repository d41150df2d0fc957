import * as networking from '../../imports/networking.istio.io';
import * as security from '../../imports/security.istio.io';
import { CASES as EGRESS } from '../egress/cases';
import { CASES as INGRESS } from '../ingress/cases';
import { synth } from '../synth';

const MAPPINGS: Record<string, (spec: any) => unknown> = {
  Gateway: networking.toJson_GatewaySpec,
  VirtualService: networking.toJson_VirtualServiceSpec,
  DestinationRule: spec => renamed(networking.toJson_DestinationRuleSpec(renamed(spec, 'consecutive5xxErrors', 'consecutive5XxErrors')), 'consecutive5XxErrors', 'consecutive5xxErrors'),
  ServiceEntry: networking.toJson_ServiceEntrySpec,
  AuthorizationPolicy: security.toJson_AuthorizationPolicySpec,
  RequestAuthentication: spec => renamed(security.toJson_RequestAuthenticationSpec(spec), 'jwks_uri', 'jwksUri'),
};

/** The imports capitalize what stands behind a digit, in one field, and translate it. */
function renamed(spec: unknown, from: string, to: string): any {
  return JSON.parse(JSON.stringify(spec).replaceAll(`"${from}"`, `"${to}"`));
}

// a field that the imports spell otherwise than Istio, or do not know, would be missing on the right
test.each([...Object.entries(EGRESS), ...Object.entries(INGRESS)])('%s: the mapping of the imports changes nothing', (_, make) => {
  for (const { kind, spec } of synth(make().app)) expect(spec).toEqual(MAPPINGS[kind](spec));
});
