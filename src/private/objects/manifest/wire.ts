/**
 * An imported type as it appears in a manifest, with enums as strings. Renderers use only the types: the generated code takes long to load
 * and maps slowly. All it would do is rename fields, and none that plans use; test/private/render.test.ts verifies that.
 */
export type Wire<T> =
  T extends string ? `${T}` :
    T extends readonly (infer U)[] ? Wire<U>[] :
      T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
