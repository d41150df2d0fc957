import type { IConstruct } from 'constructs';
import { declaredWaypoint, needDeclared, needSidecarGateway } from './declared';
import type { IExternalService } from '../../egress/i-external-service';
import type { Resolution } from '../../egress/resolution';
import type { IEgressGateway } from '../../gateway/i-egress-gateway';
import { Refuse } from '../basics/errors';
import { EgressGatewayModel, ExternalServiceModel } from '../model/app-model';
import { ExternalIntent } from '../model/external-service';
import { GatewayFacts } from '../model/gateway';

/** The external service and the egress gateway that a construct names. */
export function needRoutedService(
  scope: IConstruct, { service, gateway }: { readonly service: IExternalService; readonly gateway: IEgressGateway }, refuse: Refuse,
): { readonly service: ExternalServiceModel; readonly gateway: EgressGatewayModel } {
  const found = {
    service: needDeclared(scope, service, 'externalServices', 'service', refuse),
    gateway: needSidecarGateway(scope, gateway, 'gateway', 'callers reach a waypoint without an object of their own', refuse),
  };
  checkNotDirect(found.service, 'service', refuse);
  return found;
}

/** Whether the pods of a gateway can be led to an external service by a rule. */
export function checkGatewayUpstream(external: ExternalServiceModel, podNamespace: string, prop: string, refuse: Refuse): void {
  checkNotDirect(external, prop, refuse);
  checkSecrets(external.service, external.path, podNamespace, refuse);
}

/** The gateway in whose namespace the ServiceEntry of a service is created. */
export function checkBeside(
  scope: IConstruct, given: IEgressGateway, { direct, resolution }: { readonly direct?: boolean; readonly resolution?: Resolution }, refuse: Refuse,
): GatewayFacts | undefined {
  const found = declaredWaypoint(scope, given, 'besideGateway', refuse) ?? needDeclared(scope, given, 'egressGateways', 'besideGateway', refuse);
  const { path } = found;
  if (direct) refuse({ code: 'RuleOptionUnused', prop: 'besideGateway', got: path, allowed: 'a service that is not direct', fix: 'leave it out: sidecars read the ServiceEntry of a direct service' });
  if (resolution?._workloads) {
    refuse({ code: 'RuleOptionUnused', prop: 'besideGateway', got: path, allowed: 'a resolution other than workloads(), which looks for pods in the namespace of the ServiceEntry', fix: 'leave it out, or use Resolution.endpoints()' });
  }
  // beside a waypoint it stands in any case, once a route leads there
  return 'gateway' in found ? found.gateway : undefined;
}

/** Sidecars reach a direct service by themselves, so that a gateway would guard one of two ways. */
export function checkNotDirect({ path, direct }: ExternalServiceModel, prop: string, refuse: Refuse): void {
  if (direct) {
    refuse({ code: 'DirectServiceRouted', prop, got: path, allowed: 'a service that is not direct', fix: 'remove `direct` from the service, or choose another service' });
  }
}

/** The pods of a gateway read Secrets of their own namespace. */
export function checkSecrets({ ports }: ExternalIntent, prop: string, podNamespace: string, refuse: Refuse): void {
  ports.forEach(({ tls }, i) => {
    if (tls?.secretNamespace !== undefined && tls.secretNamespace !== podNamespace) {
      refuse({ code: 'ClientCertificateNamespace', prop: `${prop}.ports[${i}].tls.clientCertificate`, got: `${tls.secretNamespace}/${tls.secret}`, allowed: `a Secret in ${podNamespace}, where the pods of the gateway run`, fix: `create the Secret ${tls.secret} in ${podNamespace}` });
    }
  });
}
