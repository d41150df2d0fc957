import { Duration, JsonPatch } from 'cdk8s';
import { Answer, External, Scenario, Step, down, external, get, kill, runMesh, say } from './mesh';
import { GATEWAY_SERVICE, istio, to } from './recipes';
import { REGISTRY_ONLY } from './traffic';
import { Trouble, troubleTable } from './trouble-table';
import { declare, workloads } from './world';
import { ClientCertificate, ExternalPort, ExternalServiceProps, PathMatch, UpstreamTls } from '../../src';
import { EgressRouteProps } from '../../src/egress/egress-route';

interface Leaving extends Trouble {
  readonly service?: Partial<ExternalServiceProps>;
  readonly route?: Partial<EgressRouteProps>;
  readonly externals?: External[];
  readonly steps?: Step[];
  readonly more?: Partial<Scenario>;
  readonly edit?: (declared: ReturnType<typeof declare>) => void;
}

const HTTPS = { ports: [ExternalPort.httpToHttps()] };
const TLS = { ports: [ExternalPort.https()] };
const secure = [external('api.test', { https: 443 })];
const url = 'http://api.test/get';
const asked = (from = 'app', asking = url) => get(asking, { from, timeoutS: 3 });
const leg = 'egress.istio-system.mesh.internal';
const intrusion = (sni: string) => [
  istio('ServiceEntry', 'other', 'in', { hosts: ['api.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [{ number: 443, name: 'tls', protocol: 'TLS' }] }),
  istio('DestinationRule', 'other', 'in', { host: GATEWAY_SERVICE, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } } }),
  istio('VirtualService', 'other', 'in', {
    hosts: ['api.test'],
    exportTo: ['.'],
    http: [{ match: [{ port: 80 }], route: to(GATEWAY_SERVICE, 443) }],
    tls: [{ match: [{ port: 443, sniHosts: ['api.test'] }], route: to(GATEWAY_SERVICE, 443) }],
  }),
];
const mutual = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('api-client', { namespace: 'istio-system' }) });

