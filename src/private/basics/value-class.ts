import { brand } from './brand';
import { refuserAt } from './errors';
import { takeArguments } from './take';

/** What stands for a class here: TypeScript has no type for one whose constructor is private. */
interface ValueClass { readonly prototype: object }

/**
 * Makes the factories of a class check what they are given, and keep a copy of it: only there an error leads to the line of the program that
 * is wrong. To be called once, after the class.
 */
export function valueClass(type: ValueClass, name: string): void {
  brand(type, name);
  for (const [factory, { value: make }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
    if (typeof make !== 'function' || factory.startsWith('_')) continue;
    const method = `${name}.${factory}`;
    // it keeps its name, by which errors and stacks show it
    const named = { [factory]: (...given: unknown[]) => make.apply(type, takeArguments(method, given, refuserAt(method))) };
    Object.defineProperty(type, factory, { value: named[factory] });
  }
}
