import { LockFindingModel } from '../private/model/lock';

/** What becomes of a way out. */
export enum WayOutState {
  /** It is closed. */
  CLOSED = 'CLOSED',

  /** The app declares it. */
  ALLOWED = 'ALLOWED',

  /** It is open, whether because it was left open or because none of these objects can close it. */
  OPEN = 'OPEN',
}

/**
 * A row of the report of an `EgressLock`: one way out of one namespace.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * new EgressLock(chart, 'lock', { gateway: egress }); // its `report` is a list of findings
 */
export class LockFinding {
  /** @internal */
  public static _of(finding: LockFindingModel): LockFinding {
    return new LockFinding(finding.namespace, finding.wayOut, WayOutState[finding.state], finding.because);
  }

  private constructor(
    /** The namespace. */
    public readonly namespace: string,
    /** What leaves, and how. */
    public readonly wayOut: string,
    /** Whether it is closed. */
    public readonly state: WayOutState,
    /** What closes or allows it, or why it is open. */
    public readonly because: string,
  ) {}
}
