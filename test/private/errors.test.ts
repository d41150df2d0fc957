import { App, Chart, Duration } from 'cdk8s';
import { PathMatch } from '../../src';
import { refuserAt } from '../../src/private/basics/errors';

function shown(got: unknown): string {
  try {
    return refuserAt('place')({ code: 'TypeInvalid', prop: 'prop', got, allowed: 'a', fix: 'b' });
  } catch (e) {
    return /^\[TypeInvalid\] place: prop is (.*); allowed: a; fix: b$/s.exec((e as Error).message)![1];
  }
}

const circle: unknown[] = [];
circle.push(circle);
const round: Record<string, unknown> = {};
round.round = round;

describe('an error shows', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'not set'],
    ['null', null, 'null'],
    ['a text', 'a', '"a"'],
    ['a long text', 'a'.repeat(1_000_000), `"${'a'.repeat(299)}... (1000002 characters)`],
    ['a list', ['a', 1], '"a", 1'],
    ['a list of lists', [['a'], []], '["a"], []'],
    ['no list', [], 'empty'],
    ['a list in a circle', circle, 'an object that holds itself'],
    ['an object', { a: [1, PathMatch.exact('/')] }, '{"a":[1,"a value of class PathMatch"]}'],
    ['an object in a circle', round, 'an object that holds itself'],
    ['an object without a class', Object.create(null), '{}'],
    ['a field with the name of a class\'s', { constructor: null }, '{"constructor":null}'],
    ['large numbers', { a: 1n }, '{"a":"1"}'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['a function', Duration.seconds, 'function seconds'],
    ['a value of a class', Duration.seconds(1), 'a value of class Duration'],
    ['a construct', new Chart(new App(), 'chart'), 'the Chart chart'],
  ])('%s', (_, got, text) => {
    expect(shown(got)).toBe(text);
  });
});
