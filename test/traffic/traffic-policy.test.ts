import { Duration } from 'cdk8s';
import {
  ConnectionPool, Endpoint, ExternalPort, ExternalServiceProps, HashKey, LoadBalancer, LocalityLoadBalancing, OutlierDetection, Resolution,
  UpstreamTls,
} from '../../src';
import { direct, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find } from '../synth';

const hosts = ['api.example.com'];
const api = { hosts, ports: [ExternalPort.http()] };
const database = { hosts, ports: [ExternalPort.tcp({ number: 5432 })], addresses: ['192.0.2.1'] };
const resolution = Resolution.endpoints([
  Endpoint.ip('192.0.2.1', { locality: 'eu/west', labels: { site: 'main' } }), Endpoint.ip('192.0.2.2', { locality: 'us/east', labels: { site: 'spare' } }),
]);
const outlierDetection: OutlierDetection = { consecutiveServerErrors: 3 };

const policyOf = (service: Partial<ExternalServiceProps>) => find(routed({ ...api, ...service }).manifests(), 'DestinationRule').spec.trafficPolicy;

describe('traffic policies of an external service', () => {
  test('are for the gateway where a route leads there', () => {
    const rule = find(routed({ ...api, outlierDetection }).manifests(), 'DestinationRule');
    expect(rule.metadata).toMatchObject({ name: 'egress-api-example-com-policy', namespace: 'istio-system' });
    expect(rule.spec).toEqual({
      host: 'api.example.com',
      exportTo: ['.'],
      workloadSelector: { matchLabels: { app: 'istio-egressgateway', istio: 'egressgateway' } },
      trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 100 } },
    });
  });

  test('are for the sidecars of the namespace where it is direct', () => {
    const rule = find(direct({ ...api, outlierDetection }).manifests(), 'DestinationRule');
    expect(rule.metadata).toMatchObject({ name: 'api-example-com-policy', namespace: 'shop' });
    expect(rule.spec).toEqual({ host: 'api.example.com', exportTo: ['.'], trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 100 } } });
  });

  test('stand beside TLS in the settings of each port, which alone count there', () => {
    const ports = [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 })];
    expect(policyOf({ ports, outlierDetection })).toEqual({
      outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 100 },
      portLevelSettings: [{ port: { number: 80 }, outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 100 }, tls: { mode: 'SIMPLE', caCertificates: 'system' } }],
    });
    expect(policyOf({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple() })], outlierDetection }).outlierDetection).toBeUndefined();
  });

  test.each<[string, ConnectionPool, object]>([
    ['connections', { maxConnections: 10, connectTimeout: Duration.millis(1500), maxConnectionDuration: Duration.minutes(5) }, { tcp: { maxConnections: 10, connectTimeout: '1.5s', maxConnectionDuration: '300s' } }],
    ['keep-alive', { tcpKeepalive: { time: Duration.minutes(5), interval: Duration.seconds(30), probes: 3 } }, { tcp: { tcpKeepalive: { time: '300s', interval: '30s', probes: 3 } } }],
    ['requests', { http1MaxPendingRequests: 1, http2MaxRequests: 2, maxRequestsPerConnection: 3, maxRetries: 4, maxConcurrentStreams: 5, idleTimeout: Duration.minutes(1) }, { http: { http1MaxPendingRequests: 1, http2MaxRequests: 2, maxRequestsPerConnection: 3, maxRetries: 4, maxConcurrentStreams: 5, idleTimeout: '60s' } }],
  ])('a connection pool: %s', (_, connectionPool, wanted) => {
    expect(policyOf({ connectionPool })).toEqual({ connectionPool: wanted });
  });

  test.each<[string, OutlierDetection, object]>([
    ['gateway errors, and no others', { consecutiveGatewayErrors: 2 }, { consecutive5xxErrors: 0, consecutiveGatewayErrors: 2, maxEjectionPercent: 100 }],
    ['failures to connect', { consecutiveLocalOriginFailures: 2 }, { consecutive5xxErrors: 0, consecutiveLocalOriginFailures: 2, splitExternalLocalOriginErrors: true, maxEjectionPercent: 100 }],
    [
      'all options',
      { consecutiveServerErrors: 1, interval: Duration.millis(50), baseEjectionTime: Duration.hours(1), maxEjectionPercent: 50, minHealthPercent: 2 },
      { consecutive5xxErrors: 1, interval: '0.05s', baseEjectionTime: '3600s', maxEjectionPercent: 50, minHealthPercent: 2 },
    ],
  ])('outlier detection: %s', (_, detection, wanted) => {
    expect(policyOf({ outlierDetection: detection })).toEqual({ outlierDetection: wanted });
  });

  test.each<[string, LoadBalancer, object]>([
    ['least request', LoadBalancer.leastRequest({ warmup: Duration.seconds(30) }), { simple: 'LEAST_REQUEST', warmup: { duration: '30s' } }],
    ['round robin', LoadBalancer.roundRobin(), { simple: 'ROUND_ROBIN' }],
    ['random', LoadBalancer.random({ locality: LocalityLoadBalancing.disabled() }), { simple: 'RANDOM', localityLbSetting: { enabled: false } }],
    ['by header', LoadBalancer.consistentHash(HashKey.header('x-user')), { consistentHash: { httpHeaderName: 'x-user' } }],
    ['by cookie of the session', LoadBalancer.consistentHash(HashKey.cookie({ name: 'user' })), { consistentHash: { httpCookie: { name: 'user', ttl: '0s' } } }],
    ['by cookie', LoadBalancer.consistentHash(HashKey.cookie({ name: 'user', path: '/', ttl: Duration.hours(1) })), { consistentHash: { httpCookie: { name: 'user', path: '/', ttl: '3600s' } } }],
    ['by parameter', LoadBalancer.consistentHash(HashKey.queryParam('user')), { consistentHash: { httpQueryParameterName: 'user' } }],
    ['by address', LoadBalancer.consistentHash(HashKey.sourceAddress()), { consistentHash: { useSourceIp: true } }],
    ['failover', LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failover({ eu: 'us' }) }), { simple: 'LEAST_REQUEST', localityLbSetting: { enabled: true, failover: [{ from: 'eu', to: 'us' }] } }],
    ['nearest', LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failover() }), { simple: 'LEAST_REQUEST', localityLbSetting: { enabled: true } }],
    ['priority', LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failoverPriority(['site=main']) }), { simple: 'LEAST_REQUEST', localityLbSetting: { enabled: true, failoverPriority: ['site=main'] } }],
    ['shares', LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.distribute({ '*': { 'eu/*': 80, 'us/*': 20 } }) }), { simple: 'LEAST_REQUEST', localityLbSetting: { enabled: true, distribute: [{ from: '*', to: { 'eu/*': 80, 'us/*': 20 } }] } }],
    [
      'the narrower locality first',
      LoadBalancer.random({ locality: LocalityLoadBalancing.distribute({ '*': { us: 100 }, 'us/*': { us: 100 }, 'eu/*': { us: 100 }, 'eu/a': { eu: 100 } }) }),
      { simple: 'RANDOM', localityLbSetting: { enabled: true, distribute: [{ from: 'eu/a', to: { eu: 100 } }, { from: 'eu/*', to: { us: 100 } }, { from: 'us/*', to: { us: 100 } }, { from: '*', to: { us: 100 } }] } },
    ],
  ])('a load balancer: %s', (_, loadBalancer, wanted) => {
    expect(policyOf({ loadBalancer, outlierDetection, resolution })).toMatchObject({ loadBalancer: wanted });
  });
});

