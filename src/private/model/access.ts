import { Match } from './match';

/** The checked access rules of a route. */
export interface AccessIntent {
  /** All of these must be met. */
  readonly requirements: Requirement[];
  /** Each once. */
  readonly issuers: Issuer[];
  /** The external authorizer, by its name in mesh config. */
  readonly provider?: string;
  /** Lists of names; the client's certificate must carry one name of each list. */
  readonly subjectAltNames: string[][];
  /** Paths that are open to everybody. */
  readonly openPaths: string[];
  /** Requests that are refused to everybody. */
  readonly deny: Match[];
  /** Checks that the user turned off, with the reasons. */
  readonly optOuts: OptOut[];
}

export interface OptOut {
  readonly from: 'audience' | 'hosts';
  readonly reason: string;
}

/** Met if one of the alternatives is; an alternative is met if all its facts hold. The alternative for a token begins with the issuer. */
export type Requirement = Fact[][];

/** The attribute that says who signed the token of a request. */
export const ISSUER_KEY = 'request.auth.claims[iss]';

/** States that an attribute of a request, as named in Istio's policies, has one of the values. */
export interface Fact {
  readonly key: string;
  readonly values: string[];
}

/** An issuer of tokens, and where a request carries them. */
export interface Issuer {
  readonly issuer: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly header?: string;
}

/** The hosts of a route, and the pod ports that serve it. */
export interface RoutedHosts {
  readonly hosts: string[];
  readonly podPorts: number[];
}
