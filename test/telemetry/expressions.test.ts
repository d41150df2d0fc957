import { EXPRESSIONS, NO_EXPRESSIONS } from './expressions';
import { celError } from '../../src/private/check/cel';

test.each(EXPRESSIONS)('an expression is taken: %j', expression => {
  expect(celError(expression)).toBeUndefined();
});

test.each(NO_EXPRESSIONS)('an expression is refused: %j', expression => {
  expect(celError(expression)).toMatch(/./);
});
