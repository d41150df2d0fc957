import { External, Protocol, ServerOptions, external } from './externals';
import { Manifest } from '../synth';

/** The outside of which a set of manifests speaks: a server for each host and port, and the Secrets that gateways name. */
export function internet(objects: readonly Manifest[]): { readonly externals: External[]; readonly fixtures: object[] } {
  const rules = objects.filter(o => o.kind === 'DestinationRule');
  const entries = objects.filter(o => o.kind === 'ServiceEntry' && o.spec.location === 'MESH_EXTERNAL');
  const tlsOf = (host: string, port: number) => rules.filter(o => o.spec.host === host)
    .flatMap(o => o.spec.trafficPolicy?.portLevelSettings ?? []).find((level: any) => level.port.number === port)?.tls;
  const servers = entries.flatMap(({ spec }) => spec.hosts.flatMap((host: string) => spec.ports.flatMap((port: any) => {
    const tls = tlsOf(host, port.number);
    const forwards = rules.some(o => o.spec.host === host && o.spec.subsets?.some((subset: any) => subset.trafficPolicy?.tunnel));
    const options: ServerOptions = {
      certHost: host.replace('*', 'a'),
      name: host,
      certCA: tls?.credentialName && tls.mode === 'SIMPLE' ? 'private' : undefined,
      clientAuth: tls?.mode === 'MUTUAL',
    };
    const endpoints: string[] = (spec.endpoints ?? [{ address: host }]).map(({ address }: any) => address);
    return endpoints.filter(address => !/^[\d.]+$/.test(address)).map(address => ({ address, protocol: forwards ? 'connect' as const : protocolOf(port.protocol, tls), port: port.targetPort ?? port.number, options }));
  })));
  return {
    // a server that stands for many names answers for those that nothing else does
    externals: [...new Map(servers.map(server => [`${server.address}:${server.port}`, server])).values()]
      .sort((a, b) => Number(a.address.startsWith('*')) - Number(b.address.startsWith('*')))
      .map(({ address, protocol, port, options }) => external(address, { [protocol]: port }, options)),
    fixtures: [...rules.flatMap(clientSecrets), ...objects.filter(o => o.kind === 'Gateway' && o.apiVersion.startsWith('networking.istio.io/')).flatMap(serverSecrets), ...objects.flatMap(listenerSecrets)],
  };
}

function protocolOf(protocol: string, tls?: object): Protocol {
  if (protocol === 'TCP') return tls ? 'tls' : 'tcp';
  return tls || protocol === 'TLS' || protocol === 'HTTPS' ? 'https' : 'http';
}

/** One Secret for both: a client certificate, and the authority that signed the server's. */
function clientSecrets({ spec, metadata: { namespace } }: Manifest): object[] {
  return (spec.trafficPolicy?.portLevelSettings ?? []).filter((level: any) => level.tls?.credentialName).map(({ tls }: any) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: tls.credentialName, namespace },
    data: tls.mode === 'SIMPLE' ? { 'ca.crt': '${ca:private}' }
      : { 'tls.crt': '${cert:client:shop.example.com}', 'tls.key': '${key:client:shop.example.com}', 'ca.crt': '${ca:public}' },
  }));
}

/** Those of listeners of the Gateway API. */
function listenerSecrets({ spec, metadata: { namespace } }: Manifest): object[] {
  return (spec?.listeners ?? []).flatMap(({ hostname, tls }: any) => (tls?.certificateRefs ?? []).map(({ name }: any) => ({
    apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data: { 'tls.crt': `\${cert:ingress:${hostname}}`, 'tls.key': `\${key:ingress:${hostname}}`, 'ca.crt': '${ca:client}' },
  })));
}

function serverSecrets({ spec }: Manifest): object[] {
  return spec.servers.filter((server: any) => server.tls?.credentialName).map(({ tls, hosts }: any) => {
    const names = hosts.map((host: string) => host.replace(/^.*\//, '').replace('*', 'a')).join(',');
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: tls.credentialName, namespace: 'istio-ingress' },
      data: { 'tls.crt': `\${cert:ingress:${names}}`, 'tls.key': `\${key:ingress:${names}}`, 'ca.crt': '${ca:client}' },
    };
  });
}
