import { AccessIntent } from './access';
import { Rule } from './rule';

/** One of several routes for a host. */
export interface RoutePart {
  /** Identifies the route, and decides when nothing else does. */
  readonly id: string;
  readonly hosts: string[];
  readonly rules: Rule[];
  /** What it requires of all requests to its hosts. */
  readonly access?: AccessIntent;
}
