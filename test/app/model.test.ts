import { isDeepStrictEqual } from 'node:util';
import { appModelOf } from '../../src/private/app/declared';
import { AppModel } from '../../src/private/model/app-model';
import { CASES as AMBIENT } from '../ambient/cases';
import { CASES as EGRESS } from '../egress/cases';
import { CASES as INGRESS } from '../ingress/cases';
import { CASES as LOCK } from '../lock/cases';

/** What of a model is not plain, frozen data, by where it stands. */
function complaints(value: unknown, at: string): string[] {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return [`${at} is a ${typeof value}`];
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return [`${at} is a ${value.constructor.name}`];
  return [...(Object.isFrozen(value) ? [] : [`${at} can be changed`]), ...Object.entries(value).flatMap(([key, inner]) => complaints(inner, `${at}.${key}`))];
}

const collections = (app: AppModel) => Object.entries(JSON.parse(JSON.stringify(app))) as [keyof AppModel, unknown[]][];

describe('the model of an app', () => {
  test('is plain, frozen data, which JSON carries whole', () => {
    const seen = new Map<string, number>();
    for (const [name, make] of [EGRESS, AMBIENT, INGRESS, LOCK].flatMap(cases => Object.entries(cases))) {
      const app = appModelOf(make().app);
      for (const [kind, written] of collections(app)) {
        const models = app[kind].all();
        expect(models.flatMap(model => complaints(model, `${name}.${kind}`))).toEqual([]);
        expect(isDeepStrictEqual(written, JSON.parse(JSON.stringify(models)))).toBe(true);
        seen.set(kind, (seen.get(kind) ?? 0) + models.length);
      }
    }
    // no case logs anything
    expect([...seen].filter(([, count]) => count === 0)).toEqual([['telemetries', 0]]);
    expect(seen.get('egressRoutes')).toBeGreaterThan(30);
  });

  test.each<[string, unknown, string]>([
    ['a map', Object.freeze({ headers: Object.freeze(new Map()) }), 'x.headers is a Map'],
    ['a function', Object.freeze({ spec: () => 1 }), 'x.spec is a function'],
    ['a list that can grow', Object.freeze({ hosts: [] }), 'x.hosts can be changed'],
  ])('would be found out with %s in it', (_, model, complaint) => expect(complaints(model, 'x')).toEqual([complaint]));
});
