import { ApiObject } from 'cdk8s';
import { sidecarOf } from './rules-of';
import { EgressRoute, ExternalPort, ExternalService, MeshPeer, SidecarScope } from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

describe('the scope of sidecars', () => {
  test('is what routes need and workloads call; the policy of the mesh stays as it is', () => {
    const { app, shop, egress } = mesh();
    const scope = new SidecarScope(shop, 'scope', { calls: [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'post' })], callsKubeApi: true });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http()] }), gateway: egress });
    expect([sidecarOf(synth(app), 'shop')]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Sidecar
      metadata:
        name: default
        namespace: shop
      spec:
        egress:
          - hosts:
              - ./*
              - default/kubernetes.default.svc.cluster.local
              - istio-system/egress.istio-system.mesh.internal
              - kube-system/kube-dns.kube-system.svc.cluster.local
              - post/mail.post.svc.cluster.local
              - stock/*
    `);
    expect(scope.parts).toEqual([scope.sidecar]);
  });

  test('may have a name', () => {
    const { app, shop } = mesh();
    new SidecarScope(shop, 'scope', { metadata: { name: 'narrow', labels: { team: 'a' } } });
    expect(sidecarOf(synth(app), 'shop').metadata).toEqual({ name: 'narrow', namespace: 'shop', labels: { team: 'a' } });
  });

  test('is refused twice in a namespace, and beside another Sidecar', () => {
    const two = mesh();
    new SidecarScope(two.shop, 'scope', { metadata: { name: 'narrow' } });
    new SidecarScope(two.shop, 'second', {});
    expect(() => synth(two.app)).toThrow('[LockDuplicate] shop/scope: namespaces is "shop"; allowed: namespaces that shop/second does not cover; fix: cover each namespace once');
    const { app, shop } = mesh();
    new SidecarScope(shop, 'scope', {});
    new ApiObject(shop, 'own', { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'own' }, spec: {} });
    expectRefusal(() => synth(app), '[LockOpened] shop/scope: namespaces is "Sidecar shop/own"; allowed: no other Sidecar of this app that could open what is locked; shop/own makes this one; fix: delete one of the two');
  });
});
