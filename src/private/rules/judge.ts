import { Fault, Finding, Rule } from './rule';
import { RULES } from './rules';
import { nearest } from '../basics/nearest';
import { titleOf } from '../manifests/manifest';
import { ManifestSet } from '../manifests/set';

/** The annotation that silences a rule for one object; its value is the reason. */
export const IGNORE = 'istio.cdk8s.io/ignore.';

/** What the rules have against a set, in the order of its objects. Each object is told of a fault at one place once. */
export function judge(set: ManifestSet, rules: readonly Rule[] = ALL_RULES): Finding[] {
  const seen = new Set<string>();
  const order = new Map(set.manifests.map((object, i) => [object, i]));
  const found: Finding[] = [];
  for (const { code, fix, find } of rules) {
    for (const fault of find(set)) {
      const key = [code, order.get(fault.object), fault.field].join('\n');
      if (seen.has(key) || fault.object.annotations[IGNORE + code]?.trim()) continue;
      seen.add(key);
      found.push({ fix, ...fault, code });
    }
  }
  return found.sort((a, b) => order.get(a.object)! - order.get(b.object)! || a.code.localeCompare(b.code));
}

export const IGNORED_WITHOUT_REASON: Rule = {
  code: 'IgnoredWithoutReason',
  cause: `An annotation \`${IGNORE}<code>\` has no reason as its value, or names no rule.`,
  effect: 'It silences nothing.',
  fix: 'Write why the finding does not matter here, and the code as the finding has it.',
  * find(set): Iterable<Fault> {
    const codes = RULES.map(({ code }) => code);
    for (const object of set.manifests) {
      for (const [key, reason] of Object.entries(object.annotations)) {
        if (!key.startsWith(IGNORE)) continue;
        const code = key.slice(IGNORE.length);
        const field = `metadata.annotations[${key}]`;
        if (!codes.includes(code)) {
          const near = nearest(code, codes);
          yield { object, field, message: `there is no rule ${code}${near ? `; there is ${near}` : ''}` };
        } else if (reason.trim() === '') {
          yield { object, field, message: `why ${code} does not matter for ${titleOf(object)} is not said` };
        }
      }
    }
  },
};

/** All rules, in the order of their codes. */
export const ALL_RULES: readonly Rule[] = [...RULES, IGNORED_WITHOUT_REASON].sort((a, b) => a.code.localeCompare(b.code));
