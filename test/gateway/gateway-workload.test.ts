import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, Lazy } from 'cdk8s';
import * as plus33 from 'cdk8s-plus-33';
import * as plus34 from 'cdk8s-plus-34';
import { IConstruct } from 'constructs';
import { GatewayWorkload } from '../../src';
import { refuser } from '../../src/private/basics/errors';
import { resolveWorkload } from '../../src/private/check/workload';
import { expectRefusal } from '../refusal';

const chart = (namespace?: string) => new Chart(new App(), 'edge', { namespace });
const resolve = (workload: GatewayWorkload, scope: IConstruct = chart()) => resolveWorkload(workload, 'workload', refuser(scope));
const spec = { selector: { app: 'gw' }, ports: [{ name: 'http', port: 80 }, { name: 'https', port: 443, targetPort: 8443 }] };
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'gw' }, spec };
const FACTS = {
  namespace: 'edge', serviceName: 'gw', selector: { app: 'gw' }, ports: [{ number: 80, targetPort: 80 }, { number: 443, targetPort: 8443 }],
};

describe('gateway workload', () => {
  test('of a Helm release', () => {
    expect(resolve(GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'edge' }))).toEqual({
      namespace: 'edge',
      serviceName: 'istio-egressgateway',
      selector: { app: 'istio-egressgateway', istio: 'egressgateway' },
      ports: [{ number: 80, targetPort: 80 }, { number: 443, targetPort: 443 }],
    });
  });

  test('of a Helm release with values of its own', () => {
    const ports = [{ number: 443, targetPort: 8443 }];
    expect(resolve(GatewayWorkload.helmRelease('edge', { namespace: 'edge', ports, selector: { app: 'x' } })))
      .toEqual({ namespace: 'edge', serviceName: 'edge', selector: { app: 'x' }, ports });
  });

  test('of istioctl, whose pods listen elsewhere', () => {
    expect(resolve(GatewayWorkload.istioctl('istio-ingressgateway'))).toEqual({
      namespace: 'istio-system',
      serviceName: 'istio-ingressgateway',
      selector: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
      ports: [{ number: 80, targetPort: 8080 }, { number: 443, targetPort: 8443 }],
    });
    expect(resolve(GatewayWorkload.istioctl('gw', { namespace: 'edge' })).namespace).toBe('edge');
  });
});

describe('gateway workload › from a Service', () => {
  const plus = (lib: typeof plus33 | typeof plus34) => {
    const scope = chart('edge');
    // the two versions have the same interface, but their types are not interchangeable
    const made = new (lib as typeof plus33).Service(scope, 'service', {
      metadata: { name: 'gw' }, ports: [{ name: 'http', port: 80 }, { name: 'https', port: 443, targetPort: 8443 }],
    });
    made.selectLabel('app', 'gw');
    return made;
  };
  const included = () => {
    const file = join(tmpdir(), `cdk8s-istio-${process.pid}.yaml`);
    writeFileSync(file, JSON.stringify(service));
    try {
      return new Include(chart('edge'), 'include', { url: file }).apiObjects[0];
    } finally {
      rmSync(file);
    }
  };

  test.each<[string, () => IConstruct]>([
    ['a plain ApiObject', () => new ApiObject(chart('edge'), 'service', service)],
    ['one with a namespace of its own', () => new ApiObject(chart('elsewhere'), 'service', { ...service, metadata: { name: 'gw', namespace: 'edge' } })],
    ['one whose ports are known late', () => new ApiObject(chart('edge'), 'service', { ...service, spec: Lazy.any({ produce: () => spec }) })],
    ['included YAML', included],
    ['cdk8s-plus 33', () => plus(plus33)],
    ['cdk8s-plus 34', () => plus(plus34)],
  ])('%s', (_, make) => {
    expect(resolve(GatewayWorkload.fromService(make()))).toEqual(FACTS);
  });

  test.each<[string, () => IConstruct, string]>([
    ['the construct holds no object', () => chart('edge'), '[ServiceUnreadable] edge: workload is "edge"; allowed: a construct whose Service is complete (cannot find a (direct or indirect) child of type ApiObject for construct edge); fix: add the ports of the Service first, or refer to the Service by name'],
    ['it is something else', () => new ApiObject(chart('edge'), 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gw' } }), '[ServiceUnreadable] edge: workload is "ConfigMap gw in namespace edge"; allowed: a Service in a namespace; fix: pass the construct of the Service, and set the namespace of its chart'],
    ['it has no namespace', () => new ApiObject(chart(), 'service', service), '[ServiceUnreadable] edge: workload is "Service gw in no namespace"; allowed: a Service in a namespace; fix: pass the construct of the Service, and set the namespace of its chart'],
    ['it is of cdk8s-plus, and has no ports yet', () => new plus34.Service(chart('edge'), 'service', { ports: [] }), '[ServiceUnreadable] edge: workload is "edge/service"; allowed: a construct whose Service is complete (Failed serializing construct at path \'edge/service/Resource\' with name \'edge-service-c86d6ea5\': Error: A service must be configured with a port); fix: add the ports of the Service first, or refer to the Service by name'],
    ['it selects no pods', () => new ApiObject(chart('edge'), 'service', { ...service, spec: { ports: spec.ports } }), '[WorkloadInvalid] edge: workload.selector is {}; allowed: at least one label of the gateway\'s pods; fix: set the labels: without them the manifests would apply to every gateway in the mesh'],
    ['a port of the pods has a name only', () => new ApiObject(chart('edge'), 'service', {
      ...service, spec: { ...spec, ports: [{ port: 443, targetPort: 'https' }] },
    }), '[WorkloadInvalid] edge: workload.ports[0].targetPort is "https"; allowed: a number; fix: describe the gateway with GatewayWorkload.of: the Service does not contain the number of a named port'],
  ])('is refused when %s', (_, make, message) => {
    expectRefusal(() => resolve(GatewayWorkload.fromService(make())), message);
  });
});
