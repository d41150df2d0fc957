interface Docs { readonly docs?: { readonly summary?: string; readonly example?: string } }
interface Method extends Docs {
  readonly name?: string;
  readonly overrides?: string;
  readonly parameters?: readonly (Docs & { readonly name: string })[];
}
export interface Documented {
  readonly types: Readonly<Record<string, Docs & {
    readonly name: string;
    readonly kind: string;
    readonly initializer?: Method;
    readonly methods?: readonly Method[];
    readonly properties?: readonly (Docs & { readonly name: string })[];
  }>>;
}

/** Parameters, members and types without a sentence, and classes without an example: editors of every language show both. */
export function undocumented({ types }: Documented): string[] {
  return Object.values(types).flatMap(type => {
    const methods = (type.methods ?? []).filter(({ overrides }) => !overrides);
    const parameters = [...methods, ...type.initializer ? [type.initializer] : []].flatMap(({ name = 'constructor', parameters: list = [] }) => (
      list.filter(({ docs }) => !docs?.summary).map(parameter => `${type.name}.${name}: parameter ${parameter.name}`)
    ));
    const members = [...methods, ...type.properties ?? []].filter(({ docs }) => !docs?.summary).map(({ name }) => `${type.name}.${name}`);
    return [
      ...type.docs?.summary ? [] : [type.name],
      ...type.kind === 'class' && !type.docs?.example ? [`${type.name}: example`] : [],
      ...parameters,
      ...members,
    ];
  });
}

export function examplesOf({ types }: Documented): [name: string, example: string][] {
  return Object.values(types).flatMap(({ name, docs }) => (docs?.example ? [[name, docs.example]] : []));
}
