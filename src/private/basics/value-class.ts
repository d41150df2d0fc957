import { brand } from './brand';
import { refuserAt } from './errors';
import { takeArguments } from './take';

/** What stands for a class here: TypeScript has no type for one whose constructor is private. */
interface ValueClass { readonly prototype: object }

/**
 * Makes the factories and methods of a class check what they are given, and keep a copy of it: only there an error leads to the line of the program that
 * is wrong. To be called once, after the class.
 */
export function valueClass(type: ValueClass, name: string): void {
  brand(type, name);
  takeBefore(type, `${name}.`);
  takeBefore(type.prototype, `${name}#`);
}

function takeBefore(owner: object, prefix: string): void {
  for (const [method, { value: run }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    if (typeof run !== 'function' || method.startsWith('_') || method === 'constructor') continue;
    const place = `${prefix}${method}`;
    const refuse = refuserAt(place.replace('#', '.'));
    // it keeps its name, by which errors and stacks show it
    const named = {
      [method](...given: unknown[]) {
        return run.apply(this, takeArguments(place, given, refuse));
      },
    };
    Object.defineProperty(owner, method, { value: named[method] });
  }
}
