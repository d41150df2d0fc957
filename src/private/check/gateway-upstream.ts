import { Refuse } from '../basics/errors';
import { ExternalServiceModel } from '../model/app-model';
import { ExternalIntent } from '../model/external-service';

/** Whether the pods of a gateway can be led to an external service by a rule. */
export function checkGatewayUpstream({ path, direct, service }: ExternalServiceModel, podNamespace: string, prop: string, refuse: Refuse): void {
  if (direct) {
    refuse({ code: 'DirectServiceRouted', prop, got: path, allowed: 'destinations that are not direct', fix: 'remove `direct` from the service, or choose another destination' });
  }
  checkSecrets(service, path, podNamespace, refuse);
}

/** The pods of a gateway read Secrets of their own namespace. */
export function checkSecrets({ ports }: ExternalIntent, prop: string, podNamespace: string, refuse: Refuse): void {
  ports.forEach(({ tls }, i) => {
    if (tls?.secretNamespace !== undefined && tls.secretNamespace !== podNamespace) {
      refuse({ code: 'ClientCertificateNamespace', prop: `${prop}.ports[${i}].tls.clientCertificate`, got: `${tls.secretNamespace}/${tls.secret}`, allowed: `a Secret in ${podNamespace}, where the pods of the gateway run`, fix: `create the Secret ${tls.secret} in ${podNamespace}` });
    }
  });
}
