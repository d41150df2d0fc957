import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, YamlOutputType } from 'cdk8s';
import { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from '../../src';
import { refusalOf } from '../refusal';

/** Two tenants, each with a gateway in a namespace of its own; the names are those of the gateways. */
function tenants(yamlOutputType: YamlOutputType, names: Record<string, string>): App {
  const app = new App({ yamlOutputType, outdir: mkdtempSync(join(tmpdir(), 'tenants-')) });
  for (const [tenant, name] of Object.entries(names)) {
    const chart = new Chart(app, tenant, { namespace: tenant });
    const egress = new EgressGateway(chart, 'egress', { workload: GatewayWorkload.helmRelease(`${tenant}-egress`, { namespace: tenant }), metadata: { name } });
    const service = new ExternalService(chart, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] });
    new EgressRoute(chart, 'route', { service, gateway: egress });
  }
  return app;
}

function filesOf(app: App): string[] {
  app.synth();
  const files = readdirSync(app.outdir, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'));
  rmSync(app.outdir, { recursive: true });
  return files;
}

describe('a file for each object', () => {
  test('is refused where two objects would be written to one, which cdk8s would not tell', () => {
    const { errors } = refusalOf(() => tenants(YamlOutputType.FILE_PER_RESOURCE, { one: 'egress', two: 'egress' }).synth()) as { readonly errors: Error[] };
    expect(errors).toHaveLength(8);
    expect(errors[0].message).toBe('[FileNameCollision] App: yamlOutputType is "FILE_PER_RESOURCE"; allowed: FILE_PER_CHART or FILE_PER_APP, because one/egress/gateway and two/egress/gateway would both be written to Gateway.egress.k8s.yaml; fix: use one of these, or give the gateways and routes of different namespaces different names');
  });

  test.each([
    ['names that differ', YamlOutputType.FILE_PER_RESOURCE, { one: 'egress-one', two: 'egress-two' }, 20],
    ['a folder for each chart', YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, { one: 'egress', two: 'egress' }, 20],
    ['a file for each chart', YamlOutputType.FILE_PER_CHART, { one: 'egress', two: 'egress' }, 2],
  ])('holds all of them with %s', (_, type, names, count) => {
    expect(filesOf(tenants(type, names))).toHaveLength(count);
  });

  test('is refused within the folder of one chart too', () => {
    const app = new App({ yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE });
    const chart = new Chart(app, 'platform');
    for (const namespace of ['one', 'two']) {
      new EgressGateway(chart, namespace, { workload: GatewayWorkload.helmRelease(`${namespace}-egress`, { namespace }), metadata: { name: 'egress' } });
    }
    expect(() => app.synthYaml()).toThrow(/^\[FileNameCollision\] App: /);
  });
});
