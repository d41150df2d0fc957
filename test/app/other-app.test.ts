import * as cdk8s from 'cdk8s';
import { Chart } from 'cdk8s';
import * as constructs from 'constructs';
import {
  Destination, DestinationPolicy, EgressRoute, ExternalPort, ExternalService, IngressDelegate, IngressRoute, PathMatch, RouteAction,
} from '../../src';
import { ingress, mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const web = Destination.service('web', { port: 80 });

describe('a construct of another App is refused, because this one would not write its objects', () => {
  test.each<[string, () => unknown, string]>([
    ['gateway', () => {
      const { shop } = mesh();
      return new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', api), gateway: mesh().egress });
    }, '[OtherApp] shop/route: gateway is the EgressGateway platform/egress; allowed: an EgressGateway of the same App; fix: create it in this App, or import it with EgressGateway.fromEgressGatewayAttributes'],
    ['service', () => {
      const { shop, egress } = mesh();
      return new EgressRoute(shop, 'route', { service: routed(api).service, gateway: egress });
    }, '[OtherApp] shop/route: service is the ExternalService shop/service; allowed: an ExternalService of the same App; fix: create it in this App, or import it with ExternalService.fromExternalServiceAttributes'],
    ['destination', () => ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.forward(Destination.external(routed(api).service)) }] }),
      '[OtherApp] shop/route: rules[0].action.destination is the ExternalService shop/service; allowed: an ExternalService of the same App; fix: create it in this App, or import it with ExternalService.fromExternalServiceAttributes'],
    ['ingress gateway', () => new IngressRoute(mesh().shop, 'route', { gateway: ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.forward(web) }] }).gateway, hosts: ['a.test'] }),
      '[OtherApp] shop/route: gateway is the IngressGateway shop/gateway; allowed: an IngressGateway of the same App; fix: create it in this App, or import it with IngressGateway.fromIngressGatewayAttributes'],
    ['policy', () => {
      const policy = new DestinationPolicy(mesh().shop, 'policy', { destination: web, subsets: { v1: { labels: { version: 'v1' } } } });
      return ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.forward(policy.subset('v1')) }] });
    }, '[OtherApp] shop/route: rules[0].action.destination is the DestinationPolicy shop/policy; allowed: a DestinationPolicy of the same App; fix: create it in this App'],
    ['delegate', () => {
      const delegate = new IngressDelegate(mesh().shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: RouteAction.forward(web) }] });
      return ingress({}, { hosts: ['a.test'], rules: [{ matches: [{ path: PathMatch.prefix('/api') }], action: RouteAction.delegate(delegate) }] });
    }, '[OtherApp] shop/route: rules[0].action is the IngressDelegate shop/delegate; allowed: an IngressDelegate of the same App; fix: create it in this App, or import it with IngressDelegate.fromIngressDelegateAttributes'],
  ])('%s', (_, act, message) => expectRefusal(act, message));
});

describe('a second copy of the package, as npm sometimes installs one', () => {
  test('shares the model of the app, and its constructs and values are taken', () => {
    const { app, egress } = mesh();
    let copy!: typeof import('../../src');
    jest.isolateModules(() => {
      // npm installs the peers once
      jest.doMock('cdk8s', () => cdk8s);
      jest.doMock('constructs', () => constructs);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be the first copy
      copy = require('../../src');
    });
    expect(copy.EgressRoute).not.toBe(EgressRoute);
    const team = new Chart(app, 'team', { namespace: 'team' });
    const service = new copy.ExternalService(team, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] });
    new copy.EgressRoute(team, 'route', { service, gateway: egress });
    expect(synth(app).find(o => o.metadata.name === 'egress-leg-1')!.spec.exportTo).toEqual(['.', 'team']);
    expect(() => new EgressRoute(team, 'again', { service, gateway: egress })).toThrow(/^\[HostAlreadyRouted\] team\/again: .* team\/route /);
  });
});