const TROUBLES: Leaving[] = [
  {
    because: 'the caller\'s namespace is not one of `callers`, so that its sidecar does not know the host',
    what: 'name it in `callers`',
    service: HTTPS,
    steps: [asked('stranger')],
    log: /direct_response/,
  },
  {
    because: 'the same, and the application says `https://`',
    what: 'name it in `callers`',
    service: TLS,
    steps: [asked('stranger', 'https://api.test/get')],
  },
  {
    because: 'the caller came to the gateway, by a way of its own or as another service account, and is not one of `callers`',
    what: 'name it in `callers`',
    service: HTTPS,
    steps: [asked('stranger')],
    more: { fixtures: intrusion(leg) },
    log: /rbac_access_denied/,
  },
  {
    because: 'the same, where the gateway does not read requests (wrapped TLS, TCP)',
    what: 'name it in `callers`',
    service: TLS,
    steps: [asked('stranger', 'https://api.test/get')],
    more: { fixtures: intrusion(`api.test-443.${leg}`) },
    log: /rbac_access_denied/,
  },
  {
    because: '`allow` does not list the request; the body says `not allowed by the egress route to <host>`',
    what: 'add a match to `allow`',
    service: HTTPS,
    route: { allow: [{ path: PathMatch.prefix('/v1') }] },
    log: /direct_response/,
  },
  {
    because: 'the host\'s certificate is for another name',
    what: 'ask for that name: `UpstreamTls.simple({ sni, subjectAltNames })`',
    service: HTTPS,
    externals: [external('api.test', { https: 443 }, { certHost: 'other.test' })],
    log: /verify SAN list/,
  },
  {
    because: 'the host\'s certificate is of an authority that the gateway does not trust',
    what: 'give the authority: `UpstreamTls.simple({ ca: CaSource.secret(...) })`',
    service: HTTPS,
    externals: [external('api.test', { https: 443 }, { certCA: 'private' })],
    log: /CERTIFICATE_VERIFY_FAILED/,
  },
  {
    because: 'the host speaks no TLS on that port',
    what: '`ExternalPort.http()`, or the right `targetPort`',
    service: HTTPS,
    externals: [external('api.test', { http: 443 })],
    log: /WRONG_VERSION_NUMBER/,
  },
  {
    because: 'the host speaks TLS on that port and gets clear text; it answers 400 itself',
    what: '`ExternalPort.httpToHttps()`',
    service: { ports: [ExternalPort.http({ number: 8443 })] },
    externals: [external('api.test', { https: 8443 })],
    steps: [asked('app', 'http://api.test:8443/get')],
    log: /via_upstream/,
  },
  {
    because: 'the Secret with the client certificate is not in the namespace of the gateway\'s pods',
    what: 'put it there: [Secrets](#secrets)',
    service: { ports: [ExternalPort.httpToHttps({ tls: mutual })] },
    externals: [external('api.test', { https: 443 }, { clientAuth: true })],
    more: { troubled: true, readyS: 20 },
    log: /Secret is not supplied by SDS/,
  },
  {
    because: 'the host demands a client certificate and none is declared',
    what: '`UpstreamTls.mutual(...)`',
    service: HTTPS,
    externals: [external('api.test', { https: 443 }, { clientAuth: true })],
  },
  {
    because: 'nothing listens at the host\'s address and port',
    what: 'look at the host, at `targetPort`, and at firewalls behind the gateway',
    service: HTTPS,
    steps: [down('api.test'), asked()],
  },
  {
    because: 'the host\'s name cannot be resolved where the gateway runs',
    what: 'look at the name, and at the DNS of the gateway\'s pods',
    service: { hosts: ['gone.test'], ...HTTPS },
    steps: [get('http://gone.test/get', { from: 'app', connect: '198.19.1.10:80', timeoutS: 3 })],
  },
  {
    because: 'no pod of the gateway answers',
    what: 'look at its Deployment, and at the labels in `GatewayWorkload`',
    service: HTTPS,
    steps: [kill('egress'), asked()],
  },
  {
    because: 'the `timeout` of a rule is over',
    what: 'raise it, or ask why the host is slow',
    service: HTTPS,
    route: { rules: [{ timeout: Duration.millis(200) }] },
    steps: [asked('app', 'http://api.test/delay/2s')],
  },
  {
    because: 'leg 2 is not there, or somebody changed its VirtualService',
    what: 'apply the chart again; both charts, if the gateway\'s is another one',
    service: HTTPS,
    edit: declared => declared.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/gateways/0', 'istio-system/another')),
  },
  {
    because: 'a `Sidecar` object that is not part of the app does not import the name of leg 1',
    what: 'add it to `egress.hosts`: [what to list](#with-a-sidecar-object)',
    service: HTTPS,
    more: { fixtures: [istio('Sidecar', 'shop', 'default', { egress: [{ hosts: ['./*'] }] })] },
  },
  {
    because: 'the gateway\'s own objects are not shown to the caller, because its chart does not name it in `exportTo`',
    what: 'name it there: [the contract](#contract)',
    service: HTTPS,
    edit: ({ gateway }) => {
      for (const object of [gateway.legOneServiceEntry, gateway.legOneDestinationRule]) object!.addJsonPatch(JsonPatch.add('/spec/exportTo', ['.']));
    },
  },
  {
    because: 'TCP: the application dials another address than one of `addresses`',
    what: 'list the addresses, or capture DNS in sidecars',
    service: { hosts: ['db.test'], addresses: ['192.0.2.1'], ports: [ExternalPort.tcp({ number: 5432 })] },
    externals: [external('db.test', { tcp: 5432 })],
    steps: [say('tcp://db.test:5432', { from: 'app', timeoutS: 3 })],
  },
];

async function seeking({ service, route, externals = secure, steps = [asked()], more, edit }: Leaving): Promise<Answer> {
  const declared = declare(service, route);
  edit?.(declared);
  const pods = workloads.map(workload => ({ ...workload, isolated: !workload.gateway }));
  const outcome = await runMesh({ manifests: declared.app, workloads: pods, externals, steps, meshConfig: REGISTRY_ONLY, ...more });
  return outcome.answers[0];
}

troubleTable('egress', TROUBLES, seeking);
