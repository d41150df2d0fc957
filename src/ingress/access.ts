import { ClaimMatch } from './claim-match';
import { valueClass } from '../private/basics/value-class';

/** Options of `Access.jwt`. */
export interface JwtOptions {
  /**
   * Who signs the tokens: their claim `iss`, exactly, with its `/` at the end if it has one. Error `JwtIssuerInvalid`; error
   * `JwtIssuerConflict` where another route through the same pods says that the issuer has other keys.
   */
  readonly issuer: string;

  /**
   * Where the issuer's public keys are, an `https` URL. istiod reads it, so istiod must be able to reach it.
   * Error `JwksSourceInvalid`.
   *
   * @default - the keys stand in `jwks`
   */
  readonly jwksUri?: string;

  /**
   * The issuer's public keys, a JSON Web Key Set. Errors `JwksSourceInvalid`, `JwksInvalid`.
   *
   * @default - they are read from `jwksUri`
   */
  readonly jwks?: string;

  /**
   * For whom the token must be: one of these must stand in its claim `aud`. Error `AccessEmpty`; error `JwtAudienceMissing` where
   * neither this nor `claims` is said, because every token that the issuer ever made, for whatever service, would let its bearer in;
   * `Access.jwtForAnyAudience` is for issuers where that is meant.
   *
   * @default - `claims` say it
   */
  readonly audiences?: string[];

  /**
   * Claims, each of which must fit. Errors `AccessEmpty`, `ClaimInvalid`.
   *
   * @default - `audiences` alone
   */
  readonly claims?: ClaimMatch[];

  /**
   * The header that carries the token and nothing else. Give tokens a header of their own where other routes through the same pods
   * take bearer tokens that are not this issuer's. Error `HeaderInvalid`.
   *
   * @default - `Authorization: Bearer <token>`
   */
  readonly header?: string;
}

/**
 * Who may enter by an `IngressRoute`. It is asked at the gateway, before a request is routed, and holds for the hosts of the route alone.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export class Access {
  /**
   * Whoever shows a valid token (JWT) of an issuer; no token, and a token whose claims do not fit, are answered 403, an invalid one 401.
   * The service receives the token too.
   *
   * Istio looks at tokens once for all routes of the pods: with one such route, a request on *any* route of theirs that carries
   * a token which is expired, of an issuer that no route names, or no JWT at all, is answered 401. A request without a token
   * is not concerned. Where that is in the way, say `header`, or give the route a gateway of its own.
   *
   * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
   */
  public static jwt(options: JwtOptions): Access {
    return new Access({ kind: 'jwt', jwt: options });
  }

  /**
   * As `jwt`, for issuers that say for nobody in particular whom their tokens are: every token that the issuer ever made, for whatever service, lets its
   * bearer in.
   *
   * @param reason why that does no harm, for example because the issuer makes tokens for this service alone; it is kept as an annotation of the
   * policy. Error `ReasonMissing`.
   * @param options without `audiences`. Errors as those of `jwt`; error `RuleOptionUnused` beside `audiences`.
   */
  public static jwtForAnyAudience(reason: string, options: JwtOptions): Access {
    return new Access({ kind: 'jwt', jwt: options, anyAudience: reason });
  }

  /**
   * Whoever connects from one of these addresses: the other end of the TCP connection. Behind a load balancer that is the balancer or
   * the node, unless it keeps the address (`externalTrafficPolicy: Local`) or sends it by the PROXY protocol.
   *
   * @param blocks IP addresses and CIDR blocks. Errors `AccessEmpty`, `AddressInvalid`.
   */
  public static ipBlocks(blocks: string[]): Access {
    return new Access({ kind: 'ipBlocks', values: blocks });
  }

  /**
   * Whoever has one of these addresses by the header `X-Forwarded-For`, of which the gateway believes as many entries as mesh config
   * says that there are proxies in front of it (`gatewayTopology.numTrustedProxies`). Without that setting it is the same as `ipBlocks`.
   *
   * @param blocks IP addresses and CIDR blocks. Errors `AccessEmpty`, `AddressInvalid`.
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  public static remoteIpBlocks(blocks: string[]): Access {
    return new Access({ kind: 'remoteIpBlocks', values: blocks });
  }

  /**
   * Whoever shows a certificate with one of these names; the listeners that serve the route must ask for certificates
   * (`ClientCertificates`), and see to it that an authority of theirs has signed it. Error `AccessNotEnforceable`.
   *
   * Istio's policies see no other names of a certificate than SPIFFE identities, so the route itself asks, by the header
   * `x-forwarded-client-cert`: the gateway writes it, unless mesh config tells it to take the client's own
   * (`gatewayTopology.forwardClientCertDetails: FORWARD_ONLY`).
   *
   * @param subjectAltNames DNS names and URIs that stand in certificates as alternative names of their subject, exactly, for example
   * `partner.example.com` or `spiffe://partner.example.com/shop`. Errors `AccessEmpty`, `SubjectAltNameInvalid`.
   */
  public static mtls(subjectAltNames: string[]): Access {
    return new Access({ kind: 'mtls', values: subjectAltNames });
  }

  /**
   * Whoever an authorizer outside the gateway lets in.
   *
   * @param provider an `extensionProvider` of mesh config, of kind `envoyExtAuthzHttp` or `envoyExtAuthzGrpc`. Error `ExtensionProviderInvalid`;
   * error `ExtAuthzProviderConflict` for a second one on the same pods, because Istio then lets nobody in.
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-custom/
   */
  public static extAuthz(provider: string): Access {
    return new Access({ kind: 'extAuthz', values: [provider] });
  }

  /**
   * Whoever fulfils one of these. There may be any number of them, of any number of issuers. Where tokens of one issuer differ in several
   * claims at once, the rules of the policy multiply, to 256 at most.
   *
   * @param alternatives of `jwt`, `ipBlocks` and `remoteIpBlocks`. Errors `AccessEmpty`, `AccessCannotCombine`, `AccessTooComplex`.
   */
  public static anyOf(alternatives: Access[]): Access {
    return new Access({ kind: 'anyOf', alternatives });
  }

  private constructor(
    /** @internal */ public readonly _spec: AccessSpec,
  ) {}

  /** What is asked, such as `jwt`. */
  public get accessKind(): string {
    return this._spec.kind;
  }
}

valueClass(Access, 'Access');

/** @internal */
export interface AccessSpec {
  readonly kind: 'jwt' | 'ipBlocks' | 'remoteIpBlocks' | 'mtls' | 'extAuthz' | 'anyOf';
  readonly jwt?: JwtOptions;
  /** The reason. */
  readonly anyAudience?: string;
  readonly values?: string[];
  readonly alternatives?: Access[];
}
