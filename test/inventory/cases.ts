import { App, Chart } from 'cdk8s';
import {
  Caller, CaSource, Destination, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IngressGateway,
  IngressListener, IngressRoute, PathMatch, RouteAction, UpstreamTls,
} from '../../src';
import { CASES as AMBIENT } from '../ambient/cases';
import { CASES as EGRESS } from '../egress/cases';
import { CASES as INGRESS } from '../ingress/cases';
import { CASES as LOCK } from '../lock/cases';

/** Apps with every way out and in that the tests know. */
export const APPS: [string, () => App][] = Object.entries({ EGRESS, AMBIENT, INGRESS, LOCK })
  .flatMap(([kind, cases]) => Object.entries(cases).map(([name, make]): [string, () => App] => [`${kind.toLowerCase()} › ${name}`, () => make().app]));

/** An app with so many routes of forty teams to hosts outside, and one way in. */
export function teams(routes: number): App {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
  const egress = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });
  for (let i = 0; i < routes; i++) {
    const team = `team-${i % 40}`;
    const chart = app.node.tryFindChild(team) as Chart | undefined ?? new Chart(app, team, { namespace: team });
    const [port, allow] = [
      [ExternalPort.httpToHttps(), [{ path: PathMatch.prefix('/v1'), methods: ['GET'] }]],
      [ExternalPort.https(), undefined],
      [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure('a lab without certificates') }), undefined],
      [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('partner-ca') }) }), undefined],
      [ExternalPort.http(), undefined],
    ][i % 5] as [ExternalPort, undefined];
    const service = new ExternalService(chart, `api-${i}`, { hosts: [`api-${i}.example.com`], ports: [port], direct: i % 10 === 7 });
    if (i % 10 !== 7) new EgressRoute(chart, `api-${i}-route`, { service, gateway: egress, callers: [Caller.namespace(team)], allow });
  }
  new EgressLock(platform, 'lock', { gateway: egress, namespaces: ['team-0'] });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
    listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert' })],
  });
  new IngressRoute(shop, 'shop', { gateway, hosts: ['shop.example.com'], rules: [{ action: RouteAction.forward(Destination.service('shop', { port: 8080 })) }] });
  return app;
}
