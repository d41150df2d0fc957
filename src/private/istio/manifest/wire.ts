/**
 * An imported type as it stands in a manifest, with enums as their texts. Renderers use types alone: the generated code is large
 * to load, and its mapping slow. It would only rename fields, and none that plans know; test/private/render.test.ts holds that.
 */
export type Wire<T> =
  T extends string ? `${T}` :
    T extends readonly (infer U)[] ? Wire<U>[] :
      T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
