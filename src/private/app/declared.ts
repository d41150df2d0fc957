import { ApiObject, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { IstioValidationError, Refusal, Refuse, lateError, pathOf, refuser } from '../basics/errors';
import { AppModel } from '../model/app-model';
import { Collection, Owner } from '../model/collection';
import { Declaration, Models, attach, declarationOf } from '../model/declaration';

/** What a late check found wrong. */
export interface LateRefusal extends Refusal {
  /** What is wrong, if it is not the construct that registered the check. */
  readonly construct?: IConstruct;
}

interface LateCheck {
  readonly construct: IConstruct;
  readonly check: () => LateRefusal[];
  /** Whether it depends on anything besides the model. */
  readonly always: boolean;
}

interface LateMaker { readonly construct: IConstruct; readonly make: () => void }

/** How much has been declared, and how much of it is still in the tree. Removed constructs never come back, so an equal count means the same ones. */
interface Snapshot { readonly revision: number; readonly attached: number }

interface State {
  readonly model: AppModel;
  readonly lateMakers: LateMaker[];
  readonly lateChecks: LateCheck[];
  /** The constructs that declare something or have a late check, and a number that grows with every declaration and check. */
  readonly constructs: Set<IConstruct>;
  revision: number;
  /** The app when objects were last made late, and when all late checks last passed. */
  made?: Snapshot;
  passed?: Snapshot;
  /** By API group, kind, namespace and name. */
  readonly objects: Map<string, ApiObject>;
}

/** Two copies of the package in one app share one model. */
const STATE = Symbol.for('cdk8s-istio.AppModel');

function stateOf(scope: IConstruct): State {
  const root = scope.node.root as IConstruct & { readonly [STATE]?: State };
  return root[STATE] ?? makeState(root);
}

function makeState(root: IConstruct): State {
  const state: State = { model: new AppModel(), lateMakers: [], lateChecks: [], constructs: new Set(), revision: 0, objects: new Map() };
  Object.defineProperty(root, STATE, { value: state });
  root.node.addValidation({
    validate: () => {
      checkAll(state, makeAll(state));
      return [];
    },
  });
  return state;
}

/** Cdk8s validates an app again for each of its charts: what has nothing new to decide does not decide it again. */
function makeAll(state: State): Snapshot {
  const now = snapshot(state);
  if (isSame(state.made, now)) return now;
  state.lateMakers.filter(({ construct }) => isAttached(construct)).forEach(({ make }) => make());
  return state.made = snapshot(state);
}

function snapshot({ revision, constructs }: State): Snapshot {
  let attached = 0;
  for (const construct of constructs) if (isAttached(construct)) attached++;
  return { revision, attached };
}

function isSame(before: Snapshot | undefined, { revision, attached }: Snapshot): boolean {
  return before?.revision === revision && before.attached === attached;
}

function checkAll(state: State, now: Snapshot): void {
  const hasPassed = isSame(state.passed, now);
  const checks = state.lateChecks.filter(({ construct, always }) => (always || !hasPassed) && isAttached(construct));
  const errors = checks.flatMap(({ construct, check }) => (
    check().map(refusal => new IstioValidationError(pathOf(refusal.construct ?? construct), refusal))
  ));
  // thrown, because cdk8s would reduce a returned message to its text, without code and prop
  if (errors.length > 0) throw lateError(errors);
  state.passed = now;
}

/** What the constructs of the app declare. */
export function appModelOf(scope: IConstruct): AppModel {
  return stateOf(scope).model;
}

/** Takes a name for an object; returns the one that has it, if any. */
export function takeName(object: ApiObject): ApiObject | undefined {
  const { objects } = stateOf(object);
  // a Gateway of Istio and one of the Gateway API may have the same name
  const key = `${object.apiVersion.split('/')[0]} ${object.kind} ${object.metadata.namespace}/${object.name}`;
  const other = objects.get(key);
  if (other && other !== object && isAttached(other)) return other;
  objects.set(key, object);
  return undefined;
}

/** Whether a construct is still in the tree: `tryRemoveChild` may have taken it out, or one around it. */
function isAttached(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  return scope === undefined || (scope.node.tryFindChild(id) === construct && isAttached(scope));
}

/** Declares a construct, or replaces its declaration. */
export function declare<K extends keyof AppModel>(construct: IConstruct, kind: K, model: Models[K], parts: readonly ApiObject[] = []): void {
  freeze(model);
  changed(stateOf(construct), construct);
  const before = declarationOf(construct) as Declaration<K> | undefined;
  const declaration = before ?? { construct, kind, model, parts, isAttached: () => isAttached(construct) };
  declaration.model = model;
  if (!before) attach(construct, declaration as unknown as Declaration);
  (appModelOf(construct)[kind] as unknown as Collection<Models[K]>).put(model, declaration);
}

/** Nobody who looks up a declaration can change it. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) freeze(item);
  else for (const key in value) freeze(value[key as keyof object]);
}

/** The objects of these declarations that belong to a chart. */
export function partsIn(chart: Chart, owners: Owner[]): ApiObject[] {
  return (owners as Declaration[]).filter(({ construct }) => Chart.of(construct) === chart).flatMap(({ parts }) => parts);
}

/** Like `refuser`, for use in constructors: the construct is removed from the tree, so its id is free again. */
export function makingRefuser(construct: Construct): Refuse {
  const refuse = refuser(construct);
  return refusal => {
    construct.node.scope?.node.tryRemoveChild(construct.node.id);
    return refuse(refusal);
  };
}

/** Registers a check that runs at synthesis, because later constructs can affect it. With `always` it runs every time, even if the model is unchanged. */
export function checkLate(construct: IConstruct, check: () => LateRefusal[], { always = false }: { readonly always?: boolean } = {}): void {
  const state = stateOf(construct);
  state.lateChecks.push({ construct, check, always });
  changed(state, construct);
}

function changed(state: State, construct: IConstruct): void {
  state.constructs.add(construct);
  state.revision++;
}

/** Makes objects when the app is synthesized, because constructs to come decide which these are; checks of the app see them. */
export function makeLate(construct: IConstruct, make: () => void): void {
  const state = stateOf(construct);
  state.lateMakers.push({ construct, make });
  changed(state, construct);
}
