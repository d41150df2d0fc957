import { Arbitrary, Random, Stream, Value, constantFrom, integer } from 'fast-check';

/** Draws values one after another, so that what is drawn later can fit what was drawn before. */
export interface Draw {
  readonly pick: <T>(values: readonly T[]) => T;
  readonly whole: (min: number, max: number) => number;
  /** True with a probability. */
  readonly chance: (probability: number) => boolean;
  /** Some of the values, in their order, at least as many as said. */
  readonly some: <T>(values: readonly T[], least?: number) => T[];
}

/** An arbitrary of what a function draws. It is not shrunk by fast-check: `smaller.ts` does that with the program that was drawn. */
export function drawn<T>(make: (draw: Draw) => T): Arbitrary<T> {
  return new Drawn(make);
}

class Drawn<T> extends Arbitrary<T> {
  constructor(private readonly make: (draw: Draw) => T) {
    super();
  }

  public generate(random: Random): Value<T> {
    const of = <V>(arbitrary: Arbitrary<V>): V => arbitrary.generate(random, undefined).value;
    const whole = (min: number, max: number) => of(integer({ min, max }));
    const some = <V>(values: readonly V[], least = 1): V[] => {
      const count = whole(Math.min(least, values.length), values.length);
      const left = [...values.keys()];
      while (left.length > count) left.splice(whole(0, left.length - 1), 1);
      return left.map(i => values[i]);
    };
    return new Value(this.make({ pick: values => of(constantFrom(...values)), whole, chance: p => whole(0, 999) < p * 1000, some }), undefined);
  }

  public canShrinkWithoutContext(value: unknown): value is T {
    return false && value === undefined;
  }

  public shrink(): Stream<Value<T>> {
    return Stream.nil();
  }
}
