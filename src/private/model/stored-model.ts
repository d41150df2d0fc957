import { AppModel } from './app-model';
import { Collection, Declared } from './collection';

/** The model of an app as it is kept in a file, for questions that are asked when the app is not there. */
export interface StoredModel {
  readonly format: 'cdk8s-istio/app-model';
  /** Grows with every change that an older reader would misunderstand. */
  readonly version: typeof VERSION;
  readonly settings: MeshFacts;
  readonly model: { readonly [collection: string]: readonly Declared[] };
}

/** What the app was told of its mesh. */
export interface MeshFacts { readonly [setting: string]: string | boolean }

const VERSION = 1;

export function storedModel(app: AppModel, settings: MeshFacts): StoredModel {
  const model = Object.fromEntries(Object.entries(app).map(([name, collection]) => [name, (collection as Collection<Declared>).all()]));
  return { format: 'cdk8s-istio/app-model', version: VERSION, settings, model };
}

/** The model out of a file, or why there is none in it. */
export function readModel(stored: unknown): { readonly app: AppModel; readonly settings: MeshFacts } | { readonly unreadable: string } {
  const { format, version, settings, model } = (stored ?? {}) as Partial<Omit<StoredModel, 'version'>> & { readonly version?: number };
  if (format !== 'cdk8s-istio/app-model' || !isObject(model) || !isObject(settings)) return { unreadable: 'it is not the model of an app' };
  if (version !== VERSION) return { unreadable: `its version is ${version}, and this version of cdk8s-istio reads ${VERSION}` };
  const app = new AppModel();
  for (const [name, declared] of Object.entries(model)) {
    const collection = Object.hasOwn(app, name) ? app[name as keyof AppModel] as unknown as Collection<Declared> : undefined;
    if (!collection || !Array.isArray(declared)) return { unreadable: `it declares ${name}, of which this version of cdk8s-istio knows nothing` };
    for (const one of declared) collection.put(one, { isAttached: () => true });
  }
  return { app, settings };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
