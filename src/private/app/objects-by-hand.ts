import { IConstruct } from 'constructs';
import { appModelOf, checkLate } from './declared';
import { hiddenServiceEntries } from './hidden-service-entries';
import { hidingSidecars } from './hiding-sidecars';
import { rivalServiceEntries } from './rival-service-entries';

/** What the mesh says of objects that stand in an app. */
interface MeshFacts {
  readonly rootNamespace: string;
  readonly serviceEntryVisibility: 'NAMESPACE' | 'NONE' | 'PUBLIC';
}

/** Checks at each synthesis whether objects, whoever made them, get in the way of what the app declares. */
export function checkObjectsByHand(root: IConstruct, { rootNamespace, serviceEntryVisibility }: MeshFacts): void {
  const app = appModelOf(root);
  checkLate(root, () => [
    ...hiddenServiceEntries(root, serviceEntryVisibility), ...hidingSidecars(root, app, rootNamespace), ...rivalServiceEntries(root, app),
  ], { always: true });
}
