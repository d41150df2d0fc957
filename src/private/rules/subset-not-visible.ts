import { Read, readsOf } from './reads';
import { Rule } from './rule';
import { DestinationRule } from '../manifests/destination-rule';
import { Manifest, titleOf } from '../manifests/manifest';
import { ManifestSet } from '../manifests/set';

export const SUBSET_NOT_VISIBLE: Rule = {
  code: 'SubsetNotVisible',
  cause: 'A route names a subset that no DestinationRule defines where the proxies look: first in their own namespace, then in that of the host, then in the root namespace.',
  effect: '503 `NC`, or a connection that is closed.',
  fix: 'Correct the name, or move the DestinationRule to the namespace of the host and export it.',
  * find(set) {
    for (const { object, destination, reader } of missingSubsets(set)) {
      const { host, subset, field } = destination;
      const about = set.rulesAbout(host);
      const defining = about.find(({ subsets }) => subsets.some(({ name }) => name === subset));
      if (hidingRule(set, destination, reader) || (about.length === 0 && !set.facts.isComplete)) continue;
      const why = defining ? `${titleOf(defining.object)} is not found from there` : 'no DestinationRule defines it';
      yield { object, field: `${field}.subset`, message: `subset ${subset} of ${host} is unknown in ${reader}: ${why}` };
    }
  },
};

export const RULE_HIDES_OTHERS: Rule = {
  code: 'RuleHidesOthers',
  cause: 'A DestinationRule is found before another for the same host, which is then ignored as a whole: rules of different namespaces are not merged.',
  effect: 'Subsets of the other rule are unknown (503 `NC`), and its TLS is missing.',
  fix: 'Put everything into one DestinationRule, or give the host of this one a narrower scope.',
  * find(set) {
    const told = new Set<Manifest>();
    for (const { destination, reader } of missingSubsets(set)) {
      const hiding = hidingRule(set, destination, reader);
      if (!hiding || told.has(hiding.rule.object)) continue;
      told.add(hiding.rule.object);
      yield { object: hiding.rule.object, field: 'spec.host', message: `from ${reader} it hides ${titleOf(hiding.hidden.object)}, which defines subset ${destination.subset} of ${destination.host}` };
    }
  },
};

function missingSubsets(set: ManifestSet): Read[] {
  return readsOf(set).filter(({ destination: { host, subset }, reader, labels }) => {
    if (subset === undefined) return false;
    const { subsets, isSure } = set.rulesFor(host, reader, labels);
    return isSure && !subsets.has(subset);
  });
}

/** The rule that is found instead of the one that defines the subset. */
function hidingRule(set: ManifestSet, { host, subset }: Read['destination'], reader: string): { readonly rule: DestinationRule; readonly hidden: DestinationRule } | undefined {
  const [rule] = set.rulesFor(host, reader).rules;
  const places = [set.homeOf(host, reader), set.facts.rootNamespace];
  const hidden = set.rulesAbout(host).find(other => places.includes(other.object.namespace) && other.subsets.some(({ name }) => name === subset));
  return rule && hidden && rule.object.namespace !== hidden.object.namespace ? { rule, hidden } : undefined;
}
