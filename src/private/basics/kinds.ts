import { Refuse } from './errors';

/*
 * Programs without types can pass anything. What is left out passes, except where a name says `need`.
 */

/** What stands for a class here: TypeScript has no type for one whose constructor is private. */
interface Kind<T> { readonly name: string; readonly prototype: T }

/** Refuses what is not of a class. */
export function checkKind<T extends object, V extends T | undefined>(value: V, kind: Kind<T>, prop: string, refuse: Refuse): V {
  return value === undefined ? value : needKind(value as T, kind, prop, refuse) as V;
}

export function needKind<T extends object>(value: T, kind: Kind<T>, prop: string, refuse: Refuse): T {
  if (!(value instanceof (kind as unknown as Function))) {
    const factories = Object.getOwnPropertyNames(kind).filter(name => typeof kind[name as keyof typeof kind] === 'function');
    refuse({ code: 'TypeInvalid', prop, got: value, allowed: `a value of class ${kind.name}`, fix: `make it with ${kind.name}.${factories.join(', ')}` });
  }
  return value;
}

export function checkList<T extends readonly unknown[] | undefined>(list: T, prop: string, refuse: Refuse): T {
  if (list !== undefined && !Array.isArray(list)) {
    refuse({ code: 'TypeInvalid', prop, got: list, allowed: 'a list', fix: 'put it into brackets' });
  }
  return list;
}

/** A list of values of one class. */
export function checkKinds<T extends object, L extends readonly T[] | undefined>(list: L, kind: Kind<T>, prop: string, refuse: Refuse): L {
  checkList(list, prop, refuse)?.forEach((value, i) => needKind(value, kind, `${prop}[${i}]`, refuse));
  return list;
}

/** A struct or map. */
export function checkObject<T extends object | undefined>(value: T, prop: string, refuse: Refuse): T {
  return value === undefined ? value : needObject(value, prop, refuse);
}

export function needObject<T extends object>(value: T, prop: string, refuse: Refuse): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse({ code: 'TypeInvalid', prop, got: value, allowed: 'an object with named fields', fix: 'put its fields into braces' });
  }
  return value;
}

/** A construct of this library, known by a field that no other has. */
export function checkConstruct<T extends object>(value: T, field: keyof T & string, kind: string, prop: string, refuse: Refuse): T {
  if (typeof value !== 'object' || value === null || !(field in value)) {
    refuse({ code: 'TypeInvalid', prop, got: value, allowed: `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`, fix: `pass the construct itself, made with new ${kind}(...)` });
  }
  return value;
}

export function checkFlag(value: boolean | undefined, prop: string, refuse: Refuse): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    refuse({ code: 'TypeInvalid', prop, got: value, allowed: 'true or false', fix: 'write it without quotes' });
  }
  return value ?? false;
}
