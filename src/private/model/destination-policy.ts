import { TlsIntent } from './external-service';
import { Labels } from './labels';
import { Target } from './rule';
import { TrafficPolicy } from './traffic-policy';

/** How proxies connect to a Service, checked. */
export interface DestinationPolicyIntent {
  readonly target: Target;
  readonly host: string;
  /** The namespace of the Service. */
  readonly namespace: string;
  readonly subsets: { readonly name: string; readonly labels: Labels }[];
  readonly traffic?: TrafficPolicy;
  readonly tls?: TlsIntent;
  /** The namespaces whose sidecars read it. */
  readonly exportTo: string[];
}
