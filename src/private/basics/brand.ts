/** Holds the class name on values of this library. `instanceof` would not recognize values of a second copy of the package. */
const CLASS = Symbol.for('cdk8s-istio.class');

/** The name of the class of a value, if that class is one of this library. */
export function classOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? (value as { readonly [CLASS]?: string })[CLASS] : undefined;
}

export function brand(type: { readonly prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, CLASS, { value: name });
}
