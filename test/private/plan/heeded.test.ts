import { isDeepStrictEqual } from 'node:util';
import { appModelOf } from '../../../src/private/app/declared';
import { HEEDED, planEgressRoute } from '../../../src/private/istio/egress-route';
import { EgressIntent } from '../../../src/private/model/egress-route';
import { CASES } from '../../egress/cases';

let routes: EgressIntent[];

beforeAll(() => {
  const cases = Object.values(CASES).flatMap(make => appModelOf(make().app).egressRoutes.all().map(({ route }) => route));
  // the cases are of one mesh and one gateway
  const elsewhere = { ...cases[0], namespace: 'elsewhere', trustDomain: 'elsewhere.test', gateway: { ...cases[0].gateway, name: 'elsewhere' } };
  routes = [...cases, elsewhere];
});

/** Whether a field of one route, put into another, changes what is made of that. */
function changes(field: string): boolean {
  return routes.some(route => routes.some(other => {
    const value = (other as object as Record<string, unknown>)[field];
    const changed = { ...route, [field]: value } as EgressIntent;
    return !isDeepStrictEqual(value, (route as object as Record<string, unknown>)[field]) && !isDeepStrictEqual(planned(changed), planned(route));
  }));
}

/** Fields of two routes need not fit together. */
function planned(route: EgressIntent): unknown {
  try {
    return planEgressRoute(route);
  } catch {
    return undefined;
  }
}

describe('the back end heeds each field of a route', () => {
  test.each(Object.keys(HEEDED))('%s', field => expect(changes(field)).toBe(true));

  test('and would be found out if it did not', () => {
    const unheeded = routes.map((route, i) => ({ ...route, colour: i % 2 === 0 ? 'red' : 'blue' }));
    expect(unheeded.some((route, i) => !isDeepStrictEqual(planEgressRoute(route), planEgressRoute(routes[i])))).toBe(false);
  });
});
