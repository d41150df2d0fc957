import { call } from './call';
import { Manifests, toYaml } from './manifests';
import type { Channel } from './mesh';
import { labBinary } from './prerequisites';
import { Workload } from './workloads';

/** Manifests to judge; workloads and fixtures only stand in the cluster beside them. */
export interface AdmissionSet {
  readonly name: string;
  readonly manifests: Manifests;
  readonly fixtures?: Manifests;
  readonly workloads?: readonly Workload[];
  /** The channel of the Gateway API's CRDs. @default - the standard one, where that has all fields */
  readonly channel?: Channel;
}

/** What only the experimental channel has. That nothing of it is written for other clusters is tested where it is refused. */
const EXPERIMENTAL = /^ +retry:$/m;

/** One complaint of Istio's CRD schemas, its webhook or `istioctl analyze`. */
export interface Finding {
  readonly set: string;
  readonly source: 'schema' | 'webhook' | 'analyze';
  readonly level: 'Error' | 'Warning' | 'Info';
  readonly code?: string;
  readonly object: string;
  readonly message: string;
}

interface Accepted {
  readonly code: string;
  /** The names of the sets in which it is accepted. */
  readonly set: RegExp;
  /** Why the analyzer is wrong. */
  readonly because: string;
}

const ACCEPTED: readonly Accepted[] = [
  { code: 'IST0134', set: /where sidecars answer DNS/, because: 'the analyzer does not see that sidecars answer DNS, which gives the ServiceEntry an address' },
  { code: 'IST0129', set: /whoever answers/, because: 'the rule is insecure because the user asked for it by UpstreamTls.insecure, with a reason' },
  { code: 'IST0129', set: /TLS of the application asks for names/, because: 'the analyzer counts Secrets beside a workload selector only, but gateways read them without' },
  { code: 'IST0129', set: /TLS of the application asks for/, because: 'gateways alone see the rule, and find its Secret beside their pods without a workload selector' },
  { code: 'IST0134', set: /waypoint/, because: 'istiod allocates an address to what leads to a waypoint, and ztunnel answers DNS' },
  { code: 'IST0129', set: /waypoint/, because: 'waypoints read Secrets and ConfigMaps without a workload selector, and heed no rule that has one' },
  { code: 'IST0134', set: /ambient\.md/, because: 'istiod allocates an address to what leads to a waypoint, and ztunnel answers DNS' },
  { code: 'IST0129', set: /ambient\.md|migration › .* › (?:ambient|both)/, because: 'waypoints read Secrets without a workload selector, and heed no rule that has one' },
  { code: 'IST0101', set: /any namespace, with a list|every namespace .* layout SINGLE/, because: 'the object is for every namespace, but the gateway alone reads the leg to the host, which it sees' },
  { code: 'IST0162', set: /LegOne\.plaintext` broken|Service lacks the port/, because: 'the set lacks the port on purpose' },
  { code: 'IST0129', set: /direct with authorities of a ConfigMap/, because: 'the analyzer knows no ConfigMaps, which sidecars read without a workload selector' },
];

/** What Istio's own checkers have against the sets, all judged in one go. Nothing is the right answer. */
export async function admit(sets: readonly AdmissionSet[]): Promise<Finding[]> {
  const input = {
    sets: sets.map(({ manifests, fixtures = '', ...set }) => {
      const yaml = toYaml(manifests);
      return { channel: EXPERIMENTAL.test(yaml) ? 'experimental' : 'standard', ...set, manifests: yaml, fixtures: toYaml(fixtures) };
    }),
  };
  const results = await call<{ name: string; findings: Omit<Finding, 'set'>[] }[]>(labBinary(), 'check', input);
  return results
    .flatMap(({ name, findings }) => findings.map((finding) => ({ set: name, ...finding })))
    .filter(({ code, set }) => !ACCEPTED.some((accepted) => accepted.code === code && accepted.set.test(set)));
}
