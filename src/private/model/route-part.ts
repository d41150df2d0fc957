import { AccessIntent } from './access';
import { Rule } from './rule';

/** One of several routes for a host. */
export interface RoutePart {
  /** Tells routes apart, and decides where nothing else does. */
  readonly id: string;
  readonly hosts: string[];
  readonly rules: Rule[];
  /** What it asks of all requests to its hosts. */
  readonly access?: AccessIntent;
}
