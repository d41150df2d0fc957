/* Pods as they are after injection: nothing injects beside the API server. */

export const PROXY = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0', args: ['proxy', 'sidecar'], restartPolicy: 'Always', securityContext: { runAsUser: 1337, runAsGroup: 1337 } };
export const INIT = { name: 'istio-init', image: 'docker.io/istio/proxyv2:1.31.0', args: ['istio-iptables', '-p', '15001'], securityContext: { runAsUser: 0, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } };
export const APP = { name: 'app', image: 'shop:1', securityContext: { runAsUser: 1000, runAsGroup: 1000, allowPrivilegeEscalation: false } };

const INJECTED = { 'sidecar.istio.io/status': '{"initContainers":["istio-init","istio-proxy"],"containers":null}' };

/** What is odd about a pod. */
export interface Odd {
  readonly namespace?: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly spec?: object;
  readonly app?: object;
  /** Those of Istio. @default - as the injector writes them */
  readonly injected?: object[];
}

/** A pod as it is after injection, with something odd about it. */
export function pod({ namespace = 'shop', labels = {}, annotations = {}, spec = {}, app = {}, injected = [INIT, PROXY] }: Odd = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, labels: { app: 'shop', ...labels }, annotations: { ...INJECTED, ...annotations } },
    spec: { containers: [{ ...APP, ...app }], initContainers: injected, ...spec },
  };
}
