import { ApiObject, JsonPatch } from 'cdk8s';
import { DestinationRule } from '../imports/networking.istio.io';
import { ExternalPort, RouteAction } from '../src';
import { direct, ingress, mesh, routed } from './fixtures';
import { find, manifestsOf, synth } from './synth';

const originated = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const PARTS: [string, () => ApiObject, string][] = [
  ['the Gateway of an egress gateway', () => mesh().egress.gateway!, 'Gateway'],
  ['the ServiceEntry of an egress gateway', () => mesh().egress.legOneServiceEntry!, 'ServiceEntry'],
  ['the DestinationRule of an egress gateway', () => mesh().egress.legOneDestinationRule!, 'DestinationRule'],
  ['the ServiceEntry of an external service', () => routed(originated).service.serviceEntry, 'ServiceEntry'],
  ['a DestinationRule of a direct service', () => direct(originated).service.destinationRules[0], 'DestinationRule'],
  ['the VirtualService that callers read', () => routed(originated).route.meshVirtualService, 'VirtualService'],
  ['the VirtualService that the gateway reads', () => routed(originated).route.gatewayVirtualService, 'VirtualService'],
  ['the policy of a route', () => routed(originated).route.parts.find(p => p.kind === 'AuthorizationPolicy')!, 'AuthorizationPolicy'],
  ['the Gateway of an ingress gateway', () => entrance().gateway.gateway, 'Gateway'],
  ['the VirtualService of an ingress route', () => entrance().route.virtualService!, 'VirtualService'],
];

function entrance() {
  return ingress({}, { hosts: ['shop.example.com'], rules: [{ action: RouteAction.respond(204) }] });
}

/** What arrives of an object that is patched. */
function patched(object: ApiObject, ...patches: JsonPatch[]) {
  object.addJsonPatch(...patches);
  return object.toJson();
}

describe('escape hatches', () => {
  test.each(PARTS)('%s takes fields that Istio does not have yet', (_, part, kind) => {
    const object = part();
    expect(ApiObject.of(object)).toBe(object);
    expect(patched(object, JsonPatch.add('/spec/fieldOfTomorrow', { a: 1 }))).toMatchObject({ kind, spec: { fieldOfTomorrow: { a: 1 } } });
  });

  test('all objects of a route are at hand', () => {
    const { app, route } = routed(originated);
    const made = synth(app).filter(o => o.metadata.name.match(/route|api-example/));
    expect(manifestsOf(app, route.parts)).toEqual(expect.arrayContaining(made));
    expect(route.parts).toHaveLength(made.length);
    expect(route.parts).toEqual(expect.arrayContaining([route.meshVirtualService, route.gatewayVirtualService]));
  });

  test('a patch of a known field arrives in the manifest', () => {
    const { app, route } = routed(originated);
    route.gatewayVirtualService.addJsonPatch(JsonPatch.add('/spec/http/0/timeout', '3s'));
    expect(find(synth(app), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http[0].timeout).toBe('3s');
  });

  test('a patch of a field that the imports spell otherwise arrives in the manifest', () => {
    const { app, route } = routed(originated);
    const rule = route.parts.find(p => p.kind === 'DestinationRule')!;
    rule.addJsonPatch(JsonPatch.add('/spec/trafficPolicy/outlierDetection', { consecutive5xxErrors: 7 }));
    expect(find(synth(app), 'DestinationRule', rule.name).spec.trafficPolicy.outlierDetection).toEqual({ consecutive5xxErrors: 7 });
  });

  test('a patch of a field that Istio does not have yet arrives in the manifest', () => {
    const { app, route } = routed(originated);
    route.meshVirtualService.addJsonPatch(JsonPatch.add('/spec/fieldOfTomorrow', true));
    expect(find(synth(app, { admissible: false }), 'VirtualService', route.meshVirtualService.name).spec.fieldOfTomorrow).toBe(true);
  });

  test('metadata of a route stands at its objects, and that of the service at the rule by which gateways reach it', () => {
    const metadata = (team: string) => ({ labels: { team }, annotations: { ticket: team } });
    const { app, route } = routed({ ...originated, metadata: metadata('platform') }, { metadata: metadata('shop') });
    const kinds = manifestsOf(app, route.parts).map(({ kind, metadata: made }) => {
      expect(made).toMatchObject(metadata(kind === 'DestinationRule' ? 'platform' : 'shop'));
      return kind;
    });
    expect(kinds).toEqual(['VirtualService', 'VirtualService', 'AuthorizationPolicy', 'AuthorizationPolicy', 'DestinationRule']);
  });
});

/** Why the objects are plain ones: if these fail, the imported classes have learnt it. */
describe('the imported classes', () => {
  const rule = () => new DestinationRule(mesh().shop, 'rule', {
    metadata: { name: 'rule' }, spec: { host: 'a.test', trafficPolicy: { outlierDetection: { consecutive5XxErrors: 1 } } },
  });

  test('drop a field that they do not know', () => {
    expect(patched(rule(), JsonPatch.add('/spec/fieldOfTomorrow', true)).spec).not.toHaveProperty('fieldOfTomorrow');
  });

  test('drop a field by the name that Istio gives it', () => {
    expect(patched(rule(), JsonPatch.add('/spec/trafficPolicy/outlierDetection/consecutive5xxErrors', 7)).spec.trafficPolicy.outlierDetection)
      .toEqual({ consecutive5xxErrors: 1 });
  });
});
