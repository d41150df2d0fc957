import { HeaderMatch, QueryParamMatch, RouteAction } from '../src';
import { ingress } from './fixtures';
import { find, synth } from './synth';

// Go's reader of YAML takes these for booleans, and Istio then refuses the object
const BOOLEANS = ['y', 'Y', 'n', 'N', 'yes', 'Yes', 'no', 'NO', 'on', 'On', 'off', 'OFF', 'true', 'False'];
const OTHERS = ['null', '~', '1', '0x1f', '1e3', '012', '1:30', '2026-01-01', '.inf'];

describe('a value that YAML could take for something else', () => {
  const made = () => ingress({}, {
    hosts: ['shop.example.com'],
    rules: [{
      matches: [...BOOLEANS, ...OTHERS].map(value => ({ headers: [HeaderMatch.exact('x-a', value)], queryParams: [QueryParamMatch.prefix('q', value)] })),
      action: RouteAction.respond(200, 'no'),
    }],
  });

  test.each(BOOLEANS)('%s is quoted', value => {
    const yaml = made().app.synthYaml();
    expect(yaml).toContain(`exact: "${value}"\n`);
    expect(yaml).not.toContain(`exact: ${value}\n`);
  });

  test('all arrive as texts', () => {
    const [route] = find(synth(made().app), 'VirtualService').spec.http;
    expect(route.match.map((m: any) => m.headers['x-a'].exact)).toEqual([...BOOLEANS, ...OTHERS]);
    expect(route.match.map((m: any) => m.queryParams.q.prefix)).toEqual([...BOOLEANS, ...OTHERS]);
    expect(route.directResponse.body.string).toBe('no');
  });
});
