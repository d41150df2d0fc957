import { isHttp, Port, TlsIntent } from '../model/external-service';
import { namesOf } from '../model/upstream-names';

/** Who encrypts what leaves the mesh, and what of the other side is verified. */
export interface SecurityFact {
  /** `NOBODY` is clear text. What the application encrypts, it verifies itself. */
  readonly tlsBy: 'NOBODY' | 'APPLICATION' | 'GATEWAY' | 'SIDECAR';
  /** Set if the proxy speaks TLS. */
  readonly verified?: boolean;
  /** Why it does not verify. */
  readonly insecureBecause?: string;
  /** The name that it asks for; the host of each request where it is left out. */
  readonly sni?: string;
  /** Names of which the certificate must have one; the host of each request where they are left out. */
  readonly subjectAltNames?: string[];
  readonly authority?: SourceFact;
  readonly revocationList?: string;
  readonly clientCertificate?: SourceFact;
}

/** Who encrypts for the application. */
export type Originator = 'GATEWAY' | 'SIDECAR';

/** Where a certificate comes from; a name or the path of a file. */
export interface SourceFact {
  readonly kind: 'SYSTEM' | 'SECRET' | 'CONFIG_MAP' | 'FILE';
  readonly name?: string;
}

export function securityFact({ tls, protocol }: Port, host: string, by: Originator): SecurityFact {
  if (!tls) return { tlsBy: protocol === 'HTTPS' || protocol === 'TLS' ? 'APPLICATION' : 'NOBODY' };
  if (tls.mode === 'INSECURE') return { tlsBy: by, verified: false, insecureBecause: tls.reason };
  return {
    tlsBy: by,
    verified: true,
    ...namesOf(tls, host),
    authority: authorityOf(tls),
    revocationList: tls.crlFile,
    clientCertificate: certificateOf(tls),
  };
}

function authorityOf({ caConfigMap, secret, caFile }: TlsIntent): SourceFact {
  if (caConfigMap !== undefined) return { kind: 'CONFIG_MAP', name: caConfigMap };
  if (secret !== undefined) return { kind: 'SECRET', name: secret };
  return caFile === undefined ? { kind: 'SYSTEM' } : { kind: 'FILE', name: caFile };
}

function certificateOf({ mode, secret, certificateFiles }: TlsIntent): SourceFact | undefined {
  if (certificateFiles) return { kind: 'FILE', name: certificateFiles.certificate };
  return mode === 'MUTUAL' ? { kind: 'SECRET', name: secret } : undefined;
}

/** What traffic of a port is, by what the application says and what leaves. */
export type Mode = 'HTTP' | 'HTTP/2' | 'gRPC' | 'HTTPS origination' | 'gRPC with TLS origination' | 'application TLS' | 'TCP' | 'TLS origination of TCP';

export function modeOf(port: Port): Mode {
  const { protocol, tls } = port;
  if (protocol === 'HTTPS' || protocol === 'TLS') return 'application TLS';
  if (protocol === 'TCP') return tls ? 'TLS origination of TCP' : 'TCP';
  if (protocol === 'GRPC') return tls ? 'gRPC with TLS origination' : 'gRPC';
  if (isHttp(port) && tls) return 'HTTPS origination';
  return protocol === 'HTTP' ? 'HTTP' : 'HTTP/2';
}
