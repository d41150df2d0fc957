import { checkTrafficPolicy, TrafficPolicyInput } from './traffic-policy';
import { Resolution } from '../../egress/resolution';
import { Refuse } from '../basics/errors';
import { EndpointSpec } from '../model/external-service';
import { TrafficPolicy } from '../model/traffic-policy';

/** The traffic policy of an external service. Load balancing needs several addresses; endpoints that others declare are unknown. */
export function checkExternalPolicy(
  input: TrafficPolicyInput, resolution: Resolution['_kind'], endpoints: EndpointSpec[] | undefined, http: boolean, refuse: Refuse,
): TrafficPolicy | undefined {
  const traffic = checkTrafficPolicy(input, http, refuse);
  const { loadBalancer } = input;
  if (loadBalancer && resolution !== 'DNS' && resolution !== 'STATIC') {
    refuse({ code: 'TrafficPolicyUnused', prop: 'loadBalancer', got: `a load balancer with ${resolution}`, allowed: 'Resolution.dns() and Resolution.endpoints(), which give the proxy a choice', fix: 'leave it out, or use another resolution' });
  }
  const { failover, failoverPriority, distribute } = loadBalancer?._spec.locality?._spec ?? {};
  if ((failover || distribute) && endpoints && !endpoints.some(e => e.locality)) {
    refuse({ code: 'LocalityUnknown', prop: 'loadBalancer.locality', got: 'endpoints without locality', allowed: 'endpoints with `locality`', fix: 'set the locality of each endpoint, an option of Endpoint.ip' });
  }
  if (failoverPriority && endpoints && !endpoints.some(e => e.labels)) {
    refuse({ code: 'LocalityUnknown', prop: 'loadBalancer.locality', got: 'endpoints without labels', allowed: 'endpoints with `labels`', fix: 'label each endpoint, by an option of Endpoint.ip' });
  }
  return traffic;
}
