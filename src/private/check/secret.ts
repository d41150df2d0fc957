import { ApiObject, Chart } from 'cdk8s';
import { Credential } from '../../ingress/credential';
import { Refuse } from '../basics/errors';
import { isDnsName } from '../basics/names';

/** What a Secret is read for. */
export type SecretUse = 'certificate' | 'authorities';

/** The pairs of keys, of which the Secret must have one. */
const KEYS: { readonly [use in SecretUse]: string[][] } = {
  certificate: [['tls.crt', 'tls.key'], ['cert', 'key']],
  authorities: [['ca.crt'], ['cacert']],
};

/**
 * The name of a Secret in the namespace in which it is looked for.
 *
 * @param hosts the hosts that the certificate must cover
 */
export function checkCredential(
  credential: Credential, use: SecretUse, secretNamespace: string, prop: string, refuse: Refuse, hosts: string[] = [],
): string {
  const { name, construct } = credential._source;
  if (!construct) return checkSecretName(name, secretNamespace, prop, refuse);
  let object: ApiObject;
  let manifest: { kind?: string; spec?: { secretName?: string; dnsNames?: string[] }; data?: object; stringData?: object };
  try {
    object = ApiObject.of(construct);
    manifest = object.toJson();
  } catch (e) {
    return refuse({ code: 'SecretUnreadable', prop, got: construct?.node?.path, allowed: `a construct that contains a Secret (${(e as Error).message})`, fix: 'pass the construct of the Secret, or refer to it with Credential.secret' });
  }
  const made = manifest.kind === 'Certificate' ? manifest.spec?.secretName : undefined;
  if (manifest.kind !== 'Secret' && !made) {
    refuse({ code: 'SecretUnreadable', prop, got: `${manifest.kind} ${object.name}`, allowed: 'a Secret, or a Certificate of cert-manager', fix: 'pass the construct of the Secret, or refer to it with Credential.secret' });
  }
  const names = made ? manifest.spec?.dnsNames : undefined;
  const unnamed = names && hosts.find(host => host !== '*' && !names.some(own => certifies(own.toLowerCase(), host)));
  if (unnamed !== undefined) {
    refuse({ code: 'CertificateHostMissing', prop, got: `the Certificate ${object.name} for ${names!.join(', ')}`, allowed: `a certificate that covers ${unnamed}`, fix: `add ${unnamed} to its dnsNames: clients would not trust the listener` });
  }
  const namespace = object.metadata.namespace ?? Chart.of(construct).namespace;
  if (namespace !== secretNamespace) {
    refuse({ code: 'SecretNamespace', prop, got: `${made ?? object.name} in ${namespace ? `namespace ${namespace}` : 'no namespace'}`, allowed: `a Secret in namespace ${secretNamespace}`, fix: `put it in a chart of namespace ${secretNamespace}: the pods of the gateway can read no other Secret` });
  }
  const keys = Object.keys({ ...manifest.data, ...manifest.stringData });
  if (keys.length > 0 && !KEYS[use].some(pair => pair.every(key => keys.includes(key)))) {
    refuse({ code: 'SecretKeysMissing', prop, got: keys, allowed: KEYS[use].map(pair => pair.join(' and ')).join(', or '), fix: 'use these keys: without them the gateway rejects the whole port for a while, and then these hosts' });
  }
  return checkSecretName(made ?? object.name, secretNamespace, prop, refuse);
}

/** Whether a name in a certificate covers a host: a wildcard covers exactly one label. */
function certifies(name: string, host: string): boolean {
  return name === host || name.startsWith('*.') && name.slice(1) === host.replace(/^[^.*]+/, '');
}

export function checkSecretName(name: string | undefined, secretNamespace: string, prop: string, refuse: Refuse): string {
  if (name === undefined || !isDnsName(name)) {
    return refuse({ code: 'CredentialNameMissing', prop, got: name, allowed: 'the name of a Secret, without its namespace', fix: `create a TLS Secret in namespace ${secretNamespace}, and set its name here` });
  }
  return name;
}
