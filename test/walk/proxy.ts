import { Message, known } from './message';

/** What istiod sends a proxy. */
export interface ProxyConfig {
  readonly listeners: readonly Message[];
  readonly routes: readonly Message[];
  readonly clusters: readonly Message[];
  readonly endpoints: readonly Message[];
}

/** The same, by the names under which its parts ask for each other. */
export interface Proxy {
  listener(ip: string, port: number): Message | undefined;
  named(listener: string): Message | undefined;
  route(name: string): Message | undefined;
  cluster(name: string): Message | undefined;
  endpoints(service: string): Message | undefined;
}

export function proxyOf({ listeners, routes, clusters, endpoints }: ProxyConfig): Proxy {
  const by = (key: string, messages: readonly Message[]) => new Map(messages.map(message => [message[key] as string, message]));
  const [names, routesByName, clustersByName, services] = [by('name', listeners), by('name', routes), by('name', clusters), by('cluster_name', endpoints)];
  const addresses = new Map(listeners.flatMap(listener => {
    const { address, port_value: port, protocol } = listener.address?.socket_address ?? {};
    return address === undefined || protocol === 'UDP' ? [] : [[`${address}:${port}`, listener] as const];
  }));
  return {
    listener: (ip, port) => addresses.get(`${ip}:${port}`),
    named: name => names.get(name),
    route: name => routesByName.get(name),
    cluster: name => clustersByName.get(name),
    endpoints: service => services.get(service),
  };
}

/** The object that a message was made of, as in `VirtualService shop/route`. */
export function objectOf(message: Message | undefined): string | undefined {
  const [, namespace, kind, name] = /^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)\/([^/]+)\/(.+)$/.exec(message?.metadata?.filter_metadata?.istio?.config ?? '') ?? [];
  return kind && `${kind} ${namespace}/${name}`;
}

export interface Weighted<T> { readonly share: number; readonly of: T }

/** Where a cluster's requests go: each endpoint with its share; none, if it has none that is well. */
export function endpointsOf(cluster: Message, proxy: Proxy): Weighted<Message>[] {
  const assigned = (cluster.load_assignment?.endpoints ?? []).length > 0 ? cluster.load_assignment
    : proxy.endpoints(cluster.eds_cluster_config?.service_name ?? cluster.name);
  const localities = (assigned?.endpoints ?? []) as Message[];
  const all = localities.flatMap(locality => (known('Locality', locality).lb_endpoints as Message[] | undefined ?? [])
    .map(each => ({ priority: (locality.priority ?? 0) as number, each: known('LbEndpoint', each) })));
  const well = all.filter(({ each }) => !['UNHEALTHY', 'DRAINING'].includes(each.health_status));
  const first = Math.min(...well.map(({ priority }) => priority));
  const taken = well.filter(({ priority }) => priority === first);
  return taken.map(({ each }) => ({ share: 1 / taken.length, of: each }));
}
