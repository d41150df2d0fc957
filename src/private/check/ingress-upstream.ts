import { Refuse } from '../basics/errors';
import { ExternalServiceModel } from '../model/app-model';
import { Pods } from '../model/pods';

/** Whether pods of an ingress gateway can reach a service outside the mesh. */
export function checkIngressUpstream(upstream: ExternalServiceModel, { namespace }: Pods, prop: string, refuse: Refuse): void {
  const { path, direct, service: { ports } } = upstream;
  if (direct) {
    refuse({ code: 'DirectServiceRouted', prop, got: path, allowed: 'destinations that are not direct', fix: 'remove `direct` from the service, or choose another destination' });
  }
  ports.forEach(({ tls }, i) => {
    if (tls?.secretNamespace !== undefined && tls.secretNamespace !== namespace) {
      refuse({ code: 'ClientCertificateNamespace', prop: `${path}.ports[${i}].tls.clientCertificate`, got: `${tls.secretNamespace}/${tls.secret}`, allowed: `a Secret in ${namespace}, where the pods of the gateway run`, fix: `create the Secret ${tls.secret} in ${namespace}` });
    }
  });
}
