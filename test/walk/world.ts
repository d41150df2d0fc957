import { parseAllDocuments } from 'yaml';
import { Certificate } from './connection';
import { Proxy, ProxyConfig, proxyOf } from './proxy';
import { Vault } from './upstream';
import { toYaml } from '../mesh/manifests';
import type { External, ExternalPort, Scenario, ServicePort, Workload } from '../mesh/mesh';
import { Manifest } from '../synth';

/** A port that answers. `any` is one that speaks what it hears. */
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly protocol: ExternalPort['protocol'] | NonNullable<ServicePort['serve']> | 'any';
  readonly certificate: Certificate;
  readonly clientAuth: boolean;
}

/** A pod or an external host, at an address. */
export interface Place {
  readonly ip: string;
  readonly workload?: Workload;
  readonly servers: readonly Server[];
  /** Its name, if it answers on all ports. */
  readonly anyServer?: string;
}

/** What the proxies and the question are surrounded by. */
export interface World {
  /** Where a connection to an address comes out: Services lead to pods. */
  at(ip: string, port: number): { readonly place?: Place; readonly port: number };
  lookUp(name: string): string | undefined;
  workload(name: string): Place | undefined;
  proxy(workload: string): Proxy;
  vault(workload: Workload | undefined): Vault;
}

export interface Surroundings extends Pick<Scenario, 'workloads' | 'externals' | 'fixtures' | 'manifests'> {
  /** Every name has an address, and everybody answers on every port, in the language in which it is asked. @default false */
  readonly anyServer?: boolean;
}

/** The lab's own addresses (lab/address.go), and who has them. */
const nth = (net: string, i: number) => `${net}.${1 + Math.floor(i / 200)}.${10 + i % 200}`;
export const OUTSIDE = '198.18.0.2';
const ADDRESS = /^\d+(\.\d+){3}$/;

export function worldOf({ workloads, externals = [], fixtures = '', manifests, anyServer = false }: Surroundings, configs: Readonly<Record<string, ProxyConfig>>): World {
  const proxies = new Map(Object.entries(configs).map(([name, config]) => [name, proxyOf(config)]));
  const pods = workloads.map((workload, i) => ({
    ip: nth('10.201', i), workload, servers: (workload.ports ?? []).flatMap(port => served(workload, port)), anyServer: anyServer ? workload.name : undefined,
  }));
  const hosts = externals.map((external, i) => ({ external, ip: addressOf(externals, external, i) }));
  const outside = new Map<string, Place>();
  for (const { external, ip } of hosts) {
    outside.set(ip, { ip, servers: [...outside.get(ip)?.servers ?? [], ...external.ports.map(port => answering(external.host, port))] });
  }
  const services = new Map(pods.flatMap(({ workload: { service, namespace } }, i) => {
    const first = pods.findIndex(({ workload }) => workload.service === service && workload.namespace === namespace);
    return service === undefined || first !== i ? [] : [[nth('10.202', i), pods[i]] as const];
  }));
  const secrets = parseAllDocuments(`${toYaml(fixtures)}\n---\n${toYaml(manifests)}`).map(document => document.toJS() as Manifest & { data?: Record<string, string> })
    .filter(object => object?.kind === 'Secret' || object?.kind === 'ConfigMap');
  const addressOfService = (name: string) => [...services]
    .find(([, { workload: { service, namespace } }]) => [`${service}.${namespace}`, `${service}.${namespace}.svc.cluster.local`].includes(name))?.[0];
  const named = new Map<string, string>();
  const addressFor = (name: string) => {
    const known = [...named].find(([, other]) => other === name)?.[0] ?? nth('198.19', 10_000 + named.size);
    named.set(known, name);
    return known;
  };
  return {
    at(ip, port) {
      const pod = services.get(ip);
      if (pod === undefined) {
        return {
          place: outside.get(ip) ?? pods.find(place => place.ip === ip)
        ?? (anyServer ? { ip, servers: [], anyServer: named.get(ip) ?? ip } : undefined),
          port,
        };
      }
      const to = pod.workload.ports?.find(each => each.port === port);
      return to === undefined ? { port } : { place: pod, port: to.targetPort ?? to.port };
    },
    lookUp(name) {
      if (ADDRESS.test(name)) return name;
      const found = hosts.find(({ external: { host } }) => host === name || host.startsWith('*.') && name.endsWith(host.slice(1)))?.ip;
      return found ?? addressOfService(name) ?? (anyServer ? addressFor(name) : undefined);
    },
    workload: name => pods.find(({ workload }) => workload.name === name),
    proxy: name => proxies.get(name)!,
    vault: workload => vaultOf(workload, secrets),
  };
}

function addressOf(externals: readonly External[], { host }: External, i: number): string {
  return ADDRESS.test(host) ? host : nth('198.19', Math.min(i, externals.findIndex(other => other.host === host)));
}

function served(workload: Workload, { port, targetPort = port, serve, certHost, certCA }: ServicePort): Server[] {
  if (serve === undefined) return [];
  const host = `${workload.service}.${workload.namespace}.svc.cluster.local`;
  return [{ name: workload.name, port: targetPort, protocol: serve, certificate: { authority: certCA ?? 'public', names: [certHost ?? host] }, clientAuth: false }];
}

function answering(host: string, { port, protocol, certHost, certCA, clientAuth, name }: ExternalPort): Server {
  return { name: name ?? host, port, protocol, certificate: { authority: certCA ?? 'public', names: [certHost ?? host] }, clientAuth: clientAuth ?? false };
}

export const identityOf = ({ namespace, serviceAccount = 'default' }: Workload): Certificate =>
  ({ authority: 'mesh', names: [`spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`] });

/** What lies where a proxy finds it: by its agent, and in Secrets with the lab's placeholders. */
function vaultOf(workload: Workload | undefined, secrets: readonly (Manifest & { data?: Record<string, string> })[]): Vault {
  const held = (name: string, pattern: RegExp) => {
    const [, namespace = workload?.namespace, of] = /^(?:kubernetes|configmap):\/\/(?:([^/]+)\/)?([^/]+)$/.exec(name) ?? [];
    const secret = secrets.find(({ metadata }) => metadata.namespace === namespace && (metadata.name === of || metadata.name === of?.replace(/-cacert$/, '')));
    return Object.values(secret?.data ?? {}).map(text => pattern.exec(text)).find(found => found !== null)?.slice(1);
  };
  return {
    identity(name) {
      if (name === 'default') return workload && identityOf(workload);
      if (name.startsWith('file-cert:')) return { authority: 'client', names: ['client.shop.test'] };
      const found = held(name, /\$\{(?:rsa)?cert:([a-z]+):([^}]*)\}/);
      return found && { authority: found[0], names: found[1].split(',') };
    },
    authority(name) {
      if (name === 'ROOTCA') return 'mesh';
      if (name === 'file-root:system') return 'public';
      const [, file] = /^file-root:.*\/([^/]+?)(?:\.pem)?$/.exec(name) ?? [];
      return file ?? held(name, /\$\{(?:ca|pem):([a-z]+)\}/)?.[0];
    },
  };
}
