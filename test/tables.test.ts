import { Results, checkPages, withTables } from './mesh/tables';

const titles = (file: string, status: string, ...tests: string[]) => ({
  name: file,
  assertionResults: tests.map(test => {
    const all = test.split(' > ');
    return { ancestorTitles: all.slice(0, -1), title: all[all.length - 1], status };
  }),
});

const ran: Results = {
  testResults: [
    titles('b.test.ts', 'passed', 'egress: rules > retries > asks | again', 'egress: modes > http > keeps headers'),
    titles('a.test.ts', 'passed', 'egress: modes > http > leaves', 'egress: modes > http > broken: stays', 'egress: changes > nobody notices', 'the lab > works'),
  ],
};
const page = (what: string, body = '') => `before\n<!-- seen by the tests: ${what} -->\n${body}<!-- end -->\nafter\n`;
const head = '| mode | declared by | seen | broken |\n|---|---|---|---|\n';
const row = (mode: string, cells = 'x | y') => `| ${mode} | \`ExternalPort.http()\` | ${cells} |\n`;

describe('tables of what the mesh tests saw', () => {
  test('have a row for each feature, in an order of their own', () => {
    const wanted = [
      '### Changes', '', '| feature | seen | with one field broken |', '|---|---|---|', '| changes | nobody notices | – |', '',
      '### Modes', '', '| feature | seen | with one field broken |', '|---|---|---|', '| http | leaves<br>keeps headers | stays |', '',
      '### Rules', '', '| feature | seen | with one field broken |', '|---|---|---|', '| retries | asks \\| again | – |', '',
    ].join('\n');
    expect(withTables(page('egress'), ran)).toEqual({ wanted: page('egress', wanted), complaints: [] });
    expect(withTables(page('egress'), { testResults: [...ran.testResults].reverse() }).wanted).toBe(page('egress', wanted));
  });

  test('have a column for each data plane or API, and nothing where one lacks a test', () => {
    const both: Results = { testResults: [titles('a.test.ts', 'passed', 'routes: Istio > http > yes', 'routes: Istio > http > broken: no', 'routes: Gateway API > http > refused', 'routes: Istio > tcp > yes')] };
    const wanted = ['| feature | Istio\'s own API | routes of the Gateway API |', '|---|---|---|', '| http | yes | refused |', '| tcp | yes | – |', ''].join('\n');
    expect(withTables(page('routes'), both)).toEqual({ wanted: page('routes', wanted), complaints: [] });
  });

  test('keep what was written by hand of each mode', () => {
    expect(withTables(page('modes', head + row('http')), ran)).toEqual({ wanted: page('modes', head + row('http', 'leaves | stays')), complaints: [] });
  });

  test('tell of a mode that is a group of features', () => {
    const group: Results = { testResults: [titles('a.test.ts', 'passed', 'egress: wildcards > HTTP > leaves', 'egress: wildcards > TLS > broken: stays')] };
    expect(withTables(page('modes', head + row('wildcards')), group)).toEqual({ wanted: page('modes', head + row('wildcards', 'leaves | stays')), complaints: [] });
  });

  test('complain of a mode without a row, a row without a test, and a mode without its twin', () => {
    const alone: Results = { testResults: [titles('a.test.ts', 'passed', 'egress: modes > http > leaves', 'egress: modes > tcp > leaves')] };
    expect(withTables(page('modes', head + row('http') + row('carrier pigeon')), alone).complaints).toEqual([
      'the mode "tcp" has no row', 'the mode "http" lacks a test or its broken twin', 'no test is about the mode "carrier pigeon"',
    ]);
  });

  test.each(['failed', 'pending'])('complain of a row whose test is %s', status => {
    expect(checkPages({ testResults: [titles('a.test.ts', status, 'egress: modes > http > leaves')] }, true)).toEqual(['did not pass: egress: modes › http › leaves']);
  });

  test('complain of pages that say something else', () => {
    expect(checkPages(ran, false)).toContain('docs/egress.md: its tables are not what the tests saw; npm run tables');
  });
});
