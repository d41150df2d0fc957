import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { CASES } from './cases';
import {
  AccessLogging, Caller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayTelemetry, GatewayWorkload, HeaderMatch, PathMatch,
  Resolution, RouteAction,
} from '../../src';
import { ambientMesh, atWaypoint, mesh } from '../fixtures';
import { find, Manifest, synth } from '../synth';

const originated = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const everything = Object.entries(CASES).map(([name, make]) => [name, () => synth(make().app, { set: `waypoint › ${name}` })] as const);
const kinds = (objects: Manifest[], ...names: string[]) => objects.filter(({ kind }) => names.includes(kind));

describe('an egress gateway on a waypoint', () => {
  test('is a Gateway and a default deny', () => {
    const { app, egress } = ambientMesh();
    expect(synth(app, { admissible: false })).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata:
        annotations:
          proxy.istio.io/config: '{"proxyHeaders":{"attemptCount":{"disabled":true},"envoyDebugHeaders":{"disabled":true}}}'
        labels:
          istio.io/waypoint-for: service
        name: waypoint
        namespace: istio-egress
      spec:
        gatewayClassName: istio-waypoint
        listeners:
          - allowedRoutes:
              namespaces:
                from: Same
            name: mesh
            port: 15008
            protocol: HBONE
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-undeclared
        namespace: istio-egress
      spec:
        action: ALLOW
        targetRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: waypoint
    `);
    expect(egress.managedGateway!.kind).toBe('Gateway');
    expect(ApiObject.of(egress)).toBe(egress.managedGateway);
    const { gateway, legOneHost, legOneServiceEntry, legOneDestinationRule } = egress;
    expect([gateway, legOneHost, legOneServiceEntry, legOneDestinationRule].filter(Boolean)).toEqual([]);
  });

  test('that is there already is a default deny', () => {
    const workload = GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress', existing: true });
    const { app, egress } = ambientMesh({}, { workload, metadata: { name: 'shared' } });
    expect(synth(app, { admissible: false })).toMatchInlineSnapshot(`
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: shared-undeclared
        namespace: istio-egress
      spec:
        action: ALLOW
        targetRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: waypoint
    `);
    expect(egress.managedGateway).toBeUndefined();
    expect(ApiObject.of(egress)).toBe(egress.undeclaredPolicy);
  });

  test('lets its pods read Secrets once a route has a client certificate, and no longer', () => {
    const { app, egress, shop } = CASES['mutual origination']() as ReturnType<typeof atWaypoint>;
    expect(kinds(synth(app), 'Role', 'RoleBinding')).toMatchInlineSnapshot(`
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata:
        name: egress-secrets
        namespace: istio-egress
      rules:
        - apiGroups:
            - ""
          resources:
            - secrets
          verbs:
            - get
            - list
            - watch
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: egress-secrets
        namespace: istio-egress
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: Role
        name: egress-secrets
      subjects:
        - kind: ServiceAccount
          name: waypoint
          namespace: istio-egress
    `);
    expect(egress.parts.map(({ kind }) => kind)).toEqual(['Gateway', 'AuthorizationPolicy', 'Role', 'RoleBinding']);
    shop.node.tryRemoveChild('route');
    shop.node.tryRemoveChild('service');
    expect(kinds(synth(app, { admissible: false }), 'Role', 'RoleBinding')).toEqual([]);
  });

  test('of another app is given them by each app that has such a route', () => {
    const objects = synth(CASES['mutual origination through a waypoint of another app']().app);
    const { metadata: { name, namespace } } = find(objects, 'Role');
    expect([name, namespace]).toEqual([expect.stringMatching(/^platform-shared-secrets-role-/), 'istio-egress']);
    expect(find(objects, 'RoleBinding')).toMatchObject({ metadata: { name, namespace }, roleRef: { name }, subjects: [{ name: 'shared' }] });
  });

  test('logs what it is told to log, by the name of its Gateway', () => {
    const { app, platform } = ambientMesh();
    const workload = GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' });
    new GatewayTelemetry(platform, 'logs', { workload, accessLogging: AccessLogging.matching('response.code >= 400') });
    expect(find(synth(app, { admissible: false }), 'Telemetry')).toMatchObject({
      metadata: { name: 'waypoint-telemetry', namespace: 'istio-egress' }, spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }] },
    });
  });

  test('has the name of its Gateway for its Service', () => {
    expect(GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }).workloadService).toBe('waypoint');
  });
});

describe('a route through a waypoint', () => {
  test('puts everything into the namespace of the waypoint', () => {
    const { manifests, service, route } = atWaypoint(originated);
    expect(manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        labels:
          istio.io/use-waypoint: waypoint
        name: egress-api-example-com
        namespace: istio-egress
      spec:
        exportTo:
          - "."
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: http-80
            number: 80
            protocol: HTTP
            targetPort: 443
        resolution: DNS
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: egress-api-example-com-80
        namespace: istio-egress
      spec:
        parentRefs:
          - group: networking.istio.io
            kind: ServiceEntry
            name: egress-api-example-com
            port: 80
        rules:
          - backendRefs:
              - group: networking.istio.io
                kind: Hostname
                name: api.example.com
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-envoy-attempt-count
                    - x-envoy-decorator-operation
                    - x-envoy-expected-rq-timeout-ms
                    - x-envoy-external-address
                    - x-envoy-peer-metadata
                    - x-envoy-peer-metadata-id
                    - x-forwarded-client-cert
                    - x-forwarded-for
                    - x-forwarded-proto
                    - x-request-id
                type: RequestHeaderModifier
            matches:
              - path:
                  type: PathPrefix
                  value: /
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-callers
        namespace: istio-egress
      spec:
        action: ALLOW
        rules:
          - from:
              - source:
                  namespaces:
                    - shop
            to:
              - operation:
                  hosts:
                    - api.example.com
                    - api.example.com:*
                  ports:
                    - "80"
        targetRefs:
          - group: networking.istio.io
            kind: ServiceEntry
            name: egress-api-example-com
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-api-example-com-tls
        namespace: istio-egress
      spec:
        exportTo:
          - istio-egress
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                caCertificates: system
                mode: SIMPLE
    `);
    expect(ApiObject.of(route)).toBe(route.httpRoutes[0]);
    expect(ApiObject.of(service)).toBe(service.serviceEntry);
  });

  test('differs from one for sidecars in a single line', () => {
    const first = (workload: GatewayWorkload) => {
      const app = new App();
      const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
      const egress = new EgressGateway(platform, 'egress', { workload });
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const api = new ExternalService(shop, 'api', originated);
      new EgressRoute(shop, 'api-route', { service: api, gateway: egress });
      return synth(app).map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
    };
    expect(first(GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' }))).toEqual([
      'Gateway istio-egress/egress',
      'AuthorizationPolicy istio-egress/egress-undeclared',
      'DestinationRule istio-egress/egress-api-example-com-tls',
      'AuthorizationPolicy istio-egress/egress-api-example-com-callers',
      'HTTPRoute istio-egress/egress-api-example-com-80',
      // it opens the way
      'ServiceEntry istio-egress/egress-api-example-com',
    ]);
    expect(first(GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }))).toHaveLength(10);
  });

  test('has a ServiceEntry, a policy and its routes for each host', () => {
    const { app, service } = CASES['several hosts and ports']() as ReturnType<typeof atWaypoint>;
    const objects = synth(app);
    expect(kinds(objects, 'ServiceEntry', 'AuthorizationPolicy', 'HTTPRoute', 'DestinationRule').map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toMatchInlineSnapshot(`
      [
        "AuthorizationPolicy egress-undeclared",
        "DestinationRule egress-a-example-com-tls",
        "DestinationRule egress-b-example-com-tls",
        "AuthorizationPolicy egress-a-example-com-callers",
        "AuthorizationPolicy egress-b-example-com-callers",
        "HTTPRoute egress-a-example-com-80",
        "HTTPRoute egress-a-example-com-8080",
        "HTTPRoute egress-b-example-com-80",
        "HTTPRoute egress-b-example-com-8080",
        "ServiceEntry egress-a-example-com",
        "ServiceEntry egress-b-example-com",
      ]
    `);
    expect(find(objects, 'AuthorizationPolicy', 'egress-a-example-com-callers').spec).toMatchInlineSnapshot(`
      {
        "action": "ALLOW",
        "rules": [
          {
            "from": [
              {
                "source": {
                  "namespaces": [
                    "shop",
                  ],
                },
              },
              {
                "source": {
                  "principals": [
                    "cluster.local/ns/audit/sa/reader",
                  ],
                },
              },
            ],
            "to": [
              {
                "operation": {
                  "hosts": [
                    "a.example.com",
                    "a.example.com:*",
                  ],
                  "ports": [
                    "80",
                    "8080",
                  ],
                },
              },
            ],
          },
          {
            "from": [
              {
                "source": {
                  "namespaces": [
                    "shop",
                  ],
                },
              },
              {
                "source": {
                  "principals": [
                    "cluster.local/ns/audit/sa/reader",
                  ],
                },
              },
            ],
            "to": [
              {
                "operation": {
                  "ports": [
                    "443",
                  ],
                },
              },
            ],
            "when": [
              {
                "key": "connection.sni",
                "values": [
                  "a.example.com",
                ],
              },
            ],
          },
        ],
        "targetRefs": [
          {
            "group": "networking.istio.io",
            "kind": "ServiceEntry",
            "name": "egress-a-example-com",
          },
        ],
      }
    `);
    expect(service.parts.map(({ name }) => name)).toEqual(['egress-a-example-com', 'egress-b-example-com']);
  });

  test('lets names of users stand', () => {
    const { app } = atWaypoint({ ...originated, metadata: { name: 'api', labels: { team: 'shop' } } }, { metadata: { name: 'leaving' } });
    const objects = synth(app);
    expect(find(objects, 'ServiceEntry').metadata).toEqual({ name: 'api', namespace: 'istio-egress', labels: { 'istio.io/use-waypoint': 'waypoint', 'team': 'shop' } });
    expect(find(objects, 'HTTPRoute')).toMatchObject({ metadata: { name: 'leaving' }, spec: { parentRefs: [{ name: 'api' }] } });
    expect(find(objects, 'AuthorizationPolicy', 'egress-api-example-com-callers').spec.targetRefs[0].name).toBe('api');
  });

  test('leaves escape hatches open', () => {
    const { app, service, route } = atWaypoint(originated);
    service.serviceEntry.addJsonPatch(JsonPatch.add('/spec/addresses', ['192.0.2.1']));
    ApiObject.of(route).addJsonPatch(JsonPatch.add('/spec/rules/0/name', 'rest'));
    const objects = synth(app, { admissible: false });
    expect(find(objects, 'ServiceEntry').spec.addresses).toEqual(['192.0.2.1']);
    expect(find(objects, 'HTTPRoute').spec.rules[0].name).toBe('rest');
  });

  test('leaves no trace at the waypoint when it is led through another gateway', () => {
    const { app, shop, service } = atWaypoint({ ...originated, hosts: ['a.example.com', 'b.example.com'] });
    synth(app, { admissible: false });
    shop.node.tryRemoveChild('route');
    const platform = new Chart(app, 'old', { namespace: 'istio-system' });
    const gateway = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });
    new EgressRoute(shop, 'route', { service, gateway });
    const [entry, ...others] = kinds(synth(app, { admissible: false }), 'ServiceEntry').filter(({ metadata: { name } }) => name !== 'egress-leg-1');
    expect(entry.metadata).toEqual({ name: 'shop-service-service-entry-c889bf87', namespace: 'shop' });
    expect(entry.spec.hosts).toEqual(['a.example.com', 'b.example.com']);
    expect(others).toEqual([]);
  });

  test('is applied before the ServiceEntries', () => {
    const { app } = CASES['several hosts and ports']();
    const order = synth(app).map(({ kind }) => kind);
    expect(order.lastIndexOf('HTTPRoute')).toBeLessThan(order.indexOf('ServiceEntry'));
    expect(order.lastIndexOf('AuthorizationPolicy')).toBeLessThan(order.indexOf('ServiceEntry'));
    expect(order.lastIndexOf('DestinationRule')).toBeLessThan(order.indexOf('ServiceEntry'));
  });
});

