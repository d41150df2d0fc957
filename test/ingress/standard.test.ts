import { Duration } from 'cdk8s';
import {
  Access, ClientCertificates, Destination, HeaderMatch, IngressListener, IngressRoute, IngressRouteProps, PathMatch, PathRewrite,
  QueryParamMatch, RouteAction, StringMatch,
} from '../../src';
import { standardIngress } from '../fixtures';

const hosts = ['shop.example.com'];
const web = { action: RouteAction.forward(Destination.service('web', { port: 8080 })) };

describe('ingress by the Gateway API', () => {
  test('https: the objects', () => {
    const listeners = [IngressListener.https({ hosts, credentialName: 'shop-cert' })];
    expect(standardIngress({ listeners }, { hosts, rules: [web] }).manifests()).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata:
        name: public
        namespace: istio-ingress
      spec:
        gatewayClassName: istio
        listeners:
          - allowedRoutes:
              namespaces:
                from: Selector
                selector:
                  matchExpressions:
                    - key: kubernetes.io/metadata.name
                      operator: In
                      values:
                        - shop
            hostname: shop.example.com
            name: https-443-shop-example-com
            port: 443
            protocol: HTTPS
            tls:
              certificateRefs:
                - group: ""
                  kind: Secret
                  name: shop-cert
              mode: Terminate
          - allowedRoutes:
              namespaces:
                from: Selector
                selector:
                  matchExpressions:
                    - key: kubernetes.io/metadata.name
                      operator: In
                      values:
                        - shop
            hostname: shop.example.com
            name: http-80-shop-example-com
            port: 80
            protocol: HTTP
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: shop-route-http-route-c808a952
        namespace: shop
      spec:
        hostnames:
          - shop.example.com
        parentRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: public
            namespace: istio-ingress
            sectionName: https-443-shop-example-com
        rules:
          - backendRefs:
              - group: ""
                kind: Service
                name: web
                port: 8080
                weight: 1
            matches:
              - path:
                  type: PathPrefix
                  value: /
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: shop-route-redirect-c8242597
        namespace: shop
      spec:
        hostnames:
          - shop.example.com
        parentRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: public
            namespace: istio-ingress
            sectionName: http-80-shop-example-com
        rules:
          - filters:
              - requestRedirect:
                  hostname: shop.example.com
                  scheme: https
                  statusCode: 301
                type: RequestRedirect
            matches:
              - path:
                  type: PathPrefix
                  value: /
    `);
  });

  test('rules: the objects', () => {
    const rules = [
      { matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/home', status: 302 }) },
      {
        matches: [{ path: PathMatch.prefix('/api'), methods: ['GET', 'PUT'], headers: [HeaderMatch.prefix('x-version', '2.')], queryParams: [QueryParamMatch.exact('n', '1')] }],
        action: RouteAction.split([Destination.service('api', { port: 80 }).weighted(9), Destination.service('api-next', { port: 80, namespace: 'lab' }).weighted(1)]),
        timeout: Duration.millis(1500),
        rewrite: { path: PathRewrite.prefix('/') },
        requestHeaders: { set: { 'x-from': 'ingress' }, remove: ['x-debug'] },
        responseHeaders: { add: { 'x-served': 'yes' } },
        mirror: { destination: Destination.service('copy', { port: 80, namespace: 'lab' }), percent: 0.5 },
      },
      { matches: [{ path: PathMatch.prefix('/pages') }], ...web, cors: { allowOrigins: [StringMatch.exact('https://example.com')], maxAge: Duration.minutes(1) } },
      web,
    ];
    expect(standardIngress({}, { hosts, rules }).manifests()).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata:
        name: public
        namespace: istio-ingress
      spec:
        gatewayClassName: istio
        listeners:
          - allowedRoutes:
              namespaces:
                from: Selector
                selector:
                  matchExpressions:
                    - key: kubernetes.io/metadata.name
                      operator: In
                      values:
                        - shop
            name: http-80
            port: 80
            protocol: HTTP
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: shop-route-http-route-c808a952
        namespace: shop
      spec:
        hostnames:
          - shop.example.com
        parentRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: public
            namespace: istio-ingress
            sectionName: http-80
        rules:
          - filters:
              - requestRedirect:
                  path:
                    replaceFullPath: /home
                    type: ReplaceFullPath
                  statusCode: 302
                type: RequestRedirect
            matches:
              - path:
                  type: Exact
                  value: /
          - backendRefs:
              - group: ""
                kind: Service
                name: api
                port: 80
                weight: 9
              - group: ""
                kind: Service
                name: api-next
                namespace: lab
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-debug
                  set:
                    - name: x-from
                      value: ingress
                type: RequestHeaderModifier
              - responseHeaderModifier:
                  add:
                    - name: x-served
                      value: "yes"
                type: ResponseHeaderModifier
              - type: URLRewrite
                urlRewrite:
                  path:
                    replacePrefixMatch: /
                    type: ReplacePrefixMatch
              - requestMirror:
                  backendRef:
                    group: ""
                    kind: Service
                    name: copy
                    namespace: lab
                    port: 80
                  fraction:
                    denominator: 1000000
                    numerator: 5000
                type: RequestMirror
            matches:
              - headers:
                  - name: x-version
                    type: RegularExpression
                    value: 2\\..*
                method: GET
                path:
                  type: PathPrefix
                  value: /api
                queryParams:
                  - name: "n"
                    type: Exact
                    value: "1"
            timeouts:
              request: 1s500ms
          - backendRefs:
              - group: ""
                kind: Service
                name: api
                port: 80
                weight: 9
              - group: ""
                kind: Service
                name: api-next
                namespace: lab
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-debug
                  set:
                    - name: x-from
                      value: ingress
                type: RequestHeaderModifier
              - responseHeaderModifier:
                  add:
                    - name: x-served
                      value: "yes"
                type: ResponseHeaderModifier
              - type: URLRewrite
                urlRewrite:
                  path:
                    replacePrefixMatch: /
                    type: ReplacePrefixMatch
              - requestMirror:
                  backendRef:
                    group: ""
                    kind: Service
                    name: copy
                    namespace: lab
                    port: 80
                  fraction:
                    denominator: 1000000
                    numerator: 5000
                type: RequestMirror
            matches:
              - headers:
                  - name: x-version
                    type: RegularExpression
                    value: 2\\..*
                method: PUT
                path:
                  type: PathPrefix
                  value: /api
                queryParams:
                  - name: "n"
                    type: Exact
                    value: "1"
            timeouts:
              request: 1s500ms
          - backendRefs:
              - group: ""
                kind: Service
                name: web
                port: 8080
                weight: 1
            filters:
              - cors:
                  allowOrigins:
                    - https://example.com
                  maxAge: 60
                type: CORS
            matches:
              - path:
                  type: PathPrefix
                  value: /pages
          - backendRefs:
              - group: ""
                kind: Service
                name: web
                port: 8080
                weight: 1
            matches:
              - path:
                  type: PathPrefix
                  value: /
      ---
      apiVersion: gateway.networking.k8s.io/v1beta1
      kind: ReferenceGrant
      metadata:
        name: from-shop-shop-route
        namespace: lab
      spec:
        from:
          - group: gateway.networking.k8s.io
            kind: HTTPRoute
            namespace: shop
        to:
          - group: ""
            kind: Service
            name: api-next
          - group: ""
            kind: Service
            name: copy
    `);
  });

  describe('policies say what routes cannot answer', () => {
    type Made = ReturnType<typeof standardIngress>;
    const rulesOf = (props: Partial<IngressRouteProps>, listeners: IngressListener[], around: (made: Made) => void = () => {}) => {
      const made = standardIngress({ listeners }, { hosts, rules: [web], ...props });
      around(made);
      return made.manifests().filter(({ kind }) => kind === 'AuthorizationPolicy').map(({ metadata, spec }) => {
        expect([metadata.namespace, spec.action, spec.targetRefs[0].name]).toEqual(['istio-ingress', 'DENY', 'public']);
        return spec.rules;
      });
    };
    const secure = (host: string) => IngressListener.https({ hosts: [host], credentialName: `${host.replace('*', 'any')}-cert`, clients: ClientCertificates.required() });
    const here = { hosts: ['shop.example.com', 'shop.example.com:*'], ports: ['443'] };
    const sni = { key: 'connection.sni', values: ['shop.example.com'] };

    test('denied methods and headers, also on open paths', () => {
      const deny = [{ methods: ['DELETE'] }, { headers: [HeaderMatch.absent('x-client')] }];
      expect(rulesOf({ deny, access: [Access.ipBlocks(['192.0.2.1'])], openPaths: ['/health'] }, [secure(hosts[0])])).toEqual([
        [{ to: [{ operation: { ...here, notPaths: ['/health'] } }], when: [sni, { key: 'source.ip', notValues: ['192.0.2.1'] }] }],
        [
          { to: [{ operation: { ...here, methods: ['DELETE'] } }], when: [sni] },
          { to: [{ operation: here }], when: [sni, { key: 'request.headers[x-client]', notValues: ['*'] }] },
        ],
      ]);
    });

    test('names in certificates', () => {
      expect(rulesOf({ access: [Access.mtls(['spiffe://partner/shop'])] }, [secure(hosts[0])])).toEqual([
        [{ to: [{ operation: here }], when: [sni, { key: 'source.principal', notValues: ['partner/shop'] }] }],
      ]);
    });

    test('a wildcard, by its listener alone', () => {
      const blocked = { hosts: ['*.example.com'], access: [Access.ipBlocks(['192.0.2.1'])] };
      const listeners = ['*.example.com', 'own.example.com', '*.other.test'].map(secure);
      const name = ({ shop, gateway }: Made) => { new IngressRoute(shop, 'name', { gateway, hosts: ['open.example.com'], rules: [web] }); };
      expect(rulesOf(blocked, listeners, name)).toEqual([[{
        to: [{ operation: { notHosts: ['open.example.com', 'open.example.com:*'], ports: ['443'] } }],
        when: [{ key: 'connection.sni', values: ['*.example.com'], notValues: ['own.example.com'] }, { key: 'source.ip', notValues: ['192.0.2.1'] }],
      }]]);
    });
  });
});
