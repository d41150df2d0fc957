/** What happened, as the lab reports it. */
export interface Report {
  readonly name: string;
  readonly error?: string;
  readonly proxies: Record<string, Proxy>;
  readonly steps: readonly StepReport[];
  readonly seen: readonly Seen[];
  readonly conditions?: readonly string[];
  readonly seconds: number;
}

export interface StepReport {
  readonly step: string;
  readonly error?: string;
  readonly ms: number;
  readonly answer?: ClientAnswer;
  readonly load?: LoadReport;
  readonly exec?: ExecReport;
  readonly hops?: readonly Hop[];
  readonly seen?: readonly Seen[];
  readonly denied?: readonly Denied[];
}

/** What a program said, and how it ended. */
export interface ExecReport {
  readonly output: string;
  readonly exit: number;
}

/** A packet that NetworkPolicies forbid; the port is the pod's. */
export interface Denied {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
}

/** What the client got; `status` is 0 when no HTTP answer came. */
export interface ClientAnswer {
  readonly status: number;
  readonly error?: string;
  /** A proxy's own text; what a server of the lab says is in `server`. */
  readonly body?: string;
  readonly headers?: Record<string, string[]>;
  readonly server?: Seen;
  readonly peerSAN?: string[];
  readonly cipher?: string;
  /** `RSA` or `ECDSA`. */
  readonly peerKey?: string;
  readonly proto?: string;
  /** Of a stream: the messages that were answered while it went on. */
  readonly messages?: number;
  readonly tls?: string;
}

/** One request as a server saw it. */
export interface Seen {
  readonly server: string;
  readonly port: number;
  /** The workload that connected. */
  readonly peer: string;
  readonly protocol: string;
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Record<string, string[]>;
  readonly sni?: string;
  readonly alpn?: string;
  readonly clientSAN?: string;
  readonly line?: string;
}

/** One line of a proxy's access log. */
export interface Hop {
  readonly proxy: string;
  readonly line: AccessLogLine;
}

/** The fields of Istio's access log that tests and stories use. */
export interface AccessLogLine {
  readonly response_code?: number;
  readonly response_flags?: string;
  readonly response_code_details?: string | null;
  readonly upstream_cluster?: string | null;
  readonly upstream_host?: string | null;
  readonly upstream_transport_failure_reason?: string | null;
  readonly requested_server_name?: string | null;
  readonly authority?: string | null;
  readonly path?: string | null;
  readonly protocol?: string | null;
  readonly connection_termination_details?: string | null;
  readonly [field: string]: unknown;
}

export interface Proxy {
  /** `LIVE`, or the state in which it stayed. */
  readonly ready: string;
  /** Resource to Envoy's reason for refusing it. */
  readonly rejected?: Record<string, string>;
  /** Outbound cluster to connections opened. */
  readonly connections: Record<string, number>;
  readonly log?: readonly string[];
  readonly dump?: Record<string, unknown>;
}

export interface LoadReport {
  readonly sent: number;
  /** `200 api.test`, `503`, or an error, to the number of requests. */
  readonly tally: Record<string, number>;
  /** The same, by the index of the step that was last begun when the request left. */
  readonly during: Record<number, Record<string, number>>;
  /** Proxy to `status flags details` to the number of lines in its access log. */
  readonly access: Record<string, Record<string, number>>;
  readonly p50MS: number;
  readonly p99MS: number;
}
