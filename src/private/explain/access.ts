import { Asking } from './asking';
import { Client, Condition } from './explanation';
import { overlap, readAddress } from '../basics/addresses';
import { isWildcard } from '../basics/hosts';
import { AccessIntent, Fact, Issuer, ISSUER_KEY, Requirement } from '../model/access';
import { PORT } from '../model/match';
import { ConcreteRequest, mismatches, splitPath } from '../requests/concrete';
import { deniedPath } from '../requests/denied-path';

export type Outside = Extract<Client, { kind: 'outside' }>;

/** Why a request is refused: by a policy of the gateway, by its id, or by the route itself. */
export interface Refused {
  readonly id: string;
  readonly rule: string;
  readonly because: string;
}

/** What a route asks of requests before it routes them. What the client does not tell becomes a condition. */
export function refusalOf(
  ask: Asking<Outside>, construct: string, access: AccessIntent, request: ConcreteRequest, { port, hosts, preflight, route }: {
    readonly port: number; readonly hosts: string[]; readonly preflight: boolean; readonly route: string;
  },
): Refused | undefined {
  const [path] = splitPath(request.path);
  const open = preflight || access.openPaths.includes(path);
  if (!open) {
    if (access.provider !== undefined) {
      ask.conditions.push({ that: `the authorizer ${access.provider} allows the request`, otherwise: 'the client gets the answer of the authorizer, by default 403', status: 403 });
    }
    // without a token there are no claims
    const { address, claims = access.issuers.some(issuer => carriesToken(issuer, request)) ? undefined : {} } = ask.client;
    const verdicts = access.requirements.map(requirement => ({ requirement, holds: requirementHolds(requirement, { address, claims }) }));
    const missed = verdicts.find(({ holds }) => holds === false);
    if (missed) return { id: 'access', rule: 'access', because: `${construct} asks for ${requirementText(missed.requirement)}` };
    const unsure = verdicts.filter(({ holds }) => holds === undefined).map(({ requirement }): Condition => ({ that: `the request has ${requirementText(requirement)}`, otherwise: 'the client gets 403', status: 403 }));
    ask.conditions.push(...unsure);
  }
  const policed = access.requirements.length > 0 || access.provider !== undefined;
  const written = PORT.exec(request.authority)?.[0];
  const underWildcard = hosts.some(host => isWildcard(host) && host !== '*' && request.authority.replace(PORT, '').endsWith(host.slice(1)));
  if (policed && underWildcard && written !== undefined && written !== `:${port}`) {
    return { id: route, rule: 'access', because: `the Host header names port ${written.slice(1)}, which policies for a wildcard do not cover` };
  }
  const denied = access.deny.find(match => mismatches({ ...match, path: match.path && deniedPath(match.path) }, request).length === 0);
  if (denied) return { id: route, rule: `deny[${access.deny.indexOf(denied)}]`, because: `${construct} denies it to everybody` };
  const names = ask.client.certificate;
  const strange = open ? undefined : access.subjectAltNames.find(list => !names?.some(name => list.includes(name)));
  if (strange) return { id: route, rule: 'access', because: `${construct} asks for a certificate with the name ${strange.join(' or ')}` };
  return undefined;
}

/** Whether a request has something where the tokens of an issuer are. */
export function carriesToken({ header }: Issuer, { headers }: ConcreteRequest): boolean {
  return header === undefined ? /^Bearer /.test(headers.authorization ?? '') : headers[header] !== undefined;
}

/** What facts are about. */
type Known = Pick<Outside, 'address' | 'claims'>;

/** Undefined if it depends on what is not known. */
function requirementHolds(requirement: Requirement, client: Known): boolean | undefined {
  const alternatives = requirement.map(facts => facts.map(fact => factHolds(fact, client)));
  if (alternatives.some(facts => facts.every(holds => holds === true))) return true;
  return alternatives.every(facts => facts.includes(false)) ? false : undefined;
}

function factHolds({ key, values }: Fact, { address, claims }: Known): boolean | undefined {
  if (key === 'source.ip' || key === 'remote.ip') {
    const own = address === undefined ? undefined : readAddress(address);
    return own && values.some(value => overlap(readAddress(value)!, own));
  }
  if (claims === undefined) return undefined;
  const claim = claims[claimOf(key)];
  const has = claim === undefined ? [] : [claim].flat().flatMap(one => (claimOf(key) === 'scope' ? one.split(' ') : [one]));
  return has.some(one => values.includes(one) || (values.includes('*') && one !== ''));
}

/** `request.auth.claims[a][b]` is the claim `a.b`. */
function claimOf(key: string): string {
  return key === 'request.auth.audiences' ? 'aud' : key.replace(/^request\.auth\.claims/, '').slice(1, -1).split('][').join('.');
}

function requirementText(requirement: Requirement): string {
  return requirement.map(facts => facts.map(factText).join(' and ')).join(', or ');
}

function factText({ key, values }: Fact): string {
  if (key === ISSUER_KEY) return `a valid token of ${values.join(' or ')}`;
  if (key === 'source.ip' || key === 'remote.ip') return `a client address in ${values.join(' or ')}`;
  return `claim ${claimOf(key)} ${values.includes('*') ? 'present' : values.join(' or ')}`;
}
