import { Authority } from './workloads';

/** A host outside the mesh. */
export interface External {
  readonly host: string;
  readonly ports: readonly ExternalPort[];
}

export interface ExternalPort extends ServerOptions {
  readonly port: number;
  readonly protocol: Protocol;
}

/** `connect` is a forward proxy. */
export type Protocol = 'http' | 'https' | 'tcp' | 'tls' | 'connect';

export interface ServerOptions {
  /** The name in the server's certificate. @default - the host */
  readonly certHost?: string;
  /** Who signed it. @default public */
  readonly certCA?: Authority;
  /** Demands a certificate of the `client` authority. */
  readonly clientAuth?: boolean;
  /** The name that answers carry. @default - the host */
  readonly name?: string;
}

/** `external('api.test', { http: 80, https: 443 })`: every server answers with what it saw. */
export function external(host: string, ports: Partial<Record<Protocol, number>>, options: ServerOptions = {}): External {
  return { host, ports: Object.entries(ports).map(([protocol, port]) => ({ protocol: protocol as Protocol, port, ...options })) };
}
