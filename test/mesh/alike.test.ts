import { App, Chart, JsonPatch } from 'cdk8s';
import { externalProxy, http, https, mutualTlsOrigination, sidecarTlsOrigination, tlsOrigination } from './documented';
import { Manifests } from './manifests';
import { Answer, External, Outcome, RequestOptions, describeMesh, external, get, runMesh } from './mesh';
import { GATEWAY_SERVICE, istio, to } from './recipes';
import { size } from './size';
import { REGISTRY_ONLY } from './traffic';
import { declare, workloads } from './world';
import { AppTls, ClientCertificate, ExternalPort, ExternalService, ExternalServiceProps, LegOne, UpstreamTls } from '../../src';
import { expectBlock } from '../pages';

const HOST = 'api.test';
/** The lab's address of the first external host. */
const PROXY = '198.19.1.10';
const LEG_1 = 'egress.istio-system.mesh.internal';

/** One way out, by a recipe of the documentation and by us. */
interface Pair {
  readonly name: string;
  readonly theirs: object[];
  readonly ours: App;
  readonly external: External;
  readonly url: string;
  /** A forward proxy to which the application itself speaks. */
  readonly proxy?: string;
  /** How somebody who was not invited enters the gateway: the port of its Service, and the SNI of mesh mTLS. */
  readonly doors?: { readonly theirs: Door; readonly ours: Door };
}

interface Door { readonly port: number; readonly sni?: string }

const url = `http://${HOST}/get?x=1`;
const mutual = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('client-credential', { namespace: 'istio-system' }) });
const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'client-credential', namespace: 'istio-system' },
  data: { 'tls.crt': '${cert:client:shop.example}', 'tls.key': '${key:client:shop.example}', 'ca.crt': '${ca:public}' },
};

function direct(props: ExternalServiceProps): App {
  const app = new App();
  new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { ...props, direct: true });
  return app;
}

const PAIRS: Pair[] = [
  {
    name: 'HTTP by a gateway',
    theirs: http(HOST),
    ours: declare().app,
    external: external(HOST, { http: 80 }),
    url,
    doors: { theirs: { port: 80 }, ours: { port: 443, sni: LEG_1 } },
  },
  {
    name: 'the same, with `LegOne.plaintext`',
    theirs: http(HOST),
    ours: declare({}, { legOne: LegOne.plaintext('a test') }).app,
    external: external(HOST, { http: 80 }),
    url,
    doors: { theirs: { port: 80 }, ours: { port: 80 } },
  },
  {
    name: 'HTTPS by a gateway',
    theirs: https(HOST),
    ours: declare({ ports: [ExternalPort.https()] }).app,
    external: external(HOST, { https: 443 }),
    url: `https://${HOST}/get?x=1`,
    doors: { theirs: { port: 443 }, ours: { port: 443, sni: `${HOST}-443.${LEG_1}` } },
  },
  {
    name: 'the same, with `AppTls.PASSTHROUGH`',
    theirs: https(HOST),
    ours: declare({ ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }).app,
    external: external(HOST, { https: 443 }),
    url: `https://${HOST}/get?x=1`,
    doors: { theirs: { port: 443 }, ours: { port: 443 } },
  },
  {
    name: 'TLS origination at a gateway',
    theirs: tlsOrigination(HOST),
    ours: declare({ ports: [ExternalPort.httpToHttps()] }).app,
    external: external(HOST, { https: 443 }),
    url,
    doors: { theirs: { port: 80, sni: HOST }, ours: { port: 443, sni: LEG_1 } },
  },
  {
    name: 'mutual TLS origination at a gateway',
    theirs: mutualTlsOrigination(HOST),
    ours: declare({ ports: [ExternalPort.httpToHttps({ tls: mutual })] }).app,
    external: external(HOST, { https: 443 }, { clientAuth: true }),
    url,
    doors: { theirs: { port: 443, sni: HOST }, ours: { port: 443, sni: LEG_1 } },
  },
  { name: 'TLS origination at the sidecar', theirs: sidecarTlsOrigination(HOST), ours: direct({ hosts: [HOST], ports: [ExternalPort.httpToHttps()] }), external: external(HOST, { https: 443 }), url },
  {
    name: 'an external proxy to which the application speaks',
    theirs: externalProxy('proxy.test', PROXY),
    ours: direct({ hosts: ['proxy.test'], addresses: [PROXY], ports: [ExternalPort.tcp({ number: 3128 })] }),
    external: external(HOST, { https: 443 }),
    url: `https://${HOST}/get?x=1`,
    proxy: 'proxy.test:3128',
  },
];