describe('who may send what through a waypoint', () => {
  const rulesIn = (name: keyof typeof CASES, policy = 'egress-api-example-com-callers') => find(synth(CASES[name]().app), 'AuthorizationPolicy', policy).spec.rules;

  test('is a rule for each match', () => {
    expect(rulesIn('allowed requests')).toMatchInlineSnapshot(`
      [
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "methods": [
                  "GET",
                  "HEAD",
                ],
                "paths": [
                  "/v1",
                  "/v1/*",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
        },
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "paths": [
                  "/health*",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
        },
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
          "when": [
            {
              "key": "request.headers[x-debug]",
              "notValues": [
                "*",
              ],
            },
            {
              "key": "request.headers[x-team]",
              "values": [
                "shop*",
              ],
            },
          ],
        },
      ]
    `);
  });

  test('has its pods write no headers that routes cannot remove, but those that a route keeps', () => {
    const told = (app: App) => (find(synth(app), 'Gateway').metadata.annotations as Record<string, string>)['proxy.istio.io/config'];
    expect(told(atWaypoint(originated, { keepHeaders: ['x-request-id'] }).app)).toBe('{"proxyHeaders":{"attemptCount":{"disabled":true},"envoyDebugHeaders":{"disabled":true}}}');
    expect(told(atWaypoint(originated, { keepHeaders: ['x-envoy-expected-rq-timeout-ms'] }).app)).toBe('{"proxyHeaders":{"attemptCount":{"disabled":true}}}');
  });

  test('is a rule for each list of callers', () => {
    expect(rulesIn('a list of one caller')).toMatchInlineSnapshot(`
      [
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
        },
        {
          "from": [
            {
              "source": {
                "principals": [
                  "cluster.local/ns/audit/sa/reader",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "methods": [
                  "GET",
                ],
                "paths": [
                  "/reports",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
        },
      ]
    `);
  });

  test('is by server name for TLS, and by address for TCP', () => {
    expect(rulesIn('app TLS')).toEqual([{ from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { ports: ['443'] } }], when: [{ key: 'connection.sni', values: ['api.example.com'] }] }]);
    expect(rulesIn('tcp without an address', 'egress-db-example-com-callers')).toEqual([{ from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { ports: ['5432'] } }] }]);
  });

  test('leaves out of a wildcard what has callers of its own', () => {
    const [, wildcard] = kinds(synth(CASES['wildcard beside a name under it']().app), 'AuthorizationPolicy').filter(({ metadata: { name } }) => name.startsWith('egress-'));
    expect(wildcard.spec.rules).toMatchInlineSnapshot(`
      [
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "hosts": [
                  "*.example.com",
                  "*.example.com:80",
                ],
                "notHosts": [
                  "api.example.com",
                  "api.example.com:*",
                ],
                "ports": [
                  "80",
                ],
              },
            },
          ],
        },
        {
          "from": [
            {
              "source": {
                "namespaces": [
                  "shop",
                ],
              },
            },
          ],
          "to": [
            {
              "operation": {
                "ports": [
                  "443",
                ],
              },
            },
          ],
          "when": [
            {
              "key": "connection.sni",
              "notValues": [
                "api.example.com",
              ],
              "values": [
                "*.example.com",
              ],
            },
          ],
        },
      ]
    `);
  });

  test('is left to the routes if no policy can say it', () => {
    const objects = synth(CASES['allowed requests that no policy can say']().app);
    expect(find(objects, 'AuthorizationPolicy', 'egress-api-example-com-callers').spec.rules).toEqual([
      { from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { hosts: ['api.example.com', 'api.example.com:*'], ports: ['80'] } }] },
    ]);
    expect(find(objects, 'VirtualService').spec).toMatchInlineSnapshot(`
      {
        "exportTo": [
          ".",
        ],
        "gateways": [
          "mesh",
        ],
        "hosts": [
          "api.example.com",
        ],
        "http": [
          {
            "headers": {
              "request": {
                "remove": [
                  "x-envoy-attempt-count",
                  "x-envoy-decorator-operation",
                  "x-envoy-expected-rq-timeout-ms",
                  "x-envoy-external-address",
                  "x-envoy-peer-metadata",
                  "x-envoy-peer-metadata-id",
                  "x-forwarded-client-cert",
                  "x-forwarded-for",
                  "x-forwarded-proto",
                  "x-request-id",
                ],
              },
            },
            "match": [
              {
                "port": 80,
                "uri": {
                  "regex": "/v[0-9]+",
                },
              },
            ],
            "route": [
              {
                "destination": {
                  "host": "api.example.com",
                  "port": {
                    "number": 80,
                  },
                },
              },
            ],
          },
          {
            "directResponse": {
              "body": {
                "string": "not allowed by the egress route to api.example.com",
              },
              "status": 403,
            },
            "match": [
              {
                "port": 80,
              },
            ],
          },
        ],
      }
    `);
  });
});

