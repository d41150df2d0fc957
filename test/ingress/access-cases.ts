import { Access, AccessScope, ClaimMatch, ClientCertificates, Destination, IngressListener, PathMatch, PlainHttp, RouteAction, StringMatch } from '../../src';
import { ingress } from '../fixtures';

const hosts = ['shop.example.com'];
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const listening = (plainHttp?: PlainHttp) => ({ listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', plainHttp })] });
const issuer = 'https://login.example.com';
const jwks = JSON.stringify({
  keys: [{ kty: 'EC', kid: '1', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' }],
});

/** Each way to say who may enter, once. */
export const ACCESS = {
  'access by token': () => ingress(listening(), { hosts, rules, access: [Access.jwt({ issuer, jwks, audiences: ['shop'] })], openPaths: ['/health'] }),
  'access by one of several': () => ingress({}, {
    hosts: ['*.example.com'],
    rules,
    access: [
      Access.anyOf([
        Access.jwt({ issuer, jwks, audiences: ['shop'], claims: [ClaimMatch.nested(['realm_access', 'roles'], ['buyer'])] }),
        Access.jwt({ issuer: 'https://partner.example.com/', jwksUri: 'https://partner.example.com/keys', claims: [ClaimMatch.present('sub')], header: 'X-Partner' }),
        Access.ipBlocks(['10.0.0.0/8', '2001:db8::1']),
      ]),
      Access.remoteIpBlocks(['203.0.113.0/24']),
    ],
  }),
  'access by token for any audience': () => ingress(listening(), { hosts, rules, access: [Access.jwtForAnyAudience('the issuer serves this shop alone', { issuer, jwks })] }),
  'access to every host': () => ingress({}, { hosts: ['*'], rules, access: [Access.ipBlocks(['10.0.0.0/8'])], accessScope: AccessScope.everyHost('no other app has routes here') }),
  'access by an authorizer outside': () => ingress(listening(PlainHttp.serve()), { hosts, rules, access: [Access.extAuthz('oauth2-proxy')] }),
  'access by certificate': () => ingress(
    { listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', clients: ClientCertificates.required() })] },
    { hosts, rules, access: [Access.mtls(['partner.example.com', 'spiffe://partner/shop'])], openPaths: ['/health'] },
  ),
  'access to what pages of other origins call': () => ingress(listening(), {
    hosts,
    rules: [{ ...rules[0], cors: { allowOrigins: [StringMatch.exact('https://app.example.com')] } }],
    access: [Access.ipBlocks(['10.0.0.0/8']), Access.extAuthz('oauth2-proxy')],
  }),
  'requests denied': () => ingress({}, { hosts, rules, deny: [{ path: PathMatch.prefix('/admin') }, { methods: ['TRACE'] }] }),
};
