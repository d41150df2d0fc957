import { METHODS } from './api.generated';
import { brand } from './brand';
import { refuserAt } from './errors';
import { takeArguments } from './take';

/** A class: TypeScript has no type for classes with a private constructor. */
interface ValueClass { readonly prototype: object }

/**
 * Makes the factories and methods of a class check their arguments and keep a copy: only there does an error point to the faulty line of the
 * program. Call it once, after the class. What takes a scope has more to check than the description says, and does it itself.
 */
export function valueClass(type: ValueClass, name: string): void {
  brand(type, name);
  takeBefore(type, `${name}.`);
  takeBefore(type.prototype, `${name}#`);
}

function takeBefore(owner: object, prefix: string): void {
  for (const [method, { value: run }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    const place = `${prefix}${method}`;
    if (typeof run !== 'function' || !(place in METHODS)) continue;
    const refuse = refuserAt(place.replace('#', '.'));
    // it keeps its name, which errors and stack traces show
    const named = {
      [method](...given: unknown[]) {
        return run.apply(this, takeArguments(place, given, refuse));
      },
    };
    Object.defineProperty(owner, method, { value: named[method] });
  }
}