describe('traffic policies › refusals', () => {
  const balanced = (loadBalancer: LoadBalancer): Partial<ExternalServiceProps> => ({ loadBalancer, outlierDetection, resolution });
  const local = (locality: LocalityLoadBalancing) => balanced(LoadBalancer.leastRequest({ locality }));

  test.each<[string, Partial<ExternalServiceProps>, string]>([
    ['an empty pool', { connectionPool: {} }, '[TrafficPolicyUnused] shop/service: connectionPool is {}; allowed: at least one option; fix: set an option, or leave it out'],
    ['an empty keep-alive', { connectionPool: { tcpKeepalive: {} } }, '[TrafficPolicyUnused] shop/service: connectionPool.tcpKeepalive is {}; allowed: at least one option; fix: set an option, or leave it out'],
    ['a limit of nothing', { connectionPool: { maxConnections: 0 } }, '[TrafficPolicyInvalid] shop/service: connectionPool.maxConnections is 0; allowed: a whole number from 1; fix: correct the number, or leave it out'],
    ['parts of a second', { connectionPool: { tcpKeepalive: { time: Duration.millis(1500) } } }, '[TrafficPolicyInvalid] shop/service: connectionPool.tcpKeepalive.time is "1500 ms"; allowed: whole seconds from 1; fix: correct the duration, or leave it out'],
    ['a longer keep-alive than Linux takes', { connectionPool: { tcpKeepalive: { time: Duration.seconds(32768) } } }, '[TrafficPolicyInvalid] shop/service: connectionPool.tcpKeepalive.time is "32768000 ms"; allowed: whole seconds from 1 to 32767; fix: correct the duration, or leave it out'],
    ['a longer pause of keep-alive', { connectionPool: { tcpKeepalive: { interval: Duration.seconds(32768) } } }, '[TrafficPolicyInvalid] shop/service: connectionPool.tcpKeepalive.interval is "32768000 ms"; allowed: whole seconds from 1 to 32767; fix: correct the duration, or leave it out'],
    ['more probes than Linux takes', { connectionPool: { tcpKeepalive: { probes: 128 } } }, '[TrafficPolicyInvalid] shop/service: connectionPool.tcpKeepalive.probes is 128; allowed: a whole number from 1 to 127; fix: correct the number, or leave it out'],
    ['a count above 31 bits', { connectionPool: { maxConnections: 2 ** 31 } }, '[TrafficPolicyInvalid] shop/service: connectionPool.maxConnections is 2147483648; allowed: a whole number from 1 to 2147483647; fix: correct the number, or leave it out'],
    ['a duration that Envoy does not read', { connectionPool: { connectTimeout: Duration.millis(9_223_372_035_001) } }, '[TimeoutInvalid] shop/service: connectionPool.connectTimeout is "9223372035001 ms"; allowed: whole milliseconds up to 9223372035000; fix: round it'],
    ['a locality twice', local(LocalityLoadBalancing.distribute({ 'eu/*': { eu: 100 }, 'eu': { eu: 100 } })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute is "eu"; allowed: localities that eu/* does not cover; fix: leave out one of the two'],
    ['a share within another', local(LocalityLoadBalancing.distribute({ '*': { 'eu': 50, 'eu/a': 50 } })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute[*] is "eu/a"; allowed: localities that eu does not cover; fix: leave out one of the two'],
    ['a share around another', local(LocalityLoadBalancing.distribute({ '*': { 'eu/a': 50, 'eu': 50 } })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute[*] is "eu/a"; allowed: localities that eu does not cover; fix: leave out one of the two'],
    ['a wildcard in the middle', local(LocalityLoadBalancing.distribute({ 'eu/*/b': { eu: 100 } })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute is "eu/*/b"; allowed: region, region/zone or region/zone/subzone, optionally with `*` as the last part; fix: correct the locality'],
    ['requests where none are read', { ...database, connectionPool: { maxRetries: 1 } }, '[TrafficPolicyUnused] shop/service: connectionPool.maxRetries is "set"; allowed: only maxConnections, connectTimeout, maxConnectionDuration and tcpKeepalive if no port is HTTP; fix: leave it out: the proxy reads no requests on these ports'],
    ['detection of nothing', { outlierDetection: { maxEjectionPercent: 50 } }, '[TrafficPolicyUnused] shop/service: outlierDetection is {"maxEjectionPercent":50}; allowed: one of consecutiveServerErrors, consecutiveGatewayErrors, consecutiveLocalOriginFailures; fix: set the number of failures after which an endpoint is ejected'],
    ['more than all', { outlierDetection: { consecutiveServerErrors: 1, maxEjectionPercent: 101 } }, '[TrafficPolicyInvalid] shop/service: outlierDetection.maxEjectionPercent is 101; allowed: a whole number from 1 to 100; fix: correct the number, or leave it out'],
    ['warmup of a part of a second', balanced(LoadBalancer.consistentHash(HashKey.sourceAddress(), { warmup: Duration.millis(1) })), '[TrafficPolicyUnused] shop/service: loadBalancer.warmup is "0.001 s"; allowed: warmup only with roundRobin and leastRequest; fix: leave it out'],
    ['warmup of a hash', balanced(LoadBalancer.consistentHash(HashKey.sourceAddress(), { warmup: Duration.seconds(5) })), '[TrafficPolicyUnused] shop/service: loadBalancer.warmup is "5 s"; allowed: warmup only with roundRobin and leastRequest; fix: leave it out'],
    ['a header where none is read', { ...database, loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')) }, '[TrafficPolicyUnused] shop/service: loadBalancer.key is "x-user"; allowed: HashKey.sourceAddress() if no port is HTTP; fix: use it, or another load balancer: the proxy reads no requests on these ports'],
    ['a cookie without name', balanced(LoadBalancer.consistentHash(HashKey.cookie({ name: '' }))), '[TrafficPolicyInvalid] shop/service: loadBalancer.key.name is ""; allowed: the name of a cookie: a token without spaces; fix: set the name'],
    ['a parameter without name', balanced(LoadBalancer.consistentHash(HashKey.queryParam(''))), '[TrafficPolicyInvalid] shop/service: loadBalancer.key is ""; allowed: the name of a parameter; fix: set the name'],
    ['a header that is none', balanced(LoadBalancer.consistentHash(HashKey.header('x user'))), '[HeaderInvalid] shop/service: loadBalancer.key is "x user"; allowed: a header name other than Host; fix: correct the name; to change the Host header, use rewrite.authority'],
    ['failover without detection', { resolution, loadBalancer: LoadBalancer.random({ locality: LocalityLoadBalancing.failover() }) }, '[FailoverWithoutOutlierDetection] shop/service: loadBalancer.locality is "failover"; allowed: failover together with outlierDetection; fix: set outlierDetection, for example with consecutiveServerErrors of 5'],
    ['failover to a zone', local(LocalityLoadBalancing.failover({ eu: 'us/east' })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.failover[eu] is "us/east"; allowed: a region, without zone or `*`; fix: write only the region'],
    ['failover to itself', local(LocalityLoadBalancing.failover({ eu: 'eu' })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.failover[eu] is "eu"; allowed: another region; fix: set the region to use when this one fails'],
    ['no priority', local(LocalityLoadBalancing.failoverPriority([])), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.failoverPriority is empty; allowed: labels, as `key` or `key=value`; fix: list at least one label'],
    ['no shares', local(LocalityLoadBalancing.distribute({})), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute is {}; allowed: shares of at least one locality; fix: set the shares'],
    ['shares of more than all', local(LocalityLoadBalancing.distribute({ eu: { eu: 80, us: 30 } })), '[TrafficPolicyInvalid] shop/service: loadBalancer.locality.distribute[eu] is {"eu":80,"us":30}; allowed: whole numbers from 1 with a sum of 100; fix: correct the shares'],
    ['a choice where there is none', { resolution: Resolution.dnsRoundRobin(), loadBalancer: LoadBalancer.random() }, '[TrafficPolicyUnused] shop/service: loadBalancer is "a load balancer with DNS_ROUND_ROBIN"; allowed: Resolution.dns() and Resolution.endpoints(), which give the proxy a choice; fix: leave it out, or use another resolution'],
    ['endpoints that are nowhere', { outlierDetection, loadBalancer: LoadBalancer.random({ locality: LocalityLoadBalancing.failover() }) }, '[LocalityUnknown] shop/service: loadBalancer.locality is "endpoints without locality"; allowed: endpoints with `locality`; fix: set the locality of each endpoint, an option of Endpoint.ip'],
    ['endpoints without labels', { outlierDetection, loadBalancer: LoadBalancer.random({ locality: LocalityLoadBalancing.failoverPriority(['site=main']) }) }, '[LocalityUnknown] shop/service: loadBalancer.locality is "endpoints without labels"; allowed: endpoints with `labels`; fix: label each endpoint, by an option of Endpoint.ip'],
  ])('%s', (_, service, message) => {
    expectRefusal(() => routed({ ...api, ...service }), message);
  });
});
