import { ownerOf } from '../../src/private/basics/cluster-names';

describe('names inside the mesh', () => {
  test.each([
    'web.shop.svc.cluster.local', 'cluster.local', 'kubernetes.default.svc.cluster.local', '10-0-0-1.shop.pod.cluster.local', '*.shop.svc.cluster.local', '*.svc.cluster.local',
    '*.cluster.local', '*.local', 'web.shop.svc', '*.shop.svc', '*.svc',
  ])('%s is of Services', host => expect(ownerOf(host, 'cluster.local')).toBe('Services'));

  test.each(['egress.istio-system.mesh.internal', 'db.example.com-443.egress.istio-system.mesh.internal', '*.istio-system.mesh.internal', '*.mesh.internal'])(
    '%s is of egress gateways', host => expect(ownerOf(host, 'cluster.local')).toBe('egress gateways'),
  );

  test.each(['example.com', 'web.shop', 'printer.local', '*.corp.local', 'my-cluster.local', '*.internal', 'vm.mesh.internal', 'mesh.internal', 'api.my-mesh.internal', 'svc.example.com'])(
    '%s may be outside', host => expect(ownerOf(host, 'cluster.local')).toBeUndefined(),
  );

  test('depend on the domain of the cluster', () => {
    const owners = ['web.shop.svc.k8s.example.com', '*.example.com', 'api.example.com', 'web.shop.svc.cluster.local'].map(host => ownerOf(host, 'k8s.example.com'));
    expect(owners).toEqual(['Services', 'Services', undefined, undefined]);
  });
});
