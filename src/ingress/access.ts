import { ClaimMatch } from './claim-match';
import { valueClass } from '../private/basics/value-class';

/** Options of `Access.jwt`. */
export interface JwtOptions {
  /**
   * The issuer of the tokens: exactly the value of their `iss` claim, including a trailing `/` if there is one. Error `JwtIssuerInvalid`; error
   * `JwtIssuerConflict` if another route through the same pods declares other keys for the same issuer.
   */
  readonly issuer: string;

  /**
   * The `https` URL of the issuer's public keys. istiod reads it, so it must be reachable from istiod. Error `JwksSourceInvalid`.
   *
   * @default - the keys in `jwks`
   */
  readonly jwksUri?: string;

  /**
   * The issuer's public keys, a JSON Web Key Set. Errors `JwksSourceInvalid`, `JwksInvalid`.
   *
   * @default - the keys at `jwksUri`
   */
  readonly jwks?: string;

  /**
   * The accepted audiences: the `aud` claim of the token must contain one of them. Error `AccessEmpty`; error `JwtAudienceMissing` if neither this
   * nor `claims` is set, because every token that the issuer ever issued, for any service, would be accepted. If that is intended, use
   * `Access.jwtForAnyAudience`.
   *
   * @default - `claims` decide
   */
  readonly audiences?: string[];

  /**
   * Conditions on claims, all of which must hold. Errors `AccessEmpty`, `ClaimInvalid`.
   *
   * @default - only `audiences` are checked
   */
  readonly claims?: ClaimMatch[];

  /**
   * The header that carries only the token. Use a separate header if other routes through the same pods accept bearer tokens from other issuers.
   * Error `HeaderInvalid`.
   *
   * @default - `Authorization: Bearer <token>`
   */
  readonly header?: string;
}

/**
 * Who may enter through an `IngressRoute`. The gateway checks it before it routes a request, only for the hosts of the route.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 * @example
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   access: [Access.anyOf([
 *     Access.ipBlocks(['192.0.2.0/24']),
 *     Access.jwt({ issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/keys', audiences: ['shop'] }),
 *   ])],
 *   rules: [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }],
 * });
 */
export class Access {
  /**
   * Clients with a valid token (JWT) of an issuer. A request without a token, or with a token whose claims do not match, gets 403; an invalid token
   * gets 401. The token is forwarded to the service.
   *
   * Istio validates tokens once for all routes of the pods. With one such route, a request on *any* route of these pods gets 401 if its token has
   * expired, comes from an issuer that no route names, or is not a JWT. Requests without a token are not affected. To avoid this, set `header` or
   * give the route a gateway of its own.
   *
   * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
   *
   * @param options the issuer, its keys, and the tokens that are accepted
   */
  public static jwt(options: JwtOptions): Access {
    return new Access({ kind: 'jwt', jwt: options });
  }

  /**
   * Like `jwt`, for issuers whose tokens name no audience: every token that the issuer ever issued, for any service, is accepted.
   *
   * @param reason why this is safe, for example because the issuer issues tokens only for this service; kept as an annotation on the policy. Error
   * `ReasonMissing`.
   * @param options the options, without `audiences`. The same errors as for `jwt`; error `RuleOptionUnused` if `audiences` is set.
   */
  public static jwtForAnyAudience(reason: string, options: JwtOptions): Access {
    return new Access({ kind: 'jwt', jwt: options, anyAudience: reason });
  }

  /**
   * Clients that connect from one of these addresses. The peer address of the TCP connection counts: behind a load balancer it belongs to the
   * balancer or the node, unless the balancer preserves the client address (`externalTrafficPolicy: Local`) or sends it with the PROXY protocol.
   *
   * @param blocks IP addresses and CIDR blocks. Errors `AccessEmpty`, `AddressInvalid`.
   */
  public static ipBlocks(blocks: string[]): Access {
    return new Access({ kind: 'ipBlocks', values: blocks });
  }

  /**
   * Clients with one of these addresses according to the header `X-Forwarded-For`. The gateway trusts as many entries as mesh config declares proxies
   * in front of it (`gatewayTopology.numTrustedProxies`). Without that setting, it is the same as `ipBlocks`.
   *
   * @param blocks IP addresses and CIDR blocks. Errors `AccessEmpty`, `AddressInvalid`.
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  public static remoteIpBlocks(blocks: string[]): Access {
    return new Access({ kind: 'remoteIpBlocks', values: blocks });
  }

  /**
   * Clients that present a certificate with one of these names. The listeners that serve the route must ask for client certificates
   * (`ClientCertificates`) and verify that a trusted authority has signed them. Error `AccessNotEnforceable`.
   *
   * Istio's policies see only SPIFFE identities in certificates, so the route itself checks the names in the header `x-forwarded-client-cert`. The
   * gateway sets this header, unless mesh config makes it keep the client's own (`gatewayTopology.forwardClientCertDetails: FORWARD_ONLY`). With
   * `RouteApi.GATEWAY_API`, a policy checks them, which takes names that begin with `spiffe://` alone. Error `GatewayApiUnsupported`.
   *
   * @param subjectAltNames exact DNS names and URIs from the subject alternative names (SANs) of certificates, for example `partner.example.com` or
   * `spiffe://partner.example.com/shop`. Errors `AccessEmpty`, `SubjectAltNameInvalid`.
   */
  public static mtls(subjectAltNames: string[]): Access {
    return new Access({ kind: 'mtls', values: subjectAltNames });
  }

  /**
   * Clients that an external authorizer admits.
   *
   * @param provider an `extensionProvider` of mesh config, of kind `envoyExtAuthzHttp` or `envoyExtAuthzGrpc`. Error `ExtensionProviderInvalid`;
   * error `ExtAuthzProviderConflict` for a second one on the same pods, because Istio would then admit nobody.
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-custom/
   */
  public static extAuthz(provider: string): Access {
    return new Access({ kind: 'extAuthz', values: [provider] });
  }

  /**
   * Clients that fulfil at least one of these alternatives. There may be any number of alternatives and issuers. If alternatives for one issuer
   * differ in several claims, the rules of the policy multiply; 256 is the limit.
   *
   * @param alternatives made with `jwt`, `ipBlocks` or `remoteIpBlocks`. Errors `AccessEmpty`, `AccessCannotCombine`, `AccessTooComplex`.
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
