import * as gateways from '../imports/gateway.networking.k8s.io';
import * as experimental from '../imports/gateway.networking.k8s.io.experimental';
import * as networking from '../imports/networking.istio.io';
import * as policies from '../imports/policy.networking.k8s.io';
import * as security from '../imports/security.istio.io';
import * as telemetry from '../imports/telemetry.istio.io';

// the class without a suffix is the first version in the file of CRDs, whichever that is
test.each([
  [networking.Gateway, 'Gateway', 'networking.istio.io/v1'],
  [networking.VirtualService, 'VirtualService', 'networking.istio.io/v1'],
  [networking.DestinationRule, 'DestinationRule', 'networking.istio.io/v1'],
  [networking.ServiceEntry, 'ServiceEntry', 'networking.istio.io/v1'],
  [networking.Sidecar, 'Sidecar', 'networking.istio.io/v1'],
  [security.AuthorizationPolicy, 'AuthorizationPolicy', 'security.istio.io/v1'],
  [security.PeerAuthentication, 'PeerAuthentication', 'security.istio.io/v1'],
  [security.RequestAuthentication, 'RequestAuthentication', 'security.istio.io/v1'],
  [telemetry.Telemetry, 'Telemetry', 'telemetry.istio.io/v1'],
  [gateways.Gateway, 'Gateway', 'gateway.networking.k8s.io/v1'],
  [gateways.ListenerSet, 'ListenerSet', 'gateway.networking.k8s.io/v1'],
  [gateways.HttpRoute, 'HTTPRoute', 'gateway.networking.k8s.io/v1'],
  [experimental.HttpRoute, 'HTTPRoute', 'gateway.networking.k8s.io/v1'],
  [gateways.GrpcRoute, 'GRPCRoute', 'gateway.networking.k8s.io/v1'],
  [gateways.TlsRoute, 'TLSRoute', 'gateway.networking.k8s.io/v1'],
  [gateways.TcpRoute, 'TCPRoute', 'gateway.networking.k8s.io/v1'],
  [gateways.ReferenceGrant, 'ReferenceGrant', 'gateway.networking.k8s.io/v1'],
  [gateways.BackendTlsPolicy, 'BackendTLSPolicy', 'gateway.networking.k8s.io/v1'],
  [policies.ClusterNetworkPolicy, 'ClusterNetworkPolicy', 'policy.networking.k8s.io/v1alpha2'],
])('%p is %s of %s', ({ GVK }, kind, apiVersion) => {
  expect(GVK).toEqual({ apiVersion, kind });
});

test('HTTPRoute retries in the experimental channel alone', () => {
  type Standard = keyof gateways.HttpRouteSpecRules;
  const retry: Exclude<keyof experimental.HttpRouteSpecRules, Standard> = 'retry';
  expect(retry).toBe('retry');
});