describe('rules at a waypoint', () => {
  test('are HTTPRoutes where these can say them', () => {
    expect(kinds(synth(CASES['rules of HTTPRoutes']().app), 'HTTPRoute', 'VirtualService')).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: egress-api-example-com-80
        namespace: istio-egress
      spec:
        parentRefs:
          - group: networking.istio.io
            kind: ServiceEntry
            name: egress-api-example-com
            port: 80
        rules:
          - backendRefs:
              - group: networking.istio.io
                kind: Hostname
                name: api.example.com
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-envoy-attempt-count
                    - x-envoy-decorator-operation
                    - x-envoy-expected-rq-timeout-ms
                    - x-envoy-external-address
                    - x-envoy-peer-metadata
                    - x-envoy-peer-metadata-id
                    - x-forwarded-client-cert
                    - x-forwarded-for
                    - x-forwarded-proto
                    - x-request-id
                type: RequestHeaderModifier
              - type: URLRewrite
                urlRewrite:
                  path:
                    replacePrefixMatch: /new
                    type: ReplacePrefixMatch
            matches:
              - method: GET
                path:
                  type: PathPrefix
                  value: /old
          - backendRefs:
              - group: networking.istio.io
                kind: Hostname
                name: api.example.com
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-envoy-attempt-count
                    - x-envoy-decorator-operation
                    - x-envoy-expected-rq-timeout-ms
                    - x-envoy-external-address
                    - x-envoy-peer-metadata
                    - x-envoy-peer-metadata-id
                    - x-forwarded-client-cert
                    - x-forwarded-for
                    - x-forwarded-proto
                    - x-request-id
                type: RequestHeaderModifier
              - type: URLRewrite
                urlRewrite:
                  path:
                    replacePrefixMatch: /new
                    type: ReplacePrefixMatch
            matches:
              - method: POST
                path:
                  type: PathPrefix
                  value: /old
          - filters:
              - requestRedirect:
                  path:
                    replaceFullPath: /new
                    type: ReplaceFullPath
                  statusCode: 301
                type: RequestRedirect
            matches:
              - path:
                  type: Exact
                  value: /gone
          - backendRefs:
              - group: networking.istio.io
                kind: Hostname
                name: api.example.com
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-envoy-attempt-count
                    - x-envoy-decorator-operation
                    - x-envoy-expected-rq-timeout-ms
                    - x-envoy-external-address
                    - x-envoy-peer-metadata
                    - x-envoy-peer-metadata-id
                    - x-forwarded-client-cert
                    - x-forwarded-for
                    - x-forwarded-proto
                    - x-request-id
                type: RequestHeaderModifier
              - responseHeaderModifier:
                  set:
                    - name: x-slow
                      value: "yes"
                type: ResponseHeaderModifier
            matches:
              - headers:
                  - name: x-slow
                    type: RegularExpression
                    value: .*
                path:
                  type: PathPrefix
                  value: /
            timeouts:
              request: 1m30s500ms
          - backendRefs:
              - group: networking.istio.io
                kind: Hostname
                name: api.example.com
                port: 80
                weight: 1
            filters:
              - requestHeaderModifier:
                  remove:
                    - x-envoy-attempt-count
                    - x-envoy-decorator-operation
                    - x-envoy-expected-rq-timeout-ms
                    - x-envoy-external-address
                    - x-envoy-peer-metadata
                    - x-envoy-peer-metadata-id
                    - x-forwarded-client-cert
                    - x-forwarded-for
                    - x-forwarded-proto
                    - x-request-id
                type: RequestHeaderModifier
            matches:
              - path:
                  type: PathPrefix
                  value: /
    `);
  });

  test('are a VirtualService where these cannot', () => {
    const objects = synth(CASES['rules of a VirtualService']().app);
    expect(kinds(objects, 'HTTPRoute')).toEqual([]);
    expect(find(objects, 'VirtualService').spec.http.map(({ match, directResponse, retries, route }: any) => ({ match, directResponse, retries, route }))).toMatchInlineSnapshot(`
      [
        {
          "directResponse": {
            "status": 410,
          },
          "match": [
            {
              "port": 80,
              "uri": {
                "exact": "/gone",
              },
            },
          ],
          "retries": undefined,
          "route": undefined,
        },
        {
          "directResponse": undefined,
          "match": [
            {
              "port": 80,
              "uri": {
                "exact": "/flaky",
              },
            },
            {
              "port": 80,
              "uri": {
                "prefix": "/flaky/",
              },
            },
          ],
          "retries": {
            "attempts": 2,
            "retryOn": "gateway-error,reset,connect-failure,refused-stream",
          },
          "route": [
            {
              "destination": {
                "host": "api.example.com",
                "port": {
                  "number": 80,
                },
              },
            },
          ],
        },
        {
          "directResponse": undefined,
          "match": [
            {
              "port": 80,
            },
          ],
          "retries": undefined,
          "route": [
            {
              "destination": {
                "host": "api.example.com",
                "port": {
                  "number": 80,
                },
              },
            },
          ],
        },
      ]
    `);
  });

  test('lead to other hosts by their own names', () => {
    expect(find(synth(CASES['to another host outside']().app), 'HTTPRoute').spec.rules[0]).toMatchInlineSnapshot(`
      {
        "backendRefs": [
          {
            "group": "networking.istio.io",
            "kind": "Hostname",
            "name": "next.example.com",
            "port": 80,
            "weight": 1,
          },
        ],
        "filters": [
          {
            "requestHeaderModifier": {
              "remove": [
                "x-envoy-attempt-count",
                "x-envoy-decorator-operation",
                "x-envoy-expected-rq-timeout-ms",
                "x-envoy-external-address",
                "x-envoy-peer-metadata",
                "x-envoy-peer-metadata-id",
                "x-forwarded-client-cert",
                "x-forwarded-for",
                "x-forwarded-proto",
                "x-request-id",
              ],
            },
            "type": "RequestHeaderModifier",
          },
          {
            "type": "URLRewrite",
            "urlRewrite": {
              "hostname": "next.example.com",
            },
          },
        ],
        "matches": [
          {
            "path": {
              "type": "PathPrefix",
              "value": "/v2",
            },
          },
        ],
      }
    `);
  });

  const exact = { matches: [{ path: PathMatch.exact('/v1/x') }], action: RouteAction.redirect({ path: '/y' }) };
  const prefix = { matches: [{ path: PathMatch.prefix('/v1') }], action: RouteAction.redirect({ path: '/z' }) };
  const exactAmongOthers = { ...exact, matches: [...exact.matches, { path: PathMatch.exact('/v2') }] };
  const regex = { matches: [{ path: PathMatch.regex('/v[0-9]') }], action: RouteAction.redirect({ path: '/r' }) };
  const other = { matches: [{ path: PathMatch.prefix('/other/longer/path') }], action: RouteAction.redirect({ path: '/o' }) };
  test.each([
    ['the more specific comes first', [exact, prefix], 'HTTPRoute'],
    ['the less specific comes first', [prefix, exactAmongOthers], 'VirtualService'],
    ['they share no request', [prefix, other], 'HTTPRoute'],
    // the rule that forwards everything else has a prefix, and would come first
    ['there is an expression', [regex], 'VirtualService'],
  ])('are as written if %s', (_, rules, kind) => {
    const objects = synth(atWaypoint(originated, { rules }).app, { set: `order, ${_}` });
    expect(kinds(objects, 'HTTPRoute', 'VirtualService').map(object => object.kind)).toEqual([kind]);
  });
});

describe('a name under a wildcard at one waypoint', () => {
  const both = (wide: ExternalPort, own: ExternalPort) => {
    const world = atWaypoint({ hosts: ['*.example.com'], ports: [wide], resolution: Resolution.dynamicDns() });
    const named = new ExternalService(world.shop, 'named', { hosts: ['api.example.com'], ports: [own] });
    new EgressRoute(world.shop, 'named-route', { service: named, gateway: world.egress });
    return world;
  };
  const hostsOf = (objects: Manifest[]) => kinds(objects, 'DestinationRule').map(({ spec }) => [spec.host, Boolean(spec.trafficPolicy)]);

  test.each<[string, ExternalPort, ExternalPort, [string, boolean][]]>([
    ['no rule where neither has one', ExternalPort.http(), ExternalPort.http(), []],
    ['no other rule where it has one', ExternalPort.httpToHttps(), ExternalPort.httpToHttps(), [['*.example.com', true], ['api.example.com', true]]],
    ['an empty rule where the wildcard has one', ExternalPort.httpToHttps(), ExternalPort.http(), [['*.example.com', true], ['api.example.com', false]]],
  ])('has %s', (_, wide, own, expected) => {
    expect(hostsOf(synth(both(wide, own).app, { set: `waypoint, a name that has ${_}` })).sort()).toEqual(expected);
  });

  test('has none any more once the wildcard is gone', () => {
    const { app, shop } = both(ExternalPort.httpToHttps(), ExternalPort.http());
    synth(app, { admissible: false });
    shop.node.tryRemoveChild('route');
    shop.node.tryRemoveChild('service');
    expect(hostsOf(synth(app, { admissible: false }))).toEqual([]);
  });

  test('asks for its own Host header, which the wildcard excepts', () => {
    const objects = synth(CASES['wildcard beside a name under it, at one waypoint']().app, { admissible: false });
    const conditions = Object.fromEntries(kinds(objects, 'VirtualService').map(({ spec }) => [spec.hosts[0], spec.http.map(({ match }: any) => match)]));
    expect(conditions).toMatchInlineSnapshot(`
      {
        "*.eu.example.com": [
          [
            {
              "headers": {
                ":authority": {
                  "regex": "(?i)(?:.*\\.eu\\.example\\.com)(?::[0-9]+)?",
                },
              },
              "port": 80,
            },
          ],
        ],
        "*.example.com": [
          [
            {
              "port": 80,
              "withoutHeaders": {
                ":authority": {
                  "regex": "(?i)(?:.*\\.eu\\.example\\.com|api\\.example\\.com)(?::[0-9]+)?",
                },
              },
            },
          ],
        ],
      }
    `);
    expect(find(objects, 'HTTPRoute').spec.rules.map(({ matches }: any) => matches)).toMatchInlineSnapshot(`
      [
        [
          {
            "headers": [
              {
                "name": "Host",
                "type": "RegularExpression",
                "value": "(?i)(?:api\\.example\\.com)(?::[0-9]+)?",
              },
            ],
            "path": {
              "type": "PathPrefix",
              "value": "/",
            },
          },
        ],
      ]
    `);
    expect(kinds(objects, 'AuthorizationPolicy').flatMap(({ spec }) => spec.rules?.map(({ to }: any) => to[0].operation) ?? [])).toMatchInlineSnapshot(`
      [
        {
          "hosts": [
            "*.example.com",
            "*.example.com:80",
          ],
          "notHosts": [
            "*.eu.example.com",
            "*.eu.example.com:80",
            "api.example.com",
            "api.example.com:*",
          ],
          "ports": [
            "80",
          ],
        },
        {
          "ports": [
            "443",
          ],
        },
        {
          "hosts": [
            "api.example.com",
            "api.example.com:*",
          ],
          "ports": [
            "80",
          ],
        },
        {
          "hosts": [
            "*.eu.example.com",
            "*.eu.example.com:80",
          ],
          "ports": [
            "80",
          ],
        },
      ]
    `);
  });

  test('is a VirtualService if a match has all the headers that an HTTPRoute may ask for', () => {
    const route = (count: number) => {
      const headers = Array.from({ length: count }, (_, i) => HeaderMatch.exact(`x-${i}`, 'a'));
      return kinds(synth(atWaypoint(originated, { rules: [{ matches: [{ headers }], action: RouteAction.redirect({ path: '/a' }) }] }).app, { admissible: false }), 'HTTPRoute', 'VirtualService')[0].kind;
    };
    expect([15, 16].map(route)).toEqual(['HTTPRoute', 'VirtualService']);
  });
});

test('sidecars of the app are not told of routes through waypoints', () => {
  const { app, shop } = mesh();
  const before = synth(app, { admissible: false });
  const gateway = new EgressGateway(new Chart(app, 'ambient', { namespace: 'istio-egress' }), 'waypoint', { workload: GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' }) });
  new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', originated), gateway });
  const after = synth(app, { admissible: false });
  expect(before.map(object => after.find(({ kind, metadata: { name } }) => kind === object.kind && name === object.metadata.name))).toEqual(before);
});

describe('at a waypoint', () => {
  type Look = (object: Manifest) => boolean;
  const rule = (complaint: string, concerns: Look, holds: Look, damage: (object: Manifest) => void, of: keyof typeof CASES = 'https origination') => [complaint, concerns, holds, damage, of] as const;
  const isOf = (kind: string): Look => object => object.kind === kind;
  test.each([
    rule('everything of a route is in its namespace', () => true, o => ['istio-egress', 'narrow-egress'].includes(o.metadata.namespace), o => { (o.metadata as any).namespace = 'shop'; }),
    rule('ServiceEntries name it', isOf('ServiceEntry'), o => /^(waypoint|shared|narrow)$/.test((o.metadata.labels as any)?.['istio.io/use-waypoint']), o => { delete (o.metadata as any).labels; }),
    rule('ServiceEntries are hidden from sidecars', isOf('ServiceEntry'), o => o.spec.exportTo.join() === '.', o => { o.spec.exportTo = ['*']; }),
    rule('ServiceEntries have one host', isOf('ServiceEntry'), o => o.spec.hosts.length === 1, o => { o.spec.hosts.push('b'); }),
    rule('no rule has a selector', isOf('DestinationRule'), o => !o.spec.workloadSelector, o => { o.spec.workloadSelector = {}; }),
    rule('no policy has a selector', isOf('AuthorizationPolicy'), o => !o.spec.selector && o.spec.targetRefs?.length === 1, o => { delete o.spec.targetRefs; }),
    rule('no policy denies', isOf('AuthorizationPolicy'), o => o.spec.action === 'ALLOW', o => { o.spec.action = 'DENY'; }),
    rule('every rule of a policy says who and at which port', o => o.kind === 'AuthorizationPolicy' && o.spec.rules, o => o.spec.rules.every((r: any) => r.from?.length && r.to?.[0].operation.ports.length), o => { delete o.spec.rules[0].from; }),
    rule('HTTPRoutes are for one port', isOf('HTTPRoute'), o => o.spec.parentRefs[0].port !== undefined, o => { delete o.spec.parentRefs[0].port; }),
    rule('every match has a path', isOf('HTTPRoute'), o => o.spec.rules.every((r: any) => r.matches.every((m: any) => m.path)), o => { delete o.spec.rules[0].matches[0].path; }),
    rule('what leaves is stripped of headers', isOf('HTTPRoute'), o => o.spec.rules.every((r: any) => !r.backendRefs || r.filters[0].requestHeaderModifier.remove.includes('x-request-id')), o => { delete o.spec.rules[0].filters[0].requestHeaderModifier.remove[9]; }),
  ])('%s', (_, concerns, holds, damage, of) => {
    const looks = everything.flatMap(([name, make]) => make().filter(concerns).map(object => ({ name, kind: object.kind, holds: holds(object) })));
    expect(looks.filter(look => !look.holds)).toEqual([]);
    expect(looks.length).toBeGreaterThan(12);
    const damaged = synth(CASES[of]().app, { admissible: false }).filter(concerns).at(-1)!;
    damage(damaged);
    expect(holds(damaged)).toBe(false);
  });

  test('no host has both an HTTPRoute and a VirtualService', () => {
    for (const [, make] of everything) {
      const objects = make();
      const byRoute = kinds(objects, 'HTTPRoute').map(({ spec }) => spec.parentRefs[0].name);
      const byVirtualService = kinds(objects, 'VirtualService').flatMap(({ spec }) => spec.hosts);
      expect(kinds(objects, 'ServiceEntry').filter(({ metadata: { name }, spec }) => byRoute.includes(name) && byVirtualService.includes(spec.hosts[0]))).toEqual([]);
    }
  });
});

test('every namespace may call by a waypoint, if a reason is given', () => {
  const { app } = atWaypoint({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { callers: [Caller.anyNamespace('public documentation')] });
  const policy = kinds(synth(app, { admissible: false }), 'AuthorizationPolicy').find(({ spec }) => spec.rules)!;
  expect(policy.metadata).toMatchObject({ annotations: { 'cdk8s-istio/any-namespace-reason': 'public documentation' } });
  expect(policy.spec.rules.map((rule: any) => rule.from)).toEqual([[{ source: { principals: ['cluster.local/*'] } }]]);
  expect(() => atWaypoint({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { callers: [Caller.anyNamespace('a reason'), Caller.namespace('shop')] }))
    .toThrow('[CallerCovered]');
});
