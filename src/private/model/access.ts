import { Match } from './match';

/** Who may enter by a route, checked. */
export interface AccessIntent {
  /** All of them must be fulfilled. */
  readonly requirements: Requirement[];
  /** Each once. */
  readonly issuers: Issuer[];
  /** The authorizer outside, by the name that mesh config has for it. */
  readonly provider?: string;
  /** Names of which the client's certificate must have one; of each list. */
  readonly subjectAltNames: string[][];
  /** Paths for which nothing is asked. */
  readonly openPaths: string[];
  /** What nobody may ask for. */
  readonly deny: Match[];
  /** What is let off against better advice. */
  readonly optOuts: OptOut[];
}

export interface OptOut {
  readonly from: 'audience' | 'hosts';
  readonly reason: string;
}

/** Fulfilled where one of the alternatives is; an alternative is where all its facts hold. That of a token begins with the issuer. */
export type Requirement = Fact[][];

/** The attribute that says who signed the token of a request. */
export const ISSUER_KEY = 'request.auth.claims[iss]';

/** An attribute of a request, as Istio's policies name it, that has one of the values. */
export interface Fact {
  readonly key: string;
  readonly values: string[];
}

/** Who signs tokens, and where they stand in a request. */
export interface Issuer {
  readonly issuer: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly header?: string;
}

/** The hosts of a route, and the ports of the pods at which it answers. */
export interface RoutedHosts {
  readonly hosts: string[];
  readonly podPorts: number[];
}
