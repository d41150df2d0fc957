import { valueClass } from '../private/basics/value-class';
import { ExplanationModel } from '../private/explain/explanation';
import { toMermaid } from '../private/explain/mermaid';
import { objectText, toText } from '../private/explain/text';

/** How a request ends. */
export enum RequestEnding {
  /** It leaves the mesh, and the answer is that of the host outside. */
  LEAVES = 'LEAVES',

  /** Services of the mesh answer. */
  SERVED = 'SERVED',

  /** A proxy answers: it refuses, redirects, or says what a rule says. */
  ANSWERED = 'ANSWERED',

  /** The client gets no answer. */
  CLOSED = 'CLOSED',

  /** The app does not decide it. */
  UNDECIDED = 'UNDECIDED',
}

/**
 * What becomes of a request, and why.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const answer = RequestExplanation.of(app).fromWorkload(Caller.namespace('shop')).get('http://api.example.com/');
 * const text = answer.toText();
 */
export class Explanation {
  /** @internal */
  public static _of(model: ExplanationModel): Explanation {
    return new Explanation(model);
  }

  /** How the request ends. */
  public readonly ending: RequestEnding;

  /** The status that the client gets, if a proxy answers: that of a refusal, a redirect, or a rule. */
  public readonly status?: number;

  /** What leads the request out of the mesh, as `namespace/name`: a gateway, or the workload itself. */
  public readonly leavesBy?: string;

  /** Where the request leaves to, as `host:port`, each destination once. */
  public readonly leavesTo: string[];

  /** The Services of the mesh that get the request, as `host:port`, each once. */
  public readonly servedBy: string[];

  /** Where the client is redirected to. */
  public readonly redirectsTo?: string;

  /** What refuses the request, if an object does: `Kind namespace/name`. */
  public readonly deniedBy?: string;

  /** Why the request ends where it does, if a proxy ends it, or why the app does not decide it. */
  public readonly because?: string;

  /** What the answer takes for granted, because no app can know it. */
  public readonly conditions: string[];

  /** Objects of the app that may make the answer another, as `Kind namespace/name`: no construct of this library made them, or they have been patched. */
  public readonly decidedUnless: string[];

  /** Rules that only one condition kept from taking the request. */
  public readonly nearMisses: string[];

  private constructor(private readonly model: ExplanationModel) {
    const { ending, hops, conditions, decidedUnless, nearMisses } = model;
    this.ending = RequestEnding[ENDINGS[ending.kind]];
    this.status = ending.kind === 'answered' ? ending.status : undefined;
    this.leavesBy = ending.kind === 'leaves' ? ending.by : undefined;
    this.leavesTo = ending.kind === 'leaves' ? ending.to.map(({ host, port }) => `${host}:${port}`) : [];
    this.servedBy = ending.kind === 'served' ? ending.by.map(({ host, port }) => `${host}:${port}`) : [];
    this.redirectsTo = ending.kind === 'answered' ? ending.location : undefined;
    this.because = 'because' in ending ? ending.because : undefined;
    const refused = ending.kind === 'closed' || (ending.kind === 'answered' && ending.status >= 400);
    const last = refused ? hops[hops.length - 1]?.decides?.object : undefined;
    this.deniedBy = last && objectText(last);
    this.conditions = conditions.map(({ that, otherwise }) => `if ${that}; otherwise ${otherwise}`);
    this.decidedUnless = [...decidedUnless];
    this.nearMisses = nearMisses.map(({ construct, rule, field, wants, has }) => `${rule} of ${construct}: ${field} is ${has}, and not ${wants}`);
  }

  /** The explanation for people: what was asked, hop by hop, and what comes of it. */
  public toText(): string {
    return toText(this.model);
  }

  /** The explanation as JSON. */
  public toJson(): string {
    return `${JSON.stringify(this.model, undefined, 2)}\n`;
  }

  /** The explanation as a sequence diagram of Mermaid. */
  public toMermaid(): string {
    return toMermaid(this.model);
  }
}

valueClass(Explanation, 'Explanation');

const ENDINGS = { leaves: 'LEAVES', served: 'SERVED', answered: 'ANSWERED', closed: 'CLOSED', undecided: 'UNDECIDED' } as const;
