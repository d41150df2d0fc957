import { IConstruct } from 'constructs';
import { checkDestination, checkUnweighted } from './action';
import { checkTrafficPolicy } from './traffic-policy';
import { checkUpstreamTls } from './upstream-tls';
import type { DestinationPolicyProps, DestinationSubset } from '../../traffic/destination-policy';
import { checkLabel } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { DestinationPolicyIntent } from '../model/destination-policy';

export function checkDestinationPolicy(scope: IConstruct, props: DestinationPolicyProps, refuse: Refuse): DestinationPolicyIntent {
  checkUnweighted(props.destination, 'destination', refuse);
  const target = checkDestination(scope, props.destination, 'destination', refuse);
  if (target.subset !== undefined) {
    refuse({ code: 'SubsetInvalid', prop: 'destination', got: `subset ${target.subset} of ${target.host}`, allowed: 'a Service', fix: 'pass the Service: its policy defines its subsets' });
  }
  const exportTo = props.exportTo ?? [];
  exportTo.forEach((namespace, i) => checkLabel(namespace, `exportTo[${i}]`, refuse));
  const traffic = checkTrafficPolicy(props, true, refuse);
  // SNI and verification use the name of the Service: Envoy would use the Host header, which names the external host
  const tls = props.tls && checkUpstreamTls(props.tls, true, exportTo.length > 0 ? 'sidecars' : 'gateway', 'tls', refuse);
  if (tls?.caConfigMap !== undefined) {
    refuse({ code: 'CaSourceConflict', prop: 'tls.ca', got: 'configMap', allowed: 'CaSource.system, file or secret', fix: 'put ca.crt in a Secret in the namespace of the gateway\'s pods' });
  }
  const subsets = Object.entries(props.subsets ?? {}).map(([name, subset]) => checkSubset(name, subset, refuse));
  if (subsets.length === 0 && !traffic && !tls) {
    refuse({ code: 'TrafficPolicyUnused', prop: 'subsets', got: props.subsets, allowed: 'one of subsets, loadBalancer, connectionPool, outlierDetection, tls', fix: 'set one of these, or delete the policy' });
  }
  return { target, host: target.host, namespace: target.host.split('.')[1], subsets, traffic, tls, exportTo };
}

const LABEL_NAME = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

function checkSubset(name: string, subset: DestinationSubset, refuse: Refuse): DestinationPolicyIntent['subsets'][number] {
  const prop = `subsets[${name}]`;
  checkLabel(name, prop, refuse);
  const labels = Object.entries(subset.labels);
  if (labels.length === 0) {
    refuse({ code: 'SubsetInvalid', prop: `${prop}.labels`, got: subset.labels, allowed: 'at least one label', fix: 'set the labels that distinguish its pods: without labels the subset would contain all pods' });
  }
  const wrong = labels.find(([key, value]) => !LABEL_NAME.test(key.replace(/^[a-z0-9.-]+\//, '')) || (value !== '' && !LABEL_NAME.test(value)));
  if (wrong) {
    refuse({ code: 'SubsetInvalid', prop: `${prop}.labels`, got: wrong.join('='), allowed: 'labels that are valid for pods', fix: 'correct the label; put numbers and booleans in quotes' });
  }
  return { name, labels: subset.labels };
}
