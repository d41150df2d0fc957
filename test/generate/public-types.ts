import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ClassDeclaration, ClassElement, ConstructorDeclaration,
  HasModifiers, InterfaceDeclaration, Node, NodeArray, ParameterDeclaration, ScriptTarget, SourceFile,
  SyntaxKind, TypeNode, canHaveModifiers, createSourceFile, getJSDocTags, getModifiers, isArrayTypeNode, isClassDeclaration,
  isConstructorDeclaration, isEnumDeclaration, isExportDeclaration, isIndexSignatureDeclaration, isInterfaceDeclaration, isMethodDeclaration,
  isParameter, isPropertySignature, isStringLiteral, isTypeLiteralNode, isTypeOperatorNode, isTypeReferenceNode,
} from 'typescript';

/** A type that a program can write, as far as jsii knows types. */
export type Type =
  | { readonly kind: 'string' | 'number' | 'boolean' }
  | { readonly kind: 'list' | 'map'; readonly of: Type }
  | { readonly kind: 'named'; readonly name: string };

/** A prop of a struct, or a parameter. */
export interface Slot {
  /** The struct that declares it, or `Class.method`. */
  readonly owner: string;
  readonly name: string;
  readonly type: Type;
  readonly isOptional: boolean;
}

export interface Callable {
  readonly name: string;
  readonly parameters: readonly Slot[];
}

/** All that programs can write with the library, read from its sources: a new prop is known here as soon as it is written there. */
export interface PublicTypes {
  readonly structs: ReadonlyMap<string, readonly Slot[]>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** Static methods of all classes. */
  readonly factories: ReadonlyMap<string, readonly Callable[]>;
  /** Methods of what has been made. */
  readonly methods: ReadonlyMap<string, readonly Callable[]>;
  /** What `new` takes, for classes that programs can make themselves. */
  readonly constructors: ReadonlyMap<string, readonly Slot[]>;
  /** What a value of each class shows: properties and methods. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Interfaces of constructs. */
  readonly interfaces: ReadonlySet<string>;
}

export function readPublicTypes(src = join(__dirname, '..', '..', 'src')): PublicTypes {
  const declarations = modules(join(src, 'index.ts')).flatMap(file => [...file.statements]).filter(isPublic);
  const classes = declarations.filter(isClassDeclaration);
  const interfaces = declarations.filter(isInterfaceDeclaration);
  const isStruct = ({ name, members }: InterfaceDeclaration) => !/^I[A-Z]/.test(name.text) || (!isConstruct(name.text) && members.every(isPropertySignature));
  const isConstruct = (name: string) => classes.some(c => `I${c.name!.text}` === name);
  const structs = new Map(interfaces.filter(isStruct).map(i => [i.name.text, i]));
  const named = <T>(of: (c: ClassDeclaration) => T) => new Map(classes.map(c => [c.name!.text, of(c)]));
  const callables = (c: ClassDeclaration, isStatic: boolean) => c.members.filter(isMethodDeclaration)
    .filter(m => isPublic(m) && has(m, SyntaxKind.StaticKeyword) === isStatic).map(m => ({ name: nameOf(m), parameters: slots(`${c.name!.text}.${nameOf(m)}`, m.parameters) }));
  const constructor = (c: ClassDeclaration) => c.members.find((m): m is ConstructorDeclaration => isConstructorDeclaration(m) && isPublic(m));
  return {
    structs: new Map([...structs].map(([name, declaration]) => [name, fields(declaration, structs)])),
    enums: new Map(declarations.filter(isEnumDeclaration).map(e => [e.name.text, e.members.map(nameOf)])),
    factories: named(c => callables(c, true)),
    methods: named(c => callables(c, false)),
    constructors: new Map(classes.filter(constructor).map(c => [c.name!.text, slots(c.name!.text, constructor(c)!.parameters)])),
    members: named(c => [...c.members, ...madeWith(c)].filter(isShown).map(nameOf)),
    interfaces: new Set(interfaces.filter(i => !isStruct(i)).map(i => i.name.text)),
  };
}

function modules(index: string): SourceFile[] {
  return parse(index).statements.filter(isExportDeclaration).map(({ moduleSpecifier }) => {
    if (moduleSpecifier === undefined || !isStringLiteral(moduleSpecifier)) throw new Error('an export of index.ts is not of a module');
    return parse(join(dirname(index), `${moduleSpecifier.text}.ts`));
  });
}

function parse(file: string): SourceFile {
  return createSourceFile(file, readFileSync(file, 'utf8'), ScriptTarget.ES2022, true);
}

function isPublic(node: Node): boolean {
  const hidden = [SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword].some(kind => has(node, kind));
  const declared = isClassDeclaration(node) || isInterfaceDeclaration(node) || isEnumDeclaration(node);
  return !hidden && (!declared || has(node, SyntaxKind.ExportKeyword)) && !getJSDocTags(node).some(tag => tag.tagName.text === 'internal');
}

function madeWith({ members }: ClassDeclaration): ParameterDeclaration[] {
  return members.filter(isConstructorDeclaration).flatMap(({ parameters }) => [...parameters]);
}

/** A constructor is none of them; a parameter of one is where it makes a property. */
function isShown(node: ClassElement | ParameterDeclaration): boolean {
  const isMember = isParameter(node) ? has(node, SyntaxKind.PublicKeyword) : !isConstructorDeclaration(node) && !has(node, SyntaxKind.StaticKeyword);
  return isMember && isPublic(node) && !nameOf(node).startsWith('_');
}

function has(node: Node, kind: SyntaxKind): boolean {
  return canHaveModifiers(node) && (getModifiers(node as HasModifiers) ?? []).some(m => m.kind === kind);
}

function nameOf({ name }: { readonly name?: Node }): string {
  return name!.getText();
}

function fields(declaration: InterfaceDeclaration, structs: ReadonlyMap<string, InterfaceDeclaration>): Slot[] {
  const bases = (declaration.heritageClauses ?? []).flatMap(clause => clause.types.map(type => type.expression.getText()));
  const own = declaration.members.filter(isPropertySignature).filter(isPublic)
    .map((p): Slot => ({
      owner: declaration.name.text, name: nameOf(p), type: typeOf(p.type!), isOptional: p.questionToken !== undefined,
    }));
  const inherited = bases.flatMap(base => fields(structs.get(base)!, structs)).filter(({ name }) => !own.some(p => p.name === name));
  return [...own, ...inherited];
}

function slots(owner: string, parameters: NodeArray<ParameterDeclaration>): Slot[] {
  return parameters.map((p) => {
    const type = typeOf(p.type!);
    return { owner, name: nameOf(p), type, isOptional: p.questionToken !== undefined || p.initializer !== undefined };
  });
}

function typeOf(node: TypeNode): Type {
  if (isTypeOperatorNode(node)) return typeOf(node.type);
  if (isArrayTypeNode(node)) return { kind: 'list', of: typeOf(node.elementType) };
  if (isTypeLiteralNode(node) && node.members.length === 1 && isIndexSignatureDeclaration(node.members[0])) return { kind: 'map', of: typeOf(node.members[0].type) };
  if (isTypeReferenceNode(node)) return { kind: 'named', name: node.typeName.getText() };
  const text = node.getText();
  if (text === 'string' || text === 'number' || text === 'boolean') return { kind: text };
  throw new Error(`${text} is a type that the generator does not know`);
}
