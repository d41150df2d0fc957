import { IConstruct } from 'constructs';
import { IExternalService } from '../egress/external-service';
import { IIngressGateway } from '../gateway/ingress-gateway';
import { Refuse } from './basics/errors';
import { upstreamRules } from './istio/external';
import { addObject } from './istio/manifest/object';
import { podsKey } from './model/gateway';
import { claim } from './registry';

/** Lets an ingress gateway reach a service outside the mesh: in one way, which the first route to it makes. */
export function leadOutside(route: IConstruct, service: IExternalService, gateway: IIngressGateway, prop: string, refuse: Refuse): void {
  const { namespace, selector } = gateway._workload;
  if (service._direct) {
    refuse({ code: 'DirectServiceRouted', prop, got: service.node.path, allowed: 'destinations that are not direct', fix: 'leave out `direct` from the service, or choose another destination' });
  }
  service._intent.ports.forEach(({ tls }, i) => {
    if (tls?.secretNamespace !== undefined && tls.secretNamespace !== namespace) {
      refuse({ code: 'ClientCertificateNamespace', prop: `${service.node.path}.ports[${i}].tls.clientCertificate`, got: `${tls.secretNamespace}/${tls.secret}`, allowed: `a Secret in ${namespace}, where the pods of the gateway run`, fix: `make the Secret ${tls.secret} in ${namespace}` });
    }
  });
  const befores = service.hosts.map(host => ({ host, before: claim(service, 'ingress upstream', podsKey(gateway._workload), host) }));
  const rival = befores.find(({ before }) => before && before !== service);
  if (rival) {
    refuse({ code: 'UpstreamTlsConflict', prop, got: rival.host, allowed: `hosts that ${rival.before!.node.path} does not declare for the same gateway`, fix: 'declare the host in one service, and pass that to all routes' });
  }
  service._showTo([namespace]);
  const first = befores.filter(({ before }) => before === undefined);
  // the selector keeps the rules from sidecars, which would wrap TLS twice or, given a Secret, send clear text (R18, R19)
  const rules = first.flatMap(({ host }) => upstreamRules(host, service._intent, { namespace, name: [...gateway.gatewayName.split('/'), host] }, selector));
  service._openAfter(rules.map(rule => addObject(route, rule)));
}
