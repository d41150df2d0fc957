import { CaSource, ClientCertificate, UpstreamTls } from '../../egress/upstream-tls';
import { checkDnsName, checkFilePath, checkLabel, checkReason } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkHost, checkHosts } from '../basics/hosts';
import { TlsIntent } from '../model/external-service';

/** Who speaks TLS: a gateway, all sidecars of a namespace, or those that a selector names. */
export type TlsProxies = 'gateway' | 'sidecars' | { readonly selectedIn: string };

export function checkUpstreamTls(tls: UpstreamTls, opaque: boolean, by: TlsProxies, prop: string, refuse: Refuse): TlsIntent {
  const { mode, ca, crl, sni, subjectAltNames, clientCertificate, reason } = tls._spec;
  if (mode === 'INSECURE') return { mode, opaque, reason: checkReason(reason!, `${prop}.reason`, refuse) };
  if (sni !== undefined) checkHost(sni, `${prop}.sni`, { wildcard: false, short: true }, refuse);
  if (subjectAltNames !== undefined) checkHosts(subjectAltNames, `${prop}.subjectAltNames`, { wildcard: false, short: true }, refuse);
  if (opaque && sni !== undefined && subjectAltNames === undefined) {
    refuse({ code: 'SniWithoutSubjectAltNames', prop: `${prop}.subjectAltNames`, got: undefined, allowed: 'the names to accept, if sni is set on a TCP port', fix: `list "${sni}" in subjectAltNames` });
  }
  checkCaSource(ca, `${prop}.ca`, refuse);
  const client = clientCertificate?._spec;
  if (client) checkClientCertificate(client, `${prop}.clientCertificate`, refuse);
  if (client?.secret && ca) {
    refuse({ code: 'CaSourceConflict', prop: `${prop}.ca`, got: ca._kind, allowed: 'no `ca` together with ClientCertificate.secret', fix: `put ca.crt in the Secret ${client.secret}, or use ClientCertificate.files` });
  }
  if (client?.files && (ca?._kind === 'secret' || ca?._kind === 'configMap')) {
    refuse({ code: 'CaSourceConflict', prop: `${prop}.ca`, got: ca._kind, allowed: 'CaSource.file or CaSource.system together with ClientCertificate.files', fix: 'set the path of the CA certificates' });
  }
  if (crl !== undefined) checkFilePath(crl, `${prop}.crl`, refuse);
  const beside = client?.secret ? 'secret' : ca?._kind;
  if (crl !== undefined && (beside === 'secret' || beside === 'configMap')) {
    refuse({ code: 'CaSourceConflict', prop: `${prop}.crl`, got: crl, allowed: 'no `crl` if the CA certificates are in a Secret or ConfigMap', fix: 'put the list next to ca.crt, under the key ca.crl' });
  }
  const secret = client?.secret ?? (ca?._kind === 'secret' ? ca._value : undefined);
  if (by !== 'gateway' && secret) checkAtSidecar(secret, client?.namespace, by, prop, refuse);
  return {
    mode,
    sni,
    subjectAltNames,
    opaque,
    secret,
    secretNamespace: client?.namespace,
    caConfigMap: ca?._kind === 'configMap' ? ca._value : undefined,
    caFile: ca?._kind === 'file' ? ca._value : undefined,
    crlFile: crl,
    certificateFiles: client?.files,
  };
}

function checkCaSource(ca: CaSource | undefined, prop: string, refuse: Refuse): void {
  if (ca?._kind === 'secret') checkDnsName(ca._value!, prop, 'Secret', refuse);
  if (ca?._kind === 'configMap') checkDnsName(ca._value!, prop, 'ConfigMap', refuse);
  if (ca?._kind === 'file') checkFilePath(ca._value!, prop, refuse);
}

function checkClientCertificate({ secret, files, namespace }: ClientCertificate['_spec'], prop: string, refuse: Refuse): void {
  if (secret !== undefined) checkDnsName(secret, prop, 'Secret', refuse);
  if (namespace !== undefined) checkLabel(namespace, `${prop}.namespace`, refuse);
  for (const file of ['certificate', 'privateKey'] as const) {
    if (files?.[file] !== undefined) checkFilePath(files[file], `${prop}.${file}`, refuse);
  }
}

/** If a rule for all sidecars of a namespace names a Secret, Istio silently omits TLS (R19). */
function checkAtSidecar(secret: string, namespace: string | undefined, by: TlsProxies, prop: string, refuse: Refuse): void {
  if (typeof by === 'string') {
    return refuse({ code: 'ClientCertificateSecretAtSidecar', prop, got: `Secret ${secret}`, allowed: 'files in the sidecar, or a direct service with `workloadSelector`', fix: 'select the calling workloads with `workloadSelector`; or use ClientCertificate.files and CaSource.file, or route the service through a gateway' });
  }
  if (namespace !== undefined && namespace !== by.selectedIn) {
    refuse({ code: 'ClientCertificateNamespace', prop: `${prop}.clientCertificate`, got: `${namespace}/${secret}`, allowed: `a Secret in ${by.selectedIn}, where the sidecars run`, fix: `create the Secret ${secret} in ${by.selectedIn}` });
  }
}
