import { Workload, managedGateway, waypoint } from './workloads';
import { Manifest } from '../synth';

/**
 * What a set of manifests speaks of: the pods that its Gateways select, or that istiod makes of them, their certificates, the Services that its
 * routes lead to, and the pods of their subsets.
 * `istioctl analyze` complains of references to nothing, which would hide its other complaints.
 */
export function surroundings(objects: readonly Manifest[]): { readonly workloads: Workload[]; readonly fixtures: object[] } {
  const secrets: object[] = [];
  const pods: Workload[] = [];
  const services = new Map<string, { labels: Record<string, string>; ports: Set<number> }>();
  const service = (namespace: string, name: string) => {
    const key = `${namespace}/${name}`;
    if (!services.has(key)) services.set(key, { labels: { app: name }, ports: new Set() });
    return services.get(key)!;
  };
  const made = objects.filter(o => o.kind === 'Gateway' && o.apiVersion.startsWith(GATEWAY_API)).map(madeOf);
  for (const { apiVersion, kind, metadata, spec } of objects) {
    if (apiVersion.startsWith(GATEWAY_API)) {
      for (const { name } of certificates(spec)) secrets.push(certificate(metadata.namespace, name));
      for (const { kind: backend = 'Service', name, namespace = metadata.namespace, port } of backends(spec)) {
        if (backend === 'Service') service(namespace, name).ports.add(port);
      }
      continue;
    }
    if (kind === 'Telemetry' && spec.selector) Object.assign(service(metadata.namespace, metadata.name), { labels: spec.selector.matchLabels });
    if (kind === 'Gateway') {
      const namespace = podNamespace(objects, metadata);
      if (made.some(pod => pod.labels![GATEWAY_NAME] === spec.selector[GATEWAY_NAME])) {
        for (const { tls } of spec.servers) if (tls?.credentialName) secrets.push(certificate(namespace, tls.credentialName));
        continue;
      }
      const gateway = service(namespace, spec.selector.app ?? metadata.name);
      gateway.labels = spec.selector;
      for (const { port, tls } of spec.servers) {
        gateway.ports.add(port.number);
        if (tls?.credentialName) secrets.push(certificate(namespace, tls.credentialName));
      }
    }
    const [app, home, svc] = (kind === 'DestinationRule' ? spec.host : '').split('.');
    if (svc === 'svc') {
      if (service(home, app).ports.size === 0) service(home, app).ports.add(80);
      for (const { labels } of spec.subsets ?? []) pods.push({ name: `${app}-${pods.length}-${home}`, namespace: home, labels: { app, ...labels } });
    }
    for (const [, name, namespace, port] of JSON.stringify(spec ?? {}).matchAll(/"host":"([^".]+)\.([^".]+)\.svc\.[^"]+","port":\{"number":(\d+)\}/g)) {
      service(namespace, name).ports.add(Number(port));
    }
  }
  const workloads = [...services].map(([key, { labels, ports }]) => {
    const [namespace, name] = key.split('/');
    return { name: `${name}-${namespace}`, namespace, service: name, labels, ports: [...ports].map(port => ({ name: `tcp-${port}`, port })) };
  });
  const rules = objects.filter(o => o.kind === 'DestinationRule' && o.spec.host.includes('.svc.'));
  const subsets = rules.flatMap(({ spec }) => (spec.subsets ?? []).map((subset: any) => {
    const [name, namespace] = spec.host.split('.');
    return { name: `${name}-${subset.name}-${namespace}`, namespace, labels: { app: name, ...subset.labels } };
  }));
  const callers = [...namespaces(objects)].map(namespace => ({ name: `app-${namespace}`, namespace }));
  return { workloads: [...workloads, ...subsets, ...callers, ...made], fixtures: secrets };
}

const GATEWAY_API = 'gateway.networking.k8s.io/';
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** The pod that istiod makes of a Gateway of the Gateway API. */
function madeOf({ metadata, spec }: Manifest): Workload {
  const pod = { name: `gateway-${metadata.name}-${metadata.namespace}`, gateway: metadata.name, namespace: metadata.namespace };
  if (spec.gatewayClassName === 'istio-waypoint') return waypoint(pod);
  return managedGateway({ ...pod, ports: Object.fromEntries(spec.listeners.map(({ port }: { port: number }) => [port, port])) });
}

interface Ref { readonly kind?: string; readonly name: string; readonly namespace?: string; readonly port: number }

function certificates(spec: any): Ref[] {
  return (spec.listeners ?? []).flatMap((listener: any) => listener.tls?.certificateRefs ?? []);
}

function backends(spec: any): Ref[] {
  return (spec.rules ?? []).flatMap((rule: any) => rule.backendRefs ?? []);
}

/** Every namespace that has an object, may see one, or is let in. */
function namespaces(objects: readonly Manifest[]): Set<string> {
  return new Set(objects.flatMap(({ metadata, spec = {} }) => [
    ...(metadata.namespace === undefined ? [] : [metadata.namespace]),
    ...(spec.exportTo ?? []).filter((ns: string) => !['.', '*'].includes(ns)),
    ...[...JSON.stringify(spec).matchAll(/\/ns\/([^/]+)\/sa\//g)].map(([, ns]) => ns),
    ...[...JSON.stringify(spec).matchAll(/"(?:notN|n)amespaces":(\["[^\]]*\])/g)].flatMap(([, list]) => JSON.parse(list) as string[]),
  ]));
}

function certificate(namespace: string, name: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: { 'tls.crt': '${cert:ingress:a.test}', 'tls.key': '${key:ingress:a.test}' } };
}

/** A route is exported to the pods of its gateway, which need not be where the Gateway is. */
function podNamespace(objects: readonly Manifest[], { namespace, name }: Manifest['metadata']): string {
  const route = objects.find(({ kind, spec }) => kind === 'VirtualService' && spec.gateways?.includes(`${namespace}/${name}`) && !spec.gateways.includes('mesh'));
  const [seen] = route?.spec.exportTo ?? ['*'];
  if (seen === '.') return route!.metadata.namespace;
  return seen === '*' ? namespace : seen;
}
