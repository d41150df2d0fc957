import { GROUPS } from './groups';
import { Labels, MANAGED_BY } from '../../model/labels';
import { PolicyTarget } from '../plans';

interface Attached {
  readonly selector?: Labels;
  readonly target?: PolicyTarget;
}

/**
 * What a policy applies to: pods by their labels, or a target. The pods of a managed Gateway are meant by its name, because istiod can be told to
 * ignore selectors there (`ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY`), and a policy would then refuse nothing.
 */
export function attachment({ selector, target = managedOf(selector) }: Attached) {
  return target
    ? { targetRefs: [{ group: GROUPS[target.kind], ...target }] }
    : { selector: selector && { matchLabels: selector } };
}

function managedOf(selector: Labels = {}): PolicyTarget | undefined {
  return Object.keys(selector).join() === MANAGED_BY ? { kind: 'Gateway', name: selector[MANAGED_BY] } : undefined;
}
