/** A certificate of the lab: who signed it, and for which names. */
export interface Certificate {
  readonly authority: string;
  readonly names: readonly string[];
}

/** One TLS around the bytes of a connection. */
export interface Layer {
  readonly sni?: string;
  readonly alpn: readonly string[];
  /** What the client shows when it is asked. */
  readonly shows?: Certificate;
  /** What the client has against a server's certificate. */
  readonly refuses: (certificate: Certificate) => string | undefined;
}

export interface Connection {
  /** To where it is addressed. */
  readonly ip: string;
  readonly port: number;
  /** The address of who connects. */
  readonly peer: string;
  /** From the outside in. */
  readonly layers: readonly Layer[];
}

/** What is inside of a connection, if it is HTTP. */
export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authority: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly http2: boolean;
  /** What a proxy before has written as its scheme, which HTTP/2 carries. */
  readonly scheme?: string;
  /** The claims of its token, which is valid; the issuer is `iss`. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What the last proxy that reads HTTP does to a request. */
export interface Changes {
  readonly removed: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly mirrored: readonly string[];
}

/** HTTP is read by proxies where nothing is around it. */
export type Content = HttpRequest | 'bytes';
