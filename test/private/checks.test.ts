import { Duration } from 'cdk8s';
import { checkPercent, checkPort, checkReason, checkRegex, checkTimeout } from '../../src/private/basics/checks';
import { Refuse } from '../../src/private/basics/errors';

const refuse: Refuse = ({ code }) => { throw new Error(code); };

test.each([1, 80, 65535])('port %d', port => {
  expect(checkPort(port, 'port', refuse)).toBe(port);
});

test.each([0, -1, 65536, 1.5, NaN, '80' as unknown as number, undefined as unknown as number])('not port %p', port => {
  expect(() => checkPort(port, 'port', refuse)).toThrow('PortInvalid');
});

test.each(['a+', '/v[0-9]/.*', '(?i)abc', '\\d{3}'])('expression %s', regex => {
  expect(() => checkRegex(regex, 'regex', refuse)).not.toThrow();
});

test.each(['(?=a)', '(?<!a)b', '(a)\\1', '[', 'a{2000}'])('not expression %s', regex => {
  expect(() => checkRegex(regex, 'regex', refuse)).toThrow('RegexInvalid');
});

test('timeouts from one millisecond', () => {
  expect(checkTimeout(undefined, 'timeout', refuse)).toBeUndefined();
  expect(checkTimeout(Duration.millis(1), 'timeout', refuse)).toBe(1);
  expect(() => checkTimeout(Duration.seconds(0), 'timeout', refuse)).toThrow('TimeoutInvalid');
});

test.each([0.0001, 0.07, 0.29, 1.1, 16.7, 33.3333, 99.9999, 100])('percent %p', percent => {
  expect(checkPercent(percent, 'percent', refuse)).toBe(percent);
});

test.each([0, -1, 0.00009, 1e-7, 33.33333, 100.0001, NaN])('not percent %p', percent => {
  expect(() => checkPercent(percent, 'percent', refuse)).toThrow('PercentInvalid');
});

test.each(['', ' \n'])('not a reason: %j', reason => {
  expect(() => checkReason(reason, 'reason', refuse)).toThrow('ReasonMissing');
});
