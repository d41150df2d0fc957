/* What becomes of one request, as plain data: the only thing that renderers, the public API and the comparison with a mesh read. */

/** Who sends a request. */
export type Client =
  | {
    readonly kind: 'workload';
    readonly namespace: string;
    /** `default`, unless it is named. */
    readonly serviceAccount: string;
    readonly labels?: { readonly [label: string]: string };
    /** Whether it belongs to an ambient mesh and has no sidecar. */
    readonly ambient: boolean;
  }
  | {
    readonly kind: 'outside';
    /** `namespace/name` of the Gateway at which it knocks; undefined if it is any that listens for the host. */
    readonly gateway?: string;
    /** The subject alternative names of its certificate; undefined if it has none. */
    readonly certificate?: readonly string[];
    /** The address that the gateway sees. */
    readonly address?: string;
    /** The claims of a valid token, the issuer as `iss`; undefined if nothing is known of one. An empty object means that it sends none. */
    readonly claims?: { readonly [claim: string]: string | readonly string[] };
  };

/** A client as users describe it: whether a workload is ambient may be left to what the app says of the host. */
export type AskedClient = Omit<Extract<Client, { kind: 'workload' }>, 'ambient'> & { readonly ambient?: boolean } | Extract<Client, { kind: 'outside' }>;

/** One request, or a connection that nobody reads. */
export interface AskedRequest {
  /** `https` is TLS by the client itself, with the host as server name; `tcp` is bytes. */
  readonly scheme: 'http' | 'https' | 'tcp';
  readonly host: string;
  readonly port: number;
  /** Empty for a connection. */
  readonly method: string;
  /** With the query; empty for a connection. */
  readonly path: string;
  /** Names in lower case, without `host`. */
  readonly headers: { readonly [name: string]: string };
  /** The Host header; the host, and the port unless it is that of the scheme. */
  readonly authority: string;
}

/** An object of the cluster. */
export interface ObjectRef {
  readonly kind: string;
  /** Left out for objects of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** What decided at a hop. */
export interface Decision {
  /** Undefined if another app makes it. */
  readonly object?: ObjectRef;
  /** Which of its rules, in words of the construct: `rules[2]`, `allow`, `callers`, `leg 1`, `redirect of clear text`. */
  readonly rule: string;
  /** The path of the construct. */
  readonly construct: string;
}

/** How one proxy speaks TLS to the next. */
export interface TlsTo {
  /** `MESH` is mutual TLS between proxies of the mesh; `NONE` adds nothing to what the client sends; `AUTO` is that of the mesh, where the other side has it. */
  readonly mode: 'NONE' | 'AUTO' | 'MESH' | 'SIMPLE' | 'MUTUAL';
  readonly sni?: string;
  /** The names, one of which the certificate must carry; empty if it is not verified. */
  readonly verifies: readonly string[];
  /** The certificate presented: a Secret, or a file. */
  readonly presents?: string;
}

/** One proxy on the way. */
export interface Hop {
  readonly kind: 'sidecar' | 'ztunnel' | 'egress gateway' | 'waypoint' | 'ingress gateway';
  /** `namespace/name`: the workload, or the gateway. */
  readonly at: string;
  /** The namespace of its pods. */
  readonly namespace: string;
  /** The port of its listener, as objects and clients name it; that of the pods, where it differs. */
  readonly port: number;
  readonly podPort?: number;
  /** The host or wildcard by which it recognizes the request. */
  readonly host?: string;
  /** What it checks before it routes, and that lets the request pass. */
  readonly passes: readonly Decision[];
  /** What sends the request on, or ends it; undefined if nothing in the app does. */
  readonly decides?: Decision;
  /** Where it sends the request. */
  readonly sends?: { readonly host: string; readonly port: number; readonly tls: TlsTo };
}

/** A destination, with the share of requests that it gets, from 0 to 100. */
export interface ShareOf {
  readonly host: string;
  readonly port: number;
  readonly subset?: string;
  readonly percent: number;
}

/** How requests leave the mesh to one of the hosts. */
export interface WayOut extends ShareOf {
  /** Set for a Service of the mesh, among hosts outside. */
  readonly inMesh?: true;
  readonly tls: TlsTo;
  /** Where connections go, if it is not the host itself: addresses and names of endpoints. */
  readonly endpoints: readonly string[];
  /** The forward proxy on the way. */
  readonly proxy?: { readonly host: string; readonly port: number; readonly protocol: string };
}

/** What the client gets, or who gets its request. */
export type Ending =
  /** It leaves the mesh; the answer is that of the host outside. `by` is `namespace/name` of the gateway, or of the workload itself. */
  | { readonly kind: 'leaves'; readonly by: string; readonly to: readonly WayOut[]; readonly request?: SentRequest }
  /** Services of the mesh get it. */
  | { readonly kind: 'served'; readonly by: readonly ShareOf[]; readonly request?: SentRequest }
  /** A proxy answers: a refusal, a redirect, or what a rule says. */
  | { readonly kind: 'answered'; readonly status: number; readonly at: string; readonly because: string; readonly location?: string; readonly body?: string }
  /** The client gets no answer. */
  | { readonly kind: 'closed'; readonly at: string; readonly because: string }
  /** The app does not decide this. */
  | {
    readonly kind: 'undecided';
    readonly because: string;
    /** What comes of it in a mesh whose sidecars refuse what they do not know (REGISTRY_ONLY), if that is what decides. */
    readonly registryOnly?: Ending;
  };

/** What becomes of a request on the way. */
export interface SentRequest {
  readonly path: string;
  readonly authority: string;
  readonly removed: readonly string[];
  readonly set: { readonly [name: string]: string };
  readonly mirrored: readonly ShareOf[];
}

/** Something the model cannot know. The answer holds if it is so; else the other one does. */
export interface Condition {
  readonly that: string;
  readonly otherwise: string;
  /** What the client then gets, if a proxy answers. */
  readonly status?: number;
}

/** A rule that nearly took the request. */
export interface NearMiss {
  readonly construct: string;
  readonly rule: string;
  /** What the rule asks for, and what the request has. */
  readonly field: string;
  readonly wants: string;
  readonly has: string;
}

export interface ExplanationModel {
  readonly client: Client;
  readonly request: AskedRequest;
  readonly hops: readonly Hop[];
  readonly ending: Ending;
  readonly conditions: readonly Condition[];
  /** Objects of the app that no construct of the library made, and that may change the answer: `Kind namespace/name`. */
  readonly decidedUnless: readonly string[];
  readonly nearMisses: readonly NearMiss[];
}