/** What a namespace writes that was not invited: a way of its own into the gateway. */
function intrusion({ port, sni }: Door): object[] {
  const match = { port: 443, sniHosts: [HOST] };
  return [
    istio('ServiceEntry', 'other', 'in', { hosts: [HOST], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }, { number: 443, name: 'tls', protocol: 'TLS' }] }),
    istio('VirtualService', 'other', 'in', { hosts: [HOST], exportTo: ['.'], http: [{ match: [{ port: 80 }], route: to(GATEWAY_SERVICE, port) }], tls: [{ match: [match], route: to(GATEWAY_SERVICE, port) }] }),
    ...sni ? [istio('DestinationRule', 'other', 'in', { host: GATEWAY_SERVICE, exportTo: ['.'], trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } } })] : [],
  ];
}

const request = (from: string, proxy?: string): RequestOptions => ({ from, proxy, name: from, headers: { 'x-mine': 'yes' }, timeoutS: 3 });

function run(manifests: Manifests, server: External, asked: string, door?: Door, proxy?: string): Promise<Outcome> {
  return runMesh({
    manifests,
    fixtures: [SECRET, ...door ? intrusion(door) : []],
    workloads,
    externals: [external('proxy.test', { connect: 3128 }), server],
    meshConfig: REGISTRY_ONLY,
    steps: ['app', 'stranger'].map(from => get(asked, request(from, proxy))),
  });
}

/** What the host saw of a request, but for its headers. */
function sight({ status, server }: Answer): object {
  const { headers, ...seen } = server ?? { headers: {} };
  return { status, seen };
}

function headersOf({ server }: Answer): string[] {
  return Object.keys(server?.headers ?? {}).map(name => name.toLowerCase()).sort();
}

/** By how many clusters the sidecar of a namespace grows that calls nothing. */
async function grows(manifests: Manifests): Promise<number> {
  const [none, some] = await Promise.all(['', manifests].map(set => size({ manifests: set, workloads })));
  return some.stranger.clusters - none.stranger.clusters;
}

describeMesh('egress: beside the documented recipes', () => {
  const rows: string[] = [];

  describe.each(PAIRS.map(pair => [pair.name.replace(/`/g, ''), pair] as const))('%s', (_, { name, theirs, ours, external: server, url: asked, doors, proxy }) => {
    test('the host sees the same request, and ours is never laxer', async () => {
      const wrong = { ...server, ports: server.ports.map(port => ({ ...port, certHost: 'other.test' })) };
      const { answers: [their, theirStranger] } = await run(theirs, server, asked, doors?.theirs, proxy);
      const { answers: [our, ourStranger] } = await run(ours, server, asked, doors?.ours, proxy);
      const { answers: [theirWrong] } = await run(theirs, wrong, asked);
      const { answers: [ourWrong] } = await run(ours, wrong, asked);
      expect(sight(our)).toEqual(sight(their));
      expect(headersOf(our).filter(header => !headersOf(their).includes(header))).toEqual([]);
      if (our.server === undefined) throw new Error(our.story);
      const more = headersOf(their).filter(header => !headersOf(our).includes(header)).map(header => `\`${header}\``).join(' ') || 'nothing';
      const both = (yes: string, no: string, ...answers: Answer[]) => answers.map(answer => answer.server ? yes : no).join(' / ');
      const originates = asked.startsWith('http:') && server.ports[0].protocol === 'https';
      rows.push(`| ${[
        name, more, originates ? both('accepted', 'refused', theirWrong, ourWrong) : '–', both('let out', 'kept in', theirStranger, ourStranger),
        (await Promise.all([theirs, ours].map(grows))).join(' / '),
      ].join(' | ')} |`);
    });
  });

  describe('all of them', () => {
    test('broken: if leg 2 removes no headers, ours reveals as much to the host as theirs', async () => {
      const { app, route } = declare({ ports: [ExternalPort.httpToHttps()] });
      route.gatewayVirtualService.addJsonPatch(JsonPatch.remove('/spec/http/0/headers'));
      const server = external(HOST, { https: 443 });
      const { answers: [their] } = await run(tlsOrigination(HOST), server, url);
      const { answers: [our] } = await run(app, server, url);
      expect(headersOf(our)).toEqual(headersOf(their));
    });

    test('differ as docs/egress.md lists', () => {
      const head = '| recipe | headers that leave with theirs alone | a certificate for another name | a stranger | clusters for a bystander |\n|---|---|---|---|---|\n';
      expectBlock('docs/egress.md', 'beside the documented recipes', `${head}${rows.join('\n')}\n`);
    });
  });
});
