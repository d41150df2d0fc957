import { TlsIntent } from './external-service';
import { Labels } from './labels';
import { Target } from './rule';
import { TrafficPolicy } from './traffic-policy';

/** How proxies reach a Service, checked. */
export interface DestinationPolicyIntent {
  readonly target: Target;
  readonly host: string;
  /** That of the Service. */
  readonly namespace: string;
  readonly subsets: { readonly name: string; readonly labels: Labels }[];
  readonly traffic?: TrafficPolicy;
  readonly tls?: TlsIntent;
  /** Whose sidecars read it. */
  readonly exportTo: string[];
}
