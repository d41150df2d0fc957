import { Authority } from './workloads';

/** A host outside the mesh. One that is called by an address has that address. */
export interface External {
  readonly host: string;
  readonly ports: readonly ExternalPort[];
}

export interface ExternalPort extends ServerOptions {
  readonly port: number;
  readonly protocol: Protocol;
}

/**
 * `http` and `https` speak gRPC too. `starttls` speaks first, and its TLS begins inside the connection. `connect` is a forward proxy,
 * `connects` one that is reached by TLS. `h3` is HTTP/3, `udp` answers each datagram, and `dns` is the authority for the names below the host.
 */
export type Protocol = 'http' | 'https' | 'h3' | 'udp' | 'dns' | 'tcp' | 'tls' | 'starttls' | 'connect' | 'connects';

export interface ServerOptions {
  /** The name in the server's certificate. @default - the host */
  readonly certHost?: string;
  /** Who signed it. @default public */
  readonly certCA?: Authority;
  /** The certificate is on its authority's list of revoked ones. */
  readonly revoked?: boolean;
  /** Demands a certificate of the `client` authority. */
  readonly clientAuth?: boolean;
  /** What every answer of `http` and `https` holds. @default - what the server saw */
  readonly body?: string;
  /** The unix socket to listen on instead of the port, in `/dev/shm`; who connects to it is not known. */
  readonly socket?: string;
  /** The name that answers carry. @default - the host */
  readonly name?: string;
}

/** `external('api.test', { http: 80, https: 443 })`: every server answers with what it saw. */
export function external(host: string, ports: Partial<Record<Protocol, number>>, options: ServerOptions = {}): External {
  return { host, ports: Object.entries(ports).map(([protocol, port]) => ({ protocol: protocol as Protocol, port, ...options })) };
}
