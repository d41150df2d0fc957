import { Manifests, toYaml } from './manifests';
import { Authority } from './workloads';

/** One thing that the lab does; steps are done in order. */
export type Step =
  | { readonly request: Request }
  | { readonly load: Load }
  | { readonly await: string } | { readonly stop: string }
  | { readonly kill: string } | { readonly start: string }
  | { readonly down: string } | { readonly up: string }
  | { readonly apply: string } | { readonly delete: string }
  | { readonly exec: Exec };

export interface RequestOptions {
  /** A workload's name, `outside`, or `node`. */
  readonly from: string;
  /** Finds the answer again. @default - the URL */
  readonly name?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** `ip:port` or `workload:port` to dial instead of the URL's host. */
  readonly connect?: string;
  readonly sni?: string;
  readonly trustCA?: Authority;
  /** Shows a client certificate of this authority. */
  readonly cert?: Authority;
  /** The DNS names and URIs of that certificate. @default - `caller.test` */
  readonly names?: readonly string[];
  /** That certificate is one that its authority has revoked. */
  readonly revoked?: boolean;
  /** 1337 is the proxy's own user, whose traffic bypasses the sidecar. @default 1000 */
  readonly uid?: number;
  /** The workload whose address the client takes and sends from, as CAP_NET_ADMIN lets it; for `udp`. */
  readonly as?: string;
  /** The client takes any certificate. */
  readonly insecure?: boolean;
  /** `host:port` of a forward proxy to which the client itself speaks. */
  readonly proxy?: string;
  readonly http2?: boolean;
  readonly tlsMax?: '1.0' | '1.1' | '1.2' | '1.3';
  /** What the client offers below TLS 1.3, by Go's names. */
  readonly ciphers?: readonly string[];
  /** A URL that is asked first over the same HTTP/2 connection, which is made for its host. */
  readonly before?: string;
  /** @default 8 */
  readonly timeoutS?: number;
}

export interface Request extends RequestOptions {
  readonly name: string;
  readonly url: string;
}

export interface LoadOptions extends RequestOptions {
  readonly count: number;
  /** @default 1 */
  readonly concurrency?: number;
  /** Requests a second. @default - as fast as possible */
  readonly rate?: number;
}

export interface Load extends LoadOptions {
  readonly name: string;
  readonly url: string;
}

/** A program that runs where an application of a workload would, as user 1000. */
export interface Exec {
  readonly name: string;
  readonly from: string;
  readonly command: readonly string[];
  readonly env?: Record<string, string>;
}

/** Runs a program; what it says and how it ends is in `ran`. */
export function exec(name: string, from: string, command: readonly string[], env: Record<string, string> = {}): Step {
  return { exec: { name, from, command, env } };
}

/**
 * One request, over a connection of its own; `https:` is TLS of the application's own. `h3://host/` is HTTP/3, `udp://host:port` one datagram, and
 * `icmp://host` an echo request with content.
 */
export function get(url: string, options: RequestOptions): Step {
  return { request: { name: url, url, ...options } };
}

/** One line over a raw connection, `tcp://host:port` or `tls://host:port`; with `starttls://` the server speaks first, and TLS begins inside. */
export const say = get;

/** The name server of the cluster, by its Service, and the one that a node may have. */
export const CLUSTER_DNS = '10.96.0.10';
export const NODE_DNS = '169.254.20.10';

/** Asks a name server for the address of a name; the answer is in `body`. */
export function lookUp(name: string, { server = CLUSTER_DNS, by = 'udp', ...options }: RequestOptions & { readonly server?: string; readonly by?: 'udp' | 'tcp' }): Step {
  return get(`${by === 'tcp' ? 'dns+tcp' : 'dns'}://${server}/${name}`, options);
}

/** A gRPC stream in both directions, `grpc://host/service/method`: each of three messages is sent when the one before is answered. */
export const stream = get;

/** Many requests in the background, over connections that are kept. The step ends when the first answers are in. */
export function load(name: string, url: string, options: LoadOptions): Step {
  return { load: { ...options, name, url } };
}

/** Waits until a load has sent all its requests. */
export function finish(loadName: string): Step {
  return { await: loadName };
}

/** Ends a load now. */
export function stop(loadName: string): Step {
  return { stop: loadName };
}

/** The proxy of a workload dies at once. */
export function kill(workload: string): Step {
  return { kill: workload };
}

/** The proxy of a workload comes back and is ready. */
export function start(workload: string): Step {
  return { start: workload };
}

/** An external host refuses connections and breaks those that it has. */
export function down(host: string): Step {
  return { down: host };
}

export function up(host: string): Step {
  return { up: host };
}

/**
 * Adds or replaces objects of Istio and of the Gateway API, Namespaces, Secrets, Services, EndpointSlices and NetworkPolicies; the step ends when the network and every proxy have them.
 * NetworkPolicies are asked of the first packet of a connection.
 */
export function apply(manifests: Manifests): Step {
  return { apply: toYaml(manifests) };
}

export function remove(manifests: Manifests): Step {
  return { delete: toYaml(manifests) };
}
