import { Changes, Connection, Content, Layer } from './connection';
import { Message } from './message';
import { Proxy, Weighted, objectOf } from './proxy';
import { Vault, onward } from './upstream';

/** A proxy, and what lies beside it. */
export interface Where {
  readonly proxy: Proxy;
  readonly vault: Vault;
}

/** What a proxy does with a connection. */
export interface Hop {
  readonly listener?: string;
  readonly chain?: string;
  readonly route?: string;
  readonly cluster?: string;
  /** The objects that decided, as in `VirtualService shop/route`. */
  readonly objects: readonly string[];
  /** Whether it read HTTP, and so answers if the rest of the way fails. */
  readonly http: boolean;
  readonly changes: Changes;
}

/** Where it ends; the status is 0 if the connection just breaks. */
export interface Ending {
  readonly flags: string;
  readonly details: string;
  readonly status: number;
  readonly location?: string;
}

/** To where it goes on. */
export interface Passing {
  readonly host: string;
  readonly port: number;
  readonly layers: readonly Layer[];
  readonly content: Content;
}

export type Done = { readonly hop: Hop } & ({ readonly ends: Ending } | { readonly passes: Passing });

export const UNCHANGED: Changes = { removed: [], set: {}, mirrored: [] };

/** What becomes of it at one of several clusters, by their weights. */
export function spread(clusters: readonly Message[], each: (cluster: Message) => Weighted<Done>[]): Weighted<Done>[] {
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return clusters.filter(({ weight = 0 }) => weight > 0).flatMap(cluster =>
    each(cluster).map(({ share, of }) => ({ share: share * cluster.weight / total, of })));
}

/** On to a cluster. The layers are those that stay around the content. */
export function send(
  { proxy, vault }: Where, hop: Hop, cluster: string, connection: Connection, layers: readonly Layer[], content: Content,
): Weighted<Done>[] {
  const object = objectOf(proxy.cluster(cluster));
  const by = { ...hop, objects: object === undefined ? hop.objects : [...hop.objects, object] };
  return onward(cluster, proxy, connection, content, vault).map(({ share, of }) => {
    if ('flags' in of) return { share, of: { hop: by, ends: { ...of, status: hop.http ? 503 : 0 } } };
    const { host, port, adds, http2 } = of;
    const sent = content === 'bytes' || !hop.http || http2 === undefined ? content : { ...content, http2 };
    return { share, of: { hop: by, passes: { host, port, layers: adds ? [adds, ...layers] : layers, content: sent } } };
  });
}
