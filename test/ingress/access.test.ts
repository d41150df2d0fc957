import { Chart } from 'cdk8s';
import { CASES } from './cases';
import { KEYS, NO_KEYS } from './keys';
import {
  Access, AccessScope, ClaimMatch, ClientCertificates, Destination, IngressListener, IngressRoute, IngressRouteProps, JwtOptions, RouteAction,
  StringMatch,
} from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const hosts = ['shop.example.com'];
const key = { kty: 'EC', kid: '1', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' };
const jwks = JSON.stringify({ keys: [key] });
const issuer = 'https://login.example.com';
const routed = (props: Partial<IngressRouteProps>) => ingress({}, { hosts, rules, ...props });
const jwt = (options: Partial<JwtOptions> = {}) => Access.jwt({ issuer, jwks, audiences: ['shop'], ...options });

describe('access to a route', () => {
  test('by token: the objects', () => {
    const { app, route } = CASES['access by token']();
    expect(manifestsOf(app, route.accessObjects)).toMatchInlineSnapshot(`
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata:
        name: shop-example-com-jwt-shop-shop-gateway-c82d0dab-shop-r-9098a1bf
        namespace: istio-ingress
      spec:
        jwtRules:
          - forwardOriginalToken: true
            fromHeaders:
              - name: Authorization
                prefix: "Bearer "
            issuer: https://login.example.com
            jwks: '{"keys":[{"kty":"EC","kid":"1","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}'
        selector:
          matchLabels:
            app: istio-ingressgateway
            istio: ingressgateway
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: shop-example-com-access-shop-shop-gateway-c82d0dab-sho-51900b6b
        namespace: istio-ingress
      spec:
        action: DENY
        rules:
          - to:
              - operation:
                  hosts:
                    - shop.example.com
                    - shop.example.com:*
                  notPaths:
                    - /health
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - shop.example.com
              - key: request.auth.claims[iss]
                notValues:
                  - https://login.example.com
          - to:
              - operation:
                  hosts:
                    - shop.example.com
                    - shop.example.com:*
                  notPaths:
                    - /health
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - shop.example.com
              - key: request.auth.audiences
                notValues:
                  - shop
        selector:
          matchLabels:
            app: istio-ingressgateway
            istio: ingressgateway
    `);
  });

  const rulesOf = (name: keyof typeof CASES) => find(CASES[name]().manifests(), 'AuthorizationPolicy').spec.rules;
  const asked = (name: keyof typeof CASES) => rulesOf(name).map((rule: any) => rule.when.map((c: any) => `${c.key} ${(c.notValues ?? c.values).join(' ')}`));

  test('is denied where of each alternative one fact does not hold', () => {
    const [iss, partner, inside] = ['request.auth.claims[iss]', 'https://partner.example.com/', 'source.ip 10.0.0.0/8 2001:db8::1'];
    expect(asked('access by one of several')).toEqual([
      [`${iss} ${issuer} ${partner}`, inside],
      [`${iss} ${issuer}`, inside, 'request.auth.audiences shop'],
      [`${iss} ${issuer}`, inside, 'request.auth.claims[realm_access][roles] buyer'],
      [`${iss} ${partner}`, inside, 'request.auth.claims[sub] *'],
      ['remote.ip 203.0.113.0/24'],
    ]);
  });

  test('by issuers that are known once', () => {
    expect(find(CASES['access by one of several']().manifests(), 'RequestAuthentication').spec.jwtRules).toEqual([
      { issuer, jwks, fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }], forwardOriginalToken: true },
      { issuer: 'https://partner.example.com/', jwksUri: 'https://partner.example.com/keys', fromHeaders: [{ name: 'x-partner' }], forwardOriginalToken: true },
    ]);
    const { app } = routed({ access: [jwt(), jwt({ audiences: ['web'], header: 'X-Token' })] });
    expect(find(synth(app), 'RequestAuthentication').spec.jwtRules[0].fromHeaders).toEqual([{ name: 'Authorization', prefix: 'Bearer ' }, { name: 'x-token' }]);
  });

  test('an authorizer outside is asked about the hosts of the route, on each port', () => {
    const { spec } = find(CASES['access by an authorizer outside']().manifests(), 'AuthorizationPolicy');
    expect(spec).toMatchObject({ action: 'CUSTOM', provider: { name: 'oauth2-proxy' } });
    const to = (port: string) => [{ operation: { hosts: ['shop.example.com', 'shop.example.com:*'], ports: [port] } }];
    expect(spec.rules).toEqual([{ to: to('80') }, { to: to('443'), when: [{ key: 'connection.sni', values: hosts }] }]);
  });

  test('is not asked of preflights where a rule has cors: what is none lacks one of three marks', () => {
    const [denied, custom] = CASES['access to what pages of other origins call']().manifests().filter(o => o.kind === 'AuthorizationPolicy');
    const marks = ({ to: [{ operation }], when = [] }: any) => [operation.notMethods, ...when.slice(1, 2).map((c: any) => c.key)];
    const three = (more: string[]) => [[['OPTIONS'], ...more], [undefined, 'request.headers[origin]'], [undefined, 'request.headers[access-control-request-method]']];
    expect(denied.spec.rules.map(marks)).toEqual(three(['source.ip']));
    expect(custom.spec.rules.map(marks)).toEqual(three([]));
  });

  test('by certificate may be for every host, for the route itself asks', () => {
    const listeners = [IngressListener.https({ hosts: ['*'], credentialName: 'cert', clients: ClientCertificates.required() })];
    expect(ingress({ listeners }, { hosts: ['*'], rules, access: [Access.mtls(['a.test'])] }).route.accessObjects).toEqual([]);
  });

  test('by certificate is not asked of preflights where a rule has cors', () => {
    const withCors = ingress(
      { listeners: [IngressListener.https({ hosts, credentialName: 'cert', clients: ClientCertificates.optional() })] },
      { hosts, rules: [{ ...rules[0], cors: { allowOrigins: [StringMatch.exact('*')] } }], access: [Access.mtls(['a.test'])] },
    );
    expect(find(withCors.manifests(), 'VirtualService').spec.http[1].match.map((m: any) => Object.keys(m.withoutHeaders).filter(name => !name.startsWith('x-'))))
      .toEqual([[':method'], ['origin'], ['access-control-request-method']]);
  });

  test('under a wildcard leaves out the hosts that other routes have, on their ports', () => {
    const { app, shop, gateway } = ingress({ listeners: [IngressListener.http(), IngressListener.http({ port: 443 })] }, { hosts: ['*.example.com'], rules, access: [Access.ipBlocks(['10.0.0.1'])] });
    const other = new Chart(app, 'other', { namespace: 'other' });
    new IngressRoute(other, 'route', { gateway, hosts: ['z.example.com', '*.b.example.com', 'example.org'], rules });
    new IngressRoute(shop, 'second', { gateway, hosts: ['a.example.com'], rules });
    const [first, second] = find(synth(app), 'AuthorizationPolicy').spec.rules.map((rule: any) => rule.to[0].operation);
    expect(first).toEqual({
      hosts: ['*.example.com', '*.example.com:80'],
      notHosts: ['*.b.example.com', '*.b.example.com:80', 'a.example.com', 'a.example.com:*', 'z.example.com', 'z.example.com:*'],
      ports: ['80'],
    });
    expect(second.hosts).toEqual(['*.example.com', '*.example.com:443']);
  });

  test('is not asked where a listener takes any name that TLS may ask for, for then there is none', () => {
    const { app } = ingress({ listeners: [IngressListener.https({ hosts: ['*'], credentialName: 'cert' })] }, { hosts, rules, access: [Access.ipBlocks(['10.0.0.1'])] });
    expect(find(synth(app), 'AuthorizationPolicy').spec.rules[0].when).toEqual([{ key: 'source.ip', notValues: ['10.0.0.1'] }]);
  });

  test('for every host leaves out those of other routes, and keeps the reason', () => {
    const { app, shop, gateway } = ingress({}, { hosts: ['*'], rules, access: [Access.ipBlocks(['10.0.0.1']), Access.extAuthz('oauth')], accessScope: AccessScope.everyHost('no other app has routes here') });
    new IngressRoute(shop, 'second', { gateway, hosts: ['open.example.com'], rules });
    const policies = synth(app).filter(o => o.kind === 'AuthorizationPolicy');
    for (const { metadata, spec } of policies) {
      expect(metadata.annotations).toEqual({ 'cdk8s-istio/every-host-reason': 'no other app has routes here' });
      expect(spec.rules[0].to[0].operation).toEqual({ hosts: ['*'], notHosts: ['open.example.com', 'open.example.com:*'], ports: ['80'] });
    }
    expect(policies).toHaveLength(2);
  });

  test('by tokens for any audience keeps the reasons, each once', () => {
    const any = (by: string, reason: string) => Access.jwtForAnyAudience(reason, { issuer: by, jwksUri: `${by}/keys` });
    const { app } = routed({ access: [Access.anyOf([any('https://a.test', 'one service'), any('https://b.test', 'no audiences'), any('https://c.test', 'one service')])] });
    const policy = find(synth(app), 'AuthorizationPolicy');
    expect(policy.metadata.annotations).toEqual({ 'cdk8s-istio/any-audience-reason': 'one service; no audiences' });
    expect(policy.spec.rules.map((rule: any) => rule.when)).toEqual([[{ key: 'request.auth.claims[iss]', notValues: ['https://a.test', 'https://b.test', 'https://c.test'] }]]);
  });

  test('two routes may ask for different tokens of one issuer', () => {
    const { app, shop, gateway } = routed({ access: [jwt()] });
    new IngressRoute(shop, 'second', { gateway, hosts: ['b.example.com'], rules, access: [jwt({ audiences: ['billing'] })] });
    expect(synth(app).filter(o => o.kind === 'RequestAuthentication')).toHaveLength(2);
  });

  test.each<{ when: string; props: Partial<IngressRouteProps>; message: string }>([
    { when: 'nobody is named', props: { access: [] }, message: '[AccessEmpty] shop/route: access is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'no addresses are named', props: { access: [jwt(), Access.ipBlocks([])] }, message: '[AccessEmpty] shop/route: access[1] is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'there are no alternatives', props: { access: [Access.anyOf([])] }, message: '[AccessEmpty] shop/route: access[0] is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'an alternative has no addresses', props: { access: [Access.anyOf([jwt(), Access.remoteIpBlocks([])])] }, message: '[AccessEmpty] shop/route: access[0].alternatives[1] is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'nothing is denied', props: { deny: [] }, message: '[AccessEmpty] shop/route: deny is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'no path is open', props: { access: [jwt()], openPaths: [] }, message: '[AccessEmpty] shop/route: openPaths is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'it is for no audience', props: { access: [jwt({ audiences: [] })] }, message: '[AccessEmpty] shop/route: access[0].audiences is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'no claims are asked', props: { access: [jwt({ claims: [] })] }, message: '[AccessEmpty] shop/route: access[0].claims is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'a claim has no value', props: { access: [jwt({ claims: [ClaimMatch.oneOf('role', [])] })] }, message: '[AccessEmpty] shop/route: access[0].claims[0] is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'the route is for every host', props: { hosts: ['*'], access: [jwt()] }, message: '[AccessForEveryHost] shop/route: hosts is "*"; allowed: names and wildcards such as *.example.com, together with `access`; fix: list the hosts: a policy for every host would also apply to other routes through the same pods; if that is intended, set accessScope to AccessScope.everyHost with the reason' },
    { when: 'it is for every host without a reason', props: { hosts: ['*'], access: [jwt()], accessScope: AccessScope.everyHost(' ') }, message: '[ReasonMissing] shop/route: accessScope is " "; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
    { when: 'it is for every host and the route is not', props: { access: [jwt()], accessScope: AccessScope.everyHost('alone') }, message: '[RuleOptionUnused] shop/route: accessScope is "alone"; allowed: `accessScope` with host * and `access` by tokens, addresses or an authorizer; fix: leave it out: access is checked only for the hosts of the route' },
    { when: 'nothing is asked of any host', props: { hosts: ['*'], accessScope: AccessScope.everyHost('alone') }, message: '[RuleOptionUnused] shop/route: accessScope is "alone"; allowed: `accessScope` with host * and `access` by tokens, addresses or an authorizer; fix: leave it out: access is checked only for the hosts of the route' },
    { when: 'tokens for any audience have no reason', props: { access: [Access.jwtForAnyAudience('', { issuer: 'https://a.test', jwksUri: 'https://a.test/keys' })] }, message: '[ReasonMissing] shop/route: access[0].reason is ""; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
    { when: 'tokens for any audience have one', props: { access: [Access.jwtForAnyAudience('alone', { issuer: 'https://a.test', jwksUri: 'https://a.test/keys', audiences: ['shop'] })] }, message: '[RuleOptionUnused] shop/route: access[0].audiences is "shop"; allowed: no audiences in Access.jwtForAnyAudience; fix: leave them out, or use Access.jwt' },
    { when: 'alternatives have alternatives', props: { access: [Access.anyOf([jwt(), Access.anyOf([jwt()])])] }, message: '[AccessCannotCombine] shop/route: access[0].alternatives[1] is "anyOf"; allowed: jwt, ipBlocks, remoteIpBlocks; fix: list its alternatives here' },
    { when: 'an authorizer outside is an alternative', props: { access: [Access.anyOf([Access.extAuthz('x')])] }, message: '[AccessCannotCombine] shop/route: access[0].alternatives[0] is "extAuthz"; allowed: jwt, ipBlocks, remoteIpBlocks; fix: implement the alternatives in the authorizer' },
    { when: 'alternatives differ in too much', props: { access: [Access.anyOf([...Array.from({ length: 8 }, (_, i) => jwt({ audiences: [`shop-${i}`], claims: [ClaimMatch.oneOf('role', [`role-${i}`])] }))])] }, message: '[AccessTooComplex] shop/route: access[0] is "8 alternatives"; allowed: alternatives that need at most 256 rules; each one that differs from others of its issuer in two claims can double the number; fix: distinguish tokens of one issuer by only one claim, or use an authorizer with Access.extAuthz' },
    { when: 'an address is none', props: { access: [Access.ipBlocks(['10.0.0.0/8', '10.0.0.0/33'])] }, message: '[AddressInvalid] shop/route: access[0][1] is "10.0.0.0/33"; allowed: an IP address or a CIDR block; fix: correct the address' },
    { when: 'a certificate is an alternative', props: { access: [Access.anyOf([jwt(), Access.mtls(['a.test'])])] }, message: '[AccessCannotCombine] shop/route: access[0].alternatives[1] is "mtls"; allowed: jwt, ipBlocks, remoteIpBlocks; fix: add it to `access` as a separate condition' },
    { when: 'nothing asks for certificates', props: { access: [Access.mtls(['a.test'])] }, message: '[AccessNotEnforceable] shop/route: access[0] is "a route that port 80 serves"; allowed: listeners that request client certificates; fix: do not serve the hosts in clear text' },
    { when: 'a certificate has no names', props: { access: [Access.mtls([])] }, message: '[AccessEmpty] shop/route: access[0] is empty; allowed: at least one; fix: list the values, or leave it out' },
    { when: 'no certificate can have a name', props: { access: [Access.mtls(['a.test', 'CN=a.test, O=A'])] }, message: '[SubjectAltNameInvalid] shop/route: access[0][1] is "CN=a.test, O=A"; allowed: a DNS name or a URI; fix: write it as in the certificate, as shown by openssl x509 -noout -ext subjectAltName' },
    { when: 'the issuer is empty', props: { access: [jwt({ issuer: ' ' })] }, message: '[JwtIssuerInvalid] shop/route: access[0].issuer is " "; allowed: the claim `iss` of the tokens; fix: write it exactly as in the tokens' },
    { when: 'the issuer is a wildcard', props: { access: [jwt({ issuer: 'https://*' })] }, message: '[JwtIssuerInvalid] shop/route: access[0].issuer is "https://*"; allowed: the claim `iss` of the tokens; fix: write it exactly as in the tokens' },
    { when: 'tokens for anybody are taken', props: { access: [jwt({ audiences: undefined })] }, message: '[JwtAudienceMissing] shop/route: access[0].audiences is not set; allowed: audiences, or claims that identify the intended recipient; fix: set your own audience: otherwise tokens issued for other services would be accepted; if that is intended, use Access.jwtForAnyAudience with the reason' },
    { when: 'the issuer has no keys', props: { access: [jwt({ jwks: undefined })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is not set; allowed: either jwksUri or jwks; fix: set one of the two' },
    { when: 'the issuer has keys twice', props: { access: [jwt({ jwksUri: 'https://a.test' })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is "https://a.test"; allowed: either jwksUri or jwks; fix: remove one of the two' },
    { when: 'keys come in clear text', props: { access: [jwt({ jwks: undefined, jwksUri: 'http://a.test/keys' })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is "http://a.test/keys"; allowed: an https URL; fix: use https: over clear text, anyone able to intercept the request could supply the keys' },
    { when: 'the place of keys is no URL', props: { access: [jwt({ jwks: undefined, jwksUri: 'keys' })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is "keys"; allowed: an https URL; fix: use https: over clear text, anyone able to intercept the request could supply the keys' },
    { when: 'keys are no JSON', props: { access: [jwt({ jwks: 'keys' })] }, message: '[JwksInvalid] shop/route: access[0].jwks is "keys"; allowed: a JSON Web Key Set: {"keys": [{"kty": ...}]}; fix: copy the set that the issuer publishes at its jwks_uri' },
    { when: 'a key is of no kind', props: { access: [jwt({ jwks: '{"keys":[{"kty":"FOO"}]}' })] }, message: '[JwksInvalid] shop/route: access[0].jwks is "{"kty":"FOO"}"; allowed: RSA keys of at least 1024 bits, EC keys on P-256, P-384 or P-521, and Ed25519 keys, each with a matching `alg`; fix: copy the set that the issuer publishes, and remove other keys: a single unsupported key makes proxies reject the configuration of the whole port' },
    { when: 'the URL of keys has a password', props: { access: [jwt({ jwks: undefined, jwksUri: 'https://shop:secret@login.example.com/keys' })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is "a URL with a user or password"; allowed: a URL without credentials; fix: remove them: anyone who can read the manifest would see them' },
    { when: 'the URL of keys is too long', props: { access: [jwt({ jwks: undefined, jwksUri: `https://login.example.com/${'k'.repeat(2023)}` })] }, message: '[JwksSourceInvalid] shop/route: access[0].jwksUri is "2049 bytes"; allowed: up to 2048 bytes; fix: shorten it, or set the keys in jwks' },
    { when: 'a block of addresses has a zero in front', props: { access: [Access.ipBlocks(['10.0.0.0/08'])] }, message: '[AddressInvalid] shop/route: access[0][0] is "10.0.0.0/08"; allowed: an IP address or a CIDR block; fix: correct the address' },
    { when: 'an address names an interface', props: { access: [Access.ipBlocks(['fe80::1%eth0'])] }, message: '[AddressInvalid] shop/route: access[0][0] is "fe80::1%eth0"; allowed: an IP address or a CIDR block; fix: correct the address' },
    { when: 'keys are one key', props: { access: [jwt({ jwks: '{"kty":"RSA"}' })] }, message: '[JwksInvalid] shop/route: access[0].jwks is "{"kty":"RSA"}"; allowed: a JSON Web Key Set: {"keys": [{"kty": ...}]}; fix: copy the set that the issuer publishes at its jwks_uri' },
    { when: 'a key is private', props: { access: [jwt({ jwks: '{"keys":[{"kty":"RSA","d":"x"}]}' })] }, message: '[JwksInvalid] shop/route: access[0].jwks is "a set with a private key"; allowed: public keys; fix: set the public key instead, and replace the private key if it was published' },
    { when: 'a claim has no name', props: { access: [jwt({ claims: [ClaimMatch.oneOf('', ['x'])] })] }, message: '[ClaimInvalid] shop/route: access[0].claims[0] is ""; allowed: claim names without brackets; fix: correct the name; for a claim within another, use ClaimMatch.nested' },
    { when: 'a claim is written as a path', props: { access: [jwt({ claims: [ClaimMatch.oneOf('a][b', ['x'])] })] }, message: '[ClaimInvalid] shop/route: access[0].claims[0] is "a][b"; allowed: claim names without brackets; fix: correct the name; for a claim within another, use ClaimMatch.nested' },
    { when: 'a claim has a wildcard', props: { access: [jwt({ claims: [ClaimMatch.oneOf('role', ['adm*'])] })] }, message: '[ClaimInvalid] shop/route: access[0].claims[0] is "adm*"; allowed: a string that neither begins nor ends with *; fix: write the whole value; to check only that a claim is present, use ClaimMatch.present' },
    { when: 'an audience is empty', props: { access: [jwt({ audiences: [''] })] }, message: '[ClaimInvalid] shop/route: access[0].audiences[0] is ""; allowed: a string that neither begins nor ends with *; fix: write the whole value; to check only that a claim is present, use ClaimMatch.present' },
    { when: 'the header is no header', props: { access: [jwt({ header: 'x y' })] }, message: '[HeaderInvalid] shop/route: access[0].header is "x y"; allowed: a header name other than Host; fix: correct the name; to change the Host header, use rewrite.authority' },
    { when: 'the authorizer has no name', props: { access: [Access.extAuthz('')] }, message: '[ExtensionProviderInvalid] shop/route: access[0] is ""; allowed: the name of an extension provider of mesh config; fix: set its name' },
    { when: 'it asks two authorizers', props: { access: [Access.extAuthz('a'), Access.extAuthz('b')] }, message: '[ExtAuthzProviderConflict] shop/route: access[1] is "b"; allowed: a, which shop/route uses; fix: use the same authorizer, or use another gateway for the route: Istio supports one authorizer per pod' },
    { when: 'paths are open beside nothing', props: { openPaths: ['/'] }, message: '[RuleOptionUnused] shop/route: openPaths is "/"; allowed: `openPaths` together with `access`; fix: leave it out: everything is open' },
    { when: 'an open path is no path', props: { access: [jwt()], openPaths: ['health'] }, message: '[PathInvalid] shop/route: openPaths[0] is "health"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
    { when: 'an open path is a prefix', props: { access: [jwt()], openPaths: ['/health', '/public/*'] }, message: '[PathInvalid] shop/route: openPaths[1] is "/public/*"; allowed: a normalized path, without wildcards; fix: write each open path in full' },
    { when: 'it denies nothing in particular', props: { deny: [{}] }, message: '[MatchEmpty] shop/route: deny[0] is {}; allowed: at least one condition; fix: leave out `matches` to match every request' },
  ])('is refused when $when', ({ props, message }) => {
    expectRefusal(() => routed(props), message);
  });

  test.each(KEYS.map((one, i) => [i, one] as const))('takes key %d', (_, one) => {
    expect(() => routed({ access: [jwt({ jwks: JSON.stringify({ keys: [one] }) })] })).not.toThrow();
  });

  test.each(NO_KEYS.map((one, i) => [i, one] as const))('does not take key %d', (_, one) => {
    expect(() => routed({ access: [jwt({ jwks: JSON.stringify({ keys: [key, one] }) })] })).toThrow(/^\[JwksInvalid\] /);
  });

  test.each([[], {}, [{}], [null], [key, {}]].map(keys => JSON.stringify({ keys })))('takes no %s for a set of keys', set => {
    expect(() => routed({ access: [jwt({ jwks: set })] })).toThrow(/^\[JwksInvalid\] .*; allowed: a JSON Web Key Set: /);
  });

  test('by certificate is refused where the listener asks for none', () => {
    const listeners = [IngressListener.https({ hosts, credentialName: 'cert' })];
    expectRefusal(() => ingress({ listeners }, { hosts, rules, access: [Access.mtls(['a.test'])] }),
      '[AccessNotEnforceable] shop/route: access[0] is "a route that port 443 serves"; allowed: listeners that request client certificates; fix: set `clients: ClientCertificates.required()` on the listener');
  });

  test('by certificate is asked by the route itself', () => {
    expect(find(CASES['access by certificate']().manifests(), 'VirtualService').spec.http[1]).toEqual({
      match: [{
        port: 443,
        withoutHeaders: {
          'x-forwarded-client-cert': { regex: expect.stringMatching(/^\(\?:\.\*,\)\?Hash=.*partner\\\.example\\\.com/) },
          ':path': { regex: '(?:/health)(?:\\?.*)?' },
        },
      }],
      directResponse: { status: 403, body: { string: 'access denied' } },
    });
  });

  const from = (jwksUri: string) => ({ jwks: undefined, jwksUri });
  const otherKeys = '[JwtIssuerConflict] shop/second: access[0].issuer is "https://login.example.com"; allowed: the keys that shop/route sets for the issuer; fix: set the same `jwks` or `jwksUri`: Istio would accept tokens signed with either on both routes';

  test.each([
    { what: 'the source of keys', first: jwt(), second: jwt(from('https://login.example.com/keys')), message: otherKeys },
    { what: 'the keys', first: jwt(), second: jwt({ jwks: JSON.stringify({ keys: [{ ...key, kid: '2' }] }) }), message: otherKeys },
    { what: 'the URL of keys', first: jwt(from('https://login.example.com/keys')), second: jwt(from('https://login.example.com/other')), message: otherKeys },
    { what: 'an authorizer', first: Access.extAuthz('a'), second: Access.extAuthz('b'), message: '[ExtAuthzProviderConflict] shop/second: access[0] is "b"; allowed: a, which shop/route uses; fix: use the same authorizer, or use another gateway for the route: Istio supports one authorizer per pod' },
  ])('is refused when another route through the same pods says otherwise about $what', ({ first, second, message }) => {
    const { shop, gateway } = routed({ access: [first] });
    expectRefusal(() => new IngressRoute(shop, 'second', { gateway, hosts: ['b.example.com'], rules, access: [second] }), message);
  });
});
